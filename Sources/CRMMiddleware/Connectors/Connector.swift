// What stands between the middleware and one CRM. A port: templates, the URL builder, the built-in contacts and
// numbers.online are bodies for it.

package import Platform

/// What a connector may be used for. Switched for the workspace, then per connector.
package struct ConnectorFeatures: OptionSet, Sendable, Hashable {
    package let rawValue: Int
    package init(rawValue: Int) { self.rawValue = rawValue }

    package static let lookup = ConnectorFeatures(rawValue: 1)
    package static let create = ConnectorFeatures(rawValue: 2)
    package static let calls = ConnectorFeatures(rawValue: 4)
    package static let chats = ConnectorFeatures(rawValue: 8)
    package static let all: ConnectorFeatures = [.lookup, .create, .calls, .chats]

    /// The names of the command line, in its order.
    package static let names: [(name: String, feature: ConnectorFeatures)] = [
        ("lookup", .lookup), ("create", .create), ("calls", .calls), ("chats", .chats),
    ]
}

/// The kinds of connectors.
package enum ConnectorKind: String, Sendable, Hashable, CaseIterable {
    /// A 3CX CRM template with its parameters.
    case template
    /// A pattern of an address; asks nobody.
    case url
    /// The middleware's own contacts.
    case builtin
    /// The lookup service, for names that no CRM knew.
    case numbers
}

/// Why a connector has no answer. The message is for people and has no secret, number or query in it.
package struct ConnectorFailure: Error, Sendable, Hashable {
    /// A word for metrics and `X-Connector-Status`: `timeout`, `unreachable`, `refused`, `http-500`, `template`,
    /// `unsupported`, `storage`.
    package let code: String
    package let message: String
    /// Whether the CRM may have done what was asked all the same.
    package let mayHaveArrived: Bool

    package init(code: String, message: String, mayHaveArrived: Bool = false) {
        self.code = code
        self.message = message
        self.mayHaveArrived = mayHaveArrived
    }
}

/// What became of one attempt to deliver a call or a chat.
package enum DeliveryOutcome: Sendable, Hashable {
    /// The CRM has it.
    /// - contact: the record it was journalled to, where a lookup found one.
    case delivered(contact: UniqueID?)
    /// There is nothing to tell this CRM: its template has no scenario for it.
    case skipped
    case failed(ConnectorFailure)
}

/// One CRM of one workspace, ready to be asked. Every wait ends at the deadline, whatever the CRM does; cancelling the
/// task ends it sooner.
package protocol Connector: Sendable {
    var id: ConnectorID { get }
    var kind: ConnectorKind { get }
    /// What it can do and may be used for; the workspace's switches are the caller's business.
    var features: ConnectorFeatures { get }
    /// Lower ones come first.
    var priority: Int { get }
    /// Who sells its answers; nil: asking costs nothing. Bought answers are kept whatever changes in the workspace, until
    /// they are too old or come from somebody else.
    var boughtFrom: String? { get }

    /// Contacts that may have the number or the address, unranked and without `match`: the search compares numbers
    /// itself.
    nonisolated(nonsending) func lookup(
        _ query: ContactQuery, deadline: MonotonicTime
    ) async -> Result<[CRMContact], ConnectorFailure>

    /// What a lookup would answer, where the connector knows it without asking anybody; nil: it has to be asked. Such an
    /// answer is not written down for the next start.
    func known(_ query: ContactQuery) -> [CRMContact]?

    /// Makes a contact and returns it as the CRM has it.
    func create(_ draft: ContactDraft, deadline: MonotonicTime) async -> Result<CRMContact, ConnectorFailure>

    /// Journals a call, after a lookup of its number in this same CRM. `[CallReference]` is the call's id, every time.
    func deliver(_ call: PhoneCall, deadline: MonotonicTime) async -> DeliveryOutcome

    /// Journals a chat; the same.
    func deliver(_ chat: Chat, deadline: MonotonicTime) async -> DeliveryOutcome
}

extension Connector {
    package var boughtFrom: String? { nil }

    package func known(_ query: ContactQuery) -> [CRMContact]? { nil }
}

/// The connectors of workspaces, built once and kept until something about them changes.
package protocol ConnectorSource: Sendable {
    /// The enabled connectors of a workspace, by priority, then by age; nil when storage does not answer.
    func connectors(of workspace: Workspace, deadline: MonotonicTime) async -> [any Connector]?
}
