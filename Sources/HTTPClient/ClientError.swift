// Why there is no answer. A value.

/// A request that failed. Neither the message nor anything else in it has a path, a query, a header or a body.
package struct ClientError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        /// The request may not be sent: its URL, method or a header is not allowed.
        case invalidRequest
        /// The name has no address.
        case cannotResolve
        /// No address took the connection, or not within the time for connecting.
        case cannotConnect
        /// The other side's certificate is not trusted, or TLS failed otherwise.
        case tls
        /// The deadline passed, in whatever stage.
        case timedOut
        /// The caller's task was cancelled, or the client was closed.
        case cancelled
        /// The network guard refuses the address.
        case refusedAddress
        /// The head, the body or what it decompresses to is over the limit.
        case tooLarge
        /// What came is no answer by the rules of HTTP, or cannot be decoded.
        case protocolError
        /// The connection broke before the answer was whole.
        case connectionLost
        /// A redirect that is not followed: another scheme, not an address, or one too many.
        case badRedirect
        /// Too many requests are waiting.
        case overloaded
    }

    package let kind: Kind
    /// For people: what failed, where (host and port), what was expected.
    package let message: String
    /// Whether the other side may have got the request, and so may have done what it asks.
    package let mayHaveArrived: Bool

    package init(_ kind: Kind, _ message: String, mayHaveArrived: Bool = false) {
        self.kind = kind
        self.message = message
        self.mayHaveArrived = mayHaveArrived
    }

    package var description: String { message }
}
