// Dates and lengths of time as .NET has them. Values.

package import Platform

/// A date and time as .NET has it.
package struct DateTimeValue: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        case utc
        /// Civil time somewhere, with its distance from UTC in seconds.
        case local(offsetSeconds: Int)
    }

    /// The reading of the clock itself, in units of 100 ns since 0001-01-01T00:00:00, of the place `kind` names; always
    /// in the years 1 to 9999.
    package let ticks: Int64
    package let kind: Kind

    /// 9999-12-31T23:59:59.9999999, the last that .NET has.
    package static let maximumTicks: Int64 = 3_155_378_975_999_999_999
    private static let ticksAtUnixEpoch: Int64 = 621_355_968_000_000_000

    /// - Parameter ticks: held at the ends of the range.
    package init(ticks: Int64, kind: Kind) {
        self.ticks = min(max(ticks, 0), Self.maximumTicks)
        self.kind = kind
    }

    /// An instant on the clock of Greenwich; held at the ends of the range.
    package static func utc(_ time: UnixTime) -> DateTimeValue {
        DateTimeValue(ticks: ticks(of: time, offsetSeconds: 0), kind: .utc)
    }

    /// An instant on the clock of a place; held at the ends of the range.
    package static func local(_ time: UnixTime, in zone: CivilZone) -> DateTimeValue {
        let offset = zone.offsetSeconds(at: time)
        return DateTimeValue(ticks: ticks(of: time, offsetSeconds: offset), kind: .local(offsetSeconds: offset))
    }

    private static func ticks(of time: UnixTime, offsetSeconds: Int) -> Int64 {
        let (hundreds, overflow) = time.microseconds.multipliedReportingOverflow(by: 10)
        if overflow { return time.microseconds < 0 ? 0 : maximumTicks }
        let (sum, carried) = hundreds.addingReportingOverflow(
            ticksAtUnixEpoch + Int64(clamping: offsetSeconds) * 10_000_000)
        return carried ? maximumTicks : sum
    }
}

/// A length of time as .NET has it, in units of 100 ns.
package struct TimeSpanValue: Sendable, Hashable {
    package let ticks: Int64

    package init(ticks: Int64) { self.ticks = ticks }

    /// Held at the ends of the range, some 29,000 years.
    package init(seconds: Int64) {
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 10_000_000)
        ticks = overflow ? (seconds < 0 ? .min : .max) : product
    }

    /// Cut to whole units of 100 ns; held at the ends of the range.
    package init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 10_000_000)
        let (sum, carried) = product.addingReportingOverflow(attoseconds / 100_000_000_000)
        ticks = overflow || carried ? (seconds < 0 ? .min : .max) : sum
    }
}
