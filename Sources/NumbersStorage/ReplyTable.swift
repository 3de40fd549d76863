// Stored replies in SQL. Functions over one connection inside the caller's transaction.

internal import NumbersCore
internal import Platform
internal import SQLiteDatabase

/// Keeps, finds and drops replies.
enum ReplyTable {
    /// Expired replies dropped in one go, so that no transaction grows with the backlog.
    static let sweepMax = 500
    /// Replies past their life.
    static let expired = Sweep(of: "stored_replies", blockRows: sweepMax, sweep)

    static func find(
        _ account: AccountID, _ key: IdempotencyKey, now: UnixTime, on connection: Connection
    ) throws(DatabaseError) -> StoredReply? {
        let oldest = now - StoredReply.lifetime
        let row = try connection.first(
            """
            SELECT fingerprint, body, stored_at FROM stored_replies
            WHERE account_id = ? AND idempotency_key = ? AND stored_at > ?
            """, .integer(account.value), .text(key.text), .integer(oldest.microseconds)
        ) { row throws(DatabaseError) in
            (fingerprint: SHA256Digest(row.blob(0)), body: row.blob(1), at: UnixTime(microseconds: row.integer(2)))
        }
        guard let row, let fingerprint = row.fingerprint else { return nil }
        return StoredReply(account: account, key: key, fingerprint: fingerprint, body: row.body, at: row.at)
    }

    /// Stores a reply; one that is still alive under the same key stays, an expired one is replaced.
    static func insert(_ reply: StoredReply, on connection: Connection) throws(DatabaseError) {
        let oldest = reply.at - StoredReply.lifetime
        try connection.run(
            "DELETE FROM stored_replies WHERE account_id = ? AND idempotency_key = ? AND stored_at <= ?",
            .integer(reply.account.value), .text(reply.key.text), .integer(oldest.microseconds))
        let sequence = try connection.first(
            "SELECT coalesce(max(sequence), 0) + 1 FROM stored_replies WHERE account_id = ?",
            .integer(reply.account.value)
        ) { row throws(DatabaseError) in row.integer(0) }
        let next = sequence ?? 1
        try connection.run(
            """
            INSERT INTO stored_replies (account_id, sequence, idempotency_key, fingerprint, body, stored_at)
            VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (account_id, idempotency_key) DO NOTHING
            """,
            .integer(reply.account.value), .integer(next), .text(reply.key.text), .blob(reply.fingerprint.bytes),
            .blob(reply.body), .integer(reply.at.microseconds))
        // Sequence numbers are dense but for replies that expired, so this keeps at most the newest 100,000.
        try connection.run(
            "DELETE FROM stored_replies WHERE account_id = ? AND sequence <= ?", .integer(reply.account.value),
            .integer(next - Int64(StoredReply.perAccountMax)))
    }

    static func remove(_ reply: StoredReply, on connection: Connection) throws(DatabaseError) {
        try connection.run(
            "DELETE FROM stored_replies WHERE account_id = ? AND idempotency_key = ? AND fingerprint = ?",
            .integer(reply.account.value), .text(reply.key.text), .blob(reply.fingerprint.bytes))
    }

    /// Drops replies past their life, at most `sweepMax`; returns how many.
    static func sweep(now: UnixTime, on connection: Connection) throws(DatabaseError) -> Int {
        let oldest = now - StoredReply.lifetime
        return try connection.run(
            """
            DELETE FROM stored_replies WHERE rowid IN (
                SELECT rowid FROM stored_replies WHERE stored_at <= ? ORDER BY stored_at LIMIT ?)
            """, .integer(oldest.microseconds), .integer(Int64(sweepMax)))
    }
}
