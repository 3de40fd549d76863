// What an administrator does with the built-in contacts.

package import CRMMiddleware
package import NumbersCore
internal import Platform
package import SQLiteDatabase

extension MiddlewareDesk {
    /// Contacts put in with one transaction: enough to share the cost of the sync, few enough to keep a running server's
    /// writer waiting for some ten milliseconds only.
    package static let contactBlock = 1_000

    /// Puts a block of contacts into a workspace's book; one with an entity that is there takes its place.
    package func importContacts(
        _ entries: [BookEntry], country: Region?, workspace: WorkspaceID, plan: NumberingPlan
    ) throws(DatabaseError) {
        let now = clock.wall()
        try connection.transaction { () throws(DatabaseError) in
            for entry in entries {
                try ContactTable.put(
                    entry, country: country, workspace: workspace, at: now, plan: plan, on: connection)
            }
            try MiddlewareChanges.note(.contacts(workspace), at: now, on: connection)
        }
    }

    /// The contacts of a workspace's book that have the number or the address, as a search compares them.
    package func contacts(
        _ query: ContactQuery, workspace: Workspace, plan: NumberingPlan
    ) throws(DatabaseError) -> [BookEntry] {
        try connection.readTransaction { () throws(DatabaseError) in
            let entries = try ContactTable.candidates(query, workspace: workspace.id, on: connection)
            let matchers = ContactMatcher.matchers(of: query, settings: workspace.settings, plan: plan)
            return entries.compactMap { entry in
                guard let match = matchers.lazy.compactMap({ $0.match(entry.contact) }).first else { return nil }
                var contact = entry.contact
                contact.match = match
                return BookEntry(entityID: entry.entityID, contact: contact)
            }
        }
    }

    /// How many contacts a workspace's book has.
    package func contactCount(of workspace: WorkspaceID) throws(DatabaseError) -> Int64 {
        try ContactTable.count(of: workspace, on: connection)
    }
}
