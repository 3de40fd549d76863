import Foundation
import HTTPServer
import HTTPWire
import JSONText
import Platform
import TestSupport
import Testing
import TransportSecurity

/// A customer's server for webhooks: https on loopback, in this process.
private final class HookServer: Sendable {
    struct Hook: Sendable {
        let body: [UInt8]
        let signature: String
    }

    let port: UInt16
    private let server: HTTPServer
    private let state: Monitor<(status: Int, hooks: [Hook])>

    var hooks: [Hook] { state.withLock { $0.hooks } }
    func answer(_ status: Int) { state.withLock { $0.status = status } }

    init(_ folder: TestFolder, authority: StubCertificate) throws {
        let own = try StubCertificate(names: "IP:127.0.0.1", issuer: authority)
        let files = CertificateFiles(
            certificate: try folder.write("hook.pem", own.certificate), key: try folder.write("hook.key", own.key))
        let state = Monitor((status: 204, hooks: [Hook]()))
        self.state = state
        let route = Route(.post, "/hook", name: "hook") { request in
            let hook = Hook(body: request.body, signature: request.field("x-numbers-signature") ?? "")
            let status = state.withLock { state in
                state.hooks.append(hook)
                return state.status
            }
            return .ready(HTTPResponse(status: HTTPStatus(code: UInt16(status)), contentType: "text/plain", text: ""))
        }
        server = HTTPServer(
            address: .tcp(SocketEndpoint(address: .v4(0x7f00_0001), port: 0)), loopCount: 1,
            limits: HTTPServerLimits(), router: Router(routes: [route]), trustedProxies: [], accessLog: nil,
            clock: .system, random: .system,
            certificates: try CertificateStore([files], clock: .system, random: .system)
        ) { fault, context in fault.response(requestID: context.requestID) }
        port = try #require(try server.start().endpoint).port
    }

    deinit { server.stop() }
}

@Suite("Low-balance webhooks", .timeLimit(.minutes(3)))
struct WebhookTests {
    private static let named = "+12025550143"

    /// A server with a key for secrets that trusts the authority of the hooks.
    private func fixture(_ folder: TestFolder, _ authority: StubCertificate) throws -> LookupFixture {
        let key = try folder.write("secret.key", String(repeating: "0123456789abcdef", count: 4))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: key)
        return try LookupFixture(
            [
                "--allow-network", "127.0.0.0/8", "--secret-key-file", key, "--webhook-authorities",
                try folder.write("authority.pem", authority.certificate),
            ], folder: folder)
    }

    @Test("A balance that falls below the threshold is told once, signed, also after a kill, and again after a top-up")
    func told() throws {
        let folder = try TestFolder()
        let authority = try StubCertificate.authority()
        let hooks = try HookServer(folder, authority: authority)
        hooks.answer(500)
        let fixture = try fixture(folder, authority)
        let account = try fixture.account(usd: "0.02")
        let url = "https://127.0.0.1:\(hooks.port)/hook"
        let set = try fixture.send(
            "PATCH", "/v1/account", #"{"webhook_url": "\#(url)", "low_balance_micros": 18000}"#, key: account.key)
        #expect(set.status == 200)
        let secret = try #require(set["webhook_secret"]?.string)
        #expect(set["account"]?.object?["webhook_url"]?.string == url)
        let shown = try fixture.get("/v1/account", key: account.key)
        #expect(
            shown["webhook_secret"] == nil && shown["account"]?.object?["low_balance_micros"]?.number?.int64 == 18_000)

        // To 18,000: not below. To 16,000 and on: once, whether the server lives to send it or the next one does.
        for _ in 0..<3 { #expect(try fixture.get("/v1/lookup/\(Self.named)", key: account.key).status == 200) }
        fixture.server.signal(SIGKILL)
        _ = fixture.server.waitForExit()
        try fixture.restart()
        #expect(try fixture.eventually { !hooks.hooks.isEmpty })
        let first = try #require(hooks.hooks.first)
        let body = try #require(try JSONValue(parsing: first.body).object)
        #expect(body["type"]?.string == "balance.low" && body["balance_micros"]?.number?.int64 == 16_000)
        let time = try #require(first.signature.split(separator: ",").first?.dropFirst(2))
        let code = hmacSHA256(key: Secret(secret), message: Array("\(time).".utf8) + first.body)
        #expect(first.signature == "t=\(time),v1=\(Hex.encode(code))")
        #expect(abs(Date().timeIntervalSince1970 - (Double(time) ?? 0)) < 300)

        // A second message has the second crossing; only a killed server's own may come twice.
        try fixture.nocli("balance", "top-up", account.id, "--usd", "0.01")
        for _ in 0..<4 { #expect(try fixture.get("/v1/lookup/\(Self.named)", key: account.key).status == 200) }
        #expect(
            try fixture.eventually {
                try Set(hooks.hooks.map { try JSONValue(parsing: $0.body).object?["id"]?.string }).count == 2
            })
        #expect(hooks.hooks.count <= 3)
        #expect(try fixture.get("/metrics").text.contains("numbers_low_balance_notices_total{outcome=\"delivered\"}"))
        #expect(!fixture.server.errors.contains(secret))
    }

    @Test("What is no https address, or no amount, is 400; a server without a key for secrets answers 501")
    func refused() throws {
        let fixture = try LookupFixture()
        let account = try fixture.account()
        for bad in [
            #"{"webhook_url": "http://example.com/"}"#, #"{"webhook_url": "https://user@example.com/"}"#,
            #"{"webhook_url": ""}"#, #"{"webhook_url": 1}"#, #"{"low_balance_micros": 0}"#,
            #"{"low_balance_micros": -1}"#, #"{"low_balance_micros": 0.5}"#,
            #"{"low_balance_micros": 1000000000000001}"#, #"{"webhook_secret": "x"}"#,
        ] {
            #expect(try fixture.send("PATCH", "/v1/account", bad, key: account.key).status == 400, "\(bad)")
        }
        let without = try fixture.send(
            "PATCH", "/v1/account", #"{"webhook_url": "https://example.com/"}"#, key: account.key)
        #expect(without.status == 501 && without.code == "not_implemented")
        let cleared = try fixture.send(
            "PATCH", "/v1/account", #"{"webhook_url": null, "low_balance_micros": 1000000000000000}"#,
            key: account.key)
        #expect(cleared.status == 200 && cleared["webhook_secret"] == nil)
        #expect(cleared["account"]?.object?["webhook_url"]?.isNull == true)
    }
}
