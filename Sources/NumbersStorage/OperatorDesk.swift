// What an administrator does, synchronously, on a connection of their own, while the server may be running: each
// operation is one write transaction, and the change feed tells the server. For one thread.

package import NumbersCore
package import Platform
package import SQLiteDatabase

/// The administrator's operations on LookupServer's database.
package final class OperatorDesk {
    /// An account with the text of its first keys, shown once.
    package struct OpenedAccount {
        package let account: Account
        package let key: APIKey
        package let keyID: KeyID
        package let cidKey: APIKey
        package let cidKeyID: KeyID
    }

    /// A key with its text, shown once.
    package struct IssuedKey {
        package let record: KeyRecord
        package let key: APIKey
    }

    package let connection: Connection
    let clock: Clock
    private let random: RandomSource

    package init(connection: Connection, clock: Clock, random: RandomSource) {
        self.connection = connection
        self.clock = clock
        self.random = random
    }

    // MARK: Accounts

    /// Opens an account with a key for everything and one for PBX URLs.
    package func openAccount(name: String?, email: String?, tier: Tier) throws(DatabaseError) -> OpenedAccount {
        let now = clock.wall()
        let account = Account(
            id: AccountID(random: random), name: name, email: email, tier: tier, isSuspended: false, ownLimit: nil,
            prices: .standard, balance: .zero, held: .zero, createdAt: now)
        let key = APIKey(random: random, isTest: false)
        let cidKey = APIKey(random: random, isTest: false)
        let first = NewKey(
            id: KeyID(random: random), key: key, settings: KeySettings(name: "default", useCases: .all))
        let second = NewKey(
            id: KeyID(random: random), key: cidKey, settings: KeySettings(name: "cid", useCases: .cidOnly))
        try connection.transaction { () throws(DatabaseError) in
            try AccountTable.insert(account, on: connection)
            try KeyTable.insert(first, account: account.id, at: now, on: connection)
            try KeyTable.insert(second, account: account.id, at: now, on: connection)
        }
        return OpenedAccount(account: account, key: key, keyID: first.id, cidKey: cidKey, cidKeyID: second.id)
    }

    package func account(_ id: AccountID) throws(DatabaseError) -> Account? {
        try AccountTable.find(id, on: connection)
    }

    /// All accounts in the order they were opened.
    package func accounts() throws(DatabaseError) -> [Account] { try AccountTable.all(on: connection) }

    /// Changes a setting and returns the account as it is now; nil when there is no such account.
    package func set(_ setting: AccountTable.Setting, of id: AccountID) throws(DatabaseError) -> Account? {
        let now = clock.wall()
        return try connection.transaction { () throws(DatabaseError) in
            guard try AccountTable.set(setting, of: id, at: now, on: connection) else { return nil }
            return try AccountTable.find(id, on: connection)
        }
    }

    // MARK: Keys

    package func createKey(
        account: AccountID, settings: KeySettings
    ) throws(DatabaseError) -> Result<IssuedKey, KeyChangeRefusal> {
        let now = clock.wall()
        let key = APIKey(random: random, isTest: settings.isTest)
        let draft = NewKey(id: KeyID(random: random), key: key, settings: settings)
        return try connection.transaction { () throws(DatabaseError) in
            guard try AccountTable.find(account, on: connection) != nil else { return .failure(.notFound) }
            return try KeyTable.create(draft, account: account, at: now, on: connection)
                .map { IssuedKey(record: $0, key: key) }
        }
    }

    package func keys(of account: AccountID) throws(DatabaseError) -> [KeyRecord] {
        try KeyTable.all(of: account, on: connection)
    }

    /// Ends a key for good; false when there is no such key.
    package func revokeKey(_ id: KeyID) throws(DatabaseError) -> Bool {
        let now = clock.wall()
        return try connection.transaction { () throws(DatabaseError) in
            try KeyTable.revoke(id, at: now, on: connection)
        }
    }

    /// Gives a key a new text; the old one works for `graceSeconds` more.
    package func rotateKey(
        _ id: KeyID, graceSeconds: Int
    ) throws(DatabaseError) -> Result<IssuedKey, KeyChangeRefusal> {
        let now = clock.wall()
        return try connection.transaction { () throws(DatabaseError) in
            guard let account = try KeyTable.owner(of: id, on: connection),
                let record = try KeyTable.find(id, account: account, on: connection)
            else { return .failure(.notFound) }
            let key = APIKey(random: random, isTest: record.isTest)
            return try KeyTable.rotate(
                id, account: account, caller: nil, to: key, graceUntil: now + .seconds(graceSeconds), at: now,
                on: connection
            ).map { IssuedKey(record: $0, key: key) }
        }
    }

    // MARK: Money

    /// A top-up, and whether it made a free account standard.
    package struct TopUp {
        package let outcome: LedgerBook.MovementOutcome
        package let becameStandard: Bool
    }

    /// Adds received money. The first top-up of a free account makes it standard unless `keepsTier`.
    package func topUp(
        _ account: AccountID, amount: MicroUSD, reference: String?, keepsTier: Bool
    ) throws(DatabaseError) -> TopUp {
        let now = clock.wall()
        return try connection.transaction { () throws(DatabaseError) in
            let outcome = try LedgerBook.topUp(
                account, amount: amount, reference: reference, at: now, on: connection)
            guard case .posted = outcome, !keepsTier,
                try AccountTable.find(account, on: connection)?.tier == .free
            else { return TopUp(outcome: outcome, becameStandard: false) }
            _ = try AccountTable.set(.tier(.standard), of: account, at: now, on: connection)
            return TopUp(outcome: outcome, becameStandard: true)
        }
    }

    /// Corrects a balance by an amount that is not zero.
    package func adjust(
        _ account: AccountID, by amount: MicroUSD, reference: String?
    ) throws(DatabaseError) -> LedgerBook.MovementOutcome {
        let now = clock.wall()
        return try connection.transaction { () throws(DatabaseError) in
            try LedgerBook.adjust(account, by: amount, reference: reference, at: now, on: connection)
        }
    }

    /// A page of an account's ledger, newest first.
    package func ledger(
        of account: AccountID, before cursor: Int64?, limit: Int
    ) throws(DatabaseError) -> LedgerPage {
        try Statements.page(of: account, before: cursor, limit: limit, on: connection)
    }

    /// An account's month; nil when there is no such account.
    package func statement(
        _ month: StatementMonth, of account: AccountID
    ) throws(DatabaseError) -> MonthlyStatement? {
        try Statements.month(month, of: account, on: connection)
    }

    /// Proves the ledger; with an anchor, also that it goes on from there.
    package func verifyLedger(
        anchor: LedgerAudit.Anchor? = nil, progress: (Int64, Int64) -> Void
    ) throws(DatabaseError) -> LedgerAudit {
        try LedgerAudit.run(on: connection, anchor: anchor, progress: progress)
    }

    // MARK: Names

    package func listing(of number: E164) throws(DatabaseError) -> NameTables.Listing {
        try NameTables.listing(of: number, on: connection)
    }

    package func pin(_ number: E164, _ name: CallerName) throws(DatabaseError) {
        let now = clock.wall()
        try connection.transaction { () throws(DatabaseError) in
            try NameTables.pin(number, name, at: now, on: connection)
        }
    }

    package func unpin(_ number: E164) throws(DatabaseError) -> Bool {
        let now = clock.wall()
        return try connection.transaction { () throws(DatabaseError) in
            try NameTables.unpin(number, at: now, on: connection)
        }
    }

    package func suppress(_ number: E164) throws(DatabaseError) {
        let now = clock.wall()
        try connection.transaction { () throws(DatabaseError) in
            try NameTables.suppress(number, at: now, on: connection)
        }
    }

    package func unsuppress(_ number: E164) throws(DatabaseError) -> Bool {
        let now = clock.wall()
        return try connection.transaction { () throws(DatabaseError) in
            try NameTables.unsuppress(number, at: now, on: connection)
        }
    }

    /// Forgets what suppliers said about a number; false when nothing was.
    package func expire(_ number: E164) throws(DatabaseError) -> Bool {
        let now = clock.wall()
        return try connection.transaction { () throws(DatabaseError) in
            try CacheTable.expire(number, at: now, on: connection)
        }
    }

    /// A name found by its text.
    package struct FoundName {
        package let number: E164
        package let name: String
        package let asOf: String
        package let source: CallerNameSource
    }

    /// Names that contain a text, ignoring ASCII case; overrides first, what suppliers said last.
    package func searchNames(_ text: String, limit: Int) throws(DatabaseError) -> [FoundName] {
        var found: [FoundName] = []
        // The text is matched as it is: its own % and _ are no wildcards.
        var pattern = "%"
        for character in text {
            if character == "%" || character == "_" || character == "\\" { pattern.append("\\") }
            pattern.append(character)
        }
        pattern.append("%")
        try connection.each(
            """
            SELECT number, name, as_of, 1 FROM overrides WHERE name LIKE ?1 ESCAPE '\\'
            UNION ALL
            SELECT number, name, as_of, 0 FROM directory_names WHERE name LIKE ?1 ESCAPE '\\'
            UNION ALL
            SELECT number, name, date(obtained_at / 1000000, 'unixepoch'), 2 FROM cached_names
            WHERE name LIKE ?1 ESCAPE '\\'
            LIMIT ?2
            """, .text(pattern), .integer(Int64(limit))
        ) { row throws(DatabaseError) in
            if let number = E164(UInt64(clamping: row.integer(0))) {
                found.append(
                    FoundName(
                        number: number, name: row.text(1), asOf: row.text(2),
                        source: row.integer(3) == 1 ? .override : row.integer(3) == 2 ? .cache : .directory))
            }
            return .next
        }
        return found
    }

    /// How many names there are of each kind.
    package struct NameCounts: Sendable {
        package let suppressed: Int64
        package let overrides: Int64
        package let directory: Int64
        /// Numbers that a supplier gave a name for.
        package let cached: Int64
        /// Numbers that no supplier knew a name for.
        package let cachedWithout: Int64
    }

    package func nameCounts() throws(DatabaseError) -> NameCounts {
        let counts = try connection.first(
            """
            SELECT (SELECT count(*) FROM suppressions), (SELECT count(*) FROM overrides),
                   (SELECT count(*) FROM directory_names), (SELECT count(name) FROM cached_names),
                   (SELECT count(*) FROM cached_names)
            """
        ) { row throws(DatabaseError) in
            NameCounts(
                suppressed: row.integer(0), overrides: row.integer(1), directory: row.integer(2),
                cached: row.integer(3), cachedWithout: row.integer(4) - row.integer(3))
        }
        return counts ?? NameCounts(suppressed: 0, overrides: 0, directory: 0, cached: 0, cachedWithout: 0)
    }

    // MARK: Suppliers

    package func addSupplier(
        _ supplier: Supplier, secrets: SupplierSecrets, vault: SecretVault
    ) throws(DatabaseError) -> Result<Void, SupplierTable.Refusal> {
        let now = clock.wall()
        return try connection.transaction { () throws(DatabaseError) in
            try SupplierTable.add(supplier, secrets: secrets, vault: vault, at: now, on: connection)
        }
    }

    /// All suppliers, in the order they are asked while nothing is known about them.
    package func suppliers(vault: SecretVault) throws(DatabaseError) -> [StoredSupplier] {
        try SupplierTable.all(vault: vault, on: connection)
    }

    /// Suppliers that are stored and cannot be read.
    package func unusableSuppliers() throws(DatabaseError) -> [UnusableSupplier] {
        try SupplierTable.unusable(on: connection)
    }

    /// Changes what is given of a supplier.
    package func changeSupplier(
        _ name: SupplierName, _ change: SupplierChange, vault: SecretVault
    ) throws(DatabaseError) -> Result<StoredSupplier, SupplierTable.ChangeRefusal> {
        let now = clock.wall()
        return try connection.transaction { () throws(DatabaseError) in
            try SupplierTable.change(name, change, vault: vault, at: now, on: connection)
        }
    }

    package func removeSupplier(_ name: SupplierName) throws(DatabaseError) -> Bool {
        let now = clock.wall()
        return try connection.transaction { () throws(DatabaseError) in
            try SupplierTable.remove(name, at: now, on: connection)
        }
    }

    package func enableSupplier(_ name: SupplierName, _ isEnabled: Bool) throws(DatabaseError) -> Bool {
        let now = clock.wall()
        return try connection.transaction { () throws(DatabaseError) in
            try SupplierTable.enable(name, isEnabled, at: now, on: connection)
        }
    }

    /// How many secrets of suppliers and webhooks are sealed.
    package func sealedCount() throws(DatabaseError) -> Int64 {
        try SupplierTable.sealedCount(on: connection) + AccountTable.webhookCount(on: connection)
    }

    /// Seals every secret with another key, in one transaction: all or none.
    /// - Parameter progress: how many are done.
    /// - Returns: how many there were, or the first that could not be opened; then nothing was changed.
    package func rotateSecrets(
        from old: SecretVault, to new: SecretVault, progress: (Int64) -> Void
    ) throws(DatabaseError) -> Result<Int64, SupplierTable.UnopenedSecret> {
        let now = clock.wall()
        return try connection.transaction { () throws(DatabaseError) in
            try connection.trial { () throws(DatabaseError) -> Trial<Result<Int64, SupplierTable.UnopenedSecret>> in
                let count = try sealedCount()
                var done: Int64 = 0
                var fault = try SupplierTable.reseal(from: old, to: new, at: now, on: connection) {
                    done = $0
                    progress($0)
                }
                if fault == nil {
                    fault = try AccountTable.resealWebhooks(from: old, to: new, on: connection) {
                        done += 1
                        progress(done)
                    }
                }
                return fault.map { .undo(.failure($0)) } ?? .keep(.success(count))
            }
        }
    }

    /// What each supplier did in the last so many days, today among them, by name.
    package func supplierTotals(days: Int) throws(DatabaseError) -> [String: SupplierTally] {
        try SupplierTable.totals(since: clock.wall().dayNumber - Int64(days - 1), on: connection)
    }
}
