// Everything the HTTP layer itself can find wrong with a request, and the words for it. Immutable values.

/// A request that the HTTP layer answers by itself, or that a handler hands back to it.
///
/// `status` and `code` are the pairs of the error table that every server of this product answers with.
package enum HTTPFault: Error, Hashable, Sendable {
    /// 400: the bytes are no request, or not one with a single meaning.
    case badRequest(Flaw)
    /// 404: no route has this path.
    case notFound
    /// 405: the path exists, the method does not; `allow` is the value of the `Allow` field.
    case methodNotAllowed(allow: String)
    /// 408: the head or the body did not arrive in time.
    case requestTimeout
    /// 412: a precondition of the request does not hold (RFC 9110 §13.2).
    case preconditionFailed
    /// 413: the body is larger than `limit` bytes.
    case payloadTooLarge(limit: Int)
    /// 414: the request target is longer than `limit` bytes.
    case uriTooLong(limit: Int)
    /// 415: the content type is not one the route reads.
    case unsupportedMediaType(expected: String = "application/json")
    /// 417: an `Expect` other than `100-continue`.
    case unsupportedExpectation
    /// 421: the target is an https resource, and the connection is not encrypted (RFC 9110 §7.4).
    case misdirected
    /// 431: the header section is larger than `limit` bytes.
    case headersTooLarge(limit: Int)
    /// 431: more than `limit` header fields.
    case tooManyHeaders(limit: Int)
    /// 500: the fault is ours.
    case internalError
    /// 501: a method no server of this product implements.
    case unknownMethod
    /// 501: a transfer coding other than `chunked`.
    case unknownTransferCoding
    /// 503: too much to do at this moment.
    case unavailable
    /// 505: not HTTP/1.x.
    case versionNotSupported

    /// What makes a request malformed.
    package enum Flaw: String, Hashable, Sendable, CaseIterable {
        case requestLine = "the request line is malformed"
        case lineBreak = "a line must end in CR LF, and neither may stand alone"
        case controlByte = "the header section contains a control byte"
        case method = "the method is not a token"
        case target = "the request target contains a byte that must be percent-encoded"
        case targetForm = "the request target is of a form this method cannot have"
        case authority = "the authority of the request target is malformed"
        case version = "the protocol version is malformed"
        case fieldName = "a header field name is malformed"
        case foldedField = "a header field continues on the next line"
        case hostMissing = "the Host header field is missing"
        case hostRepeated = "there is more than one Host header field"
        case hostMalformed = "the Host header field is malformed"
        case lengthMalformed = "Content-Length is not a single decimal number"
        case lengthRepeated = "there is more than one Content-Length"
        case lengthAndCoding = "Content-Length and Transfer-Encoding exclude each other"
        case codingMalformed = "Transfer-Encoding must be exactly chunked"
        case codingInOldVersion = "Transfer-Encoding needs HTTP/1.1"
        case chunkSize = "a chunk size is malformed"
        case chunkExtension = "a chunk extension is malformed or too long"
        case chunkEnd = "a chunk is longer or shorter than its size says"
        case trailer = "a trailer field is malformed or the trailer section is too long"
        case incomplete = "the connection was closed before the request was complete"
        case pathEncoding = "the path is not percent-encoded UTF-8"
        case cleartext = "this port speaks TLS, use https"
        case queryEncoding = "the query is not percent-encoded UTF-8"
    }

    /// The status the fault is answered with.
    package var status: HTTPStatus {
        switch self {
        case .badRequest: .badRequest
        case .notFound: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .requestTimeout: .requestTimeout
        case .preconditionFailed: .preconditionFailed
        case .payloadTooLarge: .payloadTooLarge
        case .uriTooLong: .uriTooLong
        case .unsupportedMediaType: .unsupportedMediaType
        case .unsupportedExpectation: .expectationFailed
        case .misdirected: .misdirectedRequest
        case .headersTooLarge, .tooManyHeaders: .headersTooLarge
        case .internalError: .internalServerError
        case .unknownMethod, .unknownTransferCoding: .notImplemented
        case .unavailable: .serviceUnavailable
        case .versionNotSupported: .versionNotSupported
        }
    }

    /// The stable word a client can act on.
    package var code: String {
        switch self {
        case .badRequest, .unsupportedExpectation: "invalid_request"
        case .notFound: "not_found"
        case .methodNotAllowed: "method_not_allowed"
        case .requestTimeout: "request_timeout"
        case .preconditionFailed: "precondition_failed"
        case .payloadTooLarge: "payload_too_large"
        case .uriTooLong: "uri_too_long"
        case .unsupportedMediaType: "unsupported_media_type"
        case .misdirected: "misdirected"
        case .headersTooLarge, .tooManyHeaders: "headers_too_large"
        case .internalError: "internal"
        case .unknownMethod, .unknownTransferCoding: "not_implemented"
        case .unavailable: "unavailable"
        case .versionNotSupported: "version_not_supported"
        }
    }

    /// One sentence for people, without any byte of the request in it.
    package var detail: String {
        switch self {
        case .badRequest(let flaw): "The request is malformed: \(flaw.rawValue)."
        case .notFound: "Nothing is served at this path."
        case .methodNotAllowed(let allow):
            "This path does not answer the method of the request; it answers: \(allow)."
        case .requestTimeout: "The request did not arrive in time."
        case .preconditionFailed: "What is served here has another entity tag than the If-Match field asks for."
        case .payloadTooLarge(let limit): "The body is larger than the \(limit) bytes accepted here."
        case .uriTooLong(let limit): "The request target is longer than the \(limit) bytes accepted here."
        case .unsupportedMediaType(let expected):
            "The content type of the body is not one that is read here: send it with `Content-Type: \(expected)`."
        case .unsupportedExpectation: "The only expectation this server can meet is 100-continue."
        case .misdirected: "The request is for an https resource, and this connection is not encrypted."
        case .headersTooLarge(let limit): "The header fields are larger than the \(limit) bytes accepted here."
        case .tooManyHeaders(let limit): "There are more than the \(limit) header fields accepted here."
        case .internalError: "The server failed to answer this request; the fault is not in the request."
        case .unknownMethod: "The method is not one this server implements."
        case .unknownTransferCoding: "The only transfer coding this server implements is chunked."
        case .unavailable: "The server cannot take this request at the moment; try again in a second."
        case .versionNotSupported: "This server speaks HTTP/1.1 and HTTP/1.0."
        }
    }
}
