// Makes the request of a scenario out of its template. Pure functions.

/// Requests as templates describe them.
package enum RequestBuilder {
    /// The request, checked and ready to be sent. `Request@SkipIf` is not asked here: who skips needs no request.
    ///
    /// - Parameters:
    ///   - credentials: what the authentication gave; what the request sets itself comes first.
    ///   - recorder: told of the conditions inside, and of values that could not be sent as they are.
    package static func build(
        _ request: RequestTemplate, context: EvaluationContext, credentials: RequestCredentials,
        recorder: TraceRecorder?
    ) throws(RequestError) -> TemplateRequest {
        let url: EvaluatedText
        do {
            url = try request.url.evaluate(context)
        } catch {
            throw RequestError(.expression(error), error.message)
        }
        return TemplateRequest(
            method: request.method.rawValue.uppercased(), url: url, headers: credentials.headers, body: EvaluatedText())
    }
}
