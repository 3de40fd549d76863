// An answer in the making: head lines and pieces of the body in, bounded. A value with one decoder inside; used by the
// client's thread only.

package import HTTPWire

/// Takes what libcurl reads of one answer, interim answers and trailers among it.
package struct ResponseReader {
    /// Why an answer is not taken further.
    package enum Fault: Error, Hashable {
        case headTooLarge(bytesMax: Int)
        case malformedHead(StaticWords)
        /// A body in a coding that the request did not offer.
        case unknownCoding
        case body(BodyFault)
    }

    /// What is wrong with a head, in words of ours.
    package enum StaticWords: String, Hashable, CustomStringConvertible {
        case statusLine = "it does not begin with a status line"
        case control = "a header field has a control character"
        case field = "a header field has no name"
        case lengths = "it has two lengths"
        case switched = "the protocol was switched, which was not asked for"

        /// The words.
        package var description: String { rawValue }
    }

    private enum Stage { case expectsStatus, fields, headEnded }

    private let limits: BodyLimits
    private let headBytesMax: Int
    private let hasBody: Bool
    private var stage = Stage.expectsStatus
    private var headBytes = 0
    private var contentLength: Int?
    private var decoder: GzipDecoder?

    /// Of the newest head, 0 before there is one.
    package private(set) var status = 0
    /// Of the newest head, in order.
    package private(set) var fields = ReceivedFields()
    /// What has come so far, decompressed.
    package private(set) var body: [UInt8] = []

    /// - Parameters:
    ///   - headBytesMax: all head lines together, interim answers and trailers included.
    ///   - hasBody: false for the answer to HEAD, whose fields tell of a body that does not come.
    package init(limits: BodyLimits, headBytesMax: Int, hasBody: Bool) {
        self.limits = limits
        self.headBytesMax = headBytesMax
        self.hasBody = hasBody
    }

    /// Whether the head of the final answer is there.
    package var hasFinalHead: Bool { stage == .headEnded && status >= 200 }

    /// Takes one line of a head, with its line end.
    package mutating func take(head line: UnsafeRawBufferPointer) throws(Fault) {
        let (sum, overflow) = headBytes.addingReportingOverflow(line.count)
        guard !overflow, sum <= headBytesMax else { throw .headTooLarge(bytesMax: headBytesMax) }
        headBytes = sum
        var content = line[...]
        if content.last == 0x0a { content = content.dropLast() }
        if content.last == 0x0d { content = content.dropLast() }
        switch stage {
        case .expectsStatus: try takeStatus(content)
        case .fields: try takeField(content)
        case .headEnded:
            // Behind an interim answer comes the next head; behind the final one only trailers, which are of no use.
            if status < 200 { try takeStatus(content) }
        }
    }

    /// Takes a piece of the body as it came, freed of the transfer's framing.
    package mutating func take(body piece: UnsafeRawBufferPointer) throws(Fault) {
        if let decoder {
            do throws(BodyFault) {
                try decoder.decode(piece, into: &body, limits: limits)
            } catch {
                throw .body(error)
            }
            return
        }
        guard piece.count <= limits.bytesMax - body.count else {
            throw .body(.tooLarge(bytesMax: limits.bytesMax))
        }
        body.append(contentsOf: piece)
    }

    /// Says that the answer is whole.
    package mutating func finish() throws(Fault) {
        guard hasFinalHead else { throw .malformedHead(.statusLine) }
        do throws(BodyFault) {
            try decoder?.finish()
        } catch {
            throw .body(error)
        }
    }

    /// The first value of a field.
    package func firstValue(of name: String) -> String? { fields.firstValue(of: name) }

    /// `HTTP/1.1 200 OK`, `HTTP/2 200`.
    private mutating func takeStatus(_ line: Slice<UnsafeRawBufferPointer>) throws(Fault) {
        let parts = line.split(separator: UInt8(ascii: " "), maxSplits: 2, omittingEmptySubsequences: true)
        guard parts.count >= 2, parts[0].starts(with: "HTTP/".utf8), parts[1].count == 3,
            parts[1].allSatisfy(ByteClass.isDigit)
        else { throw .malformedHead(.statusLine) }
        status = parts[1].reduce(0) { $0 * 10 + Int($1 - 0x30) }
        guard (100...599).contains(status) else { throw .malformedHead(.statusLine) }
        guard status != 101 else { throw .malformedHead(.switched) }
        fields = ReceivedFields()
        contentLength = nil
        stage = .fields
    }

    private mutating func takeField(_ line: Slice<UnsafeRawBufferPointer>) throws(Fault) {
        if line.isEmpty {
            stage = .headEnded
            if status >= 200 { try endHead() }
            return
        }
        guard line.allSatisfy(ByteClass.isFieldValue) else { throw .malformedHead(.control) }
        // RFC 9112 §5.2: a line that begins with a space goes on with the field before it.
        if let first = line.first, ByteClass.isSpace(first) {
            guard fields.continueLast(UnsafeRawBufferPointer(rebasing: Self.trimmed(line))) else {
                throw .malformedHead(.field)
            }
            return
        }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex else {
            throw .malformedHead(.field)
        }
        let name = line[..<colon]
        let value = Self.trimmed(line[line.index(after: colon)...])
        // RFC 9112 §6.3: several lengths that differ are an error; whoever sent them may mean another end.
        if name.count == 14, name.map(ByteClass.lowered).elementsEqual("content-length".utf8) {
            guard let length = Self.number(value), contentLength == nil || contentLength == length else {
                throw .malformedHead(.lengths)
            }
            contentLength = length
        }
        fields.append(UnsafeRawBufferPointer(rebasing: name), UnsafeRawBufferPointer(rebasing: value))
    }

    /// Decides from the final head what the body may be.
    private mutating func endHead() throws(Fault) {
        guard hasBody, status != 204, status != 304 else { return }
        if let contentLength, contentLength > limits.bytesMax { throw .body(.tooLarge(bytesMax: limits.bytesMax)) }
        let codings = fields.values(of: "content-encoding")
            .flatMap { Array($0.utf8).split(separator: UInt8(ascii: ",")) }
            .map { String(decoding: Self.trimmed($0).map(ByteClass.lowered), as: UTF8.self) }
            .filter { !$0.isEmpty && $0 != "identity" }
        switch codings {
        case []: return
        case ["gzip"], ["x-gzip"]:
            guard let decoder = GzipDecoder() else { throw .body(.tooLarge(bytesMax: limits.bytesMax)) }
            self.decoder = decoder
        default: throw .unknownCoding
        }
    }

    private static func trimmed<Bytes: BidirectionalCollection<UInt8>>(_ bytes: Bytes) -> Bytes.SubSequence {
        let kept = bytes.drop(while: ByteClass.isSpace)
        guard let end = kept.lastIndex(where: { !ByteClass.isSpace($0) }) else {
            return kept[kept.startIndex..<kept.startIndex]
        }
        return kept[...end]
    }

    /// The number that is written in digits alone; nil for anything else, and for one that is too large.
    private static func number(_ digits: some Collection<UInt8>) -> Int? {
        guard !digits.isEmpty else { return nil }
        var number = 0
        for digit in digits {
            guard ByteClass.isDigit(digit) else { return nil }
            let (product, isTooLarge) = number.multipliedReportingOverflow(by: 10)
            let (sum, overflows) = product.addingReportingOverflow(Int(digit - 0x30))
            guard !isTooLarge, !overflows else { return nil }
            number = sum
        }
        return number
    }
}
