// `nocli balance …`: prepaid money.

import CommandOptions
import JSONText
import NumbersCore
import NumbersStorage
import Platform
import SQLiteDatabase

enum BalanceCommands {
    static let family = CommandFamily(name: "balance", summary: "prepaid money", commands: [show, topUp, adjust])

    private static let account: Argument<AccountID> = .required("ACCOUNT", .account, help: "the account's identifier")
    private static let usd: Option<MicroUSD?> = .optional("usd", .dollars, help: "the amount in US dollars")
    private static let micros: Option<MicroUSD?> = .optional(
        "micros", .micros(-MicroUSD.largest.micros...MicroUSD.largest.micros), help: "the amount in micro-USD")
    private static let reference: Option<String?> = .optional(
        "reference", .reference, help: "a text that marks the movement in the ledger")
    private static let keepTier: Option<Bool> = .flag("keep-tier", help: "leave a free account free")

    private static let show = Command(
        declaration: CommandDeclaration("show", summary: "shows an account's balance", arguments: [account.declaration])
    ) { context throws(CommandFailure) in
        let id = context.values[account]
        let desk = try context.openDesk()
        guard let found = try context.perform({ () throws(DatabaseError) in try desk.account(id) }) else {
            throw AccountCommands.noSuchAccount(id)
        }
        let available = MicroUSD(micros: found.balance.micros - found.held.micros)
        context.answer { writer in
            writer.beginObject()
            writer.field("account_id", id.description)
            writer.field("tier", found.tier.rawValue)
            writer.field("balance_micros", found.balance.micros)
            writer.field("held_micros", found.held.micros)
            writer.field("available_micros", available.micros)
            writer.endObject()
        } people: {
            FieldList([
                ("Account", id.description), ("Tier", found.tier.rawValue), ("Balance", found.balance.description),
                ("Held", found.held.description), ("Available", available.description),
            ]).rendered()
        }
    }

    private static let topUp = Command(
        declaration: CommandDeclaration(
            "top-up", summary: "enters money received for an account", arguments: [account.declaration],
            options: [usd.declaration, micros.declaration, reference.declaration, keepTier.declaration],
            details: [
                """
                One of --usd and --micros is required. With --reference, the same top-up a second time does nothing, \
                and another amount under the same reference is refused. The first top-up of a free account makes it a \
                standard account.
                """
            ])
    ) { context throws(CommandFailure) in
        let id = context.values[account]
        let amount = try amount(context)
        guard amount > .zero else {
            throw .usage(
                context.invocation.error("a top-up is more than zero; to take money back: nocli balance adjust"))
        }
        let text = context.values[reference]
        let desk = try context.openDesk()
        let result = try context.perform { () throws(DatabaseError) in
            try desk.topUp(id, amount: amount, reference: text, keepsTier: context.values[keepTier])
        }
        try answer(result.outcome, of: id, becameStandard: result.becameStandard, desk, context)
    }

    private static let adjust = Command(
        declaration: CommandDeclaration(
            "adjust", summary: "corrects an account's balance up or down", arguments: [account.declaration],
            options: [usd.declaration, micros.declaration, reference.declaration],
            details: [
                """
                One of --usd and --micros is required; a negative amount takes money away, never below what is held \
                for requests at work. Every adjustment is posted: --reference only marks it.
                """
            ])
    ) { context throws(CommandFailure) in
        let id = context.values[account]
        let amount = try amount(context)
        guard amount != .zero else {
            throw .usage(context.invocation.error("an adjustment is more or less than zero"))
        }
        let text = context.values[reference]
        let desk = try context.openDesk()
        let outcome = try context.perform { () throws(DatabaseError) in
            try desk.adjust(id, by: amount, reference: text)
        }
        try answer(outcome, of: id, becameStandard: nil, desk, context)
    }

    /// The amount of exactly one of the two options.
    private static func amount(_ context: CommandContext) throws(CommandFailure) -> MicroUSD {
        switch (context.values[usd], context.values[micros]) {
        case (let amount?, nil), (nil, let amount?): return amount
        case (nil, nil): throw .usage(context.invocation.error("an amount is missing: --usd AMOUNT or --micros N"))
        case (_?, _?): throw .usage(context.invocation.error("--usd and --micros say the same thing: give one of them"))
        }
    }

    private static func answer(
        _ outcome: LedgerBook.MovementOutcome, of id: AccountID, becameStandard: Bool?, _ desk: OperatorDesk,
        _ context: CommandContext
    ) throws(CommandFailure) {
        let entry: LedgerEntry
        let isRepeat: Bool
        switch outcome {
        case .posted(let posted):
            entry = posted
            isRepeat = false
        case .alreadyPosted(let posted):
            entry = posted
            isRepeat = true
        case .referenceTaken(let earlier):
            throw .failed(
                "this reference was used for \(earlier.amount) on \(earlier.at.rfc3339Date()) (entry \(earlier.id)); "
                    + "nothing was changed. Give another --reference if this is another payment.")
        case .insufficientBalance(let balance):
            throw .failed(
                "the balance is \(balance), less what is held for requests at work: not enough for this adjustment; "
                    + "nothing was changed")
        case .outOfRange: throw .badData("the balance would pass \(MicroUSD.largest); nothing was changed")
        case .noSuchAccount: throw AccountCommands.noSuchAccount(id)
        }
        guard let account = try context.perform({ () throws(DatabaseError) in try desk.account(id) }) else {
            throw AccountCommands.noSuchAccount(id)
        }
        context.answer { writer in
            writer.beginObject()
            writer.field("account_id", id.description)
            writer.field("entry_id", String(entry.id))
            writer.field("amount_micros", entry.signedAmount.micros)
            writer.field("balance_micros", account.balance.micros)
            writer.field("reference", entry.reference)
            writer.field("already_posted", isRepeat)
            writer.field("tier", account.tier.rawValue)
            if let becameStandard { writer.field("became_standard", becameStandard) }
            writer.endObject()
        } people: {
            var text =
                isRepeat
                ? "\(entry.signedAmount) under this reference was posted on \(entry.at.rfc3339Date()) (entry \(entry.id)); "
                    + "nothing was done again."
                : "Entry \(entry.id): \(entry.signedAmount) for \(id)."
            text += " The balance is \(account.balance)."
            if becameStandard == true {
                text +=
                    "\nThe account was free and is standard now: billed, \(account.requestsPerMinute) numbers a minute."
            } else if account.tier == .free {
                text += "\nThe account is free, so nothing is billed. To bill it: nocli account set-tier \(id) standard"
            }
            return text
        }
    }
}
