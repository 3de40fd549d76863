import TestSupport
import Testing

@Suite struct ExecutableTests {
    private func run(
        _ arguments: [String], input: String = "", environment: [String: String] = [:]
    ) throws -> ProgramResult {
        try Program.run("nocli", arguments, input: input, environment: environment)
    }

    @Test("answers go to standard output, messages to standard error, and the exit code tells how it ended")
    func exitCodes() throws {
        let folder = try TestFolder()
        let database = folder.file("lookup.db")
        let made = try run(["--database", database, "account", "create", "--name", "Ann", "--json"])
        #expect(made.exitCode == 0 && made.errors == "" && made.output.hasPrefix("{\"account_id\":\"acct_"))
        let listed = try run(["account", "list"], environment: ["NUMBERS_LOOKUP_DATABASE": database])
        #expect(listed.exitCode == 0 && listed.output.hasPrefix("Account "))
        let failed = try run(["--database", folder.file("none.db"), "account", "list"])
        #expect(failed.exitCode == 1 && failed.output == "" && failed.errors.contains("no such database"))
        let usage = try run(["account", "lst"])
        #expect(usage.exitCode == 64 && usage.output == "" && usage.errors.contains("did you mean list?"))
        let badData = try run(["--database", database, "name", "suppress", "12"])
        #expect(badData.exitCode == 65 && badData.output == "")
    }

    @Test("every account gets keys of its own, of the documented form")
    func keys() throws {
        let folder = try TestFolder()
        let database = folder.file("lookup.db")
        let answers = try (0..<2).map { _ in
            try run(["--database", database, "account", "create", "--name", "Ann", "--json"]).output
        }
        for answer in answers {
            #expect(answer.contains(/"account_id":"acct_[0-9a-f]{16}"/))
            #expect(answer.contains(/"api_key":"nol_[0-9a-f]{40}"/))
            #expect(answer.contains(/"cid_key":"nol_[0-9a-f]{40}"/))
        }
        #expect(answers[0] != answers[1])
    }

    @Test("a batch is read from standard input, and a pipe sees no escape sequences")
    func batch() throws {
        let result = try run(
            ["number", "parse", "--batch"], input: "+16462345678\tZZ\n", environment: ["TERM": "xterm"])
        #expect(result.output.hasPrefix("ok\t+16462345678\tUS\t") && result.output.hasSuffix("\n"))
        #expect(!result.output.contains("\u{1B}") && result.exitCode == 0)
    }
}
