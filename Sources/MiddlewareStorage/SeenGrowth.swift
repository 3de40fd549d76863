// How many answers have come to each workspace's contacts seen. Its state is behind a monitor.

internal import CRMMiddleware
internal import Platform

/// Says when a workspace's contacts seen are to be counted: counting walks along all of them, so it is not done for each.
final class SeenGrowth: Sendable {
    /// Answers after which a workspace is looked at: so many more than its bound it may have.
    static let trimEvery = 1_000
    /// Workspaces that are counted; beyond, a workspace is looked at with every answer.
    static let workspacesMax = 65_536

    private let counts = Monitor<[WorkspaceID: Int]>([:])

    /// One answer more. The first of a process is looked at, too: there may have been an end before the last look.
    /// - Returns: whether the workspace is to be looked at.
    func note(_ workspace: WorkspaceID) -> Bool {
        counts.withLock { counts in
            guard let count = counts[workspace] else {
                if counts.count < Self.workspacesMax { counts[workspace] = 0 }
                return true
            }
            counts[workspace] = count + 1 < Self.trimEvery ? count + 1 : 0
            return count + 1 >= Self.trimEvery
        }
    }
}
