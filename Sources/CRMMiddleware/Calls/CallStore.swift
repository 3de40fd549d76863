// Where calls and their contexts are kept. A port.

package import NumbersCore
package import Platform

/// A report of a call, ready to be stored.
package struct ReportedCall: Sendable {
    package let workspace: Workspace
    package let draft: CallDraft
    /// Names of fields that held nothing but an unreplaced `[Name]`.
    package let unreplaced: [String]
    /// The contact that was shown for the number, if that is in memory; else what is stored of it counts.
    package let shownContact: UniqueID?

    package init(workspace: Workspace, draft: CallDraft, unreplaced: [String], shownContact: UniqueID? = nil) {
        self.workspace = workspace
        self.draft = draft
        self.unreplaced = unreplaced
        self.shownContact = shownContact
    }
}

/// A call of a list, with what was asked to come with it.
package struct ListedCall: Sendable, Hashable {
    package let call: PhoneCall
    /// Oldest first; nil when they were not asked for.
    package let segments: [CallSegment]?
    /// Oldest first; nil when it was not asked for.
    package let logs: [CallLogEntry]?

    package init(call: PhoneCall, segments: [CallSegment]?, logs: [CallLogEntry]?) {
        self.call = call
        self.segments = segments
        self.logs = logs
    }
}

/// One page of a list of calls.
package struct CallPage: Sendable, Hashable {
    package let calls: [ListedCall]
    /// How many calls there are in all, counted to ``CallListQuery/countMax`` and one more.
    package let counted: Int

    package init(calls: [ListedCall], counted: Int) {
        self.calls = calls
        self.counted = counted
    }
}

/// Keeps the calls of all workspaces.
package protocol CallStore: Sendable {
    /// Merges a report into the call that it belongs to, or makes a call of it; durable before it returns.
    /// - Parameter plan: reads the number of a context, with the workspace's country.
    func save(
        _ report: ReportedCall, plan: NumberingPlan, deadline: MonotonicTime
    ) async -> Result<PhoneCall, StorageUnavailable>

    /// One page of a workspace's calls.
    func list(
        _ query: CallListQuery, of workspace: WorkspaceID, deadline: MonotonicTime
    ) async -> Result<CallPage, StorageUnavailable>

    /// Updates the open context that a report belongs to, or opens one; durable before it returns.
    func save(
        _ context: CallContextDraft, of workspace: WorkspaceID, deadline: MonotonicTime
    ) async -> Result<UniqueID, StorageUnavailable>

    /// Stores a chat.
    func save(
        _ chat: ChatDraft, of workspace: Workspace, deadline: MonotonicTime
    ) async -> Result<Chat, StorageUnavailable>
}
