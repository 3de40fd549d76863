// What is a request head and what is not (RFC 9112 §2 to §6, RFC 9110 §5).

import HTTPWire
import Testing

/// One row: what is sent, what must come of it, why.
struct HeadCase: Sendable, CustomTestStringConvertible {
    let bytes: [UInt8]
    let expected: HeadOutcome
    let why: String

    init(_ text: String, _ expected: String, consumed: Int? = nil, _ why: String) {
        bytes = Array(text.utf8)
        self.expected = .head(expected, consumed: consumed ?? bytes.count)
        self.why = why
    }

    init(_ text: String, fault: HTTPFault, _ why: String) {
        self.init(Array(text.utf8), fault: fault, why)
    }

    init(_ bytes: [UInt8], fault: HTTPFault, _ why: String) {
        self.bytes = bytes
        expected = .fault(fault)
        self.why = why
    }

    init(_ text: String, flaw: HTTPFault.Flaw, _ why: String) {
        self.init(text, fault: .badRequest(flaw), why)
    }

    var testDescription: String { why }
}

/// A request with these lines between the request line and the empty one.
private func get(_ lines: String...) -> String {
    "GET / HTTP/1.1\r\nHost: h\r\n" + lines.map { $0 + "\r\n" }.joined() + "\r\n"
}

@Suite struct `A request head` {
    static let accepted: [HeadCase] = [
        HeadCase("GET / HTTP/1.1\r\nHost: h\r\n\r\n", "GET / @h keep", "the smallest request"),
        HeadCase("GET /a?b=c HTTP/1.1\r\nHost: h:8080\r\n\r\n", "GET /a ?b=c @h:8080 keep", "path and query"),
        HeadCase("GET /? HTTP/1.1\r\nHost: h\r\n\r\n", "GET / ? @h keep", "an empty query is one"),
        HeadCase("GET /?a?b HTTP/1.1\r\nHost: h\r\n\r\n", "GET / ?a?b @h keep", "only the first ? divides"),
        HeadCase("GET // HTTP/1.1\r\nHost: h\r\n\r\n", "GET // @h keep", "empty segments stay"),
        HeadCase(
            "GET /{x}|\"<>^` HTTP/1.1\r\nHost: h\r\n\r\n", "GET /{x}|\"<>^` @h keep", "unescaped ASCII is let through"),
        HeadCase("\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", "GET / @h keep", "empty lines before (RFC 9112 §2.2)"),
        HeadCase("GET / HTTP/1.1\r\nHost: h\r\n\r\nNEXT", "GET / @h keep", consumed: 27, "the next message stays"),
        HeadCase("GET / HTTP/1.1\r\nhOsT:\t h \t\r\n\r\n", "GET / @h keep", "names without case, values trimmed"),
        HeadCase("GET / HTTP/1.1\r\nHost:\r\n\r\n", "GET / @ keep", "an empty Host is what a client without one sends"),
        HeadCase("GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", "GET / @[::1]:80 keep", "an IPv6 host"),
        HeadCase("GET / HTTP/1.7\r\nHost: h\r\n\r\n", "GET / @h keep", "a higher minor version is 1.1"),
        HeadCase("GET / HTTP/1.0\r\n\r\n", "GET / 1.0 close", "HTTP/1.0 needs no Host"),
        HeadCase("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "GET / 1.0 keep", "HTTP/1.0 may ask to stay"),
        HeadCase(get("Connection: close"), "GET / @h close", "close"),
        HeadCase(get("Connection: x, CLOSE ,y"), "GET / @h close", "close within a list, without case"),
        HeadCase(get("Connection: keep-alive", "Connection: close"), "GET / @h close", "close wins"),
        HeadCase(get("Connection: closed"), "GET / @h keep", "a longer token is another"),
        HeadCase(get("X:"), "GET / @h keep", "an empty value"),
        HeadCase(get("X: \u{80}é"), "GET / @h keep", "obs-text in a value"),
        HeadCase(get("!#$%&'*+-.^_`|~1aZ: x"), "GET / @h keep", "every token byte in a name"),
        HeadCase(get("Content-Length: 5"), "GET / @h length=5 keep", "a length"),
        HeadCase(get("Content-Length: 0"), "GET / @h keep", "no body"),
        HeadCase(get("Content-Length: 0005"), "GET / @h length=5 keep", "leading zeros are digits"),
        HeadCase(
            get("Content-Length: 99999999999999999999999"), "GET / @h length=18446744073709551615 keep",
            "a number beyond 64 bits is still too large, not small"),
        HeadCase(get("Transfer-Encoding: chunked"), "GET / @h chunked keep", "chunked"),
        HeadCase(get("transfer-encoding: \tChunked "), "GET / @h chunked keep", "without case, trimmed"),
        HeadCase(get("Expect: 100-Continue"), "GET / @h keep continue", "an expectation"),
        HeadCase(get("Expect: x", "Expect: 100-continue"), "GET / @h keep expect?", "one unknown expectation of two"),
        HeadCase(get("Expect: 200-ok"), "GET / @h keep expect?", "an unknown expectation"),
        HeadCase("GET / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n", "GET / 1.0 close", "HTTP/1.0 cannot expect"),
        HeadCase("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", "OPTIONS * @h asterisk keep", "asterisk-form"),
        HeadCase(
            "GET http://other:1/p?q HTTP/1.1\r\nHost: h\r\n\r\n", "GET /p ?q @other:1 absolute keep",
            "absolute-form: its authority replaces Host (RFC 9112 §3.2.2)"),
        HeadCase("GET HTTPS://o HTTP/1.1\r\nHost: h\r\n\r\n", "GET / @o absolute keep", "no path means the root"),
        HeadCase("GET http://o?q HTTP/1.1\r\nHost: h\r\n\r\n", "GET / ?q @o absolute keep", "a query without a path"),
        HeadCase("CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n", "CONNECT / @h:1 authority-form keep", "authority-form"),
        HeadCase("get / HTTP/1.1\r\nHost: h\r\n\r\n", "get / @h keep", "methods have case: this one is unknown"),
    ]

    @Test(arguments: accepted) func `is read as RFC 9112 says`(_ row: HeadCase) {
        #expect(HeadParsing.run(row.bytes) == row.expected)
    }

    static let refused: [HeadCase] = [
        // The request line.
        HeadCase("\nGET / HTTP/1.1\r\n", flaw: .lineBreak, "a bare LF before the request"),
        HeadCase("\rGET / HTTP/1.1\r\n", flaw: .lineBreak, "a bare CR before the request"),
        HeadCase("\r\n\r\n\r\n\r\n\r\n", flaw: .requestLine, "empty lines without end"),
        HeadCase(" GET / HTTP/1.1\r\n", flaw: .method, "a space before the method"),
        HeadCase("G@T / HTTP/1.1\r\n", flaw: .method, "a method that is no token"),
        HeadCase("GET\t/ HTTP/1.1\r\n", flaw: .method, "a tab for a space"),
        HeadCase("GET\r\n", flaw: .method, "a method alone"),
        HeadCase([0x16, 0x03, 0x01, 0x02, 0x00], fault: .badRequest(.method), "TLS on a plain port"),
        HeadCase("GET  / HTTP/1.1\r\n", flaw: .requestLine, "two spaces"),
        HeadCase("GET /\r\n", flaw: .requestLine, "HTTP/0.9"),
        HeadCase("GET / \r\n", flaw: .version, "no version"),
        HeadCase("GET /  HTTP/1.1\r\n", flaw: .version, "two spaces before the version"),
        HeadCase("GET /a b HTTP/1.1\r\n", flaw: .version, "a space in the target"),
        HeadCase("GET /\u{0} HTTP/1.1\r\n", flaw: .target, "NUL in the target"),
        HeadCase("GET /\u{1f} HTTP/1.1\r\n", flaw: .target, "a control in the target"),
        HeadCase("GET /\u{7f} HTTP/1.1\r\n", flaw: .target, "DEL in the target"),
        HeadCase("GET /é HTTP/1.1\r\n", flaw: .target, "a byte above ASCII in the target"),
        HeadCase("GET /#f HTTP/1.1\r\n", flaw: .target, "a fragment is never sent"),
        HeadCase("GET /a\tb HTTP/1.1\r\n", flaw: .target, "a tab in the target"),
        HeadCase("GET / HTTP/1.1 \r\n", flaw: .version, "a space behind the version"),
        HeadCase("GET / HTTP/1.10\r\n", flaw: .version, "two minor digits"),
        HeadCase("GET / HTTP/11\r\n", flaw: .version, "no dot"),
        HeadCase("GET / HTTP/1,1\r\n", flaw: .version, "a comma"),
        HeadCase("GET / HTTP/1.\r\n", flaw: .version, "no minor version"),
        HeadCase("GET / HTTP/x.1\r\n", flaw: .version, "a letter"),
        HeadCase("GET / http/1.1\r\n", flaw: .version, "the name has case"),
        HeadCase("GET / HTTPS/1.1\r\n", flaw: .version, "another protocol"),
        HeadCase("GET / HTTP/1.1\n", flaw: .lineBreak, "a bare LF ends the request line"),
        HeadCase("GET / HTTP/1.1\rX", flaw: .lineBreak, "a bare CR ends the request line"),
        HeadCase("GET / HTTP/2.0\r\n", fault: .versionNotSupported, "HTTP/2 by the wrong name"),
        HeadCase("PRI * HTTP/2.0\r\n", fault: .versionNotSupported, "the HTTP/2 preface"),
        HeadCase("GET / HTTP/0.9\r\n", fault: .versionNotSupported, "HTTP/0.9 by name"),
        HeadCase(String(repeating: "A", count: 33) + " / HTTP/1.1\r\n", fault: .unknownMethod, "a long method"),
        // The target's form.
        HeadCase("GET * HTTP/1.1\r\n", flaw: .targetForm, "asterisk-form is for OPTIONS"),
        HeadCase("OPTIONS ** HTTP/1.1\r\n", flaw: .targetForm, "two asterisks"),
        HeadCase("GET a HTTP/1.1\r\n", flaw: .targetForm, "a path without its slash"),
        HeadCase("GET ftp://h/ HTTP/1.1\r\n", flaw: .targetForm, "another scheme"),
        HeadCase("GET http:/h/ HTTP/1.1\r\n", flaw: .targetForm, "half a scheme"),
        HeadCase("GET h:80 HTTP/1.1\r\n", flaw: .targetForm, "authority-form is for CONNECT"),
        HeadCase("GET http://u@h/ HTTP/1.1\r\n", flaw: .authority, "user information"),
        HeadCase("GET http:///p HTTP/1.1\r\n", flaw: .authority, "no host"),
        HeadCase("GET http://h:99999/ HTTP/1.1\r\n", flaw: .authority, "a port beyond 65535"),
        HeadCase("CONNECT /p HTTP/1.1\r\n", flaw: .authority, "CONNECT to a path"),
        // Field lines.
        HeadCase("GET / HTTP/1.1\r\n Host: h\r\n", flaw: .foldedField, "white space before the first field"),
        HeadCase("GET / HTTP/1.1\r\nHost: h\r\n\tx\r\n", flaw: .foldedField, "obs-fold with a tab"),
        HeadCase("GET / HTTP/1.1\r\nHost: h\r\n x\r\n", flaw: .foldedField, "obs-fold with a space"),
        HeadCase("GET / HTTP/1.1\r\nHost : h\r\n", flaw: .fieldName, "a space before the colon"),
        HeadCase("GET / HTTP/1.1\r\nHost\t: h\r\n", flaw: .fieldName, "a tab before the colon"),
        HeadCase("GET / HTTP/1.1\r\n: h\r\n", flaw: .fieldName, "no name"),
        HeadCase("GET / HTTP/1.1\r\nHost\r\n", flaw: .fieldName, "no colon"),
        HeadCase("GET / HTTP/1.1\r\nHo(st: h\r\n", flaw: .fieldName, "a name that is no token"),
        HeadCase("GET / HTTP/1.1\r\nHöst: h\r\n", flaw: .fieldName, "a name above ASCII"),
        HeadCase("GET / HTTP/1.1\r\nX: a\u{0}b\r\n", flaw: .controlByte, "NUL in a value"),
        HeadCase("GET / HTTP/1.1\r\nX: a\u{1b}b\r\n", flaw: .controlByte, "ESC in a value"),
        HeadCase("GET / HTTP/1.1\r\nX: a\u{7f}b\r\n", flaw: .controlByte, "DEL in a value"),
        HeadCase("GET / HTTP/1.1\r\nX\u{0}: a\r\n", flaw: .controlByte, "NUL in a name"),
        HeadCase("GET / HTTP/1.1\r\nX: a\rb\r\n", flaw: .lineBreak, "a bare CR in a value"),
        HeadCase("GET / HTTP/1.1\r\nX: a\nY: b\r\n", flaw: .lineBreak, "a bare LF between fields"),
        HeadCase("GET / HTTP/1.1\r\n\n", flaw: .lineBreak, "a bare LF ends the section"),
        HeadCase("GET / HTTP/1.1\r\nHost: h\r\n\rX", flaw: .lineBreak, "a bare CR ends the section"),
        HeadCase("GET / HTTP/1.1\r\nHost: h\r\n\r\r\n", flaw: .lineBreak, "two CR"),
        // Host.
        HeadCase("GET / HTTP/1.1\r\n\r\n", flaw: .hostMissing, "no Host"),
        HeadCase(get("Host: h"), flaw: .hostRepeated, "two Host fields, even equal ones"),
        HeadCase("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", flaw: .hostRepeated, "two Host fields in HTTP/1.0"),
        HeadCase("GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", flaw: .hostMalformed, "a list of hosts"),
        HeadCase("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", flaw: .hostMalformed, "a path in Host"),
        HeadCase("GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", flaw: .hostMalformed, "user information in Host"),
        HeadCase("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", flaw: .hostMalformed, "a space in Host"),
        HeadCase("GET / HTTP/1.1\r\nHost: a:b\r\n\r\n", flaw: .hostMalformed, "a port of letters"),
        HeadCase("GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n", flaw: .hostMalformed, "a port beyond 65535"),
        HeadCase("GET / HTTP/1.1\r\nHost: :80\r\n\r\n", flaw: .hostMalformed, "a port alone"),
        HeadCase("GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", flaw: .hostMalformed, "half a bracket"),
        HeadCase("GET / HTTP/1.1\r\nHost: [::1]x\r\n\r\n", flaw: .hostMalformed, "text behind the bracket"),
    ]

    @Test(arguments: refused) func `is refused when it has no single meaning`(_ row: HeadCase) {
        #expect(HeadParsing.run(row.bytes) == row.expected)
    }

    static let smuggling: [HeadCase] = [
        HeadCase(get("Content-Length: 5", "Transfer-Encoding: chunked"), flaw: .lengthAndCoding, "both lengths"),
        HeadCase(get("Transfer-Encoding: chunked", "Content-Length: 0"), flaw: .lengthAndCoding, "both, other order"),
        HeadCase(get("Content-Length: 5", "Content-Length: 5"), flaw: .lengthRepeated, "two equal lengths"),
        HeadCase(get("Content-Length: 5", "Content-Length: 6"), flaw: .lengthRepeated, "two lengths"),
        HeadCase(get("Content-Length: 5, 5"), flaw: .lengthMalformed, "a list of lengths"),
        HeadCase(get("Content-Length: +5"), flaw: .lengthMalformed, "a sign"),
        HeadCase(get("Content-Length: -5"), flaw: .lengthMalformed, "a negative length"),
        HeadCase(get("Content-Length: 5 5"), flaw: .lengthMalformed, "a space within"),
        HeadCase(get("Content-Length: 0x5"), flaw: .lengthMalformed, "hexadecimal"),
        HeadCase(get("Content-Length: 5.0"), flaw: .lengthMalformed, "a fraction"),
        HeadCase(get("Content-Length: 5;"), flaw: .lengthMalformed, "a parameter"),
        HeadCase(get("Content-Length: \"5\""), flaw: .lengthMalformed, "quotes"),
        HeadCase(get("Content-Length: ٥"), flaw: .lengthMalformed, "an Arabic digit"),
        HeadCase(get("Content-Length:"), flaw: .lengthMalformed, "no length"),
        HeadCase(get("Content-Length : 5"), flaw: .fieldName, "a space before the colon"),
        HeadCase(get("Transfer-Encoding : chunked"), flaw: .fieldName, "a space before the colon"),
        HeadCase(get("Transfer-Encoding: chunked", " x"), flaw: .foldedField, "a folded coding"),
        HeadCase(get("Transfer-Encoding:\u{b}chunked"), flaw: .controlByte, "a vertical tab before the coding"),
        HeadCase(get("Transfer-Encoding: chunked, chunked"), flaw: .codingMalformed, "chunked twice"),
        HeadCase(get("Transfer-Encoding: chunked", "Transfer-Encoding: chunked"), flaw: .codingMalformed, "two fields"),
        HeadCase(get("Transfer-Encoding: chunked, gzip"), flaw: .codingMalformed, "chunked is not the last"),
        HeadCase(get("Transfer-Encoding: chunked", "Transfer-Encoding: x"), flaw: .codingMalformed, "the same in two"),
        HeadCase(get("Transfer-Encoding: chunked;a=b"), flaw: .codingMalformed, "chunked has no parameters"),
        HeadCase(get("Transfer-Encoding: \"chunked\""), flaw: .codingMalformed, "quotes"),
        HeadCase(get("Transfer-Encoding: chunked x"), flaw: .codingMalformed, "two words"),
        HeadCase(get("Transfer-Encoding: ,chunked"), flaw: .codingMalformed, "an empty member before"),
        HeadCase(get("Transfer-Encoding: chunked,"), flaw: .codingMalformed, "an empty member behind"),
        HeadCase(get("Transfer-Encoding:"), flaw: .codingMalformed, "no coding"),
        HeadCase(get("Transfer-Encoding: xchunked"), fault: .unknownTransferCoding, "another coding"),
        HeadCase(get("Transfer-Encoding: gzip"), fault: .unknownTransferCoding, "gzip"),
        HeadCase(get("Transfer-Encoding: gzip, chunked"), fault: .unknownTransferCoding, "gzip, then chunked"),
        HeadCase(get("Transfer-Encoding: x;q=1, chunked"), fault: .unknownTransferCoding, "a coding with a parameter"),
        HeadCase(get("Transfer-Encoding: identity"), fault: .unknownTransferCoding, "identity is no coding any more"),
        HeadCase(
            "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", flaw: .codingInOldVersion, "chunked in HTTP/1.0"),
        HeadCase(
            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: identity\r\n\r\n",
            flaw: .lengthAndCoding, "a length and any coding"),
    ]

    @Test(arguments: smuggling) func `cannot smuggle a second request`(_ row: HeadCase) {
        #expect(HeadParsing.run(row.bytes) == row.expected)
    }

    @Test(arguments: ["", "\r", "\r\n", "G", "GET / HTTP/1.1\r\nHost: h\r\n", "GET / HTTP/1.1\r\nHost: h\r\n\r"])
    func `is waited for until it is complete`(_ text: String) {
        #expect(HeadParsing.run(text) == .needMore)
    }

    @Test func `gives its fields by name, in order, without case`() throws {
        let text = get("X-A: 1", "x-b:  two words\t", "x-a: 3", "X-C:")
        var parser = RequestHeadParser(limits: HeadParsing.limits)
        guard case .head(let head, _) = parser.parse(Array(text.utf8).span) else {
            Issue.record("not parsed")
            return
        }
        #expect(head.field("x-a") == "1")
        #expect(head.fields("X-A") == ["1", "3"])
        #expect(head.field("x-b") == "two words")
        #expect(head.field("x-c")?.isEmpty == true)
        #expect(head.field("x-d") == nil)
        #expect(head.fieldCount == 5)
        #expect(head.hasField("host") && !head.hasField("hos"))
    }

    @Test func `leaves the parser ready for the next one`() {
        let bytes = Array((get("A: b") + "POST /2 HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx").utf8)
        var parser = RequestHeadParser(limits: HeadParsing.limits)
        guard case .head(_, let consumed) = parser.parse(bytes.span) else {
            Issue.record("not parsed")
            return
        }
        #expect(!parser.hasBegun)
        let second = HeadOutcome(parser.parse(bytes.span.extracting(consumed...)))
        #expect(second == .head("POST /2 @h length=1 keep", consumed: bytes.count - consumed - 1))
    }

    @Test func `tells its request line even when a field is at fault`() {
        let bytes = Array("GET /v1/cid/1?key=x HTTP/1.1\r\nHost : h\r\n\r\n".utf8)
        var parser = RequestHeadParser(limits: HeadParsing.limits)
        #expect(HeadOutcome(parser.parse(bytes.span)) == .fault(.badRequest(.fieldName)))
        let line = parser.requestLine(in: bytes.span)
        #expect(line?.method == .get && line?.path == "/v1/cid/1" && line?.query == "key=x")
        #expect(parser.requestLine(in: bytes.span.extracting(0..<4)) == nil)
    }
}
