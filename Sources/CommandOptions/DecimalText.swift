// Whole numbers and times as an operator writes them, read by bytes: no sign, space or digit of another script
// slips through.

/// Decimal digits to numbers.
package enum DecimalText {
    /// Whether the text is ASCII digits with at most a minus sign before them.
    package static func isWholeNumber(_ text: String) -> Bool {
        var digits = Substring(text).utf8
        if digits.first == UInt8(ascii: "-") { digits.removeFirst() }
        return !digits.isEmpty
            && digits.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
}

/// Times such as `500ms`, `10s`, `2m` and `1h`.
package enum DurationText {
    /// The time of a text; a number without a unit is seconds. Nil when it is no time or longer than a century.
    package static func read(_ text: String) -> Duration? {
        let digits = text.utf8.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard !digits.isEmpty, let count = Int64(Substring(digits)) else { return nil }
        let unitMilliseconds: Int64
        switch String(text.utf8.dropFirst(digits.count).map { Character(Unicode.Scalar($0)) }) {
        case "ms": unitMilliseconds = 1
        case "s", "": unitMilliseconds = 1000
        case "m": unitMilliseconds = 60_000
        case "h": unitMilliseconds = 3_600_000
        default: return nil
        }
        let (milliseconds, overflow) = count.multipliedReportingOverflow(by: unitMilliseconds)
        // A bound that keeps every later addition to a clock far from overflow.
        guard !overflow, milliseconds <= 100 * 366 * 86_400_000 else { return nil }
        return .milliseconds(milliseconds)
    }

    /// The shortest spelling that reads back: `10s`, `1500ms`, `1h`. Parts below a millisecond are dropped.
    package static func short(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let milliseconds = attoseconds / 1_000_000_000_000_000
        if milliseconds != 0 { return "\(seconds * 1000 + milliseconds)ms" }
        if seconds != 0, seconds % 3600 == 0 { return "\(seconds / 3600)h" }
        if seconds != 0, seconds % 60 == 0 { return "\(seconds / 60)m" }
        return "\(seconds)s"
    }
}
