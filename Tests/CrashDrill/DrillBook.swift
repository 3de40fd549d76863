// The ledger as a drill reads it: what was charged under which reference. A value.

internal import NumbersStorage
internal import SQLiteDatabase

/// Sums by reference, read on from where it stopped.
struct DrillBook {
    private struct Charges {
        var net: Int64 = 0
        /// How many charges there are that were not taken back.
        var count = 0
        var lastBalance: Int64 = 0
    }

    private var charges: [String: Charges] = [:]
    /// Amounts under each reference of a top-up.
    private(set) var topUps: [String: [Int64]] = [:]
    private(set) var chargesWithoutReference = 0
    private(set) var entryCount: Int64 = 0
    /// Where the last proof ended.
    var anchor: LedgerAudit.Anchor?

    var references: some Sequence<String> { charges.keys }

    mutating func readOn(_ connection: Connection) throws(DatabaseError) {
        var last = entryCount
        var added: [(kind: String, amount: Int64, balance: Int64, reference: String?)] = []
        try connection.each(
            "SELECT id, kind, amount_micros, balance_micros, reference FROM ledger_entries WHERE id > ? ORDER BY id",
            .integer(last)
        ) { row throws(DatabaseError) in
            last = row.integer(0)
            added.append((row.text(1), row.integer(2), row.integer(3), row.optionalText(4)))
            return .next
        }
        entryCount = last
        for entry in added {
            switch (entry.kind, entry.reference) {
            case ("top_up", let reference): topUps[reference ?? "", default: []].append(entry.amount)
            case ("reversal", nil): chargesWithoutReference -= 1
            case (_, nil): chargesWithoutReference += 1
            case ("reversal", let reference?):
                charges[reference, default: Charges()].net -= entry.amount
                charges[reference, default: Charges()].count -= 1
            case (_, let reference?):
                charges[reference, default: Charges()].net += entry.amount
                charges[reference, default: Charges()].count += 1
                charges[reference, default: Charges()].lastBalance = entry.balance
            }
        }
    }

    /// Micro-USD charged under a reference, less what was taken back.
    func net(_ reference: String) -> Int64 { charges[reference]?.net ?? 0 }

    /// How the ledger contradicts a 200; nil when they agree.
    func disagreement(_ reference: String, _ answer: DrillAnswer) -> String? {
        guard answer.status == 200, let billed = answer.billed, !answer.isReplay else { return nil }
        guard let found = charges[reference] else { return "answered as billed \(billed), and not in the ledger" }
        if found.net != billed { return "answered as billed \(billed), the ledger has \(found.net)" }
        if found.count != answer.kinds {
            return "billed as \(answer.kinds) kinds, the ledger has \(found.count) entries"
        }
        if let balance = answer.balance, found.lastBalance != balance {
            return "answered with a balance of \(balance), the ledger has \(found.lastBalance)"
        }
        return nil
    }
}
