// A number in its international form as one integer. An immutable value.

/// An international number: country calling code and national digits, at most 15 of them.
package struct E164: Hashable, Comparable, Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    /// ITU-T E.164 §6.2.1: at most fifteen digits, the calling code included.
    package static let digitsMax = 15
    private static let limit: UInt64 = 1_000_000_000_000_000

    /// The number without its plus sign; 10 to 999,999,999,999,999.
    package let digits: UInt64

    /// A number of two to fifteen digits; calling codes do not begin with zero, so none of the digits is lost.
    package init?(_ digits: UInt64) {
        guard digits >= 10, digits < Self.limit else { return nil }
        self.digits = digits
    }

    /// Reads exactly `+` and two to fifteen ASCII digits, the first of them not zero; anything else is nil.
    package init?(_ text: String) {
        var text = text
        let digits: UInt64? = text.withUTF8 { bytes in
            guard (3...Self.digitsMax + 1).contains(bytes.count), bytes[0] == UInt8(ascii: "+") else { return nil }
            guard bytes[1] != UInt8(ascii: "0") else { return nil }
            var value: UInt64 = 0
            for byte in bytes.dropFirst() {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
                value = value * 10 + UInt64(byte & 15)
            }
            return value
        }
        guard let digits else { return nil }
        self.digits = digits
    }

    /// The whole number, as in "+14155552671". Not for logs.
    package var text: String { "+\(digits)" }

    /// The number as logs show it: calling code and last two digits, as in "+1…71".
    package var description: String {
        let text = String(digits)
        let ending = digits % 100
        return "+\(text.prefix(callingCodeLength))…\(ending < 10 ? "0" : "")\(ending)"
    }

    package var debugDescription: String { description }

    package static func < (left: E164, right: E164) -> Bool { left.digits < right.digits }

    /// How many of the digits are the calling code, by the ITU's zones; it does not matter here who uses a code.
    private var callingCodeLength: Int {
        var two = digits
        while two >= 100 { two /= 10 }
        switch two {
        case 10...19, 70...79: return 1
        case 20, 27, 28, 30...34, 36, 39, 40, 41, 43...49, 51...58, 60...66, 81...84, 86, 90...95, 98: return 2
        default: return 3
        }
    }
}
