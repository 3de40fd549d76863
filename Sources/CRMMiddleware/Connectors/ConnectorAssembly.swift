// From what is kept of a connector to a connector that works. Immutable.

package import CRMTemplate
package import NumbersCore
package import Platform

/// Makes connectors of records.
package struct ConnectorAssembly: Sendable {
    private let transport: any TemplateTransport
    private let plan: PresentPlan
    private let clock: Clock
    private let random: RandomSource
    private let alarm: Alarm
    private let numbersTemplate: @Sendable (_ address: String) -> [UInt8]?
    private let builtIn: @Sendable (ConnectorRecord, Workspace) -> any Connector

    /// - Parameters:
    ///   - transport: how templates reach their CRMs.
    ///   - numbersTemplate: the lookup service's template for a server at this address; nil when it is no address.
    ///   - builtIn: makes the connector of the middleware's own contacts.
    package init(
        transport: any TemplateTransport, plan: PresentPlan, clock: Clock, random: RandomSource,
        alarm: Alarm = .system, numbersTemplate: @escaping @Sendable (_ address: String) -> [UInt8]?,
        builtIn: @escaping @Sendable (ConnectorRecord, Workspace) -> any Connector
    ) {
        self.transport = transport
        self.plan = plan
        self.clock = clock
        self.random = random
        self.alarm = alarm
        self.numbersTemplate = numbersTemplate
        self.builtIn = builtIn
    }

    /// The name of the key's parameter in the lookup service's template.
    package static let numbersKey = "ApiKey"

    /// The connector. One that cannot work is there all the same, and says why whenever it is used.
    package func connector(_ record: ConnectorRecord, of workspace: Workspace) -> any Connector {
        switch record.kind {
        case .builtin: return builtIn(record, workspace)
        case .url:
            do throws(URLPattern.Refusal) {
                return URLConnector(
                    id: record.id, features: record.features, priority: record.priority,
                    pattern: try URLPattern(record.address ?? ""))
            } catch {
                return FailedConnector(record, ConnectorFailure(code: "settings", message: error.sentence))
            }
        case .template, .numbers:
            switch instance(record, of: workspace) {
            case .success(let instance):
                return TemplateConnector(
                    id: record.id, kind: record.kind, features: record.features, priority: record.priority,
                    boughtFrom: record.seller, instance: instance, settings: workspace.settings, plan: plan,
                    clock: clock)
            case .failure(let failure): return FailedConnector(record, failure)
            }
        }
    }

    /// The template of a record with its parameters, ready to run.
    /// - Parameter loginDeadline: how long a login may take; nil: as the engine has it.
    package func instance(
        _ record: ConnectorRecord, of workspace: Workspace, loginDeadline: Duration? = nil
    ) -> Result<TemplateInstance, ConnectorFailure> {
        if let fault = record.secretFault {
            return .failure(ConnectorFailure(code: "secrets", message: fault.sentence))
        }
        let bytes = record.kind == .numbers ? record.address.flatMap(numbersTemplate) : record.template
        guard let bytes, let template = TemplateDocument(bytes).template else {
            return .failure(ConnectorFailure(code: "template", message: "its template cannot be used"))
        }
        var parameters: [String: String] = [:]
        for parameter in record.parameters {
            switch parameter.value {
            case .plain(let text): parameters[parameter.name] = text
            case .secret(let text): parameters[parameter.name] = text.reveal()
            case .unreadable: break
            }
        }
        let place = TemplatePlace(workspace.settings)
        var limits = RunLimits.standard
        if let loginDeadline { limits.loginDeadline = loginDeadline }
        return .success(
            TemplateInstance(
                template: template, parameters: parameters,
                settings: InstanceSettings(
                    culture: place.culture, zone: place.zone, maxLength: place.maxLength, limits: limits),
                // What the lookup service answers is paid for.
                transport: record.kind == .numbers ? PurchaseTransport(over: transport, random: random) : transport,
                clock: clock, random: random, alarm: alarm))
    }
}

extension ConnectorRecord {
    /// Who sells the connector's answers; nil for those that cost nothing.
    fileprivate var seller: String? { kind == .numbers ? address : nil }
}

/// A connector that cannot work: its secrets cannot be read, or its template is no use. It says so.
package struct FailedConnector: Connector {
    package let id: ConnectorID
    package let kind: ConnectorKind
    package let features: ConnectorFeatures
    package let priority: Int
    package let boughtFrom: String?
    private let failure: ConnectorFailure

    package init(_ record: ConnectorRecord, _ failure: ConnectorFailure) {
        id = record.id
        kind = record.kind
        features = record.features
        priority = record.priority
        boughtFrom = record.seller
        self.failure = failure
    }

    package func lookup(
        _ query: ContactQuery, deadline: MonotonicTime
    ) async -> Result<[CRMContact], ConnectorFailure> {
        .failure(failure)
    }

    package func create(
        _ draft: ContactDraft, deadline: MonotonicTime
    ) async -> Result<CRMContact, ConnectorFailure> {
        .failure(failure)
    }

    /// Tried again later: the operator may set right what is wrong.
    package func deliver(_ call: PhoneCall, deadline: MonotonicTime) async -> DeliveryOutcome { .failed(failure) }
    package func deliver(_ chat: Chat, deadline: MonotonicTime) async -> DeliveryOutcome { .failed(failure) }
}
