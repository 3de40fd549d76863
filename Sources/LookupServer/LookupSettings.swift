// The options of the server: declared once, with the help text, and read into values. Immutable.

import CommandOptions
import DocumentPages
import HTTPServer
import NumbersCore
import Platform

/// Everything an operator can set.
struct LookupSettings: Sendable {
    let listen: SocketEndpoint
    let database: String
    let loops: Int
    let limits: HTTPServerLimits
    let numberPlan: String?
    let trustedProxies: [NetworkBlock]
    let metricsAllow: [NetworkBlock]
    let metricsTokenFile: String?
    let publicOrigin: PublicOrigin?
    let signupsPerHour: Int
    let lookupBudgetMilliseconds: Int
    let callerIDBudgetMilliseconds: Int
    let isNothingFoundFree: Bool
    let isAccessLogOn: Bool
    let drainTime: Duration

    // MARK: Declarations

    private static let endpoint = ValueKind<SocketEndpoint>(
        placeholder: "HOST:PORT", expects: "an address and a port like 127.0.0.1:8080 or [::1]:8080"
    ) { SocketEndpoint($0) }
    private static let network = ValueKind<NetworkBlock>(
        placeholder: "NETWORK", expects: "a network like 192.0.2.0/24, or an address"
    ) { NetworkBlock($0) }
    private static let origin = ValueKind<PublicOrigin>(
        placeholder: "URL", expects: "http:// or https:// with a host, and nothing behind it"
    ) { PublicOrigin(url: $0) }

    private static let configuration = Option<String?>.optional(
        "config", .path, help: "Read further options from a file of `name = value` lines.")
    private static let listenOption = Option.value(
        "listen", endpoint, default: "127.0.0.1:8080", help: "Where to listen; port 0 picks a free one.")
    private static let databaseOption = Option.value(
        "database", .path, default: "numbers-lookup.sqlite",
        help: "The database file; made when it is not there.")
    private static let numberPlanOption = Option<String?>.optional(
        "number-plan", .path, help: "A numbering plan in place of the built-in one; SIGHUP reads it again.")
    private static let loopsOption = Option<Int?>.optional(
        "loops", .integer(1...HTTPServer.loopsMax), help: "Event loops; one for each core unless set.")
    private static let publicURLOption = Option<PublicOrigin?>.optional(
        "public-url", origin, help: "The URL customers reach this server by, for templates and guides.")
    private static let trustedProxyOption = Option.list(
        "trusted-proxy", network, help: "A proxy whose X-Forwarded-For is believed.")
    private static let signupsOption = Option.value(
        "signups-per-hour", .integer(0...1_000_000), default: "3",
        help: "Accounts one address may open an hour; 0 closes sign-up.")
    private static let budgetOption = Option.value(
        "budget-ms", .integer(LookupQuery.budgetRange), default: "1200",
        help: "Milliseconds until a lookup's answer leaves, unless the request says.")
    private static let callerIDBudgetOption = Option.value(
        "cid-budget-ms", .integer(LookupQuery.budgetRange), default: "1000",
        help: "The same for plain-text caller names.")
    private static let nothingFoundFreeOption = Option<Bool>.flag(
        "nothing-found-free", help: "Do not charge an answer without a name.")
    private static let headerBytesOption = Option.value(
        "max-header-bytes", .integer(256...1_048_576), default: "32768", help: "Header section; beyond it 431.")
    private static let headerFieldsOption = Option.value(
        "max-header-fields", .integer(4...10_000), default: "100", help: "Header fields; beyond it 431.")
    private static let targetBytesOption = Option.value(
        "max-target-bytes", .integer(64...1_048_576), default: "8192", help: "Request target; beyond it 414.")
    private static let bodyBytesOption = Option.value(
        "max-body-bytes", .integer(1_024...67_108_864), default: "262144", help: "Request body; beyond it 413.")
    private static let headerTimeoutOption = Option.value(
        "header-timeout", .duration(.milliseconds(100)...(.seconds(3_600))), default: "10s",
        help: "Until a request's head has arrived; then 408.")
    private static let idleTimeoutOption = Option.value(
        "idle-timeout", .duration(.milliseconds(100)...(.seconds(86_400))), default: "60s",
        help: "Between two requests of a connection.")
    private static let connectionsOption = Option.value(
        "max-connections", .integer(1...1_000_000), default: "20000", help: "Open connections; beyond it 503.")
    private static let drainOption = Option.value(
        "drain-timeout", .duration(.zero ... .seconds(3_600)), default: "10s",
        help: "Time for requests under way after SIGTERM.")
    private static let metricsAllowOption = Option.list(
        "metrics-allow", network, help: "Who may read /metrics; loopback unless set.")
    private static let metricsTokenOption = Option<String?>.optional(
        "metrics-token-file", .path, help: "A file with a bearer token that may read /metrics from anywhere.")
    private static let accessLogOption = Option.value(
        "access-log", .boolean, default: "on", help: "One JSON line for each answer, on standard error.")

    /// The options with their help.
    static let options = ProgramOptions(
        name: "LookupServer",
        summary: "Answers what is known about telephone numbers, as JSON and as plain text for PBXs.",
        environmentPrefix: "NUMBERS_LOOKUP_",
        sections: [
            OptionSection(
                "General",
                [
                    listenOption.declaration, databaseOption.declaration, configuration.declaration,
                    publicURLOption.declaration, trustedProxyOption.declaration, loopsOption.declaration,
                    drainOption.declaration,
                ]),
            OptionSection(
                "Service",
                [
                    signupsOption.declaration, budgetOption.declaration, callerIDBudgetOption.declaration,
                    nothingFoundFreeOption.declaration, numberPlanOption.declaration,
                ]),
            OptionSection(
                "Limits",
                [
                    headerBytesOption.declaration, headerFieldsOption.declaration, targetBytesOption.declaration,
                    bodyBytesOption.declaration, headerTimeoutOption.declaration, idleTimeoutOption.declaration,
                    connectionsOption.declaration,
                ]),
            OptionSection(
                "Observation",
                [
                    metricsAllowOption.declaration, metricsTokenOption.declaration, accessLogOption.declaration,
                ]),
        ],
        configuration: configuration)

    init(_ values: OptionValues, cores: Int) {
        listen = values[Self.listenOption]
        database = values[Self.databaseOption]
        numberPlan = values[Self.numberPlanOption]
        loops = values[Self.loopsOption] ?? min(max(1, cores), HTTPServer.loopsMax)
        var limits = HTTPServerLimits()
        limits.headerBytes = values[Self.headerBytesOption]
        limits.headerFields = values[Self.headerFieldsOption]
        limits.targetBytes = values[Self.targetBytesOption]
        limits.bodyBytes = values[Self.bodyBytesOption]
        limits.headerTimeout = values[Self.headerTimeoutOption]
        limits.idleTimeout = values[Self.idleTimeoutOption]
        limits.connections = values[Self.connectionsOption]
        self.limits = limits
        trustedProxies = values[Self.trustedProxyOption]
        let allowed = values[Self.metricsAllowOption]
        metricsAllow = allowed.isEmpty ? ["127.0.0.0/8", "::1/128"].compactMap { NetworkBlock($0) } : allowed
        metricsTokenFile = values[Self.metricsTokenOption]
        publicOrigin = values[Self.publicURLOption]
        signupsPerHour = values[Self.signupsOption]
        lookupBudgetMilliseconds = values[Self.budgetOption]
        callerIDBudgetMilliseconds = values[Self.callerIDBudgetOption]
        isNothingFoundFree = values[Self.nothingFoundFreeOption]
        isAccessLogOn = values[Self.accessLogOption]
        drainTime = values[Self.drainOption]
    }
}
