// An option or argument as it is declared: once, as data, with the kind of its value.

/// Everything about an option but the type of its value: what parsing and help texts need.
package struct OptionDeclaration: Sendable {
    /// How often a value may be given, and what is there when none is.
    package enum Arity: Sendable, Hashable {
        /// No value on the command line; `true` or `false` elsewhere.
        case flag
        /// One value that may be left out, with what stands then.
        case optional(default: String?)
        /// One value that must be given.
        case required
        /// Any number of values: the flag or the file's line repeated; in a variable or a line also separated by commas.
        case list
    }

    /// The long name without its dashes: `max-body-bytes`.
    package let name: String
    /// What the option does, one sentence without its full stop.
    package let help: String
    /// How often it may be given.
    package let arity: Arity
    /// What stands for the value in a help text.
    package let placeholder: String
    /// The rule of its value, in words that follow "expected".
    package let expectation: String
    /// Whether a value keeps the rule.
    package let accepts: @Sendable (String) -> Bool
}

/// A declared option and the reading of its value.
package struct Option<Value: Sendable>: Sendable {
    /// What parsing and help texts need.
    package let declaration: OptionDeclaration
    /// The value of the texts given, nil when they are not what the declaration asks for.
    let read: @Sendable ([String]) -> Value?

    /// An option with a value and a default.
    package static func value(
        _ name: String, _ kind: ValueKind<Value>, default defaultText: String, help: String
    ) -> Option {
        precondition(kind.read(defaultText) != nil, "the default of --\(name) breaks its own rule")
        return Option(name, kind, .optional(default: defaultText), help) { $0.first.flatMap(kind.read) }
    }

    /// An option whose value must be given.
    package static func required(_ name: String, _ kind: ValueKind<Value>, help: String) -> Option {
        Option(name, kind, .required, help) { $0.first.flatMap(kind.read) }
    }

    /// An option that may be left out; its value is nil then.
    package static func optional<Wrapped>(
        _ name: String, _ kind: ValueKind<Wrapped>, help: String
    ) -> Option where Value == Wrapped? {
        Option(name, kind, .optional(default: nil), help) { texts in
            guard let text = texts.first else { return .some(nil) }
            guard let value = kind.read(text) else { return nil }
            return .some(value)
        }
    }

    /// An option that may be given any number of times; its value is the array, in order.
    package static func list<Element>(
        _ name: String, _ kind: ValueKind<Element>, help: String
    ) -> Option where Value == [Element] {
        Option(name, kind, .list, help) { texts in
            let values = texts.compactMap(kind.read)
            return values.count == texts.count ? values : nil
        }
    }

    /// An option without a value: there or not.
    package static func flag(_ name: String, help: String) -> Option where Value == Bool {
        Option(name, ValueKind<Bool>.boolean, .flag, help) { texts in
            guard let text = texts.first else { return false }
            return ValueKind<Bool>.boolean.read(text)
        }
    }

    private init<Element>(
        _ name: String, _ kind: ValueKind<Element>, _ arity: OptionDeclaration.Arity, _ help: String,
        read: @escaping @Sendable ([String]) -> Value?
    ) {
        self.declaration = OptionDeclaration(
            name: name, help: help, arity: arity, placeholder: kind.placeholder,
            expectation: kind.expectation,
            accepts: { kind.read($0) != nil })
        self.read = read
    }
}

/// Everything about a positional argument but the type of its value.
package struct ArgumentDeclaration: Sendable {
    /// Its name in help texts and errors: `ACCOUNT`.
    package let name: String
    /// What it is, one sentence without its full stop.
    package let help: String
    /// Whether it may be left out.
    package let isOptional: Bool
    /// Whether it takes all that is left, one or more; only the last of a command does.
    package let isRepeated: Bool
    /// The rule of its value, in words that follow "expected".
    package let expectation: String
    /// Whether a value keeps the rule.
    package let accepts: @Sendable (String) -> Bool
}

/// A declared positional argument and the reading of its value.
package struct Argument<Value: Sendable>: Sendable {
    /// What parsing and help texts need.
    package let declaration: ArgumentDeclaration
    let read: @Sendable ([String]) -> Value?

    /// An argument that must be given.
    package static func required(_ name: String, _ kind: ValueKind<Value>, help: String) -> Argument {
        Argument(
            declaration: ArgumentDeclaration(
                name: name, help: help, isOptional: false, isRepeated: false, expectation: kind.expectation,
                accepts: { kind.read($0) != nil }),
            read: { $0.first.flatMap(kind.read) })
    }

    /// The last argument, given once or more often; its value is the array, in order.
    /// - Parameter isOptional: whether it may also be left out.
    package static func list<Element>(
        _ name: String, _ kind: ValueKind<Element>, isOptional: Bool = false, help: String
    ) -> Argument where Value == [Element] {
        Argument(
            declaration: ArgumentDeclaration(
                name: name, help: help, isOptional: isOptional, isRepeated: true, expectation: kind.expectation,
                accepts: { kind.read($0) != nil }),
            read: { texts in
                let values = texts.compactMap(kind.read)
                return values.count == texts.count ? values : nil
            })
    }

    /// An argument that may be left out; its value is nil then. Only the last ones of a command may be.
    package static func optional<Wrapped>(
        _ name: String, _ kind: ValueKind<Wrapped>, help: String
    ) -> Argument where Value == Wrapped? {
        Argument(
            declaration: ArgumentDeclaration(
                name: name, help: help, isOptional: true, isRepeated: false, expectation: kind.expectation,
                accepts: { kind.read($0) != nil }),
            read: { texts in
                guard let text = texts.first else { return .some(nil) }
                guard let value = kind.read(text) else { return nil }
                return .some(value)
            })
    }
}
