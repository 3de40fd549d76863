// A value to bytes, straight into one growing array. The writer owns the array until it is taken back.

/// Writes JSON text piece by piece; commas and, when asked for, line breaks come by themselves.
///
/// Nothing is checked in release builds beyond what memory safety needs: the caller opens and closes in order. Output is
/// UTF-8; control characters, U+2028 and U+2029 are escaped, so that the text is safe inside scripts and on one line.
package struct JSONWriter: Sendable {
    /// How the text is laid out.
    package enum Layout: Sendable, Hashable {
        /// No white space at all.
        case compact
        /// Two spaces a level and one member a line, for people.
        case indented
    }

    /// The text so far.
    package internal(set) var bytes: [UInt8]
    private let layout: Layout
    private var depth = 0
    /// Whether the next value or key stands behind another one in the same array or object.
    private var followsValue = false
    /// Whether a key was just written, so that its value stays on the line.
    private var followsKey = false

    /// A writer that appends to `bytes`, which it takes over without copying.
    package init(appendingTo bytes: consuming [UInt8] = [], layout: Layout = .compact) {
        self.bytes = bytes
        self.layout = layout
    }

    /// A writer with room for so many bytes.
    package init(reserving byteCount: Int, layout: Layout = .compact) {
        bytes = []
        bytes.reserveCapacity(byteCount)
        self.layout = layout
    }

    /// The finished text.
    package consuming func finish() -> [UInt8] {
        assert(depth == 0, "an array or object is still open")
        return bytes
    }

    // MARK: Structure

    /// Opens an object.
    package mutating func beginObject() { open(UInt8(ascii: "{")) }
    /// Closes the innermost object.
    package mutating func endObject() { close(UInt8(ascii: "}")) }
    /// Opens an array.
    package mutating func beginArray() { open(UInt8(ascii: "[")) }
    /// Closes the innermost array.
    package mutating func endArray() { close(UInt8(ascii: "]")) }

    /// A member's name, written as it is: it must be ASCII without quotes, backslashes and control characters.
    package mutating func key(_ name: StaticString) {
        let comma = separator()
        emit(name.utf8CodeUnitCount + 5) { output in
            if comma { output.put(UInt8(ascii: ",")) }
            output.put(UInt8(ascii: "\""))
            output.put(name)
            output.put(UInt8(ascii: "\""))
            output.put(UInt8(ascii: ":"))
        }
        endKey()
    }

    /// A member's name that is only known at run time.
    package mutating func key(dynamic name: String) {
        appendQuoted(name, comma: separator())
        bytes.append(UInt8(ascii: ":"))
        endKey()
    }

    @inline(always)
    private mutating func endKey() {
        if layout == .indented { bytes.append(0x20) }
        followsValue = false
        followsKey = true
    }

    // MARK: Values

    /// A string, or `null` for nil.
    package mutating func string(_ text: String?) {
        guard let text else { return token(unquoted: "null") }
        appendQuoted(text, comma: separator())
        followsValue = true
    }

    /// A string whose text needs no escapes, such as a token of a closed list.
    package mutating func token(_ text: StaticString) {
        let comma = separator()
        emit(text.utf8CodeUnitCount + 3) { output in
            if comma { output.put(UInt8(ascii: ",")) }
            output.put(UInt8(ascii: "\""))
            output.put(text)
            output.put(UInt8(ascii: "\""))
        }
        followsValue = true
    }

    /// A whole number, or `null` for nil.
    package mutating func integer(_ value: Int64?) {
        guard let value else { return token(unquoted: "null") }
        appendDecimal(value.magnitude, isNegative: value < 0, comma: separator())
        followsValue = true
    }

    /// A whole number, or `null` for nil.
    package mutating func integer(_ value: Int?) { integer(value.map { Int64($0) }) }

    /// A whole number of any other width, or `null` for nil.
    package mutating func integer<Number: FixedWidthInteger>(_ value: Number?) {
        guard let value else { return token(unquoted: "null") }
        if let narrow = Int64(exactly: value) { return integer(narrow) }
        if separator() { bytes.append(UInt8(ascii: ",")) }
        bytes.append(contentsOf: String(value).utf8)
        followsValue = true
    }

    /// A boolean, or `null` for nil.
    package mutating func boolean(_ value: Bool?) {
        switch value {
        case .some(true): token(unquoted: "true")
        case .some(false): token(unquoted: "false")
        case .none: token(unquoted: "null")
        }
    }

    /// A number as it was written.
    package mutating func number(_ value: JSONNumber) {
        if separator() { bytes.append(UInt8(ascii: ",")) }
        bytes.append(contentsOf: value.text.utf8)
        followsValue = true
    }

    /// `null`.
    package mutating func null() { token(unquoted: "null") }

    /// One whole value that is JSON text already, such as a stored answer.
    package mutating func raw(_ json: [UInt8]) {
        if separator() { bytes.append(UInt8(ascii: ",")) }
        bytes.append(contentsOf: json)
        followsValue = true
    }

    /// A parsed or built value with everything in it.
    package mutating func value(_ value: JSONValue) {
        switch value {
        case .null: null()
        case .bool(let flag): boolean(flag)
        case .number(let number): self.number(number)
        case .string(let text): string(text)
        case .array(let elements):
            beginArray()
            for element in elements { self.value(element) }
            endArray()
        case .object(let object):
            beginObject()
            for member in object.members {
                key(dynamic: member.name)
                self.value(member.value)
            }
            endObject()
        }
    }

    // MARK: Members

    /// A member with a string value, or `null`.
    package mutating func field(_ name: StaticString, _ text: String?) {
        key(name)
        string(text)
    }

    /// A member with a whole number, or `null`.
    package mutating func field(_ name: StaticString, _ value: Int64?) {
        key(name)
        integer(value)
    }

    /// A member with a whole number, or `null`.
    package mutating func field(_ name: StaticString, _ value: Int?) {
        key(name)
        integer(value)
    }

    /// A member with a whole number of any other width, or `null`.
    package mutating func field<Number: FixedWidthInteger>(_ name: StaticString, _ value: Number?) {
        key(name)
        integer(value)
    }

    /// A member with a boolean, or `null`.
    package mutating func field(_ name: StaticString, _ value: Bool?) {
        key(name)
        boolean(value)
    }

    /// A member with an array of strings.
    package mutating func field(_ name: StaticString, _ texts: [String]) {
        key(name)
        beginArray()
        for text in texts { string(text) }
        endArray()
    }

    // MARK: Bytes

    private mutating func open(_ bracket: UInt8) {
        if separator() { bytes.append(UInt8(ascii: ",")) }
        bytes.append(bracket)
        depth += 1
        followsValue = false
    }

    private mutating func close(_ bracket: UInt8) {
        assert(depth > 0, "nothing is open")
        depth -= 1
        // An empty array or object stays on its line.
        if layout == .indented, followsValue { breakLine() }
        bytes.append(bracket)
        followsValue = true
    }

    /// Whether a comma is due before the next value or key; for people it is written here, with the line break.
    @inline(always)
    private mutating func separator() -> Bool {
        if layout == .compact { return followsValue }
        separateForPeople()
        return false
    }

    private mutating func separateForPeople() {
        if followsValue { bytes.append(UInt8(ascii: ",")) }
        if depth > 0, !followsKey { breakLine() }
        followsKey = false
    }

    private mutating func breakLine() {
        bytes.append(0x0A)
        bytes.append(contentsOf: repeatElement(0x20, count: 2 * depth))
    }

    /// `null`, `true` or `false`.
    private mutating func token(unquoted word: StaticString) {
        let comma = separator()
        emit(word.utf8CodeUnitCount + 1) { output in
            if comma { output.put(UInt8(ascii: ",")) }
            output.put(word)
        }
        followsValue = true
    }
}
