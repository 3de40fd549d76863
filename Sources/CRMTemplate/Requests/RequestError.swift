// Why a request is not sent. A value.

/// A request that could not be made, or must not be sent. The sentence names the part of the request and what is wrong
/// with it, never the value of a variable.
package struct RequestError: Error, Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        /// An expression in it failed.
        case expression(ExpressionError)
        /// The URL is not one that may be requested.
        case url
        /// A value of a call, a contact or a response would decide where the request goes.
        case steeredByData
        /// A header name or value cannot be sent.
        case header
        /// A limit of ``RequestLimits`` was passed.
        case tooLarge
    }

    package let kind: Kind
    /// What was found and what was expected: "the URL holds a control character".
    package let message: String

    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    /// The code of ``RunResult/Failure`` that tells of it: `expression`, `request` or `limit`.
    package var failureCode: String {
        switch kind {
        case .expression: "expression"
        case .url, .steeredByData, .header: "request"
        case .tooLarge: "limit"
        }
    }
}
