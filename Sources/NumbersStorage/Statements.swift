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
