// What has changed in the middleware's database, so that a running server forgets what it remembers. Functions over one
// connection inside the caller's transaction.

package import CRMMiddleware
package import Platform
package import SQLiteDatabase

/// Notes changes.
package enum MiddlewareChanges {
    /// Something that a server may remember.
    package enum Subject: Sendable, Hashable {
        /// A workspace's name, settings, clients or tokens.
        case workspace(WorkspaceID)
        /// The connectors of a workspace, their parameters and secrets.
        case connectors(WorkspaceID)
        /// The built-in contacts of a workspace.
        case contacts(WorkspaceID)
        /// Deliveries of a workspace that were taken up again or dropped.
        case delivery(WorkspaceID)
    }

    package static func note(_ subject: Subject, at: UnixTime, on connection: Connection) throws(DatabaseError) {
        try ChangeTable.note(subject.change, at: at, on: connection)
    }
}

extension MiddlewareChanges.Subject {
    /// Reads a change back; nil for a kind that this release does not know.
    package init?(_ change: DatabaseChange) {
        let workspace = WorkspaceID(value: change.subject)
        switch change.kind {
        case "workspace": self = .workspace(workspace)
        case "connectors": self = .connectors(workspace)
        case "contacts": self = .contacts(workspace)
        case "delivery": self = .delivery(workspace)
        default: return nil
        }
    }

    fileprivate var change: DatabaseChange {
        switch self {
        case .workspace(let id): DatabaseChange(kind: "workspace", subject: id.value)
        case .connectors(let id): DatabaseChange(kind: "connectors", subject: id.value)
        case .contacts(let id): DatabaseChange(kind: "contacts", subject: id.value)
        case .delivery(let id): DatabaseChange(kind: "delivery", subject: id.value)
        }
    }
}
