// Methods of dates and of lengths of time. Sums are checked: what leaves the range is an error.

extension Invocation {
    func ofDate(_ date: DateTimeValue, _ method: Method.OfDate) throws(ExpressionError) -> Value {
        switch method {
        case .year: return .integer(Int64(date.civil.year))
        case .month: return .integer(Int64(date.civil.month))
        case .day: return .integer(Int64(date.civil.day))
        case .hour: return .integer(Int64(date.civil.hour))
        case .minute: return .integer(Int64(date.civil.minute))
        case .second: return .integer(Int64(date.civil.second))
        case .millisecond: return .integer(Int64(date.civil.fraction / 10_000))
        case .dayOfWeek: return .text(CultureData.invariant.days[date.civil.weekday])
        case .dayOfYear: return .integer(Int64(date.civil.dayOfYear))
        case .date:
            return .date(DateTimeValue(ticks: date.ticks - date.ticks % DateTimeValue.ticksPerDay, kind: date.kind))
        case .timeOfDay: return .span(TimeSpanValue(ticks: date.ticks % DateTimeValue.ticksPerDay))
        case .kind:
            switch date.kind {
            case .utc: return .text("Utc")
            case .local: return .text("Local")
            }
        case .addYears:
            // Bounded before it is multiplied.
            let years = min(max(try wholeNumber(0), -10_000), 10_000)
            return .date(try date.adding(months: years * 12, at: offset))
        case .addMonths: return .date(try date.adding(months: try wholeNumber(0), at: offset))
        case .addDays: return .date(try date.adding(ticks: try ticks(of: 864_000_000_000), at: offset))
        case .addHours: return .date(try date.adding(ticks: try ticks(of: 36_000_000_000), at: offset))
        case .addMinutes: return .date(try date.adding(ticks: try ticks(of: 600_000_000), at: offset))
        case .addSeconds: return .date(try date.adding(ticks: try ticks(of: 10_000_000), at: offset))
        case .addMilliseconds: return .date(try date.adding(ticks: try ticks(of: 10_000), at: offset))
        case .addTicks: return .date(try date.adding(ticks: try wholeNumber(0), at: offset))
        case .toUniversalTime: return .date(date.universal)
        case .toLocalTime:
            switch date.kind {
            case .utc: return .date(.local(date.instant, in: zone).keepingFraction(of: date))
            case .local: return .date(date)
            }
        case .toShortDateString: return .text(try formatted(date, "d"))
        case .toLongDateString: return .text(try formatted(date, "D"))
        case .toShortTimeString: return .text(try formatted(date, "t"))
        case .toLongTimeString: return .text(try formatted(date, "T"))
        }
    }

    func ofTime(_ date: DateTimeValue, _ method: Method.OfTime) throws(ExpressionError) -> Value {
        switch method {
        case .ticks: return .integer(date.ticks)
        case .add:
            guard case .span(let span) = arguments[0].value else {
                throw wrongArgument(0, "a length of time", arguments[0].whole)
            }
            return .date(try date.adding(ticks: span.ticks, at: offset))
        case .subtract:
            switch arguments[0].value {
            case .date(let other): return .span(TimeSpanValue(ticks: date.ticks - other.ticks))
            case .span(let span): return .date(try date.adding(ticks: try span.negated(at: offset).ticks, at: offset))
            case .null, .text, .boolean, .integer, .double, .numeral:
                throw wrongArgument(0, "a date or a length of time", arguments[0].whole)
            }
        }
    }

    func ofTime(_ span: TimeSpanValue, _ method: Method.OfTime) throws(ExpressionError) -> Value {
        if method == .ticks { return .integer(span.ticks) }
        guard case .span(let other) = arguments[0].value else {
            throw wrongArgument(0, "a length of time", arguments[0].whole)
        }
        return .span(try span.adding(method == .add ? other : try other.negated(at: offset), at: offset))
    }

    func ofSpan(_ span: TimeSpanValue, _ method: Method.OfSpan) throws(ExpressionError) -> Value {
        // Division rounds towards zero, and so do .NET's parts.
        let ticks = span.ticks
        switch method {
        case .days: return .integer(ticks / 864_000_000_000)
        case .hours: return .integer(ticks / 36_000_000_000 % 24)
        case .minutes: return .integer(ticks / 600_000_000 % 60)
        case .seconds: return .integer(ticks / 10_000_000 % 60)
        case .milliseconds: return .integer(ticks / 10_000 % 1_000)
        case .totalDays: return .double(Double(ticks) / 864_000_000_000)
        case .totalHours: return .double(Double(ticks) / 36_000_000_000)
        case .totalMinutes: return .double(Double(ticks) / 600_000_000)
        case .totalSeconds: return .double(Double(ticks) / 10_000_000)
        case .totalMilliseconds: return .double(Double(ticks) / 10_000)
        case .negate: return .span(try span.negated(at: offset))
        case .duration: return .span(ticks < 0 ? try span.negated(at: offset) : span)
        }
    }

    /// The first argument in units of so many ticks, as a number of ticks.
    private func ticks(of unit: Double) throws(ExpressionError) -> Int64 {
        let value = try number(0) * unit
        // More than the whole range of dates leads out of it from everywhere.
        guard value.magnitude <= Double(DateTimeValue.maximumTicks) else { throw DateTimeValue.outOfRange(offset) }
        return Int64(value)
    }

    private func formatted(_ date: DateTimeValue, _ format: String) throws(ExpressionError) -> String {
        try DateFormat.text(date, format: format, culture: culture, at: offset)
    }
}

extension DateTimeValue {
    /// The same reading with the part of a microsecond that an instant does not tell.
    fileprivate func keepingFraction(of date: DateTimeValue) -> DateTimeValue {
        DateTimeValue(ticks: ticks + date.ticks % 10, kind: kind)
    }
}
