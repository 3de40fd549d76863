// Reading an object's fields with the checks a request needs, each failure naming its field.

/// An object whose fields are read by name and kind: the shape a request is validated with.
///
/// A reader whose name begins with `optional` takes an absent field and `null` for nil; use ``has(_:)`` where the two
/// differ. Lengths are counted in Unicode scalars.
package struct JSONFields: Sendable {
    /// The members being read.
    package let object: JSONObject
    /// Where the object is in its document: empty, or `key`, `rows[2]`, ….
    private let path: String

    /// The fields of a whole document, which must be one object.
    package init(
        parsing bytes: [UInt8],
        limits: JSONLimits = .standard,
        duplicateKeys: DuplicateKeys = .refuse
    ) throws(JSONInputError) {
        let value: JSONValue
        do {
            value = try JSONValue(parsing: bytes, limits: limits, duplicateKeys: duplicateKeys)
        } catch {
            throw .syntax(error)
        }
        try self.init(value)
    }

    /// The fields of a value, which must be an object.
    package init(_ value: JSONValue, path: String = "") throws(JSONInputError) {
        guard case .object(let object) = value else {
            throw .field(path: path, expected: "an object", found: value.kindDescription)
        }
        self.object = object
        self.path = path
    }

    /// Whether the field is there, be it `null`.
    package func has(_ name: StaticString) -> Bool { object[name.description] != nil }

    /// The field as it is; nil when it is absent.
    package func value(_ name: StaticString) -> JSONValue? { object[name.description] }

    /// Refuses every field that is not in the list.
    package func refuseUnknown(known: [StaticString]) throws(JSONInputError) {
        let names = known.map(\.description)
        for member in object.members where !names.contains(where: { sameBytes($0, member.name) }) {
            throw .unknownField(path: path, name: member.name, known: names)
        }
    }

    /// An error about a field, for rules of the caller's own: `expected` what, `found` what (no content).
    package func error(_ name: StaticString, expected: String, found: String) -> JSONInputError {
        .field(path: pathOf(name), expected: expected, found: found)
    }

    // MARK: Strings

    /// A string of an allowed length.
    package func string(_ name: StaticString, length: ClosedRange<Int>) throws(JSONInputError)
        -> String
    {
        let value = try present(name, Expectation.string(length))
        return try Self.string(value, length, path: pathOf(name))
    }

    /// A string of an allowed length, or nil.
    package func optionalString(_ name: StaticString, length: ClosedRange<Int>) throws(JSONInputError)
        -> String?
    {
        guard let value = notNull(name) else { return nil }
        return try Self.string(value, length, path: pathOf(name))
    }

    /// An array of so many strings, each of an allowed length; an error names the element by its index.
    package func strings(
        _ name: StaticString, count: ClosedRange<Int>, length: ClosedRange<Int>
    ) throws(JSONInputError) -> [String] {
        let elements = try elements(name, count, of: "strings")
        var texts: [String] = []
        texts.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            texts.append(try Self.string(element, length, path: pathOf(name) + "[\(index)]"))
        }
        return texts
    }

    /// An array of so many strings, each of an allowed length, or nil.
    package func optionalStrings(
        _ name: StaticString, count: ClosedRange<Int>, length: ClosedRange<Int>
    ) throws(JSONInputError) -> [String]? {
        guard notNull(name) != nil else { return nil }
        return try strings(name, count: count, length: length)
    }

    // MARK: Closed lists

    /// A string that is the raw value of one of the type's cases.
    package func choice<Choice>(
        _ name: StaticString, as type: Choice.Type
    ) throws(JSONInputError) -> Choice where Choice: CaseIterable & RawRepresentable<String> {
        let value = try present(name, Expectation.choice(type))
        return try Self.choice(value, as: type, path: pathOf(name))
    }

    /// A string that is the raw value of one of the type's cases, or nil.
    package func optionalChoice<Choice>(
        _ name: StaticString, as type: Choice.Type
    ) throws(JSONInputError) -> Choice? where Choice: CaseIterable & RawRepresentable<String> {
        guard let value = notNull(name) else { return nil }
        return try Self.choice(value, as: type, path: pathOf(name))
    }

    /// An array of so many raw values of the type's cases.
    package func choices<Choice>(
        _ name: StaticString, as type: Choice.Type, count: ClosedRange<Int>
    ) throws(JSONInputError) -> [Choice] where Choice: CaseIterable & RawRepresentable<String> {
        let elements = try elements(name, count, of: "strings")
        var choices: [Choice] = []
        for (index, element) in elements.enumerated() {
            choices.append(try Self.choice(element, as: type, path: pathOf(name) + "[\(index)]"))
        }
        return choices
    }

    // MARK: Numbers and booleans

    /// A whole number in a range.
    package func integer(_ name: StaticString, in range: ClosedRange<Int64>) throws(JSONInputError)
        -> Int64
    {
        let value = try present(name, Expectation.integer(range))
        return try integer(value, name, range)
    }

    /// A whole number in a range, or nil.
    package func optionalInteger(_ name: StaticString, in range: ClosedRange<Int64>)
        throws(JSONInputError) -> Int64?
    {
        guard let value = notNull(name) else { return nil }
        return try integer(value, name, range)
    }

    /// `true` or `false`.
    package func boolean(_ name: StaticString) throws(JSONInputError) -> Bool {
        let value = try present(name, "true or false")
        guard case .bool(let flag) = value else { throw mismatch(name, "true or false", value) }
        return flag
    }

    /// `true` or `false`, or nil.
    package func optionalBoolean(_ name: StaticString) throws(JSONInputError) -> Bool? {
        guard notNull(name) != nil else { return nil }
        return try boolean(name)
    }

    // MARK: Structure

    /// The fields of an object inside this one.
    package func fields(_ name: StaticString) throws(JSONInputError) -> JSONFields {
        try JSONFields(try present(name, "an object"), path: pathOf(name))
    }

    /// The fields of an object inside this one, or nil.
    package func optionalFields(_ name: StaticString) throws(JSONInputError) -> JSONFields? {
        guard let value = notNull(name) else { return nil }
        return try JSONFields(value, path: pathOf(name))
    }

    /// The fields of so many objects in an array.
    package func rows(_ name: StaticString, count: ClosedRange<Int>) throws(JSONInputError)
        -> [JSONFields]
    {
        let elements = try elements(name, count, of: "objects")
        var rows: [JSONFields] = []
        for (index, element) in elements.enumerated() {
            rows.append(try JSONFields(element, path: pathOf(name) + "[\(index)]"))
        }
        return rows
    }

    // MARK: Steps

    private func pathOf(_ name: StaticString) -> String {
        path.isEmpty ? name.description : path + "." + name.description
    }

    private func notNull(_ name: StaticString) -> JSONValue? {
        guard let value = object[name.description], !value.isNull else { return nil }
        return value
    }

    private func present(
        _ name: StaticString, _ expected: @autoclosure () -> String
    ) throws(JSONInputError) -> JSONValue {
        guard let value = object[name.description] else {
            throw .field(path: pathOf(name), expected: expected(), found: "no such field")
        }
        return value
    }

    private func mismatch(_ name: StaticString, _ expected: String, _ value: JSONValue)
        -> JSONInputError
    {
        .field(path: pathOf(name), expected: expected, found: value.kindDescription)
    }

    private func elements(
        _ name: StaticString, _ count: ClosedRange<Int>, of kind: String
    ) throws(JSONInputError) -> [JSONValue] {
        let value = try present(name, Expectation.array(count, of: kind))
        guard case .array(let elements) = value else { throw mismatch(name, Expectation.array(count, of: kind), value) }
        guard count.contains(elements.count) else {
            throw .field(
                path: pathOf(name), expected: Expectation.array(count, of: kind), found: "an array of \(elements.count)"
            )
        }
        return elements
    }

    private func integer(
        _ value: JSONValue, _ name: StaticString, _ range: ClosedRange<Int64>
    ) throws(JSONInputError) -> Int64 {
        guard case .number(let number) = value else { throw mismatch(name, Expectation.integer(range), value) }
        guard let integer = number.int64 else {
            let found = number.text.utf8.contains {
                $0 | 0x20 == UInt8(ascii: "e") || $0 == UInt8(ascii: ".")
            }
            throw .field(
                path: pathOf(name), expected: Expectation.integer(range),
                found: found
                    ? "a number that is not whole or too large"
                    : "a number of \(number.text.utf8.count) digits")
        }
        guard range.contains(integer) else {
            // A long number may be a phone number put into the wrong field.
            let found =
                abs(Double(integer)) < 1_000_000
                ? "\(integer)" : "a number of \(number.text.utf8.count) digits"
            throw .field(path: pathOf(name), expected: Expectation.integer(range), found: found)
        }
        return integer
    }

    private static func string(
        _ value: JSONValue, _ length: ClosedRange<Int>, path: @autoclosure () -> String
    ) throws(JSONInputError) -> String {
        guard case .string(let text) = value else {
            throw .field(path: path(), expected: Expectation.string(length), found: value.kindDescription)
        }
        // A scalar is one to four bytes: most texts are within the bounds whatever theirs are.
        let byteCount = text.utf8.count
        if byteCount <= length.upperBound, byteCount / 4 >= length.lowerBound { return text }
        let count = text.unicodeScalars.count
        guard length.contains(count) else {
            let found = count == 0 ? "an empty string" : "one of \(count)"
            throw .field(path: path(), expected: Expectation.string(length), found: found)
        }
        return text
    }

    private static func choice<Choice>(
        _ value: JSONValue, as type: Choice.Type, path: @autoclosure () -> String
    ) throws(JSONInputError) -> Choice where Choice: CaseIterable & RawRepresentable<String> {
        guard case .string(let text) = value else {
            throw .field(path: path(), expected: Expectation.choice(type), found: value.kindDescription)
        }
        for choice in Choice.allCases where sameBytes(choice.rawValue, text) { return choice }
        throw .field(path: path(), expected: Expectation.choice(type), found: "another string")
    }
}
