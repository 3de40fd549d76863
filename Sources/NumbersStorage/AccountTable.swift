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

    /// Where a webhook's sealed secret lies.
    static func webhookSecretPlace(_ id: AccountID) -> SecretVault.Place {
        SecretVault.Place(table: "accounts", row: [id.description], column: "webhook_secret")
    }

    /// How many webhooks have a sealed secret.
    static func webhookCount(on connection: Connection) throws(DatabaseError) -> Int64 {
        try connection.first("SELECT count(webhook_secret) FROM accounts") { row throws(DatabaseError) in
            row.integer(0)
        } ?? 0
    }

    /// Seals every webhook's secret with another key.
    /// - Parameter progress: called for each.
    /// - Returns: the first that could not be opened; what was changed has to be undone then.
    static func resealWebhooks(
        from old: SecretVault, to new: SecretVault, on connection: Connection, progress: () -> Void
    ) throws(DatabaseError) -> SupplierTable.UnopenedSecret? {
        let sealed = try connection.all(
            "SELECT id, webhook_secret FROM accounts WHERE webhook_secret IS NOT NULL ORDER BY id"
        ) { row throws(DatabaseError) in (id: AccountID(value: row.integer(0)), secret: row.blob(1)) }
        for one in sealed {
            let place = webhookSecretPlace(one.id)
            let fault: SecretFault
            switch old.open(one.secret, at: place) {
            case .failure(let reason): fault = reason
            case .success(let secret):
                if let again = new.seal(secret, at: place) {
                    try connection.run(
                        "UPDATE accounts SET webhook_secret = ? WHERE id = ?", .blob(again), .integer(one.id.value))
                    progress()
                    continue
                }
                fault = .noKey
            }
            return SupplierTable.UnopenedSecret(owner: "account \(one.id)", name: "webhook", fault: fault)
        }
        return nil
    }

    /// An account with its customer's own settings.
    static func profile(_ id: AccountID, on connection: Connection) throws(DatabaseError) -> AccountProfile? {
        guard let account = try find(id, on: connection) else { return nil }
        let alerts = try connection.first(
            "SELECT webhook_url, low_balance_micros FROM accounts WHERE id = ?", .integer(id.value)
        ) { row throws(DatabaseError) in
            (
                url: row.optionalText(0).flatMap { WebhookURL($0) },
                lowBalance: row.optionalInteger(1).map { MicroUSD(micros: $0) }
            )
        }
        return AccountProfile(account: account, webhookURL: alerts?.url, lowBalance: alerts?.lowBalance)
    }

    /// - Parameter sealedSecret: the secret of the patch's webhook, sealed for ``webhookSecretPlace(_:)``.
    static func update(
        _ id: AccountID, _ patch: AccountPatch, sealedSecret: [UInt8]?, on connection: Connection
    ) throws(DatabaseError) -> AccountProfile? {
        if let webhook = patch.webhook {
            try connection.run(
                "UPDATE accounts SET webhook_url = ?, webhook_secret = ? WHERE id = ?",
                webhook.map { .text($0.url.text) } ?? .null, sealedSecret.map { .blob($0) } ?? .null,
                .integer(id.value))
        }
        if let lowBalance = patch.lowBalance {
            try connection.run(
                "UPDATE accounts SET low_balance_micros = ? WHERE id = ?",
                lowBalance.map { .integer($0.micros) } ?? .null, .integer(id.value))
        }
        if let name = patch.name {
            try connection.run(
                "UPDATE accounts SET name = ? WHERE id = ?", name.map { .text($0) } ?? .null, .integer(id.value))
        }
        if let email = patch.email {
            try connection.run(
                "UPDATE accounts SET email = ? WHERE id = ?", email.map { .text($0.text) } ?? .null,
                .integer(id.value))
        }
        return try profile(id, on: connection)
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
