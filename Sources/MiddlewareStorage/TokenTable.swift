// Access tokens in SQL, for the server and the administrator's tool alike. Functions over one connection inside the
// caller's transaction. What ends a token is noted in the change feed in the same transaction; a new one is known to
// nobody yet.

package import CRMMiddleware
package import Platform
package import SQLiteDatabase

/// Reads and writes tokens.
package enum TokenTable {
    /// Stores a token, and ends the client's oldest ones beyond ``TokenRecord/liveMax``; false when the client was
    /// revoked meanwhile.
    package static func insert(
        _ token: TokenRecord, hash: SecretHash, on connection: Connection
    ) throws(DatabaseError) -> Bool {
        let inserted = try connection.run(
            """
            INSERT INTO access_tokens (id, hash, client_id, workspace_id, scopes, created_at, expires_at)
            SELECT ?, ?, id, workspace_id, ?, ?, ? FROM clients
            WHERE id = ? AND workspace_id = ? AND revoked_at IS NULL
            """,
            .integer(token.id.value), .blob(hash.digest.bytes), .integer(token.scopes.rawValue),
            .integer(token.createdAt.microseconds), .integer(token.expiresAt.microseconds),
            .integer(token.client.value), .integer(token.workspace.value))
        guard inserted == 1 else { return false }
        // The new token counts as the newest, whatever the clock did.
        let ended = try connection.run(
            """
            DELETE FROM access_tokens WHERE id IN (
                SELECT id FROM access_tokens WHERE client_id = ?1 AND id <> ?2
                ORDER BY created_at DESC, id DESC LIMIT -1 OFFSET ?3)
            """, .integer(token.client.value), .integer(token.id.value), .integer(Int64(TokenRecord.liveMax - 1)))
        if ended > 0 { try MiddlewareChanges.note(.workspace(token.workspace), at: token.createdAt, on: connection) }
        return true
    }

    /// The token presented, expired or not.
    package static func find(
        hash: SecretHash, on connection: Connection
    ) throws(DatabaseError) -> TokenRecord? {
        try connection.first(
            """
            SELECT id, client_id, workspace_id, scopes, created_at, expires_at FROM access_tokens WHERE hash = ?
            """, .blob(hash.digest.bytes)
        ) { row throws(DatabaseError) in token(row) }
    }

    /// The live tokens of a workspace, oldest first.
    /// - Parameter limit: how many at most.
    package static func live(
        of workspace: WorkspaceID, at time: UnixTime, limit: Int, on connection: Connection
    ) throws(DatabaseError) -> [TokenRecord] {
        var tokens: [TokenRecord] = []
        try connection.each(
            """
            SELECT id, client_id, workspace_id, scopes, created_at, expires_at FROM access_tokens
            WHERE workspace_id = ? AND expires_at > ? ORDER BY created_at, id LIMIT ?
            """, .integer(workspace.value), .integer(time.microseconds), .integer(Int64(limit))
        ) { row throws(DatabaseError) in
            tokens.append(token(row))
            return .next
        }
        return tokens
    }

    /// Ends a token of a client by its hash; another client's is left as it is.
    package static func end(
        hash: SecretHash, of client: ClientID, at: UnixTime, on connection: Connection
    ) throws(DatabaseError) {
        guard let token = try find(hash: hash, on: connection), token.client == client else { return }
        _ = try end(token.id, at: at, on: connection)
    }

    /// Ends a token; false when there is no such token.
    package static func end(_ id: TokenID, at: UnixTime, on connection: Connection) throws(DatabaseError) -> Bool {
        let workspace = try connection.first(
            "DELETE FROM access_tokens WHERE id = ? RETURNING workspace_id", .integer(id.value)
        ) { row throws(DatabaseError) in WorkspaceID(value: row.integer(0)) }
        guard let workspace else { return false }
        try MiddlewareChanges.note(.workspace(workspace), at: at, on: connection)
        return true
    }

    /// Drops at most so many expired tokens and returns how many it dropped.
    package static func sweep(
        now: UnixTime, limit: Int, on connection: Connection
    ) throws(DatabaseError) -> Int {
        try connection.run(
            """
            DELETE FROM access_tokens WHERE id IN (
                SELECT id FROM access_tokens WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)
            """, .integer(now.microseconds), .integer(Int64(limit)))
    }

    /// Expired tokens, as housekeeping drops them.
    package static let expired = Sweep(of: "access_tokens") { now, connection throws(DatabaseError) in
        try sweep(now: now, limit: Sweep.rowsMax, on: connection)
    }

    private static func token(_ row: borrowing Row) -> TokenRecord {
        TokenRecord(
            id: TokenID(value: row.integer(0)), client: ClientID(value: row.integer(1)),
            workspace: WorkspaceID(value: row.integer(2)), scopes: TokenScopes(rawValue: row.integer(3)),
            createdAt: UnixTime(microseconds: row.integer(4)), expiresAt: UnixTime(microseconds: row.integer(5)))
    }
}
