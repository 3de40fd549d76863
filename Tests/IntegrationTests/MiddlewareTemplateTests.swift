import Foundation
import JSONText
import TestSupport
import Testing

/// The template that the server hands out, run by our own engine against that server, as the PBX runs it.
@Suite("The middleware's 3CX template against the real server", .timeLimit(.minutes(3)))
struct MiddlewareTemplateTests {
    private static let contacts = #"""
        first_name,last_name,company,email,phone_business_1,phone_mobile_1,entity_url
        Alice,Martin,Acme Corp,alice.martin@acme.example,+33142000000,+33612345678,https://crm.example.com/contacts/123
        ,,"O'Brien & Söhne ""Ltd""",,01 42 00 00 07,,

        """#

    /// A customer with a PBX that uses the served template.
    private struct PBX {
        let fixture: MiddlewareFixture
        let tenant: MiddlewareFixture.Tenant
        let template: String

        init(settings: [String] = []) throws {
            fixture = try MiddlewareFixture()
            tenant = try fixture.tenant("PBX", settings: ["default_country=FR"] + settings)
            try fixture.importContacts(MiddlewareTemplateTests.contacts, tenant.workspace)
            // The test's client calls the server "test"; whoever downloads it names the address it listens on.
            let served = try fixture.client.get("/integrations/3cx/crm-middleware.crm.xml").text
            template = try fixture.folder.write(
                "crm-middleware.crm.xml",
                served.replacingOccurrences(of: "\"http://test\"", with: "\"\(fixture.url)\""))
        }

        /// What `nocli template run` answers for one event.
        func run(
            _ trigger: String, _ inputs: [(String, String)], parameters: [(String, String)] = [],
            secret: String? = nil, mayFail: Bool = false
        ) throws -> JSONObject {
            let values =
                [("ClientId", tenant.client), ("ClientSecret", secret ?? tenant.secret)] + parameters
            let file = try fixture.folder.write(
                "parameters.txt", values.map { "\($0.0) = \($0.1)\n" }.joined())
            let result = try Program.run(
                "nocli",
                ["template", "run", template, "--trigger", trigger, "--param-file", file]
                    + ["--allow-network", "127.0.0.0/8", "--json"]
                    + inputs.flatMap { $0.0.hasPrefix("--") ? [$0.0, $0.1] : ["--set", "\($0.0)=\($0.1)"] })
            #expect(result.exitCode == 0 || mayFail && result.exitCode == 1, "\(trigger): \(result.errors)")
            #expect(!result.output.contains(tenant.secret) && !result.errors.contains(tenant.secret))
            return try #require(try JSONValue(parsing: Array(result.output.utf8)).object, "\(result.output)")
        }

        func contacts(
            _ trigger: String, _ inputs: [(String, String)], parameters: [(String, String)] = []
        ) throws -> [JSONObject] {
            let answer = try run(trigger, inputs, parameters: parameters)
            #expect(answer["error"] == nil, "\(answer)")
            return try #require(answer["contacts"]?.array).compactMap(\.object)
        }
    }

    @Test("A known caller becomes a contact, whatever way the number is written, with the number as it was asked for")
    func lookup() throws {
        let pbx = try PBX()
        for caller in ["+33142000000", "0033142000000", "0142000000", "+33 (0)1 42 00 00 00"] {
            let contacts = try pbx.contacts("lookup", [("--number", caller)])
            #expect(contacts.count == 1, "\(caller)")
            let contact = try #require(contacts.first, "\(caller)")
            #expect(contact["FirstName"]?.string == "Alice" && contact["LastName"]?.string == "Martin")
            #expect(contact["CompanyName"]?.string == "Acme Corp")
            #expect(contact["Email"]?.string == "alice.martin@acme.example")
            #expect(contact["PhoneMobile"]?.string == "+33612345678")
            #expect(contact["ContactUrl"]?.string == "https://crm.example.com/contacts/123")
        }
        let company = try #require(try pbx.contacts("lookup", [("--number", "+33142000007")]).first)
        #expect(company["CompanyName"]?.string == "O'Brien & Söhne \"Ltd\"")
        // A contact without a page gets an address of its own on this server.
        let page = "\(pbx.fixture.url)/docs/integrations/crm-3cx#contact-"
        #expect(company["ContactUrl"]?.string?.hasPrefix(page) == true, "\(company)")
        #expect(try pbx.fixture.client.get("/docs/integrations/crm-3cx").status == 200)
    }

    @Test("A placeholder is ignored unless its tick is set; hostile numbers reach nothing")
    func placeholders() throws {
        let pbx = try PBX(settings: ["dummy_url=https://crm.example.com/new"])
        for caller in ["+33142000099", "anonymous", "101", "1&email=alice.martin@acme.example", "../contacts", "%s%n"] {
            #expect(try pbx.contacts("lookup", [("--number", caller)]).isEmpty, "\(caller)")
        }
        let accepted = try pbx.contacts(
            "lookup", [("--number", "+33142000099")], parameters: [("AcceptPlaceholders", "True")])
        #expect(accepted.count == 1)
        #expect(accepted.first?["LastName"]?.string == "+33142000099")
        #expect(accepted.first?["ContactUrl"]?.string == "https://crm.example.com/new")
        // The tick makes no difference to somebody who is known.
        let known = try pbx.contacts(
            "lookup", [("--number", "+33142000000")], parameters: [("AcceptPlaceholders", "True")])
        #expect(known.count == 1 && known.first?["LastName"]?.string == "Martin")
    }

    @Test("A sender is found by the e-mail address")
    func email() throws {
        let pbx = try PBX()
        let contacts = try pbx.contacts("email", [("--email", "Alice.Martin@acme.example")])
        #expect(contacts.count == 1 && contacts.first?["LastName"]?.string == "Martin")
        #expect(try pbx.contacts("email", [("--email", "nobody@acme.example")]).isEmpty)
    }

    @Test("Contacts are made for unknown callers and by users, and are found from then on")
    func create() throws {
        let pbx = try PBX()
        let off = try pbx.run("create", [("--number", "+33142000050")])
        #expect(off["contacts"]?.array?.isEmpty == true && off["requests"]?.array?.isEmpty == true)
        let made = try pbx.contacts(
            "create", [("--number", "+33142000050")], parameters: [("CreateContactEnabled", "True")])
        #expect(made.first?["LastName"]?.string == "Caller +33142000050", "\(made)")
        #expect(try pbx.contacts("lookup", [("--number", "0142000050")]).count == 1)
        let client = try pbx.contacts(
            "create-from-client",
            [
                ("FirstName", "Zoé"), ("LastName", "d'Arc \"x\" [Number]"), ("Email", "zoe@acme.example"),
                ("--number", "+33142000051"),
            ])
        #expect(client.first?["LastName"]?.string == "d'Arc \"x\" [Number]", "\(client)")
        #expect(try pbx.contacts("email", [("--email", "zoe@acme.example")]).first?["FirstName"]?.string == "Zoé")
    }

    @Test("Each kind of call is one record with what the PBX said of it")
    func reportCall() throws {
        let pbx = try PBX()
        let rows: [(type: String, number: String, direction: String, status: String, answered: Bool)] = [
            ("Inbound", "+33142000000", "inbound", "completed", true),
            ("Outbound", "+33142000001", "outbound", "completed", true),
            ("Missed", "+33142000002", "inbound", "Missed", false),
            ("Notanswered", "+33142000003", "outbound", "Notanswered", false),
            ("Missed", "", "inbound", "Missed", false),
        ]
        for row in rows {
            let answer = try pbx.run(
                "report-call",
                [
                    ("CallType", row.type), ("Number", row.number), ("Agent", "101"), ("AgentFirstName", "Paul"),
                    ("AgentLastName", "Agent"), ("AgentEmail", "paul@example.com"), ("QueueExtension", "800"),
                    ("Duration", row.answered ? "0:01:30" : "0:00:00"),
                    ("CallStartTimeUTC", "2026-03-04T05:06:07Z"), ("RecordingUrl", "https://pbx.example.com/1.wav"),
                    ("Summary", "A \"note\""),
                ], parameters: [("Subject", "[CallType] call")])
            #expect(answer["error"] == nil, "\(row): \(answer)")
            let direction = "filter[direction]=\(row.direction)"
            let calls = try pbx.fixture.calls(direction + "&filter[status]=\(row.status)&sort=-created_at", pbx.tenant)
            let call = try #require(calls.first, "\(row)")
            #expect(call["number_external"]?.string ?? "" == row.number, "\(row): \(call)")
            #expect(call["number_internal"]?.string == "101")
            #expect(call["answered"] == .bool(row.answered))
            #expect(call["source"]?.string == "3cx" && call["subject"]?.string == "\(row.type) call")
            #expect(call["body"]?.string == "A \"note\"")
            #expect(call["start_time_utc"]?.string == "2026-03-04T05:06:07Z")
            #expect(call["duration"] == .number(JSONNumber(row.answered ? 90 : 0)))
            #expect(call["agent_email"]?.string == "paul@example.com" && call["queue_extension"]?.string == "800")
            #expect(call["recording_url"]?.string == "https://pbx.example.com/1.wav")
        }
        // Two phones that ring report one call twice.
        let again = try pbx.run(
            "report-call",
            [
                ("CallType", "Missed"), ("--number", "+33142000002"), ("Agent", "102"),
                ("CallStartTimeUTC", "2026-03-04T05:06:08Z"), ("Duration", "0:00:00"),
            ])
        #expect(again["error"] == nil)
        let merged = try pbx.fixture.calls("include=segments", pbx.tenant)
            .filter { $0["number_external"]?.string == "+33142000002" }
        #expect(merged.count == 1 && merged.first?["segments"]?.array?.count == 2, "\(merged)")
        let off = try pbx.run(
            "report-call", [("CallType", "Inbound"), ("--number", "+33142000000")],
            parameters: [("ReportCallEnabled", "False")])
        #expect(off["requests"]?.array?.isEmpty == true)
    }

    @Test("A chat is kept when it has an e-mail address, and not sent when it has none")
    func reportChat() throws {
        let pbx = try PBX()
        let inputs = [
            ("Name", "Alice"), ("--number", "+33142000000"), ("ChatMessages", "Alice: \"Hello\"\nPaul: [Number]"),
            ("Agent", "101"), ("ChatStartTimeUTC", "2026-03-04T05:06:07Z"),
        ]
        let kept = try pbx.run("report-chat", inputs + [("--email", "alice.martin@acme.example")])
        #expect(kept["error"] == nil, "\(kept)")
        let statuses = try #require(kept["requests"]?.array).compactMap { $0.object?["status"] }
        #expect(statuses.last == .number(JSONNumber(201)), "\(kept)")
        let none = try pbx.run("report-chat", inputs + [("Email", "")])
        #expect(none["requests"]?.array?.isEmpty == true, "\(none)")
    }

    @Test("What is wrong with the credentials or switched off is told, and stops no call")
    func refusals() throws {
        let pbx = try PBX(settings: ["call_logging=off"])
        let wrong = try pbx.run("lookup", [("--number", "+33142000000")], secret: "wrong", mayFail: true)
        #expect(wrong["contacts"]?.array?.isEmpty == true && wrong["error"] != nil)
        let off = try pbx.run("report-call", [("CallType", "Inbound"), ("--number", "+33142000000")], mayFail: true)
        #expect(off["error"] != nil)
        #expect(try pbx.fixture.calls("", pbx.tenant).isEmpty)
    }
}
