// What came back. A value.

package import HTTPWire
package import Platform

/// An answer, whatever its status.
package struct ClientResponse: Sendable {
    /// 200 to 599; interim answers are not shown.
    package let status: Int
    /// Names as sent (lower case over HTTP/2).
    package let fields: ReceivedFields
    /// Decompressed; the header that told the coding stays.
    package let body: [UInt8]
    /// The protocol of the last hop.
    package let version: Version
    /// The address that answered.
    package let address: NetworkAddress?
    /// How many redirects were followed.
    package let redirectCount: Int
    /// How many times a request was sent beyond the first, redirects not counted.
    package let retryCount: Int

    package enum Version: String, Sendable, Hashable {
        case http10 = "HTTP/1.0"
        case http11 = "HTTP/1.1"
        case http2 = "HTTP/2"
    }

    package init(
        status: Int, fields: ReceivedFields, body: [UInt8], version: Version,
        address: NetworkAddress?, redirectCount: Int, retryCount: Int
    ) {
        self.status = status
        self.fields = fields
        self.body = body
        self.version = version
        self.address = address
        self.redirectCount = redirectCount
        self.retryCount = retryCount
    }

    /// In order. Bytes that are no UTF-8 are replaced.
    package var headers: [(name: String, value: String)] { fields.all }

    /// The first value of a field, names compared without case; nil when there is none.
    package func firstValue(of name: String) -> String? { fields.firstValue(of: name) }
}
