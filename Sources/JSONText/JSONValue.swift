// A JSON document as a value. Owns nothing shared; every type in this module is a value.

/// One JSON value (RFC 8259 §3), with object order and number spelling kept as they were read.
///
/// Strings compare byte for byte: two spellings of one accented letter are two different strings, as they are on the
/// wire.
package enum JSONValue: Sendable {
    case null
    case bool(Bool)
    case number(JSONNumber)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)

    /// What the value is, for people: `a string`, `an array`, … never its content.
    package var kindDescription: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }

    /// The string, or nil when the value is anything else.
    package var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The boolean, or nil when the value is anything else.
    package var bool: Bool? {
        if case .bool(let flag) = self { flag } else { nil }
    }

    /// The number, or nil when the value is anything else.
    package var number: JSONNumber? {
        if case .number(let number) = self { number } else { nil }
    }

    /// The elements, or nil when the value is no array.
    package var array: [JSONValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    /// The object, or nil when the value is no object.
    package var object: JSONObject? {
        if case .object(let object) = self { object } else { nil }
    }

    /// Whether the value is `null`.
    package var isNull: Bool {
        if case .null = self { true } else { false }
    }

    /// The whole number as a value.
    package static func integer(_ value: Int64) -> JSONValue { .number(JSONNumber(value)) }
}

extension JSONValue: Equatable {
    /// Whether both are the same value: numbers by spelling, strings byte for byte, objects with the same members in the
    /// same order.
    package static func == (left: JSONValue, right: JSONValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let a), .bool(let b)): a == b
        case (.number(let a), .number(let b)): a == b
        case (.string(let a), .string(let b)): sameBytes(a, b)
        case (.array(let a), .array(let b)): a == b
        case (.object(let a), .object(let b)): a == b
        case (.null, _), (.bool, _), (.number, _), (.string, _), (.array, _), (.object, _): false
        }
    }
}

/// Whether two strings are the same UTF-8 bytes; `==` on `String` also equates canonically equivalent spellings.
func sameBytes(_ left: String, _ right: String) -> Bool {
    left.utf8.count == right.utf8.count && left.utf8.elementsEqual(right.utf8)
}
