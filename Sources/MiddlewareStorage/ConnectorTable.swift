// Connectors in SQL, for the server and the administrator's tool alike. Functions over one connection inside the
// caller's transaction. Every change is noted in the change feed in the same transaction.

package import CRMMiddleware
package import Platform
package import SQLiteDatabase

/// Reads and writes connectors. Secrets go through the vault on their way in and out.
package enum ConnectorTable {
    // MARK: Making

    /// Connectors of one workspace: each is asked for every call that rings.
    package static let countMax = 20

    /// The connector that a new workspace has: the middleware's own contacts, with everything they can do.
    @discardableResult
    package static func insertBuiltIn(
        workspace: WorkspaceID, id: ConnectorID, at: UnixTime, on connection: Connection
    ) throws(DatabaseError) -> ConnectorRecord {
        let record = ConnectorRecord(
            id: id, workspace: workspace, kind: .builtin, name: "Contacts",
            priority: ConnectorRecord.usualPriority(of: .builtin), features: .possible(for: .builtin), createdAt: at)
        try write(record, on: connection)
        try MiddlewareChanges.note(.connectors(workspace), at: at, on: connection)
        return record
    }

    /// Writes a new connector with its template and parameters; nothing when it has secrets and the vault has no key.
    package static func insert(
        _ record: ConnectorRecord, vault: SecretVault, at: UnixTime, on connection: Connection
    ) throws(DatabaseError) -> SecretKeeping {
        let hasSecrets = record.parameters.contains { if case .secret = $0.value { true } else { false } }
        if hasSecrets, !vault.hasKey { return .noKey }
        try write(record, on: connection)
        if let template = record.template {
            try setTemplate(template, of: record.id, workspace: record.workspace, on: connection)
        }
        for parameter in record.parameters {
            try write(parameter, of: record.id, workspace: record.workspace, vault: vault, on: connection)
        }
        try MiddlewareChanges.note(.connectors(record.workspace), at: at, on: connection)
        return .kept
    }

    private static func write(_ record: ConnectorRecord, on connection: Connection) throws(DatabaseError) {
        try connection.run(
            """
            INSERT INTO connectors
                (id, workspace_id, kind, name, priority, features, enabled, address, revision, created_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """, .integer(record.id.value), .integer(record.workspace.value), .text(record.kind.rawValue),
            .text(record.name), .integer(Int64(record.priority)), .integer(Int64(record.features.rawValue)),
            .boolean(record.isEnabled), .text(record.address), .integer(record.revision),
            .integer(record.createdAt.microseconds))
    }

    private static func setTemplate(
        _ bytes: [UInt8], of id: ConnectorID, workspace: WorkspaceID, on connection: Connection
    ) throws(DatabaseError) {
        try connection.run(
            "INSERT OR REPLACE INTO connector_templates (connector_id, workspace_id, content) VALUES (?, ?, ?)",
            .integer(id.value), .integer(workspace.value), .blob(bytes))
    }

    /// A secret needs a vault with a key here; one that cannot be read is left as it is stored.
    private static func write(
        _ parameter: ConnectorParameter, of id: ConnectorID, workspace: WorkspaceID, vault: SecretVault,
        on connection: Connection
    ) throws(DatabaseError) {
        let (plain, sealed): (SQLValue, SQLValue)
        switch parameter.value {
        case .plain(let text): (plain, sealed) = (.text(text), .null)
        case .secret(let text):
            let place = place(of: parameter.name, id, workspace)
            guard let bytes = vault.seal(Secret(text.reveal()), at: place) else { return }
            (plain, sealed) = (.null, .blob(bytes))
        case .unreadable: return
        }
        try connection.run(
            """
            INSERT OR REPLACE INTO connector_parameters (connector_id, workspace_id, name, value, sealed)
            VALUES (?, ?, ?, ?, ?)
            """, .integer(id.value), .integer(workspace.value), .text(parameter.name), plain, sealed)
    }

    static func place(of parameter: String, _ id: ConnectorID, _ workspace: WorkspaceID) -> SecretVault.Place {
        SecretVault.Place(
            table: "connector_parameters", row: [workspace.description, id.description, parameter], column: "sealed")
    }

    // MARK: Reading

    /// A connector of a workspace; nil when the workspace has none of that identifier.
    package static func find(
        _ id: ConnectorID, workspace: WorkspaceID, vault: SecretVault, on connection: Connection
    ) throws(DatabaseError) -> ConnectorRecord? {
        let found = try connection.first(
            """
            SELECT id, workspace_id, kind, name, priority, features, enabled, address, revision, created_at
            FROM connectors WHERE id = ? AND workspace_id = ?
            """, .integer(id.value), .integer(workspace.value)
        ) { row throws(DatabaseError) in record(row) }
        guard let found else { return nil }
        return try completed(found, vault: vault, on: connection)
    }

    /// The workspace that a connector belongs to, for the operator, who names connectors alone.
    package static func workspace(
        of id: ConnectorID, on connection: Connection
    ) throws(DatabaseError) -> WorkspaceID? {
        try connection.first("SELECT workspace_id FROM connectors WHERE id = ?", .integer(id.value)) {
            row throws(DatabaseError) in WorkspaceID(value: row.integer(0))
        }
    }

    /// The connectors of a workspace, by priority, then by age.
    package static func all(
        of workspace: WorkspaceID, isEnabledOnly: Bool = false, vault: SecretVault, on connection: Connection
    ) throws(DatabaseError) -> [ConnectorRecord] {
        let found = try connection.all(
            """
            SELECT id, workspace_id, kind, name, priority, features, enabled, address, revision, created_at
            FROM connectors WHERE workspace_id = ? AND enabled >= ? ORDER BY priority, created_at, id
            """, .integer(workspace.value), .boolean(isEnabledOnly)
        ) { row throws(DatabaseError) in record(row) }
        var records: [ConnectorRecord] = []
        for record in found { records.append(try completed(record, vault: vault, on: connection)) }
        return records
    }

    /// How many connectors a workspace has.
    package static func count(of workspace: WorkspaceID, on connection: Connection) throws(DatabaseError) -> Int {
        let count = try connection.first(
            "SELECT count(*) FROM connectors WHERE workspace_id = ?", .integer(workspace.value)
        ) { row throws(DatabaseError) in row.integer(0) }
        return Int(count ?? 0)
    }

    private static func record(_ row: borrowing Row) -> ConnectorRecord {
        ConnectorRecord(
            id: ConnectorID(value: row.integer(0)), workspace: WorkspaceID(value: row.integer(1)),
            // The table's CHECK admits the four kinds only; the one that asks nobody is the safe reading of any other.
            kind: ConnectorKind(rawValue: row.text(2)) ?? .url, name: row.text(3),
            priority: Int(clamping: row.integer(4)),
            features: ConnectorFeatures(rawValue: Int(clamping: row.integer(5))),
            isEnabled: row.boolean(6), address: row.optionalText(7), revision: row.integer(8),
            createdAt: UnixTime(microseconds: row.integer(9)))
    }

    private static func completed(
        _ record: ConnectorRecord, vault: SecretVault, on connection: Connection
    ) throws(DatabaseError) -> ConnectorRecord {
        var record = record
        let (id, workspace) = (record.id, record.workspace)
        record.template = try connection.first(
            "SELECT content FROM connector_templates WHERE connector_id = ? AND workspace_id = ?", .integer(id.value),
            .integer(workspace.value)
        ) { row throws(DatabaseError) in row.blob(0) }
        record.parameters = try connection.all(
            """
            SELECT name, value, sealed FROM connector_parameters WHERE connector_id = ? AND workspace_id = ?
            ORDER BY name
            """, .integer(id.value), .integer(workspace.value)
        ) { row throws(DatabaseError) in
            let name = row.text(0)
            guard let sealed = row.optionalBlob(2) else { return ConnectorParameter(name, .plain(row.text(1))) }
            switch vault.open(sealed, at: place(of: name, id, workspace)) {
            case .success(let secret): return ConnectorParameter(name, .secret(HiddenText(secret.revealText())))
            case .failure(let fault): return ConnectorParameter(name, .unreadable(fault))
            }
        }
        return record
    }

    // MARK: Changing

    /// What the operator changes of a connector; what is nil stays.
    package struct Change: Sendable, Hashable {
        package var name: String?
        package var priority: Int?
        package var features: ConnectorFeatures?
        package var isEnabled: Bool?
        package var template: [UInt8]?
        /// Each in place of the value it has.
        package var parameters: [ConnectorParameter] = []
        /// Names of those that have their default again.
        package var removedParameters: [String] = []

        package init() {}
    }

    /// Changes a connector, all of it or nothing.
    package static func set(
        _ change: Change, of id: ConnectorID, workspace: WorkspaceID, vault: SecretVault, at: UnixTime,
        on connection: Connection
    ) throws(DatabaseError) -> SecretKeeping {
        let hasSecrets = change.parameters.contains { if case .secret = $0.value { true } else { false } }
        if hasSecrets, !vault.hasKey { return .noKey }
        let changed = try connection.run(
            """
            UPDATE connectors SET name = coalesce(?, name), priority = coalesce(?, priority),
                features = coalesce(?, features), enabled = coalesce(?, enabled), revision = revision + 1
            WHERE id = ? AND workspace_id = ?
            """, .text(change.name), .integer(change.priority.map { Int64($0) }),
            .integer(change.features.map { Int64($0.rawValue) }),
            .integer(change.isEnabled.map { $0 ? 1 : 0 }), .integer(id.value), .integer(workspace.value))
        guard changed == 1 else { return .noConnector }
        if let template = change.template { try setTemplate(template, of: id, workspace: workspace, on: connection) }
        for parameter in change.parameters {
            try write(parameter, of: id, workspace: workspace, vault: vault, on: connection)
        }
        for name in change.removedParameters {
            try connection.run(
                "DELETE FROM connector_parameters WHERE connector_id = ? AND workspace_id = ? AND name = ?",
                .integer(id.value), .integer(workspace.value), .text(name))
        }
        // A server that does not run now would not hear of it, and one that runs could read it before it hears.
        try SeenContactTable.forgetAll(workspace, on: connection)
        try MiddlewareChanges.note(.connectors(workspace), at: at, on: connection)
        return .kept
    }

    /// Removes a connector with its template, parameters and unfinished authorizations; false when there is none.
    package static func remove(
        _ id: ConnectorID, workspace: WorkspaceID, at: UnixTime, on connection: Connection
    ) throws(DatabaseError) -> Bool {
        let removed = try connection.run(
            "DELETE FROM connectors WHERE id = ? AND workspace_id = ?", .integer(id.value), .integer(workspace.value))
        guard removed == 1 else { return false }
        try SeenContactTable.forgetAll(workspace, on: connection)
        try MiddlewareChanges.note(.connectors(workspace), at: at, on: connection)
        return true
    }
}

// MARK: - Authorizations

extension ConnectorTable {
    /// Keeps the state of an authorization that was begun, in place of an earlier one of the same parameter.
    package static func keep(
        _ pending: PendingAuthorization, state: SHA256Digest, on connection: Connection
    ) throws(DatabaseError) {
        try connection.run(
            "DELETE FROM oauth_states WHERE connector_id = ? AND parameter = ?", .integer(pending.connector.value),
            .text(pending.parameter))
        try connection.run(
            """
            INSERT INTO oauth_states (hash, workspace_id, connector_id, parameter, redirect_uri, expires_at)
            VALUES (?, ?, ?, ?, ?, ?)
            """, .blob(state.bytes), .integer(pending.workspace.value), .integer(pending.connector.value),
            .text(pending.parameter), .text(pending.redirectURI), .integer(pending.expiresAt.microseconds))
    }

    /// Whether an authorization with the state was begun.
    static func has(state: SHA256Digest, on connection: Connection) throws(DatabaseError) -> Bool {
        try connection.first("SELECT 1 FROM oauth_states WHERE hash = ?", .blob(state.bytes)) { _ in true } ?? false
    }

    /// Takes a state away and says what it stood for; nil when there is none, or its time is over.
    static func take(
        state: SHA256Digest, at: UnixTime, on connection: Connection
    ) throws(DatabaseError) -> PendingAuthorization? {
        let pending = try connection.first(
            """
            DELETE FROM oauth_states WHERE hash = ?
            RETURNING workspace_id, connector_id, parameter, redirect_uri, expires_at
            """, .blob(state.bytes)
        ) { row throws(DatabaseError) in
            PendingAuthorization(
                workspace: WorkspaceID(value: row.integer(0)), connector: ConnectorID(value: row.integer(1)),
                parameter: row.text(2), redirectURI: row.text(3),
                expiresAt: UnixTime(microseconds: row.integer(4)))
        }
        guard let pending, pending.expiresAt > at else { return nil }
        return pending
    }

    /// Drops the states that nobody came back with.
    package static func sweepStates(now: UnixTime, on connection: Connection) throws(DatabaseError) -> Int {
        try connection.run(
            """
            DELETE FROM oauth_states WHERE hash IN (SELECT hash FROM oauth_states WHERE expires_at <= ? LIMIT ?)
            """, .integer(now.microseconds), .integer(Int64(Sweep.rowsMax)))
    }
}

// MARK: - Secrets as a whole

extension ConnectorTable {
    /// How many values are sealed.
    package static func sealedCount(on connection: Connection) throws(DatabaseError) -> Int64 {
        try connection.first("SELECT count(*) FROM connector_parameters WHERE sealed IS NOT NULL") {
            row throws(DatabaseError) in row.integer(0)
        } ?? 0
    }

    /// Seals every value with another key.
    /// - Parameter progress: how many are done.
    /// - Returns: the first value that could not be opened; what was changed has to be undone then. nil: all are sealed
    ///   anew.
    static func reseal(
        from old: SecretVault, to new: SecretVault, at: UnixTime, on connection: Connection,
        progress: (Int64) -> Void
    ) throws(DatabaseError) -> UnopenedSecret? {
        // All are opened before one is written.
        var opened: [(connector: ConnectorID, workspace: WorkspaceID, name: String, secret: Secret)] = []
        var fault: UnopenedSecret?
        try connection.each(
            """
            SELECT connector_id, workspace_id, name, sealed FROM connector_parameters WHERE sealed IS NOT NULL
            ORDER BY connector_id, name
            """
        ) { row throws(DatabaseError) in
            let (id, workspace) = (ConnectorID(value: row.integer(0)), WorkspaceID(value: row.integer(1)))
            let name = row.text(2)
            switch old.open(row.blob(3), at: place(of: name, id, workspace)) {
            case .success(let secret):
                opened.append((id, workspace, name, secret))
                return .next
            case .failure(let reason):
                fault = UnopenedSecret(connector: id, parameter: name, fault: reason)
                return .stop
            }
        }
        if let fault { return fault }
        var done: Int64 = 0
        for entry in opened {
            let place = place(of: entry.name, entry.connector, entry.workspace)
            guard let sealed = new.seal(entry.secret, at: place) else {
                return UnopenedSecret(connector: entry.connector, parameter: entry.name, fault: .noKey)
            }
            try connection.run(
                "UPDATE connector_parameters SET sealed = ? WHERE connector_id = ? AND name = ?", .blob(sealed),
                .integer(entry.connector.value), .text(entry.name))
            done += 1
            progress(done)
        }
        for workspace in Set(opened.map(\.workspace)) {
            try MiddlewareChanges.note(.connectors(workspace), at: at, on: connection)
        }
        return nil
    }
}

/// A stored secret that could not be opened.
package struct UnopenedSecret: Error, Sendable, Hashable {
    package let connector: ConnectorID
    package let parameter: String
    package let fault: SecretFault

    package init(connector: ConnectorID, parameter: String, fault: SecretFault) {
        self.connector = connector
        self.parameter = parameter
        self.fault = fault
    }
}
