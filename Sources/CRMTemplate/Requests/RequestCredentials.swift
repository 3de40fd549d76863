// What the authentication of a template adds to each request. A value.

/// The outcome of a template's authentication, as requests need it.
package struct RequestCredentials: Sendable, Hashable {
    /// Of `Authentication Type="Basic"`: the evaluated value (`user:password`), not encoded yet; nil for other types.
    package var basic: EvaluatedText?
    /// Of `Authentication Type="Scenario"`: `Authorization: Bearer …` and the header of HeaderName and HeaderValue.
    package var headers: [TemplateRequest.Header]

    package init(basic: EvaluatedText? = nil, headers: [TemplateRequest.Header] = []) {
        self.basic = basic
        self.headers = headers
    }

    /// No authentication, and what requests of the authentication itself are sent with.
    package static let none = RequestCredentials()
}
