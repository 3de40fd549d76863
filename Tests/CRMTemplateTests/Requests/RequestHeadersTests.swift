import CRMTemplate
import Testing

@Suite struct RequestHeadersTests {
    private static func headers(
        _ headers: [RequestTemplate.Header], _ values: [String: String] = [:],
        credentials: RequestCredentials = .none, limits: RequestLimits = .standard
    ) throws(RequestError) -> [String] {
        try RequestFixture.build(
            RequestFixture.request(headers: headers), values, credentials: credentials, limits: limits
        ).headers.map { "\($0.name): \($0.value.text)" }
    }

    private static func kind(_ name: String, _ value: String, _ values: [String: String] = [:]) -> RequestError.Kind? {
        do {
            _ = try headers([RequestFixture.header(name, value)], values)
            return nil
        } catch {
            return error.kind
        }
    }

    @Test func `Headers are sent in order, empty and skipped ones are not, of two the last is`() throws {
        let sent = try Self.headers(
            [
                RequestFixture.header("X-A", "1"), RequestFixture.header("X-Empty", "[Unknown]"),
                RequestFixture.header("X-B", "[X]"), RequestFixture.header("X-Skipped", "1", skipIf: "[X]==v"),
                RequestFixture.header("x-a", "2"), RequestFixture.header("X-Blank", "  "),
            ], ["X": "v"])
        #expect(sent == ["x-a: 2", "X-B: v"])
    }

    @Test(arguments: [
        ("a\r\nX-Evil: 1"), ("a\nb"), ("a\rb"), ("a\0b"), ("\n"), ("a\n"), ("\u{1}"), ("\u{7F}"), ("\u{85}"),
        ("a\u{9F}b"), ("\r\na"),
    ])
    func `No value breaks a header in two`(value: String) {
        #expect(Self.kind("X-A", "[X]", ["X": value]) == .header)
        #expect(Self.kind("X-A", "b[P]", ["P": value]) == .header)
        #expect(Self.kind("X-A", "[U]", ["U": value]) == .header)
        #expect(Self.kind("Authorization", "Bearer [K]", ["K": value]) == .header)
    }

    @Test(arguments: ["", " ", "X A", "X:", "X-A\r\n", "X\nY", "X\0", "Ünï", "X(", "\"X\"", "X\tY", "X/Y", ":x"])
    func `A name is a token`(name: String) {
        #expect(Self.kind(name, "1") == .header)
        let credentials = RequestCredentials(headers: [
            TemplateRequest.Header(name, EvaluatedText("1", .authentication))
        ])
        #expect(throws: RequestError.self) { try Self.headers([], credentials: credentials) }
    }

    @Test(arguments: [
        ("\n      [P]\n    ", "v", "X-A: v"), ("  [P]\t", "v", "X-A: v"), ("[P]", " v ", "X-A: v"),
        ("a [P] b", "", "X-A: a  b"), ("[P]", "\t\u{20AC}é", "X-A: \u{20AC}é"), ("a\tb", "", "X-A: a\tb"),
    ])
    func `White space at the ends is no part of a value`(source: String, value: String, expected: String) throws {
        #expect(try Self.headers([RequestFixture.header("X-A", source)], ["P": value]) == [expected])
    }

    @Test(arguments: [
        "Host", "host", "Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive", "Upgrade", "TE", "Trailer",
        "Expect", "Proxy-Connection",
    ])
    func `What belongs to the connection is not sent, and told`(name: String) throws {
        let recorder = RequestFixture.recorder()
        let credentials = RequestCredentials(headers: [TemplateRequest.Header(name, EvaluatedText("x", .template))])
        let request = RequestFixture.request(headers: [RequestFixture.header(name, "[X]")])
        let sent = try RequestFixture.build(request, ["X": "evil.test"], credentials: credentials, recorder: recorder)
        #expect(sent.headers.isEmpty)
        #expect(RequestFixture.notes(recorder).count == 2)
    }

    @Test func `Basic is base64 of the UTF-8 value, and a secret`() throws {
        let credentials = RequestCredentials(basic: EvaluatedText("ké:X", .parameter))
        let header = try RequestFixture.build(RequestFixture.request(), credentials: credentials).headers[0]
        #expect(header.name == "Authorization")
        #expect(header.value.text == "Basic a8OpOlg=")
        #expect(header.value.redacted == "Basic <redacted>")
        #expect(header.value.origins.contains(.secret))
    }

    @Test(arguments: [
        // The request's own header, basic, the authentication's header, what is sent.
        ("Token t", "u:p", "Bearer b", ["Authorization: Token t"]), ("", "u:p", "", ["Authorization: Basic dTpw"]),
        ("", "", "Bearer b", ["Authorization: Bearer b"]), ("", "u:p", "Bearer b", ["Authorization: Bearer b"]),
        ("Token t", "", "", ["Authorization: Token t"]), ("", "", "", []),
    ])
    func `The request's own Authorization comes before that of the authentication`(
        own: String, basic: String, bearer: String, expected: [String]
    ) throws {
        let credentials = RequestCredentials(
            basic: basic.isEmpty ? nil : EvaluatedText(basic, .parameter),
            headers: bearer.isEmpty
                ? [] : [TemplateRequest.Header("authorization", EvaluatedText(bearer, .authentication))])
        let sent = try Self.headers([RequestFixture.header("Authorization", own)], credentials: credentials)
        #expect(sent.map { $0.replacing("authorization", with: "Authorization") } == expected)
    }

    @Test(arguments: [
        ("Authorization", "Bearer [P]", "Bearer <redacted>"), ("Authorization", "[P]", "<redacted>"),
        ("Authorization", "AfasToken dG9r", "AfasToken <redacted>"), ("Authorization", "dG9r", "<redacted>"),
        ("X-Api-Key", "[P]", "<redacted>"), ("apikey", "[P]", "<redacted>"), ("X-Auth-Token", "[P]", "<redacted>"),
        ("Cookie", "sid=[P]", "<redacted>"), ("X-Team", "[P]", "value"), ("X-Team", "[K]", "<redacted>"),
    ])
    func `Headers that carry credentials are secrets whatever they were made of`(
        name: String, source: String, shown: String
    ) throws {
        let request = RequestFixture.request(headers: [RequestFixture.header(name, source)])
        let header = try RequestFixture.build(request, ["P": "value", "K": "secret"]).headers[0]
        #expect(header.value.redacted == shown)
        #expect(header.value.origins.contains(.secret) == (shown != "value"))
    }

    @Test func `What an authentication gave is a secret under any name`() throws {
        let credentials = RequestCredentials(headers: [
            TemplateRequest.Header("X-Team", EvaluatedText([.init("a", .template), .init("b", .authentication)]))
        ])
        let header = try RequestFixture.build(RequestFixture.request(), credentials: credentials).headers[0]
        #expect(header.value.text == "ab")
        #expect(!header.value.redacted.contains("a") || header.value.redacted == "<redacted><redacted>")
    }

    @Test(arguments: [7, 8, 9])
    func `A request has a largest number of headers`(count: Int) {
        var limits = RequestLimits.standard
        limits.headers = 8
        let headers = (0..<count).map { RequestFixture.header("X-\($0)", "v") }
        #expect((try? Self.headers(headers, limits: limits)) != nil ? count <= 8 : count > 8)
    }

    @Test(arguments: [7, 8, 9])
    func `A header has a longest value`(count: Int) {
        var limits = RequestLimits.standard
        limits.headerBytes = 8
        let headers = [RequestFixture.header("X-A", "[X][X]" + String(repeating: "a", count: count - 4))]
        #expect((try? Self.headers(headers, ["X": "bb"], limits: limits)) != nil ? count <= 8 : count > 8)
    }

    @Test(arguments: [
        // Method, encoding, RequestContentType, a header, whether there is a body, what is sent.
        (RequestTemplate.Method.post, RequestTemplate.Encoding.json, "", "", true, "application/json"),
        (.post, .urlEncoded, "", "", true, "application/x-www-form-urlencoded"),
        (.post, .urlEncoded, "application/json", "", true, "application/json"),
        (.post, .json, "text/x", "application/vnd.x+json", true, "application/vnd.x+json"),
        (.post, .json, "", "", false, ""), (.get, .json, "application/json", "", true, ""),
        (.get, .json, "", "text/y", true, "text/y"), (.put, .json, "", "", true, "application/json"),
        (.patch, .json, "", "", true, "application/json"), (.delete, .json, "", "", true, "application/json"),
        (.delete, .json, "", "", false, ""),
    ])
    func `Content-Type is the header's, else RequestContentType, else the encoding's; none without a body`(
        method: RequestTemplate.Method, encoding: RequestTemplate.Encoding, contentType: String, header: String,
        hasBody: Bool, expected: String
    ) throws {
        let request = RequestFixture.request(
            method, encoding: encoding, contentType: contentType,
            headers: [RequestFixture.header("content-type", header)],
            postValues: hasBody ? [RequestFixture.value("a", "b")] : nil)
        let sent = try RequestFixture.build(request)
        #expect(sent.headers.map(\.value.text) == (expected.isEmpty ? [] : [expected]))
        #expect(sent.body.isEmpty == (!hasBody || method == .get))
    }

    @Test(arguments: [
        (RequestTemplate.Method.get, "GET"), (.post, "POST"), (.put, "PUT"), (.patch, "PATCH"), (.delete, "DELETE"),
    ])
    func `Methods pass through`(method: RequestTemplate.Method, name: String) throws {
        #expect(try RequestFixture.build(RequestFixture.request(method)).method == name)
    }

    @Test func `An expression that fails stops the request, and the sentence says which`() {
        let error = #expect(throws: RequestError.self) {
            try Self.headers([RequestFixture.header("X-A", "[Nope(1)]")])
        }
        #expect(error?.failureCode == "expression")
        #expect(error?.message.contains("X-A") == true)
    }
}
