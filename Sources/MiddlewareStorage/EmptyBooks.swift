// Which workspaces have no contacts of their own. Its state is behind a monitor.

internal import CRMMiddleware
internal import Platform

/// Remembers books that were found empty, until something is put into them: most workspaces keep their contacts in a CRM,
/// and their searches need not ask the database for others.
package final class EmptyBooks: Sendable {
    /// Workspaces that are remembered; when there is one more, all are forgotten.
    static let workspacesMax = 4_096

    private struct State {
        var empty: Set<WorkspaceID> = []
        /// Raised by every change; what was read before one counts for nothing.
        var generation: UInt64 = 0
    }

    private let state = Monitor(State())

    package init() {}

    func contains(_ workspace: WorkspaceID) -> Bool { state.withLock { $0.empty.contains(workspace) } }

    /// To be taken before the database is read, and given to ``insert(_:readAt:)``.
    var generation: UInt64 { state.withLock { $0.generation } }

    func insert(_ workspace: WorkspaceID, readAt generation: UInt64) {
        state.withLock { state in
            guard state.generation == generation else { return }
            if state.empty.count >= Self.workspacesMax { state.empty.removeAll() }
            state.empty.insert(workspace)
        }
    }

    /// Contacts of the workspace have changed, and the change is in the database.
    func changed(_ workspace: WorkspaceID) {
        state.withLock { state in
            state.generation += 1
            state.empty.remove(workspace)
        }
    }

    func forgetAll() {
        state.withLock { state in
            state.generation += 1
            state.empty.removeAll()
        }
    }
}

extension EmptyBooks: MiddlewareChangeListener {
    package func apply(_ subjects: [MiddlewareChanges.Subject], revision _: Int64) {
        for subject in subjects {
            switch subject {
            case .contacts(let workspace): changed(workspace)
            case .workspace, .connectors, .delivery: continue
            }
        }
    }

    package func forgetAll(revision _: Int64) { forgetAll() }
}
