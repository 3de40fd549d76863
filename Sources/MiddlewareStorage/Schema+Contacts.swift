// The built-in contact book, what connectors answered lately, and contacts made a moment ago.

internal import SQLiteDatabase

extension MiddlewareSchema {
    /// `contact_numbers` finds a number by its last six digits (`ending`; shorter ones as their value, negative) and,
    /// within these, by the whole number (`e164`; 0 for what is none). `numbers` and `custom` are JSON.
    static let contacts = Migration(
        version: 3, summary: "contacts",
        sql: """
            CREATE TABLE contacts (
                id INTEGER PRIMARY KEY,
                workspace_id INTEGER NOT NULL REFERENCES workspaces (id),
                entity_id TEXT NOT NULL,
                entity_type TEXT,
                entity_url TEXT,
                first_name TEXT,
                last_name TEXT,
                civility TEXT,
                email TEXT,
                email_key TEXT,
                company TEXT,
                title TEXT,
                numbers TEXT NOT NULL,
                custom TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                updated_at INTEGER NOT NULL
            ) STRICT;
            CREATE UNIQUE INDEX contacts_by_entity ON contacts (workspace_id, entity_id);
            CREATE INDEX contacts_by_email ON contacts (workspace_id, email_key) WHERE email_key IS NOT NULL;

            CREATE TABLE contact_numbers (
                workspace_id INTEGER NOT NULL,
                ending INTEGER NOT NULL,
                e164 INTEGER NOT NULL,
                contact_id INTEGER NOT NULL REFERENCES contacts (id),
                PRIMARY KEY (workspace_id, ending, e164, contact_id)
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE seen_contacts (
                id INTEGER PRIMARY KEY,
                workspace_id INTEGER NOT NULL REFERENCES workspaces (id),
                key_kind INTEGER NOT NULL,
                key TEXT NOT NULL,
                connector_id INTEGER NOT NULL,
                rules TEXT NOT NULL,
                contacts TEXT NOT NULL,
                at INTEGER NOT NULL
            ) STRICT;
            CREATE UNIQUE INDEX seen_contacts_by_key ON seen_contacts (workspace_id, key_kind, key, connector_id);
            CREATE INDEX seen_contacts_by_age ON seen_contacts (workspace_id, at);
            CREATE INDEX seen_contacts_by_expiry ON seen_contacts (at);

            CREATE TABLE shown_contacts (
                workspace_id INTEGER NOT NULL REFERENCES workspaces (id),
                number TEXT NOT NULL,
                contact BLOB NOT NULL CHECK (length(contact) = 16),
                at INTEGER NOT NULL,
                PRIMARY KEY (workspace_id, number)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX shown_contacts_by_expiry ON shown_contacts (at);

            CREATE TABLE called_contacts (
                workspace_id INTEGER NOT NULL REFERENCES workspaces (id),
                contact BLOB NOT NULL CHECK (length(contact) = 16),
                at INTEGER NOT NULL,
                PRIMARY KEY (workspace_id, contact)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX called_contacts_by_expiry ON called_contacts (at);

            CREATE TABLE contact_creations (
                workspace_id INTEGER NOT NULL REFERENCES workspaces (id),
                key TEXT NOT NULL,
                contact TEXT NOT NULL,
                at INTEGER NOT NULL,
                PRIMARY KEY (workspace_id, key)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX contact_creations_by_expiry ON contact_creations (at);
            """)
}
