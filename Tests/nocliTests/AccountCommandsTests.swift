import Testing

@Suite struct AccountCommandsTests {
    private let account = "acct_0080808080808081"

    @Test("a new account is answered with its keys, for machines")
    func createJSON() throws {
        let harness = try CommandLineHarness()
        let result = harness.run("account", "create", "--name", "Ann", "--tier", "standard", "--json")
        #expect(
            result.output == """
                {"account_id":"acct_0080808080808081","name":"Ann","email":null,"tier":"standard","suspended":false,\
                "requests_per_minute":600,"has_own_limit":false,"dip_micros":4000,"enriched_micros":2000,\
                "balance_micros":0,"held_micros":0,"created_at":"2026-01-02T03:04:05Z",\
                "api_key":"nol_0202020202020202020202020202020202020202","api_key_id":"key_0202020202020203",\
                "cid_key":"nol_0303030303030303030303030303030303030303","cid_key_id":"key_0282828282828283"}

                """)
        #expect(result.error == "" && result.code == 0)
    }

    @Test("a new account is answered with what to do next, for people")
    func createForPeople() throws {
        let harness = try CommandLineHarness()
        #expect(
            harness.run("account", "create", "--name", "Ann").output == """
                Account  acct_0080808080808081
                Tier     free
                API key  nol_0202020202020202020202020202020202020202
                CID key  nol_0303030303030303030303030303030303030303

                Both keys are shown this once; only their hashes are kept. The CID key can do caller names only.
                The account is free: 60 numbers a minute, not billed.

                """)
        let standard = try CommandLineHarness()
        #expect(
            standard.run("account", "create", "--name", "Ann", "--tier", "standard").output
                .hasSuffix("Next: nocli balance top-up acct_0080808080808081 --usd 25.00\n"))
    }

    @Test("an account is shown with its keys but not their texts")
    func show() throws {
        let harness = try CommandLineHarness()
        let id = try harness.openAccount()
        let result = harness.run("account", "show", id)
        #expect(
            result.output == """
                Account  acct_0080808080808081
                Name     Ann
                E-mail   -
                Tier     standard
                Limit    600 numbers a minute
                Prices   0.004 USD a fresh name, 0.002 USD any other billed answer
                Balance  0.00 USD
                State    active
                Opened   2026-01-02T03:04:05Z

                Key                   Shown as      Name     Use cases                       State    Bounds  Last used
                key_0202020202020203  nol_02020202  default  parse,lookup,cid,report,manage  enabled  -       never
                key_0282828282828283  nol_03030303  cid      cid                             enabled  -       never

                """)
        let json = harness.run("account", "show", id, "--json").output
        #expect(!json.contains("nol_0202020202") && json.contains("\"prefix\":\"nol_02020202\""))
    }

    @Test("accounts are listed, and their names cannot move the cursor of a terminal")
    func list() throws {
        let harness = try CommandLineHarness()
        #expect(harness.run("database", "migrate").code == 0)
        #expect(
            harness.run("account", "list").output
                == "There are no accounts. Open one with: nocli account create --name NAME\n")
        #expect(harness.run("account", "list", "--json").output == "{\"accounts\":[]}\n")
        harness.run("account", "create", "--name", "東京 é\u{202E}", "--email", "ann@example.org")
        #expect(
            harness.run("account", "list").output == """
                Account                Name     Tier  Limit  Balance USD  State
                acct_0080808080808081  東京 é?  free     60         0.00  active

                """)
    }

    @Test("what only the operator can set is set and told")
    func settings() throws {
        let harness = try CommandLineHarness()
        let id = try harness.openAccount(tier: "free")
        let cases: [([String], String)] = [
            (
                ["set-tier", id, "enterprise"],
                "acct_0080808080808081 is enterprise now: prepaid, 600 numbers a minute, balance 0.00 USD."
            ),
            (["set-limit", id, "5"], "acct_0080808080808081 may ask for 5 numbers in any 60 seconds."),
            (
                ["set-limit", id, "default"],
                "acct_0080808080808081 may ask for 600 numbers in any 60 seconds, the limit of its tier."
            ),
            (
                ["set-price", id, "--dip-micros", "3000", "--enriched-micros", "0"],
                "acct_0080808080808081 pays 0.003 USD a fresh name and 0.00 USD any other billed answer."
            ),
            (
                ["set-price", id, "--default"],
                "acct_0080808080808081 pays 0.004 USD a fresh name and 0.002 USD any other billed answer, the list price."
            ),
            (
                ["suspend", id],
                "acct_0080808080808081 is suspended: its keys get 403. Undo with: nocli account resume acct_0080808080808081"
            ),
            (["resume", id], "acct_0080808080808081 is active."),
            (["set-tier", id, "free"], "acct_0080808080808081 is free now: not billed, 60 numbers a minute."),
        ]
        for (arguments, words) in cases {
            let result = harness.call(["--database", harness.database, "account"] + arguments)
            #expect(result.output == words + "\n")
            #expect(result.code == 0 && result.error == "")
        }
        harness.run("account", "set-limit", id, "7")
        let json = harness.run("account", "suspend", id, "--json").output
        #expect(json.contains("\"suspended\":true,\"requests_per_minute\":7,\"has_own_limit\":true"))
    }

    @Test(
        "a wrong call is refused before the database is touched",
        arguments: [
            (["create"], "nocli: --name NAME is missing"),
            (
                ["create", "--name", ""],
                "nocli: --name: expected a name of 1 to 200 characters, without control characters, found nothing"
            ),
            (
                ["create", "--name", "a\nb"],
                "nocli: --name: expected a name of 1 to 200 characters, without control characters, found `a?b`"
            ),
            (
                ["create", "--name", "A", "--tier", "gold"],
                "nocli: --tier: expected one of free, standard, enterprise, found `gold`"
            ),
            (
                ["create", "--name", "A", "--email", "ann"],
                "nocli: --email: expected an e-mail address such as ann@example.org, found `ann`"
            ),
            (["show"], "nocli: ACCOUNT is missing (the account's identifier)"),
            (
                ["show", "12"],
                "nocli: ACCOUNT: expected an account's identifier such as acct_2b7d09c41fe3a865, found `12`"
            ),
            (
                ["show", "acct_00808080808080FF"],
                "nocli: ACCOUNT: expected an account's identifier such as acct_2b7d09c41fe3a865, found `acct_00808080808080FF`"
            ),
            (
                ["set-tier", "acct_0080808080808081", "Free"],
                "nocli: TIER: expected one of free, standard, enterprise, found `Free`"
            ),
            (
                ["set-limit", "acct_0080808080808081", "0"],
                "nocli: LIMIT: expected a whole number from 1 to 1000000000, or default, found `0`"
            ),
            (
                ["set-price", "acct_0080808080808081"],
                "nocli: expected --dip-micros N and --enriched-micros N together, or --default"
            ),
            (
                ["set-price", "acct_0080808080808081", "--dip-micros", "1"],
                "nocli: expected --dip-micros N and --enriched-micros N together, or --default"
            ),
            (
                ["set-price", "acct_0080808080808081", "--dip-micros", "1", "--enriched-micros", "1", "--default"],
                "nocli: expected --dip-micros N and --enriched-micros N together, or --default"
            ),
            (
                ["set-price", "acct_0080808080808081", "--dip-micros", "-1", "--enriched-micros", "1"],
                "nocli: --dip-micros: expected a whole number from 0 to 1000000000000000, in micro-USD, found `-1`"
            ),
        ] as [([String], String)])
    func wrongCalls(arguments: [String], words: String) throws {
        let harness = try CommandLineHarness()
        let result = harness.call(["--database", harness.database, "account"] + arguments)
        #expect(result.error.split(separator: "\n").first.map(String.init) == words)
        #expect(result.output == "" && result.code == 64)
        #expect(harness.run("account", "list").error.contains("no such database"))
    }

    @Test("an account that is not there is said to be so", arguments: ["show", "suspend", "resume"])
    func unknownAccount(command: String) throws {
        let harness = try CommandLineHarness()
        _ = try harness.openAccount()
        let result = harness.run("account", command, "acct_0000000000000001")
        #expect(
            result.error
                == "nocli: there is no account acct_0000000000000001 in this database. List them with: nocli account list\n"
        )
        #expect(result.output == "" && result.code == 1)
    }
}
