// Values as SQLite stores them. Immutable.

/// One value of SQLite's five storage classes.
package enum SQLValue: Hashable, Sendable {
    case null
    case integer(Int64)
    /// A NaN is stored as NULL: SQLite has none.
    case real(Double)
    /// UTF-8; may hold NUL bytes, its length is counted.
    case text(String)
    case blob([UInt8])
}

extension SQLValue {
    /// 1 or 0.
    package static func boolean(_ value: Bool) -> SQLValue { .integer(value ? 1 : 0) }
    /// The integer, or NULL.
    package static func integer(_ value: Int64?) -> SQLValue { value.map { .integer($0) } ?? .null }
    /// The text, or NULL.
    package static func text(_ value: String?) -> SQLValue { value.map { .text($0) } ?? .null }
    /// The bytes, or NULL.
    package static func blob(_ value: [UInt8]?) -> SQLValue { value.map { .blob($0) } ?? .null }
}

extension SQLValue: ExpressibleByNilLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByStringLiteral, ExpressibleByBooleanLiteral
{
    package init(nilLiteral: ()) { self = .null }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(floatLiteral value: Double) { self = .real(value) }
    package init(stringLiteral value: String) { self = .text(value) }
    package init(booleanLiteral value: Bool) { self = .boolean(value) }
}
