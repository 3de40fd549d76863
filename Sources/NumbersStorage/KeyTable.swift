// Keys in SQL, for the server and the administrator's tool alike. Functions over one connection inside the caller's
// transaction. Every change is noted in the change feed in the same transaction.

package import NumbersCore
package import Platform
package import SQLiteDatabase

/// Reads and writes keys.
package enum KeyTable {
    /// Keys of one account, disabled ones too: what an account can make others store and list.
    package static let keysMax: Int64 = 1_000

    package static func insert(
        _ key: NewKey, account: AccountID, at: UnixTime, on connection: Connection
    ) throws(DatabaseError) {
        let settings = key.settings
        try connection.run(
            """
            INSERT INTO keys (id, account_id, hash, prefix, name, use_cases, requests_per_minute, daily_cap_micros,
                              expires_at, networks, enabled, test, created_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            .integer(key.id.value), .integer(account.value), .blob(key.hash.digest.bytes), .text(key.displayPrefix),
            settings.name.map { .text($0) } ?? .null, .integer(settings.useCases.rawValue),
            settings.limit.map { .integer(Int64($0)) } ?? .null,
            settings.dailyCap.map { .integer($0.micros) } ?? .null,
            settings.expiresAt.map { .integer($0.microseconds) } ?? .null, .text(networksText(settings.networks)),
            .integer(settings.isEnabled ? 1 : 0), .integer(settings.isTest ? 1 : 0), .integer(at.microseconds))
        try ChangeFeed.note(.account(account), at: at, on: connection)
    }

    /// Makes a key unless the account has as many enabled ones as it may.
    package static func create(
        _ key: NewKey, account: AccountID, at: UnixTime, on connection: Connection
    ) throws(DatabaseError) -> Result<KeyRecord, KeyChangeRefusal> {
        let count = try connection.first(
            "SELECT count(*) FROM keys WHERE account_id = ?", .integer(account.value)
        ) { row throws(DatabaseError) in row.integer(0) }
        if (count ?? 0) >= keysMax { return .failure(.tooManyKeys) }
        if key.settings.isEnabled, try enabledCount(account, on: connection) >= KeySettings.enabledMax {
            return .failure(.tooManyKeys)
        }
        try insert(key, account: account, at: at, on: connection)
        return try find(key.id, account: account, on: connection).map { .success($0) } ?? .failure(.notFound)
    }

    package static func find(
        _ id: KeyID, account: AccountID, on connection: Connection
    ) throws(DatabaseError) -> KeyRecord? {
        try connection.first(
            """
            SELECT id, account_id, prefix, name, use_cases, requests_per_minute, daily_cap_micros, expires_at,
                   networks, enabled, test, created_at, last_used_at
            FROM keys WHERE id = ? AND account_id = ?
            """, .integer(id.value), .integer(account.value)
        ) { row throws(DatabaseError) in key(row) }
    }

    /// The account that a key belongs to; nil when there is no such key.
    package static func owner(of id: KeyID, on connection: Connection) throws(DatabaseError) -> AccountID? {
        try connection.first("SELECT account_id FROM keys WHERE id = ?", .integer(id.value)) {
            row throws(DatabaseError) in AccountID(value: row.integer(0))
        }
    }

    /// The account's keys, oldest first.
    package static func all(of account: AccountID, on connection: Connection) throws(DatabaseError) -> [KeyRecord] {
        var keys: [KeyRecord] = []
        try connection.each(
            """
            SELECT id, account_id, prefix, name, use_cases, requests_per_minute, daily_cap_micros, expires_at,
                   networks, enabled, test, created_at, last_used_at
            FROM keys WHERE account_id = ? ORDER BY created_at, id LIMIT ?
            """, .integer(account.value), .integer(keysMax)
        ) { row throws(DatabaseError) in
            keys.append(key(row))
            return .next
        }
        return keys
    }

    /// Changes a key's settings.
    /// - Parameter caller: the key that asks, whose rights bound the change.
    static func update(
        _ id: KeyID, account: AccountID, caller: KeySettings, patch: KeyPatch, at: UnixTime, on connection: Connection
    ) throws(DatabaseError) -> Result<KeyRecord, KeyChangeRefusal> {
        guard let record = try find(id, account: account, on: connection) else { return .failure(.notFound) }
        let settings = patch.applied(to: KeySettings(record))
        if try isRevoked(id, on: connection) { return .failure(.revoked) }
        if caller.isTest, !record.isTest { return .failure(.testKey) }
        if patch.concernsRights, !settings.isWithin(caller) { return .failure(.widerThanCaller) }
        if settings.isEnabled, !record.isEnabled, try enabledCount(account, on: connection) >= KeySettings.enabledMax {
            return .failure(.tooManyKeys)
        }
        if canManage(KeySettings(record)), !canManage(settings),
            try !hasManagingKey(account, otherThan: id, on: connection)
        {
            return .failure(.lastManagingKey)
        }
        try connection.run(
            """
            UPDATE keys SET name = ?, use_cases = ?, requests_per_minute = ?, daily_cap_micros = ?, expires_at = ?,
                            networks = ?, enabled = ?
            WHERE id = ?
            """,
            settings.name.map { .text($0) } ?? .null, .integer(settings.useCases.rawValue),
            settings.limit.map { .integer(Int64($0)) } ?? .null,
            settings.dailyCap.map { .integer($0.micros) } ?? .null,
            settings.expiresAt.map { .integer($0.microseconds) } ?? .null, .text(networksText(settings.networks)),
            .integer(settings.isEnabled ? 1 : 0), .integer(id.value))
        try ChangeFeed.note(.account(account), at: at, on: connection)
        return try find(id, account: account, on: connection).map { .success($0) } ?? .failure(.notFound)
    }

    /// Gives a key a new text. The present one works until `graceUntil`; an earlier one ends at once.
    /// - Parameter caller: the key that asks, whose rights must cover the key's; nil: the operator.
    package static func rotate(
        _ id: KeyID, account: AccountID, caller: KeySettings?, to key: APIKey, graceUntil: UnixTime, at: UnixTime,
        on connection: Connection
    ) throws(DatabaseError) -> Result<KeyRecord, KeyChangeRefusal> {
        guard let record = try find(id, account: account, on: connection) else { return .failure(.notFound) }
        if try isRevoked(id, on: connection) { return .failure(.revoked) }
        if let caller, !KeySettings(record).isWithin(caller) { return .failure(.widerThanCaller) }
        try connection.run(
            "UPDATE keys SET previous_hash = hash, previous_until = ?, hash = ?, prefix = ? WHERE id = ?",
            .integer(graceUntil.microseconds), .blob(key.hash.digest.bytes), .text(key.displayPrefix),
            .integer(id.value))
        try ChangeFeed.note(.account(account), at: at, on: connection)
        return try find(id, account: account, on: connection).map { .success($0) } ?? .failure(.notFound)
    }

    /// Ends a key for good, also the account's last; false when there is no such key.
    package static func revoke(_ id: KeyID, at: UnixTime, on connection: Connection) throws(DatabaseError) -> Bool {
        guard let account = try owner(of: id, on: connection) else { return false }
        try connection.run(
            """
            UPDATE keys SET enabled = 0, revoked_at = coalesce(revoked_at, ?), previous_hash = NULL,
                            previous_until = NULL
            WHERE id = ?
            """, .integer(at.microseconds), .integer(id.value))
        try ChangeFeed.note(.account(account), at: at, on: connection)
        return true
    }

    /// Whether the operator has revoked the key.
    package static func isRevoked(_ id: KeyID, on connection: Connection) throws(DatabaseError) -> Bool {
        let revoked = try connection.first("SELECT revoked_at FROM keys WHERE id = ?", .integer(id.value)) {
            row throws(DatabaseError) in !row.isNull(0)
        }
        return revoked ?? false
    }

    /// The key presented, with its account. A key in its grace after a rotation expires with the grace.
    static func credential(
        for hash: KeyHash, on connection: Connection
    ) throws(DatabaseError) -> StoredCredential? {
        try connection.first(
            """
            SELECT keys.id, account_id, prefix, keys.name, use_cases, keys.requests_per_minute, daily_cap_micros,
                   CASE WHEN hash = ?1 THEN expires_at ELSE min(coalesce(expires_at, previous_until), previous_until) END,
                   networks, enabled, test, keys.created_at, last_used_at,
                   accounts.id, accounts.name, email, tier, suspended_at, accounts.requests_per_minute, dip_micros,
                   enriched_micros, balance_micros, held_micros, accounts.created_at
            FROM keys JOIN accounts ON accounts.id = account_id
            WHERE hash = ?1 OR previous_hash = ?1
            """, .blob(hash.digest.bytes)
        ) { row throws(DatabaseError) in
            StoredCredential(key: key(row), account: AccountTable.account(row, from: 13))
        }
    }

    /// Notes when keys were used last.
    static func noteUses(_ uses: [KeyID: UnixTime], on connection: Connection) throws(DatabaseError) {
        for (id, time) in uses {
            try connection.run(
                "UPDATE keys SET last_used_at = max(coalesce(last_used_at, 0), ?) WHERE id = ?",
                .integer(time.microseconds), .integer(id.value))
        }
    }

    private static func enabledCount(_ account: AccountID, on connection: Connection) throws(DatabaseError) -> Int {
        let count = try connection.first(
            "SELECT count(*) FROM keys WHERE account_id = ? AND enabled = 1", .integer(account.value)
        ) { row throws(DatabaseError) in Int(row.integer(0)) }
        return count ?? 0
    }

    /// Whether a key keeps its account manageable: a live one that nothing ends by itself.
    private static func canManage(_ settings: KeySettings) -> Bool {
        settings.isEnabled && settings.useCases.allows(.manage) && !settings.isTest && settings.expiresAt == nil
    }

    private static func hasManagingKey(
        _ account: AccountID, otherThan id: KeyID, on connection: Connection
    ) throws(DatabaseError) -> Bool {
        let found = try connection.first(
            """
            SELECT 1 FROM keys
            WHERE account_id = ? AND id <> ? AND enabled = 1 AND test = 0 AND expires_at IS NULL AND use_cases & ? <> 0
            """, .integer(account.value), .integer(id.value), .integer(UseCases(.manage).rawValue)
        ) { row throws(DatabaseError) in row.integer(0) }
        return found != nil
    }

    private static func networksText(_ networks: [NetworkBlock]) -> String {
        networks.map(\.description).joined(separator: " ")
    }

    /// Reads thirteen columns from the first on.
    private static func key(_ row: borrowing Row) -> KeyRecord {
        let blocks = row.text(8).split(separator: " ").map { NetworkBlock(String($0)) }
        // A block that does not parse was not written by this program: the key is closed rather than opened wide.
        let isReadable = blocks.allSatisfy { $0 != nil }
        return KeyRecord(
            id: KeyID(value: row.integer(0)), account: AccountID(value: row.integer(1)), displayPrefix: row.text(2),
            name: row.optionalText(3), useCases: UseCases(rawValue: row.integer(4)),
            limit: row.optionalInteger(5).map { Int($0) },
            dailyCap: row.optionalInteger(6).map { MicroUSD(micros: $0) },
            expiresAt: row.optionalInteger(7).map { UnixTime(microseconds: $0) }, networks: blocks.compactMap { $0 },
            isEnabled: row.integer(9) != 0 && isReadable, isTest: row.integer(10) != 0,
            createdAt: UnixTime(microseconds: row.integer(11)),
            lastUsedAt: row.optionalInteger(12).map { UnixTime(microseconds: $0) })
    }
}
