internal import HTTPClient
internal import HTTPWire
internal import TestSupport

/// Answers as the client takes them from libcurl. Parts: `HEAD` or anything else, lines of heads, the body as it comes.
enum AnswerFuzz {
    private static let limits = BodyLimits(bytesMax: 4_096, expansionMax: 20, expansionFreeBytes: 512)
    private static let headBytesMax = 1_024

    static func failure(_ bytes: [UInt8]) -> String? {
        let parts = FuzzParts(bytes)
        let hasBody = parts[0] != Array("HEAD".utf8)
        let whole = read(parts[1], [parts[2]], hasBody: hasBody)
        guard read(parts[1], parts[2].map { [$0] }, hasBody: hasBody).isSame(as: whole) else {
            return "byte by byte another answer is read"
        }
        var random = SplitMix64(seed: WireFuzz.seed(bytes))
        var pieces: [[UInt8]] = []
        var start = 0
        while start < parts[2].count {
            let end = min(parts[2].count, start + Int.random(in: 1...64, using: &random))
            pieces.append(Array(parts[2][start..<end]))
            start = end
        }
        guard read(parts[1], pieces, hasBody: hasBody).isSame(as: whole) else {
            return "cut at random another answer is read"
        }
        return whole.failure
    }

    private struct Answer: Equatable {
        var status = 0
        var headers: [String] = []
        var body: [UInt8] = []
        var isWhole = false
        var failure: String?
        /// Refused because it expands too far. That is measured against what has come so far, so a text whose beginning is
        /// much denser than its rest may pass whole and not in pieces.
        var expands = false

        func isSame(as other: Answer) -> Bool { expands || other.expands || self == other }
    }

    private static func read(_ head: [UInt8], _ pieces: [[UInt8]], hasBody: Bool) -> Answer {
        var reader = ResponseReader(limits: limits, headBytesMax: headBytesMax, hasBody: hasBody)
        var answer = Answer()
        do {
            for line in head.split(separator: 0x0a, omittingEmptySubsequences: false) {
                let line = Array(line) + [0x0a]
                try line.withUnsafeBytes { try reader.take(head: $0) }
            }
            for piece in pieces where reader.hasFinalHead {
                try piece.withUnsafeBytes { try reader.take(body: $0) }
                // What came out before a fault depends on the pieces, but never exceeds the limit.
                if reader.body.count > limits.bytesMax { answer.failure = "a body is larger than its limit" }
            }
            try reader.finish()
            answer.isWhole = true
        } catch {
            // Which of two faults is found first depends on the pieces.
            if case .body(.expandsTooFar)? = error as? ResponseReader.Fault { answer.expands = true }
            return answer
        }
        answer.status = reader.status
        answer.body = reader.body
        answer.headers = reader.fields.all.map { "\($0.name): \($0.value)" }
        if !(200...599).contains(reader.status) { answer.failure = "an answer without a final status" }
        for header in reader.fields.all
        where header.name.isEmpty || (header.name + header.value).utf8.contains(where: { !ByteClass.isFieldValue($0) })
        {
            answer.failure = "a header holds a control character"
        }
        let coding = reader.firstValue(of: "content-encoding")
        let came = pieces.flatMap { $0 }
        if coding == nil, reader.body != came { answer.failure = "a body is not what came" }
        if came.count * limits.expansionMax < reader.body.count, reader.body.count > limits.expansionFreeBytes {
            answer.failure = "a body grew beyond what its compressed form may"
        }
        return answer
    }
}
