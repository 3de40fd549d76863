// The options of the server: declared once, with the help text, and read into values. Immutable.

import CRMMiddleware
import CommandOptions
import Platform
import ServerProcess

/// Everything an operator can set.
struct MiddlewareSettings: Sendable {
    let server: ServerSettings
    /// Of one workspace, over all its tokens.
    let requestsPerMinute: Int
    /// After how many attempts a delivery is dead.
    let deliveryAttempts: Int
    /// How long an access token lives.
    let tokenLife: Duration
    /// How long calls and chats are kept; nil: for ever.
    let keepCalls: Duration?
    /// The key for secrets at rest; nil: the environment's, or none.
    let secretKeyFile: String?
    /// Networks that connectors may reach although they are not public.
    let allowedNetworks: [NetworkBlock]

    /// Bodies where the route says nothing else: reports and contacts take a few KiB.
    static let bodyBytes = 65_536

    // MARK: Declarations

    private static let serverOptions = ServerOptions(
        listen: "127.0.0.1:8081", database: "numbers-middleware.sqlite", bodyBytes: bodyBytes)
    private static let requestsOption = Option.value(
        "requests-per-minute", .integer(1...1_000_000_000), default: "600",
        help: "Requests of one workspace; beyond it 429.")
    private static let attemptsOption = Option.value(
        "delivery-attempts", .integer(DeliveryPolicy.attemptsRange), default: String(DeliveryPolicy.attemptsDefault),
        help: "Attempts to deliver a call to a CRM before it is given up; 60 take about a day.")
    private static let tokenLifeOption = Option.value(
        "token-life", .duration(TokenRecord.lifeRange), default: "1h", help: "How long an access token lives.")

    private static let keepCallsOption = Option.value(
        "keep-calls-days", .integer(0...36_525), default: "0",
        help: "Days that calls and chats are kept after they were reported; 0 keeps them for ever.")

    private static let secretKeyOption = Option<String?>.optional(
        "secret-key-file", .path, help: "The key for secrets of connectors; without one none can be stored.")
    private static let networksOption = Option.list(
        "allow-network",
        ValueKind<NetworkBlock>(placeholder: "CIDR", expects: "a network such as 192.0.2.0/24, or an address") {
            NetworkBlock($0)
        }, help: "What connectors may reach besides the public network.")

    /// The options with their help.
    static let options = serverOptions.program(
        name: "MiddlewareServer",
        summary: "Stands between PBXs and CRMs: contacts, call and chat journals, for many customers.",
        environmentPrefix: "NUMBERS_MIDDLEWARE_",
        sections: [
            OptionSection(
                "Service",
                [
                    requestsOption.declaration, tokenLifeOption.declaration, attemptsOption.declaration,
                    keepCallsOption.declaration,
                ]),
            OptionSection("Connectors", [secretKeyOption.declaration, networksOption.declaration]),
        ], otherVariables: [SecretKey.variable])

    init(_ values: OptionValues, cores: Int) {
        server = Self.serverOptions.settings(values, cores: cores)
        requestsPerMinute = values[Self.requestsOption]
        deliveryAttempts = values[Self.attemptsOption]
        tokenLife = values[Self.tokenLifeOption]
        let days = values[Self.keepCallsOption]
        keepCalls = days == 0 ? nil : .seconds(days * 86_400)
        secretKeyFile = values[Self.secretKeyOption]
        allowedNetworks = values[Self.networksOption]
    }
}
