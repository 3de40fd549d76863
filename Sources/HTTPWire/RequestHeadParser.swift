// The request line and header section as a state machine (RFC 9112 §2 to §5). A value owned by one connection; no I/O.
//
// Every decision is taken at a byte, in the order of the bytes, so that the outcome cannot depend on how the network
// cut the request into pieces.

/// What bounds a request head.
package struct RequestHeadLimits: Hashable, Sendable {
    /// All field lines with their line ends, without the empty line that closes the section.
    package var headerBytes: Int
    /// Header fields.
    package var headerFields: Int
    /// The request target as sent.
    package var targetBytes: Int

    /// All three have to be chosen.
    package init(headerBytes: Int, headerFields: Int, targetBytes: Int) {
        self.headerBytes = headerBytes
        self.headerFields = headerFields
        self.targetBytes = targetBytes
    }
}

/// Reads one request head from a growing run of bytes.
package struct RequestHeadParser: Sendable {
    /// What a call to `parse` has come to.
    package enum Outcome: Sendable {
        /// The head is not complete; call again with the same bytes and more behind them.
        case needMore
        /// The head, and how many bytes from the start it took.
        case head(RequestHead, consumed: Int)
        /// No request can be read from these bytes, nor from what follows them.
        case fault(HTTPFault)
    }

    private enum State: Sendable { case leading, method, target, version, fields }

    /// The longest method there is in the registry has 17 bytes; more than this is not one.
    private static let methodBytesMax = 32
    /// Empty lines before a request are skipped (RFC 9112 §2.2), but not without end.
    private static let leadingBytesMax = 8
    /// Most requests have fewer fields than this, so the list is allocated once.
    private static let fieldsExpected = 16

    private let limits: RequestHeadLimits
    private var state = State.leading
    /// The next byte to look at.
    private var cursor = 0
    /// Where the element being read begins.
    private var mark = 0
    private var fieldsStart = 0
    private var method = HTTPMethod.get
    private var target: RequestTarget?
    private var targetRange = 0..<0
    private var minorVersion: UInt8 = 1
    private var fields: [RequestHead.Field] = []

    /// A parser that waits for the first byte of a message.
    package init(limits: RequestHeadLimits) { self.limits = limits }

    /// Whether anything but empty lines has been seen since the last head.
    package var hasBegun: Bool { state != .leading }

    /// Method, path and query of a request whose line was read before a fault struck, or as much of them as had
    /// arrived when the target itself was at fault; nil when not even the method was read. Bytes that are no UTF-8 are
    /// repaired: the text is for deciding on the shape of an answer only.
    package func requestLine(in bytes: Span<UInt8>) -> (method: HTTPMethod, path: String, query: String?)? {
        guard let target, bytes.count >= targetRange.upperBound else { return brokenLine(in: bytes) }
        func text(_ slice: HeadSlice) -> String {
            bytes.extracting(slice.range).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
        }
        return (method, target.path.isEmpty ? "/" : text(target.path), target.query.map(text))
    }

    /// The method, as soon as it has been read.
    package var methodRead: HTTPMethod? {
        switch state {
        case .leading, .method: nil
        case .target, .version, .fields: method
        }
    }

    private func brokenLine(in bytes: Span<UInt8>) -> (method: HTTPMethod, path: String, query: String?)? {
        let start: Int
        switch state {
        case .leading, .method: return nil
        case .target: start = mark
        case .version, .fields: start = targetRange.lowerBound
        }
        var end = start
        while end < bytes.count, end - start < limits.targetBytes, bytes[end] > 0x20 { end += 1 }
        guard end > start else { return nil }
        let text = bytes.extracting(start..<end).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
        let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        return (method, String(parts[0]), parts.count > 1 ? String(parts[1]) : nil)
    }

    /// Reads on. `bytes` begins at the first byte after the previous message, at every call until the outcome is
    /// another than `needMore`; then the parser is ready for the next message.
    package mutating func parse(_ bytes: Span<UInt8>) -> Outcome {
        do throws(HTTPFault) {
            if state != .fields {
                guard try parseRequestLine(bytes) else { return .needMore }
            }
            guard try parseFields(bytes) else { return .needMore }
            let facts = try MessageFacts.read(bytes, fields, minorVersion: minorVersion)
            guard let target else { return .fault(.internalError) }
            let consumed = cursor
            let head = RequestHead(
                bytes: bytes.extracting(0..<consumed).withUnsafeBufferPointer { Array($0) }, method: method,
                target: target, minorVersion: minorVersion, fields: fields, facts: facts)
            self = RequestHeadParser(limits: limits)
            return .head(head, consumed: consumed)
        } catch {
            return .fault(error)
        }
    }

    /// request-line = method SP request-target SP HTTP-version CRLF; true when it is complete.
    private mutating func parseRequestLine(_ bytes: Span<UInt8>) throws(HTTPFault) -> Bool {
        while cursor < bytes.count {
            let byte = bytes[cursor]
            switch state {
            case .leading:
                if (cursor - mark) & 1 == 1 {
                    guard byte == UInt8(ascii: "\n") else { throw .badRequest(.lineBreak) }
                } else if byte != UInt8(ascii: "\r") {
                    guard byte != UInt8(ascii: "\n") else { throw .badRequest(.lineBreak) }
                    state = .method
                    mark = cursor
                    continue
                }
                guard cursor < Self.leadingBytesMax else { throw .badRequest(.requestLine) }
            case .method:
                guard try passMethod(bytes) else { return false }
                method = HTTPMethod(token: bytes.extracting(mark..<cursor))
                state = .target
                mark = cursor + 1
            case .target:
                guard try passTarget(bytes) else { return false }
                targetRange = mark..<cursor
                state = .version
                mark = cursor + 1
                // One less than what is passed over: the step below is the same for every byte.
                if versionIsHere(bytes) { cursor = mark + 7 }
            case .version:
                if try versionEnds(bytes, byte) {
                    cursor += 1
                    state = .fields
                    mark = cursor
                    fieldsStart = cursor
                    target = try RequestTarget(bytes, targetRange, method: method)
                    fields.reserveCapacity(Self.fieldsExpected)
                    return true
                }
            case .fields:
                return true
            }
            cursor += 1
        }
        return false
    }

    /// Moves the cursor to the space behind the method; false when it has not come yet.
    private mutating func passMethod(_ bytes: Span<UInt8>) throws(HTTPFault) -> Bool {
        // The cursor of a loop over single bytes is a local one: memory is written once.
        var index = cursor
        while index < bytes.count, ByteClass.isToken(bytes[index]) {
            // RFC 9112 §3: a method longer than any the server knows is one it does not implement.
            guard index - mark < Self.methodBytesMax else { throw .unknownMethod }
            index += 1
        }
        cursor = index
        guard index < bytes.count else { return false }
        guard bytes[index] == UInt8(ascii: " "), index > mark else { throw .badRequest(.method) }
        return true
    }

    /// Moves the cursor to the space behind the target; false when it has not come yet.
    private mutating func passTarget(_ bytes: Span<UInt8>) throws(HTTPFault) -> Bool {
        var index = cursor
        while index < bytes.count, ByteClass.isTarget(bytes[index]) {
            guard index - mark < limits.targetBytes else { throw .uriTooLong(limit: limits.targetBytes) }
            index += 1
        }
        cursor = index
        guard index < bytes.count else { return false }
        switch bytes[index] {
        case UInt8(ascii: " "):
            guard index > mark else { throw .badRequest(.requestLine) }
            return true
        case UInt8(ascii: "\r"), UInt8(ascii: "\n"): throw .badRequest(.requestLine)
        default: throw .badRequest(.target)
        }
    }

    /// Whether the usual `HTTP/1.1` stands at the mark as a whole, so that only its line end is left to be looked at.
    private func versionIsHere(_ bytes: Span<UInt8>) -> Bool {
        mark + 8 <= bytes.count && bytes.extracting(mark..<mark + 8).spells("HTTP/1.1")
    }

    /// HTTP-version = "HTTP" "/" DIGIT "." DIGIT, then CR LF; true at the line feed.
    private mutating func versionEnds(_ bytes: Span<UInt8>, _ byte: UInt8) throws(HTTPFault) -> Bool {
        let position = cursor - mark
        let expected: StaticString = "HTTP/0.0\r\n"
        switch position {
        case 5, 7:
            guard ByteClass.isDigit(byte) else { throw .badRequest(.version) }
        case 8, 9:
            guard byte == expected.utf8Start[position] else {
                throw .badRequest(position == 9 || byte == UInt8(ascii: "\n") ? .lineBreak : .version)
            }
        default:
            guard byte == expected.utf8Start[position] else { throw .badRequest(.version) }
        }
        guard position == 9 else { return false }
        guard bytes[mark + 5] == UInt8(ascii: "1") else { throw .versionNotSupported }
        minorVersion = bytes[mark + 7] == UInt8(ascii: "0") ? 0 : 1
        return true
    }

    /// *( field-line CRLF ) CRLF; true when the empty line has been read.
    private mutating func parseFields(_ bytes: Span<UInt8>) throws(HTTPFault) -> Bool {
        let end = fieldsStart + limits.headerBytes
        while cursor < bytes.count {
            if cursor == mark, bytes[cursor] == UInt8(ascii: "\r") {
                guard cursor + 1 < bytes.count else { return false }
                guard bytes[cursor + 1] == UInt8(ascii: "\n") else { throw .badRequest(.lineBreak) }
                cursor += 2
                return true
            }
            let bound = min(bytes.count, end)
            cursor = ByteClass.endOfFieldValue(bytes, from: cursor, to: bound)
            guard cursor < end else { throw .headersTooLarge(limit: limits.headerBytes) }
            guard cursor < bytes.count else { return false }
            switch bytes[cursor] {
            case UInt8(ascii: "\r"): break
            case UInt8(ascii: "\n"): throw .badRequest(.lineBreak)
            default: throw .badRequest(.controlByte)
            }
            // The cursor stays on the CR until its LF is there.
            guard cursor + 1 < end else {
                if cursor + 1 < bytes.count { throw .headersTooLarge(limit: limits.headerBytes) }
                return false
            }
            guard cursor + 1 < bytes.count else { return false }
            guard bytes[cursor + 1] == UInt8(ascii: "\n") else { throw .badRequest(.lineBreak) }
            try parseField(bytes, mark..<cursor)
            cursor += 2
            mark = cursor
        }
        return false
    }

    /// field-line = field-name ":" OWS field-value OWS
    private mutating func parseField(_ bytes: Span<UInt8>, _ line: Range<Int>) throws(HTTPFault) {
        // RFC 9112 §5.2: obs-fold, and §2.2: white space before the first field.
        guard !ByteClass.isSpace(bytes[line.lowerBound]) else { throw .badRequest(.foldedField) }
        guard fields.count < limits.headerFields else { throw .tooManyHeaders(limit: limits.headerFields) }
        var colon = line.lowerBound
        while colon < line.upperBound, ByteClass.isToken(bytes[colon]) { colon += 1 }
        // RFC 9112 §5.1: no white space between the name and its colon.
        guard colon > line.lowerBound, colon < line.upperBound, bytes[colon] == UInt8(ascii: ":") else {
            throw .badRequest(.fieldName)
        }
        var lower = colon + 1
        var upper = line.upperBound
        while lower < upper, ByteClass.isSpace(bytes[lower]) { lower += 1 }
        while upper > lower, ByteClass.isSpace(bytes[upper - 1]) { upper -= 1 }
        fields.append(
            RequestHead.Field(name: HeadSlice(line.lowerBound, colon), value: HeadSlice(lower, upper)))
    }
}
