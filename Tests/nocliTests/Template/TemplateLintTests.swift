import JSONText
import TestSupport
import Testing

@testable import nocli

@Suite struct TemplateLintTests {
    /// A template with a method that there is none of, and one whose only fault is the case of one.
    private func files() throws -> (demo: DemoTemplate, broken: String, odd: String) {
        let demo = try DemoTemplate()
        let broken = try demo.folder.write(
            "broken.xml", DemoTemplate.text.replacing("RequestType=\"Post\"", with: "RequestType=\"Pst\""))
        let odd = try demo.folder.write(
            "odd.xml", DemoTemplate.text.replacing("RequestType=\"Post\"", with: "RequestType=\"post\""))
        return (demo, broken, odd)
    }

    @Test func `a template without a fault says so`() throws {
        let harness = try CommandLineHarness()
        let files = try files()
        let result = harness.call(["template", "lint", files.demo.file, "--without-notes"])
        #expect(result.code == 0 && result.error == "")
        #expect(result.output == "Nothing to say.\n")
    }

    @Test func `errors make the exit code 1, and each is told with its place`() throws {
        let harness = try CommandLineHarness()
        let (demo, broken, _) = try files()
        let result = harness.call(["template", "lint", demo.file, broken])
        #expect(result.code == 1)
        #expect(result.output.contains("\(broken):37:") && result.output.contains(": error: "))
        #expect(result.output.contains("Pst") && result.output.contains(" in 2 templates.\n"))
        #expect(result.error.hasPrefix("nocli: ") && result.error.contains("in 1 template; correct"))
    }

    @Test func `in JSON each file has its diagnostics`() throws {
        let harness = try CommandLineHarness()
        let (demo, broken, _) = try files()
        let result = harness.call(["template", "lint", broken, demo.file, "--json"])
        let reports = try #require(try JSONValue(parsing: Array(result.output.utf8)).array)
        #expect(result.code == 1 && reports.count == 2)
        #expect(reports[0].object?.members.map(\.name) == ["file", "diagnostics"])
        #expect(reports[0].object?["file"]?.string == broken)
        let errors = (reports[0].object?["diagnostics"]?.array ?? []).compactMap(\.object).filter {
            $0["severity"]?.string == "error"
        }
        let error = try #require(errors.first)
        #expect(error.members.map(\.name) == ["severity", "code", "line", "column", "message", "hint"])
        #expect(error["line"]?.number?.text == "37" && error["code"]?.string == "unknown-value")
    }

    @Test func `warnings leave the exit code 0`() throws {
        let harness = try CommandLineHarness()
        let files = try files()
        let result = harness.call(["template", "lint", files.odd, "--without-notes"])
        #expect(result.code == 0 && result.error == "" && result.output.contains(": warning: "))
    }

    @Test func `notes are left out when they are not wanted`() throws {
        let harness = try CommandLineHarness()
        let demo = try DemoTemplate()
        let file = try demo.folder.write(
            "note.xml", DemoTemplate.text.replacing("<Crm Name", with: "<Crm Developer=\"Ann Example\" Name"))
        #expect(harness.call(["template", "lint", file]).output.contains(": note: "))
        #expect(!harness.call(["template", "lint", file, "--without-notes"]).output.contains(": note: "))
    }

    @Test func `a file that is no XML is an error with its place`() throws {
        let harness = try CommandLineHarness()
        let demo = try DemoTemplate()
        let file = try demo.folder.write("no.xml", "<Crm>\n<Scenarios>\n</Crm>\n")
        let result = harness.call(["template", "lint", file])
        #expect(result.code == 1 && result.output.hasPrefix("\(file):3:"))
        let stream = harness.call(["template", "lint", "-"], input: Array("<Crm".utf8))
        #expect(stream.code == 1 && stream.output.hasPrefix("standard input:1:"))
    }

    @Test func `where no file can be read there is nothing to say about any`() throws {
        let result = try CommandLineHarness().call(["template", "lint", "/nowhere.xml"])
        #expect(result.code == 65 && result.output == "")
    }

    @Test func `a file that cannot be read is told, and the others are checked all the same`() throws {
        let harness = try CommandLineHarness()
        let demo = try DemoTemplate()
        let result = harness.call(["template", "lint", "/nowhere.xml", demo.file, "/nowhere-too.xml", "--json"])
        #expect(result.code == 65)
        #expect(try JSONValue(parsing: Array(result.output.utf8)).array?.count == 1)
        #expect(
            result.error.contains("/nowhere.xml: No such file") && result.error.contains("/nowhere-too.xml: No such"))
    }

    @Test(arguments: [(TemplateCommands.bytesMax, false), (TemplateCommands.bytesMax + 1, true)])
    func `a file is read to its limit`(count: Int, isRefused: Bool) throws {
        let harness = try CommandLineHarness()
        let result = harness.call(["template", "lint", "-"], input: [UInt8](repeating: 0x20, count: count))
        #expect(result.code == (isRefused ? 65 : 1))
        #expect(result.error.contains("of at most 8388608 bytes") == isRefused)
    }
}
