// Who may ask: token, scopes, rate, in this order. What it remembers is behind the mutexes of its parts.

package import NumbersCore
package import Platform

/// What a request shows of itself.
package struct TokenAttempt: Sendable {
    /// The token as presented; nil when there is none.
    package let text: String?
    package let address: NetworkAddress
    package let time: MonotonicTime
    package let now: UnixTime

    package init(text: String?, address: NetworkAddress, time: MonotonicTime, now: UnixTime) {
        self.text = text
        self.address = address
        self.time = time
        self.now = now
    }
}

/// A request that was let in.
package struct TokenAdmission: Sendable {
    package let workspace: Workspace
    /// The state of the workspace's limit.
    package let rate: RateWindow.Decision
}

/// Why a request is not let in.
package enum TokenDenial: Error, Sendable, Hashable {
    case missingToken
    /// Unknown, ended, expired, malformed: deliberately one and the same.
    case invalidToken
    /// The token is good for other things.
    case insufficientScope(rate: RateWindow.Decision)
    case rateLimitedWorkspace(RateWindow.Decision)
    /// Too many failed authentications from one address.
    case rateLimitedAddress(retryAfterSeconds: Int)
    /// The token could not be looked up.
    case unavailable
}

/// Decides about requests with an access token.
package final class TokenAccess: Sendable {
    /// Failed authentications a minute and client address, before the answer is 429.
    package static let failuresPerMinute = 60
    /// Tokens kept in memory, at some 500 bytes each.
    private static let tokensMax = 65_536
    /// How long a token may take to be found.
    private static let loadTime: Duration = .seconds(2)

    private struct LiveToken: Sendable {
        let scopes: TokenScopes
        let expiresAt: UnixTime
        let workspace: Workspace
        let window: SharedRateWindow
    }

    private let memory = WorkspaceMemory<SecretHash, LiveToken>(countMax: tokensMax)
    private let store: any TokenStore
    private let limits: WorkspaceLimits
    private let failures = AddressLimiter()
    private let requestsPerMinute: Int

    /// - Parameter requestsPerMinute: of one workspace.
    package init(store: any TokenStore, limits: WorkspaceLimits, requestsPerMinute: Int) {
        self.store = store
        self.limits = limits
        self.requestsPerMinute = requestsPerMinute
    }

    /// Lets a request in that has all the scopes, or says why not; waits only for a token that was not used lately.
    package func admit(
        _ attempt: TokenAttempt, needing scopes: TokenScopes
    ) -> Deferred<Result<TokenAdmission, TokenDenial>> {
        guard let text = attempt.text else { return .ready(.failure(failed(attempt, .missingToken))) }
        guard let token = AccessToken(text) else { return .ready(.failure(failed(attempt, .invalidToken))) }
        let hash = token.hash
        if let live = memory.known(hash) { return .ready(decide(attempt, live, scopes)) }
        return .pending { [self] in
            switch await store.token(for: hash, deadline: attempt.time + Self.loadTime) {
            case .failure: return .failure(.unavailable)
            case .success((nil, _)): return .failure(failed(attempt, .invalidToken))
            case .success((let stored?, let revision)):
                let live = LiveToken(
                    scopes: stored.record.scopes, expiresAt: stored.record.expiresAt, workspace: stored.workspace,
                    window: limits.window(of: stored.workspace.id, at: attempt.time))
                memory.remember(live, for: hash, of: stored.workspace.id, revision: revision)
                return decide(attempt, live, scopes)
            }
        }
    }

    /// Forgets what changed, at the latest the revision named.
    package func apply(changed workspaces: some Sequence<WorkspaceID>, revision: Int64) {
        memory.apply(changed: workspaces, revision: revision)
    }

    /// Forgets every token, at the latest the revision named; the limits go on counting.
    package func forgetAll(revision: Int64) { memory.forgetAll(revision: revision) }

    /// Forgets the tokens of a workspace at once.
    package func forget(_ workspace: WorkspaceID) { memory.forget(workspace) }

    private func failed(_ attempt: TokenAttempt, _ denial: TokenDenial) -> TokenDenial {
        let decision = failures.take(attempt.address, limit: Self.failuresPerMinute, at: attempt.time)
        return decision.isAllowed ? denial : .rateLimitedAddress(retryAfterSeconds: decision.retryAfterSeconds)
    }

    private func decide(
        _ attempt: TokenAttempt, _ live: LiveToken, _ scopes: TokenScopes
    ) -> Result<TokenAdmission, TokenDenial> {
        guard attempt.now < live.expiresAt else { return .failure(failed(attempt, .invalidToken)) }
        guard live.scopes.isSuperset(of: scopes) else {
            return .failure(.insufficientScope(rate: live.window.take(0, limit: requestsPerMinute, at: attempt.time)))
        }
        let rate = live.window.take(1, limit: requestsPerMinute, at: attempt.time)
        guard rate.isAllowed else { return .failure(.rateLimitedWorkspace(rate)) }
        return .success(TokenAdmission(workspace: live.workspace, rate: rate))
    }
}
