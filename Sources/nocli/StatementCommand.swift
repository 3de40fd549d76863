// `nocli statement`: an account's month, or every account's.

import CommandOptions
import JSONText
import NumbersCore
import NumbersStorage
import Platform
import SQLiteDatabase

enum StatementCommand {
    static let family = CommandFamily(name: "statement", summary: "monthly statements", commands: [statement])

    private static let account: Argument<AccountID?> = .optional(
        "ACCOUNT", .account, help: "the account's identifier; all accounts without it")
    private static let month: Option<StatementMonth?> = .optional("month", .month, help: "the month, in UTC")
    private static let csv: Option<Bool> = .flag("csv", help: "answer in comma-separated values, a line a movement")

    private static let statement = Command(
        declaration: CommandDeclaration(
            "", summary: "shows what moved on accounts in a month", arguments: [account.declaration],
            options: [month.declaration, csv.declaration],
            details: [
                """
                Opening balance, top-ups, adjustments, charges by kind, what was taken back, closing balance. Without \
                --month: the present one, up to now. An entry belongs to the month of its own time in UTC, so statements \
                of consecutive months join without a gap.
                """
            ])
    ) { context throws(CommandFailure) in
        if context.values[csv], context.values[GlobalOptions.json] {
            throw .usage(context.invocation.error("--csv and --json are two forms of one answer: give one of them"))
        }
        let today = context.surroundings.clock.wall().rfc3339Date()
        guard let month = context.values[month] ?? StatementMonth(String(today.prefix(7))) else {
            throw .failed("the clock tells \(today), of which there are no statements")
        }
        let desk = try context.openDesk()
        var statements: [MonthlyStatement] = []
        if let id = context.values[account] {
            let found = try context.perform { () throws(DatabaseError) in try desk.statement(month, of: id) }
            guard let found else { throw AccountCommands.noSuchAccount(id) }
            statements = [found]
        } else {
            let accounts = try context.perform { () throws(DatabaseError) in try desk.accounts() }
            for each in accounts {
                let found = try context.perform { () throws(DatabaseError) in try desk.statement(month, of: each.id) }
                if let found { statements.append(found) }
            }
        }
        if context.values[csv] {
            context.console.write(Array(commaSeparated(statements).utf8))
            return
        }
        context.answer { writer in
            writer.beginObject()
            writer.field("month", month.description)
            writer.key("statements")
            writer.beginArray()
            for statement in statements { write(statement, to: &writer) }
            writer.endArray()
            writer.endObject()
        } people: {
            statements.isEmpty ? "No accounts." : statements.map(text).joined(separator: "\n\n")
        }
    }

    private static func write(_ statement: MonthlyStatement, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("account_id", statement.account.description)
        writer.field("name", statement.name)
        writer.field("opening_micros", statement.opening.micros)
        writer.key("movements")
        writer.beginArray()
        for line in statement.lines {
            writer.beginObject()
            writer.field("kind", line.kind.rawValue)
            writer.field("entries", line.entries)
            writer.field("lookups", line.lookups)
            writer.field("amount_micros", line.amount.micros)
            writer.endObject()
        }
        writer.endArray()
        writer.field("closing_micros", statement.closing.micros)
        writer.endObject()
    }

    /// One line a movement, the balances as movements of their own kinds.
    private static func commaSeparated(_ statements: [MonthlyStatement]) -> String {
        var text = "account_id,name,month,kind,entries,lookups,amount_micros\r\n"
        for statement in statements {
            let start = "\(statement.account),\(CSVCell.text(statement.name ?? "")),\(statement.month),"
            text += start + "opening,,,\(statement.opening.micros)\r\n"
            for line in statement.lines {
                text += start + "\(line.kind.rawValue),\(line.entries),\(line.lookups),\(line.amount.micros)\r\n"
            }
            text += start + "closing,,,\(statement.closing.micros)\r\n"
        }
        return text
    }

    private static func text(_ statement: MonthlyStatement) -> String {
        let title =
            "\(statement.account)" + (statement.name.map { " (\(terminalSafe($0)))" } ?? "") + ", \(statement.month)"
        var fields = [("Opening balance", statement.opening.description)]
        for line in statement.lines {
            var amount = line.amount.description
            if line.lookups != 0 { amount += "  (\(line.lookups) numbers, \(line.entries) entries)" }
            fields.append((name(line.kind), amount))
        }
        fields.append(("Closing balance", statement.closing.description))
        return title + "\n" + FieldList(fields).rendered()
    }

    private static func name(_ kind: EntryKind) -> String {
        switch kind {
        case .topUp: "Top-ups"
        case .adjustment: "Adjustments"
        case .lookup: "Lookups with a dip"
        case .lookupEnriched: "Other lookups"
        case .reversal: "Taken back"
        }
    }
}
