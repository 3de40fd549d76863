import Testing

@testable import nocli

@Suite struct NumberFindTests {
    @Test func `numbers are listed with their place, as written and as E.164`() throws {
        let harness = try CommandLineHarness()
        let text = "Call +1 646 234 5678 x5.\r\n\u{FC} 0161 496 0123/0161 496 0124"
        let result = harness.call(["number", "find", "--country", "GB"], input: Array(text.utf8))
        #expect(
            result.output == """
                1:6       +1 646 234 5678 x5    +16462345678 ext. 5
                2:3       0161 496 0123         +441614960123
                2:17      0161 496 0124         +441614960124

                """)
        #expect(result.code == 0 && result.error == "")
    }

    @Test func `for machines there are bytes too`() throws {
        let harness = try CommandLineHarness()
        let result = harness.call(
            ["number", "find", "--json"], input: Array("\u{FC} +16462345678, 0161 496 0123".utf8))
        #expect(
            result.output == """
                {"numbers":[{"line":1,"column":3,"start":3,"end":15,"text":"+16462345678","e164":"+16462345678",\
                "extension":null,"valid":true}],"complete":true}

                """)
        #expect(harness.call(["number", "find", "--json"]).output == "{\"numbers\":[],\"complete\":true}\n")
        #expect(harness.call(["number", "find"]).output == "")
    }

    @Test func `a search that was given up says so`() throws {
        let harness = try CommandLineHarness()
        let figures = String(repeating: "12-34\n", count: 70_000) + "+16462345678\n"
        let result = harness.call(["number", "find", "--json"], input: Array(figures.utf8))
        #expect(result.output == "{\"numbers\":[],\"complete\":false}\n" && result.code == 0)
        #expect(result.error.hasPrefix("nocli: the rest of the text was not searched: 65535 figures"))
    }

    @Test func `with --possible the length decides`() throws {
        let harness = try CommandLineHarness()
        let text = Array("+15550100123".utf8)
        #expect(harness.call(["number", "find"], input: text).output == "")
        #expect(harness.call(["number", "find", "--possible"], input: text).output.hasSuffix("+15550100123\n"))
    }

    @Test func `with --grouping the groups of digits count`() throws {
        let harness = try CommandLineHarness()
        let text = Array("0161 496 0123\n0161 4960124\n0161 49 60 125\n01614960126\n".utf8)
        func found(_ options: String...) -> [String] {
            let result = harness.call(["number", "find", "--country", "GB"] + options, input: text)
            return result.output.split(separator: "\n").map { String($0.suffix(13)) }
        }
        #expect(found() == ["+441614960123", "+441614960124", "+441614960125", "+441614960126"])
        #expect(found("--grouping", "strict") == ["+441614960123", "+441614960124", "+441614960126"])
        #expect(found("--grouping", "exact") == ["+441614960123", "+441614960126"])
        for (options, words) in [
            (["--grouping", "loose"], "strict"), (["--grouping"], "--grouping"),
            (["--grouping", "exact", "--possible"], "leave one out"),
        ] {
            let result = harness.call(["number", "find"] + options, input: text)
            #expect(result.code == 64 && result.output == "" && result.error.contains(words), "\(result.error)")
        }
    }

    @Test func `what is longer than the limit is refused`() throws {
        let harness = try CommandLineHarness()
        for (count, code) in [(0, Int32(0)), (1, 65)] {
            let text = [UInt8](repeating: UInt8(ascii: " "), count: NumberFind.textBytesMax + count)
            let result = harness.call(["number", "find"], input: text)
            #expect(result.code == code)
            #expect(result.error.isEmpty == (code == 0))
        }
    }
}
