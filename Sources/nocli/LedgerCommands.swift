// `nocli ledger …`: what moved money, and the proof of it.

import CommandOptions
import JSONText
import NumbersCore
import NumbersStorage
import Platform
import SQLiteDatabase

enum LedgerCommands {
    static let family = CommandFamily(name: "ledger", summary: "the ledger", commands: [show, verify])

    private static let account: Argument<AccountID> = .required("ACCOUNT", .account, help: "the account's identifier")
    private static let limit: Option<Int> = .value(
        "limit", .integer(1...LedgerPage.linesMax), default: "50", help: "most entries shown")
    private static let before: Option<Int64?> = .optional(
        "before", .integer(1...Int64.max).placeholder("ENTRY"), help: "only entries older than this one")

    private static let show = Command(
        declaration: CommandDeclaration(
            "show", summary: "shows an account's ledger entries, newest first", arguments: [account.declaration],
            options: [limit.declaration, before.declaration])
    ) { context throws(CommandFailure) in
        let id = context.values[account]
        let desk = try context.openDesk()
        guard try context.perform({ () throws(DatabaseError) in try desk.account(id) }) != nil else {
            throw AccountCommands.noSuchAccount(id)
        }
        let page = try context.perform { () throws(DatabaseError) in
            try desk.ledger(of: id, before: context.values[before], limit: context.values[limit])
        }
        context.answer { writer in
            writer.beginObject()
            writer.field("account_id", id.description)
            writer.key("entries")
            writer.beginArray()
            for line in page.lines { write(line, to: &writer) }
            writer.endArray()
            writer.field("next_before", page.nextCursor.map { String($0) })
            writer.endObject()
        } people: {
            if page.lines.isEmpty { return "No entries." }
            var table = TextTable([
                .number("Entry"), .text("Time"), .text("Kind"), .number("Amount USD"), .number("Balance USD"),
                .text("Key"), .text("Reference"),
            ])
            for line in page.lines {
                let entry = line.entry
                table.add([
                    String(entry.id), entry.at.rfc3339(), entry.kind.rawValue, entry.signedAmount.usd,
                    entry.balance.usd, line.keyPrefix ?? "-", entry.reference ?? "-",
                ])
            }
            let more = page.nextCursor.map { "\n\nOlder entries: nocli ledger show \(id) --before \($0)" } ?? ""
            return table.rendered(on: context.console) + more
        }
    }

    private static func write(_ line: LedgerPage.Line, to writer: inout JSONWriter) {
        let entry = line.entry
        writer.beginObject()
        writer.field("id", String(entry.id))
        writer.field("at", entry.at.rfc3339())
        writer.field("kind", entry.kind.rawValue)
        writer.field("amount_micros", entry.signedAmount.micros)
        writer.field("balance_micros", entry.balance.micros)
        writer.field("units", entry.units)
        writer.field("key_prefix", line.keyPrefix)
        writer.field("reference", entry.reference)
        writer.endObject()
    }

    private static let expected: Option<LedgerAudit.Anchor?> = .optional(
        "expect", .anchor, help: "an entry that must be there with the hash an earlier run told")

    private static let verify = Command(
        declaration: CommandDeclaration(
            "verify", summary: "proves the whole ledger", options: [expected.declaration],
            details: [
                """
                Entries are numbered without a gap, each hash follows from the entry and its predecessor, the entries \
                add up to every balance, and the holds to what is held. Exits with 1 when \
                something disagrees. The hash it prints, kept elsewhere and given to --expect later, also shows entries \
                that were cut off.
                """
            ])
    ) { context throws(CommandFailure) in
        let desk = try context.openDesk()
        let bar = ProgressBar("Verifying", on: context.console)
        let audit = try context.perform { () throws(DatabaseError) in
            defer { bar.finish() }
            return try desk.verifyLedger(anchor: context.values[expected]) { done, total in bar.report(done, of: total)
            }
        }
        context.answer { writer in
            writer.beginObject()
            writer.field("ok", audit.fault == nil)
            writer.field("entries", audit.entryCount)
            writer.field("accounts", audit.accountCount)
            writer.field("last_hash", audit.lastHash.hex)
            writer.key("fault")
            if let fault = audit.fault {
                writer.beginObject()
                writer.field("entry_id", fault.entry.map { String($0) })
                writer.field("account_id", fault.account?.description)
                writer.field("finding", fault.finding)
                writer.endObject()
            } else {
                writer.null()
            }
            writer.endObject()
        } people: {
            if audit.fault != nil { return context.console.styled("The ledger does not verify.", .red) }
            return context.console.styled("The ledger verifies.", .green)
                + " \(counted(audit.entryCount, "entry", "entries")), "
                + "\(counted(audit.accountCount, "account", "accounts")), last hash \(audit.lastHash.hex)"
        }
        if let fault = audit.fault {
            var place = fault.entry.map { "entry \($0)" } ?? "balances"
            if let account = fault.account { place += " of \(account)" }
            throw .failed("ledger: \(place): \(fault.finding). Stop the server and compare with a backup.")
        }
    }

    private static func counted(_ count: Int64, _ one: String, _ many: String) -> String {
        "\(count) \(count == 1 ? one : many)"
    }
}
