// What must not reach a log is taken out here, and nowhere else. Pure functions over bytes.

/// Removes keys, context tokens and telephone numbers from text before it is logged or echoed.
package enum Redaction {
    /// Digits that may follow each other before a run is taken for a telephone number.
    private static let plainDigitsMax = 6

    /// The text with every `nol_…` run, the two path segments after `/phone-calls-context/` and every run of seven or
    /// more digits (also percent-encoded, full-width or Arabic ones, and with separators between) masked. Of digit
    /// runs the last two stay, so that an operator can recognise a call.
    package static func redact(_ text: [UInt8]) -> [UInt8] {
        maskDigits(maskContextTokens(maskKeys(text)))
    }

    /// The same for text.
    package static func redact(_ text: String) -> String { String(decoding: redact(Array(text.utf8)), as: UTF8.self) }

    private static let keyMark = Array("nol_".utf8)
    private static let contextMark = Array("/phone-calls-context/".utf8)

    private static func lowered(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte }

    /// One character of possibly percent-encoded text: its byte and how many bytes it takes as written.
    private static func character(_ text: [UInt8], _ index: Int) -> (byte: UInt8, length: Int) {
        if text[index] == UInt8(ascii: "%"), index + 2 < text.count, let high = Hex.value(text[index + 1]),
            let low = Hex.value(text[index + 2])
        {
            return (high << 4 | low, 3)
        }
        return (text[index], 1)
    }

    private static func matches(_ text: [UInt8], _ start: Int, _ mark: [UInt8]) -> Int? {
        var index = start
        for expected in mark {
            guard index < text.count else { return nil }
            let (byte, length) = character(text, index)
            guard lowered(byte) == expected else { return nil }
            index += length
        }
        return index
    }

    private static func maskKeys(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var index = 0
        while index < text.count {
            guard lowered(character(text, index).byte) == UInt8(ascii: "n"), var end = matches(text, index, keyMark)
            else {
                result.append(text[index])
                index += 1
                continue
            }
            while end < text.count {
                let (byte, length) = character(text, end)
                let folded = lowered(byte)
                guard (0x30...0x39).contains(folded) || (0x61...0x7a).contains(folded) || folded == UInt8(ascii: "_")
                else { break }
                end += length
            }
            result.append(contentsOf: "nol_<redacted>".utf8)
            index = end
        }
        return result
    }

    private static func maskContextTokens(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var index = 0
        while index < text.count {
            guard text[index] == UInt8(ascii: "/") || text[index] == UInt8(ascii: "%"),
                var end = matches(text, index, contextMark)
            else {
                result.append(text[index])
                index += 1
                continue
            }
            result.append(contentsOf: text[index..<end])
            for segment in 0..<2 {
                let start = end
                while end < text.count, !isSegmentEnd(text[end]) { end += 1 }
                if end > start { result.append(contentsOf: "<redacted>".utf8) }
                if segment == 0, end < text.count, text[end] == UInt8(ascii: "/") {
                    result.append(UInt8(ascii: "/"))
                    end += 1
                }
            }
            index = end
        }
        return result
    }

    private static func isSegmentEnd(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "/") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\"")
    }

    /// The digit a character stands for: how many written bytes it takes, and its value; nil when it is no digit.
    private static func digit(_ text: [UInt8], _ index: Int) -> (value: UInt8, length: Int)? {
        let first = character(text, index)
        if first.byte >= 0x30, first.byte <= 0x39 { return (first.byte - 0x30, first.length) }
        // Any other character of two or three UTF-8 bytes that people write digits with: Arabic-Indic U+0660 to 0669
        // and U+06F0 to 06F9, full-width U+FF10 to FF19.
        guard first.byte >= 0xc0, index + first.length < text.count else { return nil }
        let second = character(text, index + first.length)
        let two = first.length + second.length
        if first.byte == 0xd9, (0xa0...0xa9).contains(second.byte) { return (second.byte - 0xa0, two) }
        if first.byte == 0xdb, (0xb0...0xb9).contains(second.byte) { return (second.byte - 0xb0, two) }
        guard first.byte == 0xef, second.byte == 0xbc, index + two < text.count else { return nil }
        let third = character(text, index + two)
        return (0x90...0x99).contains(third.byte) ? (third.byte - 0x90, two + third.length) : nil
    }

    private static func maskDigits(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var index = 0
        while index < text.count {
            guard digit(text, index) != nil else {
                result.append(text[index])
                index += 1
                continue
            }
            // A run goes on over at most two separators in a row: people write numbers with spaces and brackets.
            var digits: [UInt8] = []
            var end = index
            var scan = index
            var separators = 0
            while scan < text.count {
                if let (value, length) = digit(text, scan) {
                    digits.append(value)
                    scan += length
                    end = scan
                    separators = 0
                } else {
                    let (byte, length) = character(text, scan)
                    guard separators < 2, isSeparator(byte) else { break }
                    separators += 1
                    scan += length
                }
            }
            if digits.count > plainDigitsMax {
                result.append(contentsOf: "…".utf8)
                result.append(contentsOf: digits.suffix(2).map { $0 + 0x30 })
            } else {
                result.append(contentsOf: text[index..<end])
            }
            index = end
        }
        return result
    }

    private static func isSeparator(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "."), UInt8(ascii: "-"),
            UInt8(ascii: "+"), UInt8(ascii: "/"):
            true
        default: false
        }
    }
}
