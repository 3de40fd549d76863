import CommandOptions
import Foundation
import HTTPServer
import JSONText
import Platform
import TestSupport
import Testing

@testable import MiddlewareServer

/// Two customers on one server. One of them asks every route for everything that the other one has.
@Suite("Workspaces see nothing of each other", .timeLimit(.minutes(5)))
struct MiddlewareIsolationTests {
    /// A template with calls and chats, whose address nobody reaches: deliveries wait, and say so in logs.
    private static let template = """
        <Crm Name="Stub" Version="1" Country="FR"><Number Prefix="Plus" MaxLength=""/>
         <Authentication Type="No"/>
         <Scenarios>
          <Scenario Id="ReportCall" Type="REST">
           <Request Url="https://127.0.0.1:9/calls" RequestType="Post" RequestEncoding="Json">
            <PostValues><Value Key="n">[Number]</Value></PostValues></Request></Scenario>
          <Scenario Id="ReportChat" Type="REST">
           <Request Url="https://127.0.0.1:9/chats" RequestType="Post" RequestEncoding="Json">
            <PostValues><Value Key="n">[Email]</Value></PostValues></Request></Scenario>
         </Scenarios></Crm>
        """

    /// A customer with one of everything. Each of its texts has a word in it that no other customer has.
    private struct Customer {
        let tenant: MiddlewareFixture.Tenant
        let introspector: (id: String, secret: String)
        let contextToken: (token: String, secret: String)
        let connectors: [String]
        let contact: String
        let call: String
        let context: String
        let chat: String
        let number: String
        let email: String
        let word: String

        /// Everything that nobody else may see.
        var marks: [String] {
            [
                tenant.workspace, tenant.client, tenant.secret, tenant.token, introspector.id,
                introspector.secret, contextToken.token, contextToken.secret, contact, call, context, chat, number,
                String(number.dropFirst(3)), email, word, word.lowercased(),
            ] + connectors
        }
    }

    private static func customer(_ fixture: MiddlewareFixture, _ word: String, _ number: String) throws -> Customer {
        let tenant = try fixture.tenant(word, settings: ["default_country=FR", "merge_seconds=0"])
        let email = "\(word.lowercased())@acme.example"
        try fixture.importContacts(
            """
            first_name,last_name,company,email,phone_business_1,entity_url
            \(word)first,\(word)last,\(word) Ltd,\(email),\(number),https://crm.example.com/\(word)

            """, tenant.workspace)
        let file = try fixture.folder.write("isolated.crm.xml", template)
        var connectors: [String] = []
        for arguments in [
            ["--kind", "template", "--template", file, "--features", "calls,chats"],
            ["--kind", "url", "--url", "https://\(word.lowercased()).example/{digits}", "--features", "lookup"],
        ] {
            let made = try fixture.nocliJSON(["connector", "add", "--workspace", tenant.workspace] + arguments)
            connectors.append(try #require(made["connector_id"]?.string))
        }
        let found = try fixture.search("phone=" + number.replacingOccurrences(of: "+", with: "%2B"), tenant)
        let contact = try #require(found.first?["id"]?.string)
        connectors += found.compactMap { $0["connector"]?.string }
        func post(_ path: String, _ json: String) throws -> Answer {
            let answer = try fixture.post(path, json, token: tenant.token)
            #expect(answer.status == 201, "\(answer.text)")
            return answer
        }
        let context = try post(
            MiddlewareFixture.contextPath,
            #"{"direction": "inbound", "number_from": "\#(number)", "start_time_utc": "2026-03-04T05:06:07Z", "#
                + #""context_data": [{"key": "did", "value": "\#(word)did"}]}"#)
        let openContext = try post(
            MiddlewareFixture.contextPath,
            #"{"direction": "outbound", "number_to": "\#(number)", "context_data": {"did": "\#(word)did"}}"#)
        let call = try post(MiddlewareFixture.callsPath, report(number, word))
        let chat = try post(
            MiddlewareFixture.chatsPath,
            #"{"email": "\#(email)", "name": "\#(word)name", "chat_messages": "\#(word)words", "entity_id": "\#(word)7"}"#
        )
        _ = context
        return Customer(
            tenant: tenant, introspector: try fixture.addClient(tenant.workspace, scopes: "introspect"),
            contextToken: try fixture.contextToken(tenant.workspace), connectors: connectors, contact: contact,
            call: try #require(call["call"]?.object?["id"]?.string),
            context: try #require(openContext["call_context_id"]?.string),
            chat: try #require(chat["chat"]?.object?["id"]?.string), number: number, email: email, word: word)
    }

    /// A call of a number at one fixed time, so that two of them would be merged if they were of one customer.
    private static func report(_ number: String, _ word: String) -> String {
        #"{"direction": "inbound", "status": "completed", "number_external": "\#(number)", "number_internal": "101", "#
            + #""start_time_utc": "2026-03-04T05:06:07Z", "duration": 90, "subject": "\#(word) subject", "#
            + #""body": "\#(word)body", "agent_email": "\#(word.lowercased())@agents.example", "#
            + #""agent_first_name": "\#(word)agent", "queue_extension": "\#(word)queue"}"#
    }

    /// What asks a route for what the other customer has. Each line is a request that is made.
    private struct Question {
        let request: String
        let answer: Answer
    }

    /// The requests of one customer for the other one's things, by route.
    private static func questions(
        _ fixture: MiddlewareFixture, _ one: Customer, _ other: Customer
    ) -> [String: () throws -> [Question]] {
        let token = one.tenant.token
        func escaped(_ text: String) -> String {
            text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        }
        func get(_ target: String) throws -> Question {
            Question(request: "GET \(target)", answer: try fixture.get(target, token: token))
        }
        func post(_ target: String, _ json: String, token: String? = token) throws -> Question {
            Question(request: "POST \(target) \(json)", answer: try fixture.post(target, json, token: token))
        }
        func form(_ target: String, _ text: String) throws -> Question {
            Question(request: "POST \(target) \(text)", answer: try fixture.form(target, text))
        }
        let client = "client_id=\(one.tenant.client)&client_secret=\(one.tenant.secret)"
        let inspector = "client_id=\(one.introspector.id)&client_secret=\(one.introspector.secret)"
        let documents = { (path: String) in { [try get(path)] } }
        let things = other.marks
        var questions: [String: () throws -> [Question]] = [
            "POST /oauth/token": {
                try [
                    "client_id=\(other.tenant.client)&client_secret=\(one.tenant.secret)",
                    "client_id=\(one.tenant.client)&client_secret=\(other.tenant.secret)",
                    client + "&scope=\(escaped("client crm " + other.tenant.workspace))",
                ].map { text in
                    let question = try form("/oauth/token", "grant_type=client_credentials&" + text)
                    #expect(question.answer.status == 401 || question.answer.status == 400, "\(question)")
                    return question
                }
            },
            "POST /oauth/revoke": {
                let question = try form("/oauth/revoke", client + "&token=\(escaped(other.tenant.token))")
                #expect(question.answer.status == 200)
                return [question]
            },
            "POST /oauth/introspect": {
                try things.map { thing in
                    let question = try form("/oauth/introspect", inspector + "&token=\(escaped(thing))")
                    #expect(question.answer.text == #"{"active":false}"#, "\(question)")
                    return question
                }
            },
            "GET /api/crm/lookup/contacts/search": {
                try things.flatMap { thing in
                    try ["phone", "email"].map { name in
                        let question = try get(
                            MiddlewareFixture.searchPath + "?\(name)=\(escaped(thing))&display_name=caller")
                        // The customer's own pattern is filled with whatever is asked; else there is the placeholder.
                        for contact in question.answer["contacts"]?.array ?? [] {
                            let connector = contact.object?["connector"]?.string
                            #expect(connector == nil || one.connectors.contains(connector ?? ""), "\(question)")
                        }
                        return question
                    }
                }
            },
            "POST /api/crm/lookup/contacts": {
                let question = try post(
                    MiddlewareFixture.contactsPath,
                    #"{"last_name": "\#(other.word)last", "phone": "\#(other.number)"}"#)
                #expect(question.answer.status == 201, "\(question)")
                return [question]
            },
            "GET /api/crm/lookup/phone-calls": {
                let filters = [
                    "number_from", "number_to", "number_did", "agent_email", "subject", "status", "direction",
                    "answered", "start_time", "end_time",
                ]
                var asked = try things.flatMap { thing in
                    try filters.map { name in
                        try get(
                            MiddlewareFixture.callsPath
                                + "?\(escaped("filter[\(name)]"))=\(escaped(thing))&include=segments,logs")
                    }
                }
                for sort in ["start_time", "-start_time", "created_at", "-updated_at", "end_time"] {
                    asked.append(
                        try get(MiddlewareFixture.callsPath + "?sort=\(sort)&include=segments,logs&per_page=100"))
                }
                asked.append(try get(MiddlewareFixture.callsPath + "?page=2&per_page=1&include=segments,logs"))
                return asked
            },
            "POST /api/crm/lookup/phone-calls": {
                let question = try post(MiddlewareFixture.callsPath, report(other.number, "Mine"))
                let call = question.answer["call"]?.object
                #expect(question.answer.status == 201 && call?["merged_reports"] == .number(JSONNumber(1)))
                #expect(call?["number_did"]?.string != other.word + "did")
                return [question]
            },
            "POST /api/crm/lookup/phone-calls/context": {
                try [("inbound", "number_from"), ("outbound", "number_to")].map { direction, name in
                    let question = try post(
                        MiddlewareFixture.contextPath,
                        #"{"direction": "\#(direction)", "\#(name)": "\#(other.number)"}"#)
                    #expect(question.answer.status == 201, "\(question)")
                    return question
                }
            },
            "POST /api/crm/phone-calls-context/{token}/{tokenSecret}": {
                let body = #"{"direction": "outbound", "number_to": "\#(other.number)"}"#
                let path = "/api/crm/phone-calls-context/"
                var asked = try [
                    (one.contextToken.token, other.contextToken.secret),
                    (other.contextToken.token, one.contextToken.secret), (other.tenant.token, other.tenant.token),
                    (other.tenant.client, other.tenant.secret),
                ].map { token, secret in
                    let question = try post(path + "\(token)/\(secret)", body, token: nil)
                    #expect(question.answer.status == 404, "\(question)")
                    return question
                }
                let own = try post(path + "\(one.contextToken.token)/\(one.contextToken.secret)", body, token: nil)
                #expect(own.answer.status == 201 && own.answer["call_context_id"]?.string != other.context)
                asked.append(own)
                return asked
            },
            "POST /api/crm/lookup/chats": {
                let question = try post(
                    MiddlewareFixture.chatsPath, #"{"email": "\#(other.email)", "entity_id": "\#(other.contact)"}"#)
                #expect(question.answer.status == 201 && question.answer["chat"]?.object?["id"]?.string != other.chat)
                return [question]
            },
            "GET /api/crm/oauth/callback": {
                try things.map { thing in
                    let question = try get("/api/crm/oauth/callback?state=\(escaped(thing))&code=\(escaped(thing))")
                    #expect(question.answer.status == 400, "\(question)")
                    return question
                }
            },
            "GET /api/health": documents("/api/health"), "GET /metrics": documents("/metrics"),
            "GET /api/spec": documents("/api/spec"),
            "GET /integrations/3cx/crm-middleware.crm.xml": documents("/integrations/3cx/crm-middleware.crm.xml"),
        ]
        // The guides are the same for everybody.
        for path in [
            "/docs", "/docs/middleware", "/docs/operating", "/docs/nocli", "/docs/design", "/docs/templates",
            "/docs/style.css", "/integrations", "/docs/integrations/crm-3cx", "/docs/integrations/crm-freeswitch",
            "/docs/integrations/crm-asterisk",
        ] {
            questions["GET \(path)"] = documents(path)
        }
        return questions
    }

    @Test("Every route, asked with one token for everything another customer has, answers as if it did not exist")
    func isolation() throws {
        let fixture = try MiddlewareFixture([
            "--requests-per-minute", "100000", "--public-url", "https://crm.example.net",
        ])
        let one = try Self.customer(fixture, "Aardvark", "+33142000011")
        let other = try Self.customer(fixture, "Zebrafish", "+33142000022")
        let before = try Self.view(fixture, other)

        let questions = Self.questions(fixture, one, other)
        let served = Set(try MiddlewareDocumentTests.routes().map { "\($0.method) \($0.template)" })
        #expect(served == Set(questions.keys), "\(served.symmetricDifference(questions.keys).sorted())")

        for (route, ask) in questions.sorted(by: { $0.key < $1.key }) {
            for question in try ask() {
                let fields = question.answer.response.fields.map { "\($0.name): \($0.value)" }.joined(separator: "\n")
                let shown = question.answer.text + fields
                let asked = question.request.removingPercentEncoding ?? question.request
                // What was asked may be said again (the placeholder has the number); nothing else.
                for mark in other.marks where shown.contains(mark) && !asked.contains(mark) {
                    Issue.record("\(route) shows \(mark)\n\(question.request)\n\(shown)")
                }
            }
        }
        #expect(try Self.view(fixture, other) == before, "what one customer did has changed the other's")
        #expect(try fixture.get(MiddlewareFixture.callsPath, token: other.tenant.token).status == 200)
    }

    /// What a customer sees of itself.
    private static func view(_ fixture: MiddlewareFixture, _ customer: Customer) throws -> [String] {
        // Deliveries go on meanwhile: what they change is left out.
        let calls = try fixture.calls("include=segments&sort=created_at", customer.tenant).map { call in
            ["id", "number_external", "number_did", "merged_reports", "subject", "segments", "contact_id"]
                .map { "\($0)=\(call[$0].map { "\($0)" } ?? "")" }.joined(separator: " ")
        }
        let contacts = try fixture.search(
            "phone=" + customer.number.replacingOccurrences(of: "+", with: "%2B"), customer.tenant
        ).map { "\($0["id"]?.string ?? "") \($0["last_name"]?.string ?? "")" }
        return calls + contacts
    }
}
