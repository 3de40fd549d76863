// What connectors answered lately, which contacts were shown and called, in SQL. Functions over one connection inside the
// caller's transaction. All of it can be lost: it only saves questions.

package import CRMMiddleware
internal import Glibc
package import Platform
package import SQLiteDatabase

/// Reads and writes contacts seen.
package enum SeenContactTable {
    /// How long a connector's answer may be answered again at all.
    package static let seenLifetime: Duration = .seconds(24 * 3_600)
    /// How long after it was shown a contact still belongs to the call of its number.
    package static let shownLifetime: Duration = .seconds(7 * 24 * 3_600)
    /// How long a call makes its contact come first.
    package static let calledLifetime: Duration = .seconds(365 * 24 * 3_600)
    /// Answers kept of one workspace: at a kilobyte each some 50 MB. The oldest go, whenever ``SeenGrowth/trimEvery`` more
    /// have come.
    package static let seenMax = 50_000

    // MARK: Reading

    /// The contact last shown first for a number.
    /// - Parameter numberText: ``PartyNumber/text``.
    package static func shown(
        for numberText: String, workspace: WorkspaceID, on connection: Connection
    ) throws(DatabaseError) -> UniqueID? {
        let bytes = try connection.first(
            "SELECT contact FROM shown_contacts WHERE workspace_id = ? AND number = ?", .integer(workspace.value),
            .text(numberText)
        ) { row throws(DatabaseError) in row.blob(0) }
        return bytes.flatMap { UniqueID(bytes: $0) }
    }

    static func seen(
        _ keys: [ContactKey], workspace: WorkspaceID, since: UnixTime, on connection: Connection
    ) throws(DatabaseError) -> [SeenContacts] {
        var found: [SeenContacts] = []
        for key in keys {
            try connection.each(
                """
                SELECT connector_id, rules, contacts, at FROM seen_contacts
                WHERE workspace_id = ? AND key_kind = ? AND key = ?
                """, .integer(workspace.value), .integer(key.kind), .text(key.text)
            ) { row throws(DatabaseError) in
                let at = UnixTime(microseconds: row.integer(3))
                if at > since, let contacts = ContactText.decode(row.text(2)), !contacts.isEmpty {
                    found.append(
                        SeenContacts(
                            workspace: workspace, connector: ConnectorID(value: row.integer(0)), key: key,
                            rules: AnswerRules(stored: row.text(1)), contacts: contacts, at: at))
                }
                return .next
            }
        }
        return found
    }

    /// The keys that something is kept under, some of them more than once.
    static func keys(of workspace: WorkspaceID, on connection: Connection) throws(DatabaseError) -> [ContactKey] {
        var keys: [ContactKey] = []
        try connection.each(
            "SELECT key_kind, key FROM seen_contacts WHERE workspace_id = ?", .integer(workspace.value)
        ) { row throws(DatabaseError) in
            let text = row.text(1)
            keys.append(row.integer(0) == ContactKey.number("").kind ? .number(text) : .email(text))
            return .next
        }
        return keys
    }

    static func lastCalls(
        with contacts: [UniqueID], workspace: WorkspaceID, on connection: Connection
    ) throws(DatabaseError) -> [UniqueID: UnixTime] {
        var found: [UniqueID: UnixTime] = [:]
        for contact in contacts {
            found[contact] = try connection.first(
                "SELECT at FROM called_contacts WHERE workspace_id = ? AND contact = ?", .integer(workspace.value),
                .blob(contact.bytes)
            ) { row throws(DatabaseError) in UnixTime(microseconds: row.integer(0)) }
        }
        return found
    }

    // MARK: Writing

    /// Makes the changes, in their order.
    /// - Parameter growth: how much workspaces have grown since they were last looked at.
    static func apply(
        _ changes: [SeenChange], growth: SeenGrowth = SeenGrowth(), on connection: Connection
    ) throws(DatabaseError) {
        for change in changes {
            // Whoever was woken meanwhile, a search perhaps, is not to wait until all of them are made.
            sched_yield()
            switch change {
            case .seen(let seen):
                try put(seen, on: connection)
                if growth.note(seen.workspace) { try trim(seen.workspace, on: connection) }
            case .shown(let workspace, let number, let contact, let at):
                // A workspace that is gone meanwhile takes nothing more.
                try connection.run(
                    """
                    INSERT INTO shown_contacts (workspace_id, number, contact, at)
                    SELECT id, ?2, ?3, ?4 FROM workspaces WHERE id = ?1
                    ON CONFLICT DO UPDATE SET contact = excluded.contact, at = excluded.at
                    """, .integer(workspace.value), .text(number), .blob(contact.bytes), .integer(at.microseconds))
            case .called(let workspace, let contact, let at):
                try connection.run(
                    """
                    INSERT INTO called_contacts (workspace_id, contact, at)
                    SELECT id, ?2, ?3 FROM workspaces WHERE id = ?1
                    ON CONFLICT DO UPDATE SET at = max(at, excluded.at)
                    """, .integer(workspace.value), .blob(contact.bytes), .integer(at.microseconds))
            case .forgotten(let workspace, let key): try forget([key], workspace: workspace, on: connection)
            case .allForgotten(let workspace): try forgetAll(workspace, on: connection)
            }
        }
    }

    private static func put(_ seen: SeenContacts, on connection: Connection) throws(DatabaseError) {
        guard !seen.contacts.isEmpty else {
            try connection.run(
                "DELETE FROM seen_contacts WHERE workspace_id = ? AND key_kind = ? AND key = ? AND connector_id = ?",
                .integer(seen.workspace.value), .integer(seen.key.kind), .text(seen.key.text),
                .integer(seen.connector.value))
            return
        }
        try connection.run(
            """
            INSERT INTO seen_contacts (workspace_id, key_kind, key, connector_id, rules, contacts, at)
            SELECT id, ?2, ?3, ?4, ?5, ?6, ?7 FROM workspaces WHERE id = ?1
            ON CONFLICT DO UPDATE SET rules = excluded.rules, contacts = excluded.contacts, at = excluded.at
            """, .integer(seen.workspace.value), .integer(seen.key.kind), .text(seen.key.text),
            .integer(seen.connector.value), .text(seen.rules.text), .text(ContactText.encode(seen.contacts)),
            .integer(seen.at.microseconds))
    }

    /// Connectors are to be asked about the keys anew, but for what was bought.
    package static func forget(
        _ keys: [ContactKey], workspace: WorkspaceID, on connection: Connection
    ) throws(DatabaseError) {
        for key in keys {
            try connection.run(
                """
                DELETE FROM seen_contacts WHERE workspace_id = ? AND key_kind = ? AND key = ? AND rules NOT GLOB ?
                """, .integer(workspace.value), .integer(key.kind), .text(key.text), .text(AnswerRules.boughtPattern))
        }
    }

    /// Connectors of the workspace are to be asked about everything anew, but for what was bought; for whoever changes a
    /// connector.
    package static func forgetAll(_ workspace: WorkspaceID, on connection: Connection) throws(DatabaseError) {
        try connection.run(
            "DELETE FROM seen_contacts WHERE workspace_id = ? AND rules NOT GLOB ?", .integer(workspace.value),
            .text(AnswerRules.boughtPattern))
    }

    private static func trim(_ workspace: WorkspaceID, on connection: Connection) throws(DatabaseError) {
        let oldest = try connection.first(
            "SELECT at FROM seen_contacts WHERE workspace_id = ? ORDER BY at DESC LIMIT 1 OFFSET ?",
            .integer(workspace.value), .integer(Int64(seenMax))
        ) { row throws(DatabaseError) in row.integer(0) }
        guard let oldest else { return }
        try connection.run(
            "DELETE FROM seen_contacts WHERE workspace_id = ? AND at <= ?", .integer(workspace.value), .integer(oldest))
    }

    /// Drops what has expired, at most ``Sweep/rowsMax`` rows of each table; returns the most of them.
    package static func sweep(now: UnixTime, on connection: Connection) throws(DatabaseError) -> Int {
        let most: SQLValue = .integer(Int64(Sweep.rowsMax))
        let seen = try connection.run(
            "DELETE FROM seen_contacts WHERE id IN (SELECT id FROM seen_contacts WHERE at <= ? LIMIT ?)",
            .integer((now - seenLifetime).microseconds), most)
        let shown = try connection.run(
            """
            DELETE FROM shown_contacts WHERE (workspace_id, number) IN
                (SELECT workspace_id, number FROM shown_contacts WHERE at <= ? LIMIT ?)
            """, .integer((now - shownLifetime).microseconds), most)
        let called = try connection.run(
            """
            DELETE FROM called_contacts WHERE (workspace_id, contact) IN
                (SELECT workspace_id, contact FROM called_contacts WHERE at <= ? LIMIT ?)
            """, .integer((now - calledLifetime).microseconds), most)
        let created = try connection.run(
            """
            DELETE FROM contact_creations WHERE (workspace_id, key) IN
                (SELECT workspace_id, key FROM contact_creations WHERE at <= ? LIMIT ?)
            """, .integer((now - ContactCreation.repeatTime).microseconds), most)
        return max(seen, shown, called, created)
    }
}

extension ContactKey {
    fileprivate var kind: Int64 {
        switch self {
        case .number: 0
        case .email: 1
        }
    }
}
