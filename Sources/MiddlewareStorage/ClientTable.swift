// Clients in SQL, for the server and the administrator's tool alike. Functions over one connection inside the caller's
// transaction. Every change is noted in the change feed in the same transaction.

package import CRMMiddleware
package import Platform
package import SQLiteDatabase

/// Reads and writes clients.
package enum ClientTable {
    /// Makes a client; false when its workspace does not exist or has as many as it may.
    package static func insert(
        _ client: ClientRecord, secret: SecretHash, on connection: Connection
    ) throws(DatabaseError) -> Bool {
        let inserted = try connection.run(
            """
            INSERT INTO clients (id, workspace_id, secret_hash, scopes, name, created_at)
            SELECT ?1, id, ?3, ?4, ?5, ?6 FROM workspaces
            WHERE id = ?2 AND (SELECT count(*) FROM clients WHERE workspace_id = ?2) < ?7
            """,
            .integer(client.id.value), .integer(client.workspace.value), .blob(secret.digest.bytes),
            .integer(client.scopes.rawValue), client.name.map { .text($0) } ?? .null,
            .integer(client.createdAt.microseconds), .integer(Int64(ClientRecord.countMax)))
        return inserted == 1
    }

    package static func find(_ id: ClientID, on connection: Connection) throws(DatabaseError) -> StoredClient? {
        let found = try connection.first(
            """
            SELECT id, workspace_id, scopes, name, created_at, revoked_at, secret_hash FROM clients WHERE id = ?
            """, .integer(id.value)
        ) { row throws(DatabaseError) -> StoredClient? in
            let record = client(row)
            return SHA256Digest(row.blob(6)).map { StoredClient(record: record, secretHash: SecretHash(digest: $0)) }
        }
        return found ?? nil
    }

    /// The workspace's clients, oldest first.
    package static func all(
        of workspace: WorkspaceID, on connection: Connection
    ) throws(DatabaseError) -> [ClientRecord] {
        var clients: [ClientRecord] = []
        try connection.each(
            """
            SELECT id, workspace_id, scopes, name, created_at, revoked_at FROM clients
            WHERE workspace_id = ? ORDER BY created_at, id
            """, .integer(workspace.value)
        ) { row throws(DatabaseError) in
            clients.append(client(row))
            return .next
        }
        return clients
    }

    /// Ends a client and its tokens for good; false when there is no such client.
    package static func revoke(_ id: ClientID, at: UnixTime, on connection: Connection) throws(DatabaseError) -> Bool {
        guard let client = try find(id, on: connection)?.record else { return false }
        try connection.run(
            "UPDATE clients SET revoked_at = coalesce(revoked_at, ?) WHERE id = ?", .integer(at.microseconds),
            .integer(id.value))
        try connection.run("DELETE FROM access_tokens WHERE client_id = ?", .integer(id.value))
        try MiddlewareChanges.note(.workspace(client.workspace), at: at, on: connection)
        return true
    }

    private static func client(_ row: borrowing Row) -> ClientRecord {
        ClientRecord(
            id: ClientID(value: row.integer(0)), workspace: WorkspaceID(value: row.integer(1)),
            scopes: TokenScopes(rawValue: row.integer(2)), name: row.optionalText(3),
            createdAt: UnixTime(microseconds: row.integer(4)),
            revokedAt: row.optionalInteger(5).map { UnixTime(microseconds: $0) })
    }
}
