import JSONText
import Platform
import TestSupport
import Testing

@testable import nocli

@Suite struct TemplateShowTests {
    @Test func `a template is shown with its parameters, and its scenarios under what starts them`() throws {
        let harness = try CommandLineHarness()
        let demo = try DemoTemplate()
        let result = harness.call(["template", "show", demo.file])
        #expect(result.code == 0 && result.error == "")
        #expect(
            result.output == """
                Demo CRM, version 3

                Numbers         with +
                Authentication  none
                At once         2 lookups

                Parameter  Type      Shown under            Default
                Domain     String    General Configuration  https://crm.test
                ApiKey     Password  General Configuration

                Lookup by number
                  scenario 1  line 11
                  │  GET [Domain]/people?phone=[EscapedNumber]
                  │  left out if [CallDirection]=="Outbound"
                  │  records: Number people.phones
                  └─ GetCompany  line 23
                        GET [Domain]/companies/[CompanyId]
                        records: Any name
                        gives FirstName, CompanyName, ContactUrl, PhoneBusiness
                        goes on without a record

                Call report
                  ReportCall  line 36
                     POST [Domain]/calls
                     left out if [EntityId]==""

                Call-flow lookup
                  LookupFromCFD_People_LookupID  line 46
                     GET [Domain]/people/[EntityID]
                     records: Any id
                     goes on without a record

                """)
    }

    @Test func `no line is wider than the terminal, and what several scenarios lead to is told once`() throws {
        let harness = try CommandLineHarness()
        let demo = try DemoTemplate()
        let long = String(repeating: "[Number] ", count: 40)
        let second =
            "<Scenario Id=\"LookupByEmail\"><Request Url=\"https://crm.test/\(long)\" /><Outputs Next=\"GetCompany\" /></Scenario>"
        let text = DemoTemplate.text.replacing("https://crm.test\" />", with: "https://crm.test/\(long)\" />")
            .replacing("  </Scenarios>", with: second + "\n  </Scenarios>")
        let result = harness.call(["template", "show", try demo.folder.write("long.xml", text)])
        #expect(result.code == 0 && result.output.contains("└─ GetCompany  line 23, as above\n"))
        #expect(result.output.contains("[Number]…\n"))
        for line in result.output.split(separator: "\n") {
            #expect(DisplayWidth.columns(String(line)) <= 80, "\(line)")
        }
    }

    @Test func `in JSON a chained scenario stands inside the one before it`() throws {
        let harness = try CommandLineHarness()
        let demo = try DemoTemplate()
        let result = harness.call(["template", "show", demo.file, "--json"])
        let shown = try #require(try JSONValue(parsing: Array(result.output.utf8)).object)
        #expect(
            shown.members.map(\.name) == [
                "file", "name", "version", "country", "number", "max_concurrent_requests", "supports_emojis",
                "supports_transcription", "authentication", "parameters", "scenarios",
            ])
        #expect(shown["parameters"]?.array?[1].object?["type"]?.string == "Password")
        let first = try #require(shown["scenarios"]?.array?.first?.object)
        #expect(first["start"]?.string == "lookup" && first["method"]?.string == "GET")
        let next = try #require(first["next"]?.object)
        #expect(next["id"]?.string == "GetCompany" && next["allow_empty"]?.bool == true && next["next"]?.isNull == true)
        #expect(next["outputs"]?.array?.count == 4)
    }

    @Test func `a secret that somebody left in a template is not shown`() throws {
        let harness = try CommandLineHarness()
        let demo = try DemoTemplate()
        let text = DemoTemplate.text.replacing(
            "Title=\"API key\" Default=\"\"", with: "Title=\"API key\" Default=\"left-in-the-file\"")
        let file = try demo.folder.write("secret.xml", text)
        for arguments in [["template", "show", file], ["template", "show", file, "--json"]] {
            let result = harness.call(arguments)
            #expect(result.code == 0 && result.output.contains("<redacted>"))
            #expect(!result.output.contains("left-in-the-file"))
        }
    }

    @Test func `a template is read from standard input too`() throws {
        let harness = try CommandLineHarness()
        let result = harness.call(["template", "show", "-"], input: Array(DemoTemplate.text.utf8))
        #expect(result.code == 0 && result.output.hasPrefix("Demo CRM, version 3\n"))
        let empty = harness.call(["template", "show", "-"])
        #expect(empty.code == 65 && empty.error.contains("standard input: this is no template"))
    }
}
