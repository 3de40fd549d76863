// Times and lengths of time as journaling scenarios read them. A value.

internal import Platform

/// Writes instants and durations as variables, for one culture and one place.
struct ReportedTimes {
    let culture: Culture
    let zone: CivilZone

    /// `[DateTime]`: the beginning on the clock of the place, short date and short time of the culture.
    func setStart(_ start: UnixTime, in inputs: inout RunInputs) {
        inputs["DateTime"] = .text(culture.shortDateTime(.local(start, in: zone)))
    }

    /// `…Local` and `…UTC`, dates that templates format as they like.
    func set(_ name: String, _ time: UnixTime, in inputs: inout RunInputs) {
        inputs[name + "Local"] = .date(.local(time, in: zone))
        inputs[name + "UTC"] = .date(.utc(time))
    }

    /// `…UTCMillis`, milliseconds since 1970.
    func setMilliseconds(_ name: String, _ time: UnixTime, in inputs: inout RunInputs) {
        inputs[name + "UTCMillis"] = .integer(time.microseconds / 1_000)
    }

    /// How long it is from one instant to another; zero when the other is earlier.
    static func duration(from start: UnixTime, to end: UnixTime) -> Duration {
        let (microseconds, overflow) = end.microseconds.subtractingReportingOverflow(start.microseconds)
        if overflow { return end > start ? .microseconds(Int64.max) : .zero }
        return .microseconds(max(0, microseconds))
    }
}

extension RunInputs {
    /// `[Duration]` as `hh:mm:ss`, `[DurationTimespan]`, and whole seconds and minutes, both cut. Hours go on counting
    /// after a day.
    package mutating func setDuration(_ duration: Duration) {
        let seconds = duration.components.seconds
        func padded(_ number: Int64) -> String { (number < 10 ? "0" : "") + String(number) }
        self["Duration"] = .text(
            padded(seconds / 3_600) + ":" + padded(seconds / 60 % 60) + ":" + padded(seconds % 60))
        self["DurationTimespan"] = .span(TimeSpanValue(duration))
        self["DurationSeconds"] = .integer(seconds)
        self["DurationMinutes"] = .integer(seconds / 60)
    }
}
