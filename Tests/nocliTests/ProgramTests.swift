import CommandOptions
import Platform
import Testing

@testable import nocli

@Suite struct ProgramTests {
    @Test("every command explains itself, within the width of its texts")
    func help() throws {
        let harness = try CommandLineHarness()
        for family in Program.families {
            for command in family.commands {
                // The one command of a family may have no word of its own.
                let words = [family.name, command.declaration.name].filter { !$0.isEmpty }
                let result = harness.call(words + ["--help"])
                #expect(result.output.hasPrefix("nocli \(words.joined(separator: " ")): "))
                #expect(result.output.contains("\nUsage: nocli [--database FILE] \(family.name) "))
                #expect(result.code == 0 && result.error == "")
            }
            #expect(harness.call([family.name, "--help"]).output.hasPrefix("nocli \(family.name): "))
        }
        #expect(harness.call(["--version"]).output == "nocli \(ProductVersion.text)\n")
    }

    @Test("the help of the program lists every command")
    func programHelp() throws {
        let harness = try CommandLineHarness()
        let text = harness.call(["--help"]).output
        #expect(text == harness.call(["help"]).output)
        #expect(
            text == """
                nocli: administers the lookup service and the CRM middleware, checks and runs CRM templates

                Usage: nocli [--database FILE] COMMAND ...

                Commands:
                  account          accounts: create, show, list, set-tier, set-limit, set-price,
                                   suspend, resume
                  key              keys: create, list, revoke, rotate
                  balance          prepaid money: show, top-up, adjust
                  ledger           the ledger: show, verify
                  statement        monthly statements
                  name             caller names: import, pin, unpin, suppress, unsuppress, show,
                                   search, expire, stats
                  risk             what spam scores come from: import, explain, drop
                  supplier         paid sources of names: add, preset, presets, set, list, test,
                                   enable, disable, remove
                  number           the numbering plan: parse, format, compare, find, plan show,
                                   plan check, plan load, plan compare
                  workspace        workspaces of the middleware: create, list, show, set
                  client           clients of the middleware, who get access tokens: create,
                                   list, revoke
                  token            access tokens of the middleware's clients: list, revoke
                  context-token    tokens for reporting the context of calls: create, list,
                                   revoke
                  connector        the CRMs of workspaces: add, list, show, test, set, remove,
                                   authorize
                  secret           the keys for secrets of connectors and suppliers:
                                   generate-key, rotate-key
                  contact          the built-in contacts of a workspace: import, search
                  delivery         calls and chats on their way to CRMs: list, retry, drop
                  database         the database file: migrate, backup, check
                  template         CRM templates: lint, show, run, test, new
                  sandbox          the numbers that behave in fixed ways under a test key

                Options:
                  --database FILE  the database file; else NUMBERS_LOOKUP_DATABASE or
                                   NUMBERS_MIDDLEWARE_DATABASE names it
                  --json           answer in JSON
                  --help           show this text, or that of the command before it
                  --version        show the version

                It works on the database file itself, also while the server runs; the server
                takes notice within a second. Answers go to standard output, messages to
                standard error.

                Exit codes: 0 done, 1 failed, 64 wrong usage, 65 bad data.

                """)
    }

    @Test(
        "a wrong call is told what was meant and where to read on",
        arguments: [
            (
                [],
                "nocli: a command is missing: expected one of account, key, balance, ledger, statement, name, risk, supplier, number, workspace, client, token, context-token, connector, secret, contact, delivery, database, template, sandbox\nRun 'nocli --help' to see what is possible.\n"
            ),
            (
                ["acount"],
                "nocli: unknown command `acount`; did you mean account?\nRun 'nocli --help' to see what is possible.\n"
            ),
            (
                ["account", "crate"],
                "nocli: unknown command `account crate`; did you mean create?\nRun 'nocli account --help' to see what is possible.\n"
            ),
            (
                ["account"],
                "nocli: `account` needs a command: expected one of create, show, list, set-tier, set-limit, set-price, suspend, resume\nRun 'nocli account --help' to see what is possible.\n"
            ),
            (
                ["--databse", "x", "account", "list"],
                "nocli: unknown option --databse; did you mean --database?\nRun 'nocli --help' to see what is possible.\n"
            ),
            (
                ["account", "list"],
                "nocli: no database was named: put --database FILE before the command, or set NUMBERS_LOOKUP_DATABASE\nRun 'nocli account list --help' to see what is possible.\n"
            ),
            (
                ["account", "list", "x"],
                "nocli: unexpected argument `x`\nRun 'nocli account list --help' to see what is possible.\n"
            ),
        ] as [([String], String)])
    func wrongCalls(arguments: [String], words: String) throws {
        let harness = try CommandLineHarness()
        let result = harness.call(arguments)
        #expect(result.error == words)
        #expect(result.output == "" && result.code == 64)
    }

    @Test("the variable names the database, and the option stands before it")
    func variable() throws {
        let harness = try CommandLineHarness()
        let environment = ["NUMBERS_LOOKUP_DATABASE": harness.database]
        #expect(harness.call(["database", "migrate"], environment: environment).code == 0)
        #expect(harness.call(["account", "list"], environment: environment).code == 0)
        let other = harness.call(["--database", "/nowhere/x.db", "account", "list"], environment: environment)
        #expect(other.code == 1 && other.error.hasPrefix("nocli: /nowhere/x.db: "))
        #expect(harness.call(["account", "list"], environment: ["NUMBERS_LOOKUP_DATABASE": ""]).code == 64)
    }

    @Test("exit codes are those that scripts know")
    func exitCodes() {
        #expect(ExitCode.done.rawValue == 0 && ExitCode.failed.rawValue == 1)
        #expect(ExitCode.usage.rawValue == 64 && ExitCode.badData.rawValue == 65)
    }
}
