import Testing

@Suite struct StatementCommandTests {
    @Test("a month has its opening balance, its movements by kind, and a closing balance that opens the next")
    func months() throws {
        let harness = try CommandLineHarness()
        let id = try harness.openAccount()
        harness.run("balance", "top-up", id, "--usd", "10")
        harness.run("balance", "adjust", id, "--usd", "-0.5")
        #expect(
            harness.run("statement", id, "--month", "2026-01").output == """
                acct_0080808080808081 (Ann), 2026-01
                Opening balance  0.00 USD
                Top-ups          10.00 USD
                Adjustments      -0.50 USD
                Closing balance  9.50 USD

                """)
        // Without a month it is the present one, and all accounts without an account.
        #expect(
            harness.run("statement", "--json").output == """
                {"month":"2026-01","statements":[{"account_id":"acct_0080808080808081","name":"Ann",\
                "opening_micros":0,"movements":[{"kind":"top_up","entries":1,"lookups":0,"amount_micros":10000000},\
                {"kind":"adjustment","entries":1,"lookups":0,"amount_micros":-500000}],"closing_micros":9500000}]}

                """)
        #expect(
            harness.run("statement", "--month", "2026-02", "--json").output.contains(
                #""opening_micros":9500000,"movements":[],"closing_micros":9500000"#))
        #expect(
            harness.run("statement", "--month", "2025-12", "--json").output.contains(
                #""opening_micros":0,"movements":[],"closing_micros":0"#))
        #expect(
            harness.run("statement", id, "--csv").output
                == "account_id,name,month,kind,entries,lookups,amount_micros\r\n"
                + "\(id),Ann,2026-01,opening,,,0\r\n\(id),Ann,2026-01,top_up,1,0,10000000\r\n"
                + "\(id),Ann,2026-01,adjustment,1,0,-500000\r\n\(id),Ann,2026-01,closing,,,9500000\r\n")
    }

    @Test("what is no month, no account, or two forms at once is refused")
    func refused() throws {
        let harness = try CommandLineHarness()
        let id = try harness.openAccount()
        #expect(harness.run("statement", "--month", "2026-13").code == 64)
        #expect(harness.run("statement", "--month", "January").code == 64)
        #expect(harness.run("statement", id, "--csv", "--json").code == 64)
        #expect(harness.run("statement", "acct_0000000000000001").code == 1)
        #expect(harness.run("statement", id, id).code == 64)
    }
}
