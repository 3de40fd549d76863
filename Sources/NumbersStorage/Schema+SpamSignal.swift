// The tables of the spam signal, and of imports that have not ended.

internal import SQLiteDatabase

extension LookupSchema {
    static let spamSignal = Migration(
        version: 3, summary: "complaints, reports, unfinished imports",
        sql: """
            -- What imported lists say; the last row of a number wins for each list.
            CREATE TABLE complaints (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                number INTEGER NOT NULL,
                source TEXT NOT NULL,
                count INTEGER NOT NULL CHECK (count > 0),
                last_seen INTEGER NOT NULL,
                imported_at INTEGER NOT NULL,
                UNIQUE (number, source)
            ) STRICT;

            -- What customers said, as far as it counts.
            CREATE TABLE reports (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                number INTEGER NOT NULL,
                account_id INTEGER NOT NULL REFERENCES accounts (id),
                tag TEXT NOT NULL CHECK (tag IN
                    ('spam', 'scam', 'robocall', 'telemarketing', 'spoofed', 'wrong_number', 'other')),
                reported_at INTEGER NOT NULL,
                prepaid INTEGER NOT NULL CHECK (prepaid IN (0, 1))
            ) STRICT;
            CREATE INDEX reports_once ON reports (number, account_id, reported_at);
            CREATE INDEX reports_by_number ON reports (number, reported_at);
            CREATE INDEX reports_by_account ON reports (account_id, reported_at);
            CREATE INDEX reports_by_age ON reports (reported_at);

            -- The sums of both, made anew with every change to them, so that a lookup reads one row.
            CREATE TABLE spam_evidence (
                number INTEGER PRIMARY KEY,
                complaints REAL NOT NULL CHECK (complaints >= 0),
                prepaid_reports REAL NOT NULL CHECK (prepaid_reports >= 0),
                free_reports REAL NOT NULL CHECK (free_reports >= 0),
                agreeing INTEGER NOT NULL CHECK (agreeing >= 0),
                as_of INTEGER NOT NULL
            ) STRICT;

            -- How far imports have come that were cut off.
            CREATE TABLE imports (
                kind TEXT NOT NULL,
                file BLOB NOT NULL CHECK (length(file) = 32),
                country TEXT NOT NULL,
                byte INTEGER NOT NULL,
                line INTEGER NOT NULL,
                row_count INTEGER NOT NULL,
                imported INTEGER NOT NULL,
                left_out INTEGER NOT NULL,
                at INTEGER NOT NULL,
                PRIMARY KEY (kind, file, country)
            ) STRICT, WITHOUT ROWID;
            """)
}
