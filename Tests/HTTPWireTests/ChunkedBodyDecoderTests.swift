// The chunked coding (RFC 9112 §7.1): what is a body and what is not.

import HTTPWire
import TestSupport
import Testing

struct ChunkedCase: Sendable, CustomTestStringConvertible {
    let bytes: [UInt8]
    let body: String?
    let fault: HTTPFault?
    let why: String

    init(_ text: String, body: String, _ why: String) {
        bytes = Array(text.utf8)
        self.body = body
        fault = nil
        self.why = why
    }

    init(_ text: String, flaw: HTTPFault.Flaw, _ why: String) { self.init(text, fault: .badRequest(flaw), why) }

    init(_ text: String, fault: HTTPFault, _ why: String) {
        bytes = Array(text.utf8)
        body = nil
        self.fault = fault
        self.why = why
    }

    var testDescription: String { why }
}

@Suite struct `A chunked body` {
    private static let bodyBytesMax = 32

    /// What decoding came to, however it was cut.
    private enum Outcome: Hashable {
        case needMore
        case complete([UInt8], consumed: Int)
        case fault(HTTPFault)
    }

    /// Decodes the pieces one after the other.
    private static func decode(_ pieces: [Range<Int>], of bytes: [UInt8]) -> Outcome {
        var decoder = ChunkedBodyDecoder(bodyBytesMax: bodyBytesMax)
        var body: [UInt8] = []
        for piece in pieces {
            switch decoder.decode(bytes.span.extracting(piece), into: &body) {
            case .needMore: continue
            case .complete(let consumed): return .complete(body, consumed: piece.lowerBound + consumed)
            case .fault(let fault): return .fault(fault)
            }
        }
        return .needMore
    }

    private static func run(_ bytes: [UInt8]) -> Outcome {
        let whole = decode([0..<bytes.count], of: bytes)
        #expect(decode(bytes.indices.map { $0..<$0 + 1 }, of: bytes) == whole, "byte by byte")
        for split in 0...bytes.count {
            #expect(decode([0..<split, split..<bytes.count], of: bytes) == whole, "split at \(split)")
        }
        let guarded = GuardedBytes.with(bytes) { buffer in
            var decoder = ChunkedBodyDecoder(bodyBytesMax: bodyBytesMax)
            var body: [UInt8] = []
            switch decoder.decode(buffer.span, into: &body) {
            case .needMore: return Outcome.needMore
            case .complete(let consumed): return .complete(body, consumed: consumed)
            case .fault(let fault): return .fault(fault)
            }
        }
        #expect(guarded == whole, "against a guard page")
        return whole
    }

    static let accepted: [ChunkedCase] = [
        ChunkedCase("0\r\n\r\n", body: "", "an empty body"),
        ChunkedCase("5\r\nhello\r\n0\r\n\r\n", body: "hello", "one chunk"),
        ChunkedCase("5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n", body: "hello!", "two chunks"),
        ChunkedCase("a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n", body: "01234567890123456789", "both cases"),
        ChunkedCase("0005\r\nhello\r\n000\r\n\r\n", body: "hello", "leading zeros"),
        ChunkedCase("3\r\n\r\n\n\r\n0\r\n\r\n", body: "\r\n\n", "line ends within a chunk are data"),
        ChunkedCase("5;a\r\nhello\r\n0;b=c\r\n\r\n", body: "hello", "extensions"),
        ChunkedCase("5 ; a = \"q\\\";\t\" ;b\r\nhello\r\n0\r\n\r\n", body: "hello", "a quoted extension, white space"),
        ChunkedCase("1\r\nx\r\n0\r\nA: b\r\nC:\r\n\r\n", body: "x", "trailer fields are thrown away"),
        ChunkedCase(
            "20\r\n01234567890123456789012345678901\r\n0\r\n\r\n", body: "01234567890123456789012345678901",
            "at the limit"),
    ]

    @Test(arguments: accepted) func `is decoded`(_ row: ChunkedCase) throws {
        let body = try #require(row.body)
        #expect(Self.run(row.bytes) == .complete(Array(body.utf8), consumed: row.bytes.count))
        #expect(
            Self.run(row.bytes + Array("GET".utf8)) == .complete(Array(body.utf8), consumed: row.bytes.count),
            "and what follows stays")
    }

    static let refused: [ChunkedCase] = [
        ChunkedCase("\r\n", flaw: .chunkSize, "no size"),
        ChunkedCase("g\r\n", flaw: .chunkSize, "no hexadecimal digit"),
        ChunkedCase(" 5\r\n", flaw: .chunkSize, "a space before the size"),
        ChunkedCase("+5\r\n", flaw: .chunkSize, "a sign"),
        ChunkedCase("-5\r\n", flaw: .chunkSize, "a negative size"),
        ChunkedCase("0x5\r\n", flaw: .chunkSize, "a prefix"),
        ChunkedCase("5,\r\n", flaw: .chunkSize, "a comma"),
        ChunkedCase("00000000000000005\r\n", flaw: .chunkSize, "17 digits"),
        ChunkedCase("5\n", flaw: .lineBreak, "a bare LF behind the size"),
        ChunkedCase("5\rx", flaw: .lineBreak, "a bare CR behind the size"),
        ChunkedCase("5 \r\n", flaw: .chunkExtension, "a space behind the size"),
        ChunkedCase("5;\r\n", flaw: .chunkExtension, "an extension without a name"),
        ChunkedCase("5;=a\r\n", flaw: .chunkExtension, "a value without a name"),
        ChunkedCase("5;a=\r\n", flaw: .chunkExtension, "an empty value"),
        ChunkedCase("5;a \r\n", flaw: .chunkExtension, "a space before the line end"),
        ChunkedCase("5;a b\r\n", flaw: .chunkExtension, "two names"),
        ChunkedCase("5;a=\"b\r\n", flaw: .chunkExtension, "a line end within quotes"),
        ChunkedCase("5;a=\"b\\\r\n", flaw: .chunkExtension, "an escaped line end"),
        ChunkedCase("5;a\n", flaw: .chunkExtension, "a bare LF behind an extension"),
        ChunkedCase("5;a\rx", flaw: .lineBreak, "a bare CR behind an extension"),
        ChunkedCase("5;a\u{0}\r\n", flaw: .chunkExtension, "NUL in an extension"),
        ChunkedCase("5\r\nhelloX", flaw: .chunkEnd, "a chunk longer than its size"),
        ChunkedCase("5\r\nhello\n", flaw: .chunkEnd, "a bare LF behind the data"),
        ChunkedCase("5\r\nhello\rx", flaw: .chunkEnd, "a bare CR behind the data"),
        ChunkedCase("5\r\nhell\r\n0\r\n\r\n", flaw: .chunkEnd, "a chunk shorter than its size"),
        ChunkedCase("0\r\n A: b\r\n", flaw: .trailer, "a folded trailer field"),
        ChunkedCase("0\r\nA : b\r\n", flaw: .trailer, "a space before the colon of a trailer field"),
        ChunkedCase("0\r\nA\r\n", flaw: .trailer, "a trailer field without a colon"),
        ChunkedCase("0\r\n: b\r\n", flaw: .trailer, "a trailer field without a name"),
        ChunkedCase("0\r\nA: \u{0}\r\n", flaw: .trailer, "NUL in a trailer field"),
        ChunkedCase("0\r\nA: b\n", flaw: .trailer, "a bare LF behind a trailer field"),
        ChunkedCase("0\r\nA: b\rx", flaw: .lineBreak, "a bare CR behind a trailer field"),
        ChunkedCase("0\r\n\n", flaw: .trailer, "a bare LF ends the body"),
        ChunkedCase("0\r\n\rx", flaw: .lineBreak, "a bare CR ends the body"),
        ChunkedCase("21\r\n", fault: .payloadTooLarge(limit: 32), "one chunk over the limit"),
        ChunkedCase(
            "20\r\n01234567890123456789012345678901\r\n1\r\n", fault: .payloadTooLarge(limit: 32), "the sum over it"),
        ChunkedCase("ffffffffffffffff\r\n", fault: .payloadTooLarge(limit: 32), "the largest size"),
        ChunkedCase("1\r\nx\r\nffffffffffffffff\r\n", fault: .payloadTooLarge(limit: 32), "a sum beyond 64 bits"),
    ]

    @Test(arguments: refused) func `is refused when it is not one`(_ row: ChunkedCase) throws {
        let fault = try #require(row.fault)
        #expect(Self.run(row.bytes) == .fault(fault))
    }

    @Test(arguments: [("5;", -1, true), ("5;", 0, true), ("5;", 1, false)])
    func `may have extensions up to the bound`(_ start: String, _ beyond: Int, _ fits: Bool) {
        // The ';' counts, the line end does not.
        let name = String(repeating: "e", count: ChunkedBodyDecoder.extensionBytesMax - 1 + beyond)
        let outcome = Self.decode(of: start + name + "\r\nhello\r\n0\r\n\r\n")
        #expect(fits ? outcome == nil : outcome == .badRequest(.chunkExtension))
    }

    @Test func `may not have its extensions' bound anew in every chunk`() {
        let name = String(repeating: "e", count: ChunkedBodyDecoder.extensionBytesMax / 2)
        let chunk = "1;\(name)\r\nx\r\n"
        #expect(Self.decode(of: chunk + chunk + "0\r\n\r\n") == .badRequest(.chunkExtension))
    }

    @Test(arguments: [(-1, true), (0, true), (1, false)])
    func `may have trailers up to the bound`(_ beyond: Int, _ fits: Bool) {
        // "A:" and the line end are 4 bytes.
        let value = String(repeating: "v", count: ChunkedBodyDecoder.trailerBytesMax - 4 + beyond)
        let outcome = Self.decode(of: "0\r\nA:\(value)\r\n\r\n")
        #expect(fits ? outcome == nil : outcome == .badRequest(.trailer))
    }

    /// The fault of a body, nil when it is complete.
    private static func decode(of text: String) -> HTTPFault? {
        let bytes = Array(text.utf8)
        switch decode([0..<bytes.count], of: bytes) {
        case .complete: return nil
        case .fault(let fault): return fault
        case .needMore:
            Issue.record("not complete")
            return nil
        }
    }
}
