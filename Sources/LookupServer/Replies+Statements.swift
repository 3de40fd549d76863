// Statements as answers: JSON and comma-separated values. Pure functions.

import JSONText
import NumbersCore
import Platform

extension Replies {
    static func ledger(_ page: LedgerPage) -> [UInt8] {
        var writer = document(reserving: 256 * page.lines.count + 128)
        writer.key("entries")
        writer.beginArray()
        for line in page.lines {
            writer.beginObject()
            writer.field("id", String(line.entry.id))
            writer.field("at", line.entry.at.rfc3339Milliseconds())
            writer.field("kind", line.entry.kind.rawValue)
            writer.field("amount_micros", line.entry.signedAmount.micros)
            writer.field("balance_micros", line.entry.balance.micros)
            writer.field("key_prefix", line.keyPrefix)
            writer.field("reference", line.entry.reference)
            writer.endObject()
        }
        writer.endArray()
        writer.field("next_cursor", page.nextCursor.map { String($0) })
        writer.endObject()
        return writer.finish()
    }

    /// The same as comma-separated values (RFC 4180); further pages of one text have no header.
    static func ledgerCSV(_ page: LedgerPage, withHeader: Bool = true) -> [UInt8] {
        var text = withHeader ? "id,at,kind,amount_micros,balance_micros,key_prefix,reference\r\n" : ""
        for line in page.lines {
            let cells = [
                String(line.entry.id), line.entry.at.rfc3339Milliseconds(), line.entry.kind.rawValue,
                String(line.entry.signedAmount.micros), String(line.entry.balance.micros), line.keyPrefix ?? "",
                CSVCell.text(line.entry.reference ?? ""),
            ]
            text += cells.joined(separator: ",") + "\r\n"
        }
        return Array(text.utf8)
    }

    static func usage(_ rows: [UsageRow]) -> [UInt8] {
        var writer = document(reserving: 96 * rows.count + 64)
        writer.key("rows")
        writer.beginArray()
        for row in rows {
            writer.beginObject()
            writer.field("group", row.group)
            writer.field("lookups", row.lookups)
            writer.field("billed_micros", row.billed.micros)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return writer.finish()
    }

    /// The same as comma-separated values.
    static func usageCSV(_ rows: [UsageRow], by group: UsageGroup) -> [UInt8] {
        var text = "\(group.rawValue),lookups,billed_micros\r\n"
        for row in rows { text += "\(CSVCell.text(row.group)),\(row.lookups),\(row.billed.micros)\r\n" }
        return Array(text.utf8)
    }
}
