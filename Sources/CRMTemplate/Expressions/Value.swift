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
}

/// A date and time as .NET has it.
package struct DateTimeValue: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        case utc
        /// Civil time somewhere, with its distance from UTC in seconds.
        case local(offsetSeconds: Int)
    }

    /// The reading of the clock itself, in units of 100 ns since 0001-01-01T00:00:00, of the place `kind` names.
    package let ticks: Int64
    package let kind: Kind

    package init(ticks: Int64, kind: Kind) {
        self.ticks = ticks
        self.kind = kind
    }
}

/// A length of time as .NET has it, in units of 100 ns.
package struct TimeSpanValue: Sendable, Hashable {
    package let ticks: Int64

    package init(ticks: Int64) { self.ticks = ticks }
}
