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

    /// An entry with its hash, as an earlier verification told it: an anchor outside the database. The chain alone
    /// cannot tell that its newest entries were cut off.
    package struct Anchor: Sendable, Hashable {
        package let entry: Int64
        package let hash: SHA256Digest

        /// Reads `ENTRY:HASH`, the hash in 64 hexadecimal digits.
        package init?(_ text: String) {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2, (1...18).contains(parts[0].utf8.count),
                parts[0].utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let entry = Int64(parts[0]), entry > 0,
                let bytes = Hex.decode(String(parts[1])), let hash = SHA256Digest(bytes)
            else { return nil }
            self.entry = entry
            self.hash = hash
        }
    }

    /// Entries read.
    package let entryCount: Int64
    package let accountCount: Int64
    /// The hash of the last entry: it stands for the whole ledger.
    package let lastHash: SHA256Digest
    package let fault: Fault?

    /// Recomputes everything in one read transaction.
    /// - Parameters:
    ///   - anchor: an entry that must be there with its hash.
    ///   - progress: called now and then with entries read and entries in all.
    package static func run(
        on connection: Connection, anchor: Anchor?, progress: (Int64, Int64) -> Void
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
                chain.check(anchor)
                if chain.count % 4_096 == 0 { progress(chain.count, total ?? 0) }
                return chain.fault == nil ? .next : .stop
            }
            progress(chain.count, total ?? 0)
            chain.requireReached(anchor)
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

        /// Compares the entry just added with the anchor, when it is that entry.
        mutating func check(_ anchor: Anchor?) {
            guard fault == nil, let anchor, anchor.entry == count, anchor.hash != last else { return }
            fail(count, nil, "its hash is \(last.hex), expected \(anchor.hash.hex): the ledger was written anew")
        }

        mutating func requireReached(_ anchor: Anchor?) {
            guard fault == nil, let anchor, anchor.entry > count else { return }
            fail(anchor.entry, nil, "the ledger ends with entry \(count): entries were cut off")
        }

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
