// What an expression can hold while it is evaluated. Values.

/// A value of the template language.
package enum Value: Sendable, Hashable {
    /// Missing; empty text.
    case null
    case text(String)
    /// `True` or `False` as text.
    case boolean(Bool)
    case integer(Int64)
    case double(Double)
    /// A number of a response, kept with the digits it was sent with.
    case numeral(String)
    case date(DateTimeValue)
    case span(TimeSpanValue)

    /// The text that stands for the value where it is inserted (spec 2.5).
    ///
    /// - Parameter culture: asked for nothing so far: numbers and dates without a format are written as .NET's
    ///   invariant culture writes them, because it is machines that read them.
    package func text(in culture: Culture = .invariant) -> String {
        switch self {
        case .null: ""
        case .text(let text): text
        case .boolean(let value): value ? "True" : "False"
        case .integer(let value): String(value)
        case .double(let value): NumberFormat.plain(value)
        case .numeral(let digits): digits
        case .date(let value): DateFormat.plain(value)
        case .span(let value): SpanFormat.plain(value)
        }
    }
}
