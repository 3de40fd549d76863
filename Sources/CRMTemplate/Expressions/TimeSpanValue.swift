// Lengths of time as .NET has them. Values; sums are checked.

/// A length of time as .NET has it, in units of 100 ns.
package struct TimeSpanValue: Sendable, Hashable {
    package let ticks: Int64

    package init(ticks: Int64) { self.ticks = ticks }

    /// Held at the ends of the range, some 29,000 years.
    package init(seconds: Int64) {
        let (product, overflow) = seconds.multipliedReportingOverflow(by: DateTimeValue.ticksPerSecond)
        ticks = overflow ? (seconds < 0 ? .min : .max) : product
    }

    /// Cut to whole units of 100 ns; held at the ends of the range.
    package init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: DateTimeValue.ticksPerSecond)
        let (sum, carried) = product.addingReportingOverflow(attoseconds / 100_000_000_000)
        ticks = overflow || carried ? (seconds < 0 ? .min : .max) : sum
    }

    /// Reads .NET's constant form: `[-][d.]hh:mm:ss[.fffffff]`, hours to 23, minutes and seconds to 59.
    package init?(text: String) {
        var bytes = Array(text.utf8)[...]
        let isNegative = bytes.first == UInt8(ascii: "-")
        if isNegative { bytes = bytes.dropFirst() }
        func number(_ counts: ClosedRange<Int>, _ limit: Int64) -> Int64? {
            let digits = bytes.prefix { $0 >= 0x30 && $0 <= 0x39 }
            guard counts.contains(digits.count) else { return nil }
            bytes = bytes.dropFirst(digits.count)
            let value = digits.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
            return value < limit ? value : nil
        }
        func take(_ byte: UInt8) -> Bool {
            guard bytes.first == byte else { return false }
            bytes = bytes.dropFirst()
            return true
        }
        // 8 digits of days are .NET's own bound; the sum below then fits.
        guard let first = number(1...8, 10_675_199) else { return nil }
        var days: Int64 = 0
        var hours = first
        if take(UInt8(ascii: ".")) {
            days = first
            guard let read = number(1...2, 24) else { return nil }
            hours = read
        }
        guard hours < 24, take(UInt8(ascii: ":")), let minutes = number(1...2, 60), take(UInt8(ascii: ":")),
            let seconds = number(1...2, 60)
        else { return nil }
        var fraction: Int64 = 0
        if take(UInt8(ascii: ".")) {
            let count = bytes.count
            guard let read = number(1...7, 10_000_000) else { return nil }
            fraction = read
            for _ in count..<7 { fraction *= 10 }
        }
        guard bytes.isEmpty else { return nil }
        let total = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
        let ticks = total * DateTimeValue.ticksPerSecond + fraction
        self.init(ticks: isNegative ? -ticks : ticks)
    }

    func adding(_ other: TimeSpanValue, at offset: Int) throws(ExpressionError) -> TimeSpanValue {
        let (sum, overflow) = ticks.addingReportingOverflow(other.ticks)
        if overflow { throw Self.outOfRange(offset) }
        return TimeSpanValue(ticks: sum)
    }

    func negated(at offset: Int) throws(ExpressionError) -> TimeSpanValue {
        guard ticks != .min else { throw Self.outOfRange(offset) }
        return TimeSpanValue(ticks: -ticks)
    }

    private static func outOfRange(_ offset: Int) -> ExpressionError {
        ExpressionError(
            code: "out-of-range", message: "the length of time is above 10,675,199 days", offset: offset)
    }
}
