// What may go out. Nothing but a request that passed here reaches libcurl.

internal import HTTPWire
internal import Platform

/// A request whose parts cannot change the message around them.
struct CheckedRequest: Sendable {
    /// More fields than any API asks for; servers refuse more than 100 as a rule.
    static let headersMax = 100
    /// Names and values together. Servers refuse more than 8 to 32 KiB.
    static let headerBytesMax = 64 << 10

    let method: HTTPMethod
    let target: TargetURL
    private(set) var headers: [ClientRequest.Header]
    let body: [UInt8]
    let redirects: RedirectPolicy
    /// Already ``RetryPolicy/never`` for a method that is not idempotent.
    let retries: RetryPolicy
    let responseBytesMax: Int?

    init(_ request: ClientRequest) throws(ClientError) {
        do throws(TargetURL.Fault) {
            target = try TargetURL(request.url)
        } catch {
            throw ClientError(.invalidRequest, "The request's URL is not allowed: \(Self.words(for: error)).")
        }
        try Self.check(request.method)
        try Self.check(request.headers)
        method = request.method
        headers = request.headers
        body = request.body
        redirects = request.redirects
        retries = Self.isIdempotent(request.method) ? request.retries : .never
        responseBytesMax = request.responseBytesMax
    }

    /// The request with its place in a trace, unless it has one of its own.
    /// - Parameter span: at random: this request's name in the trace, the same however often it is sent.
    func traced(_ trace: TraceContext, span: UInt64) -> CheckedRequest {
        guard !headers.contains(where: { ASCIIText.isAny($0.name, of: Self.traceFields) }) else { return self }
        var copy = self
        copy.headers.append(ClientRequest.Header("traceparent", TraceParent(trace, span: span).description))
        if !trace.state.isEmpty { copy.headers.append(ClientRequest.Header("tracestate", trace.state)) }
        return copy
    }

    private static let traceFields = ["traceparent", "tracestate"]

    /// Methods whose effect is the same however often they arrive (RFC 9110 §9.2.2).
    static func isIdempotent(_ method: HTTPMethod) -> Bool {
        switch method {
        case .get, .head, .put, .delete, .options: true
        case .post, .patch, .other: false
        }
    }

    static func words(for fault: TargetURL.Fault) -> String {
        switch fault {
        case .malformed: "it is not an absolute URL of visible ASCII characters"
        case .tooLong: "it is longer than \(TargetURL.bytesMax) bytes"
        case .scheme: "only http and https are"
        case .userInformation: "it has a user name or password before its host"
        }
    }

    private static func check(_ method: HTTPMethod) throws(ClientError) {
        guard case .other(let name) = method else { return }
        guard !name.isEmpty, name.utf8.count <= 32, name.utf8.allSatisfy(ByteClass.isToken) else {
            throw ClientError(.invalidRequest, "The request's method is not a token of at most 32 characters.")
        }
        // CONNECT makes a tunnel, TRACE sends credentials back in a body; libcurl gives the known methods their meaning
        // by name, whatever case they are written in here.
        guard !["connect", "trace", "head", "get", "post", "put"].contains(ASCIIText.lowered(name)) else {
            throw ClientError(.invalidRequest, "The method \(name) is not allowed.")
        }
    }

    private static func check(_ headers: [ClientRequest.Header]) throws(ClientError) {
        guard headers.count <= headersMax else {
            throw ClientError(
                .invalidRequest, "The request has \(headers.count) header fields, allowed are \(headersMax).")
        }
        var byteCount = 0
        for header in headers {
            guard !header.name.isEmpty, header.name.utf8.allSatisfy(ByteClass.isToken) else {
                throw ClientError(.invalidRequest, "A header field's name is not a token.")
            }
            guard !isOwnField(header.name) else {
                throw ClientError(
                    .invalidRequest, "The header field \(header.name) is set by the client and by nobody else.")
            }
            guard header.value.utf8.allSatisfy(ByteClass.isFieldValue) else {
                throw ClientError(
                    .invalidRequest, "The value of the header field \(header.name) has a control character.")
            }
            byteCount += header.name.utf8.count + header.value.utf8.count
        }
        guard byteCount <= headerBytesMax else {
            throw ClientError(
                .invalidRequest, "The header fields are \(byteCount) bytes long, allowed are \(headerBytesMax).")
        }
    }

    /// What frames the message or steers the connection (RFC 9110 §7.6.1, RFC 9112 §6).
    private static let ownFields = [
        "host", "content-length", "transfer-encoding", "connection", "keep-alive", "proxy-connection", "upgrade", "te",
        "trailer", "expect", "http2-settings", "accept-encoding",
    ]
}

extension ClientRequest {
    /// Whether the client sets this field itself and refuses a request that brings it.
    package static func isOwnField(_ name: String) -> Bool { CheckedRequest.isOwnField(name) }
}

extension CheckedRequest {
    static func isOwnField(_ name: String) -> Bool { ASCIIText.isAny(name, of: ownFields) }
}

extension ClientRequest.Header {
    private static let credentials = ["authorization", "cookie", "proxy-authorization"]

    /// Whether only the first host of a request may see it.
    var isCredential: Bool {
        isSecret || ASCIIText.isAny(name, of: Self.credentials)
    }
}
