// Makes the request of a scenario out of its template. Pure functions.

internal import Platform

/// Requests as templates describe them.
package enum RequestBuilder {
    /// The request, checked and ready to be sent. `Request@SkipIf` is not asked here: who skips needs no request.
    ///
    /// - Parameters:
    ///   - credentials: what the authentication gave; what the request sets itself comes first.
    ///   - recorder: told of the conditions inside, and of values that could not be sent as they are.
    package static func build(
        _ request: RequestTemplate, context: EvaluationContext, credentials: RequestCredentials,
        recorder: TraceRecorder?, limits: RequestLimits = .standard
    ) throws(RequestError) -> TemplateRequest {
        let body = RequestBody(context: context, limits: limits, recorder: recorder)
        let url = try RequestURL.complete(
            try body.text(request.url, "the URL"), limits: limits, recorder: recorder)
        var headers = RequestHeaders(limits: limits, recorder: recorder)
        for header in request.headers where try body.isSent(header.guards, "the header '\(header.name)'", at: nil) {
            try headers.set(header.name, try body.text(header.value, "the header '\(header.name)'"))
        }
        for header in credentials.headers { try headers.addIfAbsent(header.name, secret(header.value)) }
        if let basic = credentials.basic { try headers.addIfAbsent("Authorization", encoded(basic)) }
        let content = try content(of: request, headers, body)
        if let content { try headers.addIfAbsent("Content-Type", EvaluatedText(content.type, .template)) }
        return TemplateRequest(
            method: request.method.name, url: url, headers: headers.all, body: content?.text ?? EvaluatedText())
    }

    private struct Content {
        let type: String
        let text: EvaluatedText
    }

    /// The body with its type; nil when there is none. PostValues come before Message where a template has both.
    private static func content(
        of request: RequestTemplate, _ headers: RequestHeaders, _ body: RequestBody
    ) throws(RequestError) -> Content? {
        if request.method == .get {
            if request.postValues != nil || request.message != nil {
                body.recorder?.note("a GET request has no body: PostValues and Message are left out")
            }
            return nil
        }
        let type = request.contentType.isEmpty ? request.encoding.contentType : request.contentType
        if let values = request.postValues {
            if request.message != nil { body.recorder?.note("Message is left out, because there are PostValues") }
            let text =
                switch request.encoding {
                case .json: try JSONBody.text(of: values, body)
                case .urlEncoded: try FormBody.text(of: values, body)
                }
            return Content(type: type, text: text)
        }
        guard let message = request.message else { return nil }
        var text = try body.text(message, "Message")
        try body.check(text.pieces.reduce(0) { $0 + $1.text.utf8.count })
        let sentType = headers.all.first { RequestHeaders.isSame($0.name, "Content-Type") }?.value.text ?? type
        if MessageBody.isJSON(sentType) { text = MessageBody.guarded(text, recorder: body.recorder) }
        return Content(type: type, text: text)
    }

    /// What an authentication gave is a secret, whatever it was made of.
    private static func secret(_ value: EvaluatedText) -> EvaluatedText {
        EvaluatedText(value.pieces.map { EvaluatedText.Piece($0.text, $0.origins.union(.secret)) })
    }

    /// RFC 7617: `user:password` in UTF-8.
    private static func encoded(_ basic: EvaluatedText) -> EvaluatedText {
        var value = EvaluatedText("Basic ", .template)
        value.append(Base64.encoded(Array(basic.text.utf8)), basic.origins.union(.secret))
        return value
    }
}

extension RequestTemplate.Method {
    /// As it stands in a request line.
    fileprivate var name: String {
        switch self {
        case .get: "GET"
        case .post: "POST"
        case .put: "PUT"
        case .patch: "PATCH"
        case .delete: "DELETE"
        }
    }
}

extension RequestTemplate.Encoding {
    /// The Content-Type where a template names none.
    fileprivate var contentType: String {
        switch self {
        case .urlEncoded: "application/x-www-form-urlencoded"
        case .json: "application/json"
        }
    }
}
