// Methods called on a value: which type answers, what the arguments must be, and .NET's result.

extension Evaluation {
    /// Calls a method on a value.
    mutating func call(
        _ call: Node.Call, on receiver: Result, _ context: EvaluationContext
    ) throws(ExpressionError) -> Result {
        var arguments: [Result] = []
        arguments.reserveCapacity(call.arguments.count)
        var origins = receiver.origins
        for node in call.arguments {
            let argument = try value(of: node, context)
            origins.formUnion(argument.origins)
            arguments.append(argument)
        }
        let invocation = Invocation(
            method: call.method, arguments: arguments, offset: call.offset, culture: context.culture,
            zone: context.zone, limit: limits.outputBytes)
        let subject = receiver.whole
        if case .text(let text) = subject { try spend(bytes: text.utf8.count, at: call.offset) }
        for argument in arguments {
            if case .text(let text) = argument.value { try spend(bytes: text.utf8.count, at: call.offset) }
        }
        let value = try invocation.value(of: subject)
        if case .text(let text) = value {
            try checkLength(text.utf8.count, at: call.offset)
            try spend(bytes: text.utf8.count, at: call.offset)
        }
        return Result(value, origins)
    }
}

/// One call of a method, with its arguments evaluated.
struct Invocation {
    let method: Method
    let arguments: [Result]
    let offset: Int
    let culture: Culture
    let zone: CivilZone
    /// Bytes of the longest text that may come of it.
    let limit: Int

    /// What the method gives when it is called on a value.
    func value(of subject: Value) throws(ExpressionError) -> Value {
        switch method {
        case .toString: return try toString(subject)
        case .equals: return .boolean(Ordinal.equal(subject.text(), arguments[0].text))
        case .compareTo: return .integer(Int64(Arithmetic.order(subject, arguments[0].whole).signum()))
        case .replace, .substring, .trim, .trimStart, .trimEnd, .toUpper, .toLower, .toUpperInvariant,
            .toLowerInvariant, .padLeft, .padRight, .startsWith, .endsWith, .contains, .indexOf, .lastIndexOf, .remove,
            .insert, .length, .characterAt:
            return try ofText(subject)
        case .year, .month, .day, .hour, .minute, .second, .millisecond, .dayOfWeek, .dayOfYear, .date, .timeOfDay,
            .kind, .addYears, .addMonths, .addDays, .addHours, .addMinutes, .addSeconds, .addMilliseconds, .addTicks,
            .toUniversalTime, .toLocalTime, .toShortDateString, .toLongDateString, .toShortTimeString,
            .toLongTimeString:
            guard case .date(let date) = subject else { throw wrongReceiver(subject, "a date") }
            return try ofDate(date)
        case .ticks, .add, .subtract:
            if case .date(let date) = subject { return try ofDate(date) }
            if case .span(let span) = subject { return try ofSpan(span) }
            throw wrongReceiver(subject, "a date or a length of time")
        case .days, .hours, .minutes, .seconds, .milliseconds, .totalDays, .totalHours, .totalMinutes, .totalSeconds,
            .totalMilliseconds, .negate, .duration:
            guard case .span(let span) = subject else { throw wrongReceiver(subject, "a length of time") }
            return try ofSpan(span)
        }
    }

    // MARK: - ToString

    private func toString(_ subject: Value) throws(ExpressionError) -> Value {
        guard let argument = arguments.first else { return .text(subject.text()) }
        let format = argument.text
        switch subject {
        case .date(let date):
            // The PBX's culture is for its own clock; what is in UTC is for machines (spec 2.5).
            let culture =
                switch date.kind {
                case .local: self.culture
                case .utc: Culture.invariant
                }
            return .text(try DateFormat.text(date, format: format, culture: culture, at: offset))
        case .span(let span): return .text(try SpanFormat.text(span, format: format, culture: culture, at: offset))
        case .integer, .double, .numeral:
            return .text(try NumberFormat.text(subject, format: format, culture: culture, at: offset))
        case .null, .text, .boolean: throw wrongReceiver(subject, "a date, a length of time or a number")
        }
    }

    // MARK: - Text

    private func ofText(_ subject: Value) throws(ExpressionError) -> Value {
        switch subject {
        case .date, .span: throw wrongReceiver(subject, "a text")
        case .null, .text, .boolean, .integer, .double, .numeral: break
        }
        let text = subject.text()
        switch method {
        case .replace:
            guard let result = TextMethods.replace(text, arguments[0].text, arguments[1].text, limit: limit) else {
                throw tooLong
            }
            return .text(result)
        case .trim: return .text(TextMethods.trim(text, trimSet, start: true, end: true))
        case .trimStart: return .text(TextMethods.trim(text, trimSet, start: true, end: false))
        case .trimEnd: return .text(TextMethods.trim(text, trimSet, start: false, end: true))
        case .toUpper: return .text(TextMethods.upper(text, language: culture.data.language))
        case .toLower: return .text(TextMethods.lower(text, language: culture.data.language))
        case .toUpperInvariant: return .text(TextMethods.upper(text, language: ""))
        case .toLowerInvariant: return .text(TextMethods.lower(text, language: ""))
        case .startsWith: return .boolean(text.utf8.starts(with: arguments[0].text.utf8))
        case .endsWith: return .boolean(text.utf8.reversed().starts(with: arguments[0].text.utf8.reversed()))
        case .contains:
            return .boolean(Ordinal.firstIndex(of: Array(arguments[0].text.utf8), in: Array(text.utf8)) != nil)
        case .substring, .padLeft, .padRight, .indexOf, .lastIndexOf, .remove, .insert, .length, .characterAt:
            return try ofUnits(text)
        case .toString, .equals, .compareTo, .year, .month, .day, .hour, .minute, .second, .millisecond, .dayOfWeek,
            .dayOfYear, .date, .timeOfDay, .kind, .addYears, .addMonths, .addDays, .addHours, .addMinutes, .addSeconds,
            .addMilliseconds, .addTicks, .toUniversalTime, .toLocalTime, .toShortDateString, .toLongDateString,
            .toShortTimeString, .toLongTimeString, .ticks, .add, .subtract, .days, .hours, .minutes, .seconds,
            .milliseconds, .totalDays, .totalHours, .totalMinutes, .totalSeconds, .totalMilliseconds, .negate,
            .duration:
            throw wrongReceiver(subject, "another type")
        }
    }

    /// Methods that count characters.
    private func ofUnits(_ text: String) throws(ExpressionError) -> Value {
        let units = TextMethods.Units(text)
        let count = units.count
        switch method {
        case .length: return .integer(Int64(count))
        case .padLeft, .padRight:
            let width = try wholeNumber(0)
            guard width >= 0 else { throw beyond(0, limit) }
            guard width <= Int64(limit) else { throw tooLong }
            let padding = try padding(for: Int(width), count)
            return .text(method == .padLeft ? padding + text : text + padding)
        case .indexOf:
            let start = arguments.count > 1 ? try position(1, upTo: count) : 0
            return .integer(Int64(TextMethods.firstIndex(of: arguments[0].text, in: units, text, from: start)))
        case .lastIndexOf: return .integer(Int64(TextMethods.lastIndex(of: arguments[0].text, in: units, text)))
        case .insert:
            let index = try position(0, upTo: count)
            return .text(units[0..<index] + arguments[1].text + units[index..<count])
        case .characterAt:
            let index = try position(0, upTo: count)
            guard index < count else { throw beyond(0, count) }
            return .text(units[index..<(index + 1)])
        default:
            // Substring and Remove: a start, and how much.
            let start = try position(0, upTo: count)
            let end = arguments.count > 1 ? start + (try position(1, upTo: count - start)) : count
            return .text(
                method == .substring ? units[start..<end] : units[0..<start] + units[end..<count])
        }
    }

    private var trimSet: Set<Unicode.Scalar>? {
        let scalars = Set(arguments.flatMap { Array($0.text.unicodeScalars) })
        return scalars.isEmpty ? nil : scalars
    }

    /// What makes a text of `count` characters `width` long.
    private func padding(for width: Int, _ count: Int) throws(ExpressionError) -> String {
        let character = arguments.count > 1 ? arguments[1].text : " "
        guard character.utf16.count == 1 else { throw wrongArgument(1, "one character", arguments[1].whole) }
        let missing = max(0, width - count)
        guard missing * character.utf8.count <= limit else { throw tooLong }
        return String(repeating: character, count: missing)
    }

    // MARK: - Arguments

    /// A whole number from 0 to `maximum`.
    func position(_ index: Int, upTo maximum: Int) throws(ExpressionError) -> Int {
        let number = try wholeNumber(index)
        guard number >= 0, number <= Int64(maximum) else { throw beyond(index, maximum) }
        return Int(number)
    }

    func wholeNumber(_ index: Int) throws(ExpressionError) -> Int64 {
        guard case .integer(let number)? = Arithmetic.number(arguments[index].whole) else {
            throw wrongArgument(index, "a whole number", arguments[index].whole)
        }
        return number
    }

    func number(_ index: Int) throws(ExpressionError) -> Double {
        guard let number = Arithmetic.number(arguments[index].whole) else {
            throw wrongArgument(index, "a number", arguments[index].whole)
        }
        return number.asDouble
    }

    // MARK: - Errors

    func wrongReceiver(_ subject: Value, _ expected: String) -> ExpressionError {
        let isMissing =
            switch subject {
            case .null: true
            case .text(let text): text.isEmpty
            case .boolean, .integer, .double, .numeral, .date, .span: false
            }
        return ExpressionError(
            code: isMissing ? "null-method" : "wrong-type",
            message: "\(method.rawValue) needs \(expected), found \(subject.describedForPeople)", offset: offset)
    }

    func wrongArgument(_ index: Int, _ expected: String, _ found: Value) -> ExpressionError {
        ExpressionError(
            code: "wrong-argument",
            message:
                "argument \(index + 1) of \(method.rawValue) must be \(expected), found \(found.describedForPeople)",
            offset: offset)
    }

    private func beyond(_ index: Int, _ maximum: Int) -> ExpressionError {
        ExpressionError(
            code: "out-of-range",
            message: maximum == limit
                ? "argument \(index + 1) of \(method.rawValue) must be from 0 to \(maximum)"
                : "argument \(index + 1) of \(method.rawValue) is not inside the text", offset: offset)
    }

    private var tooLong: ExpressionError {
        ExpressionError(
            code: "too-long", message: "\(method.rawValue) would make a text of more than \(limit) bytes",
            offset: offset)
    }
}
