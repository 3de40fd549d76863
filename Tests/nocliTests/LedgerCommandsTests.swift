import NumbersStorage
import Platform
import SQLiteDatabase
import Testing

@Suite struct LedgerCommandsTests {
    @Test("entries are shown newest first, a page at a time")
    func show() throws {
        let harness = try CommandLineHarness()
        let id = try harness.openAccount()
        #expect(harness.run("ledger", "show", id).output == "No entries.\n")
        harness.run("balance", "top-up", id, "--usd", "10", "--reference", "inv-1")
        harness.run("balance", "adjust", id, "--usd", "-0.004")
        harness.run("balance", "adjust", id, "--usd", "1")
        #expect(
            harness.run("ledger", "show", id).output == """
                Entry  Time                  Kind        Amount USD  Balance USD  Key  Reference
                    3  2026-01-02T03:04:05Z  adjustment        1.00       10.996  -    -
                    2  2026-01-02T03:04:05Z  adjustment      -0.004        9.996  -    -
                    1  2026-01-02T03:04:05Z  top_up           10.00        10.00  -    inv-1

                """)
        #expect(
            harness.run("ledger", "show", id, "--limit", "1", "--json").output == """
                {"account_id":"acct_0080808080808081","entries":[{"id":"3","at":"2026-01-02T03:04:05Z",\
                "kind":"adjustment","amount_micros":1000000,"balance_micros":10996000,"units":0,"key_prefix":null,\
                "reference":null}],"next_before":"3"}

                """)
        #expect(
            harness.run("ledger", "show", id, "--limit", "1", "--before", "3").output
                .hasSuffix("\n\nOlder entries: nocli ledger show acct_0080808080808081 --before 2\n"))
        #expect(
            harness.run("ledger", "show", id, "--before", "1", "--json").output.contains(
                "\"entries\":[],\"next_before\":null"))
    }

    @Test("an untouched ledger verifies")
    func verifies() throws {
        let harness = try CommandLineHarness()
        let id = try harness.openAccount()
        harness.run("balance", "top-up", id, "--usd", "10")
        let result = harness.run("ledger", "verify")
        #expect(result.output.hasPrefix("The ledger verifies. 1 entry, 1 account, last hash "))
        #expect(result.code == 0)
        let json = harness.run("ledger", "verify", "--json").output
        #expect(
            json.hasPrefix("{\"ok\":true,\"entries\":1,\"accounts\":1,\"last_hash\":\"")
                && json.hasSuffix("\"fault\":null}\n"))
    }

    @Test("an anchor kept elsewhere shows a ledger that was cut off or written anew")
    func anchor() throws {
        let harness = try CommandLineHarness()
        let id = try harness.openAccount()
        harness.run("balance", "top-up", id, "--usd", "10")
        func hash() throws -> String {
            let output = harness.run("ledger", "verify").output
            return String(try #require(output.split(separator: " ").last).prefix(64))
        }
        let first = try hash()
        harness.run("balance", "top-up", id, "--usd", "5")
        let second = try hash()
        for good in ["1:\(first)", "2:\(second)"] {
            #expect(harness.run("ledger", "verify", "--expect", good).code == 0, "\(good)")
        }
        for bad in ["2:\(first)", "1:\(second)", "3:\(second)"] {
            #expect(harness.run("ledger", "verify", "--expect", bad).code == 1, "\(bad)")
        }
        for malformed in [
            "", "1", "1:", ":\(first)", "0:\(first)", "-1:\(first)", "1:\(first)0", "1:\(first.dropLast())x",
            "1:2:\(first)",
        ] {
            #expect(harness.run("ledger", "verify", "--expect", malformed).code == 64, "\(malformed)")
        }
        // The newest entry gone and the balance put right: the chain alone says nothing.
        let connection = try Connection(path: harness.database, mode: .readWrite, busyTimeout: .zero)
        try connection.execute(
            "DROP TRIGGER ledger_entries_stay; DELETE FROM ledger_entries WHERE id = 2; UPDATE accounts SET balance_micros = 10000000"
        )
        #expect(harness.run("ledger", "verify").code == 0)
        let cut = harness.run("ledger", "verify", "--expect", "2:\(second)")
        #expect(cut.code == 1 && cut.error.contains("cut off"), "\(cut.error)")
    }

    @Test("a balance changed behind the ledger's back is found")
    func changedBalance() throws {
        let harness = try CommandLineHarness()
        let id = try harness.openAccount()
        harness.run("balance", "top-up", id, "--usd", "10")
        let connection = try Connection(path: harness.database, mode: .readWrite, busyTimeout: .zero)
        try connection.execute("UPDATE accounts SET balance_micros = 11000000")
        let result = harness.run("ledger", "verify")
        #expect(result.output == "The ledger does not verify.\n")
        #expect(
            result.error
                == "nocli: ledger: balances of acct_0080808080808081: the entries add up to 10000000 micro-USD, the account "
                + "says 11000000. Stop the server and compare with a backup.\n")
        #expect(result.code == 1)
        let json = harness.run("ledger", "verify", "--json").output
        #expect(json.contains("\"ok\":false,"))
        #expect(
            json.contains(
                "\"fault\":{\"entry_id\":null,\"account_id\":\"acct_0080808080808081\",\"finding\":\"the entries"))
    }

    @Test(
        "a wrong page is refused",
        arguments: [
            (["--limit", "0"], "--limit: expected a whole number from 1 to 100, found `0`"),
            (["--limit", "101"], "--limit: expected a whole number from 1 to 100, found `101`"),
            (["--before", "x"], "--before: expected a whole number from 1, found `x`"),
        ] as [([String], String)])
    func wrongPages(arguments: [String], words: String) throws {
        let harness = try CommandLineHarness()
        let id = try harness.openAccount()
        let result = harness.call(["--database", harness.database, "ledger", "show", id] + arguments)
        #expect(result.error.split(separator: "\n").first.map(String.init) == "nocli: " + words)
        #expect(result.code == 64)
    }
}
