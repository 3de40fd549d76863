// The bounds within which a request is made, each with its reason. Values.

/// How large a request may become.
package struct RequestLimits: Sendable, Hashable {
    /// Bytes of the completed URL. Servers take 8 to 16 thousand; this only keeps out what no server takes.
    package var urlBytes: Int
    /// Headers of one request. Templates write three or four, and servers stop reading at about a hundred.
    package var headers: Int
    /// Bytes of one header value. Tokens of identity providers reach several thousand.
    package var headerBytes: Int
    /// Bytes of the body. A transcript of a long call stays below a megabyte.
    package var bodyBytes: Int
    /// Objects and arrays inside each other. The writer recurses by it; CRMs ask for three or four.
    package var bodyDepth: Int

    package init(urlBytes: Int, headers: Int, headerBytes: Int, bodyBytes: Int, bodyDepth: Int) {
        self.urlBytes = urlBytes
        self.headers = headers
        self.headerBytes = headerBytes
        self.bodyBytes = bodyBytes
        self.bodyDepth = bodyDepth
    }

    /// What every run uses.
    package static let standard = RequestLimits(
        urlBytes: 65_536, headers: 64, headerBytes: 32_768, bodyBytes: 4_194_304, bodyDepth: 64)
}
