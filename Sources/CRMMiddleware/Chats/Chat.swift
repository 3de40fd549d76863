// A chat as it is kept. Values.

package import Platform

/// One chat of a workspace.
package struct Chat: Sendable, Hashable {
    package let id: UniqueID
    package let workspace: WorkspaceID
    package var report: ChatDraft
    package var delivery: PhoneCall.DeliveryState
    package let createdAt: UnixTime

    package init(
        id: UniqueID, workspace: WorkspaceID, report: ChatDraft, delivery: PhoneCall.DeliveryState, createdAt: UnixTime
    ) {
        self.id = id
        self.workspace = workspace
        self.report = report
        self.delivery = delivery
        self.createdAt = createdAt
    }
}

/// A report of a chat, validated. What was absent is nil.
package struct ChatDraft: Sendable, Hashable {
    package var email: String?
    package var source: String?
    package var numberExternal: PartyNumber?
    package var name: String?
    package var startTime: UnixTime?
    package var endTime: UnixTime?
    /// Seconds.
    package var duration: Int64?
    package var subject: String?
    package var chatMessages: String?
    package var queueExtension: String?
    package var entityType: String?
    package var entityID: String?
    package var agent: String?
    package var agentFirstName: String?
    package var agentLastName: String?
    package var agentEmail: String?

    package init() {}
}
