// The options of the server: declared once, with the help text, and read into values. Immutable.

import CommandOptions
import NumbersCore
import ServerProcess

/// Everything an operator can set.
struct LookupSettings: Sendable {
    let server: ServerSettings
    let numberPlan: String?
    let signupsPerHour: Int
    let lookupBudgetMilliseconds: Int
    let callerIDBudgetMilliseconds: Int
    let isNothingFoundFree: Bool

    // MARK: Declarations

    private static let serverOptions = ServerOptions(
        listen: "127.0.0.1:8080", database: "numbers-lookup.sqlite", bodyBytes: 262_144)
    private static let numberPlanOption = Option<String?>.optional(
        "number-plan", .path, help: "A numbering plan in place of the built-in one; SIGHUP reads it again.")
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
                    nothingFoundFreeOption.declaration, numberPlanOption.declaration,
                ])
        ])

    init(_ values: OptionValues, cores: Int) {
        server = Self.serverOptions.settings(values, cores: cores)
        numberPlan = values[Self.numberPlanOption]
        signupsPerHour = values[Self.signupsOption]
        lookupBudgetMilliseconds = values[Self.budgetOption]
        callerIDBudgetMilliseconds = values[Self.callerIDBudgetOption]
        isNothingFoundFree = values[Self.nothingFoundFreeOption]
    }
}
