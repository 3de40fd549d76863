// The program as a whole: its commands, one call of it, and how the call ends.

import CommandOptions
import NumbersCore
import Platform

/// Reads a command line and runs the command.
enum Program {
    /// All commands, in the order of the help text.
    static let families: [CommandFamily] = [
        AccountCommands.family, KeyCommands.family, BalanceCommands.family, LedgerCommands.family,
        StatementCommand.family,
        NameCommands.family, RiskCommands.family, SupplierCommands.family, NumberCommands.family,
        WorkspaceCommands.family,
        ClientCommands.family, TokenCommands.family, ContextTokenCommands.family, ConnectorCommands.family,
        SecretCommands.family, ContactCommands.family, DeliveryCommands.family, DatabaseCommands.family,
        TemplateCommands.family, SandboxCommand.family,
    ]

    private static let language = CommandLanguage(
        program: "nocli",
        summary: "administers the lookup service and the CRM middleware, checks and runs CRM templates",
        globals: [GlobalOptions.database.declaration, GlobalOptions.json.declaration],
        groups: families.map(\.group),
        notes: [
            """
            It works on the database file itself, also while the server runs; the server takes notice within a \
            second. Answers go to standard output, messages to standard error.
            """,
            "Exit codes: 0 done, 1 failed, 64 wrong usage, 65 bad data.",
        ])

    /// Runs one call; `arguments` without the program's own name.
    static func run(_ arguments: [String], _ surroundings: ProcessSurroundings) -> ExitCode {
        let console = surroundings.console
        do throws(CommandFailure) {
            switch try parse(arguments) {
            case .help(let text): console.write(Array(text.utf8))
            case .version: console.print("nocli \(ProductVersion.text)")
            case .run(let invocation):
                try command(at: invocation.path)?.run(
                    CommandContext(invocation: invocation, surroundings: surroundings))
            }
            return .done
        } catch {
            console.printError(error.message)
            return error.exitCode
        }
    }

    private static func parse(_ arguments: [String]) throws(CommandFailure) -> CommandRequest {
        do throws(UsageError) {
            return try language.parse(arguments)
        } catch {
            throw .usage(error)
        }
    }

    /// The command that the language found; it knows the families' own commands only.
    private static func command(at path: [String]) -> Command? {
        let name = path.joined(separator: " ")
        for family in families {
            for command in family.commands {
                let word = command.declaration.name
                if (word.isEmpty ? family.name : "\(family.name) \(word)") == name { return command }
            }
        }
        return nil
    }
}
