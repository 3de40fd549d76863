// `nocli account …`: opening accounts, reading them, and what only the operator can set.

import CommandOptions
import JSONText
import NumbersCore
import NumbersStorage
import Platform
import SQLiteDatabase

enum AccountCommands {
    static let family = CommandFamily(
        name: "account", summary: "accounts",
        commands: [create, show, list, setTier, setLimit, setPrice, suspend, resume])

    private static let name: Option<String> = .required(
        "name", .name(max: KeySettings.nameMax), help: "what to call the account")
    private static let email: Option<EmailAddress?> = .optional(
        "email",
        ValueKind(placeholder: "ADDRESS", expects: "an e-mail address such as ann@example.org") { EmailAddress($0) },
        help: "whom to write to")
    private static let tier: Option<Tier> = .value("tier", .choice(), default: Tier.free.rawValue, help: "its tier")
    private static let account: Argument<AccountID> = .required("ACCOUNT", .account, help: "the account's identifier")
    private static let newTier: Argument<Tier> = .required("TIER", .choice(), help: "free, standard or enterprise")
    private static let limit: Argument<Int?> = .required(
        "LIMIT",
        ValueKind(placeholder: "N", expects: "a whole number from 1 to 1000000000, or default") { text in
            text == "default" ? .some(nil) : ValueKind<Int>.integer(1...1_000_000_000).read(text).map { .some($0) }
        },
        help: "numbers in any 60 seconds, or default for its tier's limit")
    private static let priceRange = 0...MicroUSD.largest.micros
    private static let dip: Option<MicroUSD?> = .optional(
        "dip-micros", .micros(priceRange), help: "for a fresh query that returned a name")
    private static let enriched: Option<MicroUSD?> = .optional(
        "enriched-micros", .micros(priceRange), help: "for every other billable answer")
    private static let listPrice: Option<Bool> = .flag("default", help: "back to the list price")

    private static let create = Command(
        declaration: CommandDeclaration(
            "create", summary: "opens an account with its first two keys",
            options: [name.declaration, tier.declaration, email.declaration],
            details: [
                """
                The keys are shown this once: api_key for everything, cid_key for caller names as text, the one to put \
                into a phone system's URL. A missing database file is made.
                """
            ])
    ) { context throws(CommandFailure) in
        let values = context.values
        let desk = try context.openDesk(isMaking: true)
        let opened = try context.perform { () throws(DatabaseError) in
            try desk.openAccount(name: values[name], email: values[email]?.text, tier: values[tier])
        }
        context.answer { writer in
            writer.beginObject()
            opened.account.writeMembers(to: &writer)
            writer.field("api_key", opened.key.reveal())
            writer.field("api_key_id", opened.keyID.description)
            writer.field("cid_key", opened.cidKey.reveal())
            writer.field("cid_key_id", opened.cidKeyID.description)
            writer.endObject()
        } people: {
            let id = opened.account.id
            let fields = FieldList([
                ("Account", id.description), ("Tier", opened.account.tier.rawValue),
                ("API key", opened.key.reveal()), ("CID key", opened.cidKey.reveal()),
            ])
            let next =
                switch opened.account.tier {
                case .free: "The account is free: \(opened.account.requestsPerMinute) numbers a minute, not billed."
                case .standard, .enterprise:
                    "The account is prepaid. Next: nocli balance top-up \(id) --usd 25.00"
                }
            return fields.rendered() + "\n\nBoth keys are shown this once; only their hashes are kept. "
                + "The CID key can do caller names only.\n" + next
        }
    }

    private static let show = Command(
        declaration: CommandDeclaration(
            "show", summary: "shows an account and its keys", arguments: [account.declaration])
    ) { context throws(CommandFailure) in
        let id = context.values[account]
        let desk = try context.openDesk()
        guard let found = try context.perform({ () throws(DatabaseError) in try desk.account(id) }) else {
            throw noSuchAccount(id)
        }
        let keys = try context.perform { () throws(DatabaseError) in try desk.keys(of: id) }
        context.answer { writer in
            writer.beginObject()
            found.writeMembers(to: &writer)
            writer.key("keys")
            writer.beginArray()
            for key in keys {
                writer.beginObject()
                key.writeMembers(to: &writer)
                writer.endObject()
            }
            writer.endArray()
            writer.endObject()
        } people: {
            var table = TextTable(KeyRecord.columns)
            let now = context.surroundings.clock.wall()
            for key in keys { table.add(key.cells(at: now)) }
            return found.fieldList.rendered() + "\n\n" + table.rendered(on: context.console)
        }
    }

    private static let list = Command(
        declaration: CommandDeclaration("list", summary: "lists all accounts in the order they were opened")
    ) { context throws(CommandFailure) in
        let desk = try context.openDesk()
        let accounts = try context.perform { () throws(DatabaseError) in try desk.accounts() }
        context.answer { writer in
            writer.beginObject()
            writer.key("accounts")
            writer.beginArray()
            for account in accounts {
                writer.beginObject()
                account.writeMembers(to: &writer)
                writer.endObject()
            }
            writer.endArray()
            writer.endObject()
        } people: {
            if accounts.isEmpty { return "There are no accounts. Open one with: nocli account create --name NAME" }
            var table = TextTable([
                .text("Account"), .text("Name"), .text("Tier"), .number("Limit"), .number("Balance USD"),
                .text("State"),
            ])
            for account in accounts {
                table.add([
                    account.id.description, account.name ?? "-", account.tier.rawValue,
                    String(account.requestsPerMinute), account.balance.usd,
                    account.isSuspended ? "suspended" : "active",
                ])
            }
            return table.rendered(on: context.console)
        }
    }

    private static let setTier = Command(
        declaration: CommandDeclaration(
            "set-tier", summary: "sets an account's tier", arguments: [account.declaration, newTier.declaration])
    ) { context throws(CommandFailure) in
        let tier = context.values[newTier]
        try change(.tier(tier), context) { account in
            switch tier {
            case .free: "\(account.id) is free now: not billed, \(account.requestsPerMinute) numbers a minute."
            case .standard, .enterprise:
                "\(account.id) is \(tier.rawValue) now: prepaid, \(account.requestsPerMinute) numbers a minute, balance "
                    + "\(account.balance)."
            }
        }
    }

    private static let setLimit = Command(
        declaration: CommandDeclaration(
            "set-limit", summary: "sets how many numbers an account may ask for in 60 seconds",
            arguments: [account.declaration, limit.declaration])
    ) { context throws(CommandFailure) in
        try change(.limit(context.values[limit]), context) { account in
            let origin = account.ownLimit == nil ? ", the limit of its tier" : ""
            return "\(account.id) may ask for \(account.requestsPerMinute) numbers in any 60 seconds\(origin)."
        }
    }

    private static let setPrice = Command(
        declaration: CommandDeclaration(
            "set-price", summary: "sets an account's own prices",
            arguments: [account.declaration],
            options: [dip.declaration, enriched.declaration, listPrice.declaration],
            details: ["Both prices are given together, each for one number, in micro-USD: 4000 is 0.004 USD."])
    ) { context throws(CommandFailure) in
        let prices: PriceList?
        switch (context.values[dip], context.values[enriched], context.values[listPrice]) {
        case (let dip?, let enriched?, false): prices = PriceList(dip: dip, enriched: enriched)
        case (nil, nil, true): prices = nil
        case (_, _, _):
            throw .usage(
                context.invocation.error("expected --dip-micros N and --enriched-micros N together, or --default"))
        }
        try change(.prices(prices), context) { account in
            "\(account.id) pays \(account.prices.dip.usd) USD a fresh name and \(account.prices.enriched.usd) USD any "
                + "other billed answer\(prices == nil ? ", the list price" : "")."
        }
    }

    private static let suspend = Command(
        declaration: CommandDeclaration(
            "suspend", summary: "refuses every request of an account until it is resumed",
            arguments: [account.declaration])
    ) { context throws(CommandFailure) in
        try change(.suspended(true), context) { account in
            "\(account.id) is suspended: its keys get 403. Undo with: nocli account resume \(account.id)"
        }
    }

    private static let resume = Command(
        declaration: CommandDeclaration("resume", summary: "ends a suspension", arguments: [account.declaration])
    ) { context throws(CommandFailure) in
        try change(.suspended(false), context) { account in "\(account.id) is active." }
    }

    private static func change(
        _ setting: AccountTable.Setting, _ context: CommandContext, words: (Account) -> String
    ) throws(CommandFailure) {
        let id = context.values[account]
        let desk = try context.openDesk()
        let changed = try context.perform { () throws(DatabaseError) in try desk.set(setting, of: id) }
        guard let changed else { throw noSuchAccount(id) }
        context.answer { writer in
            writer.beginObject()
            changed.writeMembers(to: &writer)
            writer.endObject()
        } people: {
            words(changed)
        }
    }

    /// The failure that every command with an unknown account ends in.
    static func noSuchAccount(_ id: AccountID) -> CommandFailure {
        .failed("there is no account \(id) in this database. List them with: nocli account list")
    }
}
