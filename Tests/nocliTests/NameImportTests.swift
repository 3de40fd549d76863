import Testing

@Suite struct NameImportTests {
    @Test("rows that cannot be read are listed by line and left out; the others are imported")
    func malformedRows() throws {
        let harness = try CommandLineHarness()
        harness.run("database", "migrate")
        let file = try harness.file(
            "d.csv",
            """
            number,name,as_of
            +12025550143,"Harbor ""L"", Books",2026-01-01
            nonsense,X,
            +12025550144,,
            +12025550145,A,yesterday
            +12025550146,A
            +12025550147,"A" B,
            +12025550143,Harbor Light,

            """)
        let result = harness.run("name", "import", file)
        #expect(result.output == "2 names imported from \(file), 5 of 7 rows left out.\n")
        #expect(
            result.error == """
                \(file):3: left out: the number is not valid
                \(file):4: left out: the name is empty
                \(file):5: left out: expected as_of as a date like 2026-01-31
                \(file):6: left out: expected 3 fields, found 2
                \(file):7: left out: text behind a closing quote

                """)
        #expect(result.code == 0)
        #expect(
            harness.run("name", "show", "+12025550143", "--json").output
                .contains("\"directory\":{\"name\":\"Harbor Light\",\"as_of\":\"2026-01-02\"}"))
        let json = harness.run("name", "import", file, "--json")
        #expect(
            json.output.hasPrefix(
                "{\"rows\":7,\"imported\":2,\"left_out\":5,\"faults\":[{\"line\":3,\"reason\":\"the number is not valid\"},"
            ))
    }

    @Test("national numbers are read in the country of the import, columns in any order, a byte-order mark skipped")
    func countries() throws {
        let harness = try CommandLineHarness()
        harness.run("database", "migrate")
        let text = "\u{FEFF}Name,Other,Number\r\nLondon,x,020 7946 0018\r\nParis,x,+33123456789\r\n"
        let result = harness.run("name", "import", "-", "--country", "gb", input: text)
        #expect(result.output == "2 names imported from standard input, 0 of 2 rows left out.\n")
        #expect(harness.run("name", "show", "+442079460018", "--json").output.contains("\"cnam\":\"London\""))
    }

    @Test(
        "a file that is no directory is bad data, and nothing of it is imported",
        arguments: [
            ("", "expected a header with the columns number,name[,as_of], found an empty file"),
            ("\n\n", "expected a header with the columns number,name[,as_of], found an empty file"),
            (
                "+12025550143,Harbor\n",
                "expected a header with the columns number,name[,as_of], found +1…43,Harbor"
            ),
            ("\u{1B}[2J,x\n", "expected a header with the columns number,name[,as_of], found ?[2J,x"),
            (
                "number;name\n+12025550143;Harbor\n",
                "expected a header with the columns number,name[,as_of], found number;name"
            ),
            (
                "\"number,name\n",
                "expected a header, found a malformed row: the quoted field that began on line 1 does not end"
            ),
            ("number,name\nx,y\n", "no row could be read; the directory is as it was"),
        ])
    func noDirectory(text: String, words: String) throws {
        let harness = try CommandLineHarness()
        harness.run("database", "migrate")
        let result = harness.run("name", "import", "-", input: text)
        #expect(result.error.split(separator: "\n").last?.hasSuffix(words) == true, "\(result.error)")
        #expect(result.error.contains("standard input"))
        #expect(result.code == 65)
        #expect(harness.run("name", "stats", "--json").output.contains("\"directory\":0"))
    }

    @Test("a file that cannot be read is bad data")
    func unreadable() throws {
        let harness = try CommandLineHarness()
        harness.run("database", "migrate")
        let missing = harness.run("name", "import", "\(harness.directory)/none.csv")
        #expect(
            missing.error
                == "nocli: \(harness.directory)/none.csv: No such file or directory. Name a CSV file to import.\n")
        #expect(missing.code == 65)
        let directory = harness.run("name", "import", harness.directory)
        #expect(directory.error == "nocli: \(harness.directory): Is a directory\n")
        #expect(directory.code == 65)
    }

    @Test("more rows than one transaction takes are all imported")
    func blocks() throws {
        let harness = try CommandLineHarness()
        harness.run("database", "migrate")
        var text = "number,name\n"
        for index in 0..<2_500 { text += "+1202555\(1000 + index),Name \(index)\n" }
        let result = harness.run("name", "import", "-", "--json", input: text)
        #expect(result.output == "{\"rows\":2500,\"imported\":2500,\"left_out\":0,\"faults\":[]}\n")
        #expect(harness.run("name", "stats", "--json").output.contains("\"directory\":2500"))
        #expect(harness.run("ledger", "verify").code == 0)
    }

    @Test("rows are stored in another order than they stand in, and the last row of a number still wins")
    func order() throws {
        let harness = try CommandLineHarness()
        harness.run("database", "migrate")
        var text = "number,name\n"
        // Three rows for each number, falling and rising, over more than one sorting.
        for round in 0..<3 {
            for index in 0..<2_000 { text += "+1202555\(1000 + (round == 1 ? 1_999 - index : index)),Name \(round)\n" }
        }
        text += "+12025551007,Last\n+12025551007,Very last\n"
        let result = harness.run("name", "import", "-", "--json", input: text)
        #expect(result.output == "{\"rows\":6002,\"imported\":6002,\"left_out\":0,\"faults\":[]}\n")
        #expect(harness.run("name", "stats", "--json").output.contains("\"directory\":2000"))
        for (number, name) in [("+12025551000", "Name 2"), ("+12025552999", "Name 2"), ("+12025551007", "Very last")] {
            #expect(harness.run("name", "show", number, "--json").output.contains("\"cnam\":\"\(name)\""))
        }
    }

    @Test("of very many malformed rows the first are listed and the rest counted")
    func manyFaults() throws {
        let harness = try CommandLineHarness()
        harness.run("database", "migrate")
        let text = "number,name\n+12025550143,A\n" + String(repeating: "x,y\n", count: 1_500)
        let result = harness.run("name", "import", "-", input: text)
        #expect(result.error.split(separator: "\n").count == 21)
        #expect(result.error.hasSuffix("… and 1480 more; --json lists up to 1000.\n"))
        let json = harness.run("name", "import", "-", "--json", input: text).output
        #expect(json.contains("\"left_out\":1500") && json.split(separator: "reason").count == 1_001)
    }
}
