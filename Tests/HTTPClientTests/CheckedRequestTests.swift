import HTTPClient
import HTTPWire
import Platform
import Testing

/// What may not go out is refused before anything is connected to.
@Suite struct CheckedRequestTests {
    private func refusal(_ request: ClientRequest) async throws -> ClientError? {
        // Nothing is open: a request that got through would fail otherwise.
        let error = try #require(await (try Fixture.client(open: [])).outcome(request).error)
        return error.kind == .invalidRequest ? error : nil
    }

    @Test(arguments: [
        "", "crm.test", "/path", "//crm.test/", "http:", "http:/crm.test/", "http://", "http:///crm.test/",
        "https:crm.test",
        "ftp://crm.test/", "file:///etc/passwd", "gopher://crm.test/", "unix:///socket", "dict://crm.test/",
        "http://user@crm.test/", "http://user:secret@crm.test/", "http://:secret@crm.test/", "http://crm.test\\@other/",
        "http://crm.test:0/", "http://crm.test:65536/", "http://crm.test:port/", "http://crm.test/a b",
        "http://crm.test/\u{0}", "http://crm.test/\r\nX: 1", "http://crm.test/\n", "http://crm.test/\t",
        "http://crm.test/é", "http://crm.tést/", "http://cr m.test/", "http://[::1/", "http://[crm]/",
        " http://crm.test/",
        "http://crm.test/\u{7f}", "javascript:alert(1)", "http://crm.test:80:80/",
    ])
    func `a URL that is not absolute http or https in visible ASCII is refused`(url: String) async throws {
        let error = try #require(try await refusal(ClientRequest(.get, url)), "\(url)")
        #expect(!error.message.contains("secret"))
    }

    @Test(arguments: [(16_383, true), (16_384, true), (16_385, false)])
    func `a URL may be 16 KiB long`(count: Int, fits: Bool) async throws {
        let start = "http://127.0.0.1/"
        let url = start + String(repeating: "a", count: count - start.utf8.count)
        #expect((try await refusal(ClientRequest(.get, url)) == nil) == fits)
    }

    @Test(arguments: [
        ("X", "a\rb"), ("X", "a\nb"), ("X", "a\r\nY: 1"), ("X", "a\u{0}b"), ("X", "\u{1b}"), ("X", "\u{7f}"),
        ("X", "a\r"), ("X\r\nY", "1"), ("X: Y", "1"), ("X:", "1"), ("", "1"), ("X Y", "1"), ("é", "1"), ("X\u{0}", "1"),
        ("X;", "1"), ("(X)", "1"),
        ("Host", "other.test"), ("host", "other.test"), ("Content-Length", "5"), ("TRANSFER-ENCODING", "chunked"),
        ("Connection", "close"), ("Upgrade", "h2c"), ("Expect", "100-continue"), ("TE", "trailers"), ("Trailer", "X"),
        ("Keep-Alive", "1"), ("Proxy-Connection", "close"), ("HTTP2-Settings", "x"), ("Accept-Encoding", "br"),
    ])
    func `a header field that would change the message is refused`(name: String, value: String) async throws {
        let request = ClientRequest(.get, "http://127.0.0.1/", headers: [.init(name, value)])
        #expect(try await refusal(request) != nil)
    }

    @Test func `the fields that the client sets itself are known to others`() {
        for name in ["Host", "content-length", "Accept-Encoding"] { #expect(ClientRequest.isOwnField(name)) }
        for name in ["Authorization", "Accept", "Content-Type", ""] { #expect(!ClientRequest.isOwnField(name)) }
    }

    @Test(arguments: [
        "", "GET POST", "GET\r\n", "get", "Post", "CONNECT", "TRACE", "trace", "G\u{0}T",
        String(repeating: "A", count: 33),
    ])
    func `a method that is no token or means something else is refused`(name: String) async throws {
        #expect(try await refusal(ClientRequest(.other(name), "http://127.0.0.1/")) != nil)
    }

    @Test(arguments: [(99, true), (100, true), (101, false)])
    func `so many header fields may be sent`(count: Int, fits: Bool) async throws {
        let headers = (0..<count).map { ClientRequest.Header("X-\($0)", "1") }
        #expect((try await refusal(ClientRequest(.get, "http://127.0.0.1/", headers: headers)) == nil) == fits)
    }

    @Test(arguments: [(65_535, true), (65_536, true), (65_537, false)])
    func `so many bytes of header fields may be sent`(count: Int, fits: Bool) async throws {
        let headers = [ClientRequest.Header("X", String(repeating: "a", count: count - 1))]
        #expect((try await refusal(ClientRequest(.get, "http://127.0.0.1/", headers: headers)) == nil) == fits)
    }
}
