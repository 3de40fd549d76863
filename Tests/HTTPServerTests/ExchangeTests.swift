// Requests and answers over real connections.

import HTTPServer
import HTTPWire
import Platform
import TestSupport
import Testing

@Suite struct `An exchange` {
    @Test func `sends an artifact in the form that is asked for, HEAD with the same fields`() throws {
        try withServer { live in
            let connection = try live.client.connect()
            let gzip = [("Accept-Encoding", "gzip")]
            try connection.send(TestClient.bytes("GET", "/artifact", fields: gzip))
            let get = try connection.readResponse()
            #expect(get.field("content-encoding") == "gzip" && get.body.count < 1_000 && get.count(of: "vary") == 1)
            try connection.send(TestClient.bytes("HEAD", "/artifact", fields: gzip))
            let head = try connection.readResponse(toHead: true)
            #expect(head.field("content-length") == "\(get.body.count)" && head.field("etag") == get.field("etag"))
            #expect(head.field("content-encoding") == "gzip")
            let tag = try #require(get.field("etag"))
            try connection.send(TestClient.bytes("GET", "/artifact", fields: [("If-None-Match", tag)]))
            let same = try connection.readResponse(toHead: true)
            #expect(same.status == 304 && same.field("etag") == tag && same.field("content-length") == nil)
            try connection.send(TestClient.bytes("GET", "/artifact"))
            let plain = try connection.readResponse()
            #expect(plain.body.count == 9_000 && plain.field("vary") == "Accept-Encoding")
        }
    }

    @Test func `has the fields every answer has, once each`() throws {
        try withServer { live in
            let response = try live.client.get("/ready")
            #expect(response.status == 200 && response.text == "ready")
            for name in ["X-Request-Id", "Date", "Content-Length", "X-Content-Type-Options", "Connection"] {
                #expect(response.count(of: name) == 1, "\(name)")
            }
            #expect(response.field("date")?.hasSuffix(" GMT") == true)
            #expect(response.field("x-content-type-options") == "nosniff")
        }
    }

    @Test(arguments: [
        ("/paid/%2B1415%20555", 200, "+1415 555"), ("/paid/+1", 200, "+1"), ("/paid/a%2Fb", 200, "a/b"),
        ("/paid/%ff", 400, "the percent-decoded bytes are not UTF-8"),
        ("/paid/1%2", 400, "byte 1: '%' must be followed by two hexadecimal digits"),
        ("/query?a=1&b=x+y&a=%2B", 200, "a=1;b=x y;a=+"), ("/query", 200, ""),
        ("/query?a=%", 400, "byte 0: '%' must be followed by two hexadecimal digits"),
    ])
    func `gives the handler decoded text or the reason why not`(
        _ target: String, _ status: Int, _ text: String
    ) throws {
        try withServer { live in
            let response = try live.client.get(target)
            #expect(response.status == status)
            #expect(response.text == text)
        }
    }

    @Test(arguments: [
        ("abc-DEF_1.2", true), (String(repeating: "a", count: 64), true), (String(repeating: "a", count: 65), false),
        ("a b", false), ("a/b", false), ("é", false), ("", false), ("nol_0123456789abcdef0123", false),
        ("call-14155552671", false),
    ])
    func `keeps the client's id when it may be echoed and logged`(_ id: String, _ kept: Bool) throws {
        try withServer { live in
            let response = try live.client.get("/ready", fields: [("X-Request-Id", id)])
            #expect((response.field("x-request-id") == id) == kept)
            #expect(response.field("x-request-id")?.isEmpty == false)
        }
    }

    @Test func `has an id of its own each time`() throws {
        try withServer { live in
            var ids: Set<String> = []
            for _ in 0..<50 { ids.insert(try live.client.get("/ready").field("x-request-id") ?? "") }
            #expect(ids.count == 50)
        }
    }

    @Test func `may wait, on the loop and elsewhere`() throws {
        try withServer { live in
            #expect(try live.client.get("/hops/a").text == "hops a")
            let connection = try live.client.connect()
            try connection.send(TestClient.bytes("GET", "/gated/b"))
            #expect(eventually { live.gate.waitingCount == 1 })
            #expect(try live.client.get("/ready").text == "ready", "the loop is not held up")
            live.gate.open()
            #expect(try connection.readResponse().text == "gated b")
        }
    }

    @Test func `may be answered by actors with and without threads of their own`() throws {
        try withServer { live in
            let connections = try (0..<20).map { _ in try live.client.connect() }
            for (index, connection) in connections.enumerated() {
                try connection.send(TestClient.bytes("GET", "/actors/\(index)"))
            }
            for (index, connection) in connections.enumerated() {
                #expect(try connection.readResponse().text == "actors 6 \(index)")
            }
        }
    }

    @Test(arguments: [1, 2]) func `may wait with many others and be resumed in one burst`(_ loops: Int) throws {
        try withServer(loops: loops) { live in
            let connections = try (0..<200).map { _ in try live.client.connect() }
            for (index, connection) in connections.enumerated() {
                try connection.send(TestClient.bytes("GET", "/gated/\(index)"))
            }
            #expect(eventually { live.gate.waitingCount == 200 })
            live.gate.open()
            for (index, connection) in connections.enumerated() {
                #expect(try connection.readResponse().text == "gated \(index)")
            }
        }
    }

    @Test func `keeps its order when ready and pending ones are mixed`() throws {
        try withServer { live in
            let connection = try live.client.connect()
            var bytes: [UInt8] = []
            var expected: [String] = []
            for index in 0..<60 {
                switch index % 3 {
                case 0: bytes += TestClient.bytes("GET", "/hops/\(index)")
                case 1: bytes += TestClient.bytes("GET", "/paid/\(index)")
                default: bytes += TestClient.bytes("POST", "/echo", body: Array("body \(index)".utf8))
                }
                expected.append(["hops \(index)", "\(index)", "body \(index)"][index % 3])
            }
            try connection.send(bytes)
            #expect(try expected.map { _ in try connection.readResponse().text } == expected)
        }
    }

    @Test func `keeps its order over more pipelined ones than a turn takes`() throws {
        try withServer { live in
            let connection = try live.client.connect()
            let count = 2_000
            try connection.send((0..<count).flatMap { TestClient.bytes("GET", "/paid/\($0)") })
            for index in 0..<count { #expect(try connection.readResponse().text == "\(index)") }
        }
    }

    @Test func `is not answered before the one ahead of it`() throws {
        try withServer { live in
            let connection = try live.client.connect()
            try connection.send(TestClient.bytes("GET", "/gated/1") + TestClient.bytes("GET", "/ready"))
            #expect(eventually { live.gate.waitingCount == 1 })
            #expect(!connection.isClosed(within: .milliseconds(50)))
            #expect(connection.unread.isEmpty)
            live.gate.open()
            #expect(try connection.readResponse().text == "gated 1")
            #expect(try connection.readResponse().text == "ready")
        }
    }

    @Test func `ends the connection after as many as are allowed`() throws {
        var limits = HTTPServerLimits()
        limits.requestsPerConnection = 2
        try withServer(limits: limits) { live in
            let connection = try live.client.connect()
            try connection.send((0..<3).flatMap { TestClient.bytes("GET", "/paid/\($0)") })
            #expect(try connection.readResponse().field("connection") == nil)
            #expect(try connection.readResponse().field("connection") == "close")
            #expect(try connection.readToEnd().isEmpty)
        }
    }

    @Test func `whose client has gone is not missed`() throws {
        try withServer { live in
            do {
                let connection = try live.client.connect()
                try connection.send(TestClient.bytes("GET", "/gated/1"))
                #expect(eventually { live.gate.waitingCount == 1 })
            }
            live.gate.open()
            #expect(try live.client.get("/ready").text == "ready")
        }
    }

    @Test(arguments: [1, 3, 100_000, 5_000_000]) func `may be large`(_ count: Int) throws {
        try withServer { live in
            let response = try live.client.get("/big/\(count)")
            #expect(response.body.count == count)
        }
    }
}
