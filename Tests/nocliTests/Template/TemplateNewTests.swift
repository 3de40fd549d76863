// `nocli template new`: what it asks, what it writes, and that lint and test have nothing to say about it.

import CRMTemplate
import CRMTransport
import Foundation
import Testing

@testable import nocli

@Suite struct TemplateNewTests {
    private func new(_ arguments: [String], input: String = "") throws -> (CallResult, CommandLineHarness) {
        let harness = try CommandLineHarness()
        let output = harness.directory + "/new.crm.xml"
        let result = harness.call(
            ["template", "new", "--output", output] + arguments, input: Array(input.utf8))
        return (result, harness)
    }

    @Test(arguments: [
        ["--defaults"],
        ["--defaults", "--auth", "none", "--number", "digits", "--records", "-"],
        ["--defaults", "--auth", "basic", "--number", "zeros", "--records", "data.items", "--id", "a.b.id"],
        ["--defaults", "--auth", "header", "--auth-header", "X-Key", "--first-name", "-", "--company", "-"],
        ["--defaults", "--email-lookup", "-", "--create", "-", "--calls", "-", "--chats", "-", "--mobile", "-"],
        ["--defaults", "--name", "A & \"B\" <C> -- ]]>", "--lookup", "/q?a[]=1&n={number}", "--email", "-"],
        ["--defaults", "--page", "https://crm.test/{id}?a=1&b=<2>", "--address", "http://10.0.0.1:8080"],
    ])
    func `whatever the answers are, the template is clean and its cases pass`(arguments: [String]) async throws {
        let (result, harness) = try new(arguments)
        #expect(result.code == 0, "\(result.error)")
        let document = TemplateDocument(
            Array(try Data(contentsOf: URL(filePath: harness.directory + "/new.crm.xml"))))
        // Plain http is what was asked for in one row, and lint says what it thinks of that.
        let findings = document.diagnostics.filter { $0.severity == .error || !$0.code.contains("http") }
        #expect(findings == [])
        let template = try #require(document.template)
        let cases = try TemplateCases(
            json: Array(try Data(contentsOf: URL(filePath: harness.directory + "/new.cases.json")))
        ).cases
        for testCase in cases {
            let outcome = await testCase.run(on: template)
            #expect(outcome.differences == [], "\(testCase.name)")
        }
    }

    @Test func `what is not given is asked, wrong answers again, and the end of the input takes the rest as it is`()
        throws
    {
        let (result, harness) = try new(
            ["--auth", "header"], input: "Example\r\nftp://x\nhttps://crm.test\nX Key\nX-Key\n")
        #expect(result.code == 0)
        #expect(result.error.contains("name of the CRM [My CRM]: "))
        #expect(result.error.contains("Expected an address that begins with https:// or http://"))
        #expect(result.error.contains("Expected a name of letters, digits and hyphens."))
        #expect(!result.error.contains("none, bearer, header or basic ["))
        let text = try String(contentsOfFile: harness.directory + "/new.crm.xml", encoding: .utf8)
        #expect(text.contains("Name=\"Example\""))
        #expect(text.contains("Default=\"https://crm.test\""))
        #expect(text.contains("<Value Key=\"X-Key\" Type=\"String\">[ApiKey]</Value>"))
    }

    @Test func `nothing is written over`() throws {
        let (first, harness) = try new(["--defaults"])
        #expect(first.code == 0)
        let again = harness.call(["template", "new", "--defaults", "--output", harness.directory + "/new.crm.xml"])
        #expect(again.code == 1)
    }

    @Test func `standard output gets the template alone`() throws {
        let harness = try CommandLineHarness()
        let result = harness.call(["template", "new", "--defaults", "--output", "-"])
        #expect(result.output.hasPrefix("<?xml"))
        #expect(TemplateDocument(Array(result.output.utf8)).diagnostics == [])
    }

    @Test(arguments: [
        ["--name", ""], ["--address", "crm.test"], ["--address", "https://crm.test/"], ["--auth", "oauth"],
        ["--auth-header", "X Key"], ["--number", "e164"], ["--lookup", "/contacts"], ["--lookup", "c?{number}"],
        ["--email-lookup", "/contacts"], ["--records", "a..b"], ["--id", "-"], ["--phone", ""], ["--id", "a[0]"],
        ["--page", "https://crm.test/"], ["--page", "https://crm.test/[{id}]"], ["--create", "contacts"],
        ["--calls", "x"], ["--name", "a\u{7}b"],
    ])
    func `an answer that cannot be is refused`(arguments: [String]) throws {
        #expect(try new(["--defaults"] + arguments).0.code == 64)
    }

    @Test func `the generic template of this repository is what comes without any answer`() throws {
        let harness = try CommandLineHarness()
        let result = harness.call(
            ["template", "new", "--defaults", "--name", "Generic REST", "--output", harness.directory + "/g.crm.xml"])
        #expect(result.code == 0)
        let folder = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Templates")
        for (made, kept) in [
            ("g.crm.xml", "generic-rest.crm.xml"), ("g.cases.json", "generic-rest.cases.json"),
        ] {
            #expect(
                try Data(contentsOf: URL(filePath: harness.directory + "/" + made))
                    == Data(contentsOf: folder.appending(path: kept)), "\(kept)")
        }
    }
}
