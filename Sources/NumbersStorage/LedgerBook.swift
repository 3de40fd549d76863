// The ledger in SQL: every movement of money in the product goes through here, from the server's writer and from the
// administrator's tool alike. Functions over one connection inside the caller's write transaction.

package import NumbersCore
package import Platform
package import SQLiteDatabase

/// Posts entries and keeps balances in step with them.
package enum LedgerBook {
    /// A movement of money before it has a place in the ledger.
    package struct Posting: Sendable {
        let account: AccountID
        let key: KeyID?
        let kind: EntryKind
        let debit: Book
        let credit: Book
        let amount: MicroUSD
        let units: Int64
        let reference: String?
        let at: UnixTime
    }

    /// Appends an entry for a movement whose effect on the balance is already in `balance`.
    static func append(
        _ posting: Posting, balance: MicroUSD, on connection: Connection
    ) throws(DatabaseError) -> LedgerEntry {
        let last = try connection.first("SELECT id, hash FROM ledger_entries ORDER BY id DESC LIMIT 1") {
            row throws(DatabaseError) in (id: row.integer(0), hash: row.blob(1))
        }
        let previous = last.flatMap { SHA256Digest($0.hash) } ?? LedgerEntry.genesis
        let entry = LedgerEntry(
            id: (last?.id ?? 0) + 1, at: posting.at, account: posting.account, key: posting.key, kind: posting.kind,
            debit: posting.debit, credit: posting.credit, amount: posting.amount, units: posting.units,
            balance: balance, reference: posting.reference)
        try connection.run(
            """
            INSERT INTO ledger_entries (id, at, account_id, key_id, kind, debit, credit, amount_micros, units,
                                        balance_micros, reference, hash)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            .integer(entry.id), .integer(entry.at.microseconds), .integer(entry.account.value),
            entry.key.map { .integer($0.value) } ?? .null, .text(entry.kind.rawValue), .text(entry.debit.rawValue),
            .text(entry.credit.rawValue), .integer(entry.amount.micros), .integer(entry.units),
            .integer(entry.balance.micros), entry.reference.map { .text($0) } ?? .null,
            .blob(entry.hash(after: previous).bytes))
        return entry
    }

    // MARK: Charges

    /// A charge in the writer's transaction: the receipt, and the last entry it made, if its price is not zero.
    struct Posted: Sendable {
        let receipt: Receipt
        /// How many numbers it pays for.
        let units: Int
        let entry: LedgerEntry?
    }

    /// Holds and settles in one step.
    /// - Parameter held: an existing hold that this charge ends, whose amount covers it.
    static func charge(
        _ charge: Charge, items: [Charge.Item], ending held: Hold?, on connection: Connection
    ) throws(DatabaseError) -> Result<Posted, ChargeRefusal> {
        var total = MicroUSD.zero
        for item in items { total = total.adding(item.amount) ?? .largest }
        if let refusal = try spendingRefusal(charge, adding: held == nil ? charge.cover : total, on: connection) {
            return .failure(refusal)
        }
        let left: (balance: Int64, lowBalance: Int64?)?
        if let held {
            guard try end(held, charge.account, on: connection) else { return .failure(.unavailable) }
            left = try connection.first(
                """
                UPDATE accounts SET balance_micros = balance_micros - ?1
                WHERE id = ?2 AND balance_micros - held_micros >= ?1 RETURNING balance_micros, low_balance_micros
                """, .integer(total.micros), .integer(charge.account.value)
            ) { row throws(DatabaseError) in (row.integer(0), row.optionalInteger(1)) }
        } else {
            // One conditional update: whoever comes first has the money, whatever loop, connection or process asks.
            left = try connection.first(
                """
                UPDATE accounts SET balance_micros = balance_micros - ?1
                WHERE id = ?2 AND balance_micros - held_micros >= ?3 RETURNING balance_micros, low_balance_micros
                """, .integer(total.micros), .integer(charge.account.value), .integer(max(charge.cover, total).micros)
            ) { row throws(DatabaseError) in (row.integer(0), row.optionalInteger(1)) }
        }
        guard let (balance, lowBalance) = left else {
            return .failure(try insufficient(charge.account, on: connection))
        }
        let before = MicroUSD(micros: balance + total.micros)
        var running = before
        var entry: LedgerEntry?
        for item in items where item.amount > .zero {
            running = MicroUSD(micros: running.micros - item.amount.micros)
            let posting = Posting(
                account: charge.account, key: charge.key, kind: EntryKind(item.endpoint), debit: .customer,
                credit: .revenue, amount: item.amount, units: Int64(item.units), reference: charge.reference,
                at: charge.at)
            entry = try append(posting, balance: running, on: connection)
        }
        if let entry { try BalanceNoticeTable.note(entry, before: before, threshold: lowBalance, on: connection) }
        if charge.dailyCap != nil { try addSpending(total, charge, on: connection) }
        let endpoints = BilledEndpoint.allCases.filter { endpoint in items.contains { $0.endpoint == endpoint } }
        let receipt = Receipt(billed: total, balance: MicroUSD(micros: balance), endpoints: endpoints)
        return .success(Posted(receipt: receipt, units: items.reduce(0) { $0 + $1.units }, entry: entry))
    }

    /// Sets `charge.cover` aside.
    static func hold(
        _ charge: Charge, id: Int64, startID: Int64, on connection: Connection
    ) throws(DatabaseError) -> Result<Hold, ChargeRefusal> {
        if let refusal = try spendingRefusal(charge, adding: charge.cover, on: connection) { return .failure(refusal) }
        let changed = try connection.run(
            """
            UPDATE accounts SET held_micros = held_micros + ?1
            WHERE id = ?2 AND balance_micros - held_micros >= ?1
            """, .integer(charge.cover.micros), .integer(charge.account.value))
        guard changed == 1 else { return .failure(try insufficient(charge.account, on: connection)) }
        try connection.run(
            """
            INSERT INTO holds (id, account_id, key_id, amount_micros, start_id, created_at) VALUES (?, ?, ?, ?, ?, ?)
            """,
            .integer(id), .integer(charge.account.value), .integer(charge.key.value), .integer(charge.cover.micros),
            .integer(startID), .integer(charge.at.microseconds))
        return .success(Hold(id: id, amount: charge.cover))
    }

    /// Ends a hold; false when there is none such any more.
    @discardableResult
    static func end(_ hold: Hold, _ account: AccountID, on connection: Connection) throws(DatabaseError) -> Bool {
        let ended = try connection.run(
            "DELETE FROM holds WHERE id = ? AND account_id = ?", .integer(hold.id), .integer(account.value))
        guard ended == 1 else { return false }
        try connection.run(
            "UPDATE accounts SET held_micros = held_micros - ? WHERE id = ?",
            .integer(hold.amount.micros), .integer(account.value))
        return true
    }

    /// Releases the holds of servers that ended without settling them; returns how many there were.
    package static func releaseHolds(otherThan startID: Int64, on connection: Connection) throws(DatabaseError) -> Int {
        try connection.run(
            """
            UPDATE accounts SET held_micros = held_micros - (
                SELECT sum(amount_micros) FROM holds WHERE account_id = accounts.id AND start_id <> ?1)
            WHERE id IN (SELECT account_id FROM holds WHERE start_id <> ?1)
            """, .integer(startID))
        return try connection.run("DELETE FROM holds WHERE start_id <> ?", .integer(startID))
    }

    /// Takes back a charge that turned out durable after its caller was told that it was not made.
    ///
    /// The charge's own transaction may have failed instead; then its entry is not there and nothing is done.
    /// - Returns: whether there was a charge to take back.
    static func reverse(
        _ charge: Charge, _ posted: Posted, on connection: Connection
    ) throws(DatabaseError) -> Bool {
        guard let entry = posted.entry else { return false }
        let stored = try connection.first(
            """
            SELECT id, at, account_id, key_id, kind, debit, credit, amount_micros, units, balance_micros, reference,
                   hash
            FROM ledger_entries WHERE id = ?
            """, .integer(entry.id)
        ) { row throws(DatabaseError) in LedgerRow.entry(row) }
        guard case let found?? = stored, found == entry else { return false }
        let posting = Posting(
            account: charge.account, key: charge.key, kind: .reversal, debit: .revenue, credit: .customer,
            amount: posted.receipt.billed, units: Int64(posted.units), reference: charge.reference, at: charge.at)
        _ = try credit(posting, on: connection)
        if charge.dailyCap != nil { try addSpending(posted.receipt.billed.negated, charge, on: connection) }
        return true
    }

    // MARK: Movements by the operator

    /// How a top-up or adjustment ended.
    package enum MovementOutcome: Sendable, Hashable {
        case posted(LedgerEntry)
        /// The same reference with the same amount was posted before: nothing was done again.
        case alreadyPosted(LedgerEntry)
        /// The same reference was used with another amount.
        case referenceTaken(LedgerEntry)
        case insufficientBalance(MicroUSD)
        /// The balance would leave the range that amounts have.
        case outOfRange
        case noSuchAccount
    }

    /// Adds received money to an account.
    package static func topUp(
        _ account: AccountID, amount: MicroUSD, reference: String?, at: UnixTime, on connection: Connection
    ) throws(DatabaseError) -> MovementOutcome {
        if let reference {
            let before = try connection.first(
                """
                SELECT id, at, account_id, key_id, kind, debit, credit, amount_micros, units, balance_micros, reference,
                       hash
                FROM ledger_entries WHERE account_id = ? AND kind = 'top_up' AND reference = ?
                """,
                .integer(account.value), .text(reference)
            ) { row throws(DatabaseError) in LedgerRow.entry(row) }
            if case let before?? = before {
                return before.amount == amount ? .alreadyPosted(before) : .referenceTaken(before)
            }
        }
        return try credit(
            Posting(
                account: account, key: nil, kind: .topUp, debit: .cash, credit: .customer, amount: amount, units: 0,
                reference: reference, at: at), on: connection)
    }

    /// Corrects a balance up or down; never below what is held.
    package static func adjust(
        _ account: AccountID, by amount: MicroUSD, reference: String?, at: UnixTime, on connection: Connection
    ) throws(DatabaseError) -> MovementOutcome {
        if amount > .zero {
            return try credit(
                Posting(
                    account: account, key: nil, kind: .adjustment, debit: .adjustments, credit: .customer,
                    amount: amount, units: 0, reference: reference, at: at), on: connection)
        }
        let taken = amount.negated
        let left = try connection.first(
            """
            UPDATE accounts SET balance_micros = balance_micros - ?1
            WHERE id = ?2 AND balance_micros - held_micros >= ?1 RETURNING balance_micros, low_balance_micros
            """, .integer(taken.micros), .integer(account.value)
        ) { row throws(DatabaseError) in (balance: row.integer(0), lowBalance: row.optionalInteger(1)) }
        guard let (balance, lowBalance) = left else {
            return try present(account, on: connection).map { .insufficientBalance($0) } ?? .noSuchAccount
        }
        let entry = try append(
            Posting(
                account: account, key: nil, kind: .adjustment, debit: .customer, credit: .adjustments, amount: taken,
                units: 0, reference: reference, at: at), balance: MicroUSD(micros: balance), on: connection)
        let before = MicroUSD(micros: balance + taken.micros)
        try BalanceNoticeTable.note(entry, before: before, threshold: lowBalance, on: connection)
        return .posted(entry)
    }

    private static func credit(_ posting: Posting, on connection: Connection) throws(DatabaseError) -> MovementOutcome {
        guard let before = try present(posting.account, on: connection) else { return .noSuchAccount }
        guard let after = before.adding(posting.amount) else { return .outOfRange }
        try connection.run(
            "UPDATE accounts SET balance_micros = ? WHERE id = ?", .integer(after.micros),
            .integer(posting.account.value))
        return .posted(try append(posting, balance: after, on: connection))
    }

    private static func present(_ account: AccountID, on connection: Connection) throws(DatabaseError) -> MicroUSD? {
        try connection.first("SELECT balance_micros FROM accounts WHERE id = ?", .integer(account.value)) {
            row throws(DatabaseError) in MicroUSD(micros: row.integer(0))
        }
    }

    private static func insufficient(
        _ account: AccountID, on connection: Connection
    ) throws(DatabaseError) -> ChargeRefusal {
        .insufficientBalance(balance: try present(account, on: connection) ?? .zero)
    }

    // MARK: Spending caps

    private static func spendingRefusal(
        _ charge: Charge, adding amount: MicroUSD, on connection: Connection
    ) throws(DatabaseError) -> ChargeRefusal? {
        guard let cap = charge.dailyCap else { return nil }
        let spent = try connection.first(
            "SELECT spent_micros FROM key_spending WHERE key_id = ? AND day = ?", .integer(charge.key.value),
            .integer(charge.at.dayNumber)
        ) { row throws(DatabaseError) in MicroUSD(micros: row.integer(0)) }
        guard let after = (spent ?? .zero).adding(amount), after <= cap else { return .spendingCapReached(cap: cap) }
        return nil
    }

    /// What keys spent on days that no cap is counted against any more. A day stays for those whose clock goes back.
    static let oldSpending = Sweep(of: "key_spending") { now, connection throws(DatabaseError) in
        try connection.run(
            """
            DELETE FROM key_spending WHERE (key_id, day) IN
                (SELECT key_id, day FROM key_spending WHERE day < ? LIMIT ?)
            """, .integer(now.dayNumber - 1), .integer(Int64(Sweep.rowsMax)))
    }

    private static func addSpending(
        _ amount: MicroUSD, _ charge: Charge, on connection: Connection
    ) throws(DatabaseError) {
        try connection.run(
            """
            INSERT INTO key_spending (key_id, day, spent_micros) VALUES (?1, ?2, ?3)
            ON CONFLICT (key_id, day) DO UPDATE SET spent_micros = spent_micros + ?3
            """, .integer(charge.key.value), .integer(charge.at.dayNumber), .integer(amount.micros))
    }
}
