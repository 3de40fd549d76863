// The command as a process of its own: it waits for tasks, which tests in this process would keep from running.

import Glibc
import JSONText
import TestSupport
import Testing

@testable import nocli

@Suite struct TemplateRunTests {
    private typealias Demo = DemoTemplate

    private func run(_ demo: DemoTemplate, _ arguments: String...) throws -> ProgramResult {
        let result = try TestSupport.Program.run(
            "nocli", ["template", "run", demo.file, "--param-file", demo.parameters] + arguments)
        #expect(!result.output.contains(Demo.key) && !result.errors.contains(Demo.key))
        return result
    }

    private func object(_ result: ProgramResult) throws -> JSONObject {
        try #require(try JSONValue(parsing: Array(result.output.utf8)).object, "\(result.output)")
    }

    private func person(_ demo: DemoTemplate) throws -> String {
        try demo.record("found", [(Demo.search, 200, Demo.person), (Demo.company, 200, #"{"name":"Example Ltd"}"#)])
    }

    @Test func `a contact is an object of outputs, and a request tells its status`() throws {
        let demo = try DemoTemplate()
        let result = try run(
            demo, "--trigger", "lookup", "--number", "004312345678", "--replay", try person(demo), "--json")
        #expect(result.exitCode == 0 && result.errors == "")
        #expect(
            result.output == """
                {"contacts":[{"FirstName":"Ann","CompanyName":"Example Ltd","ContactUrl":"https://crm.test/p/7",\
                "PhoneBusiness":"+4312345678"}],"requests":[{"method":"GET","url":"\(Demo.search)","status":200},\
                {"method":"GET","url":"\(Demo.company)","status":200}]}

                """)
    }

    @Test func `people see the outcome, the contact and the requests`() throws {
        let demo = try DemoTemplate()
        let result = try run(demo, "--number", Demo.number, "--replay", try person(demo))
        #expect(
            result.output == """
                ✓ 1 contact.

                FirstName      Ann
                CompanyName    Example Ltd
                ContactUrl     https://crm.test/p/7
                PhoneBusiness  +4312345678

                Status  Request
                200     GET \(Demo.search)
                200     GET \(Demo.company)

                """)
    }

    @Test func `no contact is no failure, and says why`() throws {
        let demo = try DemoTemplate()
        let folder = try demo.record("none", [(Demo.search, 200, #"{"people":[{"id":7,"phones":["0043 1 999"]}]}"#)])
        let result = try run(demo, "--number", Demo.number, "--replay", folder)
        #expect(result.exitCode == 0 && result.errors == "")
        #expect(
            result.output.hasPrefix(
                """
                ✗ No contact:
                  scenario 1 (line 11): the rule Number people.phones found no number equal to
                    +4312345678: it compared "0043 1 999".
                  See every step with --trace.

                """))
        let answer = try object(try run(demo, "--number", Demo.number, "--replay", folder, "--json"))
        #expect(answer["contacts"]?.array?.isEmpty == true && answer["error"] == nil && answer["trace"] == nil)
        #expect(answer["reasons"]?.array?.count == 1)
    }

    @Test func `a scenario that fails is an error, told on both ways`() throws {
        let demo = try DemoTemplate()
        let folder = try demo.record("refused", [(Demo.search, 401, #"{"message":"Invalid key"}"#)])
        let people = try run(demo, "--number", Demo.number, "--replay", folder)
        #expect(people.exitCode == 1 && people.errors.hasPrefix("nocli: scenario 1: "))
        #expect(people.output.contains("answered with 401") && people.output.contains("Invalid key"))
        let json = try run(demo, "--number", Demo.number, "--replay", folder, "--json")
        let answer = try object(json)
        #expect(json.exitCode == 1 && answer["error"]?.string?.hasPrefix("scenario 1: ") == true)
        #expect(answer["failures"]?.array?.first?.object?["code"]?.string == "http-status")
        #expect(answer["requests"]?.array?.first?.object?["status"]?.number?.text == "401")
    }

    @Test func `what was not recorded is told, and nothing is sent`() throws {
        let demo = try DemoTemplate()
        let result = try run(demo, "--number", "+4319999999", "--replay", try person(demo), "--json")
        let request = try #require(try object(result)["requests"]?.array?.first?.object)
        #expect(result.exitCode == 1 && request["status"]?.isNull == true)
        #expect(result.errors.contains("no recording of GET https://crm.test/people?phone=%2B4319999999"))
    }

    @Test func `SkipIf reads what is set`() throws {
        let demo = try DemoTemplate()
        let result = try run(
            demo, "--number", Demo.number, "--set", "CallDirection=Outbound", "--replay", try person(demo), "--json")
        let answer = try object(result)
        #expect(result.exitCode == 0 && answer["requests"]?.array?.isEmpty == true)
        #expect(answer["reasons"]?.array?.first?.string?.hasSuffix(#"(CallDirection is "Outbound")"#) == true)
    }

    @Test func `a call report sends what is set, and the trace shows it`() throws {
        let demo = try DemoTemplate()
        let folder = try demo.record("calls", [("https://crm.test/calls", 201, "")])
        let result = try run(
            demo, "--trigger", "report-call", "--number", Demo.number, "--set", "EntityId=7", "--set",
            "Duration=0:02:30", "--set", "CallStartTimeUTC=2026-03-04T05:06:07Z", "--replay", folder, "--trace")
        #expect(result.exitCode == 0 && result.errors == "")
        #expect(result.output.contains(#"{"person":"7","seconds":150,"at":"2026-03-04T05:06:07Z"}"#))
        #expect(result.output.hasSuffix("\n✓ 1 request was sent.\n") && result.output.contains("X-Key: <redacted>"))
        let json = try object(
            try run(
                demo, "--trigger", "report-call", "--set", "EntityId=7", "--replay", folder, "--trace", "--json"))
        #expect(json["trace"]?.object?["trigger"]?.string == "report-call")
    }

    @Test func `a call-flow lookup hands over the record`() throws {
        let demo = try DemoTemplate()
        let folder = try demo.record("cfd", [("https://crm.test/people/7", 200, #"{"id":7,"name":"Ann Example"}"#)])
        let answer = try object(try run(demo, "--trigger", "cfd", "--entity-id", "7", "--replay", folder, "--json"))
        #expect(
            answer["records"] == .array([.object(JSONObject([("id", .integer(7)), ("name", .string("Ann Example"))]))]))
    }

    @Test func `the trace is written as a page that only its owner may read`() throws {
        let demo = try DemoTemplate()
        let page = try demo.folder.write("trace.html", "old")
        #expect(chmod(page, 0o644) == 0)
        let result = try run(demo, "--number", Demo.number, "--replay", try person(demo), "--trace-html", page)
        let text = try demo.folder.read("trace.html")
        var status = stat()
        #expect(stat(page, &status) == 0 && status.st_mode & 0o777 == 0o600, "though it was everybody's before")
        #expect(result.exitCode == 0 && text.hasPrefix("<!doctype html>") && text.contains("<h2>1 contact</h2>"))
        #expect(!text.contains(Demo.key))
    }

    @Test func `addresses that are not public are refused unless they are allowed, and the run is recorded`() throws {
        let demo = try DemoTemplate()
        let folder = demo.folder.file("recorded")
        // Port 1 of this machine: nobody listens there.
        let arguments = ["--number", Demo.number, "--param", "Domain=http://127.0.0.1:1", "--json"]
        func run(_ more: [String]) throws -> ProgramResult {
            try TestSupport.Program.run(
                "nocli", ["template", "run", demo.file, "--param-file", demo.parameters] + arguments + more)
        }
        let refused = try run(["--record", folder])
        #expect(refused.exitCode == 1 && refused.errors.contains("127.0.0.1"))
        #expect(try demo.folder.read("recorded/001.json").contains("\"refusedAddress\""))
        #expect(try !demo.folder.read("recorded/001.json").contains(Demo.key))
        let again = try run(["--record", folder])
        #expect(again.exitCode == 65 && again.errors.contains("recordings in this folder already"))
        let allowed = try run(["--allow-network", "127.0.0.0/8"])
        #expect(allowed.exitCode == 1 && !allowed.errors.contains("not public"))
        #expect(try object(allowed)["failures"]?.array?.first?.object?["code"]?.string == "transport")
        let replayed = try run(["--replay", folder])
        #expect(replayed.exitCode == 1 && replayed.errors == refused.errors)
    }

    @Test func `what cannot be is refused before anything is sent`() throws {
        let demo = try DemoTemplate()
        let folder = try person(demo)
        let rows: [([String], Int32, String)] = [
            (["--replay", folder], 64, "--number NUMBER is missing"),
            (["--number", "1", "--record", "x", "--replay", folder], 64, "exclude each other"),
            (["--number", "1", "--replay", demo.folder.file("nowhere")], 65, "nowhere"),
            (["--number", "1", "--replay", folder, "--set", "x"], 64, "--set VARIABLE=VALUE: expected a name"),
            (["--number", "1", "--replay", folder, "--param", Demo.key], 64, "--param NAME=VALUE: expected a name"),
            (["--number", "1", "--allow-network", "10.0.0.1/8"], 64, "--allow-network: expected a network"),
            (["--number", "1", "--trigger", "ring"], 64, "--trigger: expected one of lookup, email"),
            (["--number", "1", "--time-zone", "Mars/Base"], 64, "--time-zone: expected a time zone"),
            (["--number", "1", "--deadline", "1h"], 64, "--deadline: expected a time from"),
        ]
        for (arguments, code, words) in rows {
            let result = try TestSupport.Program.run(
                "nocli", ["template", "run", demo.file, "--param-file", demo.parameters] + arguments)
            #expect(result.exitCode == code && result.output == "" && result.errors.contains(words), "\(result.errors)")
            #expect(!result.errors.contains(Demo.key))
        }
    }

    @Test func `parameters that the template does not have are told, and the command line wins over the file`() throws {
        let demo = try DemoTemplate()
        let folder = try demo.record("other", [("https://other.test/people?phone=%2B4312345678", 200, "[]")])
        let result = try run(
            demo, "--number", Demo.number, "--param", "domain=https://other.test", "--param", "ApiKye=x", "--replay",
            folder)
        #expect(result.exitCode == 0)
        #expect(result.errors == "nocli: the template has no parameter ApiKye; did you mean ApiKey?\n")
    }

    @Test func `a file that is no template is told like lint does`() throws {
        let demo = try DemoTemplate()
        let file = try demo.folder.write("broken.xml", "<Crm Name=\"x\">\n  <Scenarios>\n</Crm>\n")
        let result = try TestSupport.Program.run("nocli", ["template", "run", file, "--number", "1"])
        #expect(result.exitCode == 65 && result.output == "")
        #expect(result.errors.hasPrefix("\(file):3:") && result.errors.contains("no template that can be used"))
        let none = try TestSupport.Program.run("nocli", ["template", "run", "/nowhere.xml", "--number", "1"])
        #expect(
            none.exitCode == 65 && none.errors == "nocli: /nowhere.xml: No such file or directory. Name a template.\n")
    }
}
