import HTTPClient
import HTTPWire
import Platform
import Testing

@Suite struct ExchangeTests {
    private func lines(_ head: String) -> [String] { head.split(separator: "\r\n").map(String.init) }

    @Test func `an answer comes with status, fields in order and body`() async throws {
        let server = try StubServer { connection, _ in
            _ = connection.readHead()
            connection.answer("404 Not Found", ["X-A: 1", "x-b: ", "X-A:  two "], Array("nobody".utf8))
        }
        let client = try Fixture.client()
        let response = try await client.get("http://127.0.0.1:\(server.port)/a?b=c#fragment")
        #expect(response.status == 404)
        #expect(response.headers.map(\.name) == ["Content-Length", "X-A", "x-b", "X-A"])
        #expect(response.headers.map(\.value) == ["6", "1", "", "two"])
        #expect(response.body == Array("nobody".utf8))
        #expect(response.version == .http11)
        #expect(response.address == NetworkAddress("127.0.0.1"))
    }

    @Test(arguments: [
        (HTTPMethod.get, "", "GET / HTTP/1.1", nil as String?), (.head, "", "HEAD / HTTP/1.1", nil),
        (.post, "", "POST / HTTP/1.1", "0"), (.post, "a\u{0}b", "POST / HTTP/1.1", "3"),
        (.put, "", "PUT / HTTP/1.1", "0"), (.put, "xy", "PUT / HTTP/1.1", "2"), (.patch, "{}", "PATCH / HTTP/1.1", "2"),
        (.delete, "", "DELETE / HTTP/1.1", nil), (.delete, "x", "DELETE / HTTP/1.1", "1"),
        (.options, "", "OPTIONS / HTTP/1.1", nil), (.get, "x", "GET / HTTP/1.1", "1"),
        (.other("SEARCH"), "x", "SEARCH / HTTP/1.1", "1"),
    ])
    func `each method is sent by its name, with the body and its length`(
        method: HTTPMethod, body: String, line: String, length: String?
    ) async throws {
        let seen = Seen<[String]>()
        let server = try StubServer { connection, _ in
            guard let head = connection.readHead() else { return }
            let sent = connection.read(body.utf8.count)
            seen.add(head.split(separator: "\r\n").map(String.init) + [String(decoding: sent, as: UTF8.self)])
            connection.answer()
        }
        let client = try Fixture.client()
        let request = ClientRequest(method, "http://127.0.0.1:\(server.port)", body: Array(body.utf8))
        #expect(try await client.send(request, deadline: Fixture.deadline).status == 200)
        let got = try #require(seen.all.first)
        #expect(got.first == line)
        #expect(got.last == body)
        #expect(got.first { $0.hasPrefix("Content-Length: ") } == length.map { "Content-Length: \($0)" })
        #expect(!got.contains { $0.lowercased().hasPrefix("content-type") || $0.lowercased().hasPrefix("expect") })
    }

    @Test func `header fields are sent as they are, an empty one too, and nothing is added but the client's own`()
        async throws
    {
        let seen = Seen<String>()
        let server = try StubServer { connection, _ in
            if let head = connection.readHead() { seen.add(head) }
            connection.answer()
        }
        let client = try Fixture.client { $0.userAgent = "test/1" }
        let request = ClientRequest(
            .get, "http://127.0.0.1:\(server.port)/",
            headers: [
                .init("X-One", "a: b;c"), .init("X-Empty", ""), .init("X-One", "é"), .init("X-Last", "1"),
                .init("Authorization", "Bearer t", isSecret: true),
            ])
        _ = try await client.send(request, deadline: Fixture.deadline)
        let fields = lines(try #require(seen.all.first)).dropFirst().sorted()
        #expect(
            fields
                == [
                    "Host: 127.0.0.1:\(server.port)", "User-Agent: test/1", "Accept: */*", "Accept-Encoding: gzip",
                    "X-One: a: b;c", "X-Empty:", "X-One: é", "X-Last: 1", "Authorization: Bearer t",
                ].sorted())
    }

    @Test func `connections are kept and used again`() async throws {
        let server = try StubServer { connection, _ in connection.answerAll("kept") }
        let client = try Fixture.client()
        for _ in 0..<20 { #expect(try await client.get("http://127.0.0.1:\(server.port)/").body == Array("kept".utf8)) }
        #expect(server.acceptedCount == 1)
        #expect(client.metrics.connections.value == 1)
    }

    @Test func `the answer to HEAD, 204 and 304 has no body whatever its fields say`() async throws {
        let server = try StubServer { connection, _ in
            _ = connection.readHead()
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\nContent-Encoding: br\r\n\r\n")
            _ = connection.readHead()
            connection.send("HTTP/1.1 204 No Content\r\nContent-Encoding: gzip\r\n\r\n")
            _ = connection.readHead()
            connection.send("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n")
        }
        let client = try Fixture.client()
        let url = "http://127.0.0.1:\(server.port)/"
        #expect(try await client.send(ClientRequest(.head, url), deadline: Fixture.deadline).status == 200)
        #expect(try await client.get(url).status == 204)
        #expect(try await client.get(url).status == 304)
        #expect(server.acceptedCount == 1)
    }

    @Test func `interim answers and trailers are not shown`() async throws {
        let server = try StubServer { connection, _ in
            _ = connection.readHead()
            connection.send("HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n")
            connection.send("HTTP/1.1 200 OK\r\nX-Final: 1\r\nTransfer-Encoding: chunked\r\n\r\n")
            connection.send("3\r\nabc\r\n0\r\nX-Trailer: 1\r\n\r\n")
        }
        let response = try await Fixture.client().get("http://127.0.0.1:\(server.port)/")
        #expect(response.status == 200)
        #expect(response.headers.map(\.name) == ["X-Final", "Transfer-Encoding"])
        #expect(response.body == Array("abc".utf8))
    }

    @Test func `a body without a length ends with its connection`() async throws {
        let server = try StubServer { connection, _ in
            _ = connection.readHead()
            connection.send("HTTP/1.0 200 OK\r\n\r\nuntil the end")
        }
        let response = try await Fixture.client().get("http://127.0.0.1:\(server.port)/")
        #expect(response.body == Array("until the end".utf8))
        #expect(response.version == .http10)
    }

    @Test func `many requests at once all get their own answers`() async throws {
        let server = try StubServer { connection, _ in
            while let head = connection.readHead() {
                let path = head.split(separator: " ").dropFirst().first.map(String.init) ?? ""
                connection.answer("200 OK", [], Array(path.utf8))
            }
        }
        let client = try Fixture.client { $0.requestsPerHostMax = 16 }
        let url = "http://127.0.0.1:\(server.port)"
        let wrong = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<300 {
                group.addTask { await client.outcome(ClientRequest(.get, "\(url)/\(number)")).text == "/\(number)" }
            }
            return await group.reduce(0) { $0 + ($1 ? 0 : 1) }
        }
        #expect(wrong == 0)
        #expect(server.acceptedCount <= 16)
        #expect(client.metrics.requests.value == 0)
        #expect(client.metrics.waiting.value == 0)
    }
}
