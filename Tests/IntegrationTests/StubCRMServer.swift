// A CRM on this machine, which answers as a test says. State behind a monitor.

import HTTPServer
import HTTPWire
import Platform

/// Answers by method and path, and keeps what it was asked.
final class StubCRMServer: Sendable {
    struct Request: Sendable {
        let line: String
        let body: String
        let authorization: String?
        let traceParent: String?
    }

    private let server: HTTPServer
    private let received = Monitor<[Request]>([])
    let port: UInt16

    /// - Parameter answers: `GET /find` to status and JSON.
    init(_ answers: [String: (status: HTTPStatus, body: String)]) throws {
        let received = received
        let routes = answers.map { key, answer in
            let parts = key.split(separator: " ")
            let method: HTTPMethod = parts[0] == "POST" ? .post : .get
            return Route(method, String(parts[1]), name: "stub", headAllowed: false) { request in
                let line = "\(parts[0]) \(request.path)" + (request.rawQuery.map { "?\($0)" } ?? "")
                received.withLock {
                    $0.append(
                        Request(
                            line: line, body: String(decoding: request.body, as: UTF8.self),
                            authorization: request.field("authorization"),
                            traceParent: request.field("traceparent")))
                }
                return .ready(HTTPResponse(status: answer.status, contentType: "application/json", text: answer.body))
            }
        }
        server = HTTPServer(
            address: .tcp(SocketEndpoint(address: .v4(0x7f00_0001), port: 0)), loopCount: 1, limits: HTTPServerLimits(),
            router: Router(routes: routes), trustedProxies: [], accessLog: nil, clock: .system, random: .system
        ) { fault, _ in HTTPResponse(status: fault.status) }
        // A TCP address gives a TCP endpoint.
        port = try server.start().endpoint?.port ?? 0
    }

    deinit { server.stop() }

    var requests: [Request] { received.withLock { $0 } }
}
