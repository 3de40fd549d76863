// Every path of the server, and what all handlers share: who may ask, and the body as fields. Immutable after start.

import CRMMiddleware
import HTTPServer
import HTTPWire
import JSONText
import NumbersCore
import Platform
import ServerProcess

/// The paths of MiddlewareServer. Each subject's table is in an extension of its own.
struct MiddlewareRoutes: Sendable {
    let operations: Operations
    let documents: DocumentAnswers
    let plan: PresentPlan
    /// Told of every call and chat that is stored to be delivered.
    let outbox: Outbox
    let clock: Clock
    let random: RandomSource

    /// Every route, in the order of the documentation.
    var all: [Route] {
        tokenRoutes + contactRoutes + callRoutes + chatRoutes + connectorRoutes + pageRoutes
    }

    /// How long requests wait for storage.
    static let storageTime: Duration = .seconds(5)

    func storageDeadline(_ request: HTTPRequest) -> MonotonicTime { request.received + Self.storageTime }

    // MARK: Admission

    /// Lets a request in that has a token with both scopes, within its workspace's rate limit, and runs its work. Adds
    /// the `RateLimit-…` fields to the answer.
    func scoped(
        _ request: HTTPRequest, _ work: @escaping @Sendable (Workspace) -> Deferred<HTTPResponse>
    ) -> Reply {
        .ready(MiddlewareReplies.problem(.unauthorized, "unauthenticated", "This endpoint needs an access token."))
    }

    /// The same for a context token in the path; whatever is wrong with it, the answer is that of an unknown path.
    func contextScoped(
        _ request: HTTPRequest, _ work: @escaping @Sendable (Workspace) -> Deferred<HTTPResponse>
    ) -> Reply {
        .ready(MiddlewareReplies.fault(.notFound))
    }

    // MARK: Bodies

    /// Why a body was not taken.
    enum BodyFault: Error, Hashable {
        case mediaType
        /// The sentence says what was found where.
        case invalid(String)

        func response(_ request: HTTPRequest) -> HTTPResponse {
            switch self {
            case .mediaType: MiddlewareReplies.fault(.unsupportedMediaType)
            case .invalid(let hint): MiddlewareReplies.invalid(hints: [hint])
            }
        }
    }

    /// The fields of a JSON body; an empty body is an empty object.
    func givenFields(_ request: HTTPRequest) -> Result<GivenFields, BodyFault> {
        guard request.mayHaveJSONBody else { return .failure(.mediaType) }
        if request.body.isEmpty { return .success(GivenFields(JSONObject())) }
        let value: JSONValue
        do throws(JSONSyntaxError) {
            value = try JSONValue(parsing: request.body)
        } catch {
            return .failure(.invalid("The body is not JSON: \(error)."))
        }
        guard case .object(let object) = value else {
            return .failure(.invalid("The body must be a JSON object."))
        }
        return .success(GivenFields(object))
    }
}
