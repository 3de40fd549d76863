// The parts of a call's record: its reports one by one, and what was done with it. Values.

package import Platform

/// One report of a call: a leg at one extension, where a ring group or a queue reports several.
package struct CallSegment: Sendable, Hashable {
    package let id: UniqueID
    package var numberInternal: String?
    package var agentFirstName: String?
    package var agentLastName: String?
    package var agentEmail: String?
    package var queueExtension: String?
    package var status: String
    package var answered: Bool?
    package var startTime: UnixTime?
    package var endTime: UnixTime?
    /// Seconds.
    package var duration: Int64?

    /// Segments kept of one call: more extensions than a ring group has. Further reports count and are merged all the
    /// same.
    package static let callMax = 250

    package init(id: UniqueID, status: String) {
        self.id = id
        self.status = status
    }

    /// The segment of a report.
    package init(id: UniqueID, of report: CallDraft) {
        self.init(id: id, status: report.status)
        numberInternal = report.agentExtension?.text
        agentFirstName = report.agentFirstName
        agentLastName = report.agentLastName
        agentEmail = report.agentEmail
        queueExtension = report.queueExtension
        answered = report.answered
        startTime = report.startTime
        endTime = report.endTime
        duration = report.duration
    }

    /// Whether somebody talked: the field, else the status `completed`.
    package var isAnswered: Bool { answered ?? (status.lowercased() == "completed") }
}

/// Something that happened to a call's record.
package struct CallLogEntry: Sendable, Hashable {
    package enum Event: String, Sendable, Hashable, CaseIterable {
        /// The first report was stored.
        case accepted
        /// A further report was merged.
        case merged
        /// Fields were filled from the context of the live call.
        case enriched
        /// Fields that held nothing but an unreplaced `[Name]` were taken for absent.
        case unreplaced
        case delivered, skipped, dead, retried, dropped
        case attemptFailed = "attempt_failed"
        /// A report was merged that the CRM was not told of, because it had the call already.
        case mergedAfterDelivery = "merged_after_delivery"
    }

    package let at: UnixTime
    package let connector: ConnectorID?
    package let event: String
    package let detail: String

    /// Entries kept of one call; the oldest go first.
    package static let callMax = 250

    package init(at: UnixTime, connector: ConnectorID?, event: String, detail: String) {
        self.at = at
        self.connector = connector
        self.event = event
        self.detail = detail
    }
}
