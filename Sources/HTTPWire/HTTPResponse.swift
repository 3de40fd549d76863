// One answer as a value: status, header fields in order, content. What belongs to the connection (Date,
// Content-Length, Connection, X-Request-Id) is added by the serialiser.

/// An answer of a handler.
package struct HTTPResponse: Sendable {
    /// The status of the answer.
    package var status: HTTPStatus
    /// The header fields as they are sent, each with its CR LF: written once, where they are added, because an answer
    /// that is kept is sent many times.
    private(set) var fieldLines: [UInt8] = []
    /// The content; left out on the wire where the request or the status forbids it.
    package var body: [UInt8]
    /// In which other forms the content may be sent.
    package var variants = ContentVariants.none
    /// What makes the content while it is sent, in place of `body`; such content is sent as it is made, never compressed.
    package var stream: BodyStream?

    /// Room for the fields that nearly every answer has.
    private static let fieldBytesExpected = 256

    /// An answer without content.
    package init(status: HTTPStatus) {
        self.status = status
        body = []
    }

    /// An answer with content.
    package init(status: HTTPStatus, contentType: String, body: [UInt8]) {
        self.status = status
        self.body = body
        fieldLines.reserveCapacity(Self.fieldBytesExpected)
        add("Content-Type", contentType)
    }

    /// An answer whose content is text, sent as UTF-8.
    package init(status: HTTPStatus, contentType: String, text: String) {
        self.init(status: status, contentType: contentType, body: Array(text.utf8))
    }

    /// An answer whose content is made while it is sent, because it is long or its length is not known: chunked for
    /// HTTP/1.1, up to the end of the connection for HTTP/1.0. For HEAD it is not made at all.
    package init(status: HTTPStatus, contentType: String, stream: @escaping BodyStream.Producer) {
        self.init(status: status, contentType: contentType, body: [])
        self.stream = BodyStream(stream)
    }

    /// Names and values in order, repeats allowed.
    package var fields: [(name: String, value: String)] {
        var fields: [(name: String, value: String)] = []
        forEachLine { name, value, _ in
            fields.append((String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self)))
        }
        return fields
    }

    /// Adds a field behind those that are there. Bytes that could end a line become spaces (RFC 9110 §5.5); a field that
    /// the connection owns, or whose name is no token, is left out.
    package mutating func add(_ name: String, _ value: String) {
        var (name, value) = (name, value)
        name.withUTF8 { name in
            guard Self.isSendable(name.span) else { return }
            value.withUTF8 { value in append(name.span, value.span) }
        }
    }

    /// Adds a field whose value is a number.
    /// - Parameter name: a token that the connection does not own; that is looked at only where assertions are.
    package mutating func add(_ name: StaticString, decimal value: Int64) {
        // A sign and nineteen digits hold every 64-bit number.
        var text = InlineArray<20, UInt8>(repeating: UInt8(ascii: "-"))
        var place = 20
        var rest = value.magnitude
        repeat {
            place -= 1
            text[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest != 0
        if value < 0 { place -= 1 }
        name.withUTF8Buffer { name in
            assert(Self.isSendable(name.span))
            append(name.span, text.span.extracting(place...))
        }
    }

    private mutating func append(_ name: Span<UInt8>, _ value: Span<UInt8>) {
        fieldLines.append(addingCapacity: name.count + value.count + 4) { line in
            for index in name.indices { line.append(name[index]) }
            line.append(UInt8(ascii: ":"))
            line.append(UInt8(ascii: " "))
            for index in value.indices {
                line.append(ByteClass.isFieldValue(value[index]) ? value[index] : UInt8(ascii: " "))
            }
            line.append(UInt8(ascii: "\r"))
            line.append(UInt8(ascii: "\n"))
        }
    }

    /// Puts this value in place of all the field has so far.
    package mutating func set(_ name: String, _ value: String) {
        remove(name)
        add(name, value)
    }

    /// Takes every field of this name out; names are compared without case.
    package mutating func remove(_ name: String) {
        var kept: [UInt8] = []
        forEachLine { known, _, line in
            if !Self.sameName(known, name) { kept.append(contentsOf: line) }
        }
        fieldLines = kept
    }

    /// The first value of a field; names are compared without case.
    package func field(_ name: String) -> String? {
        var found: String?
        forEachLine { known, value, _ in
            if found == nil, Self.sameName(known, name) { found = String(decoding: value, as: UTF8.self) }
        }
        return found
    }

    /// The answer with one more field. Takes the answer over, so that its bytes need not be copied.
    package consuming func adding(_ name: String, _ value: String) -> HTTPResponse {
        add(name, value)
        return self
    }

    private func forEachLine(
        _ body: (_ name: ArraySlice<UInt8>, _ value: ArraySlice<UInt8>, _ line: ArraySlice<UInt8>) -> Void
    ) {
        var start = 0
        while start < fieldLines.count {
            // `add` has written each line: a name without a colon, `: `, a value without a line feed, CR LF.
            let colon = fieldLines[start...].firstIndex(of: UInt8(ascii: ":")) ?? start
            let end = fieldLines[start...].firstIndex(of: UInt8(ascii: "\n")) ?? fieldLines.count - 1
            body(fieldLines[start..<colon], fieldLines[colon + 2..<end - 1], fieldLines[start...end])
            start = end + 1
        }
    }

    /// Fields the connection owns, and names that are no token, are not sent.
    private static func isSendable(_ name: Span<UInt8>) -> Bool {
        guard name.count > 0 else { return false }
        for index in name.indices where !ByteClass.isToken(name[index]) { return false }
        switch name.count {
        case 4: return !name.spellsIgnoringCase("date")
        case 10: return !name.spellsIgnoringCase("connection")
        case 12: return !name.spellsIgnoringCase("x-request-id")
        case 14: return !name.spellsIgnoringCase("content-length")
        case 17: return !name.spellsIgnoringCase("transfer-encoding")
        case 22: return !name.spellsIgnoringCase("x-content-type-options")
        default: return true
        }
    }

    private static func sameName(_ left: ArraySlice<UInt8>, _ right: String) -> Bool {
        left.count == right.utf8.count
            && zip(left, right.utf8).allSatisfy { ByteClass.lowered($0) == ByteClass.lowered($1) }
    }
}
