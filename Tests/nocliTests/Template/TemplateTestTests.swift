// `nocli template test`: what it prints, and its exit codes. A process of its own: the command waits for tasks, which
// tests in this process would keep from running.

import TestSupport
import Testing

@testable import nocli

@Suite struct TemplateTestTests {
    private static let template = """
        <Crm Name="T" Version="1" Country="US"><Number Prefix="Plus" MaxLength=""/><Authentication Type="No"/>
         <Scenarios><Scenario Id=""><Request Url="https://crm.test/[EscapedNumber]"/><Rules><Rule Type="Any">id</Rule></Rules>
          <Variables><Variable Name="Id" Path="id"/></Variables>
          <Outputs><Output Type="CompanyName" Value="[Id]"/><Output Type="PhoneBusiness" Value="[Number]"/>
           <Output Type="ContactUrl" Value="https://crm.test/[Id]"/></Outputs></Scenario></Scenarios></Crm>
        """

    private static func cases(_ company: String) -> String {
        """
        {"cases": [
          {"name": "hit", "trigger": "lookup", "inputs": {"Number": "+4315550100"},
           "responses": [{"url": "https://crm.test/*", "body": {"id": "Example"}}],
           "expect": {"contacts": [{"CompanyName": "\(company)", "PhoneBusiness": "+4315550100",
            "ContactUrl": "https://crm.test/Example"}]}},
          {"name": "miss", "trigger": "lookup", "inputs": {"Number": "+4315550100"},
           "responses": [{"url": "https://crm.test/*", "status": 404}], "expect": {"contacts": []}}]}
        """
    }

    private func test(_ cases: String, _ more: String...) throws -> ProgramResult {
        let folder = try TestFolder()
        let template = try folder.write("t.crm.xml", Self.template)
        let file = try folder.write("t.cases.json", cases)
        return try TestSupport.Program.run("nocli", ["template", "test", template, file] + more)
    }

    @Test func `cases that pass are listed and the exit code is 0`() throws {
        let result = try test(Self.cases("Example"))
        #expect(result.exitCode == 0)
        #expect(result.output == "passed  hit\npassed  miss\n\n2 cases, all passed\n")
    }

    @Test func `a case that fails tells why, and the exit code is 1`() throws {
        let result = try test(Self.cases("Other"))
        #expect(result.exitCode == 1)
        #expect(
            result.output == """
                failed  hit
                        contacts[0].CompanyName: expected "Other", found "Example"
                passed  miss

                2 cases, 1 failed

                """)
        #expect(result.errors == "nocli: 1 of 2 cases failed. See every step of them with --trace.\n")
    }

    @Test func `a trace stays in the width of the terminal`() throws {
        let result = try test(Self.cases("Other"), "--trace")
        #expect(result.output.contains("\n        T: lookup by number"))
        #expect(result.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
        #expect(result.errors == "nocli: 1 of 2 cases failed.\n")
    }

    @Test func `standard input cannot be both files`() throws {
        let result = try TestSupport.Program.run("nocli", ["template", "test", "-", "-"])
        #expect(result.exitCode == 64)
        #expect(result.errors.hasPrefix("nocli: FILE and CASES cannot both be standard input: name one of them\n"))
    }

    @Test func `the answer in JSON counts and names the differences`() throws {
        let result = try test(Self.cases("Other"), "--json", "--only", "HIT")
        #expect(result.exitCode == 1)
        #expect(
            result.output
                == #"{"passed":0,"failed":1,"cases":[{"name":"hit","passed":false,"differences":["contacts[0].CompanyName: expected \"Other\", found \"Example\""]}]}"#
                + "\n")
    }

    @Test func `a failed case shows its steps when that is asked for`() throws {
        let result = try test(Self.cases("Other"), "--trace")
        #expect(result.output.contains("https://crm.test/"))
        #expect(result.output.split(separator: "\n").count > 8)
    }

    @Test(arguments: ["", "{}", #"{"cases": [{"name": "a", "trigger": "ring", "expect": {}}]}"#])
    func `a file that holds no cases exits with 65`(text: String) throws {
        #expect(try test(text).exitCode == 65)
    }

    @Test func `no case of that name exits with 65`() throws {
        #expect(try test(Self.cases("Example"), "--only", "nothing").exitCode == 65)
    }
}
