// One whole request as a handler sees it. It owns its bytes, so it may be kept across an await. Immutable.

package import Platform

/// A request with its body, who sent it, and the path parameters of the route that took it.
package struct HTTPRequest: Sendable {
    /// The parts of the path that a route's template names.
    package struct PathParameters: Sendable {
        let names: [String]
        let slices: [HeadSlice]

        /// What a template without parameters gives.
        package static let none = PathParameters(names: [], ranges: [])

        /// - Parameter ranges: where each parameter lies in the head's bytes, in the order of the names.
        package init(names: [String], ranges: [Range<Int>]) {
            precondition(names.count == ranges.count, "one range for each name")
            self.names = names
            slices = ranges.map { HeadSlice($0.lowerBound, $0.upperBound) }
        }
    }

    /// Request line and header section.
    package let head: RequestHead
    /// Names this exchange in the log and in `X-Request-Id`: 1 to 64 bytes of `A-Z a-z 0-9 . _ -`.
    package let id: String
    /// The other end of the connection.
    package let peer: NetworkAddress
    /// Who asked: the peer, or the address that trusted proxies vouch for.
    package let clientAddress: NetworkAddress
    /// When the head was complete.
    package let received: MonotonicTime
    /// The whole body, its transfer coding taken off; empty when there is none.
    package let body: [UInt8]
    /// Whether it came over TLS that ended in this server; a proxy in front is not known of.
    package let isEncrypted: Bool
    private let parameters: PathParameters

    /// Joins the parts; only a server, or a test in its place, has them.
    package init(
        head: RequestHead, id: String, peer: NetworkAddress, clientAddress: NetworkAddress, received: MonotonicTime,
        body: [UInt8], parameters: PathParameters, isEncrypted: Bool = false
    ) {
        self.head = head
        self.id = id
        self.peer = peer
        self.clientAddress = clientAddress
        self.received = received
        self.body = body
        self.isEncrypted = isEncrypted
        self.parameters = parameters
    }

    /// The method as sent; HEAD also where a GET route answers it.
    package var method: HTTPMethod { head.method }
    /// The path as sent, percent-encoded.
    package var path: String { head.path }
    /// The query as sent, without its `?`; nil when there is none.
    package var rawQuery: String? { head.rawQuery }
    /// Host and port the request is for, checked for its grammar; nil or empty when the client named none.
    package var authority: String? { head.authority }

    /// Whether a proxy says it has passed this request on, trusted or not.
    package var isForwarded: Bool {
        head.hasField("x-forwarded-for") || head.hasField("via") || head.hasField("forwarded")
            || head.hasField("x-real-ip")
            || head.hasField("x-forwarded-host") || head.hasField("x-forwarded-proto")
    }

    /// The first value of a header field, without the white space around it; names are compared without case.
    package func field(_ name: StaticString) -> String? { head.field(name) }

    /// All values of a header field, in order.
    package func fields(_ name: StaticString) -> [String] { head.fields(name) }

    /// The decoded text of a path parameter; a `+` is a plus sign.
    package func pathParameter(_ name: StaticString) throws(HTTPDecodingError) -> String {
        for (index, candidate) in parameters.names.enumerated() where Self.equals(candidate, name) {
            return try head.withBytes(of: parameters.slices[index]) { bytes throws(HTTPDecodingError) in
                try PercentCoding.decode(bytes)
            }
        }
        throw .noSuchParameter
    }

    /// The path parameter as it was sent, percent-encoded; nil when the route has none of this name.
    package func rawPathParameter(_ name: StaticString) -> String? {
        for (index, candidate) in parameters.names.enumerated() where Self.equals(candidate, name) {
            return String(decoding: head.bytes[parameters.slices[index].range], as: UTF8.self)
        }
        return nil
    }

    /// Every pair of the query; an undecodable one is an error.
    package func query() throws(HTTPDecodingError) -> HTTPQuery {
        guard let slice = head.querySlice else { return .empty }
        return try head.withBytes(of: slice) { bytes throws(HTTPDecodingError) in try HTTPQuery(strict: bytes) }
    }

    /// The pairs of the query that can be decoded; the others are left out.
    package func lenientQuery() -> HTTPQuery {
        guard let slice = head.querySlice else { return .empty }
        return head.withBytes(of: slice) { HTTPQuery(lenient: $0) }
    }

    private static func equals(_ text: String, _ name: StaticString) -> Bool {
        guard text.utf8.count == name.utf8CodeUnitCount else { return false }
        return name.withUTF8Buffer { text.utf8.elementsEqual($0) }
    }
}
