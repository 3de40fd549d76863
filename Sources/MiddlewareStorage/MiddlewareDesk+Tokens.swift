// What an administrator does with workspaces' settings, clients and tokens.

package import CRMMiddleware
package import Platform
package import SQLiteDatabase

extension MiddlewareDesk {
    /// Changes settings and returns the workspace as it is now; nil when there is no such workspace.
    /// - Parameter change: is given the present settings.
    package func set(
        _ id: WorkspaceID, _ change: (inout WorkspaceSettings) -> Void
    ) throws(DatabaseError) -> Workspace? {
        let now = clock.wall()
        return try connection.transaction { () throws(DatabaseError) in
            guard let present = try WorkspaceTable.find(id, on: connection) else { return nil }
            var settings = present.settings
            change(&settings)
            _ = try WorkspaceTable.set(settings, of: id, at: now, on: connection)
            return try WorkspaceTable.find(id, on: connection)
        }
    }

    // MARK: Clients

    /// A client with its secret, shown once.
    package struct IssuedClient {
        package let record: ClientRecord
        package let secret: ClientSecret
    }

    /// Makes a client; nil when its workspace has as many as it may.
    package func createClient(
        workspace: WorkspaceID, scopes: TokenScopes, name: String?
    ) throws(DatabaseError) -> IssuedClient? {
        let record = ClientRecord(
            id: ClientID(random: random), workspace: workspace, scopes: scopes, name: name, createdAt: clock.wall(),
            revokedAt: nil)
        let secret = ClientSecret(random: random)
        let isMade = try connection.transaction { () throws(DatabaseError) in
            try ClientTable.insert(record, secret: secret.hash, on: connection)
        }
        return isMade ? IssuedClient(record: record, secret: secret) : nil
    }

    /// The workspace's clients, oldest first.
    package func clients(of workspace: WorkspaceID) throws(DatabaseError) -> [ClientRecord] {
        try ClientTable.all(of: workspace, on: connection)
    }

    /// Ends a client and its tokens; false when there is no such client.
    package func revokeClient(_ id: ClientID) throws(DatabaseError) -> Bool {
        let now = clock.wall()
        return try connection.transaction { () throws(DatabaseError) in
            try ClientTable.revoke(id, at: now, on: connection)
        }
    }

    // MARK: Tokens

    /// Live tokens that are listed at most.
    package static let tokensListedMax = 10_000

    /// The workspace's live tokens, oldest first.
    package func tokens(of workspace: WorkspaceID) throws(DatabaseError) -> [TokenRecord] {
        try TokenTable.live(of: workspace, at: clock.wall(), limit: Self.tokensListedMax, on: connection)
    }

    /// Ends a token; false when there is no such token.
    package func endToken(_ id: TokenID) throws(DatabaseError) -> Bool {
        let now = clock.wall()
        return try connection.transaction { () throws(DatabaseError) in
            try TokenTable.end(id, at: now, on: connection)
        }
    }

    // MARK: Context tokens

    /// A context token with its secret, shown once.
    package struct IssuedContextToken {
        package let record: ContextTokenRecord
        package let secret: ContextSecret
    }

    /// Makes a context token; nil when its workspace has as many as it may.
    /// - Parameter life: nil: it does not expire.
    package func createContextToken(
        workspace: WorkspaceID, life: Duration?
    ) throws(DatabaseError) -> IssuedContextToken? {
        let now = clock.wall()
        let record = ContextTokenRecord(
            token: UniqueID(random: random), workspace: workspace, createdAt: now, expiresAt: life.map { now + $0 },
            revokedAt: nil)
        let secret = ContextSecret(random: random)
        let isMade = try connection.transaction { () throws(DatabaseError) in
            try ContextTokenTable.insert(record, secret: secret.hash, on: connection)
        }
        return isMade ? IssuedContextToken(record: record, secret: secret) : nil
    }

    /// The workspace's context tokens, oldest first.
    package func contextTokens(of workspace: WorkspaceID) throws(DatabaseError) -> [ContextTokenRecord] {
        try ContextTokenTable.all(of: workspace, on: connection)
    }

    /// Ends a context token; false when there is no such token.
    package func revokeContextToken(_ token: UniqueID) throws(DatabaseError) -> Bool {
        let now = clock.wall()
        return try connection.transaction { () throws(DatabaseError) in
            try ContextTokenTable.revoke(token, at: now, on: connection)
        }
    }
}
