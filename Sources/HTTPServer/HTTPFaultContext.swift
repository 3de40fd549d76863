// What is known of a request that the HTTP layer answers by itself. Immutable.

package import HTTPWire
package import Platform

/// Enough of a refused request to give its answer the right shape.
package struct HTTPFaultContext: Sendable {
    /// What the answer says in `X-Request-Id`.
    package let requestID: String
    /// nil when the request line could not be read.
    package let method: HTTPMethod?
    /// The path as sent; nil when the request line could not be read.
    package let path: String?
    /// The query as sent, without its `?`.
    package let rawQuery: String?
    /// The peer, or the address that trusted proxies vouch for.
    package let clientAddress: NetworkAddress

    /// Puts together what is known.
    package init(
        requestID: String, method: HTTPMethod?, path: String?, rawQuery: String?, clientAddress: NetworkAddress
    ) {
        self.requestID = requestID
        self.method = method
        self.path = path
        self.rawQuery = rawQuery
        self.clientAddress = clientAddress
    }
}
