import CommandOptions
import Foundation
import FoundationXML
import HTTPServer
import JSONText
import Platform
import ServerProcess
import TestSupport
import Testing

@testable import LookupServer

@Suite("Documents, health and metrics", .timeLimit(.minutes(3)))
struct DocumentTests {
    @Test("Every route is in the specification, and everything in the specification is served")
    func specification() throws {
        let fixture = try LookupFixture()
        let document = try fixture.get("/api/spec")
        #expect(document.status == 200 && document.field("Content-Type")?.contains("json") == true)
        let paths = try #require(document["paths"]?.object)
        var documented: Set<String> = []
        for path in paths.members {
            for operation in try #require(path.value.object).members where operation.name != "parameters" {
                documented.insert("\(operation.name.uppercased()) \(path.name)")
            }
        }
        let folder = try TestFolder()
        let settings = try Self.settings(["--listen", "127.0.0.1:0", "--database", folder.file("a.sqlite")])
        let server = try RunningServer(settings)
        var served: Set<String> = []
        for route in server.routes {
            // `/v1` is documented once, as an alias of `/api/v1`.
            if route.template.hasPrefix("/v1/") { continue }
            served.insert("\(route.method) \(route.template)")
        }
        #expect(documented == served, "\(documented.symmetricDifference(served).sorted())")
        let canonical = server.routes.filter { $0.template.hasPrefix("/api/v1/") }.map {
            "\($0.method) \($0.template.dropFirst(4))"
        }
        let aliases = server.routes.filter { $0.template.hasPrefix("/v1/") }.map { "\($0.method) \($0.template)" }
        #expect(Set(canonical) == Set(aliases))
        server.process.stop()
    }

    @Test("Answers have exactly the fields that the specification describes")
    func shapes() throws {
        let fixture = try LookupFixture()
        try fixture.importNames("+12025550143,Harbor Light Books,2026-01-15\n")
        let account = try fixture.account()
        let schemas = try #require(
            try fixture.get("/api/spec")["components"]?.object?["schemas"]?.object)
        let rows: [(schema: String, answer: Answer)] = [
            ("LookupAnswer", try fixture.get("/v1/lookup/+12025550143", key: account.key)),
            ("LookupAnswer", try fixture.get("/v1/lookup/nothing", key: account.key)),
            (
                "LookupBatchAnswer",
                try fixture.post("/v1/lookup/batch", #"{"numbers": ["+12025550143", "x"]}"#, key: account.key)
            ),
            ("ParseAnswer", try fixture.post("/v1/parse", #"{"number": "+12025550143"}"#, key: account.key)),
            ("ParseAnswer", try fixture.post("/v1/parse", #"{"number": "x"}"#, key: account.key)),
            (
                "ParseBatchAnswer",
                try fixture.post("/v1/parse/batch", #"{"numbers": ["+12025550143"]}"#, key: account.key)
            ),
            (
                "ReportAnswer",
                try fixture.post("/v1/report", #"{"number": "+12025550143", "tag": "spam"}"#, key: account.key)
            ),
            ("CountriesAnswer", try fixture.get("/v1/countries", key: account.key)),
            ("SignupAnswer", try fixture.post("/v1/account/signup", "{}")),
            ("AccountAnswer", try fixture.get("/v1/account", key: account.key)),
            ("AccountAnswer", try fixture.send("PATCH", "/v1/account", #"{"name": "New"}"#, key: account.key)),
            ("KeyListAnswer", try fixture.get("/v1/account/keys", key: account.key)),
            ("NewKeyAnswer", try fixture.post("/v1/account/keys", #"{"use_cases": ["cid"]}"#, key: account.key)),
            ("LedgerAnswer", try fixture.get("/v1/account/ledger", key: account.key)),
            ("UsageAnswer", try fixture.get("/v1/account/usage", key: account.key)),
            ("HealthAnswer", try fixture.get("/api/health")),
            ("Problem", try fixture.get("/v1/nothing")),
        ]
        for row in rows {
            let problems = SchemaCheck(schemas).problems(
                .object(try #require(row.answer.json)), against: try #require(schemas[row.schema]), at: row.schema)
            #expect(problems.isEmpty, "\(problems) \(row.answer.text)")
        }
    }

    @Test("The 3CX template carries the URL it was asked at, and a key only from a header")
    func template() throws {
        let fixture = try LookupFixture()
        let path = "/integrations/3cx/numbers-online.crm.xml"
        let key = "nol_" + String(repeating: "ab", count: 20)
        let plain = try fixture.get(path)
        #expect(plain.status == 200 && plain.text.contains("http://test/"), "Host is filled in")
        #expect(plain.field("Cache-Control") == "no-store")
        #expect(!plain.text.contains("numbers.online/"))
        #expect(try fixture.get(path, key: key).text.contains(key))
        #expect(!(try fixture.get(path + "?key=\(key)").text.contains(key)))
        #expect(!(try fixture.get(path, fields: [("X-API-Key", "nol_\"/><x>")]).text.contains("<x>")))
        for host in ["a b", "a/b", "x\"y", "a:b", "[::1", "a@b", "<x>"] {
            let connection = try fixture.client.connect()
            try connection.send("GET \(path) HTTP/1.1\r\nHost: \(host)\r\n\r\n")
            #expect(try connection.readResponse().status == 400, "\(host)")
        }
        let fixed = try LookupFixture(["--public-url", "https://numbers.example.com"])
        let served = try fixed.get(path)
        #expect(served.text.contains("https://numbers.example.com/"))
        #expect(served.field("Cache-Control") != "no-store")
        _ = try XMLDocument(data: Data(served.response.body))
    }

    @Test("Pages: the guide, the number page without a name, and their security fields")
    func pages() throws {
        let fixture = try LookupFixture()
        try fixture.importNames("+12025550143,Harbor Light Books,2026-01-15\n")
        for path in ["/docs", "/docs/integrations/3cx", "/integrations", "/lookup/+12025550143"] {
            let page = try fixture.get(path)
            #expect(page.status == 200, "\(path)")
            #expect(page.field("Content-Type")?.hasPrefix("text/html") == true)
            #expect(page.field("Content-Security-Policy")?.contains("default-src 'none'") == true)
            #expect(!page.text.contains("<script"))
        }
        let number = try fixture.get("/lookup/+12025550143")
        #expect(number.text.contains("+1 202-555-0143") && !number.text.contains("Harbor"))
        #expect(number.field("X-Robots-Tag")?.contains("noindex") == true)
        let hostile = try fixture.get("/lookup/%3Cscript%3Ealert(1)%3C%2Fscript%3E")
        #expect(hostile.status == 404 && !hostile.text.contains("<script"))
        for _ in 0..<60 { _ = try fixture.get("/lookup/+12025550143") }
        #expect(try fixture.get("/lookup/+12025550143").status == 429)
    }

    @Test("Metrics are for loopback or the token; an untrusted proxy opens nothing")
    func metrics() throws {
        let folder = try TestFolder()
        let token = try folder.write("token", "abcdefghijklmnopqrstuvwxyz\n")
        let fixture = try LookupFixture(["--metrics-token-file", token], folder: folder)
        let open = try fixture.get("/metrics")
        #expect(open.status == 200 && open.text.contains("# TYPE") && open.text.contains("numbers_writer_batch_size"))
        let forwarded = [("X-Forwarded-For", "127.0.0.1")]
        #expect(try fixture.get("/metrics", fields: forwarded).status == 403)
        let bearer = [("Authorization", "Bearer abcdefghijklmnopqrstuvwxyz")]
        #expect(try fixture.get("/metrics", fields: forwarded + bearer).status == 200)
        #expect(try fixture.get("/metrics", fields: [("Authorization", "Bearer abc")]).status == 403)
        let proxied = try LookupFixture([
            "--trusted-proxy", "127.0.0.1", "--metrics-allow", "127.0.0.0/8", "--metrics-allow", "198.51.100.0/24",
        ])
        let rows: [(name: String, value: String, status: Int)] = [
            ("X-Forwarded-For", "198.51.100.7", 200), ("X-Forwarded-For", "203.0.113.1", 403),
            ("X-Forwarded-For", "127.0.0.1", 403), ("X-Forwarded-For", "8.8.8.8, unknown", 403),
            ("X-Forwarded-For", "_hidden", 403), ("X-Forwarded-For", "", 403), ("X-Real-IP", "8.8.8.8", 403),
            ("Forwarded", "for=8.8.8.8", 403), ("Via", "1.1 proxy", 403),
        ]
        for row in rows {
            #expect(try proxied.get("/metrics", fields: [(row.name, row.value)]).status == row.status, "\(row)")
        }
        #expect(try proxied.get("/metrics").status == 200)
    }

    @Test("Health tells version and database; ?live is constant")
    func health() throws {
        let fixture = try LookupFixture()
        let health = try fixture.get("/api/health")
        #expect(health["status"]?.string == "ok" && health["db"]?.string == "up")
        #expect(health["metadata_version"]?.string?.isEmpty == false)
        #expect(try fixture.get("/api/health?live").text == #"{"status":"ok"}"#)
        #expect(try fixture.client.request("HEAD", "/api/health").body.isEmpty)
    }

    private static func settings(_ arguments: [String]) throws -> LookupSettings {
        let request = try LookupSettings.options.parse(
            arguments: arguments, environment: [:], readFile: { _ in .success([]) })
        guard case .run(let values) = request else { throw ProgramFailure(description: "no values") }
        return LookupSettings(values, cores: 1)
    }
}

/// The part of JSON Schema that the specification uses.
struct SchemaCheck {
    private let schemas: JSONObject

    init(_ schemas: JSONObject) { self.schemas = schemas }

    func problems(_ value: JSONValue, against schema: JSONValue, at path: String) -> [String] {
        guard let rules = schema.object else { return ["\(path): the schema is no object"] }
        if let reference = rules["$ref"]?.string {
            let name = String(reference.split(separator: "/").last ?? "")
            guard let target = schemas[name] else { return ["\(path): no schema \(name)"] }
            return problems(value, against: target, at: path)
        }
        var known = Set<String>()
        var found: [String] = []
        for part in flattened(rules) {
            found += check(value, part, path)
            known.formUnion(part["properties"]?.object?.members.map(\.name) ?? [])
        }
        if case .object(let object) = value, !known.isEmpty {
            for member in object.members where !known.contains(member.name) {
                found.append("\(path): `\(member.name)` is not described")
            }
        }
        return found
    }

    private func flattened(_ rules: JSONObject) -> [JSONObject] {
        if let reference = rules["$ref"]?.string, let name = reference.split(separator: "/").last,
            let target = schemas[String(name)]?.object
        {
            return flattened(target)
        }
        return [rules] + (rules["allOf"]?.array ?? []).compactMap(\.object).flatMap(flattened)
    }

    private func check(_ value: JSONValue, _ rules: JSONObject, _ path: String) -> [String] {
        var found: [String] = []
        if let type = rules["type"] {
            let names = type.string.map { [$0] } ?? type.array?.compactMap(\.string) ?? []
            if !names.contains(where: { matches(value, $0) }) {
                found.append("\(path): expected \(names), found \(value.kindDescription)")
            }
        }
        if let options = rules["enum"]?.array, !options.contains(value) { found.append("\(path): not one of the enum") }
        if case .object(let object) = value {
            for name in rules["required"]?.array?.compactMap(\.string) ?? [] where object[name] == nil {
                found.append("\(path): `\(name)` is missing")
            }
            for property in rules["properties"]?.object?.members ?? [] {
                if let member = object[property.name] {
                    found += problems(member, against: property.value, at: path + "." + property.name)
                }
            }
        }
        if case .array(let items) = value, let rule = rules["items"] {
            for (index, item) in items.enumerated() { found += problems(item, against: rule, at: "\(path)[\(index)]") }
        }
        return found
    }

    private func matches(_ value: JSONValue, _ type: String) -> Bool {
        switch (type, value) {
        case ("null", .null), ("string", .string), ("boolean", .bool), ("array", .array), ("object", .object),
            ("number", .number):
            true
        case ("integer", .number(let number)): number.int64 != nil
        default: false
        }
    }
}
