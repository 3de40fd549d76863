// Every path of the server and what it needs of a request: the table first, then what all handlers share.
// Immutable after start.

import DocumentPages
import HTTPClient
import HTTPServer
import HTTPWire
import JSONText
import NumbersCore
import Platform
import ServerProcess

/// The paths of LookupServer. An object, so that what waits for an answer holds one reference and not a copy of every part.
/// Handlers turn a head and a body into a query; `Replies` turns the outcome into bytes.
final class LookupRoutes: Sendable {
    let access: AccessControl
    let lookups: LookupService
    let accounts: any AccountStore
    let reports: any ReportStore
    let credentials: CredentialDirectory
    let plan: PresentPlan
    let site: DocumentSite
    let operations: Operations
    let signups: AddressLimiter
    let pageViews: AddressLimiter
    let policy: LookupPolicy
    let clock: Clock
    let random: RandomSource

    init(
        access: AccessControl, lookups: LookupService, accounts: any AccountStore, reports: any ReportStore,
        credentials: CredentialDirectory, plan: PresentPlan, site: DocumentSite, operations: Operations,
        signups: AddressLimiter, pageViews: AddressLimiter, policy: LookupPolicy, clock: Clock, random: RandomSource
    ) {
        self.access = access
        self.lookups = lookups
        self.accounts = accounts
        self.reports = reports
        self.credentials = credentials
        self.plan = plan
        self.site = site
        self.operations = operations
        self.signups = signups
        self.pageViews = pageViews
        self.policy = policy
        self.clock = clock
        self.random = random
    }

    /// Every route, in the order of the documentation.
    var all: [Route] {
        var routes: [Route] = []
        // `/api/v1` is canonical, `/v1` a permanent alias of all of it.
        for base in ["/api/v1", "/v1"] {
            routes += [
                Route(
                    .get, base + "/lookup/{number}", name: "lookup", headAllowed: false, hasNumberInPath: true,
                    handler: lookup),
                Route(.post, base + "/lookup/batch", name: "lookup_batch", handler: lookupBatch),
                Route(.post, base + "/parse", name: "parse", handler: parse),
                Route(.post, base + "/parse/batch", name: "parse_batch", handler: parseBatch),
                Route(.get, base + "/countries", name: "countries", handler: countries),
                Route(.post, base + "/report", name: "report", handler: report),
                Route(
                    .get, base + "/cid/{number}", name: "cid", headAllowed: false, hasNumberInPath: true,
                    handler: callerID),
                Route(.get, base + "/cid", name: "cid_empty", headAllowed: false, handler: callerIDWithoutNumber),
                Route(.get, base + "/cid/", name: "cid_empty", headAllowed: false, handler: callerIDWithoutNumber),
                Route(.post, base + "/account/signup", name: "signup", handler: signUp),
                Route(.get, base + "/account", name: "account", handler: account),
                Route(.patch, base + "/account", name: "account_update", handler: updateAccount),
                Route(.get, base + "/account/keys", name: "keys", handler: keys),
                Route(.post, base + "/account/keys", name: "key_create", handler: createKey),
                Route(.get, base + "/account/keys/{id}", name: "key", handler: key),
                Route(.patch, base + "/account/keys/{id}", name: "key_update", handler: updateKey),
                Route(.post, base + "/account/keys/{id}/rotate", name: "key_rotate", handler: rotateKey),
                Route(.get, base + "/account/ledger", name: "ledger", handler: ledger),
                Route(.get, base + "/account/usage", name: "usage", handler: usage),
            ]
        }
        routes += [
            Route(.get, "/lookup/{e164}", name: "number_page", hasNumberInPath: true, handler: numberPage),
            Route(.get, "/api/health", name: "health", handler: health),
            Route(.get, "/metrics", name: "metrics", handler: metrics),
        ]
        return routes + documents.routes
    }

    // MARK: Keyed requests

    /// A handler's work once a request has been let in.
    typealias Work = @Sendable (Admission) -> Deferred<HTTPResponse>

    /// Lets a request in and runs its work. A request that ends with 400, 402, 409 or 503 gets back what it took from
    /// the rate limit.
    func keyed(
        _ request: HTTPRequest, _ useCase: UseCase, units: Int = 1, isKeyInURLAllowed: Bool = false,
        denied: @escaping @Sendable (AccessDenial) -> HTTPResponse, _ work: @escaping Work
    ) -> Reply {
        let presented = presentedKey(request, isKeyInURLAllowed: isKeyInURLAllowed)
        let attempt = AccessRequest(
            keyText: presented.text, isKeyInURL: presented.isInURL, address: request.clientAddress, useCase: useCase,
            units: units, time: request.received, now: clock.wall())
        return access.admit(attempt).flatMap { [self] result -> Reply in
            switch result {
            case .failure(let denial):
                var response = denied(denial)
                if case .rateLimitedKey(let rate) = denial {
                    Replies.add(rate, to: &response)
                } else if let rate = access.rate(of: attempt) {
                    Replies.add(rate, to: &response)
                }
                return .ready(response)
            case .success(let admission):
                return work(admission).map { response in
                    var response = response
                    let isRefused = [400, 402, 409, 503].contains(response.status.code)
                    Replies.add(isRefused ? admission.refunded().rate : admission.rate, to: &response)
                    return response
                }
            }
        }
    }

    /// The same with errors as problem details.
    func keyed(
        _ request: HTTPRequest, _ useCase: UseCase, units: Int = 1, _ work: @escaping Work
    ) -> Reply {
        keyed(request, useCase, units: units, denied: { Replies.denial($0, request) }, work)
    }

    /// The key a request shows: `Authorization` before `X-API-Key` before, where it is allowed, the query.
    private func presentedKey(
        _ request: HTTPRequest, isKeyInURLAllowed: Bool
    ) -> (text: String?, isInURL: Bool) {
        if let token = request.bearerToken { return (token, false) }
        if let key = request.field("x-api-key") { return (key, false) }
        if isKeyInURLAllowed, let key = request.lenientQuery()["key"] { return (key, true) }
        return (nil, false)
    }

    /// The key text of the headers alone, for filling into an artifact.
    func headerKey(_ request: HTTPRequest) -> String? {
        presentedKey(request, isKeyInURLAllowed: false).text
    }

    // MARK: Bodies

    /// The fields of a JSON body; an empty body is an empty object.
    func fields(_ request: HTTPRequest) -> Result<JSONFields, BodyFault> {
        guard request.mayHaveJSONBody else { return .failure(.mediaType) }
        let body = request.body.isEmpty ? Array("{}".utf8) : request.body
        do {
            return .success(try JSONFields(parsing: body))
        } catch {
            return .failure(.invalid(error.description))
        }
    }

    /// Why a body was not taken.
    enum BodyFault: Error {
        case mediaType
        case invalid(String)

        func response(_ request: HTTPRequest) -> HTTPResponse {
            switch self {
            case .mediaType: HTTPFault.unsupportedMediaType().response(requestID: request.id)
            case .invalid(let detail): Replies.invalid(detail, request)
            }
        }
    }

    // MARK: Deadlines

    /// How long account requests wait for storage.
    static let storageTime: Duration = .seconds(5)

    func storageDeadline(_ request: HTTPRequest) -> MonotonicTime { request.received + Self.storageTime }
}

/// The operator's choices that requests meet.
struct LookupPolicy: Sendable {
    let lookupBudgetMilliseconds: Int
    let callerIDBudgetMilliseconds: Int
    let signupsPerHour: Int
    /// Whether reports of free accounts count for the spam score.
    let countsFreeReports: Bool
    /// The address that customers reach this server by; nil: taken from each request's `Host`.
    let publicOrigin: PublicOrigin?
    /// What webhooks may reach.
    let webhookGuard: NetworkGuard
}
