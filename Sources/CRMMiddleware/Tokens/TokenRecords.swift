// Clients, their tokens, and context tokens as storage has them: never the text, only what it is known by. Values.

package import Platform

/// A client of a workspace: whoever may ask for tokens, a PBX for one.
package struct ClientRecord: Sendable, Hashable {
    package let id: ClientID
    package let workspace: WorkspaceID
    /// The most that its tokens may have.
    package let scopes: TokenScopes
    package let name: String?
    package let createdAt: UnixTime
    package let revokedAt: UnixTime?

    /// Characters a name may have.
    package static let nameMax = 100
    /// Clients of one workspace, revoked ones too: what listing them costs.
    package static let countMax = 1_000

    package init(
        id: ClientID, workspace: WorkspaceID, scopes: TokenScopes, name: String?, createdAt: UnixTime,
        revokedAt: UnixTime?
    ) {
        self.id = id
        self.workspace = workspace
        self.scopes = scopes
        self.name = name
        self.createdAt = createdAt
        self.revokedAt = revokedAt
    }
}

/// A token of a client. Tokens that were ended are not kept.
package struct TokenRecord: Sendable, Hashable {
    package let id: TokenID
    package let client: ClientID
    package let workspace: WorkspaceID
    package let scopes: TokenScopes
    package let createdAt: UnixTime
    package let expiresAt: UnixTime

    /// Tokens of one client that live at the same time: many more than the PBXs behind one client have use for. The
    /// next one ends the oldest, so that a client which asks for a token with every request harms only itself.
    package static let liveMax = 256
    /// How long a token may live.
    package static let lifeRange: ClosedRange<Duration> = .seconds(60) ... .seconds(30 * 86_400)

    package init(
        id: TokenID, client: ClientID, workspace: WorkspaceID, scopes: TokenScopes, createdAt: UnixTime,
        expiresAt: UnixTime
    ) {
        self.id = id
        self.client = client
        self.workspace = workspace
        self.scopes = scopes
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}

/// A token for reporting contexts of calls, and nothing else: it stands in a path together with its secret.
package struct ContextTokenRecord: Sendable, Hashable {
    package let token: UniqueID
    package let workspace: WorkspaceID
    package let createdAt: UnixTime
    /// nil: it does not expire.
    package let expiresAt: UnixTime?
    package let revokedAt: UnixTime?

    /// Context tokens of one workspace, revoked ones too.
    package static let countMax = 1_000

    package init(
        token: UniqueID, workspace: WorkspaceID, createdAt: UnixTime, expiresAt: UnixTime?, revokedAt: UnixTime?
    ) {
        self.token = token
        self.workspace = workspace
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.revokedAt = revokedAt
    }

    /// Whether it lets anybody in at that time.
    package func isUsable(at time: UnixTime) -> Bool {
        revokedAt == nil && expiresAt.map { time < $0 } ?? true
    }
}
