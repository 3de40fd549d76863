// Which route takes which path.

import HTTPServer
import HTTPWire
import Platform
import TestSupport
import Testing

@Suite struct `The router` {
    private static func answer(_ name: String, _ parameters: [StaticString] = []) -> Route.Handler {
        { request in
            let values = parameters.map { request.rawPathParameter($0) ?? "?" }
            return .ready(
                HTTPResponse(
                    status: .ok, contentType: "text/plain", text: ([name] + values).joined(separator: " ")))
        }
    }

    private static let router = Router(routes: [
        Route(.get, "/", name: "root", handler: answer("root")),
        Route(.get, "/v1/cid", name: "a", handler: answer("cid")),
        Route(.get, "/v1/cid/", name: "b", handler: answer("cid/")),
        Route(.get, "/v1/cid/{number}", name: "c", headAllowed: false, handler: answer("cid-number", ["number"])),
        Route(.post, "/v1/cid/{number}", name: "d", handler: answer("cid-post", ["number"])),
        Route(.get, "/v1/keys/{id}", name: "e", handler: answer("key", ["id"])),
        Route(.post, "/v1/keys/{id}/rotate", name: "f", handler: answer("rotate", ["id"])),
        Route(.get, "/v1/keys/own", name: "g", handler: answer("own")),
        Route(.get, "/{a}/{b}/{c}/d", name: "h", handler: answer("deep", ["a", "b", "c"])),
    ])

    @Test(arguments: [
        ("GET", "/", "root"), ("GET", "/v1/cid", "cid"), ("GET", "/v1/cid/", "cid/"),
        ("GET", "/v1/cid/1", "cid-number 1"), ("GET", "/v1/cid/a%2Fb", "cid-number a%2Fb"),
        ("POST", "/v1/cid/1", "cid-post 1"), ("GET", "/v1/keys/own", "own"), ("GET", "/v1/keys/owner", "key owner"),
        ("GET", "/v1/keys/ow", "key ow"), ("POST", "/v1/keys/own/rotate", "rotate own"),
        ("GET", "/x/y/z/d", "deep x y z"),
        ("GET", "/v1/keys/7/d", "deep v1 keys 7"), ("HEAD", "/v1/cid", "200"), ("HEAD", "/v1/cid/1", "405"),
        ("GET", "/v1/cid?x=/y", "cid"), ("GET", "http://h/v1/cid", "cid"), ("GET", "http://h", "root"),
    ])
    func `takes a literal before a parameter, and the parameter when the literal fails`(
        _ method: String, _ target: String, _ expected: String
    ) throws {
        try check(method, target, expected)
    }

    @Test(arguments: [
        ("GET", "/v1"), ("GET", "/v1/"), ("GET", "/v1/cidx"), ("GET", "/v1/ci"), ("GET", "/V1/cid"),
        ("GET", "//v1/cid"), ("GET", "/v1//cid"), ("GET", "/v1/cid/1/"), ("GET", "/v1/cid/1/2"), ("GET", "/v1/keys/"),
        ("GET", "/v1/../v1/cid"), ("GET", "/v1/%63id"), ("GET", "/v1/keys//rotate"), ("POST", "/x"),
        ("GET", "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t"),
    ])
    func `finds nothing elsewhere`(_ method: String, _ target: String) throws {
        try check(method, target, "404")
    }

    @Test(arguments: [
        ("DELETE", "/v1/cid", "GET, HEAD"), ("PUT", "/v1/cid/1", "GET, POST"), ("HEAD", "/v1/cid/1", "GET, POST"),
        ("OPTIONS", "/v1/keys/1/rotate", "POST"), ("POST", "/", "GET, HEAD"),
    ])
    func `says what is allowed`(_ method: String, _ target: String, _ allow: String) throws {
        try Self.withRouter { client in
            let response = try client.request(method, target)
            #expect(response.status == 405)
            #expect(response.field("allow") == allow)
        }
    }

    private func check(_ method: String, _ target: String, _ expected: String) throws {
        try Self.withRouter { client in
            let response = try client.request(method, target)
            if let status = Int(expected) {
                #expect(response.status == status)
            } else {
                #expect(response.text == expected)
            }
        }
    }

    private static func withRouter(_ body: (TestClient) throws -> Void) throws {
        let server = HTTPServer(
            address: .tcp(loopback), loopCount: 1, limits: HTTPServerLimits(), router: router, trustedProxies: [],
            accessLog: nil, clock: .system, random: .system,
            faultResponse: { fault, context in fault.response(requestID: context.requestID) })
        let endpoint = try server.listen()
        defer { server.stop() }
        try body(TestClient(endpoint))
    }

    @Test func `refuses the same route twice`() async {
        await #expect(processExitsWith: .failure) {
            _ = Router(routes: [
                Route(.get, "/a/{x}", name: "a") { _ in .ready(HTTPResponse(status: .ok)) },
                Route(.get, "/a/{y}", name: "b") { _ in .ready(HTTPResponse(status: .ok)) },
            ])
        }
    }
}
