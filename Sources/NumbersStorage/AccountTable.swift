// Accounts and keys in SQL, for the server and the administrator's tool alike. Functions over one connection inside the
// caller's transaction. Every change is noted in the change feed in the same transaction.

package import NumbersCore
package import Platform
package import SQLiteDatabase

/// Reads and writes accounts.
package enum AccountTable {
    package static func insert(_ account: Account, on connection: Connection) throws(DatabaseError) {
        try connection.run(
            "INSERT INTO accounts (id, name, email, tier, created_at) VALUES (?, ?, ?, ?, ?)",
            .integer(account.id.value), account.name.map { .text($0) } ?? .null,
            account.email.map { .text($0) } ?? .null, .text(account.tier.rawValue),
            .integer(account.createdAt.microseconds))
    }

    package static func find(_ id: AccountID, on connection: Connection) throws(DatabaseError) -> Account? {
        try connection.first(
            """
            SELECT id, name, email, tier, suspended_at, requests_per_minute, dip_micros, enriched_micros,
                   balance_micros, held_micros, created_at
            FROM accounts WHERE id = ?
            """, .integer(id.value)
        ) { row throws(DatabaseError) in account(row) }
    }

    /// Accounts in the order they were opened.
    package static func all(on connection: Connection) throws(DatabaseError) -> [Account] {
        var accounts: [Account] = []
        try connection.each(
            """
            SELECT id, name, email, tier, suspended_at, requests_per_minute, dip_micros, enriched_micros,
                   balance_micros, held_micros, created_at
            FROM accounts ORDER BY created_at, id
            """
        ) { row throws(DatabaseError) in
            accounts.append(account(row))
            return .next
        }
        return accounts
    }

    /// What the operator can set.
    package enum Setting: Sendable, Hashable {
        case tier(Tier)
        /// nil: the tier's own limit.
        case limit(Int?)
        /// nil: the list price.
        case prices(PriceList?)
        case suspended(Bool)
    }

    /// Changes a setting; false when there is no such account.
    package static func set(
        _ setting: Setting, of id: AccountID, at: UnixTime, on connection: Connection
    ) throws(DatabaseError) -> Bool {
        let account: SQLValue = .integer(id.value)
        let changed =
            switch setting {
            case .tier(let tier):
                try connection.run("UPDATE accounts SET tier = ? WHERE id = ?", .text(tier.rawValue), account)
            case .limit(let limit):
                try connection.run(
                    "UPDATE accounts SET requests_per_minute = ? WHERE id = ?",
                    limit.map { .integer(Int64($0)) } ?? .null, account)
            case .prices(let prices):
                try connection.run(
                    "UPDATE accounts SET dip_micros = ?, enriched_micros = ? WHERE id = ?",
                    prices.map { .integer($0.dip.micros) } ?? .null,
                    prices.map { .integer($0.enriched.micros) } ?? .null, account)
            case .suspended(true):
                try connection.run(
                    "UPDATE accounts SET suspended_at = coalesce(suspended_at, ?) WHERE id = ?",
                    .integer(at.microseconds), account)
            case .suspended(false):
                try connection.run("UPDATE accounts SET suspended_at = NULL WHERE id = ?", account)
            }
        if changed == 1 { try ChangeFeed.note(.account(id), at: at, on: connection) }
        return changed == 1
    }

    static func update(
        _ id: AccountID, name: String??, email: EmailAddress??, on connection: Connection
    ) throws(DatabaseError) -> Account? {
        if let name {
            try connection.run(
                "UPDATE accounts SET name = ? WHERE id = ?", name.map { .text($0) } ?? .null, .integer(id.value))
        }
        if let email {
            try connection.run(
                "UPDATE accounts SET email = ? WHERE id = ?", email.map { .text($0.text) } ?? .null,
                .integer(id.value))
        }
        return try find(id, on: connection)
    }

    static func account(_ row: borrowing Row) -> Account {
        account(row, from: 0)
    }

    /// Reads eleven columns from `first` on.
    static func account(_ row: borrowing Row, from first: Int32) -> Account {
        let list = PriceList.standard
        return Account(
            id: AccountID(value: row.integer(first)), name: row.optionalText(first + 1),
            email: row.optionalText(first + 2),
            // The table's CHECK admits the three tiers only; the least of them is the safe reading of anything else.
            tier: Tier(rawValue: row.text(first + 3)) ?? .free, isSuspended: !row.isNull(first + 4),
            ownLimit: row.optionalInteger(first + 5).map { Int($0) },
            prices: PriceList(
                dip: row.optionalInteger(first + 6).map { MicroUSD(micros: $0) } ?? list.dip,
                enriched: row.optionalInteger(first + 7).map { MicroUSD(micros: $0) } ?? list.enriched),
            balance: MicroUSD(micros: row.integer(first + 8)), held: MicroUSD(micros: row.integer(first + 9)),
            createdAt: UnixTime(microseconds: row.integer(first + 10)))
    }
}
