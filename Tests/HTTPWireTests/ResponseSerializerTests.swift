// What goes onto the wire, and that nothing in it can be taken for the end of a line or of an answer.

import HTTPWire
import TestSupport
import Testing

@Suite struct `An answer` {
    private let dateLine = Array("Date: Fri, 02 Jan 2026 03:04:05 GMT\r\n".utf8)

    private func bytes(
        _ response: HTTPResponse, _ persistence: ResponseFrame.Persistence = .implied, head: Bool = false,
        id: String = "id-1"
    ) -> [UInt8] {
        var output = Array("before".utf8)
        ResponseSerializer.append(
            response, frame: ResponseFrame(persistence: persistence, omitsContent: head), dateLine: dateLine,
            requestID: id, to: &output)
        return Array(output.dropFirst(6))
    }

    private func text(
        _ response: HTTPResponse, _ persistence: ResponseFrame.Persistence = .implied, head: Bool = false
    ) -> String {
        String(decoding: bytes(response, persistence, head: head), as: UTF8.self)
    }

    @Test func `has the fields of the connection and its own`() {
        var response = HTTPResponse(status: .ok, contentType: "text/plain", text: "hello")
        response.add("X-A", "1")
        let expected = """
            HTTP/1.1 200 OK\r
            Date: Fri, 02 Jan 2026 03:04:05 GMT\r
            X-Request-Id: id-1\r
            X-Content-Type-Options: nosniff\r
            Content-Type: text/plain\r
            X-A: 1\r
            Content-Length: 5\r
            \r
            hello
            """
        #expect(text(response) == expected)
    }

    @Test func `says what becomes of the connection`() {
        let response = HTTPResponse(status: .ok)
        #expect(!text(response).contains("Connection"))
        #expect(text(response, .close).contains("\r\nConnection: close\r\n"))
        #expect(text(response, .keepAlive).contains("\r\nConnection: keep-alive\r\n"))
    }

    @Test func `to HEAD has the length but not the content`() {
        let response = HTTPResponse(status: .ok, contentType: "text/plain", text: "hello")
        let sent = text(response, head: true)
        #expect(sent.contains("Content-Length: 5\r\n"))
        #expect(sent.hasSuffix("\r\n\r\n"))
    }

    @Test(arguments: [UInt16(204), 304])
    func `without content has no length either`(_ code: UInt16) {
        let sent = text(HTTPResponse(status: HTTPStatus(code: code), contentType: "text/plain", text: "hello"))
        #expect(!sent.contains("Content-Length") && sent.hasSuffix("\r\n\r\n"))
    }

    @Test(arguments: [
        (UInt16(200), "200 OK"), (299, "299 Unknown"), (418, "418 Unknown"), (505, "505 HTTP Version Not Supported"),
    ])
    func `has a status line for every code`(_ code: UInt16, _ expected: String) {
        #expect(text(HTTPResponse(status: HTTPStatus(code: code))).hasPrefix("HTTP/1.1 \(expected)\r\n"))
    }

    @Test(arguments: [
        "a\r\nX-Evil: 1", "a\nb", "a\rb", "a\u{0}b", "\r\n\r\nHTTP/1.1 200 OK", "a\u{1b}b", "a\u{7f}b",
    ])
    func `cannot be split by a value`(_ value: String) throws {
        var response = HTTPResponse(status: .ok, contentType: "text/plain", text: "x")
        response.add("X-A", value)
        let (parsed, length) = try #require(try TestResponse.parse(bytes(response), toHead: false))
        #expect(parsed.fields.count == 6 && parsed.field("x-evil") == nil)
        #expect(parsed.body == [UInt8(ascii: "x")] && length == bytes(response).count)
        #expect(parsed.field("x-a")?.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f } == true)
    }

    @Test(arguments: [
        "", "X A", "X:A", "X\r\nY", "Xé", "Date", "CONNECTION", "content-length", "Transfer-Encoding", "X-Request-Id",
        "X-Content-Type-Options",
    ])
    func `leaves out names that are malformed or not the handler's`(_ name: String) throws {
        var response = HTTPResponse(status: .ok)
        response.add(name, "evil")
        let (parsed, _) = try #require(try TestResponse.parse(bytes(response), toHead: false))
        #expect(!parsed.fields.contains { $0.value == "evil" })
    }

    @Test func `with random values can be read back`() throws {
        var generator = SeededGenerator(seed: 20_260_102)
        for round in 0..<300 {
            var response = HTTPResponse(status: .ok)
            response.body = (0..<Int.random(in: 0...50, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            let values = (0..<Int.random(in: 0...5, using: &generator)).map { _ in
                String(
                    decoding: (0..<10).map { _ in UInt8.random(in: 0...255, using: &generator) }, as: UTF8.self)
            }
            for value in values { response.add("X-V", value) }
            let (parsed, _) = try #require(
                try TestResponse.parse(bytes(response), toHead: false), "round \(round)")
            #expect(parsed.body == response.body, "round \(round), seed 20260102")
            #expect(parsed.count(of: "x-v") == values.count, "round \(round), seed 20260102")
        }
    }
}

/// SplitMix64, so that a failure can be had again from its seed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }
}
