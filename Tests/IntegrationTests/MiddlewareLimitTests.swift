import Foundation
import HTTPServer
import JSONText
import Platform
import TestSupport
import Testing

/// Sizes, methods and shapes at the edges, on every route.
@Suite("The middleware's limits", .timeLimit(.minutes(5)))
struct MiddlewareLimitTests {
    /// A JSON object of exactly so many bytes that is right for a route, padded in a field that nobody reads.
    private static func body(_ fields: String, bytes: Int) -> String {
        let start = "{\(fields), \"padding\": \""
        return start + String(repeating: "x", count: bytes - start.utf8.count - 2) + "\"}"
    }

    private static let routes: [(path: String, fields: String, bytes: Int)] = [
        (MiddlewareFixture.contactsPath, #""last_name": "Martin""#, 65_536),
        (
            MiddlewareFixture.callsPath,
            #""direction": "inbound", "status": "Missed", "number_external": "1", "number_internal": "2""#, 65_536
        ),
        (MiddlewareFixture.contextPath, #""direction": "inbound", "number_from": "+33142000000""#, 65_536),
        (MiddlewareFixture.chatsPath, #""email": "a@acme.example""#, 1_048_576),
    ]

    @Test("A body of the limit is read, one byte more is 413")
    func bodies() throws {
        let fixture = try MiddlewareFixture()
        let tenant = try fixture.tenant("Test")
        let context = try fixture.contextToken(tenant.workspace)
        let all =
            Self.routes + [
                (
                    "/api/crm/phone-calls-context/\(context.token)/\(context.secret)",
                    #""direction": "inbound", "number_from": "+33142000000""#, 65_536
                )
            ]
        for route in all {
            let taken = try fixture.post(route.path, Self.body(route.fields, bytes: route.bytes), token: tenant.token)
            #expect(taken.status == 201, "\(route.path): \(taken.text.prefix(300))")
            let more = try fixture.post(
                route.path, Self.body(route.fields, bytes: route.bytes + 1), token: tenant.token)
            Self.isProblem(more, 413, "payload_too_large")
        }
    }

    @Test("Header section, fields and target have limits of their own")
    func heads() throws {
        let fixture = try MiddlewareFixture()
        let tenant = try fixture.tenant("Test")
        let target = MiddlewareFixture.searchPath + "?phone=%2B33142000000&display_name="
        let longest = target + String(repeating: "x", count: 8_192 - target.utf8.count)
        #expect(try fixture.get(longest, token: tenant.token).status != 414)
        Self.isProblem(try fixture.get(longest + "x", token: tenant.token), 414, "uri_too_long")
        let big = [("X-Padding", String(repeating: "x", count: 33_000))]
        Self.isProblem(try fixture.get(MiddlewareFixture.searchPath, fields: big), 431, "headers_too_large")
        let many = (0..<120).map { ("X-Field-\($0)", "x") }
        Self.isProblem(try fixture.get(MiddlewareFixture.searchPath, fields: many), 431, "headers_too_large")
    }

    @Test("Every route names its methods on 405, and refuses bodies that are not JSON with 415")
    func methods() throws {
        let fixture = try MiddlewareFixture()
        let tenant = try fixture.tenant("Test")
        var methods: [String: Set<String>] = [:]
        for route in try MiddlewareDocumentTests.routes() {
            var names: Set<String> = ["\(route.method)"]
            if "\(route.method)" == "GET", route.headAllowed { names.insert("HEAD") }
            methods[route.template, default: []].formUnion(names)
        }
        for (template, allowed) in methods {
            let path = template.replacingOccurrences(of: "{token}", with: "0b7f1c52-7a3e-5d1c-9a64-0c5f3b1d2e4f")
                .replacingOccurrences(of: "{tokenSecret}", with: "x")
            for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] where !allowed.contains(method) {
                let answer = Answer(
                    try fixture.client.request(method, path, fields: LookupFixture.authorization(tenant.token)))
                Self.isProblem(answer, 405, "method_not_allowed")
                let named = Set((answer.field("Allow") ?? "").split(separator: ",").map { $0.filter { $0 != " " } })
                #expect(allowed.isSubset(of: named), "\(method) \(path): \(named)")
            }
            if allowed.contains("HEAD") {
                let head = try fixture.client.request(
                    "HEAD", path, fields: LookupFixture.authorization(tenant.token))
                #expect(head.body.isEmpty && head.field("X-Request-Id") != nil, "\(path)")
            }
        }
        for route in Self.routes {
            let answer = Answer(
                try fixture.client.request(
                    "POST", route.path,
                    fields: [("Content-Type", "text/plain")] + LookupFixture.authorization(tenant.token),
                    body: Array("{\(route.fields)}".utf8)))
            Self.isProblem(answer, 415, "unsupported_media_type")
        }
        Self.isProblem(try fixture.post("/oauth/token", "{}"), 415, "unsupported_media_type")
    }

    @Test("What is not there is 404 in one shape, whoever asks")
    func notFound() throws {
        let fixture = try MiddlewareFixture()
        let tenant = try fixture.tenant("Test")
        for path in [
            "/", "/api", "/api/crm", "/api/crm/lookup", "/api/crm/lookup/", "/api/crm/lookup/contacts/1",
            "/api/crm/lookup/contacts/search/", "/API/CRM/LOOKUP/CONTACTS/SEARCH", "/v1/lookup/+12025550143",
            "/docs/api", "/api/crm/phone-calls-context/x", "/oauth", "/%2e%2e/etc/passwd",
        ] {
            Self.isProblem(try fixture.get(path, token: tenant.token), 404, "not_found")
            Self.isProblem(try fixture.get(path), 404, "not_found")
        }
    }

    @Test("Without a token, with a bad one, with too few scopes: 401 and 403, before anything is read")
    func admission() throws {
        let fixture = try MiddlewareFixture()
        let tenant = try fixture.tenant("Test")
        let half = try fixture.addClient(tenant.workspace, scopes: "client")
        let token = try fixture.token(half.id, half.secret)
        let targets =
            [("GET", MiddlewareFixture.searchPath), ("GET", MiddlewareFixture.callsPath)]
            + Self.routes.map { ("POST", $0.path) }
        for (method, path) in targets {
            let json = [("Content-Type", "application/json")]
            func ask(_ fields: [(String, String)]) throws -> Answer {
                Answer(
                    try fixture.client.request(
                        method, path, fields: method == "POST" ? json + fields : fields,
                        body: method == "POST" ? Array("{broken".utf8) : []))
            }
            for fields in [[], [("Authorization", "Bearer nom_x")], [("Authorization", "Basic \(tenant.token)")]] {
                let answer = try ask(fields)
                Self.isProblem(answer, 401, "unauthenticated")
                #expect(answer.field("WWW-Authenticate")?.hasPrefix("Bearer") == true, "\(path)")
            }
            Self.isProblem(try ask(LookupFixture.authorization(token)), 403, "insufficient_scope")
        }
    }

    @Test("Beyond the workspace's rate: 429 with Retry-After, for this workspace alone")
    func rate() throws {
        let fixture = try MiddlewareFixture(["--requests-per-minute", "5"])
        let tenant = try fixture.tenant("One")
        let other = try fixture.tenant("Other")
        for index in 0..<5 {
            let answer = try fixture.get(MiddlewareFixture.callsPath, token: tenant.token)
            #expect(answer.status == 200)
            #expect(answer.field("RateLimit-Limit") == "5")
            #expect(answer.field("RateLimit-Remaining") == "\(4 - index)")
        }
        // A second token of the same workspace draws on the same limit.
        let again = try fixture.token(tenant.client, tenant.secret)
        let refused = try fixture.get(MiddlewareFixture.callsPath, token: again)
        Self.isProblem(refused, 429, "rate_limited_workspace")
        let seconds = try #require(refused.field("Retry-After").flatMap { Int($0) })
        #expect((1...60).contains(seconds))
        #expect(try fixture.get(MiddlewareFixture.callsPath, token: other.token).status == 200)
    }

    /// `{message, error}` and nothing else, and the request's id.
    private static func isProblem(
        _ answer: Answer, _ status: Int, _ code: String, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(answer.status == status, "\(answer.status) \(answer.text)", sourceLocation: sourceLocation)
        #expect(answer["error"]?.string == code, "\(answer.text)", sourceLocation: sourceLocation)
        #expect(answer["message"]?.string?.isEmpty == false, "\(answer.text)", sourceLocation: sourceLocation)
        #expect(answer.json?.members.count == 2, "\(answer.text)", sourceLocation: sourceLocation)
        #expect(answer.field("X-Request-Id")?.isEmpty == false, sourceLocation: sourceLocation)
        #expect(answer.field("Content-Type") == "application/json", sourceLocation: sourceLocation)
    }
}
