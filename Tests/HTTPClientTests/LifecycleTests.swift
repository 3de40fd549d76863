import Glibc
import HTTPClient
import HTTPWire
import Platform
import Testing

@Suite struct LifecycleTests {
    @Test(arguments: [0, 1, 5, 20, 50])
    func `cancelling the task ends the transfer at whatever stage it is`(milliseconds: Int) async throws {
        let server = try StubServer { connection, _ in
            _ = connection.readHead()
            pause(milliseconds: 5)
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345")
            connection.hang()
        }
        let client = try Fixture.client()
        let request = ClientRequest(.get, "http://127.0.0.1:\(server.port)/")
        for _ in 0..<5 {
            let task = Task { await client.outcome(request) }
            if milliseconds > 0 { try await Task.sleep(for: .milliseconds(milliseconds)) }
            task.cancel()
            #expect(await task.value.error?.kind == .cancelled)
        }
        #expect(await eventually { server.openCount == 0 })
        #expect(client.metrics.connections.value == 0)
        #expect(client.metrics.requests.value == 0)
    }

    @Test func `a task that is cancelled already sends nothing`() async throws {
        let server = try StubServer { connection, _ in connection.hang() }
        let client = try Fixture.client()
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return await client.outcome(ClientRequest(.get, "http://127.0.0.1:\(server.port)/"))
        }
        task.cancel()
        #expect(await task.value.error?.kind == .cancelled)
        #expect(server.acceptedCount == 0)
    }

    @Test func `a deadline that has passed sends nothing`() async throws {
        let server = try StubServer { connection, _ in connection.hang() }
        let error = await (try Fixture.client()).outcome(
            ClientRequest(.get, "http://127.0.0.1:\(server.port)/"), within: .zero
        ).error
        #expect(error?.kind == .timedOut)
        #expect(error?.mayHaveArrived == false)
        #expect(server.acceptedCount == 0)
    }

    @Test func `closing ends what is under way and what waits, and takes nothing more`() async throws {
        let server = try StubServer { connection, _ in connection.hang() }
        let client = try Fixture.client { $0.requestsPerHostMax = 2 }
        let request = ClientRequest(.get, "http://127.0.0.1:\(server.port)/")
        let held = (0..<10).map { _ in Task { await client.outcome(request) } }
        #expect(await eventually { client.metrics.waiting.value == 8 && server.acceptedCount == 2 })
        client.close()
        client.close()
        for task in held { #expect(await task.value.error?.kind == .cancelled) }
        #expect(await client.outcome(request).error?.kind == .cancelled)
        #expect(await eventually { server.openCount == 0 })
        #expect(client.metrics.connections.value == 0)
        #expect(client.metrics.requests.value == 0)
    }

    @Test func `a client that nobody keeps ends its thread and its connections`() async throws {
        let server = try StubServer { connection, _ in connection.answerAll("kept") }
        do {
            let client = try Fixture.client()
            #expect(await client.outcome(ClientRequest(.get, "http://127.0.0.1:\(server.port)/")).text == "kept")
            #expect(server.openCount == 1)
        }
        #expect(await eventually { server.openCount == 0 })
    }

    @Test func `requests from many tasks, cancelled at random, all end exactly once`() async throws {
        let server = try StubServer { connection, _ in
            while connection.readHead() != nil { connection.answer("200 OK", [], [UInt8](repeating: 97, count: 2_000)) }
        }
        let client = try Fixture.client { $0.requestsPerHostMax = 8 }
        let request = ClientRequest(.get, "http://127.0.0.1:\(server.port)/")
        var random = SystemRandomNumberGenerator()
        let tasks = (0..<400).map { _ in Task { await client.outcome(request) } }
        for task in tasks where Bool.random(using: &random) {
            task.cancel()
            await Task.yield()
        }
        for task in tasks {
            let outcome = await task.value
            #expect(outcome.status == 200 || outcome.error?.kind == .cancelled)
        }
        #expect(client.metrics.requests.value == 0)
        #expect(client.metrics.waiting.value == 0)
    }

    @Test func `the numbers are told`() async throws {
        let server = try StubServer { connection, _ in connection.answerAll("five5") }
        let client = try Fixture.client(open: ["127.0.0.1"])
        #expect(await client.outcome(ClientRequest(.get, "http://127.0.0.1:\(server.port)/")).status == 200)
        #expect(await client.outcome(ClientRequest(.get, "http://127.0.0.2/")).error?.kind == .refusedAddress)
        #expect(await client.outcome(ClientRequest(.get, "nonsense")).error?.kind == .invalidRequest)
        var text = MetricsText()
        client.metrics.write(to: &text, client: "crm")
        let lines = String(decoding: text.bytes, as: UTF8.self).split(separator: "\n")
        for line in [
            "numbers_client_requests_total{client=\"crm\",outcome=\"2xx\"} 1",
            "numbers_client_requests_total{client=\"crm\",outcome=\"refusedAddress\"} 1",
            "numbers_client_requests_total{client=\"crm\",outcome=\"invalidRequest\"} 1",
            "numbers_client_requests_total{client=\"crm\",outcome=\"timedOut\"} 0",
            "numbers_client_request_seconds_count{client=\"crm\"} 3", "numbers_client_requests{client=\"crm\"} 0",
            "numbers_client_connections{client=\"crm\"} 1", "numbers_client_connections_opened_total{client=\"crm\"} 1",
            "numbers_client_addresses_refused_total{client=\"crm\"} 1",
            "numbers_client_body_bytes_total{client=\"crm\"} 5",
        ] { #expect(lines.contains(Substring(line)), "\(line)") }
    }

    @Test func `the log tells each request once, without anything secret`() async throws {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        let sink = try LogSink(descriptor: ends[1], capacityBytes: 1 << 16)
        let server = try StubServer { connection, _ in connection.answerAll("secret-answer") }
        let client = try Fixture.client(open: ["127.0.0.1"], log: Logger(sink: sink, clock: .system))
        let headers = [ClientRequest.Header("Authorization", "Bearer secret-token")]
        let url = "http://127.0.0.1:\(server.port)/secret-path?secret-query=1"
        #expect(
            await client.outcome(ClientRequest(.post, url, headers: headers, body: Array("secret-body".utf8))).status
                == 200)
        let refused = ClientRequest(.get, "http://127.0.0.2:81/secret-path", headers: headers)
        #expect(await client.outcome(refused).error?.kind == .refusedAddress)
        sink.close()
        close(ends[1])
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = read(ends[0], &bytes, bytes.count)
        close(ends[0])
        let lines = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).split(separator: "\n")
        #expect(lines.count == 2)
        #expect(!lines.joined().contains("secret"))
        #expect(lines.first?.contains("\"event\":\"client.request\",\"method\":\"POST\",\"scheme\":\"http\"") == true)
        #expect(lines.first?.contains("\"status\":200,\"version\":\"HTTP/1.1\",\"bytes\":13") == true)
        #expect(lines.last?.contains("\"failure\":\"refusedAddress\"") == true)
    }
}
