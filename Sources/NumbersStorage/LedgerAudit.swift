// Proves the ledger from its first entry: order, chain, books, balances, holds. Reads only.

package import NumbersCore
package import Platform
package import SQLiteDatabase

/// What a verification found.
package struct LedgerAudit: Sendable {
    /// The first disagreement.
    package struct Fault: Sendable, Hashable {
        /// The entry it was found at; nil when it is about an account as a whole.
        package let entry: Int64?
        package let account: AccountID?
        /// What was found and what was expected.
        package let finding: String
    }

    /// Entries read.
    package let entryCount: Int64
    package let accountCount: Int64
    /// The hash of the last entry: it stands for the whole ledger.
    package let lastHash: SHA256Digest
    package let fault: Fault?

    /// Recomputes everything in one read transaction.
    /// - Parameter progress: called now and then with entries read and entries in all.
    package static func run(
        on connection: Connection, progress: (Int64, Int64) -> Void
    ) throws(DatabaseError) -> LedgerAudit {
        try connection.readTransaction { () throws(DatabaseError) in
            var chain = Chain()
            let total = try connection.first("SELECT count(*) FROM ledger_entries") {
                row throws(DatabaseError) in row.integer(0)
            }
            try connection.each(
                """
                SELECT id, at, account_id, key_id, kind, debit, credit, amount_micros, units, balance_micros, reference,
                       hash
                FROM ledger_entries ORDER BY id
                """
            ) { row throws(DatabaseError) in
                chain.add(LedgerRow.entry(row), id: row.integer(0), stored: LedgerRow.hash(row))
                if chain.count % 4_096 == 0 { progress(chain.count, total ?? 0) }
                return chain.fault == nil ? .next : .stop
            }
            progress(chain.count, total ?? 0)
            var accounts: Int64 = 0
            if chain.fault == nil { accounts = try chain.compare(on: connection) }
            return LedgerAudit(
                entryCount: chain.count, accountCount: accounts, lastHash: chain.last, fault: chain.fault)
        }
    }

    private struct Chain {
        var count: Int64 = 0
        var last = LedgerEntry.genesis
        var balances: [AccountID: MicroUSD] = [:]
        var fault: Fault?

        mutating func add(_ entry: LedgerEntry?, id: Int64, stored: SHA256Digest?) {
            count += 1
            guard let entry else {
                return fail(id, nil, "the entry has a kind or book that this version does not know")
            }
            guard id == count else {
                return fail(id, entry.account, "expected entry \(count), found entry \(id): entries are missing")
            }
            guard entry.debit != entry.credit, entry.amount > .zero else {
                return fail(id, entry.account, "the entry moves nothing from one book to another")
            }
            let expected = entry.hash(after: last)
            guard stored == expected else {
                return fail(
                    id, entry.account,
                    "the hash does not follow from the entry and its predecessor: one of them was changed")
            }
            last = expected
            let change: MicroUSD =
                entry.credit == .customer ? entry.amount : entry.debit == .customer ? entry.amount.negated : .zero
            let before = balances[entry.account] ?? .zero
            guard let after = before.adding(change), after >= .zero else {
                return fail(id, entry.account, "the balance would leave its range: \(before) and \(change)")
            }
            guard after == entry.balance else {
                return fail(
                    id, entry.account,
                    "the entries add up to \(after.micros) micro-USD, the entry says \(entry.balance.micros)")
            }
            balances[entry.account] = after
        }

        /// Compares the accounts with the entries and the holds; returns how many there are.
        mutating func compare(on connection: Connection) throws(DatabaseError) -> Int64 {
            var accounts: Int64 = 0
            var found: Fault?
            var unseen = balances
            try connection.each(
                """
                SELECT id, balance_micros, held_micros,
                       (SELECT coalesce(sum(amount_micros), 0) FROM holds WHERE account_id = accounts.id)
                FROM accounts ORDER BY id
                """
            ) { row throws(DatabaseError) in
                accounts += 1
                let account = AccountID(value: row.integer(0))
                let expected = (unseen.removeValue(forKey: account) ?? .zero).micros
                if row.integer(1) != expected {
                    found = Fault(
                        entry: nil, account: account,
                        finding: "the entries add up to \(expected) micro-USD, the account says \(row.integer(1))")
                } else if row.integer(2) != row.integer(3) {
                    found = Fault(
                        entry: nil, account: account,
                        finding: "the holds add up to \(row.integer(3)) micro-USD, the account says \(row.integer(2))")
                }
                return found == nil ? .next : .stop
            }
            if found == nil, let missing = unseen.keys.min(by: { $0.value < $1.value }) {
                found = Fault(
                    entry: nil, account: missing, finding: "there are entries of an account that does not exist")
            }
            fault = found
            return accounts
        }

        private mutating func fail(_ entry: Int64, _ account: AccountID?, _ finding: String) {
            fault = Fault(entry: entry, account: account, finding: finding)
        }
    }
}
