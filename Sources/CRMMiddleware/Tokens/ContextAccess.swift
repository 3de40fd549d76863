// Who may report the context of a call without an access token: a token and its secret, both in the path. What it
// remembers is behind the mutexes of its parts.

package import NumbersCore
package import Platform

/// Why a request with a context token is not let in.
package enum ContextDenial: Error, Sendable, Hashable {
    /// Unknown, wrong, expired, revoked, malformed, or too many of these from one address: deliberately one and the
    /// same.
    case unknown
    case rateLimitedWorkspace(RateWindow.Decision)
    /// The token could not be looked up.
    case unavailable
}

/// Decides about requests with a context token.
package final class ContextAccess: Sendable {
    /// Failures a minute and client address, before unknown tokens are no longer looked up.
    package static let failuresPerMinute = 10
    /// Context tokens kept in memory, at some 500 bytes each.
    private static let tokensMax = 16_384
    /// How long a token may take to be found.
    private static let loadTime: Duration = .seconds(2)

    private let memory = WorkspaceMemory<UniqueID, StoredContextToken>(countMax: tokensMax)
    private let store: any TokenStore
    private let limits: WorkspaceLimits
    private let failures = AddressLimiter()
    private let requestsPerMinute: Int

    /// - Parameter requestsPerMinute: of one workspace, together with its access tokens.
    package init(store: any TokenStore, limits: WorkspaceLimits, requestsPerMinute: Int) {
        self.store = store
        self.limits = limits
        self.requestsPerMinute = requestsPerMinute
    }

    /// Lets a request in or says why not; waits only for a token that was not used lately.
    /// - Parameters:
    ///   - token: the first segment, decoded; nil when it cannot be.
    ///   - secret: the second one.
    package func admit(
        token: String?, secret: String?, address: NetworkAddress, time: MonotonicTime, now: UnixTime
    ) -> Deferred<Result<TokenAdmission, ContextDenial>> {
        guard let token = token.flatMap({ UniqueID($0) }), let secret = secret.flatMap({ ContextSecret($0) }) else {
            return .ready(failed(address, time))
        }
        let hash = secret.hash
        if let known = memory.known(token) { return .ready(decide(known, hash, address, time, now)) }
        guard failures.take(0, address, limit: Self.failuresPerMinute, at: time).remaining > 0 else {
            return .ready(.failure(.unknown))
        }
        return .pending { [self] in
            switch await store.contextToken(token, deadline: time + Self.loadTime) {
            case .failure: return .failure(.unavailable)
            case .success((nil, _)): return failed(address, time)
            case .success((let stored?, let revision)):
                memory.remember(stored, for: token, of: stored.workspace.id, revision: revision)
                return decide(stored, hash, address, time, now)
            }
        }
    }

    /// Forgets what changed, at the latest the revision named.
    package func apply(changed workspaces: some Sequence<WorkspaceID>, revision: Int64) {
        memory.apply(changed: workspaces, revision: revision)
    }

    /// Forgets every token, at the latest the revision named.
    package func forgetAll(revision: Int64) { memory.forgetAll(revision: revision) }

    private func failed(_ address: NetworkAddress, _ time: MonotonicTime) -> Result<TokenAdmission, ContextDenial> {
        _ = failures.take(address, limit: Self.failuresPerMinute, at: time)
        return .failure(.unknown)
    }

    private func decide(
        _ stored: StoredContextToken, _ hash: SecretHash, _ address: NetworkAddress, _ time: MonotonicTime,
        _ now: UnixTime
    ) -> Result<TokenAdmission, ContextDenial> {
        guard stored.secretHash == hash, stored.record.isUsable(at: now) else { return failed(address, time) }
        let rate = limits.window(of: stored.workspace.id, at: time).take(1, limit: requestsPerMinute, at: time)
        guard rate.isAllowed else { return .failure(.rateLimitedWorkspace(rate)) }
        return .success(TokenAdmission(workspace: stored.workspace, rate: rate))
    }
}
