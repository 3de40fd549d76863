// How much each workspace has asked for in the last minute. The table is guarded by its mutex and bounded.

package import NumbersCore
package import Platform

/// The rate limit of every workspace, over all its tokens.
package final class WorkspaceLimits: Sendable {
    /// Workspaces remembered at once; idle ones are forgotten first.
    private static let workspacesMax = 65_536

    private let windows = Monitor<[WorkspaceID: SharedRateWindow]>([:])

    package init() {}

    /// The window of a workspace, the same one for all who ask.
    package func window(of workspace: WorkspaceID, at time: MonotonicTime) -> SharedRateWindow {
        windows.withLock { windows in
            if let window = windows[workspace] { return window }
            if windows.count >= Self.workspacesMax { windows = windows.filter { !$0.value.isIdle(at: time) } }
            let window = SharedRateWindow()
            windows[workspace] = window
            return window
        }
    }
}
