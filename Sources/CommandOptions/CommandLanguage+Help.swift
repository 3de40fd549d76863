// The help texts of a program of commands, at its three levels.

extension CommandLanguage {
    /// The help of the program, a group or a command.
    package func help(_ group: CommandGroup?, _ command: CommandDeclaration?) -> String {
        switch (group, command) {
        case (let group?, let command?): commandHelp(group, command)
        case (let group?, nil): groupHelp(group)
        case (nil, _): programHelp
        }
    }

    private var programHelp: String {
        var text = "\(program): \(summary)\n\nUsage: \(usagePrefix) COMMAND ...\n"
        let commands = groups.map { group -> (String, String) in
            let names = group.sole == nil ? ": " + group.commands.map(\.name).joined(separator: ", ") : ""
            return (group.name, group.summary + names)
        }
        let other = [
            ("--help", "show this text, or that of the command before it"), ("--version", "show the version"),
        ]
        text += HelpText.sections([("Commands", commands), ("Options", HelpText.options(globals) + other)])
        for note in notes { text += "\n" + HelpText.paragraph(note) }
        return text
    }

    private func groupHelp(_ group: CommandGroup) -> String {
        var text = "\(program) \(group.name): \(group.summary)\n\nUsage:\n"
        for command in group.commands { text += HelpText.usage("  ", usage(group, command)) }
        text += HelpText.sections([("Commands", group.commands.map { ($0.name, $0.summary) })])
        text +=
            "\n" + HelpText.paragraph("Run '\(program) \(group.name) COMMAND --help' for one of them.")
        return text
    }

    private func commandHelp(_ group: CommandGroup, _ command: CommandDeclaration) -> String {
        var text = "\(program) \(Self.words(group, command)): \(command.summary)\n\n"
        text += HelpText.usage("Usage: ", usage(group, command))
        text += HelpText.sections([
            ("Arguments", command.arguments.map { ($0.name, $0.help) }),
            ("Options", HelpText.options(command.options + globals)),
        ])
        for paragraph in command.details { text += "\n" + HelpText.paragraph(paragraph) }
        return text
    }

    /// The command and everything it takes, in pieces that stay whole on a line.
    private func usage(_ group: CommandGroup, _ command: CommandDeclaration) -> [String] {
        var words = ["\(usagePrefix) \(Self.words(group, command))"]
        words += command.arguments.map { argument in
            let name = argument.isRepeated ? "\(argument.name)..." : argument.name
            return argument.isOptional ? "[\(name)]" : name
        }
        words += command.options.map { option in
            option.arity == .required ? HelpText.label(option) : "[\(HelpText.label(option))]"
        }
        words += globals.filter { $0.arity == .flag }.map { "[--\($0.name)]" }
        return words
    }

    private static func words(_ group: CommandGroup, _ command: CommandDeclaration) -> String {
        command.name.isEmpty ? group.name : "\(group.name) \(command.name)"
    }

    /// The program and those of its global options that take a value.
    private var usagePrefix: String {
        ([program] + globals.filter { $0.arity != .flag }.map { "[\(HelpText.label($0))]" }).joined(
            separator: " ")
    }
}
