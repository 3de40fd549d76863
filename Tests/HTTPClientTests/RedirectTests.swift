import HTTPClient
import HTTPWire
import Platform
import TestSupport
import Testing

@Suite struct RedirectTests {
    /// A server that redirects as its request's path says and remembers what it was asked.
    private final class Site: Sendable {
        let heads = Seen<String>()
        let server: StubServer

        init(lastByte: UInt8 = 1, status: String = "302 Found", to location: String?) throws {
            let heads = heads
            server = try StubServer(lastByte: lastByte) { connection, _ in
                while let head = connection.readHead() {
                    heads.add(head)
                    if head.contains(" /end") || location == nil {
                        connection.answer("200 OK", [], Array("end".utf8))
                    } else {
                        connection.answer(status, ["Location: \(location ?? "")"], Array("moved".utf8))
                    }
                }
            }
        }
    }

    private func ask(
        _ site: Site, _ policy: RedirectPolicy, method: HTTPMethod = .get, headers: [ClientRequest.Header] = [],
        body: String = ""
    ) async throws -> Result<ClientResponse, ClientError> {
        await (try Fixture.client()).outcome(
            ClientRequest(
                method, "http://127.0.0.1:\(site.server.port)/a/b?secret=1", headers: headers, body: Array(body.utf8),
                redirects: policy))
    }

    @Test(arguments: [
        "301 Moved Permanently", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect",
    ])
    func `without a policy the redirect itself is the answer`(status: String) async throws {
        let site = try Site(status: status, to: "/end")
        let outcome = try await ask(site, .none)
        #expect(outcome.status == Int(status.prefix(3)))
        #expect(outcome.text == "moved")
        #expect(site.heads.all.count == 1)
        let followed = try await ask(site, .follow(max: 1))
        #expect(followed.text == "end")
    }

    @Test(arguments: [
        ("/end", "/end"), ("end", "/a/end"), ("../end", "/end"), ("?end", "/a/b?end"), ("//127.0.0.1:PORT/end", "/end"),
        ("http://127.0.0.1:PORT/end#f", "/end"), ("HTTP://127.0.0.1:PORT/end", "/end"), ("/end a", "/end%20a"),
        ("/end/é", "/end/%C3%A9"),
    ])
    func `where it points is read relative to where it came from`(location: String, path: String) async throws {
        let heads = Seen<String>()
        let port = Monitor<UInt16>(0)
        let server = try StubServer { connection, _ in
            while let head = connection.readHead() {
                heads.add(head)
                if heads.all.count > 1 {
                    connection.answer()
                } else {
                    let number = port.withLock { $0 }
                    let target = location.split(separator: "PORT", omittingEmptySubsequences: false).joined(
                        separator: "\(number)")
                    connection.answer("302 Found", ["Location: \(target)"])
                }
            }
        }
        port.withLock { $0 = server.port }
        let outcome = await (try Fixture.client()).outcome(
            ClientRequest(.get, "http://127.0.0.1:\(server.port)/a/b", redirects: .follow(max: 1)))
        #expect(outcome.status == 200)
        #expect((try? outcome.get())?.redirectCount == 1)
        #expect(heads.all.last?.lowercased().hasPrefix("get \(path.lowercased()) ") == true, "\(heads.all)")
    }

    @Test(arguments: [
        (0, nil as String?), (1, nil), (2, nil), (3, "end"), (4, "end"),
    ])
    func `one redirect too many is an error`(max: Int, text: String?) async throws {
        let heads = Seen<String>()
        let server = try StubServer { connection, _ in
            while let head = connection.readHead() {
                heads.add(head)
                let count = heads.all.count
                if count == 4 {
                    connection.answer("200 OK", [], Array("end".utf8))
                } else {
                    connection.answer("307 Temporary Redirect", ["Location: /\(count)"])
                }
            }
        }
        let outcome = await (try Fixture.client()).outcome(
            ClientRequest(.get, "http://127.0.0.1:\(server.port)/", redirects: .follow(max: max)))
        #expect(outcome.text == text)
        if text == nil { #expect(outcome.error?.kind == .badRedirect) }
        #expect(heads.all.count == min(max + 1, 4))
    }

    @Test(arguments: [
        "https://127.0.0.1:1/end", "ftp://127.0.0.1/end", "file:///etc/passwd", "gopher://127.0.0.1/end",
        "http://user:secret@127.0.0.1:1/end", "http://user@127.0.0.1:1/end", "http://127.0.0.1:99999/end",
        "http:///end", "http:/end", "http:end", "http://", "javascript:alert(1)", "http://127.0.0.1:1\\@elsewhere/end",
        "https://crm.test/",
        "http://[::1/end", "dict://127.0.0.1:11211/stat",
    ])
    func `a redirect to another scheme or to no address is an error`(location: String) async throws {
        let site = try Site(to: location)
        let error = try #require(try await ask(site, .follow(max: 5)).error, "\(location)")
        #expect(error.kind == .badRedirect, "\(error)")
        #expect(!error.message.contains("secret"))
        #expect(site.heads.all.count == 1)
    }

    @Test func `https does not become http`() async throws {
        let plain = try Site(to: nil)
        let plainPort = plain.server.port
        let authority = try StubCertificate.authority()
        let tls = try StubTLS(try StubCertificate(issuer: authority))
        let server = try StubServer(tls: tls) { connection, _ in
            _ = connection.readHead()
            connection.answer("302 Found", ["Location: http://127.0.0.1:\(plainPort)/end"])
        }
        let client = try Fixture.client { $0.certificateAuthorities = Array(authority.certificate.utf8) }
        let error = await client.outcome(
            ClientRequest(.get, "https://127.0.0.1:\(server.port)/", redirects: .follow(max: 3))
        ).error
        #expect(error?.kind == .badRedirect)
        #expect(plain.heads.all.isEmpty)
    }

    @Test(arguments: [
        (HTTPMethod.post, "x"), (.post, ""), (.put, "x"), (.patch, "x"), (.delete, ""), (.get, "body"),
        (.options, ""),
    ])
    func `only GET and HEAD without a body are sent again`(method: HTTPMethod, body: String) async throws {
        let heads = Seen<String>()
        let server = try StubServer { connection, _ in
            while let head = connection.readHead() {
                heads.add(head)
                _ = connection.read(body.utf8.count)
                connection.answer("307 Temporary Redirect", ["Location: /end"])
            }
        }
        let outcome = await (try Fixture.client()).outcome(
            ClientRequest(
                method, "http://127.0.0.1:\(server.port)/", body: Array(body.utf8), redirects: .follow(max: 3)))
        #expect(outcome.status == 307)
        #expect(heads.all.count == 1)
    }

    @Test func `a HEAD stays a HEAD`() async throws {
        let site = try Site(to: "/end")
        let server = try StubServer { connection, _ in
            while let head = connection.readHead() {
                site.heads.add(head)
                let place =
                    head.contains("/end")
                    ? "200 OK\r\nContent-Length: 3" : "302 Found\r\nLocation: /end\r\nContent-Length: 5"
                connection.send("HTTP/1.1 \(place)\r\n\r\n")
            }
        }
        let outcome = await (try Fixture.client()).outcome(
            ClientRequest(.head, "http://127.0.0.1:\(server.port)/", redirects: .follow(max: 3)))
        #expect(outcome.status == 200)
        #expect(site.heads.all.map { $0.prefix(5) } == ["HEAD ", "HEAD "])
    }

    private static let credentials: [ClientRequest.Header] = [
        .init("Authorization", "Bearer one"), .init("COOKIE", "two"), .init("X-Api-Key", "three", isSecret: true),
        .init("Accept-Language", "de"),
    ]

    @Test func `credentials go on to the same host`() async throws {
        let site = try Site(to: "/end")
        #expect(try await ask(site, .follow(max: 3), headers: Self.credentials).text == "end")
        let head = try #require(site.heads.all.last)
        #expect(head.contains("Bearer one") && head.contains("two") && head.contains("three"))
    }

    @Test(arguments: [UInt8(1), 2])
    func `credentials do not go to another host or port, nor back from there`(lastByte: UInt8) async throws {
        let ports = Monitor<UInt16>(0)
        // It sends everybody back to where they came from.
        let heads = Seen<String>()
        let other = try StubServer(lastByte: lastByte) { connection, _ in
            while let head = connection.readHead() {
                heads.add(head)
                connection.answer("302 Found", ["Location: http://127.0.0.1:\(ports.withLock { $0 })/end"])
            }
        }
        let site = try Site(to: "http://127.0.0.\(lastByte):\(other.port)/")
        ports.withLock { $0 = site.server.port }
        #expect(try await ask(site, .follow(max: 3), headers: Self.credentials).text == "end")
        #expect(site.heads.all.count == 2)
        #expect(site.heads.all.first?.contains("Bearer one") == true)
        for head in heads.all + site.heads.all.dropFirst() {
            #expect(!head.contains("one") && !head.contains("two") && !head.contains("three"), "\(head)")
            #expect(head.contains("Accept-Language: de"))
            #expect(!head.lowercased().contains("referer"))
        }
    }

    @Test func `a redirect within the only place of a host does not wait for itself`() async throws {
        let site = try Site(to: "/end")
        let client = try Fixture.client {
            $0.requestsPerHostMax = 1
            $0.waitingPerHostMax = 0
        }
        let outcome = await client.outcome(
            ClientRequest(.get, "http://127.0.0.1:\(site.server.port)/", redirects: .follow(max: 1)))
        #expect(outcome.text == "end")
    }

    @Test func `an empty or missing Location leaves the answer as it is`() async throws {
        let server = try StubServer { connection, _ in
            _ = connection.readHead()
            connection.answer("302 Found", [])
            _ = connection.readHead()
            connection.answer("304 Not Modified", ["Location: /end"])
        }
        let client = try Fixture.client()
        let request = ClientRequest(.get, "http://127.0.0.1:\(server.port)/", redirects: .follow(max: 3))
        #expect(await client.outcome(request).status == 302)
        #expect(await client.outcome(request).status == 304)
    }
}
