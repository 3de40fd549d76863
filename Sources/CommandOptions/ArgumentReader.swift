// The walk over a command line that servers and commands share.

import Platform

/// A problem on its way to the place that knows the program and the command.
struct UsageProblemThrown: Error {
    let problem: UsageProblem

    init(_ problem: UsageProblem) {
        self.problem = problem
    }
}

/// Reads options from a list of arguments: `--name value`, `--name=value`, `--flag`, `--` to end them.
struct ArgumentReader {
    /// What stands next on a command line.
    enum Step {
        /// An option was taken into the values.
        case option
        /// `--help` or `-h`.
        case help
        /// `--version`.
        case version
        /// Something that is no option.
        case argument(String)
        case end
    }

    private var rest: ArraySlice<String>
    private var optionsEnded = false
    /// What was read so far.
    private(set) var values = OptionValues()

    init(_ arguments: [String]) {
        rest = arguments[...]
    }

    /// Takes the next option or argument, looking options up among those declared.
    mutating func next(declared: [OptionDeclaration]) throws(UsageProblemThrown) -> Step {
        guard let token = rest.popFirst() else { return .end }
        if optionsEnded { return .argument(token) }
        if token == "--" {
            optionsEnded = true
            return try next(declared: declared)
        }
        if token == "-h" || token == "--help" { return .help }
        guard token.hasPrefix("--") else {
            // A single dash names standard input; a minus with digits is a number.
            let isOption = token.hasPrefix("-") && token != "-" && !DecimalText.isWholeNumber(token)
            if isOption { throw UsageProblemThrown(.unexpectedArgument(token)) }
            return .argument(token)
        }
        let parts = token.dropFirst(2).split(
            separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts[0])
        if name == "version", parts.count == 1, !declared.contains(where: { $0.name == name }) {
            return .version
        }
        guard let declaration = declared.first(where: { $0.name == name }) else {
            let suggestion = Suggestion.nearest(to: name, among: declared.map(\.name) + ["help"])
            throw UsageProblemThrown(.unknownOption(name: name, suggestion: suggestion))
        }
        let text = try value(of: declaration, inline: parts.count == 2 ? String(parts[1]) : nil)
        try store(text, for: declaration)
        return .option
    }

    mutating func appendArgument(_ name: String, _ text: String) { values.appendArgument(name, text) }

    private mutating func value(
        of declaration: OptionDeclaration, inline: String?
    ) throws(UsageProblemThrown) -> String {
        if let inline { return inline }
        switch declaration.arity {
        case .flag: return "true"
        case .optional, .required, .list:
            // The next option is no value: `--name --json` has forgotten one. `--name=--json` says it is meant.
            guard let next = rest.first, !next.hasPrefix("--") else {
                throw UsageProblemThrown(
                    .missingValue(
                        option: declaration.name, placeholder: declaration.placeholder,
                        expectation: declaration.expectation))
            }
            rest.removeFirst()
            return next
        }
    }

    private mutating func store(_ text: String, for declaration: OptionDeclaration)
        throws(UsageProblemThrown)
    {
        let place = OptionPlace.flag(declaration.name)
        switch declaration.arity {
        case .flag, .optional, .required:
            try check(text, declaration, place)
            if let first = values.given(declaration.name) {
                // A flag said twice says the same; a value said twice leaves open which one was meant.
                if declaration.arity == .flag, first.texts == [text] { return }
                throw UsageProblemThrown(.givenTwice(place: place, first: first.place))
            }
            values.set(declaration.name, OptionValues.Given(texts: [text], place: place))
        case .list:
            try check(text, declaration, place)
            if values.given(declaration.name) == nil {
                values.set(declaration.name, OptionValues.Given(texts: [], place: place))
            }
            values.append(text, to: declaration.name)
        }
    }
}

/// Refuses a text that breaks its option's rule.
func check(_ text: String, _ declaration: OptionDeclaration, _ place: OptionPlace)
    throws(UsageProblemThrown)
{
    guard declaration.accepts(text) else {
        throw UsageProblemThrown(
            .wrongValue(place: place, expectation: declaration.expectation, found: text))
    }
}
