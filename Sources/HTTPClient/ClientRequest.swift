// What is to be sent. Values; nothing is checked here, `HTTPClient.send` refuses what may not go out.

package import HTTPWire

/// One request with its rules for redirects, retries and size.
package struct ClientRequest: Sendable {
    /// One field. Order and repeats are kept.
    package struct Header: Sendable, Hashable {
        /// A token (RFC 9110 §5.6.2). Fields that frame the message (`Host`, `Content-Length`, `Connection` and their
        /// like) are the client's own business: a request that brings one is refused.
        package let name: String
        /// Without CR, LF, NUL or another control but the tab; empty is sent as an empty value.
        package let value: String
        /// Whether the value is a credential: it goes to the first host only. `Authorization`, `Cookie` and
        /// `Proxy-Authorization` are taken for one whatever this says.
        package let isSecret: Bool

        package init(_ name: String, _ value: String, isSecret: Bool = false) {
            self.name = name
            self.value = value
            self.isSecret = isSecret
        }
    }

    package var method: HTTPMethod
    /// Absolute, http or https, visible ASCII, without user information. A fragment is not sent.
    package var url: String
    package var headers: [Header]
    package var body: [UInt8]
    package var redirects: RedirectPolicy
    package var retries: RetryPolicy
    /// The largest body to take, in bytes after decompression; nil: what the settings say. Never more than they say.
    package var responseBytesMax: Int?

    package init(
        _ method: HTTPMethod, _ url: String, headers: [Header] = [], body: [UInt8] = [],
        redirects: RedirectPolicy = .none, retries: RetryPolicy = .never, responseBytesMax: Int? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.redirects = redirects
        self.retries = retries
        self.responseBytesMax = responseBytesMax
    }
}

/// What is done with an answer that points elsewhere (301, 302, 303, 307, 308 with `Location`).
package enum RedirectPolicy: Sendable, Hashable {
    /// The answer is handed to the caller as it is.
    case none
    /// GET and HEAD without a body are sent again to where it points, so many times at most; for anything else the
    /// answer is handed to the caller. Never to another scheme; every hop passes the network guard; another host, or
    /// another port, gets no credential, nor do the hops behind it.
    case follow(max: Int)
}

/// Whether a request may be sent more than once. Only methods that are idempotent (RFC 9110 §9.2.2) ever are; for POST,
/// PATCH and unknown methods every policy is ``never``.
package enum RetryPolicy: Sendable, Hashable {
    /// Sent once, whatever happens. For deliveries.
    case never
    /// Sent again only when a kept connection turned out to be closed before a byte of the answer came.
    case staleConnection
    /// Sent up to `max` times in all, when there was no connection or it broke, or the answer was 502, 503 or 504.
    /// Between two tries lies a random time up to `baseDelay`, doubled with each try, or what `Retry-After` asks if that
    /// is longer; a wait that would pass the deadline is not begun.
    case attempts(max: Int, baseDelay: Duration)
}
