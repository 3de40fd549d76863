// What an account was charged, read from its entries. Functions over one connection in a read transaction.

package import NumbersCore
package import Platform
package import SQLiteDatabase

/// Pages of the ledger and sums of usage.
package enum Statements {
    /// Rows of one usage answer.
    private static let usageRowsMax: Int64 = 10_000

    /// Entries of one account, newest first.
    package static func page(
        of account: AccountID, before cursor: Int64?, limit: Int, on connection: Connection
    ) throws(DatabaseError) -> LedgerPage {
        var lines: [LedgerPage.Line] = []
        try connection.each(
            """
            SELECT ledger_entries.id, at, ledger_entries.account_id, key_id, kind, debit, credit, amount_micros, units,
                   balance_micros, reference, ledger_entries.hash, keys.prefix
            FROM ledger_entries LEFT JOIN keys ON keys.id = key_id
            WHERE ledger_entries.account_id = ? AND ledger_entries.id < ? ORDER BY ledger_entries.id DESC LIMIT ?
            """, .integer(account.value), .integer(cursor ?? .max), .integer(Int64(limit) + 1)
        ) { row throws(DatabaseError) in
            if let entry = LedgerRow.entry(row) {
                lines.append(LedgerPage.Line(entry: entry, keyPrefix: row.optionalText(12)))
            }
            return .next
        }
        // One more was asked for than fits the page, to know whether there is another page.
        let hasMore = lines.count > limit
        if hasMore { lines.removeLast() }
        return LedgerPage(lines: lines, nextCursor: hasMore ? lines.last?.entry.id : nil)
    }

    /// An account's month; nil when there is no such account. Entries belong to the month of their own time, so what is
    /// in one month is in no other.
    package static func month(
        _ month: StatementMonth, of account: AccountID, on connection: Connection
    ) throws(DatabaseError) -> MonthlyStatement? {
        try connection.readTransaction { () throws(DatabaseError) in
            guard let found = try AccountTable.find(account, on: connection) else { return nil }
            let opening = try connection.first(
                """
                SELECT coalesce(sum(CASE WHEN credit = 'customer' THEN amount_micros ELSE -amount_micros END), 0)
                FROM ledger_entries WHERE account_id = ? AND at < ?
                """, .integer(account.value), .integer(month.from.microseconds)
            ) { row throws(DatabaseError) in row.integer(0) }
            var lines: [MonthlyStatement.Line] = []
            try connection.each(
                """
                SELECT kind, count(*), sum(CASE WHEN credit = 'customer' THEN -units ELSE units END),
                       sum(CASE WHEN credit = 'customer' THEN amount_micros ELSE -amount_micros END)
                FROM ledger_entries WHERE account_id = ? AND at >= ? AND at < ? GROUP BY kind
                """, .integer(account.value), .integer(month.from.microseconds), .integer(month.to.microseconds)
            ) { row throws(DatabaseError) in
                if let kind = EntryKind(rawValue: row.text(0)) {
                    lines.append(
                        MonthlyStatement.Line(
                            kind: kind, entries: row.integer(1), lookups: row.integer(2),
                            amount: MicroUSD(micros: row.integer(3))))
                }
                return .next
            }
            let order = EntryKind.allCases
            lines.sort { (order.firstIndex(of: $0.kind) ?? 0) < (order.firstIndex(of: $1.kind) ?? 0) }
            let closing = lines.reduce(opening ?? 0) { $0 + $1.amount.micros }
            return MonthlyStatement(
                account: account, name: found.name, month: month, opening: MicroUSD(micros: opening ?? 0), lines: lines,
                closing: MicroUSD(micros: closing))
        }
    }

    /// Sums of billed lookups; what was taken back is subtracted.
    package static func usage(
        of account: AccountID, from: UnixTime, to: UnixTime, by group: UsageGroup, on connection: Connection
    ) throws(DatabaseError) -> [UsageRow] {
        let sql: StaticString =
            switch group {
            case .day:
                """
                SELECT strftime('%Y-%m-%d', at / 1000000, 'unixepoch'), sum(CASE WHEN credit = 'customer' THEN -units ELSE units END),
                       sum(CASE WHEN credit = 'customer' THEN -amount_micros ELSE amount_micros END)
                FROM ledger_entries WHERE account_id = ? AND at >= ? AND at < ?
                    AND kind IN ('lookup', 'lookup_enriched', 'reversal')
                GROUP BY 1 ORDER BY 1 LIMIT ?
                """
            case .key:
                """
                SELECT coalesce(keys.prefix, ''), sum(CASE WHEN credit = 'customer' THEN -units ELSE units END),
                       sum(CASE WHEN credit = 'customer' THEN -amount_micros ELSE amount_micros END)
                FROM ledger_entries LEFT JOIN keys ON keys.id = key_id
                WHERE ledger_entries.account_id = ? AND at >= ? AND at < ?
                    AND kind IN ('lookup', 'lookup_enriched', 'reversal')
                GROUP BY key_id ORDER BY 1 LIMIT ?
                """
            case .reference:
                """
                SELECT coalesce(reference, ''), sum(CASE WHEN credit = 'customer' THEN -units ELSE units END),
                       sum(CASE WHEN credit = 'customer' THEN -amount_micros ELSE amount_micros END)
                FROM ledger_entries WHERE account_id = ? AND at >= ? AND at < ?
                    AND kind IN ('lookup', 'lookup_enriched', 'reversal')
                GROUP BY 1 ORDER BY 1 LIMIT ?
                """
            case .kind:
                """
                SELECT kind, sum(CASE WHEN credit = 'customer' THEN -units ELSE units END),
                       sum(CASE WHEN credit = 'customer' THEN -amount_micros ELSE amount_micros END)
                FROM ledger_entries WHERE account_id = ? AND at >= ? AND at < ?
                    AND kind IN ('lookup', 'lookup_enriched', 'reversal')
                GROUP BY 1 ORDER BY 1 LIMIT ?
                """
            }
        var rows: [UsageRow] = []
        try connection.each(
            sql, .integer(account.value), .integer(from.microseconds), .integer(to.microseconds),
            .integer(usageRowsMax)
        ) { row throws(DatabaseError) in
            rows.append(
                UsageRow(group: row.text(0), lookups: row.integer(1), billed: MicroUSD(micros: row.integer(2))))
            return .next
        }
        return rows
    }
}
