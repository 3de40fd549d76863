import CommandOptions
import Testing

private enum Tier: String, CaseIterable, Sendable { case free, standard }

private let database: Option<String?> = .optional("database", .path, help: "the database file")
private let json: Option<Bool> = .flag("json", help: "answer in JSON")
private let name: Option<String> = .required("name", .text, help: "what to call it")
private let tier: Option<Tier> = .value("tier", .choice(), default: "free", help: "its tier")
private let micros: Option<Int64?> = .optional(
    "micros", .integer(-1000...1000), help: "the amount in micro-dollars")
private let account: Argument<Int64> = .required(
    "ACCOUNT", .integer(1...Int64.max), help: "the account's id")
private let cursor: Argument<Int64?> = .optional("CURSOR", .integer(1...99), help: "where to go on")

private let language = CommandLanguage(
    program: "tool", summary: "does things", globals: [database.declaration, json.declaration],
    groups: [
        CommandGroup(
            "account", summary: "accounts",
            commands: [
                CommandDeclaration(
                    "create", summary: "makes an account", options: [name.declaration, tier.declaration],
                    details: ["The keys are shown once."]),
                CommandDeclaration("show", summary: "shows an account", arguments: [account.declaration]),
            ]),
        CommandGroup(
            "balance", summary: "money",
            commands: [
                CommandDeclaration(
                    "adjust", summary: "corrects a balance",
                    arguments: [account.declaration, cursor.declaration],
                    options: [micros.declaration])
            ]),
    ],
    notes: ["Without --database, the variable APP_DATABASE names the file."])

private func outcome(_ line: String) -> String {
    do {
        switch try language.parse(line.split(separator: " ").map(String.init)) {
        case .help(let text): return String(text.prefix { $0 != "\n" })
        case .version: return "version"
        case .run(let call):
            let head =
                call.path.joined(separator: " ") + " \(call.values[database] ?? "-") \(call.values[json])"
            switch call.path {
            case ["account", "create"]: return "\(head) \(call.values[name]) \(call.values[tier])"
            case ["account", "show"]: return "\(head) \(call.values[account])"
            case ["balance", "adjust"]:
                return
                    "\(head) \(call.values[account]) \(call.values[cursor] ?? 0) \(call.values[micros] ?? 0)"
            default: return head
            }
        }
    } catch {
        return error.description.split(separator: "\n").joined(separator: " | ")
            .replacing(" to see what is possible.", with: "")
    }
}

@Suite struct CommandLanguageTests {
    @Test(
        "a command is found and its values read, global options before it or behind it",
        arguments: [
            (
                "--database F account create --name N --tier standard --json",
                "account create F true N standard"
            ),
            ("account create --name=N", "account create - false N free"),
            ("--json account show 7 --database F", "account show F true 7"),
            ("account --json show 7", "account show - true 7"),
            ("balance adjust 7 --micros -500", "balance adjust - false 7 0 -500"),
            ("balance adjust --micros=5 7 9", "balance adjust - false 7 9 5"),
            ("balance adjust -- 7 9", "balance adjust - false 7 9 0"),
            ("--help", "tool: does things"), ("help", "tool: does things"),
            ("account --help", "tool account: accounts"),
            ("account create --help", "tool account create: makes an account"), ("--version", "version"),
        ])
    func valid(line: String, expected: String) {
        #expect(outcome(line) == expected)
    }

    @Test(
        "a wrong call is refused with what was meant and the help that explains it",
        arguments: [
            ("", "tool: a command is missing: expected one of account, balance | Run 'tool --help'"),
            (
                "account",
                "tool: `account` needs a command: expected one of create, show | Run 'tool account --help'"
            ),
            (
                "acount show 1", "tool: unknown command `acount`; did you mean account? | Run 'tool --help'"
            ),
            (
                "frobnicate",
                "tool: unknown command `frobnicate`: expected one of account, balance | Run 'tool --help'"
            ),
            (
                "account craete",
                "tool: unknown command `account craete`; did you mean create? | Run 'tool account --help'"
            ),
            (
                "account show",
                "tool: ACCOUNT is missing (the account's id) | Run 'tool account show --help'"
            ),
            (
                "account show x",
                "tool: ACCOUNT: expected a whole number from 1, found `x` | Run 'tool account show --help'"
            ),
            (
                "account show 0",
                "tool: ACCOUNT: expected a whole number from 1, found `0` | Run 'tool account show --help'"
            ),
            ("account show 1 2", "tool: unexpected argument `2` | Run 'tool account show --help'"),
            ("account show -x", "tool: unexpected argument `-x` | Run 'tool account show --help'"),
            ("account create", "tool: --name TEXT is missing | Run 'tool account create --help'"),
            (
                "account create --name",
                "tool: --name needs a value (--name TEXT): expected a text that is not empty, without control characters, found nothing | Run 'tool account create --help'"
            ),
            (
                "account create --nmae N",
                "tool: unknown option --nmae; did you mean --name? | Run 'tool account create --help'"
            ),
            (
                "account create --name N --tier gold",
                "tool: --tier: expected one of free, standard, found `gold` | Run 'tool account create --help'"
            ),
            (
                "account create --name A --name B",
                "tool: --name is given twice | Run 'tool account create --help'"
            ),
            ("--name N account create", "tool: unknown option --name | Run 'tool --help'"),
            (
                "--database",
                "tool: --database needs a value (--database FILE): expected a file path, found nothing | Run 'tool --help'"
            ),
            (
                "balance adjust 1 100",
                "tool: CURSOR: expected a whole number from 1 to 99, found `100` | Run 'tool balance adjust --help'"
            ),
            (
                "balance adjust 1 --micros 1001",
                "tool: --micros: expected a whole number from -1000 to 1000, found `1001` | Run 'tool balance adjust --help'"
            ),
        ])
    func wrong(line: String, expected: String) {
        #expect(outcome(line) == expected)
    }

    @Test("the program's help lists groups with their commands")
    func programHelp() {
        #expect(
            language.help(nil, nil) == """
                tool: does things

                Usage: tool [--database FILE] COMMAND ...

                Commands:
                  account          accounts: create, show
                  balance          money: adjust

                Options:
                  --database FILE  the database file
                  --json           answer in JSON
                  --help           show this text, or that of the command before it
                  --version        show the version

                Without --database, the variable APP_DATABASE names the file.

                """)
    }

    @Test("a group's help shows how each command is called")
    func groupHelp() throws {
        guard case .help(let text) = try language.parse(["account", "--help"]) else {
            Issue.record("not a help text")
            return
        }
        #expect(
            text == """
                tool account: accounts

                Usage:
                  tool [--database FILE] account create --name TEXT [--tier free|standard]
                    [--json]
                  tool [--database FILE] account show ACCOUNT [--json]

                Commands:
                  create  makes an account
                  show    shows an account

                Run 'tool account COMMAND --help' for one of them.

                """)
    }

    @Test("a command's help shows its arguments, options and details")
    func commandHelp() throws {
        guard case .help(let text) = try language.parse(["balance", "adjust", "--help"]) else {
            Issue.record("not a help text")
            return
        }
        #expect(
            text == """
                tool balance adjust: corrects a balance

                Usage: tool [--database FILE] balance adjust ACCOUNT [CURSOR] [--micros N]
                         [--json]

                Arguments:
                  ACCOUNT          the account's id
                  CURSOR           where to go on

                Options:
                  --micros N       the amount in micro-dollars
                  --database FILE  the database file
                  --json           answer in JSON

                """)
    }

    @Test("the last argument may take all that is left, and a long call is shown on several lines")
    func repeatedArgument() throws {
        let files: Argument<[String]> = .list("FILE", .path, help: "a file to read")
        let options = (1...4).map { index -> Option<String?> in
            .optional("a-long-option-\(index)", .text, help: "an option")
        }
        let language = CommandLanguage(
            program: "tool", summary: "does things", globals: [json.declaration],
            groups: [
                CommandGroup(
                    "text", summary: "texts",
                    commands: [
                        CommandDeclaration(
                            "read", summary: "reads", arguments: [cursor.declaration, files.declaration],
                            options: options.map(\.declaration))
                    ])
            ])
        func read(_ arguments: String...) throws -> [String] {
            guard case .run(let call) = try language.parse(["text", "read"] + arguments) else { return [] }
            return call.values[files]
        }
        #expect(try read("1", "a") == ["a"])
        #expect(try read("1", "a", "--json", "b", "--", "--c") == ["a", "b", "--c"])
        let none = #expect(throws: UsageError.self) { try read("1") }
        #expect(none?.problem == .missingArgument(name: "FILE", help: "a file to read"))
        let wrong = #expect(throws: UsageError.self) { try read("1", "a", "") }
        #expect(wrong?.description.hasPrefix("tool: FILE: expected a file path, found nothing") == true)
        guard case .help(let text) = try language.parse(["text", "read", "--help"]) else {
            Issue.record("not a help text")
            return
        }
        #expect(
            text.hasPrefix(
                """
                tool text read: reads

                Usage: tool text read [CURSOR] FILE... [--a-long-option-1 TEXT]
                         [--a-long-option-2 TEXT] [--a-long-option-3 TEXT]
                         [--a-long-option-4 TEXT] [--json]

                """))
    }

    @Test("a command's own rule names the command's help")
    func ownRule() throws {
        guard case .run(let call) = try language.parse(["account", "show", "1"]) else {
            Issue.record("not a run")
            return
        }
        #expect(
            call.error("no").description
                == "tool: no\nRun 'tool account show --help' to see what is possible.")
    }
}
