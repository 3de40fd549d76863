// What was given, checked: texts by option, read to typed values where they are asked for.

/// The checked values of a program's or a command's options and arguments.
package struct OptionValues: Sendable {
    /// A text and where it came from.
    struct Given: Sendable {
        var texts: [String]
        var place: OptionPlace
    }

    private var options: [String: Given] = [:]
    private var arguments: [String: [String]] = [:]

    init() {}

    /// The value of an option, its default when none was given.
    package subscript<Value>(option: Option<Value>) -> Value {
        let declaration = option.declaration
        var texts = options[declaration.name]?.texts ?? []
        if texts.isEmpty, case .optional(let defaultText?) = declaration.arity { texts = [defaultText] }
        guard let value = option.read(texts) else {
            // Parsing has checked every text of every declared option; only an option that was never declared to it
            // gets here.
            preconditionFailure("--\(declaration.name) is not an option of what was parsed")
        }
        return value
    }

    /// The value of a positional argument.
    package subscript<Value>(argument: Argument<Value>) -> Value {
        guard let value = argument.read(arguments[argument.declaration.name] ?? []) else {
            // As above: an argument that was never declared.
            preconditionFailure("\(argument.declaration.name) is not an argument of what was parsed")
        }
        return value
    }

    /// Whether the option was given anywhere, rather than left to its default.
    package func isGiven<Value>(_ option: Option<Value>) -> Bool {
        options[option.declaration.name] != nil
    }

    func given(_ name: String) -> Given? { options[name] }

    mutating func set(_ name: String, _ given: Given) { options[name] = given }

    mutating func append(_ text: String, to name: String) { options[name]?.texts.append(text) }

    mutating func appendArgument(_ name: String, _ text: String) { arguments[name, default: []].append(text) }
}

/// Where a value was written.
package enum OptionPlace: Sendable, Hashable, CustomStringConvertible {
    /// On the command line: the option's name without dashes.
    case flag(String)
    /// As a positional argument: its name.
    case argument(String)
    /// In an environment variable: its name.
    case variable(String)
    /// In a configuration file: its path, the line from 1 and the key.
    case file(path: String, line: Int, key: String)

    package var description: String {
        switch self {
        case .flag(let name): "--\(name)"
        case .argument(let name): name
        case .variable(let name): name
        case .file(let path, let line, let key): "\(path):\(line): `\(key)`"
        }
    }
}
