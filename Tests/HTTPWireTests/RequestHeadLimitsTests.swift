// Each bound of a head one below, at, and one above.

import HTTPWire
import Testing

@Suite struct `The limits of a head` {
    private static let limits = RequestHeadLimits(headerBytes: 64, headerFields: 3, targetBytes: 16)

    private func run(_ text: String) -> HeadOutcome { HeadParsing.run(Array(text.utf8), limits: Self.limits) }

    private func isHead(_ outcome: HeadOutcome) -> Bool {
        if case .head = outcome { return true }
        return false
    }

    @Test(arguments: [(15, true), (16, true), (17, false)])
    func `hold for the target`(_ count: Int, _ fits: Bool) {
        let target = "/" + String(repeating: "a", count: count - 1)
        let outcome = run("GET \(target) HTTP/1.1\r\nHost: h\r\n\r\n")
        if fits { #expect(isHead(outcome)) } else { #expect(outcome == .fault(.uriTooLong(limit: 16))) }
    }

    @Test func `hold for a target that never ends`() {
        #expect(run("GET /" + String(repeating: "a", count: 16)) == .fault(.uriTooLong(limit: 16)))
    }

    @Test(arguments: [(63, true), (64, true), (65, false)])
    func `hold for the header section`(_ count: Int, _ fits: Bool) {
        // "Host: h" and its line end are 9 bytes, "X: " and its line end 5.
        let outcome = run("GET / HTTP/1.1\r\nHost: h\r\nX: " + String(repeating: "v", count: count - 14) + "\r\n\r\n")
        if fits { #expect(isHead(outcome)) } else { #expect(outcome == .fault(.headersTooLarge(limit: 64))) }
    }

    @Test(arguments: ["X", "X: ", "X: a\r\nX: "])
    func `hold for a field line that never ends`(_ start: String) {
        let text = "GET / HTTP/1.1\r\n" + start + String(repeating: "v", count: 64)
        #expect(run(text) == .fault(.headersTooLarge(limit: 64)))
    }

    @Test(arguments: [(2, true), (3, true), (4, false)])
    func `hold for the number of fields`(_ count: Int, _ fits: Bool) {
        let fields = String(repeating: "X: y\r\n", count: count - 1)
        let outcome = run("GET / HTTP/1.1\r\nHost: h\r\n\(fields)\r\n")
        if fits { #expect(isHead(outcome)) } else { #expect(outcome == .fault(.tooManyHeaders(limit: 3))) }
    }

    @Test(arguments: [(31, true), (32, true), (33, false)])
    func `hold for the method`(_ count: Int, _ fits: Bool) {
        let outcome = run(String(repeating: "M", count: count) + " / HTTP/1.1\r\nHost: h\r\n\r\n")
        if fits { #expect(isHead(outcome)) } else { #expect(outcome == .fault(.unknownMethod)) }
    }

    @Test(arguments: [(3, true), (4, true), (5, false)])
    func `hold for empty lines before a request`(_ count: Int, _ fits: Bool) {
        let outcome = run(String(repeating: "\r\n", count: count) + "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        if fits { #expect(isHead(outcome)) } else { #expect(outcome == .fault(.badRequest(.requestLine))) }
    }

    @Test func `hold at their true sizes`() {
        let long = RequestHeadLimits(headerBytes: 32_768, headerFields: 100, targetBytes: 8_192)
        let target = "/" + String(repeating: "a", count: 8_191)
        let value = String(repeating: "v", count: 32_768 - 14)
        let fitting = Array("GET \(target) HTTP/1.1\r\nHost: h\r\nX: \(value)\r\n\r\n".utf8)
        #expect(isHead(HeadParsing.run(fitting, limits: long)))
    }
}
