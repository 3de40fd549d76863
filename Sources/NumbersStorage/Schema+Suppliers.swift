// The tables of the paid suppliers and of what they said.

internal import SQLiteDatabase

extension LookupSchema {
    static let suppliersAndCache = Migration(
        version: 2, summary: "suppliers, cached names",
        sql: """
            CREATE TABLE suppliers (
                name TEXT PRIMARY KEY,
                url TEXT NOT NULL,
                headers TEXT NOT NULL DEFAULT '[]',
                name_path TEXT,
                no_name_words TEXT NOT NULL DEFAULT '[]',
                price_micros INTEGER NOT NULL CHECK (price_micros >= 0),
                timeout_ms INTEGER NOT NULL CHECK (timeout_ms > 0),
                concurrent_max INTEGER NOT NULL CHECK (concurrent_max > 0),
                countries TEXT NOT NULL DEFAULT '',
                enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
                position INTEGER NOT NULL,
                created_at INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE supplier_secrets (
                supplier TEXT NOT NULL REFERENCES suppliers (name) ON DELETE CASCADE,
                name TEXT NOT NULL,
                sealed BLOB NOT NULL,
                PRIMARY KEY (supplier, name)
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE supplier_days (
                day INTEGER NOT NULL,
                supplier TEXT NOT NULL,
                requests INTEGER NOT NULL,
                hits INTEGER NOT NULL,
                misses INTEGER NOT NULL,
                errors INTEGER NOT NULL,
                spent_micros INTEGER NOT NULL,
                PRIMARY KEY (day, supplier)
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE free_dips (
                day INTEGER NOT NULL,
                account_id INTEGER NOT NULL REFERENCES accounts (id),
                dips INTEGER NOT NULL,
                PRIMARY KEY (day, account_id)
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE cached_names (
                number INTEGER PRIMARY KEY,
                name TEXT,
                raw TEXT,
                supplier TEXT,
                obtained_at INTEGER NOT NULL,
                CHECK ((name IS NULL) = (supplier IS NULL))
            ) STRICT;
            CREATE INDEX cached_names_by_age ON cached_names (obtained_at);
            """)

    static let cacheAges = Migration(
        version: 4, summary: "an index of numbers that no supplier had a name for",
        sql: """
            -- They expire long before names do: without it, finding them means to look at each name that is kept.
            CREATE INDEX cached_names_unnamed_by_age ON cached_names (obtained_at) WHERE name IS NULL;
            """)
}
