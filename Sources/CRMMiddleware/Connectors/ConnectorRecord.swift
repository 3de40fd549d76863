// A connector as it is set up and kept, and the port to where it is kept. Values.

package import NumbersCore
package import Platform

/// One connector of a workspace, with everything that is needed to make it work.
package struct ConnectorRecord: Sendable, Hashable {
    package let id: ConnectorID
    package let workspace: WorkspaceID
    package let kind: ConnectorKind
    package var name: String
    /// Lower ones come first; of the same priority the older one.
    package var priority: Int
    /// What the operator chose, of what the kind or the template can do.
    package var features: ConnectorFeatures
    package var isEnabled: Bool
    /// The pattern of a URL builder, the lookup service's address of a numbers connector; nil for the others.
    package var address: String?
    /// The template file of a template connector.
    package var template: [UInt8]?
    package var parameters: [ConnectorParameter]
    /// Grows with every change, so that what was made of the record is known to be old.
    package var revision: Int64
    package let createdAt: UnixTime

    /// Characters a name may have.
    package static let nameMax = 100
    /// The first is asked first; ten thousand places are enough to put one between any two.
    package static let priorities = 0...9_999
    /// Between those that are to come first and those that are to come last.
    package static let usualPriority = 100
    /// The built-in contacts come after the CRMs of the same workspace unless said otherwise.
    package static let builtInPriority = 500
    /// A link that is made up of the query comes after everybody who knows something.
    package static let urlPriority = 800
    /// The lookup service is asked for names that no CRM knew.
    package static let numbersPriority = 900

    package init(
        id: ConnectorID, workspace: WorkspaceID, kind: ConnectorKind, name: String, priority: Int,
        features: ConnectorFeatures, isEnabled: Bool = true, address: String? = nil, template: [UInt8]? = nil,
        parameters: [ConnectorParameter] = [], revision: Int64 = 1, createdAt: UnixTime
    ) {
        self.id = id
        self.workspace = workspace
        self.kind = kind
        self.name = name
        self.priority = priority
        self.features = features
        self.isEnabled = isEnabled
        self.address = address
        self.template = template
        self.parameters = parameters
        self.revision = revision
        self.createdAt = createdAt
    }

    /// Where a connector of the kind stands when nobody says.
    package static func usualPriority(of kind: ConnectorKind) -> Int {
        switch kind {
        case .template: usualPriority
        case .builtin: builtInPriority
        case .url: urlPriority
        case .numbers: numbersPriority
        }
    }

    /// Why its secrets cannot be read; nil when all can.
    package var secretFault: SecretFault? {
        for parameter in parameters {
            if case .unreadable(let fault) = parameter.value { return fault }
        }
        return nil
    }
}

/// A value that a connector was given.
package struct ConnectorParameter: Sendable, Hashable {
    package enum Value: Sendable, Hashable {
        case plain(String)
        case secret(HiddenText)
        /// A secret that could not be opened.
        case unreadable(SecretFault)
    }

    package let name: String
    package let value: Value

    package init(_ name: String, _ value: Value) {
        self.name = name
        self.value = value
    }
}

/// A secret text that can be compared and prints `<redacted>`.
package struct HiddenText: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    private let text: String

    package init(_ text: String) { self.text = text }

    /// The secret itself, at the one place that needs it.
    package func reveal() -> String { text }

    package var description: String { "<redacted>" }
    package var debugDescription: String { "<redacted>" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// An authorization that was begun: what the callback's state stands for.
package struct PendingAuthorization: Sendable, Hashable {
    package let workspace: WorkspaceID
    package let connector: ConnectorID
    /// The OAuth parameter that gets the value.
    package let parameter: String
    package let redirectURI: String
    package let expiresAt: UnixTime

    /// How long somebody may take to log in and to agree.
    package static let lifetime = Duration.seconds(600)

    package init(
        workspace: WorkspaceID, connector: ConnectorID, parameter: String, redirectURI: String, expiresAt: UnixTime
    ) {
        self.workspace = workspace
        self.connector = connector
        self.parameter = parameter
        self.redirectURI = redirectURI
        self.expiresAt = expiresAt
    }
}

/// Where connectors are kept. A port.
package protocol ConnectorStore: Sendable {
    /// The enabled connectors of a workspace, by priority, then by age.
    func enabledConnectors(
        of workspace: WorkspaceID, deadline: MonotonicTime
    ) async -> Result<[ConnectorRecord], StorageUnavailable>

    /// A connector of a workspace, enabled or not; nil when there is none.
    func connector(
        _ id: ConnectorID, of workspace: WorkspaceID, deadline: MonotonicTime
    ) async -> Result<ConnectorRecord?, StorageUnavailable>

    /// What an authorization's state stands for; nil when there is no such state or its time is over. Whatever it is,
    /// the state is gone when this returns.
    /// - Parameter states: hashes of the texts that may be the state; at most one is.
    func takeAuthorization(
        states: [SHA256Digest], at: UnixTime, deadline: MonotonicTime
    ) async -> Result<(state: SHA256Digest, pending: PendingAuthorization)?, StorageUnavailable>

    /// Seals a secret and keeps it as a parameter of a connector.
    func keepSecret(
        _ value: Secret, parameter: String, of connector: ConnectorID, workspace: WorkspaceID, at: UnixTime,
        deadline: MonotonicTime
    ) async -> Result<SecretKeeping, StorageUnavailable>
}

/// What became of a secret that was to be kept.
package enum SecretKeeping: Sendable, Hashable {
    case kept
    /// The connector has been removed in the meantime.
    case noConnector
    /// The program was given no key.
    case noKey
}
