// The two conversions of the hot path: escaped text and decimal digits, both without intermediate strings.

extension JSONWriter {
    /// The text with what must be escaped escaped; runs that need nothing are copied whole.
    mutating func appendEscaped(_ text: String) {
        let utf8 = text.utf8.span
        var runStart = 0
        var index = 0
        while index < utf8.count {
            let byte = utf8[index]
            if byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte != 0x7F,
                byte != 0xE2
            {
                index += 1
                continue
            }
            if byte == 0xE2 {
                // U+2028 and U+2029 are E2 80 A8 and E2 80 A9: line ends to JavaScript, so they never go out raw.
                guard index + 2 < utf8.count, utf8[index + 1] == 0x80, utf8[index + 2] & 0xFE == 0xA8 else {
                    index += 1
                    continue
                }
                append(utf8, runStart..<index)
                appendUnicodeEscape(0x2028 + UInt16(utf8[index + 2] & 1))
                index += 3
            } else {
                append(utf8, runStart..<index)
                appendEscape(of: byte)
                index += 1
            }
            runStart = index
        }
        append(utf8, runStart..<utf8.count)
    }

    /// The decimal digits of a whole number.
    mutating func appendDecimal<Number: FixedWidthInteger>(_ value: Number) {
        // Forty places hold every 128-bit number with its sign.
        var digits = InlineArray<40, UInt8>(repeating: 0)
        var place = 40
        var rest = value.magnitude
        repeat {
            let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: 10)
            place -= 1
            digits[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: remainder)
            rest = quotient
        } while rest != 0
        if value < 0 { append(UInt8(ascii: "-")) }
        for index in place..<40 { append(digits[index]) }
    }

    private mutating func appendEscape(of byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): appendShortEscape(byte)
        case 0x08: appendShortEscape(UInt8(ascii: "b"))
        case 0x09: appendShortEscape(UInt8(ascii: "t"))
        case 0x0A: appendShortEscape(UInt8(ascii: "n"))
        case 0x0C: appendShortEscape(UInt8(ascii: "f"))
        case 0x0D: appendShortEscape(UInt8(ascii: "r"))
        default: appendUnicodeEscape(UInt16(byte))
        }
    }

    private mutating func appendShortEscape(_ byte: UInt8) {
        append(UInt8(ascii: "\\"))
        append(byte)
    }

    private mutating func appendUnicodeEscape(_ unit: UInt16) {
        appendShortEscape(UInt8(ascii: "u"))
        for place in 0..<4 {
            let digit = UInt8(truncatingIfNeeded: unit >> (12 - 4 * place) & 0xF)
            append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
    }
}
