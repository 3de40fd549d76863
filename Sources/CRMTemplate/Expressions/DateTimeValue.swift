// Dates as .NET has them: the reading of a clock, and where that clock hangs. Values; nothing leaves the years 1 to 9999.

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
    static let ticksPerSecond: Int64 = 10_000_000
    static let ticksPerDay: Int64 = 864_000_000_000
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
            ticksAtUnixEpoch + Int64(offsetSeconds) * ticksPerSecond)
        return carried ? maximumTicks : sum
    }

    /// Distance of the clock from UTC, in seconds; held to what a clock can have, 18 hours as .NET and ISO 8601 do.
    var offsetSeconds: Int {
        switch kind {
        case .utc: 0
        case .local(let seconds): min(max(seconds, -64_800), 64_800)
        }
    }

    /// The same instant in UTC.
    var universal: DateTimeValue {
        DateTimeValue(ticks: ticks - Int64(offsetSeconds) * Self.ticksPerSecond, kind: .utc)
    }

    /// The instant; a microsecond is the smallest it tells.
    package var instant: UnixTime {
        UnixTime(microseconds: (universal.ticks - Self.ticksAtUnixEpoch) / 10)
    }

    /// The same kind of clock, that much later.
    func adding(ticks delta: Int64, at offset: Int) throws(ExpressionError) -> DateTimeValue {
        let (sum, overflow) = ticks.addingReportingOverflow(delta)
        guard !overflow, (0...Self.maximumTicks).contains(sum) else { throw Self.outOfRange(offset) }
        return DateTimeValue(ticks: sum, kind: kind)
    }

    /// The same time of the day that many months later; the last day of the month where there is no such day.
    func adding(months: Int64, at offset: Int) throws(ExpressionError) -> DateTimeValue {
        // .NET's own bound, which keeps the sum far from overflow.
        guard abs(months.clamped) <= 120_000 else { throw Self.outOfRange(offset) }
        let civil = self.civil
        let total = Int64(civil.year) * 12 + Int64(civil.month) - 1 + months
        guard (12...119_999).contains(total) else { throw Self.outOfRange(offset) }
        let year = Int(total / 12)
        let month = Int(total % 12) + 1
        let day = min(civil.day, Self.daysIn(month: month, year: year))
        let days = Self.dayNumber(year: year, month: month, day: day)
        return DateTimeValue(ticks: days * Self.ticksPerDay + ticks % Self.ticksPerDay, kind: kind)
    }

    static func outOfRange(_ offset: Int) -> ExpressionError {
        ExpressionError(code: "out-of-range", message: "the date is not in the years 1 to 9999", offset: offset)
    }
}

extension DateTimeValue {
    /// What a clock and a calendar show.
    struct Civil {
        let year: Int
        let month: Int
        let day: Int
        let hour: Int
        let minute: Int
        let second: Int
        /// Units of 100 ns within the second.
        let fraction: Int
        /// 0 is Sunday.
        let weekday: Int
        /// From 1.
        let dayOfYear: Int
    }

    /// The reading in parts, in the proleptic Gregorian calendar.
    var civil: Civil {
        // Days are counted from 0000-03-01, so that the leap day is the last of its year; 146,097 days make 400 years.
        let dayNumber = ticks / Self.ticksPerDay
        let shifted = dayNumber + 306
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfShiftedYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfShiftedYear + 2) / 153
        let day = dayOfShiftedYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        let secondOfDay = (ticks % Self.ticksPerDay) / Self.ticksPerSecond
        return Civil(
            year: Int(year), month: Int(month), day: Int(day), hour: Int(secondOfDay / 3600),
            minute: Int(secondOfDay / 60 % 60), second: Int(secondOfDay % 60),
            fraction: Int(ticks % Self.ticksPerSecond), weekday: Int((dayNumber + 1) % 7),
            dayOfYear: Int(dayNumber - Self.dayNumber(year: Int(year), month: 1, day: 1)) + 1)
    }

    /// Days since 0001-01-01.
    static func dayNumber(year: Int, month: Int, day: Int) -> Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = shiftedYear / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return Int64(era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 306)
    }

    static func daysIn(month: Int, year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Reads a date as ISO 8601 writes it (`2026-03-04`, `2026-03-04T05:06:07Z`, `…+01:00`, up to seven digits of a
    /// second); a blank may stand for the `T`. Without a zone it is UTC. nil: it is none, or not in the years 1 to 9999.
    package init?(iso text: String) {
        var bytes = Array(text.utf8)[...]
        func digits(_ count: Int) -> Int? {
            guard bytes.count >= count, bytes.prefix(count).allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
            defer { bytes = bytes.dropFirst(count) }
            return bytes.prefix(count).reduce(0) { $0 * 10 + Int($1 - 0x30) }
        }
        func take(_ accepted: String) -> UInt8? {
            guard let first = bytes.first, accepted.utf8.contains(first) else { return nil }
            bytes = bytes.dropFirst()
            return first
        }
        guard let year = digits(4), year >= 1, take("-") != nil, let month = digits(2), (1...12).contains(month),
            take("-") != nil, let day = digits(2), (1...Self.daysIn(month: month, year: year)).contains(day)
        else { return nil }
        var ticks = Self.dayNumber(year: year, month: month, day: day) * Self.ticksPerDay
        var kind = Kind.utc
        if !bytes.isEmpty {
            guard take("Tt ") != nil, let hour = digits(2), hour < 24, take(":") != nil, let minute = digits(2),
                minute < 60
            else { return nil }
            var second = 0
            if take(":") != nil {
                guard let read = digits(2), read < 60 else { return nil }
                second = read
            }
            ticks += Int64(hour * 3600 + minute * 60 + second) * Self.ticksPerSecond
            if take(".") != nil {
                let fraction = bytes.prefix { $0 >= 0x30 && $0 <= 0x39 }
                guard (1...7).contains(fraction.count) else { return nil }
                bytes = bytes.dropFirst(fraction.count)
                var value = fraction.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
                for _ in fraction.count..<7 { value *= 10 }
                ticks += value
            }
            if !bytes.isEmpty, take("Zz") == nil {
                guard let sign = take("+-"), let hours = digits(2), hours <= 18, take(":") != nil,
                    let minutes = digits(2), minutes < 60
                else { return nil }
                kind = .local(offsetSeconds: (hours * 60 + minutes) * 60 * (sign == UInt8(ascii: "-") ? -1 : 1))
            }
        }
        guard bytes.isEmpty else { return nil }
        self.init(ticks: ticks, kind: kind)
    }
}

extension Int64 {
    /// Held where its magnitude can be taken.
    fileprivate var clamped: Int64 { Swift.max(self, -Int64.max) }
}
