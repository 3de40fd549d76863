// Lower-case hexadecimal text.

/// Bytes to hexadecimal text and back (RFC 4648 §8, in lower case).
package enum Hex {
    private static let alphabet = Array("0123456789abcdef".utf8)

    /// Two lower-case digits a byte.
    package static func encode(_ bytes: some Sequence<UInt8>) -> String {
        var text: [UInt8] = []
        for byte in bytes {
            text.append(alphabet[Int(byte >> 4)])
            text.append(alphabet[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Sixteen lower-case digits, behind a prefix if there is one.
    package static func encode(_ value: UInt64, after prefix: String = "") -> String {
        // Written in one piece: identifiers stand in every answer, several times.
        String(unsafeUninitializedCapacity: prefix.utf8.count + 16) { text in
            var end = 0
            for byte in prefix.utf8 {
                text[end] = byte
                end += 1
            }
            for place in 0..<16 { text[end + place] = digit(value >> (60 - 4 * UInt64(place))) }
            return end + 16
        }
    }

    /// Appends sixteen lower-case digits.
    package static func append(_ value: UInt64, to text: inout [UInt8]) {
        for place in 0..<16 { text.append(digit(value >> (60 - 4 * UInt64(place)))) }
    }

    /// The lower-case digit of the lowest four bits.
    @inline(__always)
    static func digit(_ value: UInt64) -> UInt8 {
        let nibble = UInt8(truncatingIfNeeded: value & 15)
        return nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") - 10 + nibble
    }

    /// The bytes of lower- or upper-case text; nil when it has an odd length or another character.
    package static func decode(_ text: String) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 2)
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = value(digits[index]), let low = value(digits[index + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    /// The value of one hexadecimal digit of either case; nil for any other byte.
    package static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): return digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): return digit - UInt8(ascii: "A") + 10
        default: return nil
        }
    }
}
