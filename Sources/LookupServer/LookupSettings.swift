// The options of the server: declared once, with the help text, and read into values. Immutable.

import CommandOptions
import NumbersCore
import Platform
import ServerProcess

/// Everything an operator can set.
struct LookupSettings: Sendable {
    let server: ServerSettings
    let numberPlan: String?
    /// The names of carriers, places and time zones that go with the plan.
    let numberNames: String?
    let signupsPerHour: Int
    let lookupBudgetMilliseconds: Int
    let callerIDBudgetMilliseconds: Int
    let isNothingFoundFree: Bool
    let countsFreeReports: Bool
    let freeDipsPerDay: Int
    let supplierSpendCap: MicroUSD?
    let secretKeyFile: String?
    /// Who vouches for the servers of webhooks, in place of the system's authorities.
    let webhookAuthorities: String?
    /// Networks that are not public and may be asked all the same.
    let allowedNetworks: [NetworkBlock]

    // MARK: Declarations

    private static let serverOptions = ServerOptions(
        listen: "127.0.0.1:8080", database: "numbers-lookup.sqlite", bodyBytes: 262_144)
    private static let numberPlanOption = Option<String?>.optional(
        "number-plan", .path, help: "A numbering plan in place of the built-in one; SIGHUP reads it again.")
    private static let numberNamesOption = Option<String?>.optional(
        "number-names", .path,
        help: "Names of carriers, places and time zones in place of the built-in ones; read with the first name.")
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

    private static let freeReportsOption = Option<Bool>.flag(
        "count-free-reports", help: "Let reports of free accounts count for the spam score.")
    private static let freeDipsOption = Option.value(
        "free-dips-per-day", .integer(0...1_000_000), default: "50",
        help: "Paid supplier queries a free account may cause a day.")
    private static let spendCapOption = Option<MicroUSD?>.optional(
        "supplier-spend-cap-usd",
        ValueKind(placeholder: "USD", expects: "an amount in US dollars such as 25.00") { text in
            MicroUSD(usd: text).flatMap { $0 >= .zero ? $0 : nil }
        }, help: "What all suppliers together may cost a day; no bound unless set.")
    private static let secretKeyOption = Option<String?>.optional(
        "secret-key-file", .path, help: "The key that the secrets of suppliers and webhooks are sealed with.")
    private static let webhookAuthoritiesOption = Option<String?>.optional(
        "webhook-authorities", .path,
        help: "Certificates (PEM) that vouch for the servers of webhooks, in place of the system's.")
    private static let allowNetworkOption = Option.list(
        "allow-network", ServerOptions.network, help: "A network that is not public and may be asked all the same.")

    /// The options with their help.
    static let options = serverOptions.program(
        name: "LookupServer",
        summary: "Answers what is known about telephone numbers, as JSON and as plain text for PBXs.",
        environmentPrefix: "NUMBERS_LOOKUP_",
        sections: [
            OptionSection(
                "Service",
                [
                    signupsOption.declaration, budgetOption.declaration, callerIDBudgetOption.declaration,
                    nothingFoundFreeOption.declaration, freeReportsOption.declaration, numberPlanOption.declaration,
                    numberNamesOption.declaration,
                ]),
            OptionSection(
                "Suppliers",
                [
                    freeDipsOption.declaration, spendCapOption.declaration, secretKeyOption.declaration,
                    allowNetworkOption.declaration,
                ]),
            OptionSection("Webhooks", [webhookAuthoritiesOption.declaration]),
        ])

    init(_ values: OptionValues, cores: Int) {
        server = Self.serverOptions.settings(values, cores: cores)
        numberPlan = values[Self.numberPlanOption]
        numberNames = values[Self.numberNamesOption]
        signupsPerHour = values[Self.signupsOption]
        lookupBudgetMilliseconds = values[Self.budgetOption]
        callerIDBudgetMilliseconds = values[Self.callerIDBudgetOption]
        isNothingFoundFree = values[Self.nothingFoundFreeOption]
        countsFreeReports = values[Self.freeReportsOption]
        freeDipsPerDay = values[Self.freeDipsOption]
        supplierSpendCap = values[Self.spendCapOption]
        secretKeyFile = values[Self.secretKeyOption]
        webhookAuthorities = values[Self.webhookAuthoritiesOption]
        allowedNetworks = values[Self.allowNetworkOption]
    }
}
