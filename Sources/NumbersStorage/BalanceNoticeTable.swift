// Low-balance notices in SQL: made in the transaction of the charge that causes them, kept until they are delivered or
// given up. Functions over one connection inside the caller's transaction.

internal import NumbersCore
internal import Platform
internal import SQLiteDatabase

/// At most one notice an account waits: a newer one takes the place of an older one that nobody has taken.
enum BalanceNoticeTable {
    /// A notice with what its delivery needs.
    struct Due: Sendable {
        let notice: BalanceNotice
        let attempts: Int
        /// nil: the customer has taken the webhook away.
        let url: WebhookURL?
        let sealedSecret: [UInt8]?
    }

    /// How long a notice is tried: 1, 2, 4, … minutes apart, up to 6 hours; in all about a day.
    static let attemptsMax = 12
    private static let firstPause: Duration = .seconds(60)
    private static let longestPause: Duration = .seconds(6 * 3_600)

    /// Notes that an entry has taken the balance below the threshold, if it has.
    /// - Parameter before: the balance before all that was taken with the entry.
    static func note(
        _ entry: LedgerEntry, before: MicroUSD, threshold: Int64?, on connection: Connection
    ) throws(DatabaseError) {
        guard let threshold, entry.balance.micros < threshold, before.micros >= threshold else { return }
        try connection.run(
            """
            INSERT INTO balance_notices (account_id, entry_id, balance_micros, low_balance_micros, at, due_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?5)
            ON CONFLICT (account_id) DO UPDATE SET entry_id = ?2, balance_micros = ?3, low_balance_micros = ?4, at = ?5,
                attempts = 0, due_at = ?5
            """,
            .integer(entry.account.value), .integer(entry.id), .integer(entry.balance.micros), .integer(threshold),
            .integer(entry.at.microseconds))
    }

    /// Notices whose time has come, the longest due first.
    static func due(at now: UnixTime, limit: Int, on connection: Connection) throws(DatabaseError) -> [Due] {
        try connection.all(
            """
            SELECT account_id, entry_id, balance_notices.balance_micros, balance_notices.low_balance_micros, at, attempts,
                   webhook_url, webhook_secret
            FROM balance_notices JOIN accounts ON accounts.id = account_id
            WHERE due_at <= ? ORDER BY due_at LIMIT ?
            """, .integer(now.microseconds), .integer(Int64(limit))
        ) { row throws(DatabaseError) in
            Due(
                notice: BalanceNotice(
                    account: AccountID(value: row.integer(0)), entry: row.integer(1),
                    balance: MicroUSD(micros: row.integer(2)), threshold: MicroUSD(micros: row.integer(3)),
                    at: UnixTime(microseconds: row.integer(4))),
                attempts: Int(row.integer(5)), url: row.optionalText(6).flatMap { WebhookURL($0) },
                sealedSecret: row.isNull(7) ? nil : row.blob(7))
        }
    }

    /// Forgets a notice that was delivered, or that nobody wants; a newer one of the account stays.
    static func drop(_ notice: BalanceNotice, on connection: Connection) throws(DatabaseError) {
        try connection.run(
            "DELETE FROM balance_notices WHERE account_id = ? AND entry_id = ?", .integer(notice.account.value),
            .integer(notice.entry))
    }

    /// Puts a notice off after an attempt that failed, or gives it up after the last.
    /// - Returns: whether it is given up.
    static func putOff(
        _ due: Due, at now: UnixTime, on connection: Connection
    ) throws(DatabaseError) -> Bool {
        guard due.attempts + 1 < attemptsMax else {
            try drop(due.notice, on: connection)
            return true
        }
        try connection.run(
            "UPDATE balance_notices SET attempts = attempts + 1, due_at = ? WHERE account_id = ? AND entry_id = ?",
            .integer((now + pause(after: due.attempts + 1)).microseconds), .integer(due.notice.account.value),
            .integer(due.notice.entry))
        return false
    }

    /// The time from so many attempts to the next.
    static func pause(after attempts: Int) -> Duration {
        min(firstPause * (1 << min(max(attempts - 1, 0), 16)), longestPause)
    }
}
