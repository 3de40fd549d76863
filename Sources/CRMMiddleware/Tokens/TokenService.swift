// How clients get tokens (RFC 6749 §4.4), end them (RFC 7009) and ask about them (RFC 7662). Holds no state of its own
// but the count of failures.

internal import NumbersCore
package import Platform

/// Why a client does not get what it asks for.
package enum OAuthRefusal: Error, Sendable, Hashable {
    /// The sentence says which rule of the request's form is broken.
    case invalidRequest(String)
    case invalidClient
    case invalidScope
    case unsupportedGrantType
    /// The client may not ask about tokens.
    case insufficientScope
    /// Too many failed authentications from one address.
    case rateLimitedAddress(retryAfterSeconds: Int)
    case unavailable
}

/// Who asks, as the request says; nothing of it is verified.
package struct PresentedClient: Sendable {
    package let id: String?
    package let secret: Secret?

    package init(id: String?, secret: Secret?) {
        self.id = id
        self.secret = secret
    }
}

/// From where and when a client asks, and until when it waits.
package struct ClientAttempt: Sendable {
    package let client: PresentedClient
    package let address: NetworkAddress
    package let time: MonotonicTime
    package let deadline: MonotonicTime

    package init(client: PresentedClient, address: NetworkAddress, time: MonotonicTime, deadline: MonotonicTime) {
        self.client = client
        self.address = address
        self.time = time
        self.deadline = deadline
    }
}

/// The token endpoints, without their HTTP.
package struct TokenService: Sendable {
    /// Failed client authentications a minute and address; what succeeds is not counted.
    package static let failuresPerMinute = 10

    private let store: any TokenStore
    private let failures = AddressLimiter()
    private let life: Duration
    private let clock: Clock
    private let random: RandomSource

    /// - Parameter life: of a token.
    package init(store: any TokenStore, life: Duration, clock: Clock, random: RandomSource) {
        self.store = store
        self.life = life
        self.clock = clock
        self.random = random
    }

    /// A token that was issued; its text is shown this once.
    package struct Issued: Sendable {
        package let token: AccessToken
        package let record: TokenRecord
        package let life: Duration
    }

    /// Issues a token to a client.
    /// - Parameter scope: as asked for; nil: all that the client has.
    package func issue(scope: String?, _ attempt: ClientAttempt) async -> Result<Issued, OAuthRefusal> {
        let client: ClientRecord
        switch await authenticate(attempt) {
        case .failure(let refusal): return .failure(refusal)
        case .success(let some): client = some
        }
        var scopes = client.scopes
        if let scope {
            guard let asked = TokenScopes(scope), client.scopes.isSuperset(of: asked) else {
                return .failure(.invalidScope)
            }
            scopes = asked
        }
        let token = AccessToken(random: random)
        let now = clock.wall()
        let record = TokenRecord(
            id: TokenID(random: random), client: client.id, workspace: client.workspace, scopes: scopes,
            createdAt: now, expiresAt: now + life)
        return switch await store.issue(record, hash: token.hash, deadline: attempt.deadline) {
        case .failure: .failure(.unavailable)
        case .success(false): .failure(.invalidClient)
        case .success(true): .success(Issued(token: token, record: record, life: life))
        }
    }

    /// Ends a token of the client; a text that is none of its tokens changes nothing.
    /// - Returns: the client's workspace, whose tokens are to be forgotten.
    package func revoke(token text: String, _ attempt: ClientAttempt) async -> Result<WorkspaceID, OAuthRefusal> {
        let client: ClientRecord
        switch await authenticate(attempt) {
        case .failure(let refusal): return .failure(refusal)
        case .success(let some): client = some
        }
        guard let token = AccessToken(text) else { return .success(client.workspace) }
        let ended = await store.end(
            token.hash, of: client.id, at: clock.wall(), deadline: attempt.deadline)
        return switch ended {
        case .failure: .failure(.unavailable)
        case .success: .success(client.workspace)
        }
    }

    /// What a token of the client's own workspace is; nil for every other text.
    package func introspect(token text: String, _ attempt: ClientAttempt) async -> Result<TokenRecord?, OAuthRefusal> {
        let client: ClientRecord
        switch await authenticate(attempt) {
        case .failure(let refusal): return .failure(refusal)
        case .success(let some): client = some
        }
        guard client.scopes.contains(.introspect) else { return .failure(.insufficientScope) }
        guard let token = AccessToken(text) else { return .success(nil) }
        switch await store.token(for: token.hash, deadline: attempt.deadline) {
        case .failure: return .failure(.unavailable)
        case .success((let stored, _)):
            guard let record = stored?.record, record.workspace == client.workspace, clock.wall() < record.expiresAt
            else { return .success(nil) }
            return .success(record)
        }
    }

    /// The client, if it is who it says.
    private func authenticate(_ attempt: ClientAttempt) async -> Result<ClientRecord, OAuthRefusal> {
        guard let id = attempt.client.id.flatMap({ ClientID($0) }), let secret = attempt.client.secret else {
            return .failure(failed(attempt))
        }
        let hash = SecretHash(digest: SHA256Digest.of(secret.reveal()))
        switch await store.client(id, deadline: attempt.deadline) {
        case .failure: return .failure(.unavailable)
        case .success(nil): return .failure(failed(attempt))
        case .success(let stored?):
            guard stored.secretHash == hash, stored.record.revokedAt == nil else { return .failure(failed(attempt)) }
            return .success(stored.record)
        }
    }

    private func failed(_ attempt: ClientAttempt) -> OAuthRefusal {
        let decision = failures.take(attempt.address, limit: Self.failuresPerMinute, at: attempt.time)
        return decision.isAllowed
            ? .invalidClient : .rateLimitedAddress(retryAfterSeconds: decision.retryAfterSeconds)
    }
}
