// The variables an evaluation sees. Values: a frame that was given a child is never changed again.

/// A value with where it came from.
package struct Variable: Sendable, Hashable {
    package let value: Value
    package let origins: Origins

    package init(_ value: Value, _ origins: Origins) {
        self.value = value
        self.origins = origins
    }
}

/// Variables by name, in frames: a child sees what its parent had when it was made, and shadows it.
package struct VariableScope: Sendable {
    private var frame: [String: Variable] = [:]

    package init() {}

    /// Sets a variable of this frame; one of the same name (in the same case) is replaced.
    package mutating func set(_ name: String, _ variable: Variable) { frame[name] = variable }

    /// A frame on top of this one. Cheap: nothing is copied.
    package func child() -> VariableScope { self }

    /// The variable of that name: in exactly that case in any frame, else in another case (A11), the innermost first.
    /// `Escaped` before any other name gives that variable's text escaped as RFC 3986 has it.
    package subscript(name: String) -> Variable? { frame[name] }

    /// All names, each once, in the order they were first set, outer frames first.
    package var names: [String] { frame.keys.sorted() }
}
