// What an administrator does, synchronously, on a connection of their own, while the server may be running: each
// operation is one write transaction, and the change feed tells the server. For one thread.

package import CRMMiddleware
package import Platform
package import SQLiteDatabase

/// The administrator's operations on MiddlewareServer's database. Those of one subject are in an extension of its own.
package final class MiddlewareDesk {
    package let connection: Connection
    package let clock: Clock
    package let random: RandomSource

    package init(connection: Connection, clock: Clock, random: RandomSource) {
        self.connection = connection
        self.clock = clock
        self.random = random
    }

    // MARK: Workspaces

    /// Makes a workspace with every setting at its default, and with the built-in contacts.
    package func createWorkspace(name: String) throws(DatabaseError) -> Workspace {
        let workspace = Workspace(
            id: WorkspaceID(random: random), name: name, settings: WorkspaceSettings(), createdAt: clock.wall())
        try connection.transaction { () throws(DatabaseError) in
            try WorkspaceTable.insert(workspace, on: connection)
            try ConnectorTable.insertBuiltIn(
                workspace: workspace.id, id: ConnectorID(random: random), at: workspace.createdAt, on: connection)
        }
        return workspace
    }

    package func workspace(_ id: WorkspaceID) throws(DatabaseError) -> Workspace? {
        try WorkspaceTable.find(id, on: connection)
    }

    /// All workspaces in the order they were made.
    package func workspaces() throws(DatabaseError) -> [Workspace] { try WorkspaceTable.all(on: connection) }
}
