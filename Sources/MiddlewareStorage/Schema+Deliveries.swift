// The outbox.

internal import SQLiteDatabase

extension MiddlewareSchema {
    /// `is_head` marks the oldest pending delivery of a contact at a connector, the one that may be tried; an attempt
    /// under way has `begun_at`. Every index of what is not settled is partial, so that what is costs nothing.
    static let deliveries = Migration(
        version: 5, summary: "deliveries",
        sql: """
            CREATE TABLE deliveries (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                workspace_id INTEGER NOT NULL REFERENCES workspaces (id),
                connector_id INTEGER NOT NULL,
                subject_kind TEXT NOT NULL CHECK (subject_kind IN ('call', 'chat')),
                subject_id BLOB NOT NULL CHECK (length(subject_id) = 16),
                contact_key TEXT NOT NULL,
                state TEXT NOT NULL
                    CHECK (state = 'pending' OR state = 'delivered' OR state = 'skipped' OR state = 'dead'
                        OR state = 'dropped'),
                is_head INTEGER NOT NULL CHECK (is_head = 0 OR is_head = 1 AND state = 'pending'),
                due_at INTEGER NOT NULL,
                attempts INTEGER NOT NULL DEFAULT 0,
                begun_at INTEGER CHECK (begun_at IS NULL OR is_head = 1),
                may_have_arrived INTEGER NOT NULL DEFAULT 0,
                reason TEXT,
                created_at INTEGER NOT NULL,
                settled_at INTEGER CHECK ((settled_at IS NULL) = (state = 'pending'))
            ) STRICT;
            CREATE UNIQUE INDEX deliveries_by_subject ON deliveries (subject_id, connector_id);
            CREATE UNIQUE INDEX deliveries_heads ON deliveries (connector_id, contact_key) WHERE is_head = 1;
            CREATE INDEX deliveries_ready ON deliveries (connector_id, due_at) WHERE is_head = 1 AND begun_at IS NULL;
            CREATE INDEX deliveries_begun ON deliveries (begun_at) WHERE begun_at IS NOT NULL;
            CREATE INDEX deliveries_waiting ON deliveries (connector_id, contact_key, id) WHERE state = 'pending';
            CREATE INDEX deliveries_pending ON deliveries (created_at) WHERE state = 'pending';
            CREATE INDEX deliveries_dead ON deliveries (created_at) WHERE state = 'dead';
            CREATE INDEX deliveries_settled ON deliveries (settled_at) WHERE settled_at IS NOT NULL;
            CREATE INDEX deliveries_by_workspace ON deliveries (workspace_id, state, id);

            CREATE TABLE past_deliveries (
                subject_id BLOB PRIMARY KEY CHECK (length(subject_id) = 16),
                workspace_id INTEGER NOT NULL REFERENCES workspaces (id),
                state TEXT NOT NULL CHECK (state IN ('delivered', 'dead'))
            ) STRICT, WITHOUT ROWID;
            CREATE TRIGGER past_deliveries_of_calls AFTER DELETE ON calls BEGIN
                DELETE FROM past_deliveries WHERE subject_id = OLD.id;
            END;
            CREATE TRIGGER past_deliveries_of_chats AFTER DELETE ON chats BEGIN
                DELETE FROM past_deliveries WHERE subject_id = OLD.id;
            END;
            """)
}
