// What a server answers and how: routes and the replies of their handlers. Immutable values.

package import HTTPWire
package import Platform

/// How a handler answers: an answer that is ready is written at once; one that is promised is made on the connection's
/// loop; work that is pending runs in a task on that loop and resumes there after every suspension.
package typealias Reply = Deferred<HTTPResponse>

/// One method of one path.
package struct Route: Sendable {
    /// Answers a whole request; called on the loop, which waits for nothing else meanwhile, so it never blocks.
    package typealias Handler = @Sendable (HTTPRequest) -> Reply

    /// The method; HEAD comes with GET where `headAllowed` says so.
    package let method: HTTPMethod
    /// Literal segments and parameters in braces: `/v1/lookup/{number}`. A parameter takes one segment, never an
    /// empty one.
    package let template: String
    /// The label of this route in metrics and log; never anything a caller has sent.
    package let name: String
    /// Whether a GET route answers HEAD too; false where a GET costs money.
    package let headAllowed: Bool
    /// Which segment of the path is a telephone number, counted from 0: it enters the log masked, however it is
    /// written. nil when none is.
    let numberSegment: Int?
    /// The largest body this route reads, in bytes; nil for the server's own limit.
    package let bodyBytes: Int?
    /// What answers.
    package let handler: Handler

    /// Declares a route; a template that is malformed is found by `Router`.
    package init(
        _ method: HTTPMethod, _ template: String, name: String, headAllowed: Bool = true,
        hasNumberInPath: Bool = false, bodyBytes: Int? = nil,
        handler: @escaping Handler
    ) {
        self.method = method
        self.template = template
        self.name = name
        self.headAllowed = headAllowed
        let segments = template.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        numberSegment = hasNumberInPath ? segments.firstIndex { $0.hasPrefix("{") }.map { $0 - 1 } : nil
        self.bodyBytes = bodyBytes
        self.handler = handler
    }
}
