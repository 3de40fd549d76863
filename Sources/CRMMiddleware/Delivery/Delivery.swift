// What is kept of one delivery: a call or a chat on its way to one connector. Values.

package import Platform

/// A call or a chat that one connector is to be told of.
package struct Delivery: Sendable, Hashable {
    /// What is delivered.
    package enum Subject: Sendable, Hashable {
        case call(UniqueID)
        case chat(UniqueID)

        /// The call's or the chat's identifier: `[CallReference]`, the same for every attempt.
        package var id: UniqueID {
            switch self {
            case .call(let id), .chat(let id): id
            }
        }

        /// What a connector must be used for to be told of it.
        package var feature: ConnectorFeatures {
            switch self {
            case .call: .calls
            case .chat: .chats
            }
        }
    }

    package enum State: String, Sendable, Hashable, CaseIterable {
        /// Waits for its turn, its time, or the end of an attempt.
        case pending
        /// The CRM has it.
        case delivered
        /// There is nothing to tell this CRM, or the connector is not used for it any more.
        case skipped
        /// Given up after the last attempt, until an operator says otherwise.
        case dead
        /// Given up by an operator, or together with its connector.
        case dropped
    }

    package let id: DeliveryID
    package let workspace: WorkspaceID
    package let connector: ConnectorID
    package let subject: Subject
    /// What deliveries are ordered by: a number, an address, or the subject's identifier.
    package let contactKey: String
    package let state: State
    /// Whether it is the oldest pending one of its contact: the others wait for it.
    package let isHead: Bool
    /// When it may be tried next.
    package let dueAt: UnixTime
    /// Attempts begun, the one under way included.
    package let attempts: Int
    /// When the attempt under way began; nil between attempts.
    package let begunAt: UnixTime?
    /// Whether an earlier attempt may have reached the CRM without our hearing of it.
    package let mayHaveArrived: Bool
    /// Why the last attempt failed or why it ended, in a word; nil when there is nothing to say.
    package let reason: String?
    package let createdAt: UnixTime
    /// When it stopped being pending.
    package let settledAt: UnixTime?

    package init(
        id: DeliveryID, workspace: WorkspaceID, connector: ConnectorID, subject: Subject, contactKey: String,
        state: State, isHead: Bool, dueAt: UnixTime, attempts: Int, begunAt: UnixTime?, mayHaveArrived: Bool,
        reason: String?, createdAt: UnixTime, settledAt: UnixTime?
    ) {
        self.id = id
        self.workspace = workspace
        self.connector = connector
        self.subject = subject
        self.contactKey = contactKey
        self.state = state
        self.isHead = isHead
        self.dueAt = dueAt
        self.attempts = attempts
        self.begunAt = begunAt
        self.mayHaveArrived = mayHaveArrived
        self.reason = reason
        self.createdAt = createdAt
        self.settledAt = settledAt
    }
}
