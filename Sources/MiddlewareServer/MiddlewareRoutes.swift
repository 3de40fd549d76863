// Every path of the server, and what all handlers share: who may ask, and the body as fields. Immutable after start.

import CRMMiddleware
import DocumentPages
import HTTPServer
import HTTPWire
import JSONText
import NumbersCore
import Platform
import ServerProcess

/// The paths of MiddlewareServer. Each subject's table is in an extension of its own.
struct MiddlewareRoutes: Sendable {
    let tokenAccess: TokenAccess
    let contextAccess: ContextAccess
    let tokens: TokenService
    let operations: Operations
    let documents: DocumentAnswers
    let plan: PresentPlan
    let contacts: ContactParts
    let calls: any CallStore
    /// Told of every call and chat that is stored to be delivered.
    let outbox: Outbox
    /// The server's address as others know it; nil when it is not configured.
    let publicOrigin: PublicOrigin?
    let authorization: ConnectorAuthorization
    /// A workspace by its identifier; nil when there is none or storage does not answer until the deadline.
    let workspaces: @Sendable (WorkspaceID, MonotonicTime) async -> Workspace?
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
        let attempt = TokenAttempt(
            text: request.bearerToken, address: request.clientAddress, time: request.received, now: clock.wall())
        return tokenAccess.admit(attempt, needing: .lookup).flatMap { Self.reply($0, denied: Self.denied, work) }
    }

    /// The same for a context token in the path; whatever is wrong with it, the answer is that of an unknown path.
    func contextScoped(
        _ request: HTTPRequest, _ work: @escaping @Sendable (Workspace) -> Deferred<HTTPResponse>
    ) -> Reply {
        let admitted = contextAccess.admit(
            token: try? request.pathParameter("token"), secret: try? request.pathParameter("tokenSecret"),
            address: request.clientAddress, time: request.received, now: clock.wall())
        return admitted.flatMap { Self.reply($0, denied: Self.denied, work) }
    }

    private static func reply<Denial>(
        _ admitted: Result<TokenAdmission, Denial>, denied: (Denial) -> HTTPResponse,
        _ work: (Workspace) -> Deferred<HTTPResponse>
    ) -> Reply {
        switch admitted {
        case .failure(let denial): .ready(denied(denial))
        case .success(let admission): work(admission.workspace).map { limited($0, admission.rate) }
        }
    }

    private static func limited(_ response: HTTPResponse, _ rate: RateWindow.Decision) -> HTTPResponse {
        var response = response
        MiddlewareReplies.add(rate, to: &response)
        return response
    }

    private static func denied(_ denial: TokenDenial) -> HTTPResponse {
        switch denial {
        case .missingToken:
            // RFC 6750 §3.1: without a token the challenge says nothing about errors.
            return MiddlewareReplies.problem(
                .unauthorized, "unauthenticated",
                "This endpoint needs an access token: send `Authorization: Bearer <token>`."
            ).adding("WWW-Authenticate", "Bearer realm=\"crm\"")
        case .invalidToken:
            return MiddlewareReplies.problem(
                .unauthorized, "unauthenticated", "The access token is not known, was revoked or has expired."
            ).adding("WWW-Authenticate", "Bearer realm=\"crm\", error=\"invalid_token\"")
        case .insufficientScope(let rate):
            return limited(
                MiddlewareReplies.problem(
                    .forbidden, "insufficient_scope", "This endpoint needs a token with the scopes client and crm."
                ).adding(
                    "WWW-Authenticate",
                    "Bearer realm=\"crm\", error=\"insufficient_scope\", scope=\"\(TokenScopes.lookup)\""), rate)
        case .rateLimitedWorkspace(let rate): return rateLimited(rate)
        case .rateLimitedAddress(let seconds):
            return MiddlewareReplies.rateLimited(
                "rate_limited_ip", "There were too many failed authentications from this address.",
                retryAfterSeconds: seconds)
        case .unavailable: return MiddlewareReplies.unavailable()
        }
    }

    private static func denied(_ denial: ContextDenial) -> HTTPResponse {
        switch denial {
        case .unknown: MiddlewareReplies.fault(.notFound)
        case .rateLimitedWorkspace(let rate): rateLimited(rate)
        case .unavailable: MiddlewareReplies.unavailable()
        }
    }

    private static func rateLimited(_ rate: RateWindow.Decision) -> HTTPResponse {
        limited(
            MiddlewareReplies.rateLimited(
                "rate_limited_workspace", "The limit of \(rate.limit) requests a minute is reached.",
                retryAfterSeconds: rate.retryAfterSeconds), rate)
    }

    // MARK: Bodies

    /// Why a body was not taken.
    enum BodyFault: Error, Hashable {
        case mediaType
        /// The sentence says what was found where.
        case invalid(String)

        func response(_ request: HTTPRequest) -> HTTPResponse {
            switch self {
            case .mediaType: MiddlewareReplies.fault(.unsupportedMediaType())
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
