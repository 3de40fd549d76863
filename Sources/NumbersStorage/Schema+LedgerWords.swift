// The ledger's table with its words compared one by one.

internal import SQLiteDatabase

extension LookupSchema {
    /// The same table: only how its words are checked is another. SQLite turns a list of more than two into a temporary
    /// table, and makes and drops it for every row that is inserted: three of them were a third of what a charge costs.
    ///
    /// Copies every entry once, some seconds for a million.
    static let ledgerWords = Migration(
        version: 6, summary: "a ledger that is cheaper to write",
        sql: """
            CREATE TABLE new_ledger_entries (
                id INTEGER PRIMARY KEY,
                at INTEGER NOT NULL,
                account_id INTEGER NOT NULL REFERENCES accounts (id),
                key_id INTEGER REFERENCES keys (id),
                kind TEXT NOT NULL
                    CHECK (
                        kind = 'lookup' OR kind = 'lookup_enriched' OR kind = 'top_up' OR kind = 'adjustment'
                        OR kind = 'reversal'),
                debit TEXT NOT NULL
                    CHECK (debit = 'customer' OR debit = 'cash' OR debit = 'revenue' OR debit = 'adjustments'),
                credit TEXT NOT NULL
                    CHECK (credit = 'revenue' OR credit = 'customer' OR credit = 'cash' OR credit = 'adjustments'),
                amount_micros INTEGER NOT NULL CHECK (amount_micros > 0),
                units INTEGER NOT NULL CHECK (units >= 0),
                balance_micros INTEGER NOT NULL,
                reference TEXT,
                hash BLOB NOT NULL CHECK (length(hash) = 32),
                CHECK (debit <> credit)
            ) STRICT;
            INSERT INTO new_ledger_entries SELECT * FROM ledger_entries ORDER BY id;
            DROP TABLE ledger_entries;
            ALTER TABLE new_ledger_entries RENAME TO ledger_entries;
            CREATE INDEX ledger_entries_by_account ON ledger_entries (account_id, id);
            CREATE UNIQUE INDEX ledger_top_ups_by_reference ON ledger_entries (account_id, reference)
                WHERE kind = 'top_up' AND reference IS NOT NULL;
            CREATE TRIGGER ledger_entries_keep BEFORE UPDATE ON ledger_entries
                BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
            CREATE TRIGGER ledger_entries_stay BEFORE DELETE ON ledger_entries
                BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
            """)
}
