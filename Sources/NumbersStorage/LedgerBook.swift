// The ledger in SQL: every movement of money in the product goes through here and its sheet, from the server's writer and
// from the administrator's tool alike. Functions over one connection inside the caller's write transaction.

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

    // MARK: Charges

    /// A charge in the writer's transaction: the receipt, and the last entry it made, if its price is not zero.
    struct Posted: Sendable {
        let receipt: Receipt
        /// How many numbers it pays for.
        let units: Int
        let entry: LedgerEntry?
    }

    /// Ends a hold; false when there is none such any more.
    @discardableResult
    static func end(_ hold: Hold, _ account: AccountID, on connection: Connection) throws(DatabaseError) -> Bool {
        try onSheet(connection) { sheet throws(DatabaseError) in try sheet.end(hold, account) }
    }

    /// Works on a sheet of its own and writes it.
    static func onSheet<Outcome>(
        _ connection: Connection, _ work: (inout LedgerSheet) throws(DatabaseError) -> Outcome
    ) throws(DatabaseError) -> Outcome {
        var sheet = LedgerSheet(connection)
        let outcome = try work(&sheet)
        try sheet.write()
        return outcome
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
        return try onSheet(connection) { sheet throws(DatabaseError) in
            _ = try sheet.credit(posting)
            if charge.dailyCap != nil { try sheet.addSpending(posted.receipt.billed.negated, charge) }
            return true
        }
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
        return try onSheet(connection) { sheet throws(DatabaseError) in
            try sheet.credit(
                Posting(
                    account: account, key: nil, kind: .topUp, debit: .cash, credit: .customer, amount: amount, units: 0,
                    reference: reference, at: at))
        }
    }

    /// Corrects a balance up or down; never below what is held.
    package static func adjust(
        _ account: AccountID, by amount: MicroUSD, reference: String?, at: UnixTime, on connection: Connection
    ) throws(DatabaseError) -> MovementOutcome {
        try onSheet(connection) { sheet throws(DatabaseError) in
            if amount > .zero {
                return try sheet.credit(
                    Posting(
                        account: account, key: nil, kind: .adjustment, debit: .adjustments, credit: .customer,
                        amount: amount, units: 0, reference: reference, at: at))
            }
            return try sheet.debit(
                Posting(
                    account: account, key: nil, kind: .adjustment, debit: .customer, credit: .adjustments,
                    amount: amount.negated, units: 0, reference: reference, at: at))
        }
    }

    // MARK: Spending caps

    /// What keys spent on days that no cap is counted against any more. A day stays for those whose clock goes back.
    static let oldSpending = Sweep(of: "key_spending") { now, connection throws(DatabaseError) in
        try connection.run(
            """
            DELETE FROM key_spending WHERE (key_id, day) IN
                (SELECT key_id, day FROM key_spending WHERE day < ? LIMIT ?)
            """, .integer(now.dayNumber - 1), .integer(Int64(Sweep.rowsMax)))
    }
}
