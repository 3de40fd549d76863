// Context tokens in SQL, for the server and the administrator's tool alike. Functions over one connection inside the
// caller's transaction. Every change is noted in the change feed in the same transaction.

package import CRMMiddleware
package import Platform
package import SQLiteDatabase

/// Reads and writes context tokens.
package enum ContextTokenTable {
    /// Makes a context token; false when its workspace does not exist or has as many as it may.
    package static func insert(
        _ token: ContextTokenRecord, secret: SecretHash, on connection: Connection
    ) throws(DatabaseError) -> Bool {
        let inserted = try connection.run(
            """
            INSERT INTO context_tokens (token, workspace_id, secret_hash, created_at, expires_at)
            SELECT ?1, id, ?3, ?4, ?5 FROM workspaces
            WHERE id = ?2 AND (SELECT count(*) FROM context_tokens WHERE workspace_id = ?2) < ?6
            """,
            .blob(token.token.bytes), .integer(token.workspace.value), .blob(secret.digest.bytes),
            .integer(token.createdAt.microseconds), token.expiresAt.map { .integer($0.microseconds) } ?? .null,
            .integer(Int64(ContextTokenRecord.countMax)))
        return inserted == 1
    }

    /// The token with the hash of its secret, usable or not.
    package static func find(
        _ token: UniqueID, on connection: Connection
    ) throws(DatabaseError) -> (record: ContextTokenRecord, secret: SecretHash)? {
        let found = try connection.first(
            """
            SELECT token, workspace_id, created_at, expires_at, revoked_at, secret_hash
            FROM context_tokens WHERE token = ?
            """, .blob(token.bytes)
        ) { row throws(DatabaseError) -> (record: ContextTokenRecord, secret: SecretHash)? in
            guard let record = record(row), let digest = SHA256Digest(row.blob(5)) else { return nil }
            return (record, SecretHash(digest: digest))
        }
        return found ?? nil
    }

    /// The workspace's context tokens, oldest first.
    package static func all(
        of workspace: WorkspaceID, on connection: Connection
    ) throws(DatabaseError) -> [ContextTokenRecord] {
        var tokens: [ContextTokenRecord] = []
        try connection.each(
            """
            SELECT token, workspace_id, created_at, expires_at, revoked_at
            FROM context_tokens WHERE workspace_id = ? ORDER BY created_at, token
            """, .integer(workspace.value)
        ) { row throws(DatabaseError) in
            if let record = record(row) { tokens.append(record) }
            return .next
        }
        return tokens
    }

    /// Ends a context token for good; false when there is no such token.
    package static func revoke(
        _ token: UniqueID, at: UnixTime, on connection: Connection
    ) throws(DatabaseError) -> Bool {
        let workspace = try connection.first(
            """
            UPDATE context_tokens SET revoked_at = coalesce(revoked_at, ?) WHERE token = ? RETURNING workspace_id
            """, .integer(at.microseconds), .blob(token.bytes)
        ) { row throws(DatabaseError) in WorkspaceID(value: row.integer(0)) }
        guard let workspace else { return false }
        try MiddlewareChanges.note(.workspace(workspace), at: at, on: connection)
        return true
    }

    private static func record(_ row: borrowing Row) -> ContextTokenRecord? {
        let workspace = WorkspaceID(value: row.integer(1))
        let createdAt = UnixTime(microseconds: row.integer(2))
        let expiresAt = row.optionalInteger(3).map { UnixTime(microseconds: $0) }
        let revokedAt = row.optionalInteger(4).map { UnixTime(microseconds: $0) }
        return UniqueID(bytes: row.blob(0)).map {
            ContextTokenRecord(
                token: $0, workspace: workspace, createdAt: createdAt, expiresAt: expiresAt, revokedAt: revokedAt)
        }
    }
}
