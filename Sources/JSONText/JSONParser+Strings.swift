// Strings: runs of plain text, escapes, and the two encodings that can be wrong (UTF-8 and surrogate pairs).

extension JSONParser {
    /// The string whose opening quote is at the position (RFC 8259 §7).
    mutating func string(_ bytes: Span<UInt8>) throws(JSONSyntaxError) -> String {
        position += 1
        let first = try plainRun(bytes)
        if bytes[position] == UInt8(ascii: "\"") {
            position += 1
            return text(bytes, first)
        }
        // An escape: from here on the text is collected, as it is no slice of the input any more.
        var collected: [UInt8] = []
        append(first, of: bytes, to: &collected)
        while bytes[position] != UInt8(ascii: "\"") {
            try escape(bytes, into: &collected)
            append(try plainRun(bytes), of: bytes, to: &collected)
        }
        position += 1
        return String(decoding: collected, as: UTF8.self)
    }

    /// The text up to the next quote or backslash, checked as UTF-8; the position is left on that quote or backslash.
    private mutating func plainRun(_ bytes: Span<UInt8>) throws(JSONSyntaxError) -> Range<Int> {
        let start = position
        var index = start
        var isASCII = true
        while true {
            guard index < bytes.count else {
                throw JSONSyntaxError(
                    at: index, of: bytes, expected: "'\"' to end the string that was begun")
            }
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { break }
            guard byte >= 0x20 else {
                throw JSONSyntaxError(
                    at: index, of: bytes, expected: "control characters in strings to be escaped")
            }
            if byte >= 0x80 { isASCII = false }
            index += 1
        }
        if !isASCII { try checkUTF8(bytes, start..<index) }
        position = index
        return start..<index
    }

    private func checkUTF8(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(JSONSyntaxError) {
        do {
            _ = try UTF8Span(validating: bytes.extracting(range))
        } catch {
            let offset = range.lowerBound + error.byteOffsets.lowerBound
            throw JSONSyntaxError(
                at: offset, of: bytes, expected: "valid UTF-8",
                found: "the byte 0x\(hexadecimal(bytes[offset]))")
        }
    }

    private func append(_ range: Range<Int>, of bytes: Span<UInt8>, to collected: inout [UInt8]) {
        bytes.extracting(range).withUnsafeBufferPointer { collected.append(contentsOf: $0) }
    }

    /// One escape sequence; the position is on its backslash and ends behind it.
    private mutating func escape(_ bytes: Span<UInt8>, into collected: inout [UInt8])
        throws(JSONSyntaxError)
    {
        let start = position
        guard start + 1 < bytes.count else {
            throw JSONSyntaxError(at: start + 1, of: bytes, expected: "an escape")
        }
        position = start + 2
        switch bytes[start + 1] {
        case UInt8(ascii: "\""): collected.append(UInt8(ascii: "\""))
        case UInt8(ascii: "\\"): collected.append(UInt8(ascii: "\\"))
        case UInt8(ascii: "/"): collected.append(UInt8(ascii: "/"))
        case UInt8(ascii: "b"): collected.append(0x08)
        case UInt8(ascii: "f"): collected.append(0x0C)
        case UInt8(ascii: "n"): collected.append(0x0A)
        case UInt8(ascii: "r"): collected.append(0x0D)
        case UInt8(ascii: "t"): collected.append(0x09)
        case UInt8(ascii: "u"): append(try escapedScalar(bytes, start: start), to: &collected)
        default:
            throw JSONSyntaxError(
                at: start + 1, of: bytes,
                expected: "one of the escapes \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u")
        }
    }

    /// The scalar of `\uXXXX`, or of two of them that form a surrogate pair. A lone surrogate is no text in any encoding.
    private mutating func escapedScalar(
        _ bytes: Span<UInt8>, start: Int
    ) throws(JSONSyntaxError) -> Unicode.Scalar {
        let first = try fourHexDigits(bytes)
        if let scalar = Unicode.Scalar(first) { return scalar }
        let isLeading = first < 0xDC00
        guard isLeading, position + 1 < bytes.count,
            bytes[position] == UInt8(ascii: "\\"), bytes[position + 1] == UInt8(ascii: "u")
        else {
            throw JSONSyntaxError(
                at: start, of: bytes, expected: "a surrogate pair", found: "a lone surrogate")
        }
        position += 2
        let second = try fourHexDigits(bytes)
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(
                0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00))
        else {
            throw JSONSyntaxError(
                at: start, of: bytes, expected: "a surrogate pair", found: "a lone surrogate")
        }
        return scalar
    }

    private mutating func fourHexDigits(_ bytes: Span<UInt8>) throws(JSONSyntaxError) -> UInt16 {
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard position < bytes.count, let digit = hexDigit(bytes[position]) else {
                throw JSONSyntaxError(
                    at: position, of: bytes, expected: "four hexadecimal digits after \\u")
            }
            value = value << 4 | digit
            position += 1
        }
        return value
    }

    private func hexDigit(_ byte: UInt8) -> UInt16? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt16(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt16(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt16(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }

    private func append(_ scalar: Unicode.Scalar, to collected: inout [UInt8]) {
        for unit in String(scalar).utf8 { collected.append(unit) }
    }
}
