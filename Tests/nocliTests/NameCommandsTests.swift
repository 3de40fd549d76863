import Testing

@Suite struct NameCommandsTests {
    private let number = "+12025550143"

    @Test("a number's names are pinned, suppressed and shown in the order in which they win")
    func names() throws {
        let harness = try CommandLineHarness()
        let file = try harness.file("d.csv", "number,name,as_of\n\(number),Harbor  Light Books,2025-12-31\n")
        harness.run("database", "migrate")
        #expect(harness.run("name", "import", file).code == 0)
        #expect(
            harness.run("name", "show", number).output == """
                Number      +12025550143
                Suppressed  no
                Pinned      -
                Directory   Harbor Light Books (2025-12-31)
                Suppliers   -
                Answered    Harbor Light Books

                """)
        #expect(
            harness.run("name", "pin", "(202) 555-0143", "HLB", "--country", "US").output
                == "+12025550143 is answered with HLB.\n")
        #expect(
            harness.run("name", "suppress", number).output
                == "+12025550143 is suppressed: answered without a name and free of charge. Undo with: nocli name unsuppress "
                + "+12025550143\n")
        #expect(
            harness.run("name", "show", number, "--json").output == """
                {"e164":"+12025550143","cnam":null,"source":null,"suppressed":true,\
                "suppressed_at":"2026-01-02T03:04:05Z","override":{"name":"HLB","as_of":"2026-01-02"},\
                "directory":{"name":"Harbor Light Books","as_of":"2025-12-31"},"cached":null}

                """)
        #expect(
            harness.run("name", "pin", number, "HLB").output
                == "+12025550143 is answered with HLB once its suppression ends: nocli name unsuppress +12025550143\n")
        #expect(harness.run("name", "unsuppress", number).output == "+12025550143 is not suppressed any more.\n")
        #expect(
            harness.run("name", "show", number, "--json").output.contains("\"cnam\":\"HLB\",\"source\":\"override\""))
        #expect(harness.run("name", "unpin", number).output == "The pinned name of +12025550143 is gone.\n")
        #expect(
            harness.run("name", "show", number, "--json").output
                .contains("\"cnam\":\"Harbor Light Books\",\"source\":\"directory\""))
    }

    @Test("what is not there cannot be taken away")
    func nothingThere() throws {
        let harness = try CommandLineHarness()
        harness.run("database", "migrate")
        #expect(harness.run("name", "unpin", number).error == "nocli: +1…43 has no pinned name\n")
        #expect(harness.run("name", "unsuppress", number).error == "nocli: +1…43 is not suppressed\n")
        #expect(harness.run("name", "unpin", number).code == 1)
        #expect(
            harness.run("name", "show", number, "--json").output.contains(
                "\"cnam\":null,\"source\":null,\"suppressed\":false"))
    }

    @Test("a text that is no valid number is bad data", arguments: ["12", "hello", "+1", "+12345", "2025550143", "+"])
    func notANumber(text: String) throws {
        let harness = try CommandLineHarness()
        harness.run("database", "migrate")
        for command in [["pin", text, "X"], ["suppress", text], ["show", text]] {
            let result = harness.call(["--database", harness.database, "name"] + command)
            #expect(result.error.hasPrefix("nocli: NUMBER: expected a valid number such as +12025550143"))
            #expect(result.code == 65 && result.output == "")
        }
    }

    @Test(
        "a wrong call is refused",
        arguments: [
            (["pin", "+12025550143"], "NAME is missing (the name to answer)"),
            (["pin", "+12025550143", " "], "NAME: expected a name that is not empty, found ` `"),
            (
                ["pin", "2025550143", "X", "--country", "XX"],
                "--country: expected a country as two letters such as US, found `XX`"
            ),
            (
                ["pin", "2025550143", "X", "--country", "USA"],
                "--country: expected a country as two letters such as US, found `USA`"
            ),
            (["show", ""], "NUMBER: expected a number of at most 250 characters, found nothing"),
            (["import"], "FILE is missing (a CSV file; - for standard input)"),
            (["search", "x", "--limit", "10001"], "--limit: expected a whole number from 1 to 10000, found `10001`"),
        ] as [([String], String)])
    func wrongCalls(arguments: [String], words: String) throws {
        let harness = try CommandLineHarness()
        let result = harness.call(["--database", harness.database, "name"] + arguments)
        #expect(result.error.split(separator: "\n").first.map(String.init) == "nocli: " + words)
        #expect(result.code == 64)
    }

    @Test("names are found by a part of them, and % and _ are letters like any other")
    func search() throws {
        let harness = try CommandLineHarness()
        harness.run("database", "migrate")
        let text = "number,name\n+12025550143,Harbor 100% Books\n+12025550144,Harbour Café\n"
        #expect(harness.run("name", "import", "-", input: text).code == 0)
        harness.run("name", "pin", "+12025550145", "harbor master")
        #expect(
            harness.run("name", "search", "HARBO", "--limit", "2").output == """
                Number        Name               Source     As of
                +12025550145  harbor master      override   2026-01-02
                +12025550143  Harbor 100% Books  directory  2026-01-02

                There are more; see them with --limit N.

                """)
        #expect(
            harness.run("name", "search", "100%", "--json").output == """
                {"names":[{"e164":"+12025550143","name":"Harbor 100% Books","source":"directory",\
                "as_of":"2026-01-02"}],"more":false}

                """)
        #expect(harness.run("name", "search", "_").output == "No name contains that text.\n")
        #expect(
            harness.run("name", "stats", "--json").output
                == "{\"directory\":2,\"overrides\":1,\"suppressed\":0,\"cached\":0,\"cached_without_name\":0}\n")
        #expect(
            harness.run("name", "stats").output == """
                What                           Numbers
                directory names                      2
                pinned names                         1
                suppressed                           0
                names from suppliers                 0
                without a name, say suppliers        0

                """)
    }
}
