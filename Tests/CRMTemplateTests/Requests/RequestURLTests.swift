import CRMTemplate
import Testing

@Suite struct RequestURLTests {
    private static func url(_ source: String, _ values: [String: String] = [:]) throws(RequestError) -> String {
        try RequestFixture.build(RequestFixture.request(url: source), values).url.text
    }

    private static func kind(_ source: String, _ values: [String: String] = [:]) -> RequestError.Kind? {
        do {
            _ = try url(source, values)
            return nil
        } catch {
            return error.kind
        }
    }

    @Test(arguments: [
        // What .NET's Uri encodes, and what it leaves.
        ("https://crm.test/a b", "https://crm.test/a%20b"),
        ("https://crm.test/?q={x}|\"y\"<z>^`\\", "https://crm.test/?q=%7Bx%7D%7C%22y%22%3Cz%3E%5E%60%5C"),
        ("https://crm.test/?q=ü€😀", "https://crm.test/?q=%C3%BC%E2%82%AC%F0%9F%98%80"),
        ("https://crm.test/?a=1+2&b='x'(y)!*,;:@$~", "https://crm.test/?a=1+2&b='x'(y)!*,;:@$~"),
        ("https://crm.test/?a=%2B%2f%c3%bc", "https://crm.test/?a=%2B%2f%c3%bc"),
        ("https://crm.test/?f{{0}}{{k}}=v", "https://crm.test/?f[0][k]=v"),
        // A percent sign that begins no escape is one to be escaped.
        ("https://crm.test/?a=100%", "https://crm.test/?a=100%25"),
        ("https://crm.test/?a=5%&b=%4", "https://crm.test/?a=5%25&b=%254"),
        ("https://crm.test/?a=%zz%u00fc", "https://crm.test/?a=%25zz%25u00fc"),
        // Ends, scheme, ports, hosts.
        ("  https://crm.test/x  ", "https://crm.test/x"), ("HTTPS://CRM.test/X", "https://CRM.test/X"),
        ("http://crm.test", "http://crm.test"), ("https://crm.test?x=1", "https://crm.test?x=1"),
        ("https://crm.test:8443/", "https://crm.test:8443/"), ("https://crm.test:/", "https://crm.test:/"),
        ("https://crm.test:65535/", "https://crm.test:65535/"), ("https://crm.test./", "https://crm.test./"),
        ("https://{{2001:db8::1}}/", "https://[2001:db8::1]/"),
        ("https://{{2001:db8::1}}:81/", "https://[2001:db8::1]:81/"),
        ("https://a_b-c.crm.test/", "https://a_b-c.crm.test/"), ("https://192.0.2.1/x", "https://192.0.2.1/x"),
        // A fragment is never sent.
        ("https://crm.test/a#b", "https://crm.test/a"), ("https://crm.test#/a", "https://crm.test"),
        // Colons, at signs and brackets behind the authority mean nothing.
        ("https://crm.test/a@b:c//d?e@f", "https://crm.test/a@b:c//d?e@f"),
        // The template's own dots are its business.
        ("https://crm.test/a/../b/./c", "https://crm.test/a/../b/./c"),
    ])
    func `A URL is completed as .NET's Uri does it`(source: String, expected: String) throws {
        #expect(try Self.url(source) == expected)
    }

    @Test(arguments: [
        "", " ", "crm.test/x", "/x", "//crm.test/x", "https:/crm.test", "https:crm.test", "https//crm.test",
        "ftp://crm.test/", "file:///etc/passwd", "javascript://crm.test/", "httpss://crm.test/", "http",
        "https", "https:", "https:/", "https://", "https:///x", "https://?x", "https://#x", "ws://crm.test/",
        "x https://crm.test/", "https ://crm.test/", "https:\\\\crm.test/", "https:/\\crm.test/",
        // User information.
        "https://user:pw@crm.test/", "https://user@crm.test/", "https://@crm.test/", "https://crm.test@evil.test/",
        "https://crm.test:443@evil.test/", "https://:@crm.test/",
        // Characters that some readers take for a divider, a dot or nothing at all.
        "https://crm.test\\@evil.test/", "https://crm.test\\.evil.test/", "https://evil.test\\/crm.test/",
        "https://crm.test%2fevil.test/", "https://crm.test%00.evil.test/", "https://crm%2etest/",
        "https://crm.test;evil.test/", "https://crm.test,evil.test/", "https://crm test/", "https://crm.test /",
        "https://crm.test|evil/", "https://crm.test&x/", "https://crm<test/", "https://crm!test/", "https://crm~t/",
        "https://crm.test\u{FF0F}evil.test/", "https://crm\u{3002}test/", "https://\u{FF23}RM.test/",
        "https://crm\u{AD}.test/", "https://crm\u{200B}.test/", "https://m\u{FC}ller.test/", "https://crm.tést/",
        "https://crm\u{2100}.test/",
        // Names, ports and addresses that are none.
        "https://.crm.test/", "https://crm..test/", "https://./", "https://crm.test../", "https://crm.test:0/",
        "https://crm.test:65536/", "https://crm.test:99999999999999999999/", "https://crm.test:+80/",
        "https://crm.test:8a/", "https://crm.test: 80/", "https://crm.test:80:81/", "https://crm.test:-1/",
        "https://:80/", "https://::1/", "https://{{::1/", "https://::1}}/", "https://{{::1}}x/", "https://{{}}/",
        "https://{{::1%25eth0}}/", "https://{{1.2.3.4}}/", "https://{{::g}}/", "https://x{{::1}}/",
        "https://{{::1}}{{::2}}/", "https://{{::1}}:99999/", "https://crm.test:\u{661}\u{662}/",
        // Controls, wherever they stand.
        "https://crm.test/a\tb", "https://crm.test/a\nb", "https://crm.test/a\r\nb", "https://crm.test/\0",
        "https://crm.test/\u{7F}", "https://crm.test/\u{85}", "https://crm.test/?q=\u{9F}", "ht\ttps://crm.test/",
        "\thttps://crm.test/", "https://crm.test/\n", "https://crm\t.test/", "https://crm.test\n/",
    ])
    func `What is no absolute http URL with a plain host is not requested`(source: String) {
        #expect(Self.kind(source) == .url)
    }

    @Test(arguments: [63, 64])
    func `A label of a host has at most 63 bytes`(count: Int) {
        let isAccepted = Self.kind("https://\(String(repeating: "a", count: count)).test/") == nil
        #expect(isAccepted == (count <= 63))
    }

    @Test(arguments: [252, 253, 254])
    func `A host has at most 253 bytes`(count: Int) {
        let name = String(repeating: "a.", count: 126) + String(repeating: "b", count: count - 252)
        let host = count == 252 ? String(repeating: "a.", count: 125) + "bb" : name
        #expect(host.utf8.count == count)
        #expect((Self.kind("https://\(host)/") == nil) == (count <= 253))
    }

    @Test(arguments: [
        // Source, value of its variable, what is requested.
        ("[P]/api", "https://crm.test", "https://crm.test/api"), ("https://[P]/", "crm.test", "https://crm.test/"),
        ("https://[P].crm.test/", "acme", "https://acme.crm.test/"),
        ("https://crm.test:[P]/", "8443", "https://crm.test:8443/"),
        ("https://[P]", "crm.test/a?b=c#d", "https://crm.test/a?b=c"),
        ("[U]/services", "https://eu1.crm.test", "https://eu1.crm.test/services"),
        ("https://[K]/", "crm.test", "https://crm.test/"),
    ])
    func `Parameters and the authentication may name the host`(
        source: String, value: String, expected: String
    ) throws {
        #expect(try Self.url(source, ["P": value, "U": value, "K": value]) == expected)
    }

    @Test(arguments: [
        // Source and a value of data.
        ("[X]", "https://evil.test/"), ("[X]/api", "https://crm.test"), ("[X]://crm.test/", "http"),
        ("http[X]://crm.test/", "s"), ("https:[X]crm.test/", "//"), ("https://[X]/", "crm.test"),
        ("https://[X].crm.test/", "evil.test/"), ("https://[X].crm.test/", "acme"),
        ("https://crm.test[X]/", ".evil.test"), ("https://crm.test[X]/", ":8080"), ("https://crm.test:[X]/", "8080"),
        ("https://crm.test:80[X]/", "80"), ("https://crm.test[X]", "@evil.test/"),
        ("https://crm.test[X]", ".evil.test"),
        ("https://crm.test[X]", "?a"), ("https://crm.test[X]", "#a"), ("https://crm.test[X]", "\\@evil.test"),
        ("https://crm.test[X]evil.test", "."), ("https://[X]crm.test/", "user:pw@"), ("https://[X]crm.test/", "x@"),
        ("https://[X]crm.test/", "\\"), ("https://crm.test[X]/x", " "),
        ("https://{{::[X]}}/", "1"), ("https://[P][X]/", "x"), ("[[X].Replace(\"a\",\"b\")]/", "https://crm.test"),
        ("https://crm.test[[X].Replace(\"a\",\"b\")]/", "a"), ("https://[X][X]/", "crm"),
        ("https://[[X]+\".test\"]/", "crm"), ("https://[EscapedX].test/", "crm"),
        ("[IIf(True,[X],\"\")]", "https://crm.test"),
        // The path cannot be left.
        ("https://crm.test/contacts/[X]/notes", ".."), ("https://crm.test/contacts/[X]", "../admin"),
        ("https://crm.test/contacts/[X]", "."), ("https://crm.test/contacts/[X]/notes", "5/../../admin"),
        ("https://crm.test/contacts/[X]", "..\\admin"), ("https://crm.test/contacts/[X]", "%2e%2e/admin"),
        ("https://crm.test/contacts/[X]", "%2E./admin"), ("https://crm.test/contacts/[X]", "..%2fadmin"),
        ("https://crm.test/contacts/[X]", "a%5C..%5Cadmin"), ("https://crm.test/contacts/.[X]/", "."),
        ("https://crm.test/contacts/[X]./", "."), ("https://crm.test/contacts/%2[X]./", "e"),
        ("https://crm.test/contacts[X]../x", "/"), ("https://crm.test/contacts/..[X]x", "/"),
        ("https://crm.test/contacts/[X]", "..;/..;/admin"), ("https://crm.test/contacts/[X]", "..%3Ba=b/admin"),
        ("https://crm.test/contacts/[X];v=1/x", ".."), ("https://crm.test/contacts/[X]/x", ".;"),
        ("https://crm.test[X]", "/../x"), ("https://crm.test/a/..[X]", "/?"),
    ])
    func `Data decides neither about the host nor about the way to the path`(source: String, value: String) {
        #expect(Self.kind(source, ["X": value, "P": "crm.test"]) == .steeredByData)
    }

    @Test(arguments: [
        ("https://crm.test/find?tel=[X]", "+1 555 0100", "https://crm.test/find?tel=+1%20555%200100"),
        (
            "https://crm.test/find?tel=[[X].Replace(\"+\",\"%2B\")]", "+15550100",
            "https://crm.test/find?tel=%2B15550100"
        ),
        ("https://crm.test/find?[X]", "a=b&c=d", "https://crm.test/find?a=b&c=d"),
        ("https://crm.test/find?q=[X]", "'a'(b)%41", "https://crm.test/find?q='a'(b)%41"),
        ("https://crm.test/find?q=[X]&t=1", "a?b#c", "https://crm.test/find?q=a?b%23c&t=1"),
        ("https://crm.test/c/[X]/notes", "5?x=1#y", "https://crm.test/c/5%3Fx=1%23y/notes"),
        ("https://crm.test/a/[X]", "..#", "https://crm.test/a/..%23"),
        ("https://crm.test/c/[X]?k=1", "a?b", "https://crm.test/c/a%3Fb?k=1"),
        ("https://crm.test[X]", "/sobjects/5", "https://crm.test/sobjects/5"),
        ("https://crm.test/[X]", "", "https://crm.test/"),
        ("https://crm.test[X]/", "", "https://crm.test/"), ("https://crm.test/[X]", "...", "https://crm.test/..."),
        ("https://crm.test/a.[X]/", ".b", "https://crm.test/a..b/"),
        ("https://crm.test/?q=[X]", "../..", "https://crm.test/?q=../.."),
        ("https://crm.test/[X]/../b", "a", "https://crm.test/a/../b"),
        ("https://crm.test/[X]/b", "a;..", "https://crm.test/a;../b"),
        ("https://crm.test/?q=[X]", "\\\"<ü>", "https://crm.test/?q=%5C%22%3C%C3%BC%3E"),
        ("https://crm.test/?q=[X]41", "%", "https://crm.test/?q=%41"),
        ("https://crm.test/?q=[X]", " a ", "https://crm.test/?q=%20a%20"),
        ("https://crm.test/?q=[X]", "%0d%0a%00", "https://crm.test/?q=%0d%0a%00"),
        ("https://crm.test/?q=[EscapedX]", "a&b\n", "https://crm.test/?q=a%26b%0A"),
    ])
    func `Values stand in path and query as they are, but begin neither a query nor a fragment`(
        source: String, value: String, expected: String
    ) throws {
        #expect(try Self.url(source, ["X": value]) == expected)
    }

    @Test(arguments: ["\n", "\r\n", "\t", "\0", "\u{1B}", "\u{7F}", "\u{80}", "\u{9F}", "a\nb"])
    func `A control character of a value stops the request, and the sentence says where it comes from`(value: String) {
        let error = #expect(throws: RequestError.self) { try Self.url("https://crm.test/?q=[X]", ["X": value]) }
        #expect(error?.kind == .url)
        #expect(error?.message.contains("the call, the contact or a response") == true)
    }

    @Test func `Secrets stay apart in a completed URL`() throws {
        let request = RequestFixture.request(url: "https://crm.test/?key=[K]&q=[X] ü")
        let url = try RequestFixture.build(request, ["K": "s e c", "X": "a b"]).url
        #expect(url.text == "https://crm.test/?key=s%20e%20c&q=a%20b%20%C3%BC")
        #expect(url.redacted == "https://crm.test/?key=<redacted>&q=a%20b%20%C3%BC")
    }

    @Test(arguments: [63, 64, 65])
    func `A URL has a longest length, counted when it is complete`(count: Int) {
        var limits = RequestLimits.standard
        limits.urlBytes = 64
        // The back-slash becomes three bytes.
        let source = "https://crm.test/?" + String(repeating: "x", count: count - 21) + "\\"
        do {
            let url = try RequestFixture.build(RequestFixture.request(url: source), limits: limits).url.text
            #expect(url.utf8.count == count && count <= 64)
        } catch {
            #expect(error.kind == .tooLarge && count > 64)
        }
    }

    @Test func `A huge URL of many pieces is refused at once`() {
        let source = "https://crm.test/?" + String(repeating: "[X]", count: 80_000)
        #expect(Self.kind(source, ["X": "a"]) == .tooLarge)
    }

    @Test func `What a fragment and an ampersand do is told`() throws {
        let recorder = RequestFixture.recorder()
        _ = try RequestFixture.build(
            RequestFixture.request(url: "https://crm.test/?q=[X]#top"), ["X": "a&b=c"], recorder: recorder)
        #expect(RequestFixture.notes(recorder).count == 2)
    }
}
