import HTTPClient
import HTTPWire
import Platform
import Testing

/// What a server may do wrong before, in and behind an answer.
@Suite struct FaultTests {
    private func ask(
        within duration: Duration = .seconds(30), method: HTTPMethod = .get, tls: StubTLS? = nil,
        change: (inout ClientSettings) -> Void = { _ in },
        handle: @escaping @Sendable (StubConnection, Int) -> Void
    ) async throws -> (outcome: Result<ClientResponse, ClientError>, client: HTTPClient, server: StubServer) {
        let server = try StubServer(tls: tls, handle)
        let client = try Fixture.client(change)
        let scheme = tls == nil ? "http" : "https"
        let outcome = await client.outcome(
            ClientRequest(method, "\(scheme)://127.0.0.1:\(server.port)/secret-path?secret-query"), within: duration)
        return (outcome, client, server)
    }

    private func askSmall(
        _ handle: @escaping @Sendable (StubConnection, Int) -> Void
    ) async throws -> (outcome: Result<ClientResponse, ClientError>, client: HTTPClient, server: StubServer) {
        try await ask(change: { $0.responseBytesMax = 100_000 }, handle: handle)
    }

    // MARK: - Hanging

    enum Stage: String, CaseIterable {
        case answer, statusLine, head, headEnd, body, openEnd, chunkSize, chunk, chunkEnd, betweenChunks, lastChunk,
            trailer
        case compressed, afterInterim
    }

    private static let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

    @Test(arguments: Stage.allCases)
    func `a server that hangs is left at the deadline, and its connection closed`(stage: Stage) async throws {
        let closed = Seen<Bool>()
        let (outcome, client, server) = try await ask(within: .milliseconds(300)) { connection, _ in
            _ = connection.readHead()
            switch stage {
            case .answer: break
            case .statusLine: connection.send("HTTP/1.1 2")
            case .head: connection.send("HTTP/1.1 200 OK\r\nContent-Le")
            case .body: connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345")
            case .headEnd: connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r")
            case .openEnd: connection.send("HTTP/1.1 200 OK\r\n\r\n12345")
            case .chunkSize: connection.send(Self.chunked + "5")
            case .chunk: connection.send(Self.chunked + "5\r\n12")
            case .chunkEnd: connection.send(Self.chunked + "5\r\n12345\r")
            case .betweenChunks: connection.send(Self.chunked + "5\r\n12345\r\n")
            case .lastChunk: connection.send(Self.chunked + "5\r\n12345\r\n0\r\n")
            case .trailer: connection.send(Self.chunked + "5\r\n12345\r\n0\r\nX: y\r\n")
            case .compressed:
                // The ten bytes that gzip begins with, of twenty.
                connection.send("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 20\r\n\r\n")
                connection.send([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3])
            case .afterInterim: connection.send("HTTP/1.1 100 Continue\r\n\r\n")
            }
            connection.hang()
            closed.add(true)
        }
        let error = try #require(outcome.error)
        #expect(error.kind == .timedOut)
        #expect(error.mayHaveArrived)
        #expect(!error.message.contains("secret"))
        #expect(await eventually { closed.all.count == 1 && server.openCount == 0 })
        #expect(client.metrics.connections.value == 0)
    }

    @Test func `a server that hangs behind a redirect is left at the deadline of the whole`() async throws {
        let hanging = try StubServer { connection, _ in
            _ = connection.readHead()
            connection.hang()
        }
        let first = try StubServer { connection, _ in
            _ = connection.readHead()
            pause(milliseconds: 100)
            connection.answer("302 Found", ["Location: http://127.0.0.1:\(hanging.port)/"])
            connection.hang()
        }
        let client = try Fixture.client()
        var request = ClientRequest(.get, "http://127.0.0.1:\(first.port)/")
        request.redirects = .follow(max: 3)
        #expect(await client.outcome(request, within: .milliseconds(400)).error?.kind == .timedOut)
        #expect(hanging.acceptedCount == 1)
        #expect(await eventually { hanging.openCount == 0 })
    }

    @Test func `a server that sends a byte now and then does not outlast the deadline`() async throws {
        let (outcome, _, server) = try await ask(within: .milliseconds(300)) { connection, _ in
            _ = connection.readHead()
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
            while connection.send("x") { pause(milliseconds: 20) }
        }
        #expect(outcome.error?.kind == .timedOut)
        #expect(await eventually { server.openCount == 0 })
    }

    @Test func `a server that never takes the TLS handshake is left after the time for connecting`() async throws {
        let server = try StubServer { connection, _ in connection.hang() }
        let client = try Fixture.client { $0.connectTimeout = .milliseconds(200) }
        let error = await client.outcome(ClientRequest(.post, "https://127.0.0.1:\(server.port)/")).error
        #expect(error?.kind == .cannotConnect)
        #expect(error?.mayHaveArrived == false)
        #expect(await eventually { server.openCount == 0 })
    }

    @Test func `a server that takes no connection is left after the time for connecting`() async throws {
        // A full backlog: the kernel lets further connections wait.
        let full = try FullBacklog()
        let client = try Fixture.client { $0.connectTimeout = .milliseconds(200) }
        let error = await client.outcome(ClientRequest(.get, "http://127.0.0.1:\(full.port)/")).error
        #expect(error?.kind == .cannotConnect)
        let sooner = await client.outcome(
            ClientRequest(.get, "http://127.0.0.1:\(full.port)/"), within: .milliseconds(50)
        ).error
        #expect(sooner?.kind == .timedOut)
        #expect(sooner?.mayHaveArrived == false)
    }

    @Test func `nobody listens`() async throws {
        let server = try StubServer { _, _ in }
        server.stop()
        let error = await (try Fixture.client()).outcome(ClientRequest(.get, "http://127.0.0.1:\(server.port)/")).error
        #expect(error?.kind == .cannotConnect)
        #expect(error?.mayHaveArrived == false)
    }

    @Test func `a name that has no address`() async throws {
        let client = try Fixture.client { $0.resolve = { $0 == "nowhere.test" ? [] : nil } }
        #expect(await client.outcome(ClientRequest(.get, "http://nowhere.test/")).error?.kind == .cannotResolve)
        // The reserved top-level domain has no addresses (RFC 6761); the system is asked for it.
        #expect(await client.outcome(ClientRequest(.get, "http://crm.invalid/")).error?.kind == .cannotResolve)
    }

    // MARK: - Breaking off

    @Test(arguments: [
        "", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12",
    ])
    func `an answer that breaks off is no answer`(sent: String) async throws {
        for resets in [false, true] {
            let (outcome, _, _) = try await ask(method: .post) { connection, _ in
                _ = connection.readHead()
                connection.send(sent)
                if resets { connection.resetOnClose() }
            }
            let error = try #require(outcome.error)
            #expect(error.kind == .connectionLost || error.kind == .protocolError)
            #expect(error.mayHaveArrived)
        }
    }

    @Test func `a reset before anything was read`() async throws {
        let (outcome, _, _) = try await ask { connection, _ in connection.resetOnClose() }
        // It may be there before the client has looked whether it is connected.
        let kind = try #require(outcome.error?.kind)
        #expect(kind == .connectionLost || kind == .cannotConnect)
    }

    // MARK: - Lying

    @Test func `what is sent beyond the length is not part of the answer, and not of the next one`() async throws {
        let server = try StubServer { connection, number in
            _ = connection.readHead()
            if number == 0 {
                connection.send(
                    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")
                connection.hang()
            } else {
                connection.answer("200 OK", [], Array("good".utf8))
            }
        }
        let client = try Fixture.client()
        let url = "http://127.0.0.1:\(server.port)/"
        #expect(await client.outcome(ClientRequest(.get, url)).text == "ok")
        #expect(await client.outcome(ClientRequest(.get, url)).text == "good")
        #expect(server.acceptedCount == 2)
    }

    @Test(arguments: [
        "ICY 200 OK\r\n\r\n", "hello", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 1,1\r\n\r\na",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n", "HTTP/1.1 999 Odd\r\n\r\n",
        "HTTP/1.1 2000 OK\r\n\r\n", "HTTP/1.1 099 Odd\r\n\r\n", "HTTP/1.1 101 Switching Protocols\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", "HTTP/1.1 200 OK\r\nX: a\u{0}b\r\n\r\n",
        "HTTP/1.1 200 OK\r\n: nameless\r\n\r\n", "HTTP/1.1 200 OK\r\nX: \u{1b}[31m\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\nx", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip, gzip\r\n\r\nx",
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nnot gzip at all",
    ])
    func `what is no HTTP answer is refused`(sent: String) async throws {
        let (outcome, _, _) = try await ask { connection, _ in
            _ = connection.readHead()
            connection.send(sent)
        }
        let error = try #require(outcome.error, "\(outcome)")
        #expect(
            error.kind == .protocolError || error.kind == .tooLarge || error.kind == .connectionLost, "\(error)")
    }

    // MARK: - Without end

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\n\r\n", "HTTP/1.1 200 OK\r\nX: ", "HTTP/1.1 200 ",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n280000000\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=",
    ])
    func `a server that sends without end is cut off at the limit`(head: String) async throws {
        let (outcome, client, server) = try await askSmall { connection, _ in
            _ = connection.readHead()
            connection.send(head)
            let piece = Array(("1000\r\n" + String(repeating: "a", count: 4_096) + "\r\n").utf8)
            while connection.send(piece) {}
        }
        let kind = outcome.error?.kind
        // libcurl tells an extension of a chunk without an end as it tells a connection that broke.
        #expect(
            kind == .tooLarge || kind == .protocolError || kind == .connectionLost && head.hasSuffix("5;x="),
            "\(outcome)")
        #expect(await eventually { server.openCount == 0 })
        #expect(client.metrics.bodyBytes.value < 300_000)
    }

    @Test(arguments: [
        "HTTP/1.1 100 Continue\r\n\r\n", "X-More: 1\r\n",
    ])
    func `a head without end is cut off at the limit`(piece: String) async throws {
        let (outcome, _, server) = try await ask { connection, _ in
            _ = connection.readHead()
            connection.send("HTTP/1.1 100 Continue\r\n" + (piece.hasPrefix("X") ? "" : "\r\n"))
            let pieces = Array(String(repeating: piece, count: 100).utf8)
            while connection.send(pieces) {}
        }
        #expect(outcome.error?.kind == .tooLarge)
        #expect(await eventually { server.openCount == 0 })
    }

    @Test func `trailers without end are cut off at the limit`() async throws {
        let (outcome, _, _) = try await ask { connection, _ in
            _ = connection.readHead()
            connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n")
            while connection.send("X-Trailer: 1\r\n") {}
        }
        #expect(outcome.error != nil)
    }

    @Test func `an endless request that nobody reads does not outlast the deadline`() async throws {
        let server = try StubServer { connection, _ in
            while pauseUnlessClosed(connection) {}
        }
        let client = try Fixture.client()
        let error = await client.outcome(
            ClientRequest(
                .post, "http://127.0.0.1:\(server.port)/", body: [UInt8](repeating: 1, count: 32 << 20)),
            within: .milliseconds(300)
        ).error
        #expect(error?.kind == .timedOut)
        #expect(error?.mayHaveArrived == true)
        server.stop()
    }
}
