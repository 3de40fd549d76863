import CommandOptions
import HTTPServer
import JSONText
import Platform
import ServerProcess
import TestSupport
import Testing

@testable import MiddlewareServer

@Suite("The middleware's documents", .timeLimit(.minutes(3)))
struct MiddlewareDocumentTests {
    /// A server inside the test, for what the outside cannot see.
    private static func server(_ folder: TestFolder, _ more: [String] = []) throws -> RunningServer {
        let request = try MiddlewareSettings.options.parse(
            arguments: ["--listen", "127.0.0.1:0", "--database", folder.file("a.sqlite"), "--access-log", "off"] + more,
            environment: [:], readFile: { _ in .success([]) })
        guard case .run(let values) = request else { throw ProgramFailure(description: "no values") }
        return try RunningServer(MiddlewareSettings(values, cores: 1))
    }

    /// What is served, by the program's own table.
    static func routes() throws -> [Route] {
        let folder = try TestFolder()
        let server = try server(folder)
        defer { server.process.stop() }
        return server.routes
    }

    @Test("Every route is in the specification")
    func specification() throws {
        let folder = try TestFolder()
        let server = try Self.server(folder)
        defer { server.process.stop() }
        let client = TestClient(server.process.endpoint, timeout: .seconds(20))
        let document = Answer(try client.get("/api/spec"))
        #expect(document.status == 200 && document.field("Content-Type")?.contains("json") == true)
        var documented: Set<String> = []
        for path in try #require(document["paths"]?.object).members {
            for operation in try #require(path.value.object).members where operation.name != "parameters" {
                documented.insert("\(operation.name.uppercased()) \(path.name)")
            }
        }
        let served = Set(server.routes.map { "\($0.method) \($0.template)" })
        #expect(served == documented, "\(served.symmetricDifference(documented).sorted())")
    }

    @Test("Answers have exactly the fields that the specification describes")
    func shapes() throws {
        let fixture = try MiddlewareFixture()
        let tenant = try fixture.tenant("Shapes", settings: ["merge_seconds=0"])
        try fixture.importContacts(
            "first_name,last_name,phone_business_1\nAlice,Martin,+33142000000\n", tenant.workspace)
        let off = try fixture.tenant(
            "Off", settings: ["call_logging=off", "chat_logging=off", "contact_creation=off", "dummy=off"])
        let inspector = try fixture.addClient(tenant.workspace, scopes: "introspect")
        let context = try fixture.contextToken(tenant.workspace)
        let document = Answer(try fixture.client.get("/api/spec"))
        let schemas = try #require(document["components"]?.object?["schemas"]?.object)
        let token = tenant.token
        let (contacts, calls) = (MiddlewareFixture.contactsPath, MiddlewareFixture.callsPath)
        let call = #"""
            {"direction": "Inbound", "status": "completed", "number_external": "+33142000000", "number_internal": 101,
             "duration": "0:01:30", "start_time_utc": "2026-03-04T05:06:07Z", "agent_email": "[AgentEmail]"}
            """#
        let spoken = #"{"direction": "inbound", "number_from": "+33142000000", "context_data": {"did": "1"}}"#
        let chat = #"{"email": "a@acme.example", "chat_messages": "Hello", "duration": 5}"#
        let credentials = "client_id=\(tenant.client)&client_secret=\(tenant.secret)"
        let inspecting = "client_id=\(inspector.id)&client_secret=\(inspector.secret)"
        let rows: [(schema: String, status: Int, answer: Answer)] = [
            (
                "TokenAnswer", 200, try fixture.form("/oauth/token", "grant_type=client_credentials&" + credentials)
            ),
            (
                "OAuthProblem", 401,
                try fixture.form("/oauth/token", "grant_type=client_credentials&" + credentials + "x")
            ),
            ("OAuthProblem", 400, try fixture.form("/oauth/token", "grant_type=password&" + credentials)),
            ("IntrospectionAnswer", 200, try fixture.form("/oauth/introspect", "\(inspecting)&token=\(token)")),
            ("IntrospectionAnswer", 200, try fixture.form("/oauth/introspect", "\(inspecting)&token=x")),
            ("Problem", 403, try fixture.form("/oauth/introspect", "\(credentials)&token=x")),
            ("ContactsAnswer", 200, try fixture.get(contacts + "/search?phone=%2B33142000000", token: token)),
            ("ContactsAnswer", 200, try fixture.get(contacts + "/search?phone=anonymous", token: token)),
            ("ContactsAnswer", 200, try fixture.get(contacts + "/search?phone=anonymous", token: off.token)),
            ("InvalidProblem", 400, try fixture.get(contacts + "/search", token: token)),
            ("ContactAnswer", 201, try fixture.post(contacts, #"{"last_name": "M", "phone": "1"}"#, token: token)),
            ("InvalidProblem", 400, try fixture.post(contacts, "{}", token: token)),
            ("RefusedProblem", 400, try fixture.post(contacts, #"{"last_name": "M"}"#, token: off.token)),
            ("ContextAnswer", 201, try fixture.post(calls + "/context", spoken, token: token)),
            ("InvalidProblem", 400, try fixture.post(calls + "/context", "{}", token: token)),
            (
                "ContextAnswer", 201,
                try fixture.post("/api/crm/phone-calls-context/\(context.token)/\(context.secret)", spoken)
            ),
            ("RefusedProblem", 400, try fixture.post(calls + "/context", spoken, token: off.token)),
            ("Problem", 404, try fixture.post("/api/crm/phone-calls-context/\(context.token)/x", spoken)),
            ("CallAnswer", 201, try fixture.post(calls, call, token: token)),
            ("CallAnswer", 201, try fixture.post(calls, call, token: token)),
            ("InvalidProblem", 400, try fixture.post(calls, "{}", token: token)),
            ("InvalidProblem", 400, try fixture.post(calls, "{", token: token)),
            ("InvalidProblem", 400, try fixture.post(calls, "[]", token: token)),
            ("RefusedProblem", 400, try fixture.post(calls, call, token: off.token)),
            ("CallListAnswer", 200, try fixture.get(calls + "?include=segments,logs", token: token)),
            ("CallListAnswer", 200, try fixture.get(calls, token: off.token)),
            ("InvalidProblem", 400, try fixture.get(calls + "?filter[x]=1&sort=x&per_page=101", token: token)),
            ("ChatAnswer", 201, try fixture.post(MiddlewareFixture.chatsPath, chat, token: token)),
            ("InvalidProblem", 400, try fixture.post(MiddlewareFixture.chatsPath, "{}", token: token)),
            ("RefusedProblem", 400, try fixture.post(MiddlewareFixture.chatsPath, chat, token: off.token)),
            ("HealthAnswer", 200, try fixture.get("/api/health")),
            ("LivenessAnswer", 200, try fixture.get("/api/health?live")),
            ("Problem", 404, try fixture.get("/nothing")), ("Problem", 401, try fixture.get(calls)),
            ("Problem", 403, try fixture.get("/metrics", fields: [("X-Forwarded-For", "203.0.113.1")])),
        ]
        for row in rows {
            #expect(row.answer.status == row.status, "\(row.schema): \(row.answer.text)")
            let json = try #require(row.answer.json, "\(row.schema): \(row.answer.text)")
            let problems = SchemaCheck(schemas).problems(
                .object(json), against: try #require(schemas[row.schema]), at: row.schema)
            #expect(problems.isEmpty, "\(problems) \(row.answer.text)")
        }
    }

    @Test("A text of the length that the specification allows is taken, one character more is 400")
    func lengths() throws {
        let fixture = try MiddlewareFixture()
        let tenant = try fixture.tenant("Lengths", settings: ["merge_seconds=0"])
        let document = Answer(try fixture.client.get("/api/spec"))
        let schemas = try #require(document["components"]?.object?["schemas"]?.object)
        // What each body needs besides the field that is looked at. Addresses have a form of their own.
        let rows: [(schema: String, target: String, needed: [(String, String)], besides: [String])] = [
            ("ContactRequest", MiddlewareFixture.contactsPath, [("last_name", "L")], ["email"]),
            (
                "CallRequest", MiddlewareFixture.callsPath,
                [
                    ("direction", "internal"), ("status", "busy"), ("number_from", "1"), ("number_to", "2"),
                    ("number_external", "1"), ("number_internal", "2"),
                ], ["agent_email", "recording_url", "body"]
            ),
            ("ChatRequest", MiddlewareFixture.chatsPath, [("email", "a@b.example")], ["email", "agent_email"]),
        ]
        for row in rows {
            let properties = try #require(schemas[row.schema]?.object?["properties"]?.object)
            var compared = 0
            for property in properties.members where !row.besides.contains(property.name) {
                guard let length = property.value.object?["maxLength"].flatMap(Self.number) else { continue }
                compared += 1
                for (count, status) in [(length, 201), (length + 1, 400)] {
                    let fields =
                        row.needed.filter { $0.0 != property.name }
                        + [(property.name, String(repeating: "x", count: count))]
                    let body = "{" + fields.map { "\"\($0.0)\": \"\($0.1)\"" }.joined(separator: ", ") + "}"
                    let answer = try fixture.post(row.target, body, token: tenant.token)
                    #expect(answer.status == status, "\(row.schema).\(property.name), \(count): \(answer.text)")
                }
            }
            #expect(compared > 4, "\(row.schema)")
        }
        let search = try #require(
            document["paths"]?.object?[MiddlewareFixture.searchPath]?.object?["get"]?.object?["parameters"]?.array)
        for parameter in search.compactMap(\.object) {
            let name = try #require(parameter["name"]?.string)
            let length = try #require(parameter["schema"]?.object?["maxLength"].flatMap(Self.number), "\(name)")
            for (count, status) in [(length, 200), (length + 1, 400)] {
                let needed = name == "display_name" ? "phone=1&" : ""
                let query = needed + name + "=" + String(repeating: "x", count: count)
                let answer = try fixture.get(MiddlewareFixture.searchPath + "?" + query, token: tenant.token)
                #expect(answer.status == status, "\(name), \(count): \(answer.text)")
            }
        }
    }

    private static func number(_ value: JSONValue) -> Int? {
        guard case .number(let number) = value else { return nil }
        return number.int64.map { Int($0) }
    }

    @Test("The 3CX template carries the URL it was asked at, and never credentials")
    func template() throws {
        let path = "/integrations/3cx/crm-middleware.crm.xml"
        let folder = try TestFolder()
        let server = try Self.server(folder)
        defer { server.process.stop() }
        let client = TestClient(server.process.endpoint, timeout: .seconds(20))
        let plain = try client.get(path)
        #expect(plain.status == 200 && plain.text.contains("Default=\"http://test\""), "Host is filled in")
        #expect(plain.field("Cache-Control") == "no-store")
        #expect(plain.field("Content-Disposition") == "attachment; filename=\"crm-middleware.crm.xml\"")
        #expect(plain.field("Content-Type") == "application/xml; charset=utf-8")
        #expect(!plain.text.contains("https://numbers.online"))
        let fields = [
            ("Authorization", "Bearer nol_" + String(repeating: "ab", count: 20)), ("X-API-Key", "secret-of-a-client"),
        ]
        let asked = try client.get(path + "?client_id=client_1&client_secret=secret-of-a-client", fields: fields)
        #expect(asked.status == 200 && asked.text == plain.text)
        let connection = try client.connect()
        try connection.send(Array("GET \(path) HTTP/1.1\r\nHost: x%22/>\r\nConnection: close\r\n\r\n".utf8))
        let hostile = try connection.readResponse()
        #expect(hostile.status == 400 && !hostile.text.contains("x%22"))
    }

    @Test("With a public URL the template and the guides name it, whatever the request says, and may be kept")
    func publicURL() throws {
        let folder = try TestFolder()
        let server = try Self.server(folder, ["--public-url", "https://crm.example.net"])
        defer { server.process.stop() }
        let client = TestClient(server.process.endpoint, timeout: .seconds(20))
        for path in ["/integrations/3cx/crm-middleware.crm.xml", "/docs/middleware", "/docs/integrations/crm-3cx"] {
            let answer = try client.get(path)
            #expect(answer.status == 200 && answer.text.contains("https://crm.example.net"), "\(path)")
            #expect(!answer.text.contains("https://numbers.online") && !answer.text.contains("http://test"), "\(path)")
            #expect(answer.field("Cache-Control") == "public, max-age=300", "\(path)")
        }
    }

    @Test("Each server has its own guides; those of the other are not found")
    func others() throws {
        let folder = try TestFolder()
        let server = try Self.server(folder)
        defer { server.process.stop() }
        let client = TestClient(server.process.endpoint, timeout: .seconds(20))
        for path in ["/docs", "/docs/operating", "/docs/nocli", "/docs/templates", "/integrations", "/docs/style.css"] {
            #expect(try client.get(path).status == 200, "\(path)")
        }
        for path in ["/docs/api", "/docs/integrations/3cx", "/integrations/3cx/numbers-online.crm.xml", "/docs/"] {
            #expect(try client.get(path).status == 404, "\(path)")
        }
    }
}
