// Request methods as values. Immutable.

/// A request method (RFC 9110 §9). Methods are case-sensitive, so `get` is an `other`.
package enum HTTPMethod: Hashable, Sendable, CustomStringConvertible {
    case get, head, post, put, patch, delete, options
    /// Any other token, as it was sent: no route answers it, the server says 501 (RFC 9110 §9.1).
    case other(String)

    /// The method as it stands on the wire.
    package var name: String {
        switch self {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .put: "PUT"
        case .patch: "PATCH"
        case .delete: "DELETE"
        case .options: "OPTIONS"
        case .other(let name): name
        }
    }

    /// The method as it stands on the wire.
    package var description: String { name }

    /// Reads a method; the caller has checked that the bytes are a token.
    package init(token bytes: Span<UInt8>) {
        switch bytes.count {
        case 3 where bytes.spells("GET"): self = .get
        case 3 where bytes.spells("PUT"): self = .put
        case 4 where bytes.spells("POST"): self = .post
        case 4 where bytes.spells("HEAD"): self = .head
        case 5 where bytes.spells("PATCH"): self = .patch
        case 6 where bytes.spells("DELETE"): self = .delete
        case 7 where bytes.spells("OPTIONS"): self = .options
        default: self = .other(bytes.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) })
        }
    }
}

extension Span where Element == UInt8 {
    /// Whether these bytes are exactly `text`.
    @inline(__always)
    package func spells(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        // The pointer is that of a literal, which lives as long as the program and is `count` bytes long.
        let expected = text.utf8Start
        for index in indices where self[index] != expected[index] { return false }
        return true
    }

    /// Whether these bytes are `lowerCaseText` when ASCII letters are folded.
    @inline(__always)
    package func spellsIgnoringCase(_ lowerCaseText: StaticString) -> Bool {
        guard count == lowerCaseText.utf8CodeUnitCount else { return false }
        // The pointer is that of a literal, which lives as long as the program and is `count` bytes long.
        let expected = lowerCaseText.utf8Start
        for index in indices where ByteClass.lowered(self[index]) != ByteClass.lowered(expected[index]) { return false }
        return true
    }
}
