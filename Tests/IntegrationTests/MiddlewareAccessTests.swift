import Foundation
import JSONText
import TestSupport
import Testing

@Suite("Who may ask the middleware", .timeLimit(.minutes(3)))
struct MiddlewareAccessTests {
    /// Any path that needs a token will do; this one changes nothing.
    private static let target = "/api/crm/lookup/contacts/search?phone=%2B33123456789"

    @Test("Every way a token can be missing or bad is a 401 with WWW-Authenticate, a missing scope a 403")
    func tokens() throws {
        let fixture = try MiddlewareFixture()
        let tenant = try fixture.tenant(scopes: "client crm introspect")
        func narrow(_ scope: String) throws -> String {
            let answer = try fixture.form(
                "/oauth/token", [("grant_type", "client_credentials"), ("scope", scope)] + tenant.credentials)
            return try #require(answer["access_token"]?.string)
        }
        let unknown = "nom_" + String(repeating: "0", count: 64)
        let rows: [(String?, Int, String)] = [
            (nil, 401, "Bearer realm=\"crm\""),
            ("Bearer \(unknown)", 401, "error=\"invalid_token\""), ("Bearer ", 401, "error=\"invalid_token\""),
            ("Bearer \(tenant.secret)", 401, "error=\"invalid_token\""),
            ("Bearer \(tenant.token)0", 401, "error=\"invalid_token\""),
            ("Bearer \(tenant.token.uppercased())", 401, "error=\"invalid_token\""),
            ("Bearer \(tenant.token) x", 401, "error=\"invalid_token\""),
            (tenant.token, 401, "error=\"invalid_token\""), ("Basic \(tenant.token)", 401, "error=\"invalid_token\""),
            ("Bearer \(try narrow("client"))", 403, "scope=\"client crm\""),
            ("Bearer \(try narrow("crm"))", 403, "scope=\"client crm\""),
            ("Bearer \(try narrow("introspect crm"))", 403, "scope=\"client crm\""),
            ("bearer \(try narrow("crm client"))", 200, ""), ("Bearer \(tenant.token)", 200, ""),
        ]
        for (authorization, status, challenge) in rows {
            let fields = authorization.map { [("Authorization", $0)] } ?? []
            let answer = try fixture.get(Self.target, fields: fields)
            #expect(answer.status == status, "\(answer.text)")
            let field = answer.field("WWW-Authenticate")
            #expect(status == 200 ? field == nil : field?.contains(challenge) == true, "\(field ?? "none")")
            #expect((field?.contains("error=") == true) == (status == 403 || status == 401 && authorization != nil))
            if status != 200 {
                #expect(answer["error"]?.string == (status == 401 ? "unauthenticated" : "insufficient_scope"))
                #expect(answer["message"]?.string?.isEmpty == false && answer.json?.members.count == 2)
            }
            #expect((answer.field("RateLimit-Limit") == "600") == (status != 401))
            #expect(answer.field("X-Request-Id") != nil)
        }
        #expect(try fixture.get(Self.target + "&access_token=\(tenant.token)").status == 401)
        // Nothing that was sent may stand in the log, wherever it was sent.
        #expect(try fixture.eventually { fixture.server.errors.contains("access_token") })
        for secret in [tenant.token, tenant.secret, unknown] { #expect(!fixture.server.errors.contains(secret)) }
    }

    @Test("The limit is a workspace's over all its tokens, and tells how it stands")
    func rate() throws {
        let fixture = try MiddlewareFixture(["--requests-per-minute", "3"])
        let tenant = try fixture.tenant()
        let sibling = try fixture.tenant(of: tenant.workspace)
        let stranger = try fixture.tenant()
        for (token, remaining) in [(tenant.token, "2"), (sibling.token, "1"), (tenant.token, "0")] {
            let answer = try fixture.get(Self.target, token: token)
            #expect(answer.status == 200 && answer.field("RateLimit-Remaining") == remaining)
            #expect(answer.field("RateLimit-Limit") == "3")
        }
        for token in [tenant.token, sibling.token] {
            let answer = try fixture.get(Self.target, token: token)
            #expect(answer.status == 429 && answer["error"]?.string == "rate_limited_workspace")
            #expect(Int(answer.field("Retry-After") ?? "").map { (1...60).contains($0) } == true)
            #expect(answer.field("RateLimit-Remaining") == "0" && answer["message"]?.string?.isEmpty == false)
        }
        #expect(try fixture.get(Self.target, token: stranger.token).status == 200)
    }

    @Test("What the operator or the client ends is refused by a running server within a second")
    func ended() throws {
        let fixture = try MiddlewareFixture()
        let tenant = try fixture.tenant()
        let (first, second, third) = (
            tenant, try fixture.tenant(of: tenant.workspace), try fixture.tenant(of: tenant.workspace)
        )
        for token in [first.token, second.token, third.token] {
            #expect(try fixture.get(Self.target, token: token).status == 200)
        }
        _ = try fixture.form("/oauth/revoke", first.credentials + [("token", first.token)])
        #expect(try fixture.get(Self.target, token: first.token).status == 401, "at once")
        try fixture.nocli("client", "revoke", second.client)
        #expect(try fixture.eventually { try fixture.get(Self.target, token: second.token).status == 401 })
        let grant = [("grant_type", "client_credentials")] + second.credentials
        #expect(try fixture.form("/oauth/token", grant)["error"]?.string == "invalid_client")
        let list = try fixture.nocliJSON("token", "list", "--workspace", tenant.workspace)
        let left = try #require(list["tokens"]?.array)
        #expect(left.count == 1)
        try fixture.nocli("token", "revoke", try #require(left.first?.object?["token_id"]?.string))
        #expect(try fixture.eventually { try fixture.get(Self.target, token: third.token).status == 401 })
    }

    @Test("A context token reaches one path; whatever is wrong with one, the answer is that of an unknown path")
    func contextTokens() throws {
        let fixture = try MiddlewareFixture()
        let tenant = try fixture.tenant()
        func made() throws -> (token: String, secret: String) {
            let made = try fixture.nocliJSON("context-token", "create", "--workspace", tenant.workspace)
            return (try #require(made["token"]?.string), try #require(made["token_secret"]?.string))
        }
        let (live, other, revoked) = (try made(), try made(), try made())
        try fixture.nocli("context-token", "revoke", revoked.token)
        let body = "{\"direction\":\"inbound\",\"number_from\":\"+33123456789\"}"
        func post(_ token: String, _ secret: String) throws -> Answer {
            try fixture.post("/api/crm/phone-calls-context/\(token)/\(secret)", body)
        }
        #expect(try post(live.token, live.secret).status == 201)
        let nowhere = try fixture.post("/api/crm/nowhere", body)
        let zero = "00000000-0000-4000-8000-000000000000"
        for (token, secret) in [
            (live.token, other.secret), (live.token, "x"), (zero, live.secret), ("x", live.secret),
            (revoked.token, revoked.secret), (live.secret, live.token), ("%zz", live.secret),
        ] {
            let answer = try post(token, secret)
            #expect(answer.status == 404 && answer.response.body == nowhere.response.body, "\(answer.text)")
            #expect(
                answer.response.fields.map(\.name).filter { $0 != "X-Request-Id" }
                    == nowhere.response.fields.map(\.name).filter { $0 != "X-Request-Id" })
        }
        #expect(try post(live.token, live.secret).status == 201)
        #expect(try fixture.get(Self.target, token: live.secret).status == 401)
        try fixture.nocli("context-token", "revoke", live.token)
        #expect(try fixture.eventually { try post(live.token, live.secret).status == 404 })
        #expect(try fixture.eventually { fixture.server.errors.contains("phone-calls-context") })
        let log = fixture.server.errors
        for secret in [live.secret, live.token, other.secret, revoked.token, zero] { #expect(!log.contains(secret)) }
    }
}
