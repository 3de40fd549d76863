// Instants and calendar text without Foundation: the hot path stamps every answer. Immutable values.

internal import CLinux
internal import Glibc

/// An instant of the clock that never jumps (`CLOCK_MONOTONIC`), in nanoseconds since an arbitrary start.
package struct MonotonicTime: Comparable, Hashable, Sendable {
    package let nanoseconds: UInt64

    package init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    /// The present instant.
    package static func now() -> MonotonicTime {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return MonotonicTime(nanoseconds: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec))
    }

    package static func < (left: MonotonicTime, right: MonotonicTime) -> Bool { left.nanoseconds < right.nanoseconds }

    /// The instant `duration` away; held at the ends of the range instead of wrapping.
    package static func + (time: MonotonicTime, duration: Duration) -> MonotonicTime {
        let delta = duration.wholeNanoseconds
        if delta >= 0 {
            let (sum, overflow) = time.nanoseconds.addingReportingOverflow(UInt64(delta))
            return MonotonicTime(nanoseconds: overflow ? .max : sum)
        }
        let (difference, overflow) = time.nanoseconds.subtractingReportingOverflow(delta.magnitude)
        return MonotonicTime(nanoseconds: overflow ? 0 : difference)
    }

    package static func - (time: MonotonicTime, duration: Duration) -> MonotonicTime { time + (.zero - duration) }

    /// How long it is from here to `other`; negative when `other` is earlier.
    package func duration(to other: MonotonicTime) -> Duration {
        if other.nanoseconds >= nanoseconds {
            return .nanoseconds(Int64(clamping: other.nanoseconds - nanoseconds))
        }
        return .zero - .nanoseconds(Int64(clamping: nanoseconds - other.nanoseconds))
    }
}

extension Duration {
    /// The duration in whole nanoseconds, held at the ends of `Int64`.
    package var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        if overflow { return seconds < 0 ? .min : .max }
        let (sum, carried) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
        return carried ? (seconds < 0 ? .min : .max) : sum
    }

    /// The duration in whole milliseconds, rounded towards zero.
    package var wholeMilliseconds: Int64 { wholeNanoseconds / 1_000_000 }
}

/// An instant of civil time in microseconds since 1970-01-01T00:00:00Z, leap seconds not counted (POSIX time).
package struct UnixTime: Comparable, Hashable, Sendable {
    package let microseconds: Int64

    package init(microseconds: Int64) { self.microseconds = microseconds }
    package init(seconds: Int64) { self.microseconds = seconds * 1_000_000 }

    /// The present instant.
    package static func now() -> UnixTime {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return UnixTime(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
    }

    /// Whole seconds, rounded down.
    package var seconds: Int64 { UnixTime.floor(microseconds, 1_000_000) }

    /// Whole days since 1970-01-01, rounded down.
    package var dayNumber: Int64 { UnixTime.floor(microseconds, 86_400_000_000) }

    package static func < (left: UnixTime, right: UnixTime) -> Bool { left.microseconds < right.microseconds }

    package static func + (time: UnixTime, duration: Duration) -> UnixTime {
        UnixTime(microseconds: time.microseconds + duration.wholeNanoseconds / 1_000)
    }

    package static func - (time: UnixTime, duration: Duration) -> UnixTime { time + (.zero - duration) }

    private static func floor(_ value: Int64, _ unit: Int64) -> Int64 {
        let quotient = value / unit
        return value % unit < 0 ? quotient - 1 : quotient
    }
}

extension UnixTime {
    /// 9999-12-31T23:59:59Z: RFC 3339 writes years with four digits.
    private static let lastSecond: Int64 = 253_402_300_799

    /// The instant as RFC 3339 text in UTC with whole seconds: `2026-01-02T03:04:05Z`.
    package func rfc3339() -> String {
        let parts = civil
        return rfc3339Date() + "T" + Self.padded(parts.hour, 2) + ":" + Self.padded(parts.minute, 2) + ":"
            + Self.padded(parts.second, 2) + "Z"
    }

    /// The instant as RFC 3339 text in UTC with milliseconds: `2026-01-02T03:04:05.678Z`.
    package func rfc3339Milliseconds() -> String {
        let whole = rfc3339().dropLast()
        let fraction = (microseconds - seconds * 1_000_000) / 1_000
        return whole + "." + Self.padded(fraction, 3) + "Z"
    }

    /// The day alone, in UTC: `2026-01-02`.
    package func rfc3339Date() -> String {
        let parts = civil
        return Self.padded(parts.year, 4) + "-" + Self.padded(parts.month, 2) + "-" + Self.padded(parts.day, 2)
    }

    /// The instant as an HTTP date: `Fri, 02 Jan 2026 03:04:05 GMT` (RFC 9110 §5.6.7).
    package func httpDate() -> String {
        let parts = civil
        let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let weekday = Int(((dayNumber % 7) + 7) % 7)
        return days[weekday] + ", " + Self.padded(parts.day, 2) + " " + months[Int(parts.month) - 1] + " "
            + Self.padded(parts.year, 4) + " " + Self.padded(parts.hour, 2) + ":" + Self.padded(parts.minute, 2) + ":"
            + Self.padded(parts.second, 2) + " GMT"
    }

    /// Reads RFC 3339 text: a date (midnight UTC), or a date and time with `Z` or an offset; years 1970 to 9999.
    package init?(rfc3339 text: String) {
        var bytes = Array(text.utf8)[...]
        func digits(_ count: Int) -> Int64? {
            guard bytes.count >= count else { return nil }
            var value: Int64 = 0
            for byte in bytes.prefix(count) {
                guard byte >= 0x30, byte <= 0x39 else { return nil }
                value = value * 10 + Int64(byte - 0x30)
            }
            bytes = bytes.dropFirst(count)
            return value
        }
        func take(_ accepted: String) -> UInt8? {
            guard let first = bytes.first, accepted.utf8.contains(first) else { return nil }
            bytes = bytes.dropFirst()
            return first
        }
        guard let year = digits(4), year >= 1970, take("-") != nil, let month = digits(2), (1...12).contains(month),
            take("-") != nil, let day = digits(2), day >= 1, day <= Self.daysIn(month: month, year: year)
        else { return nil }
        let midnight = Self.dayNumber(year: year, month: month, day: day) * 86_400
        if bytes.isEmpty {
            self.init(seconds: midnight)
            return
        }
        guard take("Tt ") != nil, let hour = digits(2), hour < 24, take(":") != nil, let minute = digits(2),
            minute < 60, take(":") != nil, let second = digits(2), second <= 60
        else { return nil }
        var fraction: Int64 = 0
        if take(".") != nil {
            var scale: Int64 = 100_000
            var count = 0
            while let first = bytes.first, first >= 0x30, first <= 0x39, count < 9 {
                fraction += Int64(first - 0x30) * scale
                scale /= 10
                count += 1
                bytes = bytes.dropFirst()
            }
            guard count > 0 else { return nil }
        }
        var offset: Int64 = 0
        if take("Zz") == nil {
            guard let sign = take("+-"), let hours = digits(2), hours < 24, take(":") != nil, let minutes = digits(2),
                minutes < 60
            else { return nil }
            offset = (hours * 60 + minutes) * 60 * (sign == UInt8(ascii: "-") ? -1 : 1)
        }
        guard bytes.isEmpty else { return nil }
        let whole = midnight + hour * 3600 + minute * 60 + min(second, 59) - offset
        // An offset may lead out of the years that can be written.
        guard (0...Self.lastSecond).contains(whole) else { return nil }
        self.init(microseconds: whole * 1_000_000 + fraction)
    }

    /// Year, month, day and time of day in UTC, proleptic Gregorian calendar.
    package var civil: (year: Int64, month: Int64, day: Int64, hour: Int64, minute: Int64, second: Int64) {
        // Days are counted from 0000-03-01, so that the leap day is the last of its year; 146,097 days make 400 years.
        let shifted = dayNumber + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        let secondOfDay = seconds - dayNumber * 86_400
        return (year, month, day, secondOfDay / 3600, secondOfDay / 60 % 60, secondOfDay % 60)
    }

    private static func dayNumber(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func daysIn(month: Int64, year: Int64) -> Int64 {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        switch month {
        case 2: return leap ? 29 : 28
        case 4, 6, 9, 11: return 30
        default: return 31
        }
    }

    private static func padded(_ value: Int64, _ width: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }
}

/// Both clocks, handed to whatever needs the time, so that a test can hold them still.
package struct Clock: Sendable {
    package let wall: @Sendable () -> UnixTime
    package let monotonic: @Sendable () -> MonotonicTime

    package init(
        wall: @escaping @Sendable () -> UnixTime,
        monotonic: @escaping @Sendable () -> MonotonicTime
    ) {
        self.wall = wall
        self.monotonic = monotonic
    }

    /// The machine's own clocks.
    package static let system = Clock(wall: UnixTime.now, monotonic: MonotonicTime.now)
}
