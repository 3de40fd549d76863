// What was read of workspaces lately, in memory, until something about them changes. One mutex guards the tables; it is
// held for a dictionary look-up.

internal import Platform

/// Values read from storage by a key of their own, forgotten when their workspace changes.
package final class WorkspaceMemory<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct State {
        var values: [Key: Value] = [:]
        var keys: [WorkspaceID: Set<Key>] = [:]
        var appliedRevision: Int64 = 0
    }

    private let state = Monitor(State())
    private let countMax: Int

    /// - Parameter countMax: values kept; beyond that all are dropped, and it fills anew.
    package init(countMax: Int) { self.countMax = countMax }

    /// The value, if it was read lately.
    package func known(_ key: Key) -> Value? { state.withLock { $0.values[key] } }

    /// Keeps a value that was read at a revision, unless something has changed since: it is then good for the request
    /// that read it, and for no other.
    package func remember(_ value: Value, for key: Key, of workspace: WorkspaceID, revision: Int64) {
        state.withLock { state in
            guard revision >= state.appliedRevision else { return }
            if state.values.count >= countMax, state.values[key] == nil {
                state.values = [:]
                state.keys = [:]
            }
            state.values[key] = value
            state.keys[workspace, default: []].insert(key)
        }
    }

    /// Forgets what changed, at the latest the revision named.
    package func apply(changed workspaces: some Sequence<WorkspaceID>, revision: Int64) {
        state.withLock { state in
            state.appliedRevision = max(state.appliedRevision, revision)
            for workspace in workspaces { Self.forget(workspace, in: &state) }
        }
    }

    /// Forgets everything, at the latest the revision named.
    package func forgetAll(revision: Int64) {
        state.withLock { state in
            state.appliedRevision = max(state.appliedRevision, revision)
            state.values = [:]
            state.keys = [:]
        }
    }

    /// Forgets one workspace at once; for changes made by this process, which need not wait for the feed.
    package func forget(_ workspace: WorkspaceID) { state.withLock { Self.forget(workspace, in: &$0) } }

    private static func forget(_ workspace: WorkspaceID, in state: inout State) {
        for key in state.keys.removeValue(forKey: workspace) ?? [] { state.values[key] = nil }
    }
}
