// Content that is made while it is sent: its framing, its bound, and every way in which it can end.

import HTTPServer
import HTTPWire
import Platform
import TestSupport
import Testing

@Suite struct `An answer made while it is sent` {
    private static let old = "GET /stream/70000 HTTP/1.0\r\n\r\n"

    private func content(_ bytes: [UInt8]) throws -> (head: String, content: [UInt8]) {
        let text = Array("\r\n\r\n".utf8)
        let place = try #require(
            (0..<bytes.count - 3).first { bytes[$0..<$0 + 4].elementsEqual(text) }, "a head is expected")
        return (String(decoding: bytes[..<(place + 4)], as: UTF8.self), Array(bytes[(place + 4)...]))
    }

    @Test(arguments: [0, 1, 6, 65_535, 65_536, 65_537, 300_000])
    func `comes in chunks and as a whole`(_ count: Int) throws {
        try withServer { live in
            let connection = try live.client.connect()
            for _ in 0..<2 {
                try connection.send(TestClient.bytes("GET", "/stream/\(count)"))
                let answer = try connection.readResponse()
                #expect(answer.body == LiveServer.content(count))
                #expect(answer.field("Transfer-Encoding") == "chunked" && answer.field("Content-Length") == nil)
            }
            #expect(live.metrics.contains("http_streams_open 0\n"))
            #expect(live.metrics.contains("http_streams_cut_total{cause=\"client\"} 0\n"))
        }
    }

    @Test func `ends with the connection for HTTP/1.0`() throws {
        try withServer { live in
            for fields in ["", "Connection: keep-alive\r\n"] {
                let connection = try live.client.connect()
                try connection.send(Self.old.replacing("\r\n\r\n", with: "\r\n\(fields)\r\n"))
                let (head, content) = try content(connection.readToEnd())
                #expect(head.contains("Connection: close\r\n") && !head.contains("Transfer-Encoding"))
                #expect(!head.contains("Content-Length") && content == LiveServer.content(70_000))
            }
        }
    }

    @Test func `is not made for HEAD, and the connection stays`() throws {
        try withServer { live in
            let connection = try live.client.connect()
            try connection.send(TestClient.bytes("HEAD", "/stream/100") + TestClient.bytes("GET", "/ready"))
            let answer = try connection.readResponse(toHead: true)
            #expect(answer.status == 200 && answer.field("Transfer-Encoding") == nil)
            #expect(try connection.readResponse().text == "ready")
            #expect(live.making.bytes == 0 && live.making.ends.isEmpty)
        }
    }

    @Test func `keeps its place among pipelined requests`() throws {
        try withServer { live in
            let connection = try live.client.connect()
            let requests = ["/ready", "/stream/200000", "/hops/1", "/stream-hops/10", "/stream/0", "/ready"]
            try connection.send(requests.flatMap { TestClient.bytes("GET", $0) })
            #expect(try connection.readResponse().text == "ready")
            #expect(try connection.readResponse().body == LiveServer.content(200_000))
            #expect(try connection.readResponse().text == "hops 1")
            #expect(try connection.readResponse().body == LiveServer.content(10) + Array("hop hop hop ".utf8))
            #expect(try connection.readResponse().body.isEmpty)
            #expect(try connection.readResponse().text == "ready")
        }
    }

    @Test func `waits for a client that does not read, and keeps no more than its bound`() throws {
        let whole = 200_000_000
        var limits = HTTPServerLimits()
        limits.writeTimeout = .seconds(60)
        // Far below what the content is: if it were gathered, the connection would be shed.
        limits.heldBytes = 400_000
        try withServer(limits: limits) { live in
            let connection = try RawConnection(live.endpoint, timeout: .seconds(60), receiveBufferBytes: 65_536)
            try connection.send(TestClient.bytes("GET", "/stream/\(whole)"))
            var before = -1
            // What the sockets hold is the kernel's; then nothing more is made.
            #expect(
                eventually {
                    defer { before = live.making.bytes }
                    pause(.milliseconds(200))
                    return before > 0 && before == live.making.bytes
                })
            #expect(live.making.bytes < whole / 10)
            // Others are served meanwhile.
            #expect(try live.client.get("/ready").text == "ready")
            var received = 0
            let deadline = MonotonicTime.now() + .seconds(60)
            while received < 30_000_000 { received += try connection.readSome(deadline).count }
            #expect(live.making.bytes < received + whole / 10 && live.making.ends.isEmpty)
            #expect(live.metrics.contains("http_shed_connections_total 0\n"))
        }
    }

    @Test func `loses nothing to a client that reads slowly`() throws {
        try withServer { live in
            let connection = try RawConnection(live.endpoint, timeout: .seconds(30), receiveBufferBytes: 4_096)
            try connection.send(TestClient.bytes("GET", "/stream/3000000"))
            pause(.milliseconds(300))
            #expect(try connection.readResponse().body == LiveServer.content(3_000_000))
            #expect(live.making.ends == [.whole])
        }
    }

    @Test func `is cut off when the client takes nothing for too long`() throws {
        var limits = HTTPServerLimits()
        limits.writeTimeout = .milliseconds(300)
        try withServer(limits: limits) { live in
            let connection = try RawConnection(live.endpoint, receiveBufferBytes: 4_096)
            try connection.send(TestClient.bytes("GET", "/stream/100000000"))
            #expect(eventually { live.making.ends == [.cancelled] })
            #expect(live.metrics.contains("http_timeouts_total{stage=\"write\"} 1\n"))
            #expect(live.metrics.contains("http_streams_cut_total{cause=\"client\"} 1\n"))
            #expect(live.metrics.contains("http_streams_open 0\n"))
            #expect(throws: TestClientError.self) { try connection.readResponse() }
        }
    }

    @Test func `is cut off when the client takes it slower than it may`() throws {
        var limits = HTTPServerLimits()
        limits.writeTimeout = .milliseconds(500)
        limits.writeBytesPerSecond = 1_000_000_000
        try withServer(limits: limits) { live in
            let connection = try RawConnection(live.endpoint, receiveBufferBytes: 4_096)
            try connection.send(TestClient.bytes("GET", "/stream/1000000000"))
            // Some progress all the time, but never what is asked for.
            let deadline = MonotonicTime.now() + .seconds(10)
            var isCut = false
            while !isCut, MonotonicTime.now() < deadline {
                do throws(TestClientError) {
                    isCut = try connection.readSome(deadline).isEmpty
                } catch {
                    isCut = true
                }
                pause(.milliseconds(20))
            }
            #expect(isCut && eventually { live.making.ends == [.cancelled] })
        }
    }

    @Test func `ends its producer when the client goes`() throws {
        try withServer { live in
            do {
                let connection = try RawConnection(live.endpoint, receiveBufferBytes: 4_096)
                try connection.send(TestClient.bytes("GET", "/stream/100000000"))
                _ = try connection.readSome(MonotonicTime.now() + .seconds(10))
            }
            #expect(eventually { live.making.ends == [.cancelled] })
            #expect(live.metrics.contains("http_streams_cut_total{cause=\"client\"} 1\n"))
        }
    }

    @Test func `that fails in the middle has no last chunk`() throws {
        try withServer { live in
            for count in [0, 100, 300_000] {
                let connection = try live.client.connect()
                try connection.send(
                    TestClient.bytes("GET", "/stream-mishap/\(count)") + TestClient.bytes("GET", "/ready"))
                let (head, content) = try content(connection.readToEnd())
                #expect(head.contains("Transfer-Encoding: chunked"))
                #expect(content.count >= count && !content.suffix(5).elementsEqual(Array("0\r\n\r\n".utf8)))
            }
            #expect(live.metrics.contains("http_streams_cut_total{cause=\"producer\"} 3\n"))
        }
    }

    @Test func `that fails in the middle is reset for HTTP/1.0, whose end would look whole`() throws {
        try withServer { live in
            let connection = try live.client.connect()
            try connection.send("GET /stream-mishap/100 HTTP/1.0\r\n\r\n")
            #expect(throws: TestClientError.self) { try connection.readToEnd() }
        }
    }

    @Test func `comes over TLS, and an end in the middle is not told as an end`() throws {
        try withSecureServer { secure in
            let connection = try secure.connect(receiveBufferBytes: 8_192)
            try connection.send(TestClient.bytes("GET", "/stream/1000000") + TestClient.bytes("GET", "/ready"))
            #expect(try connection.readResponse().body == LiveServer.content(1_000_000))
            #expect(try connection.readResponse().text == "ready")
            let old = try secure.connect()
            try old.send(Array("GET /stream-mishap/10 HTTP/1.0\r\n\r\n".utf8))
            #expect(throws: (any Error).self) { try old.readToEnd() }
            #expect(!old.client.hasEnded)
        }
    }

    @Test func `is finished by a server that ends, and cut off at its deadline`() throws {
        for isInTime in [true, false] {
            try withServer { live in
                let connection = try live.client.connect()
                try connection.send(TestClient.bytes("GET", "/stream-gated/10"))
                #expect(eventually { live.gate.waitingCount == 1 })
                let deadline: Duration = isInTime ? .seconds(30) : .milliseconds(100)
                let draining = try OSThread.start(name: "drain") { live.server.drain(deadline: deadline) }
                defer { draining.join() }
                if isInTime {
                    live.gate.open()
                    let answer = try connection.readResponse()
                    #expect(answer.text.hasSuffix("late") && connection.isClosed(within: .seconds(10)))
                } else {
                    #expect(connection.isClosed(within: .seconds(10)))
                    live.gate.open()
                    #expect(eventually { live.making.ends == [.cancelled] })
                }
            }
        }
    }
}

@Suite struct `A writer of content` {
    @Test func `never holds more than its bound, whatever is written`() async throws {
        let announced = Monitor(0)
        let writer = BodyWriter { announced.withLock { $0 += 1 } }
        let all = LiveServer.content(1_000_000)
        let writing = Task {
            for start in stride(from: 0, to: all.count, by: 333_333) {
                try await writer.write(Array(all[start..<min(start + 333_333, all.count)]))
            }
            writer.finish(.whole)
        }
        var received: [UInt8] = []
        while true {
            #expect(writer.waitingBytes <= BodyWriter.waitingBytesMax)
            let (bytes, end) = writer.take()
            #expect(bytes.count <= BodyWriter.waitingBytesMax)
            received += bytes
            if end == .whole { break }
            await Task.yield()
        }
        try await writing.value
        #expect(received == all)
        // Once for each time that there was something new to take.
        #expect((1...all.count / 1_000).contains(announced.withLock { $0 }))
    }

    @Test func `tells the producer that nobody takes it, also when it waits`() async {
        let writer = BodyWriter {}
        let writing = Task { try await writer.write([UInt8](repeating: 0, count: BodyWriter.waitingBytesMax + 1)) }
        while writer.waitingBytes < BodyWriter.waitingBytesMax { await Task.yield() }
        writer.abandon()
        await #expect(throws: BodyAbandoned.self) { try await writing.value }
        await #expect(throws: BodyAbandoned.self) { try await writer.write([1]) }
        #expect(writer.waitingBytes == 0)
    }

    @Test func `takes the first word about its end`() {
        let writer = BodyWriter {}
        writer.finish(.failed)
        writer.finish(.whole)
        #expect(writer.take().end == .failed)
    }
}
