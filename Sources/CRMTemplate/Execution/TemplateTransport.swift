// The network, as the engine needs it. A port: the HTTP client, a recording and a test's script are bodies for it.

package import HTTPWire
package import Platform

/// A request ready to be sent. Values were checked: no control character in the URL, no CR, LF or NUL in a header.
package struct TemplateRequest: Sendable, Hashable {
    package struct Header: Sendable, Hashable {
        package let name: String
        package let value: EvaluatedText

        package init(_ name: String, _ value: EvaluatedText) {
            self.name = name
            self.value = value
        }
    }

    /// `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
    package let method: String
    /// Absolute, http or https, percent-encoded.
    package let url: EvaluatedText
    /// In order. Those that carry credentials have the origin ``Origins/secret``.
    package let headers: [Header]
    /// Empty for GET and DELETE without a body. UTF-8.
    package let body: EvaluatedText
    /// Whether it belongs to a login, whose answer holds tokens.
    package var givesSecrets = false

    package init(method: String, url: EvaluatedText, headers: [Header], body: EvaluatedText) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
    }
}

/// What came back, whatever its status.
package struct TemplateResponse: Sendable, Hashable {
    package let status: Int
    private let fields: ReceivedFields
    package let body: [UInt8]

    package init(status: Int, fields: ReceivedFields, body: [UInt8]) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    /// - Parameter headers: names and values in order.
    package init(status: Int, headers: [(name: String, value: String)], body: [UInt8]) {
        self.init(status: status, fields: ReceivedFields(headers), body: body)
    }

    /// In order, names as sent.
    package var headers: [(name: String, value: String)] { fields.all }

    package static func == (left: TemplateResponse, right: TemplateResponse) -> Bool {
        left.status == right.status && left.body == right.body
            && left.headers.elementsEqual(right.headers) { $0.name == $1.name && $0.value == $1.value }
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(status)
        hasher.combine(body)
    }
}

/// Why there is no response.
package struct TransportFailure: Error, Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable {
        case cannotResolve, cannotConnect, tls, timedOut, cancelled, refusedAddress, tooLarge, protocolError
        case badRedirect, notRecorded, overloaded

        /// Whether a request that failed so may have arrived, for all that is known.
        fileprivate var mayHaveArrived: Bool {
            switch self {
            case .cannotResolve, .cannotConnect, .tls, .refusedAddress, .notRecorded, .overloaded: false
            case .timedOut, .cancelled, .tooLarge, .protocolError, .badRedirect: true
            }
        }
    }

    package let kind: Kind
    /// For people: what failed, where (host and port, never a query or a credential), what to do.
    package let message: String
    /// Whether the other side may have got the request, and so may have done what it asks.
    package let mayHaveArrived: Bool

    /// - Parameter mayHaveArrived: nil: as the kind lets expect.
    package init(_ kind: Kind, _ message: String, mayHaveArrived: Bool? = nil) {
        self.kind = kind
        self.message = message
        self.mayHaveArrived = mayHaveArrived ?? kind.mayHaveArrived
    }
}

/// Sends requests. Redirects are its business: at most 3, of GET only, every hop guarded, headers of the origin
/// ``Origins/secret`` dropped on another host.
package protocol TemplateTransport: Sendable {
    /// Sends a request and reads the whole answer, or gives up at the deadline. Cancelling the task stops the transfer.
    nonisolated(nonsending) func send(
        _ request: TemplateRequest, deadline: MonotonicTime
    ) async throws(TransportFailure) -> TemplateResponse
}
