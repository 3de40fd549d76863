// One answer as a value: status, header fields in order, content. What belongs to the connection (Date,
// Content-Length, Connection, X-Request-Id) is added by the serialiser.

/// An answer of a handler.
package struct HTTPResponse: Sendable {
    /// The status of the answer.
    package var status: HTTPStatus
    /// Names and values in order, repeats allowed. Bytes that could end a line are made harmless on the way out.
    package private(set) var fields: [(name: String, value: String)]
    /// The content; left out on the wire where the request or the status forbids it.
    package var body: [UInt8]
    /// In which other forms the content may be sent.
    package var variants = ContentVariants.none

    /// An answer without content.
    package init(status: HTTPStatus) {
        self.status = status
        fields = []
        body = []
    }

    /// An answer with content.
    package init(status: HTTPStatus, contentType: String, body: [UInt8]) {
        self.status = status
        fields = [("Content-Type", contentType)]
        self.body = body
    }

    /// An answer whose content is text, sent as UTF-8.
    package init(status: HTTPStatus, contentType: String, text: String) {
        self.init(status: status, contentType: contentType, body: Array(text.utf8))
    }

    /// Adds a field behind those that are there.
    package mutating func add(_ name: String, _ value: String) { fields.append((name, value)) }

    /// Puts this value in place of all the field has so far.
    package mutating func set(_ name: String, _ value: String) {
        remove(name)
        fields.append((name, value))
    }

    /// Takes every field of this name out; names are compared without case.
    package mutating func remove(_ name: String) {
        fields.removeAll { Self.sameName($0.name, name) }
    }

    /// The first value of a field; names are compared without case.
    package func field(_ name: String) -> String? { fields.first { Self.sameName($0.name, name) }?.value }

    /// A copy with one more field.
    package func adding(_ name: String, _ value: String) -> HTTPResponse {
        var copy = self
        copy.add(name, value)
        return copy
    }

    private static func sameName(_ left: String, _ right: String) -> Bool {
        left.utf8.count == right.utf8.count
            && zip(left.utf8, right.utf8).allSatisfy { ByteClass.lowered($0) == ByteClass.lowered($1) }
    }
}
