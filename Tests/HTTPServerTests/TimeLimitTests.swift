// Clients that are slow in every way there is. Real time: the limits are fractions of a second here.

import HTTPServer
import Platform
import TestSupport
import Testing

@Suite(.serialized) struct `A slow client` {
    private static var limits: HTTPServerLimits {
        var limits = HTTPServerLimits()
        limits.headerTimeout = .milliseconds(300)
        limits.bodyTimeout = .milliseconds(300)
        limits.idleTimeout = .milliseconds(500)
        limits.writeTimeout = .milliseconds(300)
        limits.lingerTimeout = .milliseconds(200)
        return limits
    }

    @Test(arguments: ["GET /re", "GET /ready HTTP/1.1\r\nHost: h\r\nX: "])
    func `with its head gets 408, however it trickles`(_ start: String) throws {
        try withServer(limits: Self.limits) { live in
            let began = MonotonicTime.now()
            let connection = try live.client.connect()
            try connection.send(start)
            for _ in 0..<5 {
                pause(.milliseconds(50))
                try connection.send("x")
            }
            let response = try connection.readResponse()
            #expect(response.status == 408 && response.field("connection") == "close")
            #expect(MonotonicTime.now() < began + .seconds(3))
        }
    }

    @Test func `with its second head gets 408 as well, counted from its first byte`() throws {
        try withServer(limits: Self.limits) { live in
            let connection = try live.client.connect()
            try connection.send(TestClient.bytes("GET", "/ready"))
            #expect(try connection.readResponse().status == 200)
            pause(.milliseconds(200))
            let began = MonotonicTime.now()
            try connection.send("GET /")
            #expect(try connection.readResponse().status == 408)
            #expect(MonotonicTime.now() > began + .milliseconds(280))
        }
    }

    @Test(arguments: ["Content-Length: 100\r\n\r\nab", "Transfer-Encoding: chunked\r\n\r\n5\r\na"])
    func `with its body gets 408`(_ rest: String) throws {
        try withServer(limits: Self.limits) { live in
            let connection = try live.client.connect()
            try connection.send("POST /echo HTTP/1.1\r\nHost: h\r\n" + rest)
            pause(.milliseconds(150))
            try connection.send("x")
            #expect(try connection.readResponse().status == 408)
            #expect(connection.isClosed(within: .seconds(5)))
        }
    }

    @Test func `that says nothing is closed without a word`() throws {
        try withServer(limits: Self.limits) { live in
            let connection = try live.client.connect()
            #expect(try connection.readToEnd().isEmpty)
        }
    }

    @Test func `that has nothing more to ask is closed without a word`() throws {
        try withServer(limits: Self.limits) { live in
            let connection = try live.client.connect()
            try connection.send(TestClient.bytes("GET", "/ready"))
            #expect(try connection.readResponse().status == 200)
            let began = MonotonicTime.now()
            #expect(try connection.readToEnd().isEmpty)
            #expect(MonotonicTime.now() > began + .milliseconds(450))
        }
    }

    @Test func `that does not read is cut off and delays nobody`() throws {
        try withServer(limits: Self.limits) { live in
            let stuck = try RawConnection(live.endpoint, receiveBufferBytes: 4_096)
            try stuck.send((0..<20).flatMap { _ in TestClient.bytes("GET", "/big/1000000") })
            for _ in 0..<20 {
                let began = MonotonicTime.now()
                #expect(try live.client.get("/ready").status == 200)
                #expect(MonotonicTime.now() < began + .seconds(1))
                pause(.milliseconds(5))
            }
            #expect(eventually { live.server.metrics.openConnections == 0 })
        }
    }

    @Test func `that reads slowly but steadily gets everything`() throws {
        try withServer(limits: Self.limits) { live in
            let connection = try RawConnection(live.endpoint, receiveBufferBytes: 65_536)
            let count = 5
            try connection.send((0..<count).flatMap { _ in TestClient.bytes("GET", "/big/400000") })
            for _ in 0..<count {
                pause(.milliseconds(100))
                #expect(try connection.readResponse().body.count == 400_000)
            }
        }
    }

    @Test func `with a large body gets time for what it has sent`() throws {
        var limits = Self.limits
        limits.bodyBytesPerSecond = 1_000
        try withServer(limits: limits) { live in
            let connection = try live.client.connect()
            try connection.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 2000\r\n\r\n")
            for _ in 0..<20 {
                pause(.milliseconds(40))
                try connection.send([UInt8](repeating: 65, count: 100))
            }
            #expect(try connection.readResponse().status == 200)
            // The same at a twentieth of the rate.
            try connection.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 2000\r\n\r\n")
            for _ in 0..<10 {
                pause(.milliseconds(40))
                try connection.send("xx")
            }
            #expect(try connection.readResponse().status == 408)
        }
    }

    @Test func `that takes its answer slower than it may is cut off`() throws {
        var limits = Self.limits
        limits.writeBytesPerSecond = 100_000_000
        try withServer(limits: limits) { live in
            let connection = try RawConnection(live.endpoint, receiveBufferBytes: 65_536)
            try connection.send(TestClient.bytes("GET", "/big/30000000"))
            let began = MonotonicTime.now()
            // Progress often enough for the time-out alone.
            while live.server.metrics.openConnections > 0, MonotonicTime.now() < began + .seconds(8) {
                _ = try? connection.readSome(.now() + .milliseconds(50))
                pause(.milliseconds(50))
            }
            #expect(live.server.metrics.openConnections == 0)
            #expect(MonotonicTime.now() < began + .seconds(5))
        }
    }

    @Test func `that goes on sending after its last answer is not listened to for ever`() throws {
        try withServer(limits: Self.limits) { live in
            let connection = try live.client.connect()
            try connection.send("BAD\r\n\r\n")
            #expect(try connection.readResponse().status == 400)
            #expect(eventually { live.server.metrics.openConnections == 0 })
        }
    }

    @Test func `may let a handler take its time`() throws {
        try withServer(limits: Self.limits) { live in
            let connection = try live.client.connect()
            try connection.send(TestClient.bytes("GET", "/gated/1"))
            pause(.milliseconds(700))
            live.gate.open()
            #expect(try connection.readResponse().text == "gated 1")
        }
    }

    @Test func `that floods while its answer is awaited waits in TCP`() throws {
        try withServer(limits: Self.limits) { live in
            let connection = try live.client.connect()
            try connection.send(TestClient.bytes("GET", "/gated/0"))
            #expect(eventually { live.gate.waitingCount == 1 })
            let count = 5_000
            try connection.send((0..<count).flatMap { TestClient.bytes("GET", "/paid/\($0)") })
            live.gate.open()
            #expect(try connection.readResponse().text == "gated 0")
            for index in 0..<count { #expect(try connection.readResponse().text == "\(index)") }
        }
    }
}

@Suite struct `Many slow clients together` {
    private static var limits: HTTPServerLimits {
        var limits = HTTPServerLimits()
        limits.heldBytes = 100_000
        return limits
    }

    @Test func `may hold so many bytes of bodies and no more`() throws {
        try withServer(limits: Self.limits) { live in
            let part =
                "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 80000\r\n\r\n"
                + String(repeating: "a", count: 60_000)
            let first = try live.client.connect()
            try first.send(part)
            pause(.milliseconds(100))
            let second = try live.client.connect()
            try second.send(part)
            let refusal = try second.readResponse()
            #expect(refusal.status == 503 && refusal.field("connection") == "close")
            try first.send(String(repeating: "a", count: 20_000))
            let response = try first.readResponse()
            #expect(response.body.count == 80_000)
            let third = try live.client.request("POST", "/echo", body: [UInt8](repeating: 0x61, count: 80_000))
            #expect(third.status == 200, "what is over is not held any more")
        }
    }

    @Test func `may leave so many bytes of answers unread and no more`() throws {
        try withServer(limits: Self.limits) { live in
            let stuck = try RawConnection(live.endpoint, receiveBufferBytes: 4_096)
            try stuck.send(TestClient.bytes("GET", "/big/50000000"))
            #expect(eventually { live.server.metrics.openConnections == 0 })
            let response = try live.client.get("/ready")
            #expect(response.status == 200)
        }
    }
}
