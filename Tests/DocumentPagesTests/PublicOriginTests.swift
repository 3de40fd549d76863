// What may stand in place of the public address, and what must not.

import Testing

@testable import DocumentPages

@Suite struct PublicOriginTests {
    @Test(arguments: [
        ("https://lookup.example.net", "https://lookup.example.net"),
        ("https://lookup.example.net/", "https://lookup.example.net"),
        ("HTTPS://Lookup.Example.NET:8443", "https://lookup.example.net:8443"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://[2001:DB8::1]:8080/", "http://[2001:db8::1]:8080"),
        ("http://[::]", "http://[::]"),
        ("http://[::ffff:192.0.2.1]", "http://[::ffff:192.0.2.1]"),
        ("http://a:1", "http://a:1"),
        ("http://a:65535", "http://a:65535"),
        ("http://a:0080", "http://a:80"),
    ])
    func `a public URL is scheme, host and port`(text: String, url: String) {
        #expect(PublicOrigin(url: text)?.url == url)
    }

    @Test(arguments: [
        "", "https://", "https:///", "//lookup.example.net", "lookup.example.net", "ftp://lookup.example.net",
        "javascript:alert(1)", "https:lookup.example.net", "https://lookup.example.net//",
        "https://lookup.example.net/path", "https://lookup.example.net?x", "https://lookup.example.net#x",
        "https://user@lookup.example.net", "https://user:secret@lookup.example.net", " https://lookup.example.net",
        "https://lookup.example.net ", "https://lookup example.net", "https://lookup.example.net\r\nX: y",
        "https://lookup.example.net\u{0}", "https://löokup.example", "https://a..b", "https://.a", "https://a.",
        "https://-a", "https://a-", "https://a_b", "https://a:", "https://a:0", "https://a:65536", "https://a:123456",
        "https://a:+5", "https://a:5x", "https://a:5:6", "https://[::1", "https://::1", "https://[1.2.3.4]",
        "https://[::1]x", "https://[::1%25eth0]", "https://[:::]", "https://[12345::]", "https://[::1\u{0}]",
        "https://[]", "https://<script>", "https://\"", "https://a&b", "https://[Number]", "https://{{x}}",
        "https://" + String(repeating: "a", count: 64), "https://" + String(repeating: "a.", count: 126) + "ab",
    ])
    func `anything else is no public URL`(text: String) {
        #expect(PublicOrigin(url: text) == nil)
    }

    @Test func `a host name may have 253 characters`() {
        let longest = String(repeating: "a.", count: 126) + "a"
        #expect(PublicOrigin(url: "https://" + longest)?.url == "https://" + longest)
    }

    @Test(arguments: [
        ("lookup.example.net", "http://lookup.example.net"),
        ("127.0.0.1:34567", "http://127.0.0.1:34567"),
        ("[::1]:8080", "http://[::1]:8080"),
    ])
    func `a Host field is host and port`(text: String, url: String) {
        #expect(PublicOrigin(scheme: .http, host: text)?.url == url)
    }

    @Test(arguments: [
        "", ":8080", "lookup.example.net/", "lookup.example.net/x", "http://lookup.example.net", "a b", "a,b", "a@b",
        "\"><script>alert(1)</script>", "a\u{0}", "a:b",
    ])
    func `a wrong Host field is refused`(text: String) {
        #expect(PublicOrigin(scheme: .https, host: text) == nil)
    }
}
