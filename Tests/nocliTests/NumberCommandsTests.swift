import Testing

@Suite struct NumberCommandsTests {
    @Test("a valid number is explained in aligned fields")
    func valid() throws {
        let harness = try CommandLineHarness()
        #expect(
            harness.call(["number", "parse", "6462345678", "--country", "US"]).output == """
                Number         6462345678
                Read as        +16462345678
                Valid          yes
                Country        US, United States
                Country code   +1
                Type           fixed line or mobile
                Carrier        -
                Location       New York
                Time zones     America/New_York
                National       (646) 234-5678
                International  +1 646-234-5678
                RFC 3966       tel:+1-646-234-5678

                """)
    }

    @Test(
        "a text that is no valid number is explained too, and is no failure",
        arguments: [
            (["hello"], "Number  hello\nValid   no: it does not look like a number\n"),
            (["+1234567"], nil),
            (
                ["+999123456"],
                "Number  +999123456\nValid   no: it begins with no known country code; is --country missing?\n"
            ),
            (["\u{1B}[31m"], nil),
        ] as [([String], String?)])
    func invalid(arguments: [String], text: String?) throws {
        let harness = try CommandLineHarness()
        let result = harness.call(["number", "parse"] + arguments)
        #expect(result.code == 0 && result.error == "")
        #expect(
            result.output.contains("\nValid ") && result.output.contains(" no: ") && !result.output.contains("\u{1B}"))
        if let text { #expect(result.output == text) }
    }

    @Test(
        "short and emergency numbers of the country are told",
        arguments: [
            ("911", "US", "Short number  yes, in US: toll free\nEmergency     yes, in US"),
            ("9111", "US", "Emergency     yes, in US: it begins with an emergency number"),
            ("116123", "DE", "Short number  yes, in DE: toll free"),
        ])
    func short(text: String, country: String, words: String) throws {
        let output = try CommandLineHarness().call(["number", "parse", text, "--country", country]).output
        let fields = words.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
        let found = output.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
        #expect(fields.allSatisfy(found.contains), "\(output)")
    }

    @Test(
        "without a country, or in another, a short number is none", arguments: [["911"], ["911", "--country", "GB"]])
    func noShortNumber(arguments: [String]) throws {
        let output = try CommandLineHarness().call(["number", "parse"] + arguments).output
        #expect(!output.contains("Short number") && !output.contains("Emergency"), "\(output)")
    }

    @Test(
        "for machines there is what a short number is",
        arguments: [
            (
                ["911", "--country", "US"],
                #"{"country":"US","valid":true,"cost":"toll_free","carrier_specific":false,"sms_service":false,"#
                    + #""emergency":true,"connects_to_emergency":true,"example":"112"}"#
            ),
            (
                ["9991", "--country", "GB"],
                #"{"country":"GB","valid":false,"cost":null,"carrier_specific":null,"sms_service":null,"#
                    + #""emergency":false,"connects_to_emergency":true,"example":"100"}"#
            ),
            (
                ["190", "--country", "BR"],
                #"{"country":"BR","valid":true,"cost":"toll_free","carrier_specific":false,"sms_service":false,"#
                    + #""emergency":true,"connects_to_emergency":true,"example":"100"}"#
            ),
            (["1901", "--country", "BR"], "null"), (["911"], "null"), (["911", "--country", "GB"], "null"),
            (["+911", "--country", "US"], "null"), (["6462345678", "--country", "US"], "null"),
        ])
    func shortNumberAsJSON(arguments: [String], expected: String) throws {
        let output = try CommandLineHarness().call(["number", "parse", "--json"] + arguments).output
        #expect(output.hasSuffix(#","short_number":"# + expected + "}\n"), "\(output)")
    }

    @Test("a number is shown while it is typed")
    func typing() throws {
        let harness = try CommandLineHarness()
        let arguments = ["number", "format", "650253", "--as-you-type", "--country", "US"]
        #expect(harness.call(arguments).output == "6\n65\n650\n650-2\n650-25\n650-253\n")
        #expect(
            harness.call(["number", "format", "+44", "--as-you-type", "--json"]).output
                == "{\"shown\":[\"+\",\"+4\",\"+44 \"]}\n")
        #expect(!harness.call(["number", "format", "1\u{1B}[31m", "--as-you-type"]).output.contains("\u{1B}"))
        #expect(harness.call(arguments + ["--from", "GB"]).code == 64)
    }

    @Test("for machines the answer is that of the API")
    func json() throws {
        let harness = try CommandLineHarness()
        let result = harness.call(["number", "parse", "+1 646 234 5678 ext. 9", "--json"]).output
        #expect(result.contains("\"valid\":true,\"possible\":true,\"reason\":null,\"e164\":\"+16462345678\""))
        #expect(result.contains("\"extension\":\"9\"") && result.hasSuffix("}\n"))
        let invalid = harness.call(["number", "parse", "12", "--json"]).output
        #expect(invalid.contains("\"valid\":false") && invalid.contains("\"e164\":null"))
    }

    @Test("a batch is answered line for line, also its last line without an end")
    func batch() throws {
        let harness = try CommandLineHarness()
        let input = "6462345678\tUS\n\nhello\tUS\r\n6462345678\tZZ\n\t\n+49 1511 2345678\tZZ\n1\tXX\n15112345678\tDE"
        let result = harness.call(["number", "parse", "--batch"], input: Array(input.utf8))
        let lines = result.output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        try #require(lines.count == 9)
        #expect(
            lines[0]
                == "ok\t+16462345678\tUS\tfixed_line_or_mobile\tpossible\ttrue\t(646) 234-5678\t+1 646-234-5678\ttel:+1-646-234-5678"
        )
        #expect(lines[1] == "not_a_number" + String(repeating: "\t-", count: 8))
        #expect(lines[2] == "not_a_number" + String(repeating: "\t-", count: 8))
        #expect(lines[3] == "invalid_country_code" + String(repeating: "\t-", count: 8))
        #expect(lines[4] == "not_a_number" + String(repeating: "\t-", count: 8))
        #expect(lines[5].hasPrefix("ok\t+4915112345678\tDE\tmobile\tpossible\ttrue\t"))
        #expect(lines[6].split(separator: "\t").count == 9)
        #expect(lines[7].hasPrefix("ok\t+4915112345678\tDE\tmobile\t"))
        #expect(lines[8] == "" && result.code == 0)
    }

    @Test("bytes that are no text and lines without end are answered, not read whole")
    func hostileBatch() throws {
        let harness = try CommandLineHarness()
        let input = [UInt8](repeating: UInt8(ascii: "7"), count: 3_000_000) + [0x0A, 0xFF, 0x00, 0x0A]
        let result = harness.call(["number", "parse", "--batch"], input: input)
        #expect(result.output == "too_long\t-\t-\t-\t-\t-\t-\t-\t-\nnot_a_number\t-\t-\t-\t-\t-\t-\t-\t-\n")
        #expect(harness.call(["number", "parse", "--batch"]).output == "")
    }

    @Test(
        "a wrong call is refused",
        arguments: [
            ([], "NUMBER is missing (the number to read); or give --batch"),
            (["1", "--batch"], "--batch reads standard input: leave NUMBER out"),
            (["--batch", "--country", "US"], "--batch takes the region from each line: leave --country out"),
            (["1", "--country", "ZZ"], "--country: expected a country as two letters such as US, found `ZZ`"),
            (["1", "--country", "001"], "--country: expected a country as two letters such as US, found `001`"),
            (["1", "2"], "unexpected argument `2`"),
            (["1", "+12025550143"], "unexpected argument a text of 11 digits"),
            (["1", "(202) 555-0143"], "unexpected argument a text of 10 digits"),
            (["1", "2025550143"], "unexpected argument a text of 10 digits"),
            (
                ["1", "--country", "+12025550143"],
                "--country: expected a country as two letters such as US, found a text of 11 digits"
            ),
        ] as [([String], String)])
    func wrongCalls(arguments: [String], words: String) throws {
        let harness = try CommandLineHarness()
        let result = harness.call(["number", "parse"] + arguments)
        #expect(result.error.split(separator: "\n").first.map(String.init) == "nocli: " + words)
        #expect(result.code == 64)
    }

    @Test("a number is written in every form, without the digits that are too many")
    func format() throws {
        let harness = try CommandLineHarness()
        let forms = """
            E.164          +442079460018
            National       020 7946 0018
            International  +44 20 7946 0018
            RFC 3966       tel:+44-20-7946-0018

            """
        #expect(harness.call(["number", "format", "+442079460018"]).output == forms)
        #expect(harness.call(["number", "format", "020 7946 0018 77", "--country", "GB"]).output == forms)
        #expect(
            harness.call(["number", "format", "+442079460018", "--from", "US"]).output
                == forms + "From US        011 44 20 7946 0018\n")
        #expect(
            harness.call(["number", "format", "+44207", "--json"]).output
                == "{\"valid\":false,\"e164\":\"+44207\",\"national\":\"207\",\"international\":\"+44 207\","
                + "\"rfc3966\":\"tel:+44-207\",\"dialled_from\":null}\n")
        #expect(
            harness.call(["number", "format", "+44207"]).output.hasSuffix(
                "\nValid          no: it is too short for its country\n"))
        for text in ["hello", "1", "020 7946 0018", "+999123456"] {
            #expect(harness.call(["number", "format", text]).code == 65, "\(text)")
        }
        #expect(harness.call(["number", "format", ""]).code == 64)
    }

    @Test(
        "two numbers are compared",
        arguments: [
            (["+442079460018", "+44 20 7946 0018"], "exact", 0), (["+442079460018", "020 7946 0018"], "nsn", 0),
            (["020 7946 0018", "+44 20 7946 0018", "--country", "GB"], "exact", 0),
            (["7946 0018", "+44 20 7946 0018"], "short_nsn", 0), (["+442079460018", "+442079460019"], "none", 1),
            (["020 7946 0018", "+44 20 7946 0018", "--country", "DE"], "none", 1),
            (["+442079460018", "hello"], "not_a_number", 65),
            (["x", "+442079460018", "--country", "GB"], "not_a_number", 65),
        ])
    func compare(arguments: [String], match: String, code: Int32) throws {
        let harness = try CommandLineHarness()
        let result = harness.call(["number", "compare", "--json"] + arguments)
        #expect(result.output == "{\"match\":\"\(match)\"}\n" && result.code == code, "\(arguments) \(result.error)")
        #expect(harness.call(["number", "compare"] + arguments).code == code)
    }
}
