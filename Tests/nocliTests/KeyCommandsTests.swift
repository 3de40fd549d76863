import Testing

@Suite struct KeyCommandsTests {
    @Test("a key is made with its restrictions and shown once")
    func create() throws {
        let harness = try CommandLineHarness()
        let id = try harness.openAccount()
        let result = harness.run(
            "key", "create", id, "--name", "PBX", "--use-case", "lookup,cid", "--use-case", "parse", "--limit", "5",
            "--daily-cap-micros", "1000000", "--expires-at", "2027-01-01", "--network", "192.0.2.0/24", "--network",
            "::1", "--json")
        #expect(
            result.output == """
                {"key_id":"key_0383838383838383","account_id":"acct_0080808080808081","prefix":"nol_06060606",\
                "name":"PBX","use_cases":["parse","lookup","cid"],"limit":5,"daily_cap_micros":1000000,\
                "expires_at":"2027-01-01T00:00:00Z","networks":["192.0.2.0/24","::1/128"],"enabled":true,\
                "test":false,"created_at":"2026-01-02T03:04:05Z","last_used_at":null,\
                "api_key":"nol_0606060606060606060606060606060606060606"}

                """)
        #expect(result.code == 0)
        #expect(!harness.run("key", "list", id, "--json").output.contains("nol_0606060606"))
    }

    @Test("a test key and a key for everything are told apart")
    func testKey() throws {
        let harness = try CommandLineHarness()
        let id = try harness.openAccount()
        #expect(
            harness.run("key", "create", id, "--test").output == """
                Account  acct_0080808080808081
                Key      key_0383838383838383
                API key  nol_test_0606060606060606060606060606060606060606

                The API key is shown this once; only its hash is kept. It can do: parse, lookup, cid, report.

                """)
        #expect(
            harness.run("key", "list", id).output == """
                Key                   Shown as           Name     Use cases                       State    Bounds  Last used
                key_0202020202020203  nol_02020202       default  parse,lookup,cid,report,manage  enabled  -       never
                key_0282828282828283  nol_03030303       cid      cid                             enabled  -       never
                key_0383838383838383  nol_test_06060606  -        parse,lookup,cid,report         test     -       never

                """)
        _ = harness.run(
            "key", "create", id, "--limit", "5", "--daily-cap-micros", "5000", "--expires-at", "2027-01-01",
            "--network", "10.0.0.0/8")
        #expect(
            harness.run("key", "list", id).output.contains(
                "5 a minute, 0.005 USD a day, until 2027-01-01T00:00:00Z, from 10.0.0.0/8"))
        let late = harness.run("key", "create", id, "--expires-at", "2020-01-01")
        #expect(late.code == 64 && late.error.contains("has passed"), "\(late.error)")
    }

    @Test("a rotated key has a new text, and a revoked one none any more")
    func rotateAndRevoke() throws {
        let harness = try CommandLineHarness()
        _ = try harness.openAccount()
        let key = "key_0202020202020203"
        let rotated = harness.run("key", "rotate", key, "--grace-seconds", "60", "--json")
        #expect(
            rotated.output.contains(
                "\"api_key\":\"nol_0606060606060606060606060606060606060606\",\"grace_seconds\":60}"))
        #expect(
            harness.run("key", "rotate", key, "--grace-seconds", "0").output
                .hasSuffix("only its hash is kept. The old key ends at once.\n"))
        #expect(harness.run("key", "rotate", key).output.hasSuffix("The old key works for another 86400 seconds.\n"))
        #expect(
            harness.run("key", "revoke", key).output
                == "key_0202020202020203 is revoked. A running server refuses it within a second.\n")
        #expect(
            harness.run("key", "revoke", key, "--json").output
                == "{\"key_id\":\"key_0202020202020203\",\"revoked\":true}\n")
        let again = harness.run("key", "rotate", key)
        #expect(again.code == 1)
        #expect(
            again.error == "nocli: the key is revoked and stays so. Make a new one with: nocli key create ACCOUNT\n")
    }

    @Test("an account has at most 25 enabled keys")
    func tooMany() throws {
        let harness = try CommandLineHarness()
        let id = try harness.openAccount()
        for _ in 0..<23 { #expect(harness.run("key", "create", id).code == 0) }
        let result = harness.run("key", "create", id)
        #expect(result.code == 1 && result.output == "")
        #expect(result.error.hasPrefix("nocli: the account has 25 enabled keys, the most it may have."))
        #expect(harness.run("key", "revoke", "key_0282828282828283").code == 0)
        #expect(harness.run("key", "create", id).code == 0)
    }

    @Test(
        "a wrong call is refused, and a key's own text never repeated",
        arguments: [
            (
                ["revoke", "nol_0202020202020202020202020202020202020202"],
                "KEY: expected a key's identifier such as key_5c08a1e94b7f2d36, not the key itself, found `<redacted>`"
            ),
            (["revoke"], "KEY is missing (the key's identifier)"),
            (
                ["rotate", "key_0202020202020203", "--grace-seconds", "86401"],
                "--grace-seconds: expected a whole number from 0 to 86400, found `86401`"
            ),
            (
                ["create", "acct_0080808080808081", "--use-case", "all"],
                "--use-case: expected use cases among parse, lookup, cid, report, manage, separated by commas, found `all`"
            ),
            (
                ["create", "acct_0080808080808081", "--use-case", "cid,"],
                "--use-case: expected use cases among parse, lookup, cid, report, manage, separated by commas, found `cid,`"
            ),
            (
                ["create", "acct_0080808080808081", "--network", "10.0.0.0/33"],
                "--network: expected a network such as 192.0.2.0/24, or an address, found `10.0.0.0/33`"
            ),
            (
                ["create", "acct_0080808080808081", "--expires-at", "tomorrow"],
                "--expires-at: expected a date or time such as 2026-12-31 or 2026-12-31T18:00:00Z, found `tomorrow`"
            ),
            (
                ["create", "acct_0080808080808081", "--limit", "0"],
                "--limit: expected a whole number from 1 to 1000000000, found `0`"
            ),
            (
                ["remove", "key_0202020202020203"],
                "unknown command `key remove`; did you mean revoke?"
            ),
        ] as [([String], String)])
    func wrongCalls(arguments: [String], words: String) throws {
        let harness = try CommandLineHarness()
        _ = try harness.openAccount()
        let result = harness.call(["--database", harness.database, "key"] + arguments)
        #expect(result.error.split(separator: "\n").first.map(String.init) == "nocli: " + words)
        #expect(result.output == "" && result.code == 64)
    }

    @Test("keys and accounts that are not there are said to be so")
    func unknown() throws {
        let harness = try CommandLineHarness()
        _ = try harness.openAccount()
        for command in ["revoke", "rotate"] {
            let result = harness.run("key", command, "key_0000000000000001")
            #expect(result.error.hasPrefix("nocli: there is no key key_0000000000000001 in this database."))
            #expect(result.code == 1)
        }
        for command in ["create", "list"] {
            let result = harness.run("key", command, "acct_0000000000000001")
            #expect(result.error.hasPrefix("nocli: there is no account acct_0000000000000001 in this database."))
            #expect(result.code == 1)
        }
    }
}
