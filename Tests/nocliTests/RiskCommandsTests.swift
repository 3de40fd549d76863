import Testing

@Suite struct RiskCommandsTests {
    private static let list = """
        number,count,last_seen,source
        +12025550143,15,2026-01-02,watchers
        +12025550143,1,2025-11-03,"Old, list"
        nonsense,1,2026-01-01,watchers
        +12025550144,0,2026-01-01,watchers
        +12025550144,1,2027-01-01,watchers
        +12025550144,1,2026-01-01,
        +12025550144,1,2026-01-01
        +12025550144,"1" x,2026-01-01,watchers
        +12025550145,99,2026-01-01,watchers
        +12025550145,1,2026-01-01,watchers

        """

    private static func harness() throws -> CommandLineHarness {
        let harness = try CommandLineHarness()
        harness.run("database", "migrate")
        return harness
    }

    @Test("rows that cannot be read are listed by line and left out; the last row of a number wins for each list")
    func imports() throws {
        let harness = try Self.harness()
        let file = try harness.file("c.csv", Self.list)
        let result = harness.run("risk", "import", file)
        #expect(result.output == "4 complaint rows imported from \(file), 6 of 10 rows left out.\n")
        #expect(
            result.error == """
                \(file):4: left out: the number is not valid
                \(file):5: left out: expected count as a whole number from 1 to 1000000000
                \(file):6: left out: last_seen is in the future
                \(file):7: left out: the source is empty
                \(file):8: left out: expected 4 fields, found 3
                \(file):9: left out: text behind a closing quote

                """)
        #expect(result.code == 0)
        #expect(harness.run("risk", "explain", "+12025550145", "--json").output.contains("\"spam_score\":16,"))
        let json = harness.run("risk", "import", file, "--json")
        #expect(json.output.hasPrefix("{\"rows\":10,\"imported\":4,\"left_out\":6,\"faults\":[{\"line\":4,"))
        #expect(json.output.hasSuffix("],\"resumed_after\":0}\n"))
        #expect(harness.run("risk", "explain", "+12025550144", "--json").output.contains("\"spam_score\":null,"))
    }

    @Test("explain shows the score with its inputs, aligned and as JSON")
    func explain() throws {
        let harness = try Self.harness()
        harness.run("risk", "import", try harness.file("c.csv", Self.list))
        #expect(
            harness.run("risk", "explain", "202 555 0143", "--country", "US").output == """
                Number  +12025550143
                Score   54 (medium)
                Model   decay-1
                Source  complaints

                ID           From       What           Day         Days ago  Weight
                complaint_2  Old, list  1 complaint    2025-11-03        60   0.499
                complaint_1  watchers   15 complaints  2026-01-02         0   3.994

                """)
        #expect(
            harness.run("risk", "explain", "+12025550143", "--json").output == """
                {"e164":"+12025550143","spam_score":54,"level":"medium","model":"decay-1","source":"complaints",\
                "suppressed":false,"agreeing_accounts":0,"held_back":false,"complaints":[{"id":"complaint_2",\
                "source":"Old, list","count":1,"last_seen":"2025-11-03","imported_at":"2026-01-02T03:04:05Z",\
                "weight":0.499},{"id":"complaint_1","source":"watchers","count":15,"last_seen":"2026-01-02",\
                "imported_at":"2026-01-02T03:04:05Z","weight":3.994}],"reports":[]}

                """)
        #expect(
            harness.run("risk", "explain", "+12025550199").output == """
                Number  +12025550199
                Score   nothing known
                Model   decay-1
                Source  -

                """)
        harness.run("name", "suppress", "+12025550143")
        let suppressed = harness.run("risk", "explain", "+12025550143").output
        #expect(suppressed.contains("Score       nothing known\n") && suppressed.contains("Suppressed  yes"))
        #expect(harness.run("risk", "explain", "12").code == 65)
    }

    @Test("an input is dropped once, and only by its name")
    func drop() throws {
        let harness = try Self.harness()
        harness.run("risk", "import", try harness.file("c.csv", Self.list))
        let dropped = harness.run("risk", "drop", "complaint_1")
        #expect(
            dropped.output
                == "complaint_1 of +12025550143 is gone. See what is left with: nocli risk explain +12025550143\n")
        #expect(harness.run("risk", "explain", "+12025550143", "--json").output.contains("\"spam_score\":8,"))
        let again = harness.run("risk", "drop", "complaint_1")
        #expect(
            again.error
                == "nocli: there is no input complaint_1. See a number's inputs with: nocli risk explain NUMBER\n")
        #expect(again.code == 1)
        #expect(
            harness.run("risk", "drop", "complaint_2", "--json").output
                == "{\"id\":\"complaint_2\",\"e164\":\"+12025550143\",\"dropped\":true}\n")
        for id in ["1", "complaint_0", "all", "report_-1"] {
            #expect(harness.run("risk", "drop", id).code == 64)
        }
    }

    @Test(
        "a file that is no complaint list is bad data",
        arguments: [
            ("", "expected a header with the columns number,count,last_seen,source, found an empty file"),
            ("number,name\n", "expected a header with the columns number,count,last_seen,source, found number,name"),
            (
                "number,count,last_seen,source\nx,1,2026-01-01,a\n",
                "no row could be read; what is known of complaints is as it was"
            ),
        ])
    func noList(text: String, words: String) throws {
        let harness = try Self.harness()
        let result = harness.run("risk", "import", "-", input: text)
        #expect(result.error.split(separator: "\n").last?.hasSuffix(words) == true, "\(result.error)")
        #expect(result.code == 65)
    }
}
