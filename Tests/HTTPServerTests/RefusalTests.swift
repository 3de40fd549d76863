// Malformed and oversized requests over real connections, beside the cases of the folder Conformance.

import HTTPServer
import Platform
import TestSupport
import Testing

@Suite struct `A malformed request` {
    @Test func `tells the fault answer the path that was asked for`() throws {
        try withServer { live in
            let connection = try live.client.connect()
            try connection.send("GET /ready?x HTTP/1.1\r\nHost : h\r\n\r\n")
            #expect(try connection.readResponse().field("x-path") == "/ready")
        }
    }
}

@Suite struct `An oversized request` {
    private static var limits: HTTPServerLimits {
        var limits = HTTPServerLimits()
        limits.headerBytes = 100
        limits.headerFields = 4
        limits.targetBytes = 20
        return limits
    }

    @Test(arguments: [(19, 404), (20, 404), (21, 414)]) func `target is refused`(_ count: Int, _ status: Int) throws {
        try withServer(limits: Self.limits) { live in
            let target = "/" + String(repeating: "a", count: count - 1)
            let response = try live.client.get(target)
            #expect(response.status == status)
        }
    }

    @Test(arguments: [(99, 200), (100, 200), (101, 431)])
    func `header section is refused`(_ count: Int, _ status: Int) throws {
        try withServer(limits: Self.limits) { live in
            let connection = try live.client.connect()
            // "Host: h" and "X: " with their line ends are 14 bytes.
            let value = String(repeating: "v", count: count - 14)
            try connection.send("GET /ready HTTP/1.1\r\nHost: h\r\nX: \(value)\r\n\r\n")
            #expect(try connection.readResponse().status == status)
        }
    }

    @Test(arguments: [(3, 200), (4, 200), (5, 431)]) func `list of fields is refused`(_ count: Int, _ status: Int)
        throws
    {
        try withServer(limits: Self.limits) { live in
            let connection = try live.client.connect()
            let fields = String(repeating: "X: y\r\n", count: count - 1)
            try connection.send("GET /ready HTTP/1.1\r\nHost: h\r\n\(fields)\r\n")
            #expect(try connection.readResponse().status == status)
        }
    }

    @Test func `head is refused while it is still coming`() throws {
        try withServer { live in
            let connection = try live.client.connect()
            try connection.send("GET /ready HTTP/1.1\r\nX: " + String(repeating: "a", count: 500_000))
            #expect(try connection.readResponse().status == 431)
        }
    }
}
