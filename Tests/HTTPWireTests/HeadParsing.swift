// Runs the head parser every way a network can cut a request, and shows outcomes in a form that can be compared.

import HTTPWire
import TestSupport
import Testing

/// An outcome of the head parser as a comparable value.
enum HeadOutcome: Hashable, CustomStringConvertible {
    case needMore
    case head(String, consumed: Int)
    case fault(HTTPFault)

    init(_ outcome: RequestHeadParser.Outcome) {
        switch outcome {
        case .needMore: self = .needMore
        case .head(let head, let consumed): self = .head(Self.describe(head), consumed: consumed)
        case .fault(let fault): self = .fault(fault)
        }
    }

    var description: String {
        switch self {
        case .needMore: "need more"
        case .head(let text, let consumed): "\(text) [\(consumed)]"
        case .fault(let fault): "\(fault)"
        }
    }

    /// `GET /path ?query @authority 1.1 none keep`, in which only what deviates from the usual is named.
    static func describe(_ head: RequestHead) -> String {
        var parts = [head.method.name, head.path]
        if let query = head.rawQuery { parts.append("?" + query) }
        if let authority = head.authority { parts.append("@" + authority) }
        switch head.form {
        case .origin: break
        case .absolute: parts.append("absolute")
        case .authority: parts.append("authority-form")
        case .asterisk: parts.append("asterisk")
        }
        if head.minorVersion == 0 { parts.append("1.0") }
        switch head.framing {
        case .none: break
        case .length(let length): parts.append("length=\(length)")
        case .chunked: parts.append("chunked")
        }
        parts.append(head.keepsAlive ? "keep" : "close")
        switch head.expectation {
        case .none: break
        case .continuation: parts.append("continue")
        case .unknown: parts.append("expect?")
        }
        return parts.joined(separator: " ")
    }
}

enum HeadParsing {
    static let limits = RequestHeadLimits(headerBytes: 32_768, headerFields: 100, targetBytes: 8_192)

    /// Parses `bytes` whole, byte by byte, split at each offset, and flush against a page that may not be read; all
    /// must come to the same. Long inputs are split at a spread of offsets.
    static func run(
        _ bytes: [UInt8], limits: RequestHeadLimits = limits, sourceLocation: SourceLocation = #_sourceLocation
    ) -> HeadOutcome {
        var parser = RequestHeadParser(limits: limits)
        let whole = HeadOutcome(parser.parse(bytes.span))

        let guarded = GuardedBytes.with(bytes) { buffer in
            var parser = RequestHeadParser(limits: limits)
            return HeadOutcome(parser.parse(buffer.span))
        }
        #expect(guarded == whole, "against a guard page", sourceLocation: sourceLocation)

        var stepwise = RequestHeadParser(limits: limits)
        var outcome = HeadOutcome.needMore
        for count in 0...bytes.count {
            outcome = HeadOutcome(stepwise.parse(bytes.span.extracting(0..<count)))
            if outcome != .needMore { break }
        }
        #expect(outcome == whole, "byte by byte", sourceLocation: sourceLocation)

        let stride = max(1, bytes.count / 600)
        for split in Swift.stride(from: 0, through: bytes.count, by: stride) {
            var parser = RequestHeadParser(limits: limits)
            var outcome = HeadOutcome(parser.parse(bytes.span.extracting(0..<split)))
            if outcome == .needMore { outcome = HeadOutcome(parser.parse(bytes.span)) }
            #expect(outcome == whole, "split at \(split)", sourceLocation: sourceLocation)
        }
        return whole
    }

    static func run(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) -> HeadOutcome {
        run(Array(text.utf8), sourceLocation: sourceLocation)
    }
}
