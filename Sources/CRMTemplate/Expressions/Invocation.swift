// Methods called on a value: which type answers, what the arguments must be, and .NET's result. A value.

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
        case .value(.toString): return try toString(subject)
        case .value(.equals): return .boolean(Ordinal.equal(subject.text(), arguments[0].text))
        case .value(.compareTo): return .integer(Int64(Arithmetic.order(subject, arguments[0].whole)))
        case .text(let method): return try ofText(try text(of: subject), method)
        case .positions(let method): return try ofPositions(try text(of: subject), method)
        case .date(let method):
            guard case .date(let date) = subject else { throw wrongReceiver(subject, "a date") }
            return try ofDate(date, method)
        case .span(let method):
            guard case .span(let span) = subject else { throw wrongReceiver(subject, "a length of time") }
            return try ofSpan(span, method)
        case .time(let method):
            if case .date(let date) = subject { return try ofTime(date, method) }
            if case .span(let span) = subject { return try ofTime(span, method) }
            throw wrongReceiver(subject, "a date or a length of time")
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

    /// The text that methods of strings work on: of everything but dates and lengths of time, which have none of their
    /// own.
    private func text(of subject: Value) throws(ExpressionError) -> String {
        switch subject {
        case .date, .span: throw wrongReceiver(subject, "a text")
        case .null, .text, .boolean, .integer, .double, .numeral: return subject.text()
        }
    }

    private func ofText(_ text: String, _ method: Method.OfText) throws(ExpressionError) -> Value {
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
        }
    }

    private func ofPositions(_ text: String, _ method: Method.OfPositions) throws(ExpressionError) -> Value {
        let units = TextMethods.Units(text)
        let count = units.count
        switch method {
        case .length: return .integer(Int64(count))
        case .padLeft: return .text(try padding(count) + text)
        case .padRight: return .text(text + (try padding(count)))
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
        case .substring: return .text(units[try part(of: count)])
        case .remove:
            let part = try part(of: count)
            return .text(units[0..<part.lowerBound] + units[part.upperBound..<count])
        }
    }

    /// What the first two arguments name: where a part begins, and how long it is; without the second, to the end.
    private func part(of count: Int) throws(ExpressionError) -> Range<Int> {
        let start = try position(0, upTo: count)
        return start..<(arguments.count > 1 ? start + (try position(1, upTo: count - start)) : count)
    }

    private var trimSet: Set<Unicode.Scalar>? {
        let scalars = Set(arguments.flatMap { Array($0.text.unicodeScalars) })
        return scalars.isEmpty ? nil : scalars
    }

    /// What makes a text of `count` characters as wide as the first argument says.
    private func padding(_ count: Int) throws(ExpressionError) -> String {
        let width = try wholeNumber(0)
        guard width >= 0 else { throw beyond(0, limit) }
        guard width <= Int64(limit) else { throw tooLong }
        let character = arguments.count > 1 ? arguments[1].text : " "
        guard character.utf16.count == 1 else { throw wrongArgument(1, "one character", arguments[1].whole) }
        let missing = max(0, Int(width) - count)
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
            message: "\(method.name) needs \(expected), found \(subject.describedForPeople)", offset: offset)
    }

    func wrongArgument(_ index: Int, _ expected: String, _ found: Value) -> ExpressionError {
        ExpressionError(
            code: "wrong-argument",
            message:
                "argument \(index + 1) of \(method.name) must be \(expected), found \(found.describedForPeople)",
            offset: offset)
    }

    private func beyond(_ index: Int, _ maximum: Int) -> ExpressionError {
        ExpressionError(
            code: "out-of-range",
            message: maximum == limit
                ? "argument \(index + 1) of \(method.name) must be from 0 to \(maximum)"
                : "argument \(index + 1) of \(method.name) is not inside the text", offset: offset)
    }

    private var tooLong: ExpressionError {
        ExpressionError(
            code: "too-long", message: "\(method.name) would make a text of more than \(limit) bytes",
            offset: offset)
    }
}
