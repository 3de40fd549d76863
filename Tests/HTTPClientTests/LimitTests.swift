import CZlib
import HTTPClient
import HTTPWire
import Platform
import Testing

@Suite struct LimitTests {
    private func client(_ change: (inout ClientSettings) -> Void) throws -> HTTPClient { try Fixture.client(change) }

    private func serve(_ fields: [String], _ body: [UInt8]) throws -> StubServer {
        try StubServer { connection, _ in
            while connection.readHead() != nil { connection.answer("200 OK", fields, body) }
        }
    }

    @Test(arguments: [(999, true), (1_000, true), (1_001, false)])
    func `a body may be as large as the limit and no larger`(count: Int, fits: Bool) async throws {
        let body = [UInt8](repeating: 97, count: count)
        let known = try serve([], body)
        let unknown = try StubServer { connection, _ in
            _ = connection.readHead()
            connection.send(Array("HTTP/1.1 200 OK\r\n\r\n".utf8) + body)
        }
        let packed = try serve(["Content-Encoding: gzip"], Gzip.compress(body))
        for server in [known, unknown, packed] {
            let url = "http://127.0.0.1:\(server.port)/"
            let wide = try client { _ in }
            for (client, request) in [
                (try client { $0.responseBytesMax = 1_000 }, ClientRequest(.get, url)),
                (wide, ClientRequest(.get, url, responseBytesMax: 1_000)),
            ] {
                let outcome = await client.outcome(request)
                if fits {
                    #expect((try? outcome.get())?.body == body)
                } else {
                    #expect(outcome.error?.kind == .tooLarge)
                }
            }
        }
    }

    @Test func `a request cannot ask for more than the settings allow`() async throws {
        let server = try serve([], [UInt8](repeating: 97, count: 1_001))
        let client = try client { $0.responseBytesMax = 1_000 }
        let request = ClientRequest(.get, "http://127.0.0.1:\(server.port)/", responseBytesMax: 1_000_000)
        #expect(await client.outcome(request).error?.kind == .tooLarge)
    }

    @Test(arguments: [(-1, false), (0, true), (1, true)])
    func `a head may be as large as the limit and no larger`(slack: Int, fits: Bool) async throws {
        let server = try serve(["X-Filler: abc"], [])
        // Status line, Content-Length, X-Filler, and the empty line.
        let headBytes = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Filler: abc\r\n\r\n".utf8.count
        let client = try client { $0.headBytesMax = headBytes + slack }
        let outcome = await client.outcome(ClientRequest(.get, "http://127.0.0.1:\(server.port)/"))
        #expect(outcome.status == (fits ? 200 : nil))
        #expect(outcome.error?.kind == (fits ? nil : .tooLarge))
    }

    @Test func `a compressed body is handed over decompressed, whichever way it comes`() async throws {
        let text = Array(String(repeating: "Ann Example, +1 555 0100. ", count: 5_000).utf8)
        let packed = try Gzip.compress(text)
        let whole = try serve(["Content-Encoding: gzip"], packed)
        let pieces = try StubServer { connection, _ in
            _ = connection.readHead()
            connection.send("HTTP/1.1 200 OK\r\nContent-Encoding: X-GZip\r\nTransfer-Encoding: chunked\r\n\r\n")
            for byte in packed { connection.send([0x31, 13, 10, byte, 13, 10]) }
            connection.send("0\r\n\r\n")
        }
        for server in [whole, pieces] {
            let response = try await Fixture.client().get("http://127.0.0.1:\(server.port)/")
            #expect(response.body == text)
            #expect(response.firstValue(of: "CONTENT-ENCODING") != nil)
        }
    }

    @Test func `a bomb is refused by what it grows to and by its ratio`() async throws {
        let bomb = try Gzip.compress([UInt8](repeating: 0, count: 8 << 20))
        let server = try serve(["Content-Encoding: gzip"], bomb)
        let request = ClientRequest(.get, "http://127.0.0.1:\(server.port)/")
        let bySize = try client {
            $0.responseBytesMax = 1 << 20
            $0.expansionMax = 1_000_000
        }
        #expect(await bySize.outcome(request).error?.message.contains("larger than 1048576 bytes") == true)
        let byRatio = try client { _ in }
        #expect(await byRatio.outcome(request).error?.message.contains("more than 200 times") == true)
        let free = try client { $0.expansionMax = 2_000 }
        #expect((try? await free.outcome(request).get())?.body.count == 8 << 20)
        #expect(bomb.count < 10_000)
    }

    @Test(arguments: [1, 2, 5])
    func `a host gets so many requests at a time, the others wait their turn`(most: Int) async throws {
        let running = Monitor((now: 0, most: 0))
        let server = try StubServer { connection, _ in
            while connection.readHead() != nil {
                running.withLock {
                    $0.now += 1
                    $0.most = max($0.most, $0.now)
                }
                pause(milliseconds: 5)
                running.withLock { $0.now -= 1 }
                connection.answer()
            }
        }
        let client = try client { $0.requestsPerHostMax = most }
        let answered = await withTaskGroup(of: Int?.self) { group in
            for _ in 0..<20 {
                group.addTask { await client.outcome(ClientRequest(.get, "http://127.0.0.1:\(server.port)/")).status }
            }
            return await group.reduce(0) { $0 + ($1 == 200 ? 1 : 0) }
        }
        #expect(answered == 20)
        #expect(running.withLock { $0.most } == most)
        #expect(server.acceptedCount <= most)
    }

    @Test func `one more than may wait is refused at once, and another host is not held up`() async throws {
        let slow = try StubServer { connection, _ in connection.hang() }
        let quick = try StubServer { connection, _ in connection.answerAll("quick") }
        let client = try client {
            $0.requestsPerHostMax = 2
            $0.waitingPerHostMax = 3
        }
        let request = ClientRequest(.get, "http://127.0.0.1:\(slow.port)/")
        let held = (0..<5).map { _ in Task { await client.outcome(request) } }
        #expect(await eventually { client.metrics.waiting.value == 3 })
        let error = await client.outcome(request).error
        #expect(error?.kind == .overloaded)
        #expect(error?.mayHaveArrived == false)
        #expect(await client.outcome(ClientRequest(.get, "http://127.0.0.1:\(quick.port)/")).text == "quick")
        // Who waits can give up, and makes room.
        for task in held { task.cancel() }
        for task in held { #expect(await task.value.error?.kind == .cancelled) }
        #expect(client.metrics.waiting.value == 0)
        #expect(client.metrics.requests.value == 0)
    }

    @Test func `whoever waits for a place does not wait beyond the deadline`() async throws {
        let slow = try StubServer { connection, _ in connection.hang() }
        let client = try client { $0.requestsPerHostMax = 1 }
        let request = ClientRequest(.post, "http://127.0.0.1:\(slow.port)/")
        let first = Task { await client.outcome(request) }
        #expect(await eventually { slow.acceptedCount == 1 })
        let error = await client.outcome(request, within: .milliseconds(100)).error
        #expect(error?.kind == .timedOut)
        #expect(error?.mayHaveArrived == false)
        #expect(error?.message.contains("waiting for a place") == true)
        first.cancel()
        #expect(await first.value.error?.kind == .cancelled)
    }

    @Test func `one more request than the client takes in all is refused`() async throws {
        let slow = try StubServer { connection, _ in connection.hang() }
        let client = try client { $0.requestsMax = 2 }
        let request = ClientRequest(.get, "http://127.0.0.1:\(slow.port)/")
        let held = (0..<2).map { _ in Task { await client.outcome(request) } }
        #expect(await eventually { client.metrics.requests.value == 2 })
        #expect(await client.outcome(request).error?.kind == .overloaded)
        for task in held { task.cancel() }
        for task in held { #expect(await task.value.error?.kind == .cancelled) }
    }
}

/// gzip, for what stubs send.
enum Gzip {
    struct Failure: Error {}

    static func compress(_ bytes: [UInt8]) throws -> [UInt8] {
        var stream = z_stream()
        var input = bytes
        var output = [UInt8](repeating: 0, count: bytes.count + bytes.count / 1_000 + 1_024)
        let count: Int? = input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                guard no_deflate_gzip(&stream) == Z_OK else { return nil }
                defer { deflateEnd(&stream) }
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(output.count)
                guard deflate(&stream, Z_FINISH) == Z_STREAM_END else { return nil }
                return output.count - Int(stream.avail_out)
            }
        }
        guard let count else { throw Failure() }
        return Array(output.prefix(count))
    }
}
