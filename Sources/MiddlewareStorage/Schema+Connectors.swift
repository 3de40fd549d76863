// Connectors, their templates, parameters and unfinished authorizations.

internal import SQLiteDatabase

extension MiddlewareSchema {
    /// A parameter is either plain or sealed (SecretVault). `features` is what the operator chose of what the kind or
    /// the template can do, 1 lookup, 2 create, 4 calls, 8 chats.
    static let connectors = Migration(
        version: 2, summary: "connectors",
        sql: """
            CREATE TABLE connectors (
                id INTEGER PRIMARY KEY,
                workspace_id INTEGER NOT NULL REFERENCES workspaces (id),
                kind TEXT NOT NULL CHECK (kind = 'template' OR kind = 'url' OR kind = 'builtin' OR kind = 'numbers'),
                name TEXT NOT NULL,
                priority INTEGER NOT NULL,
                features INTEGER NOT NULL CHECK (features BETWEEN 0 AND 15),
                enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
                address TEXT,
                revision INTEGER NOT NULL,
                created_at INTEGER NOT NULL
            ) STRICT;
            CREATE INDEX connectors_by_workspace ON connectors (workspace_id, priority, created_at);

            CREATE TABLE connector_templates (
                connector_id INTEGER PRIMARY KEY REFERENCES connectors (id) ON DELETE CASCADE,
                workspace_id INTEGER NOT NULL REFERENCES workspaces (id),
                content BLOB NOT NULL
            ) STRICT;

            CREATE TABLE connector_parameters (
                connector_id INTEGER NOT NULL REFERENCES connectors (id) ON DELETE CASCADE,
                workspace_id INTEGER NOT NULL REFERENCES workspaces (id),
                name TEXT NOT NULL,
                value TEXT,
                sealed BLOB,
                PRIMARY KEY (connector_id, name),
                CHECK ((value IS NULL) <> (sealed IS NULL))
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE oauth_states (
                hash BLOB PRIMARY KEY CHECK (length(hash) = 32),
                workspace_id INTEGER NOT NULL REFERENCES workspaces (id),
                connector_id INTEGER NOT NULL REFERENCES connectors (id) ON DELETE CASCADE,
                parameter TEXT NOT NULL,
                redirect_uri TEXT NOT NULL,
                expires_at INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX oauth_states_by_connector ON oauth_states (connector_id, parameter);
            """)
}
