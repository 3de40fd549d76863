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
        #expect(result.code == 65)
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
