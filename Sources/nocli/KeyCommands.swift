// `nocli key …`: keys of accounts. The text of a key is shown when it is made and never again.

import CommandOptions
import JSONText
import NumbersCore
import NumbersStorage
import Platform
import SQLiteDatabase

enum KeyCommands {
    static let family = CommandFamily(name: "key", summary: "keys", commands: [create, list, revoke, rotate])

    private static let account: Argument<AccountID> = .required("ACCOUNT", .account, help: "the account's identifier")
    private static let key: Argument<KeyID> = .required("KEY", .key, help: "the key's identifier")
    private static let name: Option<String?> = .optional(
        "name", .name(max: KeySettings.nameMax), help: "what to call the key")
    private static let useCases: Option<[UseCases]> = .list(
        "use-case", .useCases,
        help:
            "what it may do: \(UseCase.allCases.map(\.rawValue).joined(separator: ", ")); all unless given, and of a test key all but manage"
    )
    private static let limit: Option<Int?> = .optional(
        "limit", .integer(1...1_000_000_000), help: "numbers in 60 seconds, below the account's limit")
    private static let dailyCap: Option<MicroUSD?> = .optional(
        "daily-cap-micros", .micros(0...MicroUSD.largest.micros), help: "most it may spend a day (UTC)")
    private static let expires: Option<UnixTime?> = .optional("expires-at", .instant, help: "when it ends")
    private static let networks: Option<[NetworkBlock]> = .list(
        "network", .network, help: "where it may be used from; anywhere unless given")
    private static let test: Option<Bool> = .flag("test", help: "a test key: never billed")
    private static let grace: Option<Int> = .value(
        "grace-seconds", .integer(0...KeySettings.graceSecondsMax), default: String(KeySettings.graceSecondsMax),
        help: "how long the old key still works; 0 for a key that leaked")

    private static let create = Command(
        declaration: CommandDeclaration(
            "create", summary: "makes a key for an account and shows it this once", arguments: [account.declaration],
            options: [
                name.declaration, useCases.declaration, limit.declaration, dailyCap.declaration, expires.declaration,
                networks.declaration, test.declaration,
            ])
    ) { context throws(CommandFailure) in
        let values = context.values
        let id = values[account]
        if values[networks].count > KeySettings.networksMax {
            throw .usage(context.invocation.error("--network can be given \(KeySettings.networksMax) times at most"))
        }
        if let end = values[expires], end <= context.surroundings.clock.wall() {
            throw .usage(
                context.invocation.error("--expires-at \(end.rfc3339()) has passed; expected a time to come"))
        }
        let chosen = values[useCases].reduce(into: UseCases(rawValue: 0)) { $0.formUnion($1) }
        let settings = KeySettings(
            name: values[name],
            // A test key is made to be left lying about: it manages the account only if that is said.
            useCases: !chosen.isEmpty ? chosen : values[test] ? .all.subtracting(UseCases(.manage)) : .all,
            limit: values[limit],
            dailyCap: values[dailyCap], expiresAt: values[expires], networks: values[networks], isTest: values[test])
        let desk = try context.openDesk()
        let result = try context.perform { () throws(DatabaseError) in
            try desk.createKey(account: id, settings: settings)
        }
        switch result {
        case .success(let issued):
            answer(issued, note: "It can do: \(settings.useCases.names.joined(separator: ", ")).", context)
        case .failure(let refusal): throw failure(refusal, notFound: AccountCommands.noSuchAccount(id))
        }
    }

    private static let list = Command(
        declaration: CommandDeclaration("list", summary: "lists an account's keys", arguments: [account.declaration])
    ) { context throws(CommandFailure) in
        let id = context.values[account]
        let desk = try context.openDesk()
        guard try context.perform({ () throws(DatabaseError) in try desk.account(id) }) != nil else {
            throw AccountCommands.noSuchAccount(id)
        }
        let keys = try context.perform { () throws(DatabaseError) in try desk.keys(of: id) }
        context.answer { writer in
            writer.beginObject()
            writer.field("account_id", id.description)
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
            if keys.isEmpty { return "\(id) has no keys. Make one with: nocli key create \(id)" }
            var table = TextTable(KeyRecord.columns)
            let now = context.surroundings.clock.wall()
            for key in keys { table.add(key.cells(at: now)) }
            return table.rendered(on: context.console)
        }
    }

    private static let revoke = Command(
        declaration: CommandDeclaration(
            "revoke", summary: "ends a key for good, also an account's last", arguments: [key.declaration])
    ) { context throws(CommandFailure) in
        let id = context.values[key]
        let desk = try context.openDesk()
        guard try context.perform({ () throws(DatabaseError) in try desk.revokeKey(id) }) else {
            throw noSuchKey(id)
        }
        context.answer { writer in
            writer.beginObject()
            writer.field("key_id", id.description)
            writer.field("revoked", true)
            writer.endObject()
        } people: {
            "\(id) is revoked. A running server refuses it within a second."
        }
    }

    private static let rotate = Command(
        declaration: CommandDeclaration(
            "rotate", summary: "gives a key a new text and shows it this once", arguments: [key.declaration],
            options: [grace.declaration])
    ) { context throws(CommandFailure) in
        let id = context.values[key]
        let seconds = context.values[grace]
        let desk = try context.openDesk()
        let result = try context.perform { () throws(DatabaseError) in
            try desk.rotateKey(id, graceSeconds: seconds)
        }
        switch result {
        case .success(let issued):
            let note = seconds == 0 ? "The old key ends at once." : "The old key works for another \(seconds) seconds."
            answer(issued, note: note, graceSeconds: seconds, context)
        case .failure(let refusal): throw failure(refusal, notFound: noSuchKey(id))
        }
    }

    private static func answer(
        _ issued: OperatorDesk.IssuedKey, note: String, graceSeconds: Int? = nil, _ context: CommandContext
    ) {
        context.answer { writer in
            writer.beginObject()
            issued.record.writeMembers(to: &writer)
            writer.field("api_key", issued.key.reveal())
            if let graceSeconds { writer.field("grace_seconds", graceSeconds) }
            writer.endObject()
        } people: {
            let fields = FieldList([
                ("Account", issued.record.account.description), ("Key", issued.record.id.description),
                ("API key", issued.key.reveal()),
            ])
            return fields.rendered() + "\n\nThe API key is shown this once; only its hash is kept. " + note
        }
    }

    private static func failure(_ refusal: KeyChangeRefusal, notFound: CommandFailure) -> CommandFailure {
        switch refusal {
        case .notFound: notFound
        case .tooManyKeys:
            .failed(
                "the account has \(KeySettings.enabledMax) enabled keys, the most it may have. End one with: nocli key "
                    + "revoke KEY")
        case .lastManagingKey: .failed("it is the account's last key that can manage it")
        case .revoked: .failed("the key is revoked and stays so. Make a new one with: nocli key create ACCOUNT")
        case .widerThanCaller: .failed("the key that asks may do less than the key it asks about")
        case .testKey: .failed("a test key changes no live one")
        case .unavailable: .failed("the database did not answer; nothing was changed. Try again.")
        }
    }

    private static func noSuchKey(_ id: KeyID) -> CommandFailure {
        .failed("there is no key \(id) in this database. List an account's keys with: nocli key list ACCOUNT")
    }
}
