// Workspaces in SQL, for the server and the administrator's tool alike. Functions over one connection inside the
// caller's transaction. Every change is noted in the change feed in the same transaction.

package import CRMMiddleware
package import Platform
package import SQLiteDatabase

/// Reads and writes workspaces.
package enum WorkspaceTable {
    package static func insert(_ workspace: Workspace, on connection: Connection) throws(DatabaseError) {
        try connection.run(
            "INSERT INTO workspaces (id, name, created_at) VALUES (?, ?, ?)", .integer(workspace.id.value),
            .text(workspace.name), .integer(workspace.createdAt.microseconds))
        try write(workspace.settings, of: workspace.id, on: connection)
    }

    package static func find(_ id: WorkspaceID, on connection: Connection) throws(DatabaseError) -> Workspace? {
        let found = try connection.first(
            "SELECT name, created_at FROM workspaces WHERE id = ?", .integer(id.value)
        ) { row throws(DatabaseError) in (name: row.text(0), createdAt: UnixTime(microseconds: row.integer(1))) }
        guard let found else { return nil }
        return Workspace(
            id: id, name: found.name, settings: try settings(of: id, on: connection), createdAt: found.createdAt)
    }

    /// Workspaces in the order they were made.
    package static func all(on connection: Connection) throws(DatabaseError) -> [Workspace] {
        var ids: [WorkspaceID] = []
        try connection.each("SELECT id FROM workspaces ORDER BY created_at, id") { row throws(DatabaseError) in
            ids.append(WorkspaceID(value: row.integer(0)))
            return .next
        }
        var workspaces: [Workspace] = []
        for id in ids {
            if let workspace = try find(id, on: connection) { workspaces.append(workspace) }
        }
        return workspaces
    }

    /// Puts these settings in place of those the workspace has; false when there is no such workspace.
    package static func set(
        _ settings: WorkspaceSettings, of id: WorkspaceID, at: UnixTime, on connection: Connection
    ) throws(DatabaseError) -> Bool {
        guard try find(id, on: connection) != nil else { return false }
        try write(settings, of: id, on: connection)
        try MiddlewareChanges.note(.workspace(id), at: at, on: connection)
        return true
    }

    /// Settings left at their default are not stored: a default that changes changes them too.
    private static func write(
        _ settings: WorkspaceSettings, of id: WorkspaceID, on connection: Connection
    ) throws(DatabaseError) {
        let defaults = WorkspaceSettings()
        try connection.run("DELETE FROM workspace_settings WHERE workspace_id = ?", .integer(id.value))
        for name in WorkspaceSettings.Name.allCases where settings[name] != defaults[name] {
            try connection.run(
                "INSERT INTO workspace_settings (workspace_id, name, value) VALUES (?, ?, ?)", .integer(id.value),
                .text(name.rawValue), .text(settings[name]))
        }
    }

    private static func settings(
        of id: WorkspaceID, on connection: Connection
    ) throws(DatabaseError) -> WorkspaceSettings {
        var settings = WorkspaceSettings()
        try connection.each(
            "SELECT name, value FROM workspace_settings WHERE workspace_id = ?", .integer(id.value)
        ) { row throws(DatabaseError) in
            // A setting, or a value of one, that this release does not know stays at its default.
            guard let name = WorkspaceSettings.Name(rawValue: row.text(0)) else { return .next }
            do throws(WorkspaceSettings.Refusal) {
                try settings.set(name, to: row.text(1))
            } catch {
                return .next
            }
            return .next
        }
        return settings
    }
}
