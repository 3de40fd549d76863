// A call as it is kept: what was reported, merged into one record. Values.

package import Platform

/// One call of a workspace.
package struct PhoneCall: Sendable, Hashable {
    package enum Direction: String, Sendable, Hashable, CaseIterable {
        case inbound, outbound, `internal`
    }

    /// Where its deliveries to CRMs are.
    package enum DeliveryState: String, Sendable, Hashable, CaseIterable {
        /// No connector is told of it.
        case none
        case pending
        case delivered
        case dead
    }

    package let id: UniqueID
    package let workspace: WorkspaceID
    /// What the report said, or the merged reports together.
    package var report: CallDraft
    /// The contact that was shown when it rang, or that it was delivered to.
    package var contactID: UniqueID?
    package var numberDID: String?
    /// How many reports there were, 1 or more.
    package var mergedReports: Int
    package var delivery: DeliveryState
    package let createdAt: UnixTime
    package var updatedAt: UnixTime

    package init(
        id: UniqueID, workspace: WorkspaceID, report: CallDraft, contactID: UniqueID?, numberDID: String?,
        mergedReports: Int, delivery: DeliveryState, createdAt: UnixTime, updatedAt: UnixTime
    ) {
        self.id = id
        self.workspace = workspace
        self.report = report
        self.contactID = contactID
        self.numberDID = numberDID
        self.mergedReports = mergedReports
        self.delivery = delivery
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

/// A report of a call, validated. What was absent is nil.
package struct CallDraft: Sendable, Hashable {
    /// `completed`, `failed`, `busy`, `no-answer`, `Missed`, `Notanswered`, `Unanswered`, as given.
    package var status: String
    package var direction: PhoneCall.Direction
    package var numberFrom: PartyNumber?
    package var numberTo: PartyNumber?
    package var numberExternal: PartyNumber?
    package var numberInternal: PartyNumber?
    package var source: String?
    package var answered: Bool?
    /// Seconds.
    package var duration: Int64?
    package var startTime: UnixTime?
    package var endTime: UnixTime?
    package var subject: String?
    package var body: String?
    package var recordingURL: String?
    package var agentFirstName: String?
    package var agentLastName: String?
    package var agentEmail: String?
    package var queueExtension: String?

    package init(direction: PhoneCall.Direction, status: String) {
        self.direction = direction
        self.status = status
    }

    /// Whether somebody talked: the field, else the status `completed`.
    package var isAnswered: Bool { answered ?? (status.lowercased() == "completed") }

    /// The number outside the PBX: as reported, else the caller's of an inbound call and the callee's of an outbound
    /// one. nil for an internal call without one.
    package var external: PartyNumber? {
        if let numberExternal { return numberExternal }
        return switch direction {
        case .inbound: numberFrom
        case .outbound: numberTo
        case .internal: nil
        }
    }

    /// The extension: as reported, else the other end of ``external``.
    package var agentExtension: PartyNumber? {
        if let numberInternal { return numberInternal }
        return switch direction {
        case .inbound: numberTo
        case .outbound, .internal: numberFrom
        }
    }
}
