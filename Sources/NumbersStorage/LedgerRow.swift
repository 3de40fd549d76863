// Ledger entries as rows. Pure functions.

internal import NumbersCore
internal import Platform
internal import SQLiteDatabase

/// Reads the columns `id, at, account_id, key_id, kind, debit, credit, amount_micros, units, balance_micros, reference,
/// hash` in that order.
enum LedgerRow {
    /// The entry; nil when a column holds a word that this version does not know.
    static func entry(_ row: borrowing Row) -> LedgerEntry? {
        guard let kind = EntryKind(rawValue: row.text(4)), let debit = Book(rawValue: row.text(5)),
            let credit = Book(rawValue: row.text(6))
        else { return nil }
        return LedgerEntry(
            id: row.integer(0), at: UnixTime(microseconds: row.integer(1)), account: AccountID(value: row.integer(2)),
            key: row.optionalInteger(3).map { KeyID(value: $0) }, kind: kind, debit: debit, credit: credit,
            amount: MicroUSD(micros: row.integer(7)), units: row.integer(8),
            balance: MicroUSD(micros: row.integer(9)), reference: row.optionalText(10))
    }

    /// The hash stored with the entry.
    static func hash(_ row: borrowing Row) -> SHA256Digest? { SHA256Digest(row.blob(11)) }
}
