// The connectors as a part of this server: their network, their secrets, and what keeps them. Immutable after start.

import CRMMiddleware
import CRMTemplate
import CRMTransport
import CommandOptions
import DocumentPages
import HTTPClient
import MiddlewareStorage
import NumbersCore
import Platform
import ServerProcess

/// What connectors need, joined.
struct ConnectorParts: MetricsSource {
    let registry: ConnectorRegistry
    let authorization: ConnectorAuthorization
    private let client: HTTPClient

    /// The operator's key for secrets; nil: there is none, which the log says.
    static func secretKey(_ settings: MiddlewareSettings, log: Logger) throws(StartFailure) -> SecretKey? {
        let key: SecretKey?
        do throws(SecretKeyError) {
            key = try SecretKey.find(file: settings.secretKeyFile, environment: ProcessEnvironment.current())
        } catch {
            throw StartFailure(description: "secret key: \(error)")
        }
        // Everything works without one but secrets: templates without passwords, links, the built-in contacts.
        if key == nil { log.warning("no_secret_key") }
        return key
    }

    /// - Parameters:
    ///   - key: of ``secretKey(_:log:)``.
    ///   - builtIn: makes the connector of the middleware's own contacts.
    init(
        _ settings: MiddlewareSettings, key: SecretKey?, database: ServerDatabase, plan: PresentPlan, clock: Clock,
        alarm: Alarm, random: RandomSource, builtIn: @escaping @Sendable (ConnectorRecord, Workspace) -> any Connector
    ) throws(StartFailure) {
        let allowed = settings.allowedNetworks
        // The client's own limits hold: bodies of 16 MiB, 100 requests at a host at a time.
        var clientSettings = ClientSettings()
        clientSettings.passesTrace = settings.server.passesTrace
        let client = try StartFailure.wrapping("the HTTP client of connectors") {
            [clientSettings] () throws(SystemError) in
            try HTTPClient(
                settings: clientSettings, guard: NetworkGuard(allowed: allowed), clock: clock, random: random,
                log: nil)
        }
        self.client = client
        let store = ConnectorsStore(
            writer: database.writer, readers: database.readers, vault: SecretVault(key: key, random: random))
        let assembly = ConnectorAssembly(
            transport: LiveTransport(client: client), plan: plan, clock: clock, random: random, alarm: alarm,
            numbersTemplate: { address in
                PublicOrigin(url: address).map {
                    DocumentSite(.lookup).template3CX.body(origin: $0, apiKey: nil)
                }
            }, builtIn: builtIn)
        registry = ConnectorRegistry(store: store, assembly: assembly, clock: clock, alarm: alarm)
        authorization = ConnectorAuthorization(
            store: store, assembly: assembly, hasKey: key != nil, clock: clock)
    }

    func append(to text: inout MetricsText) { client.metrics.write(to: &text, client: "connectors") }
}
