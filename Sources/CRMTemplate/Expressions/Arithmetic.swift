// Sums, differences and order of values. Pure functions; nothing wraps or traps.

/// `+`, `-` and `>` as .NET has them for numbers, dates and lengths of time.
enum Arithmetic {
    /// A number as calculations see it.
    enum Number {
        case integer(Int64)
        case double(Double)

        var asDouble: Double {
            switch self {
            case .integer(let value): Double(value)
            case .double(let value): value
            }
        }
    }

    /// The sum of two numbers, or of a date or length of time and a length of time; nil: they are put together as
    /// texts. The text of a number is text here.
    static func sum(_ left: Result, _ right: Result, at offset: Int) throws(ExpressionError) -> Result? {
        guard left.pieces.isEmpty, right.pieces.isEmpty else { return nil }
        let origins = left.origins.union(right.origins)
        switch (left.value, right.value) {
        case (.date(let date), .span(let span)):
            return Result(.date(try date.adding(ticks: span.ticks, at: offset)), origins)
        case (.span(let first), .span(let second)):
            return Result(.span(try first.adding(second, at: offset)), origins)
        default:
            guard let first = typedNumber(left.value), let second = typedNumber(right.value) else { return nil }
            return Result(try total(first, second, isSubtracted: false, at: offset), origins)
        }
    }

    /// The difference of two numbers or numeric texts, of dates, or of lengths of time.
    static func difference(_ left: Result, _ right: Result, at offset: Int) throws(ExpressionError) -> Result {
        let origins = left.origins.union(right.origins)
        switch (left.whole, right.whole) {
        case (.date(let first), .date(let second)):
            // Both in the years 1 to 9999: the difference of their readings fits, as .NET takes it.
            return Result(.span(TimeSpanValue(ticks: first.ticks - second.ticks)), origins)
        case (.date(let date), .span(let span)):
            return Result(.date(try date.adding(ticks: try span.negated(at: offset).ticks, at: offset)), origins)
        case (.span(let first), .span(let second)):
            return Result(.span(try first.adding(try second.negated(at: offset), at: offset)), origins)
        case (let first, let second):
            guard let minuend = number(first) else { throw notNumber(first, "left", offset) }
            guard let subtrahend = number(second) else { throw notNumber(second, "right", offset) }
            return Result(try total(minuend, subtrahend, isSubtracted: true, at: offset), origins)
        }
    }

    /// Below, at or above 0 as `left` stands before, with or behind `right`: dates and lengths of time by time,
    /// numbers and numeric texts by size, everything else as text.
    static func order(_ left: Value, _ right: Value) -> Int {
        switch (left, right) {
        case (.date(let first), .date(let second)): return compare(first.ticks, second.ticks)
        case (.span(let first), .span(let second)): return compare(first.ticks, second.ticks)
        default: break
        }
        if let first = number(left), let second = number(right) {
            if case .integer(let first) = first, case .integer(let second) = second { return compare(first, second) }
            return compare(first.asDouble, second.asDouble)
        }
        return Ordinal.compare(left.text(), right.text())
    }

    private static func compare<T: Comparable>(_ left: T, _ right: T) -> Int {
        left < right ? -1 : (left > right ? 1 : 0)
    }

    private static func total(
        _ left: Number, _ right: Number, isSubtracted: Bool, at offset: Int
    ) throws(ExpressionError) -> Value {
        if case .integer(let first) = left, case .integer(let second) = right {
            let (result, overflow) =
                isSubtracted ? first.subtractingReportingOverflow(second) : first.addingReportingOverflow(second)
            if overflow { throw outOfRange(offset) }
            return .integer(result)
        }
        let result = isSubtracted ? left.asDouble - right.asDouble : left.asDouble + right.asDouble
        guard result.isFinite else { throw outOfRange(offset) }
        return .double(result)
    }

    /// The number a value is; nil for text.
    static func typedNumber(_ value: Value) -> Number? {
        switch value {
        case .integer(let value): .integer(value)
        case .double(let value): value.isFinite ? .double(value) : nil
        case .numeral(let text): parsed(text)
        case .null, .text, .boolean, .date, .span: nil
        }
    }

    /// The number a value is or spells.
    static func number(_ value: Value) -> Number? {
        if case .text(let text) = value { return parsed(text) }
        return typedNumber(value)
    }

    /// Longer texts are no numbers: the exact digits of a double are fewer than 800.
    private static let numberBytesMax = 800

    /// Digits with a sign, a fraction and an exponent if need be, white space around: what .NET's invariant culture
    /// reads, and JSON writes. Neither `0x10` nor `inf`.
    static func parsed(_ text: String) -> Number? {
        guard text.utf8.count <= numberBytesMax else { return nil }
        var bytes = Array(text.utf8)[...]
        while let first = bytes.first, ExpressionScanner.isSpace(first) { bytes = bytes.dropFirst() }
        while let last = bytes.last, ExpressionScanner.isSpace(last) { bytes = bytes.dropLast() }
        var rest = bytes
        if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        let whole = rest.prefix { $0 >= 0x30 && $0 <= 0x39 }
        rest = rest.dropFirst(whole.count)
        guard !whole.isEmpty else { return nil }
        let trimmed = String(decoding: bytes, as: UTF8.self)
        if rest.isEmpty, let value = Int64(trimmed) { return .integer(value) }
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            let fraction = rest.prefix { $0 >= 0x30 && $0 <= 0x39 }
            guard !fraction.isEmpty else { return nil }
            rest = rest.dropFirst(fraction.count)
        }
        if rest.first.map(Ordinal.lower) == UInt8(ascii: "e") {
            rest = rest.dropFirst()
            if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
            let exponent = rest.prefix { $0 >= 0x30 && $0 <= 0x39 }
            guard !exponent.isEmpty else { return nil }
            rest = rest.dropFirst(exponent.count)
        }
        guard rest.isEmpty, let value = Double(trimmed), value.isFinite else { return nil }
        return .double(value)
    }

    private static func notNumber(_ value: Value, _ side: String, _ offset: Int) -> ExpressionError {
        ExpressionError(
            code: "not-number",
            message: "'-' needs numbers, found \(value.describedForPeople) on the \(side); a text with '-' in it needs "
                + "quotes", offset: offset)
    }

    private static func outOfRange(_ offset: Int) -> ExpressionError {
        ExpressionError(code: "out-of-range", message: "the result is too large for a number", offset: offset)
    }
}
