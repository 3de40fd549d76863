import Foundation
import Testing

@testable import nocli

@Suite struct ContactCommandsTests {
    private static func harness(country: String? = "FR") throws -> (CommandLineHarness, String) {
        let harness = try CommandLineHarness()
        let made = harness.run("workspace", "create", "--name", "Acme", "--json").output
        let start = try #require(made.range(of: "ws_"))
        let workspace = String(made[start.lowerBound...].prefix(19))
        if let country { harness.run("workspace", "set", workspace, "default_country=\(country)") }
        return (harness, workspace)
    }

    @Test func `rows that cannot be read are listed by line and left out, the others are imported`() throws {
        let (harness, workspace) = try Self.harness()
        let long = String(repeating: "x", count: 256)
        let file = try harness.file(
            "c.csv",
            """
            first_name,Last_Name,email,phone_business_1,company,entity_id,entity_url,Account Manager
            Ann,"O""Hara, Dr.",ann@example.org,01 42 00 00 00,,1,https://crm.example/1,Bob
            ,,,0142000001,,2,,
            ,B,no-address,,,3,,
            ,B,,,,4,javascript:alert(1),
            ,\(long),,,,5,,
            ,B,,,,6
            ,"B" C,,,,7,,
            ,,,0142000002,Acme,8,,

            """)
        let result = harness.run("contact", "import", file, "--workspace", workspace)
        #expect(result.output == "2 contacts imported from \(file), 6 of 8 rows left out.\n")
        #expect(
            result.error == """
                \(file):3: left out: first_name, last_name and company are empty
                \(file):4: left out: email is no e-mail address
                \(file):5: left out: entity_url is no address that begins with http:// or https://
                \(file):6: left out: last_name has more than 255 characters
                \(file):7: left out: expected 8 fields, found 6
                \(file):8: left out: text behind a closing quote

                """)
        #expect(result.code == 0)
        let found = harness.run("contact", "search", "--workspace", workspace, "--phone", "+33142000000", "--json")
        #expect(
            found.output == """
                {"workspace_id":"\(workspace)","contacts":[{"id":null,"first_name":"Ann","last_name":"O\\"Hara, Dr.",\
                "civility":null,"email":"ann@example.org","phone_business_1":"01 42 00 00 00","phone_business_2":null,\
                "phone_mobile_1":null,"phone_mobile_2":null,"phone_home_1":null,"phone_home_2":null,\
                "phone_other_1":null,"fax_business_1":null,"fax_home_1":null,"company":null,"title":null,\
                "entity_id":"1","entity_type":"contact","entity_url":"https://crm.example/1","connector":null,\
                "match":"exact","dummy":false,"custom":{"account manager":"Bob"}}]}

                """)
        let json = harness.run("contact", "import", file, "--workspace", workspace, "--json")
        #expect(json.output.hasPrefix("{\"workspace_id\":\"\(workspace)\",\"rows\":8,\"imported\":2,\"left_out\":6,"))
    }

    @Test func `the same entity, or the same row without one, is the same contact`() throws {
        let (harness, workspace) = try Self.harness()
        func count(_ number: String) -> Int {
            harness.run("contact", "search", "--workspace", workspace, "--phone", number, "--json").output
                .components(of: "\"first_name\"")
        }
        harness.run(
            "contact", "import", "-", "--workspace", workspace,
            input: "last_name,phone_mobile_1,entity_id\nA,0611111111,1\nB,0611111112,\n")
        harness.run(
            "contact", "import", "-", "--workspace", workspace,
            input: "entity_id,phone_mobile_1,last_name\n1,0611111113,A2\n,0611111112,B\n")
        #expect(count("0611111111") == 0 && count("+33611111113") == 1 && count("0611111112") == 1)
    }

    @Test(
        arguments: [
            ("", "found an empty file"), ("\n\n", "found an empty file"), ("a,b\n", "found 2 other columns"),
            ("last_name\n", "found 1 other columns"), ("email,phone_business_1\n", "found 2 other columns"),
            ("Ann,+33142000000\n", "found 2 other columns"),
            (
                "last_name;email\n",
                "found 1 other columns; fields are separated by commas, not by semicolons or tabs"
            ),
            ("last_name,email,EMAIL\n", "the column email is there twice"),
            ("\"last_name,email\n", "found a malformed row: the quoted field that began on line 1 does not end"),
            ("last_name,email\n,\n,x\n", "no row could be read; the contacts are as they were"),
        ])
    func `a file that is none of contacts is bad data`(_ text: String, _ words: String) throws {
        let (harness, workspace) = try Self.harness()
        let result = harness.run("contact", "import", "-", "--workspace", workspace, input: text)
        #expect(result.error.split(separator: "\n").last?.hasSuffix(words) == true, "\(result.error)")
        #expect(!result.error.contains("+33142000000") && result.code == 65)
    }

    @Test func `more rows than one transaction takes are all imported`() throws {
        let (harness, workspace) = try Self.harness()
        var text = "last_name,phone_mobile_1\n"
        for index in 0..<2_500 { text += "Name \(index),06 11 11 \(1_000 + index)\n" }
        let result = harness.run("contact", "import", "-", "--workspace", workspace, "--json", input: text)
        #expect(result.output.contains("\"imported\":2500,\"left_out\":0,\"faults\":[]"))
    }

    @Test func `a search is a table for people and finds by address`() throws {
        let (harness, workspace) = try Self.harness()
        harness.run(
            "contact", "import", "-", "--workspace", workspace,
            input: "first_name,last_name,email,company,phone_business_1\nAnn,\u{1B}[2JLee,Ann@Example.org,Acme,101\n")
        let found = harness.run("contact", "search", "--workspace", workspace, "--email", "ann@example.org")
        #expect(found.code == 0 && found.output.contains("Acme") && !found.output.contains("\u{1B}"))
        #expect(harness.run("contact", "search", "--workspace", workspace, "--phone", "101").output.contains("Acme"))
        #expect(
            harness.run("contact", "search", "--workspace", workspace, "--phone", "102").output
                == "No contact has it.\n")
    }

    @Test func `a wrong call is told what is missing`() throws {
        let (harness, workspace) = try Self.harness()
        let none = harness.run("contact", "search", "--workspace", workspace)
        #expect(none.code == 64 && none.error.contains("expected --phone NUMBER or --email ADDRESS"))
        let other = harness.run("contact", "search", "--workspace", "ws_00000000000000ff", "--phone", "101")
        #expect(other.code == 1 && other.error.contains("there is no workspace ws_00000000000000ff"))
        let missing = harness.run("contact", "import", "\(harness.directory)/none.csv", "--workspace", workspace)
        #expect(missing.code == 65 && missing.error.contains("No such file or directory. Name a CSV file to import."))
        #expect(harness.run("contact", "import", "x").code == 64)
    }
}

extension String {
    fileprivate func components(of text: String) -> Int {
        split(separator: text, omittingEmptySubsequences: false).count - 1
    }
}
