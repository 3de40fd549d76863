import Testing

@Suite struct SandboxCommandTests {
    @Test("the numbers of the sandbox are listed without a database, as a table and as JSON")
    func list() throws {
        let harness = try CommandLineHarness()
        #expect(
            harness.call(["sandbox"]).output == """
                Number        Status  Name            Behaviour
                +14155550100     200  Sandbox Caller  a name
                +14155550101     200                  no name
                +14155550102     200                  a private listing
                +14155550103     200                  a supplier that is too slow: the answer leaves at the budget
                +14155550104     200                  a supplier that fails
                +14155550105     200  Sandbox Risky   a name with a spam score of 90
                +14155550106     402                  the balance does not cover it
                +14155550107     429                  the limit is reached

                """)
        let json = harness.call(["sandbox", "--json"]).output
        #expect(
            json.hasPrefix(
                #"{"numbers":[{"e164":"+14155550100","cnam":"Sandbox Caller","spam_score":null,"suppressed":false,"#
                    + #""status":200,"behaviour":"a name"},"#))
        #expect(json.contains(#""cnam":"Sandbox Risky","spam_score":90,"suppressed":false,"#))
        #expect(json.contains(#"{"e164":"+14155550102","cnam":null,"spam_score":null,"suppressed":true,"#))
        #expect(harness.call(["sandbox", "list"]).code == 64)
        #expect(harness.call(["sandbox", "--help"]).output.hasPrefix("nocli sandbox: lists the numbers"))
    }
}
