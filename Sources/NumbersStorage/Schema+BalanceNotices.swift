// Where accounts want to be told of a low balance, and what is to be told.

internal import SQLiteDatabase

extension LookupSchema {
    static let balanceNotices = Migration(
        version: 5, summary: "low-balance webhooks",
        sql: """
            ALTER TABLE accounts ADD COLUMN webhook_url TEXT;
            ALTER TABLE accounts ADD COLUMN webhook_secret BLOB;
            ALTER TABLE accounts ADD COLUMN low_balance_micros INTEGER CHECK (low_balance_micros > 0);

            CREATE TABLE balance_notices (
                account_id INTEGER PRIMARY KEY REFERENCES accounts (id),
                entry_id INTEGER NOT NULL,
                balance_micros INTEGER NOT NULL,
                low_balance_micros INTEGER NOT NULL,
                at INTEGER NOT NULL,
                attempts INTEGER NOT NULL DEFAULT 0,
                due_at INTEGER NOT NULL
            ) STRICT;
            CREATE INDEX balance_notices_by_due ON balance_notices (due_at);
            """)
}
