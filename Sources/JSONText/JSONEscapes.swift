// Escapes of a string that the scanner has checked, undone (RFC 8259 §7).

enum JSONEscapes {
    /// The UTF-8 of a string whose raw text begins at an offset. Lone surrogates, where they were let through, become
    /// U+FFFD.
    static func removed(_ bytes: [UInt8], _ offset: Int, _ length: Int) -> [UInt8] {
        bytes.withUnsafeBufferPointer { removed($0, offset, length) }
    }

    static func removed(_ text: UnsafeBufferPointer<UInt8>, _ offset: Int, _ length: Int) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(length)
        var index = offset
        let end = offset + length
        var runStart = index
        while index < end {
            guard text[index] == UInt8(ascii: "\\") else {
                index += 1
                continue
            }
            result.append(contentsOf: text[runStart..<index])
            switch text[index + 1] {
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "f"): result.append(0x0C)
            case UInt8(ascii: "n"): result.append(0x0A)
            case UInt8(ascii: "r"): result.append(0x0D)
            case UInt8(ascii: "t"): result.append(0x09)
            case UInt8(ascii: "u"):
                let (scalar, after) = self.scalar(text, index, end)
                result.append(contentsOf: UTF8.encode(scalar).unsafelyUnwrapped)
                index = after - 2
            // Quote, backslash and slash stand for themselves.
            default: result.append(text[index + 1])
            }
            index += 2
            runStart = index
        }
        result.append(contentsOf: text[runStart..<end])
        return result
    }

    /// The scalar of the `\uXXXX`, or pair of them, at an index, and where it ends.
    private static func scalar(
        _ text: UnsafeBufferPointer<UInt8>, _ index: Int, _ end: Int
    ) -> (Unicode.Scalar, end: Int) {
        let first = unit(text, index + 2)
        if let scalar = Unicode.Scalar(first) { return (scalar, index + 6) }
        if first < 0xDC00, end - index >= 12, text[index + 6] == UInt8(ascii: "\\"),
            text[index + 7] == UInt8(ascii: "u")
        {
            let second = unit(text, index + 8)
            if second & 0xFC00 == 0xDC00,
                let scalar = Unicode.Scalar(0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00))
            {
                return (scalar, index + 12)
            }
        }
        return ("\u{FFFD}", index + 6)
    }

    private static func unit(_ text: UnsafeBufferPointer<UInt8>, _ start: Int) -> UInt16 {
        var value: UInt16 = 0
        for index in start..<start + 4 { value = value << 4 | (hexDigit(text[index]) ?? 0) }
        return value
    }
}
