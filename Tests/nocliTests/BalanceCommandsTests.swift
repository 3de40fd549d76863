import Testing

@Suite struct BalanceCommandsTests {
    @Test("a top-up with a reference is posted once, and refused for another amount")
    func topUp() throws {
        let harness = try CommandLineHarness()
        let id = try harness.openAccount()
        let first = harness.run("balance", "top-up", id, "--usd", "25.00", "--reference", "inv-1")
        #expect(first.output == "Entry 1: 25.00 USD for acct_0080808080808081. The balance is 25.00 USD.\n")
        let second = harness.run("balance", "top-up", id, "--micros", "25000000", "--reference", "inv-1")
        #expect(
            second.output
                == "25.00 USD under this reference was posted on 2026-01-02 (entry 1); nothing was done again. "
                + "The balance is 25.00 USD.\n")
        #expect(second.code == 0)
        let other = harness.run("balance", "top-up", id, "--usd", "26", "--reference", "inv-1")
        #expect(
            other.error
                == "nocli: this reference was used for 25.00 USD on 2026-01-02 (entry 1); nothing was changed. "
                + "Give another --reference if this is another payment.\n")
        #expect(other.code == 1)
        let json = harness.run("balance", "top-up", id, "--usd", "0.000001", "--json")
        #expect(
            json.output == """
                {"account_id":"acct_0080808080808081","entry_id":"2","amount_micros":1,"balance_micros":25000001,\
                "reference":null,"already_posted":false,"tier":"standard","became_standard":false}

                """)
    }

    @Test("the first top-up of a free account makes it standard and says so, unless it is told not to")
    func becomesStandard() throws {
        let harness = try CommandLineHarness()
        let id = try harness.openAccount(tier: "free")
        let kept = harness.run("balance", "top-up", id, "--usd", "1", "--keep-tier")
        #expect(
            kept.output == """
                Entry 1: 1.00 USD for acct_0080808080808081. The balance is 1.00 USD.
                The account is free, so nothing is billed. To bill it: nocli account set-tier acct_0080808080808081 standard

                """)
        let changed = harness.run("balance", "top-up", id, "--usd", "1")
        #expect(
            changed.output == """
                Entry 2: 1.00 USD for acct_0080808080808081. The balance is 2.00 USD.
                The account was free and is standard now: billed, 600 numbers a minute.

                """)
        let json = harness.run("balance", "top-up", id, "--usd", "1", "--json").output
        #expect(json.contains("\"tier\":\"standard\",\"became_standard\":false"))
    }

    @Test("a balance is corrected up and down, never below zero, and shown")
    func adjust() throws {
        let harness = try CommandLineHarness()
        let id = try harness.openAccount()
        harness.run("balance", "top-up", id, "--usd", "5")
        #expect(
            harness.run("balance", "adjust", id, "--usd", "-3.50", "--reference", "goodwill").output
                == "Entry 2: -3.50 USD for acct_0080808080808081. The balance is 1.50 USD.\n")
        let tooMuch = harness.run("balance", "adjust", id, "--micros", "-1500001")
        #expect(tooMuch.code == 1 && tooMuch.output == "")
        #expect(tooMuch.error.hasPrefix("nocli: the balance is 1.50 USD, less what is held for requests at work: not"))
        #expect(
            harness.run("balance", "adjust", id, "--micros", "-1500000", "--json").output == """
                {"account_id":"acct_0080808080808081","entry_id":"3","amount_micros":-1500000,"balance_micros":0,\
                "reference":null,"already_posted":false,"tier":"standard"}

                """)
        #expect(
            harness.run("balance", "show", id, "--json").output == """
                {"account_id":"acct_0080808080808081","tier":"standard","balance_micros":0,"held_micros":0,\
                "available_micros":0}

                """)
        #expect(
            harness.run("balance", "show", id).output == """
                Account    acct_0080808080808081
                Tier       standard
                Balance    0.00 USD
                Held       0.00 USD
                Available  0.00 USD

                """)
    }

    @Test("an amount beyond every range is bad data, not a crash")
    func outOfRange() throws {
        let harness = try CommandLineHarness()
        let id = try harness.openAccount()
        #expect(harness.run("balance", "top-up", id, "--micros", "1000000000000000").code == 0)
        let result = harness.run("balance", "top-up", id, "--micros", "1")
        #expect(result.error == "nocli: the balance would pass 1000000000.00 USD; nothing was changed\n")
        #expect(result.code == 65)
    }

    @Test(
        "exactly one amount in its range is required",
        arguments: [
            (["top-up"], "an amount is missing: --usd AMOUNT or --micros N"),
            (["adjust"], "an amount is missing: --usd AMOUNT or --micros N"),
            (["top-up", "--usd", "1", "--micros", "1"], "--usd and --micros say the same thing: give one of them"),
            (["top-up", "--usd", "0"], "a top-up is more than zero; to take money back: nocli balance adjust"),
            (["top-up", "--usd", "-1"], "a top-up is more than zero; to take money back: nocli balance adjust"),
            (["adjust", "--micros", "0"], "an adjustment is more or less than zero"),
            (
                ["top-up", "--usd", "1.0000001"],
                "--usd: expected an amount in US dollars such as 25.00, at most six decimals, at most 1000000000.00, found `1.0000001`"
            ),
            (
                ["top-up", "--usd", "25,00"],
                "--usd: expected an amount in US dollars such as 25.00, at most six decimals, at most 1000000000.00, found `25,00`"
            ),
            (
                ["top-up", "--usd", "1000000000.01"],
                "--usd: expected an amount in US dollars such as 25.00, at most six decimals, at most 1000000000.00, found `1000000000.01`"
            ),
            (
                ["top-up", "--usd"],
                "--usd needs a value (--usd AMOUNT): expected an amount in US dollars such as 25.00, at most six decimals, at most 1000000000.00, found nothing"
            ),
            (
                ["top-up", "--micros", "2.5"],
                "--micros: expected a whole number from -1000000000000000 to 1000000000000000, in micro-USD, found `2.5`"
            ),
            (["top-up", "--usd", "1", "--usd", "2"], "--usd is given twice"),
            (
                ["top-up", "--usd", "1", "--reference", ""],
                "--reference: expected a text of 1 to 64 characters, without control characters, found nothing"
            ),
            (["top-up", "--amount", "1"], "unknown option --amount"),
        ] as [([String], String)])
    func wrongAmounts(arguments: [String], words: String) throws {
        let harness = try CommandLineHarness()
        let id = try harness.openAccount()
        let result = harness.call(
            ["--database", harness.database, "balance", arguments[0], id] + arguments.dropFirst())
        #expect(result.error.split(separator: "\n").first.map(String.init) == "nocli: " + words)
        #expect(result.output == "" && result.code == 64)
        #expect(harness.run("balance", "show", id, "--json").output.contains("\"balance_micros\":0,"))
    }

    @Test("money for an account that is not there goes nowhere", arguments: ["top-up", "adjust"])
    func unknownAccount(command: String) throws {
        let harness = try CommandLineHarness()
        _ = try harness.openAccount()
        let result = harness.run("balance", command, "acct_0000000000000001", "--usd", "1")
        #expect(result.error.hasPrefix("nocli: there is no account acct_0000000000000001 in this database."))
        #expect(result.code == 1)
        #expect(harness.run("ledger", "verify", "--json").output.contains("\"entries\":0"))
    }
}
