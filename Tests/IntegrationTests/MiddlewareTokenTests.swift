import Foundation
import JSONText
import TestSupport
import Testing

@Suite("The middleware's token endpoints", .timeLimit(.minutes(3)))
struct MiddlewareTokenTests {
    private static let grant = ("grant_type", "client_credentials")

    @Test("A client gets tokens with its secret in the form or in Basic credentials, and nobody may keep the answer")
    func issued() throws {
        let fixture = try MiddlewareFixture()
        let tenant = try fixture.tenant()
        let basic = MiddlewareFixture.basic(tenant.client, tenant.secret)
        let ways: [(pairs: [(String, String)], fields: [(String, String)])] = [
            ([Self.grant] + tenant.credentials, []),
            ([Self.grant], basic),
            ([Self.grant, ("client_id", tenant.client)], basic),
            // Each half is form-encoded before they are joined.
            ([Self.grant], MiddlewareFixture.basic("%63" + tenant.client.dropFirst(), tenant.secret)),
            ([Self.grant, ("scope", ""), ("unknown", "x")] + tenant.credentials, []),
        ]
        var tokens: Set<String> = [tenant.token]
        for (pairs, fields) in ways {
            let answer = try fixture.form("/oauth/token", pairs, fields: fields)
            #expect(answer.status == 200, "\(pairs) \(answer.text)")
            #expect(answer["token_type"]?.string == "Bearer" && answer["expires_in"]?.number?.int64 == 3_600)
            #expect(answer["scope"]?.string == "client crm")
            #expect(answer.field("Cache-Control") == "no-store" && answer.field("Pragma") == "no-cache")
            let token = try #require(answer["access_token"]?.string)
            #expect(token.hasPrefix("nom_") && tokens.insert(token).inserted)
        }
        let narrow = try fixture.form("/oauth/token", [Self.grant, ("scope", "crm")] + tenant.credentials)
        #expect(narrow["scope"]?.string == "crm")
        let log = fixture.server.errors
        for secret in tokens.union([tenant.secret]) { #expect(!log.contains(secret)) }
        let listed = try fixture.nocli("token", "list", "--workspace", tenant.workspace, "--json").output
        for secret in tokens.union([tenant.secret]) { #expect(!listed.contains(secret)) }
        #expect(listed.components(separatedBy: "\"token_id\"").count - 1 == 7)
    }

    @Test("What is not a request for a token is refused with the code of RFC 6749, and says nothing of the secret")
    func refused() throws {
        let fixture = try MiddlewareFixture()
        let tenant = try fixture.tenant()
        let other = try fixture.tenant()
        let basic = MiddlewareFixture.basic(tenant.client, tenant.secret)
        let rows: [([(String, String)], [(String, String)], Int, String)] = [
            (tenant.credentials, [], 400, "invalid_request"),
            ([("grant_type", "")] + tenant.credentials, [], 400, "invalid_request"),
            ([Self.grant, Self.grant] + tenant.credentials, [], 400, "invalid_request"),
            ([Self.grant] + tenant.credentials + [tenant.credentials[1]], [], 400, "invalid_request"),
            ([Self.grant] + tenant.credentials, basic, 400, "invalid_request"),
            ([Self.grant, ("client_id", other.client)], basic, 400, "invalid_request"),
            ([("grant_type", "password")] + tenant.credentials, [], 400, "unsupported_grant_type"),
            ([("grant_type", "Client_Credentials")] + tenant.credentials, [], 400, "unsupported_grant_type"),
            ([Self.grant, ("scope", "client crm introspect")] + tenant.credentials, [], 400, "invalid_scope"),
            ([Self.grant, ("scope", "admin")] + tenant.credentials, [], 400, "invalid_scope"),
            ([Self.grant, ("scope", "CRM")] + tenant.credentials, [], 400, "invalid_scope"),
            ([Self.grant, ("scope", "client,crm")] + tenant.credentials, [], 400, "invalid_scope"),
            ([Self.grant], [], 401, "invalid_client"),
            ([Self.grant, ("client_id", tenant.client)], [], 401, "invalid_client"),
            ([Self.grant, ("client_id", tenant.client), ("client_secret", other.secret)], [], 401, "invalid_client"),
            ([Self.grant, ("client_id", tenant.client), ("client_secret", tenant.token)], [], 401, "invalid_client"),
            (
                [Self.grant, ("client_id", "client_0000000000000001"), ("client_secret", tenant.secret)], [], 401,
                "invalid_client"
            ),
            ([Self.grant], MiddlewareFixture.basic(tenant.client, "wrong"), 401, "invalid_client"),
            ([Self.grant], [("Authorization", "Basic !!!")], 401, "invalid_client"),
            ([Self.grant], [("Authorization", "Bearer \(tenant.token)")], 401, "invalid_client"),
        ]
        for (pairs, fields, status, code) in rows {
            let answer = try fixture.form("/oauth/token", pairs, fields: fields)
            #expect(answer.status == status && answer["error"]?.string == code, "\(pairs) \(answer.text)")
            #expect(answer["error_description"]?.string?.isEmpty == false)
            #expect(answer.field("Cache-Control") == "no-store" && answer.field("Pragma") == "no-cache")
            let isBasic = fields.first?.1.hasPrefix("Basic") == true
            #expect(
                (answer.field("WWW-Authenticate")?.hasPrefix("Basic ") == true) == (status == 401 && isBasic),
                "\(pairs)")
            #expect(!answer.text.contains(tenant.secret) && !answer.text.contains(tenant.token))
        }
        let json = try fixture.post("/oauth/token", "{\"grant_type\":\"client_credentials\"}")
        #expect(json.status == 415 && json["error"]?.string == "unsupported_media_type")
        let get = try fixture.get("/oauth/token?grant_type=client_credentials")
        #expect(get.status == 405 && get.field("Allow") == "POST" && get["error"]?.string == "method_not_allowed")
        #expect(get["message"]?.string?.isEmpty == false)
        let large = try fixture.form("/oauth/token", [("grant_type", String(repeating: "x", count: 66_000))])
        #expect(large.status == 413 && large["error"]?.string == "payload_too_large")
        let broken = try fixture.client.request(
            "POST", "/oauth/token", fields: [("Content-Type", "application/x-www-form-urlencoded")],
            body: Array("grant_type=%zz".utf8))
        #expect(broken.status == 400 && broken.text.contains("invalid_request"))
    }

    @Test("Ten failed authentications a minute are told, further ones get 429; who is right is let in all the same")
    func limited() throws {
        let fixture = try MiddlewareFixture()
        let tenant = try fixture.tenant()
        for _ in 0..<20 {
            #expect(try fixture.form("/oauth/token", [Self.grant] + tenant.credentials).status == 200)
        }
        let wrong = [Self.grant, ("client_id", tenant.client), ("client_secret", "wrong")]
        for attempt in 1...10 {
            #expect(try fixture.form("/oauth/token", wrong).status == 401, "\(attempt)")
        }
        for path in ["/oauth/token", "/oauth/revoke", "/oauth/introspect"] {
            let answer = try fixture.form(path, wrong + [("token", "x")])
            #expect(answer.status == 429 && answer["error"]?.string == "rate_limited_ip", "\(path)")
            #expect(Int(answer.field("Retry-After") ?? "").map { (1...60).contains($0) } == true)
        }
        #expect(try fixture.form("/oauth/token", [Self.grant] + tenant.credentials).status == 200)
    }

    @Test("A client with introspect learns what a token of its workspace is, and nothing of any other")
    func introspected() throws {
        let fixture = try MiddlewareFixture()
        let tenant = try fixture.tenant()
        let stranger = try fixture.tenant()
        let inspector = try fixture.tenant(of: tenant.workspace, scopes: "introspect")
        let active = try fixture.form("/oauth/introspect", inspector.credentials + [("token", tenant.token)])
        #expect(active.status == 200 && active["active"]?.bool == true, "\(active.text)")
        #expect(active["scope"]?.string == "client crm" && active["client_id"]?.string == tenant.client)
        #expect(active["token_type"]?.string == "Bearer" && active["sub"]?.string == tenant.workspace)
        let (exp, iat) = (try #require(active["exp"]?.number?.int64), try #require(active["iat"]?.number?.int64))
        #expect(exp - iat == 3_600 && abs(Double(iat) - Date().timeIntervalSince1970) < 60)
        for text in [stranger.token, "x", tenant.secret, "nom_" + String(repeating: "0", count: 64)] {
            let answer = try fixture.form("/oauth/introspect", inspector.credentials + [("token", text)])
            #expect(answer.status == 200 && answer.text == "{\"active\":false}", "\(answer.text)")
        }
        let forbidden = try fixture.form("/oauth/introspect", tenant.credentials + [("token", tenant.token)])
        #expect(forbidden.status == 403 && forbidden["error"]?.string == "insufficient_scope")
        #expect(try fixture.form("/oauth/introspect", [("token", tenant.token)]).status == 401)
        #expect(try fixture.form("/oauth/introspect", inspector.credentials)["error"]?.string == "invalid_request")
    }

    @Test("A client ends its own tokens, at once; another's stay, and the answer does not tell which was which")
    func revoked() throws {
        let fixture = try MiddlewareFixture()
        let tenant = try fixture.tenant()
        let sibling = try fixture.tenant(of: tenant.workspace)
        let inspector = try fixture.tenant(of: tenant.workspace, scopes: "introspect")
        func isActive(_ token: String) throws -> Bool? {
            try fixture.form("/oauth/introspect", inspector.credentials + [("token", token)])["active"]?.bool
        }
        for text in [sibling.token, "x", tenant.secret, tenant.token, tenant.token] {
            let answer = try fixture.form(
                "/oauth/revoke", tenant.credentials + [("token", text), ("token_type_hint", "access_token")])
            #expect(answer.status == 200 && answer.text.isEmpty && answer.field("Cache-Control") == "no-store")
        }
        #expect(try isActive(tenant.token) == false)
        #expect(try isActive(sibling.token) == true)
        #expect(try fixture.form("/oauth/revoke", [("token", sibling.token)])["error"]?.string == "invalid_client")
        #expect(try fixture.form("/oauth/revoke", tenant.credentials)["error"]?.string == "invalid_request")
        #expect(try isActive(sibling.token) == true)
    }

    @Test("A token lives as long as the operator says")
    func life() throws {
        let fixture = try MiddlewareFixture(["--token-life", "60s"])
        let tenant = try fixture.tenant()
        #expect(
            try fixture.form("/oauth/token", [Self.grant] + tenant.credentials)["expires_in"]?.number?.int64 == 60)
        for value in ["59s", "721h", "0", "soon"] {
            let result = try Program.run("MiddlewareServer", ["--token-life", value], seconds: 10)
            #expect(result.exitCode == 64 && result.errors.contains("--token-life"), "\(result.errors)")
        }
    }

    @Test("A token survives a restart")
    func restart() throws {
        let fixture = try MiddlewareFixture()
        let tenant = try fixture.tenant()
        let inspector = try fixture.tenant(of: tenant.workspace, scopes: "introspect")
        fixture.server.signal(SIGTERM)
        #expect(fixture.server.waitForExit() == 0)
        try fixture.restart()
        let answer = try fixture.form("/oauth/introspect", inspector.credentials + [("token", tenant.token)])
        #expect(answer["active"]?.bool == true)
    }
}
