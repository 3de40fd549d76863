// The chunked transfer coding (RFC 9112 §7.1) as a state machine. A value owned by one connection; no I/O.

/// Takes a chunked body apart as it arrives. Extensions and trailer fields are checked, bounded and discarded.
package struct ChunkedBodyDecoder: Sendable {
    /// What a call to `decode` has come to; `consumed` counts bytes of that call.
    package enum Outcome: Hashable, Sendable {
        /// All bytes were taken, and the body goes on.
        case needMore
        /// The body and its trailer section are complete.
        case complete(consumed: Int)
        case fault(HTTPFault)
    }

    /// More hexadecimal digits than any 64-bit size has are padding with a purpose.
    private static let sizeDigitsMax = 16
    /// All chunk extensions of one body: room for signatures, none for using them as a channel.
    package static let extensionBytesMax = 4_096
    /// The whole trailer section.
    package static let trailerBytesMax = 8_192

    private enum State: Hashable, Sendable {
        case size
        case extensionStart
        case extensionName
        case extensionAfterName
        case extensionValueStart
        case extensionToken
        case extensionQuoted
        case extensionEscape
        case extensionAfterValue
        case sizeLineFeed
        case data
        case dataReturn
        case dataLineFeed
        case trailerStart
        case trailerName
        case trailerValue
        case trailerLineFeed
        case finalLineFeed
    }

    private let bodyBytesMax: Int
    private var state = State.size
    private var remaining: UInt64 = 0
    private var sizeDigits = 0
    private var extensionBytes = 0
    private var trailerBytes = 0
    private var nameBytes = 0
    private var decodedBytes: UInt64 = 0
    /// White space belongs before a `;` or a `=`, never before the line end.
    private var endsInSpace = false

    /// - Parameter bodyBytesMax: the decoded size beyond which the body is refused.
    package init(bodyBytesMax: Int) { self.bodyBytesMax = bodyBytesMax }

    /// Reads on and appends what the chunks hold to `body`.
    package mutating func decode(_ bytes: Span<UInt8>, into body: inout [UInt8]) -> Outcome {
        var index = 0
        do throws(HTTPFault) {
            while index < bytes.count {
                if state == .data {
                    let count = Int(min(remaining, UInt64(bytes.count - index)))
                    bytes.extracting(index..<index + count).withUnsafeBufferPointer { body.append(contentsOf: $0) }
                    index += count
                    remaining -= UInt64(count)
                    if remaining == 0 { state = .dataReturn }
                    continue
                }
                let isEnd = try step(bytes[index])
                index += 1
                if isEnd { return .complete(consumed: index) }
            }
            return .needMore
        } catch {
            return .fault(error)
        }
    }

    /// Takes one byte of framing; true at the end of the message.
    private mutating func step(_ byte: UInt8) throws(HTTPFault) -> Bool {
        switch state {
        case .size: try stepSize(byte)
        case .extensionStart, .extensionName, .extensionAfterName, .extensionValueStart, .extensionToken,
            .extensionQuoted, .extensionEscape, .extensionAfterValue:
            // The line end is none of theirs.
            extensionBytes += byte == UInt8(ascii: "\r") ? 0 : 1
            guard extensionBytes <= Self.extensionBytesMax else { throw .badRequest(.chunkExtension) }
            try stepExtension(byte)
        case .sizeLineFeed:
            guard byte == UInt8(ascii: "\n") else { throw .badRequest(.lineBreak) }
            sizeDigits = 0
            state = remaining == 0 ? .trailerStart : .data
        case .data: break
        case .dataReturn:
            guard byte == UInt8(ascii: "\r") else { throw .badRequest(.chunkEnd) }
            state = .dataLineFeed
        case .dataLineFeed:
            guard byte == UInt8(ascii: "\n") else { throw .badRequest(.chunkEnd) }
            state = .size
        case .trailerStart, .trailerName, .trailerValue, .trailerLineFeed: try stepTrailer(byte)
        case .finalLineFeed:
            guard byte == UInt8(ascii: "\n") else { throw .badRequest(.lineBreak) }
            return true
        }
        return false
    }

    /// chunk-size = 1*HEXDIG
    private mutating func stepSize(_ byte: UInt8) throws(HTTPFault) {
        if let digit = ByteClass.hexValue(byte) {
            sizeDigits += 1
            guard sizeDigits <= Self.sizeDigitsMax else { throw .badRequest(.chunkSize) }
            remaining = sizeDigits == 1 ? UInt64(digit) : remaining << 4 | UInt64(digit)
            return
        }
        guard sizeDigits > 0 else { throw .badRequest(.chunkSize) }
        switch byte {
        case UInt8(ascii: "\r"): state = .sizeLineFeed
        case UInt8(ascii: ";"):
            extensionBytes += 1
            endsInSpace = false
            state = .extensionStart
        case UInt8(ascii: " "), UInt8(ascii: "\t"):
            extensionBytes += 1
            endsInSpace = true
            state = .extensionAfterValue
        case UInt8(ascii: "\n"): throw .badRequest(.lineBreak)
        default: throw .badRequest(.chunkSize)
        }
        let (total, overflowed) = decodedBytes.addingReportingOverflow(remaining)
        guard !overflowed, total <= UInt64(bodyBytesMax) else { throw .payloadTooLarge(limit: bodyBytesMax) }
        decodedBytes = total
    }

    /// chunk-ext = *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] )
    private mutating func stepExtension(_ byte: UInt8) throws(HTTPFault) {
        let isSpace = ByteClass.isSpace(byte)
        switch state {
        case .extensionStart:
            if isSpace { return }
            guard ByteClass.isToken(byte) else { throw .badRequest(.chunkExtension) }
            state = .extensionName
        case .extensionName where ByteClass.isToken(byte): break
        case .extensionName where isSpace: state = .extensionAfterName
        case .extensionAfterName where isSpace: break
        case .extensionName where byte == UInt8(ascii: "="), .extensionAfterName where byte == UInt8(ascii: "="):
            state = .extensionValueStart
        case .extensionValueStart where isSpace: break
        case .extensionValueStart where byte == UInt8(ascii: "\""): state = .extensionQuoted
        case .extensionValueStart where ByteClass.isToken(byte): state = .extensionToken
        case .extensionToken where ByteClass.isToken(byte): break
        case .extensionToken where isSpace: state = .extensionAfterValue
        case .extensionQuoted where byte == UInt8(ascii: "\""): state = .extensionAfterValue
        case .extensionQuoted where byte == UInt8(ascii: "\\"): state = .extensionEscape
        case .extensionQuoted where ByteClass.isFieldValue(byte): break
        case .extensionEscape where ByteClass.isFieldValue(byte): state = .extensionQuoted
        case .extensionAfterValue where isSpace: break
        case .extensionName, .extensionAfterName, .extensionToken, .extensionAfterValue:
            if byte == UInt8(ascii: ";") {
                state = .extensionStart
            } else if byte == UInt8(ascii: "\r"), !endsInSpace {
                state = .sizeLineFeed
            } else {
                throw .badRequest(.chunkExtension)
            }
        default: throw .badRequest(.chunkExtension)
        }
        endsInSpace = isSpace
    }

    /// trailer-section = *( field-line CRLF ), then the empty line.
    private mutating func stepTrailer(_ byte: UInt8) throws(HTTPFault) {
        if state == .trailerStart, byte == UInt8(ascii: "\r") {
            state = .finalLineFeed
            return
        }
        trailerBytes += 1
        guard trailerBytes <= Self.trailerBytesMax else { throw .badRequest(.trailer) }
        switch state {
        case .trailerStart:
            guard ByteClass.isToken(byte) else { throw .badRequest(.trailer) }
            state = .trailerName
        case .trailerName:
            if byte == UInt8(ascii: ":") {
                state = .trailerValue
            } else {
                guard ByteClass.isToken(byte) else { throw .badRequest(.trailer) }
            }
        case .trailerValue:
            if byte == UInt8(ascii: "\r") {
                state = .trailerLineFeed
            } else {
                guard ByteClass.isFieldValue(byte) else { throw .badRequest(.trailer) }
            }
        default:
            guard byte == UInt8(ascii: "\n") else { throw .badRequest(.lineBreak) }
            state = .trailerStart
        }
    }
}
