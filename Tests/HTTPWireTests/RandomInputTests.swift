// Random heads and chunked bodies, made of the pieces that matter: whatever comes of them must not depend on how they
// are cut, and nothing may trap.

import HTTPWire
import Testing

@Suite struct `Random input` {
    private static let pieces = [
        "GET", "POST", "OPTIONS", " ", "  ", "/", "/a", "*", "http://h", "?", "a=b", "%20", " HTTP/1.1", " HTTP/1.0",
        "HTTP/1.1", "\r\n", "\r\n\r\n", "\r", "\n", "Host: h", "Host:", "Content-Length: 5", "Content-Length:",
        "Transfer-Encoding: chunked", "Transfer-Encoding:", "Connection: close", "Expect: 100-continue", ":", ",", "\t",
        "\u{0}", "é", "5", "x", "chunked", ";", "\"", "#", "0", "ffffffffffffffff",
    ]
    private static let seed: UInt64 = 9_112

    @Test func `as a head comes to the same however it is cut`() {
        var generator = SeededGenerator(seed: Self.seed)
        let limits = RequestHeadLimits(headerBytes: 120, headerFields: 4, targetBytes: 12)
        for _ in 0..<1_500 {
            var text = Bool.random(using: &generator) ? "GET / HTTP/1.1\r\nHost: h\r\n" : ""
            for _ in 0..<Int.random(in: 0...12, using: &generator) {
                text += Self.pieces.randomElement(using: &generator) ?? ""
            }
            _ = HeadParsing.run(Array(text.utf8), limits: limits)
        }
    }

    @Test func `that is a head with one byte changed is read or refused`() {
        var generator = SeededGenerator(seed: Self.seed)
        let good = Array(
            "POST /v1/lookup/+1?a=b HTTP/1.1\r\nHost: h:80\r\nContent-Length: 12\r\nConnection: close\r\n\r\n".utf8)
        for index in good.indices {
            var bytes = good
            bytes[index] = UInt8.random(in: 0...255, using: &generator)
            _ = HeadParsing.run(bytes)
        }
    }

    @Test func `as a chunked body comes to the same however it is cut`() {
        var generator = SeededGenerator(seed: Self.seed)
        let pieces = [
            "5", "\r\n", "hello", "0", "0\r\n\r\n", ";a=b", ";", "\"", "A: b", ":", " ", "\n", "ff", "x\r\n", "\u{0}",
        ]
        for _ in 0..<3_000 {
            var text = Bool.random(using: &generator) ? "5\r\nhello\r\n" : ""
            for _ in 0..<Int.random(in: 0...10, using: &generator) {
                text += pieces.randomElement(using: &generator) ?? ""
            }
            let bytes = Array(text.utf8)
            let whole = Self.decode([0..<bytes.count], bytes)
            #expect(Self.decode(bytes.indices.map { $0..<$0 + 1 }, bytes) == whole, "\(text.debugDescription)")
            let split = Int.random(in: 0...bytes.count, using: &generator)
            #expect(Self.decode([0..<split, split..<bytes.count], bytes) == whole, "\(text.debugDescription)")
        }
    }

    private static func decode(_ pieces: [Range<Int>], _ bytes: [UInt8]) -> String {
        var decoder = ChunkedBodyDecoder(bodyBytesMax: 20)
        var body: [UInt8] = []
        for piece in pieces {
            switch decoder.decode(bytes.span.extracting(piece), into: &body) {
            case .needMore: continue
            case .complete(let consumed): return "\(body) \(piece.lowerBound + consumed)"
            case .fault(let fault): return "\(fault)"
            }
        }
        return "need more \(body)"
    }
}
