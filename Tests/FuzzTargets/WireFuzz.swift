internal import HTTPWire
internal import TestSupport

/// Requests as they come over a connection: what is read does not depend on how they are cut, nothing is kept waiting
/// beyond the limits, and what is a request has one meaning.
enum WireFuzz {
    /// Small, so that inputs reach them.
    private static let limits = RequestHeadLimits(headerBytes: 400, headerFields: 8, targetBytes: 80)
    private static let bodyBytesMax = 200
    /// Empty lines, a method, the target, the version, the fields and the line ends between them.
    private static let headBytesMax = 8 + 33 + 1 + 80 + 1 + 10 + 400 + 2

    static func failure(_ bytes: [UInt8]) -> String? {
        var whole = Reader()
        whole.take(bytes)
        var single = Reader()
        for byte in bytes {
            single.take([byte])
            if single.waitsTooLong { return "a head is waited for beyond the limits" }
        }
        guard single.events == whole.events else { return "byte by byte something else is read" }
        var random = SplitMix64(seed: seed(bytes))
        var cut = Reader()
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + Int.random(in: 1...64, using: &random))
            cut.take(Array(bytes[start..<end]))
            start = end
        }
        guard cut.events == whole.events else { return "cut at random something else is read" }
        return whole.failure
    }

    /// The same cuts for the same input, so that a failure can be had again.
    static func seed(_ bytes: [UInt8]) -> UInt64 {
        bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }

    private enum Event: Equatable {
        case head([UInt8], String)
        case body([UInt8])
        case fault(HTTPFault)
    }

    private enum Stage {
        case head
        case length(Int)
        case chunked(ChunkedBodyDecoder)
        case ended
    }

    /// What a connection does with what comes.
    private struct Reader {
        private(set) var events: [Event] = []
        private(set) var failure: String?
        private var parser = RequestHeadParser(limits: WireFuzz.limits)
        private var stage = Stage.head
        private var input: [UInt8] = []
        private var body: [UInt8] = []

        var waitsTooLong: Bool {
            if case .head = stage { return input.count > WireFuzz.headBytesMax }
            return false
        }

        mutating func take(_ bytes: [UInt8]) {
            input += bytes
            while step() {}
        }

        /// False when more is needed, or nothing more can come.
        private mutating func step() -> Bool {
            // The bytes are lent to what changes the rest of this.
            let input = input
            switch stage {
            case .ended:
                self.input = []
                return false
            case .head:
                guard !input.isEmpty else { return false }
                switch parser.parse(input.span) {
                case .needMore: return false
                case .fault(let fault):
                    // What is told of a broken request depends on how much of it was there; only that it can be told.
                    _ = parser.requestLine(in: input.span)
                    _ = parser.methodRead
                    end(.fault(fault))
                case .head(let head, let consumed): begin(head, consumed)
                }
            case .length(let remaining):
                guard !input.isEmpty else { return false }
                let count = min(remaining, input.count)
                body += input[..<count]
                self.input.removeFirst(count)
                if count == remaining { finish() } else { stage = .length(remaining - count) }
            case .chunked(var decoder):
                guard !input.isEmpty else { return false }
                switch decoder.decode(input.span, into: &body) {
                case .needMore:
                    self.input = []
                    stage = .chunked(decoder)
                    if body.count > WireFuzz.bodyBytesMax { failure = "a body grows beyond its limit" }
                    return false
                case .complete(let consumed):
                    self.input.removeFirst(consumed)
                    finish()
                case .fault(let fault): end(.fault(fault))
                }
            }
            return true
        }

        private mutating func begin(_ head: RequestHead, _ consumed: Int) {
            failure = failure ?? WireFuzz.failure(of: head)
            if head.bytes != Array(input[..<consumed]) { failure = "a head keeps other bytes than came" }
            input.removeFirst(consumed)
            events.append(.head(head.bytes, WireFuzz.describe(head)))
            switch head.framing {
            case .none: finish()
            case .length(let length):
                // The server refuses these before it reads on.
                guard length <= UInt64(WireFuzz.bodyBytesMax) else {
                    return end(.fault(.payloadTooLarge(limit: WireFuzz.bodyBytesMax)))
                }
                stage = .length(Int(length))
            case .chunked: stage = .chunked(ChunkedBodyDecoder(bodyBytesMax: WireFuzz.bodyBytesMax))
            }
        }

        private mutating func finish() {
            if body.count > WireFuzz.bodyBytesMax { failure = "a body is larger than its limit" }
            events.append(.body(body))
            body = []
            stage = .head
        }

        private mutating func end(_ event: Event) {
            events.append(event)
            stage = .ended
            input = []
        }
    }

    private static func describe(_ head: RequestHead) -> String {
        "\(head.method) \(head.path) \(head.rawQuery ?? "-") \(head.form) \(head.minorVersion) \(head.authority ?? "-") "
            + "\(head.framing) \(head.keepsAlive) \(head.expectation) \(head.fieldCount) \(head.namesHTTPS)"
    }

    /// What every head has to be, read again with the simplest means.
    private static func failure(of head: RequestHead) -> String? {
        let bytes = head.bytes
        for index in bytes.indices {
            switch bytes[index] {
            case 0x0d: if index + 1 == bytes.count || bytes[index + 1] != 0x0a { return "a head holds a bare CR" }
            case 0x0a: if index == 0 || bytes[index - 1] != 0x0d { return "a head holds a bare LF" }
            case 0x09, 0x20...0x7e, 0x80...0xff: break
            case _: return "a head holds a control byte"
            }
        }
        let hosts = head.fields("host")
        if hosts.count > 1 || hosts.isEmpty && head.minorVersion > 0 { return "a request has \(hosts.count) hosts" }
        let lengths = head.fields("content-length")
        let codings = head.fields("transfer-encoding")
        switch head.framing {
        case .chunked:
            if !lengths.isEmpty || head.minorVersion == 0 || codings.map({ $0.lowercased() }) != ["chunked"] {
                return "a body is chunked that is not exactly so"
            }
        case .length(let length):
            if !codings.isEmpty || lengths.count != 1 || UInt64(lengths[0]) != length && length != .max {
                return "a body has another length than its field says"
            }
            if lengths[0].utf8.contains(where: { !ByteClass.isDigit($0) }) { return "a length is no number" }
        case .none:
            if !codings.isEmpty || lengths.contains(where: { UInt64($0) != 0 }) { return "a body is left unread" }
        }
        if let authority = head.authority, !authority.isEmpty, !Authority.isValid(Array(authority.utf8).span) {
            return "an authority is none"
        }
        var again = RequestHeadParser(limits: limits)
        guard case .head(let second, let consumed) = again.parse(bytes.span), consumed == bytes.count,
            describe(second) == describe(head)
        else { return "the same head is read otherwise" }
        return nil
    }
}
