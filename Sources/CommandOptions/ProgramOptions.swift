// A server's options: declared once, read from the command line, the environment and a file, and explained by --help.

import Platform

/// Options under one heading of the help text.
package struct OptionSection: Sendable {
    package let title: String
    package let options: [OptionDeclaration]

    package init(_ title: String, _ options: [OptionDeclaration]) {
        self.title = title
        self.options = options
    }
}

/// What a program was asked to do.
package enum ProgramRequest: Sendable {
    /// Print this text and exit 0.
    case help(String)
    /// Print the version and exit 0.
    case version
    /// Run with these values.
    case run(OptionValues)
}

/// The options of one program without commands. A flag stands before an environment variable, that before the
/// configuration file, that before the default; a list is taken whole from the first of them that has it.
package struct ProgramOptions: Sendable {
    /// The program's name, as help, version and messages show it.
    package let name: String
    private let summary: String
    private let environmentPrefix: String
    private let otherVariables: [String]
    private let sections: [OptionSection]
    private let configuration: Option<String?>
    private let rule: @Sendable (OptionValues) -> String?

    /// Declares a program's options. Variables are `environmentPrefix` and the option's name in upper case with `_`;
    /// `configuration` is the option that names the file, and must be in one of the sections. `otherVariables` are read
    /// by the program itself, and are no slips however near they are to an option's. `rule` says in a sentence what is
    /// wrong with values that are good each for itself, and nil when nothing is.
    package init(
        name: String, summary: String, environmentPrefix: String, sections: [OptionSection],
        configuration: Option<String?>, otherVariables: [String] = [],
        rule: @escaping @Sendable (OptionValues) -> String? = { _ in nil }
    ) {
        let names = sections.flatMap(\.options).map(\.name)
        precondition(Set(names).count == names.count, "an option is declared twice")
        precondition(
            names.contains(configuration.declaration.name), "the file's option is in no section")
        self.name = name
        self.summary = summary
        self.environmentPrefix = environmentPrefix
        self.sections = sections
        self.configuration = configuration
        self.otherVariables = otherVariables
        self.rule = rule
    }

    private var declarations: [OptionDeclaration] { sections.flatMap(\.options) }

    /// Reads everything; `arguments` without the program's own name, `readFile` usually
    /// ``ConfigurationReader/read(_:)``. An empty variable counts as not set.
    package func parse(
        arguments: [String],
        environment: [String: String],
        readFile: (String) -> Result<[UInt8], ConfigurationReadError>
    ) throws(UsageError) -> ProgramRequest {
        do {
            return try read(arguments, environment, readFile)
        } catch {
            throw UsageError(error.problem, program: name, helpCommand: "\(name) --help")
        }
    }

    /// An error for a rule between options that the program itself finds broken.
    package func error(_ sentence: String) -> UsageError {
        UsageError(.rule(sentence), program: name, helpCommand: "\(name) --help")
    }

    private func read(
        _ arguments: [String], _ environment: [String: String],
        _ readFile: (String) -> Result<[UInt8], ConfigurationReadError>
    ) throws(UsageProblemThrown) -> ProgramRequest {
        var reader = ArgumentReader(arguments)
        walk: while true {
            switch try reader.next(declared: declarations) {
            case .option: continue
            case .help: return .help(help)
            case .version: return .version
            case .argument(let text): throw UsageProblemThrown(.unexpectedArgument(text))
            case .end: break walk
            }
        }
        var values = reader.values
        try addVariables(environment, to: &values)
        if let path = values[configuration],
            let place = values.given(configuration.declaration.name)?.place
        {
            switch readFile(path) {
            case .success(let bytes):
                try addFile(try ConfigurationFile(parsing: bytes, path: path), to: &values)
            case .failure(let error):
                throw UsageProblemThrown(.unreadableFile(place: place, path: path, reason: error.reason))
            }
        }
        for declaration in declarations
        where declaration.arity == .required && values.given(declaration.name) == nil {
            throw UsageProblemThrown(
                .missingOption(name: declaration.name, placeholder: declaration.placeholder))
        }
        if let sentence = rule(values) { throw UsageProblemThrown(.rule(sentence)) }
        return .run(values)
    }

    /// The environment variable of an option.
    package func variable(of optionName: String) -> String {
        environmentPrefix + optionName.uppercased().replacing("-", with: "_")
    }

    private func addVariables(
        _ environment: [String: String], to values: inout OptionValues
    ) throws(UsageProblemThrown) {
        for declaration in declarations {
            let name = variable(of: declaration.name)
            guard let text = environment[name], !text.isEmpty else { continue }
            let place = OptionPlace.variable(name)
            let texts = try texts(of: text, declaration, place)
            // A variable is checked even where a flag overrides it: a wrong one would surprise at the next start.
            if values.given(declaration.name) == nil {
                values.set(declaration.name, OptionValues.Given(texts: texts, place: place))
            }
        }
        // Orchestrators put variables of their own under a service's name, so only what looks like a slip is refused.
        let known = declarations.map { variable(of: $0.name) } + otherVariables
        for name in environment.keys.sorted()
        where name.hasPrefix(environmentPrefix) && !known.contains(name) {
            let option = String(name.dropFirst(environmentPrefix.count))
            if let meant = Suggestion.nearest(to: option, among: declarations.map(\.name)) {
                throw UsageProblemThrown(.unknownVariable(name: name, suggestion: variable(of: meant)))
            }
        }
    }

    private func addFile(_ file: ConfigurationFile, to values: inout OptionValues)
        throws(UsageProblemThrown)
    {
        var seen: [String: OptionPlace] = [:]
        var fromFile = OptionValues()
        let known = declarations.filter { $0.name != configuration.declaration.name }
        for entry in file.entries {
            guard let declaration = known.first(where: { $0.name == entry.key }) else {
                let suggestion = Suggestion.nearest(to: entry.key, among: known.map(\.name))
                throw UsageProblemThrown(
                    .unknownKey(path: file.path, line: entry.line, key: entry.key, suggestion: suggestion))
            }
            let place = OptionPlace.file(path: file.path, line: entry.line, key: entry.key)
            let texts = try texts(of: entry.value, declaration, place)
            if let first = seen[entry.key] {
                guard declaration.arity == .list else {
                    throw UsageProblemThrown(.givenTwice(place: place, first: first))
                }
                for text in texts { fromFile.append(text, to: entry.key) }
            } else {
                seen[entry.key] = place
                fromFile.set(entry.key, OptionValues.Given(texts: texts, place: place))
            }
        }
        for declaration in known where values.given(declaration.name) == nil {
            if let given = fromFile.given(declaration.name) { values.set(declaration.name, given) }
        }
    }

    /// The texts of one variable or line: a list is separated by commas.
    private func texts(
        of text: String, _ declaration: OptionDeclaration, _ place: OptionPlace
    ) throws(UsageProblemThrown) -> [String] {
        var texts = [text]
        if declaration.arity == .list {
            texts = text.split(separator: ",", omittingEmptySubsequences: false).map { part in
                String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
            }
        }
        for text in texts { try check(text, declaration, place) }
        return texts
    }

    /// The whole help text.
    package var help: String {
        var text = "\(name): \(summary)\n\nUsage: \(name) [OPTION]...\n"
        let other = [("--help", "show this text"), ("--version", "show the version")]
        text += HelpText.sections(
            sections.map { ($0.title, HelpText.options($0.options)) } + [("Other", other)])
        let example = declarations.first { $0.arity != .flag } ?? configuration.declaration
        text += "\n"
        text += HelpText.paragraph(
            """
            Every option can also be an environment variable (--\(example.name) is \(variable(of: example.name))) or a \
            line of the file that --\(configuration.declaration.name) names (\(example.name) = \(example.placeholder)). \
            A flag stands before a variable, a variable before the file, the file before the default. In the file, # \
            begins a comment. An option that can be repeated takes several values, in a variable or line separated by \
            commas.
            """)
        return text
    }
}
