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
    private static let fieldBytesExpected = 96

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
        guard Self.isSendable(name) else { return }
        fieldLines.append(contentsOf: name.utf8)
        fieldLines.append(UInt8(ascii: ":"))
        fieldLines.append(UInt8(ascii: " "))
        for byte in value.utf8 { fieldLines.append(ByteClass.isFieldValue(byte) ? byte : UInt8(ascii: " ")) }
        fieldLines.append(UInt8(ascii: "\r"))
        fieldLines.append(UInt8(ascii: "\n"))
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

    /// A copy with one more field.
    package func adding(_ name: String, _ value: String) -> HTTPResponse {
        var copy = self
        copy.add(name, value)
        return copy
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
    private static func isSendable(_ name: String) -> Bool {
        var name = name
        return name.withUTF8 { bytes in
            let span = bytes.span
            guard span.count > 0 else { return false }
            for index in span.indices where !ByteClass.isToken(span[index]) { return false }
            switch span.count {
            case 4: return !span.spellsIgnoringCase("date")
            case 10: return !span.spellsIgnoringCase("connection")
            case 12: return !span.spellsIgnoringCase("x-request-id")
            case 14: return !span.spellsIgnoringCase("content-length")
            case 17: return !span.spellsIgnoringCase("transfer-encoding")
            case 22: return !span.spellsIgnoringCase("x-content-type-options")
            default: return true
            }
        }
    }

    private static func sameName(_ left: ArraySlice<UInt8>, _ right: String) -> Bool {
        left.count == right.utf8.count
            && zip(left, right.utf8).allSatisfy { ByteClass.lowered($0) == ByteClass.lowered($1) }
    }
}
