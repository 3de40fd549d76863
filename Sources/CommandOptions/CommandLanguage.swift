// A program of commands in groups: `nocli [--database FILE] account create --name NAME`.

import Platform

/// One command: its words, what it takes and what it does.
package struct CommandDeclaration: Sendable {
    /// The word behind the group's; two words for a command of a group within the group: `plan show`. Empty for the one
    /// command of a group that is called by the group's word alone.
    package let name: String
    /// What it does, one sentence without its full stop.
    package let summary: String
    /// Positional arguments in order; those that may be left out last.
    package let arguments: [ArgumentDeclaration]
    /// Its own options.
    package let options: [OptionDeclaration]
    /// Paragraphs below the options in its help text.
    package let details: [String]

    package init(
        _ name: String, summary: String, arguments: [ArgumentDeclaration] = [],
        options: [OptionDeclaration] = [],
        details: [String] = []
    ) {
        self.name = name
        self.summary = summary
        self.arguments = arguments
        self.options = options
        self.details = details
    }
}

/// Commands about one thing.
package struct CommandGroup: Sendable {
    package let name: String
    package let summary: String
    package let commands: [CommandDeclaration]

    package init(_ name: String, summary: String, commands: [CommandDeclaration]) {
        self.name = name
        self.summary = summary
        self.commands = commands
    }

    /// The command that the group's word alone calls; nil when another word has to follow.
    var sole: CommandDeclaration? { commands.count == 1 && commands[0].name.isEmpty ? commands[0] : nil }

    /// The group within this one whose commands begin with a word; nil when none does.
    func within(_ word: String) -> CommandGroup? {
        let inner = commands.filter { $0.name.hasPrefix(word + " ") }.map { command in
            CommandDeclaration(
                String(command.name.dropFirst(word.count + 1)), summary: command.summary, arguments: command.arguments,
                options: command.options, details: command.details)
        }
        return inner.isEmpty ? nil : CommandGroup("\(name) \(word)", summary: summary, commands: inner)
    }
}

/// A command that was called, with its checked values.
package struct CommandInvocation: Sendable {
    /// Group and command: `["account", "create"]`, also `["number plan", "show"]`, and `["sandbox"]` for a group that is a
    /// command.
    package let path: [String]
    /// The values of its options and arguments, and of the global options.
    package let values: OptionValues
    private let program: String

    init(path: [String], values: OptionValues, program: String) {
        self.path = path
        self.values = values
        self.program = program
    }

    /// An error for a rule between options that the command itself finds broken.
    package func error(_ sentence: String) -> UsageError {
        let words = ([program] + path).joined(separator: " ")
        return UsageError(.rule(sentence), program: program, helpCommand: "\(words) --help")
    }
}

/// What a program of commands was asked to do.
package enum CommandRequest: Sendable {
    /// Print this text and exit 0.
    case help(String)
    /// Print the version and exit 0.
    case version
    /// Run this command.
    case run(CommandInvocation)
}

/// All commands of a program, and the reading of its command line.
package struct CommandLanguage: Sendable {
    let program: String
    let summary: String
    let globals: [OptionDeclaration]
    let groups: [CommandGroup]
    let notes: [String]

    /// Declares a program; global options may stand before the command and behind it.
    package init(
        program: String, summary: String, globals: [OptionDeclaration], groups: [CommandGroup],
        notes: [String] = []
    ) {
        self.program = program
        self.summary = summary
        self.globals = globals
        self.groups = groups
        self.notes = notes
    }

    /// Reads a command line without the program's own name.
    package func parse(_ arguments: [String]) throws(UsageError) -> CommandRequest {
        var words = [program]
        do {
            return try read(arguments, words: &words)
        } catch {
            let helpCommand = words.joined(separator: " ") + " --help"
            throw UsageError(error.problem, program: program, helpCommand: helpCommand)
        }
    }

    /// The steps down: program, group, command. `words` tells how far they came, for the help that an error names.
    private func read(_ arguments: [String], words: inout [String]) throws(UsageProblemThrown)
        -> CommandRequest
    {
        var reader = ArgumentReader(arguments)
        var group: CommandGroup?
        var command: CommandDeclaration?
        var texts: [String] = []
        walk: while true {
            switch try reader.next(declared: globals + (command?.options ?? [])) {
            case .option: continue
            case .help: return .help(help(group, command))
            case .version: return .version
            case .end: break walk
            case .argument(let text):
                if command != nil {
                    texts.append(text)
                } else if let inner = group?.within(text) {
                    group = inner
                    words.append(text)
                } else if let group {
                    command = try Self.find(text, in: group.commands, named: \.name, group: group.name)
                    words.append(text)
                } else if text == "help" {
                    return .help(help(nil, nil))
                } else {
                    group = try Self.find(text, in: groups, named: \.name, group: nil)
                    command = group?.sole
                    words.append(text)
                }
            }
        }
        guard let group else {
            throw UsageProblemThrown(.missingCommand(group: nil, known: groups.map(\.name)))
        }
        guard let command else {
            throw UsageProblemThrown(
                .missingCommand(group: group.name, known: group.commands.map(\.name)))
        }
        var unread = texts[...]
        for argument in command.arguments {
            if unread.isEmpty, !argument.isOptional {
                throw UsageProblemThrown(.missingArgument(name: argument.name, help: argument.help))
            }
            for text in argument.isRepeated ? unread : unread.prefix(1) {
                guard argument.accepts(text) else {
                    throw UsageProblemThrown(
                        .wrongValue(
                            place: .argument(argument.name), expectation: argument.expectation, found: text))
                }
                reader.appendArgument(argument.name, text)
                unread.removeFirst()
            }
        }
        if let text = unread.first { throw UsageProblemThrown(.unexpectedArgument(text)) }
        for option in command.options
        where option.arity == .required && reader.values.given(option.name) == nil {
            throw UsageProblemThrown(.missingOption(name: option.name, placeholder: option.placeholder))
        }
        return .run(
            CommandInvocation(
                path: [group.name] + (command.name.isEmpty ? [] : [command.name]), values: reader.values,
                program: program))
    }

    private static func find<Entry>(
        _ name: String, in entries: [Entry], named: (Entry) -> String, group: String?
    ) throws(UsageProblemThrown) -> Entry {
        if let entry = entries.first(where: { named($0) == name }) { return entry }
        let known = entries.map(named)
        throw UsageProblemThrown(
            .unknownCommand(
                name: name, group: group, suggestion: Suggestion.nearest(to: name, among: known),
                known: known))
    }
}
