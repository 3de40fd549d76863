// The tables of the lookup service. Migrations are never edited once shipped; a change is a new one at the end.

package import SQLiteDatabase

/// The schema of LookupServer's database.
package enum LookupSchema {
    /// `NOL1` in ASCII: marks the file as LookupServer's (SQLite's `application_id`). `NOM1` marks MiddlewareServer's.
    package static let applicationID: Int32 = 0x4e4f_4c31

    package static let schema = DatabaseSchema(
        applicationID: applicationID, productName: "LookupServer",
        migrations: [accountsAndLedger, suppliersAndCache, spamSignal, cacheAges, balanceNotices, ledgerWords],
        otherProducts: [DatabaseProduct(applicationID: 0x4e4f_4d31, name: "MiddlewareServer")])

    /// Times are microseconds since 1970 in UTC, money is micro-USD, numbers are E.164 digits as an integer.
    private static let accountsAndLedger = Migration(
        version: 1, summary: "accounts, keys, ledger, names",
        sql: """
            CREATE TABLE accounts (
                id INTEGER PRIMARY KEY,
                name TEXT,
                email TEXT,
                tier TEXT NOT NULL CHECK (tier IN ('free', 'standard', 'enterprise')),
                suspended_at INTEGER,
                requests_per_minute INTEGER CHECK (requests_per_minute > 0),
                dip_micros INTEGER CHECK (dip_micros >= 0),
                enriched_micros INTEGER CHECK (enriched_micros >= 0),
                balance_micros INTEGER NOT NULL DEFAULT 0,
                held_micros INTEGER NOT NULL DEFAULT 0 CHECK (held_micros >= 0),
                created_at INTEGER NOT NULL,
                CHECK (balance_micros >= held_micros)
            ) STRICT;

            CREATE TABLE keys (
                id INTEGER PRIMARY KEY,
                account_id INTEGER NOT NULL REFERENCES accounts (id),
                hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
                previous_hash BLOB UNIQUE CHECK (length(previous_hash) = 32),
                previous_until INTEGER,
                prefix TEXT NOT NULL,
                name TEXT,
                use_cases INTEGER NOT NULL,
                requests_per_minute INTEGER CHECK (requests_per_minute > 0),
                daily_cap_micros INTEGER CHECK (daily_cap_micros >= 0),
                expires_at INTEGER,
                networks TEXT NOT NULL DEFAULT '',
                enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
                revoked_at INTEGER,
                test INTEGER NOT NULL DEFAULT 0 CHECK (test IN (0, 1)),
                created_at INTEGER NOT NULL,
                last_used_at INTEGER
            ) STRICT;
            CREATE INDEX keys_by_account ON keys (account_id, created_at);

            CREATE TABLE key_spending (
                key_id INTEGER NOT NULL REFERENCES keys (id),
                day INTEGER NOT NULL,
                spent_micros INTEGER NOT NULL,
                PRIMARY KEY (key_id, day)
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE ledger_entries (
                id INTEGER PRIMARY KEY,
                at INTEGER NOT NULL,
                account_id INTEGER NOT NULL REFERENCES accounts (id),
                key_id INTEGER REFERENCES keys (id),
                kind TEXT NOT NULL
                    CHECK (kind IN ('top_up', 'adjustment', 'lookup', 'lookup_enriched', 'reversal')),
                debit TEXT NOT NULL CHECK (debit IN ('customer', 'cash', 'revenue', 'adjustments')),
                credit TEXT NOT NULL CHECK (credit IN ('customer', 'cash', 'revenue', 'adjustments')),
                amount_micros INTEGER NOT NULL CHECK (amount_micros > 0),
                units INTEGER NOT NULL CHECK (units >= 0),
                balance_micros INTEGER NOT NULL,
                reference TEXT,
                hash BLOB NOT NULL CHECK (length(hash) = 32),
                CHECK (debit <> credit)
            ) STRICT;
            CREATE INDEX ledger_entries_by_account ON ledger_entries (account_id, id);
            CREATE UNIQUE INDEX ledger_top_ups_by_reference ON ledger_entries (account_id, reference)
                WHERE kind = 'top_up' AND reference IS NOT NULL;
            CREATE TRIGGER ledger_entries_keep BEFORE UPDATE ON ledger_entries
                BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
            CREATE TRIGGER ledger_entries_stay BEFORE DELETE ON ledger_entries
                BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;

            CREATE TABLE holds (
                id INTEGER PRIMARY KEY,
                account_id INTEGER NOT NULL REFERENCES accounts (id),
                key_id INTEGER NOT NULL REFERENCES keys (id),
                amount_micros INTEGER NOT NULL CHECK (amount_micros >= 0),
                start_id INTEGER NOT NULL,
                created_at INTEGER NOT NULL
            ) STRICT;

            CREATE TABLE stored_replies (
                account_id INTEGER NOT NULL REFERENCES accounts (id),
                sequence INTEGER NOT NULL,
                idempotency_key TEXT NOT NULL,
                fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 32),
                body BLOB NOT NULL,
                stored_at INTEGER NOT NULL,
                UNIQUE (account_id, idempotency_key),
                UNIQUE (account_id, sequence)
            ) STRICT;
            CREATE INDEX stored_replies_by_age ON stored_replies (stored_at);

            CREATE TABLE suppressions (
                number INTEGER PRIMARY KEY,
                suppressed_at INTEGER NOT NULL
            ) STRICT;

            CREATE TABLE overrides (
                number INTEGER PRIMARY KEY,
                name TEXT NOT NULL,
                as_of TEXT NOT NULL
            ) STRICT;

            CREATE TABLE directory_names (
                number INTEGER PRIMARY KEY,
                name TEXT NOT NULL,
                as_of TEXT NOT NULL
            ) STRICT;

            CREATE TABLE changes (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                at INTEGER NOT NULL,
                kind TEXT NOT NULL CHECK (kind IN ('account', 'number', 'names')),
                subject INTEGER NOT NULL
            ) STRICT;
            """)
}
