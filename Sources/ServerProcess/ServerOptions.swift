// The options that every server has: declared once, with the help text, and read into values. Immutable.

package import CommandOptions
package import DocumentPages
internal import Glibc
package import HTTPServer
package import Platform
internal import TransportSecurity

/// What an operator can set of a server as such.
package struct ServerSettings: Sendable {
    package let listen: ListenAddress
    /// Who has started this process.
    package let manager: ServiceManager
    package let database: String
    package let loops: Int
    package let limits: HTTPServerLimits
    package let trustedProxies: [NetworkBlock]
    /// Files of TLS certificates, and of their keys in the same order; none for a server without TLS.
    package let tlsCertificates: [String]
    package let tlsKeys: [String]
    package let metricsAllow: [NetworkBlock]
    package let metricsTokenFile: String?
    /// The address that customers reach this server by; nil: each request's `Host` names it.
    package let publicOrigin: PublicOrigin?
    package let isAccessLogOn: Bool
    /// Whether requests to others tell of the trace of the request they are sent for.
    package let passesTrace: Bool
    package let drainTime: Duration
}

/// The declarations of a server's options, with the defaults of the one server.
package struct ServerOptions: Sendable {
    /// A network of addresses.
    package static let network = ValueKind<NetworkBlock>(
        placeholder: "NETWORK", expects: "a network like 192.0.2.0/24, or an address"
    ) { NetworkBlock($0) }

    private static let address = ValueKind<ListenAddress>(
        placeholder: "HOST:PORT",
        expects: "an address and a port like 127.0.0.1:8080 or [::1]:8080, unix:/path/of/socket, or systemd"
    ) { ListenAddress($0) }
    private static let origin = ValueKind<PublicOrigin>(
        placeholder: "URL", expects: "http:// or https:// with a host, and nothing behind it"
    ) { PublicOrigin(url: $0) }

    private let configuration = Option<String?>.optional(
        "config", .path, help: "Read further options from a file of `name = value` lines.")
    private let listen: Option<ListenAddress>
    private let database: Option<String>
    private let loops = Option<Int?>.optional(
        "loops", .integer(1...HTTPServer.loopsMax), help: "Event loops; one for each core unless set.")
    private let publicURL = Option<PublicOrigin?>.optional(
        "public-url", origin, help: "The URL customers reach this server by, for templates and guides.")
    private let trustedProxy = Option.list(
        "trusted-proxy", network, help: "A proxy whose X-Forwarded-For is believed.")
    private let tlsCertificate = Option.list(
        "tls-certificate", .path, help: "A certificate with its chain, PEM: TLS is spoken. SIGHUP reads it again.")
    private let tlsKey = Option.list("tls-key", .path, help: "The key of the certificate at the same place, PEM.")
    private let headerBytes = Option.value(
        "max-header-bytes", .integer(256...1_048_576), default: "32768", help: "Header section; beyond it 431.")
    private let headerFields = Option.value(
        "max-header-fields", .integer(4...10_000), default: "100", help: "Header fields; beyond it 431.")
    private let targetBytes = Option.value(
        "max-target-bytes", .integer(64...1_048_576), default: "8192", help: "Request target; beyond it 414.")
    private let bodyBytes: Option<Int>
    private let headerTimeout = Option.value(
        "header-timeout", .duration(.milliseconds(100)...(.seconds(3_600))), default: "10s",
        help: "Until a request's head has arrived; then 408.")
    private let idleTimeout = Option.value(
        "idle-timeout", .duration(.milliseconds(100)...(.seconds(86_400))), default: "60s",
        help: "Between two requests of a connection.")
    private let connections = Option.value(
        "max-connections", .integer(1...1_000_000), default: "20000", help: "Open connections; beyond it 503.")
    private let connectionsPerAddress = Option.value(
        "max-connections-per-address", .integer(1...1_000_000), default: "1000",
        help: "Open connections of one address; beyond it 503.")
    private let drain = Option.value(
        "drain-timeout", .duration(.zero ... .seconds(3_600)), default: "10s",
        help: "Time for requests under way after SIGTERM.")
    private let metricsAllow = Option.list(
        "metrics-allow", network, help: "Who may read /metrics; loopback unless set.")
    private let metricsToken = Option<String?>.optional(
        "metrics-token-file", .path, help: "A file with a bearer token that may read /metrics from anywhere.")
    private let accessLog = Option.value(
        "access-log", .boolean, default: "on", help: "One JSON line for each answer, on standard error.")
    private let passTrace = Option.value(
        "pass-trace", .boolean, default: "on",
        help: "Requests to others have the traceparent and tracestate of ours.")

    /// - Parameters:
    ///   - listen: the default of `--listen`.
    ///   - database: the default of `--database`.
    ///   - bodyBytes: the default of `--max-body-bytes`.
    package init(listen: String, database: String, bodyBytes: Int) {
        self.listen = Option.value(
            "listen", Self.address, default: listen,
            help: "Where to listen; port 0 picks a free one, or unix:/PATH, or systemd.")
        self.database = Option.value(
            "database", .path, default: database, help: "The database file; made when it is not there.")
        self.bodyBytes = Option.value(
            "max-body-bytes", .integer(1_024...67_108_864), default: String(bodyBytes),
            help: "Request body; beyond it 413.")
    }

    /// All options of a server in the order of its help text; `sections` are its own, and come second.
    package func program(
        name: String, summary: String, environmentPrefix: String, sections: [OptionSection],
        otherVariables: [String] = []
    ) -> ProgramOptions {
        let general = OptionSection(
            "General",
            [
                listen.declaration, database.declaration, configuration.declaration, publicURL.declaration,
                trustedProxy.declaration, tlsCertificate.declaration, tlsKey.declaration, loops.declaration,
                drain.declaration,
            ])
        let limits = OptionSection(
            "Limits",
            [
                headerBytes.declaration, headerFields.declaration, targetBytes.declaration, bodyBytes.declaration,
                headerTimeout.declaration, idleTimeout.declaration, connections.declaration,
                connectionsPerAddress.declaration,
            ])
        let observation = OptionSection(
            "Observation",
            [metricsAllow.declaration, metricsToken.declaration, accessLog.declaration, passTrace.declaration])
        return ProgramOptions(
            name: name, summary: summary, environmentPrefix: environmentPrefix,
            sections: [general] + sections + [limits, observation], configuration: configuration,
            otherVariables: otherVariables
        ) { [tlsCertificate, tlsKey] values in
            let (certificates, keys) = (values[tlsCertificate].count, values[tlsKey].count)
            guard certificates == keys else {
                return "--tls-certificate names \(certificates) and --tls-key \(keys); expected one key for each "
                    + "certificate, in the same order"
            }
            guard certificates <= TLSContext.certificatesMax else {
                return "--tls-certificate names \(certificates) files; expected at most \(TLSContext.certificatesMax)"
            }
            return nil
        }
    }

    /// The settings that were given.
    /// - Parameter cores: of the machine; one loop each unless the operator says otherwise.
    package func settings(_ values: OptionValues, cores: Int) -> ServerSettings {
        var limits = HTTPServerLimits()
        limits.headerBytes = values[headerBytes]
        limits.headerFields = values[headerFields]
        limits.targetBytes = values[targetBytes]
        limits.bodyBytes = values[bodyBytes]
        limits.headerTimeout = values[headerTimeout]
        limits.idleTimeout = values[idleTimeout]
        limits.connections = values[connections]
        limits.connectionsPerAddress = values[connectionsPerAddress]
        let allowed = values[metricsAllow]
        return ServerSettings(
            listen: values[listen],
            manager: ServiceManager(environment: ProcessEnvironment.current(), processID: getpid()),
            database: values[database],
            loops: values[loops] ?? min(max(1, cores), HTTPServer.loopsMax), limits: limits,
            trustedProxies: values[trustedProxy], tlsCertificates: values[tlsCertificate],
            tlsKeys: values[tlsKey],
            metricsAllow: allowed.isEmpty ? ["127.0.0.0/8", "::1/128"].compactMap { NetworkBlock($0) } : allowed,
            metricsTokenFile: values[metricsToken], publicOrigin: values[publicURL],
            isAccessLogOn: values[accessLog], passesTrace: values[passTrace], drainTime: values[drain])
    }
}
