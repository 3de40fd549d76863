// Workspaces, clients, tokens and the feed of changes.

internal import SQLiteDatabase

extension MiddlewareSchema {
    /// Times are microseconds since 1970 in UTC; settings are kept by name, those left at their default are absent. A
    /// token that has ended is gone.
    static let workspacesAndTokens = Migration(
        version: 1, summary: "workspaces, clients, tokens",
        sql: """
            CREATE TABLE workspaces (
                id INTEGER PRIMARY KEY,
                name TEXT NOT NULL,
                created_at INTEGER NOT NULL
            ) STRICT;

            CREATE TABLE workspace_settings (
                workspace_id INTEGER NOT NULL REFERENCES workspaces (id),
                name TEXT NOT NULL,
                value TEXT NOT NULL,
                PRIMARY KEY (workspace_id, name)
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE clients (
                id INTEGER PRIMARY KEY,
                workspace_id INTEGER NOT NULL REFERENCES workspaces (id),
                secret_hash BLOB NOT NULL CHECK (length(secret_hash) = 32),
                scopes INTEGER NOT NULL,
                name TEXT,
                created_at INTEGER NOT NULL,
                revoked_at INTEGER
            ) STRICT;
            CREATE INDEX clients_by_workspace ON clients (workspace_id, created_at);

            CREATE TABLE access_tokens (
                id INTEGER PRIMARY KEY,
                hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
                client_id INTEGER NOT NULL REFERENCES clients (id),
                workspace_id INTEGER NOT NULL REFERENCES workspaces (id),
                scopes INTEGER NOT NULL,
                created_at INTEGER NOT NULL,
                expires_at INTEGER NOT NULL
            ) STRICT;
            CREATE INDEX access_tokens_by_client ON access_tokens (client_id, created_at, id);
            CREATE INDEX access_tokens_by_expiry ON access_tokens (expires_at);

            CREATE TABLE context_tokens (
                token BLOB PRIMARY KEY CHECK (length(token) = 16),
                workspace_id INTEGER NOT NULL REFERENCES workspaces (id),
                secret_hash BLOB NOT NULL CHECK (length(secret_hash) = 32),
                created_at INTEGER NOT NULL,
                expires_at INTEGER,
                revoked_at INTEGER
            ) STRICT;
            CREATE INDEX context_tokens_by_workspace ON context_tokens (workspace_id, created_at);

            CREATE TABLE changes (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                at INTEGER NOT NULL,
                kind TEXT NOT NULL
                    CHECK (kind = 'workspace' OR kind = 'connectors' OR kind = 'contacts' OR kind = 'delivery'),
                subject INTEGER NOT NULL
            ) STRICT;
            """)
}
