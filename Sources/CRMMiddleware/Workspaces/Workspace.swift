// The tenant. Everything else belongs to exactly one. Immutable.

package import Platform

/// One customer's place: no record, token, template, cache entry or log line of it is visible to another.
package struct Workspace: Sendable, Hashable {
    package let id: WorkspaceID
    package let name: String
    package let settings: WorkspaceSettings
    package let createdAt: UnixTime

    /// Characters a name may have.
    package static let nameMax = 100

    package init(id: WorkspaceID, name: String, settings: WorkspaceSettings, createdAt: UnixTime) {
        self.id = id
        self.name = name
        self.settings = settings
        self.createdAt = createdAt
    }
}
