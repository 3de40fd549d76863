import NumbersCore
import Platform
import SQLiteDatabase
import Testing

@testable import NumbersStorage

@Suite struct LedgerAuditTests {
    /// Two accounts, six entries, two holds.
    private static func office() throws -> Office {
        let office = try Office()
        let first = try office.account(micros: 100_000)
        let second = try office.account(micros: 50_000)
        for (owner, items) in [(first, [Charge.Item.enriched()]), (second, [.dip()]), (first, [.enriched(), .dip()])] {
            office.time.advance(.seconds(1))
            _ = try office.connection.transaction { () throws(DatabaseError) in
                try LedgerBook.charge(
                    .sample(owner, cover: 10_000, reference: "call", at: office.time.now), items: items, ending: nil,
                    on: office.connection)
            }
        }
        try office.connection.transaction { () throws(DatabaseError) in
            _ = try LedgerBook.hold(.sample(first), id: 1, startID: 1, on: office.connection)
            _ = try LedgerBook.hold(.sample(second), id: 2, startID: 1, on: office.connection)
        }
        return office
    }

    private static func tamper(_ office: Office, _ sql: String) throws {
        try office.connection.execute("DROP TRIGGER ledger_entries_keep; DROP TRIGGER ledger_entries_stay")
        try office.connection.execute("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON")
        try office.connection.execute(sql)
    }

    @Test("an untouched ledger has no fault, and its last hash stands for it")
    func clean() throws {
        let office = try Self.office()
        var progress: [(Int64, Int64)] = []
        let audit = try office.desk.verifyLedger { progress.append(($0, $1)) }
        #expect(audit.fault == nil)
        #expect(audit.entryCount == 6)
        #expect(audit.accountCount == 2)
        #expect(progress.last?.0 == 6 && progress.last?.1 == 6)
        let last = try office.connection.first("SELECT hash FROM ledger_entries ORDER BY id DESC LIMIT 1") {
            row throws(DatabaseError) in row.blob(0)
        }
        #expect(audit.lastHash.bytes == last)
    }

    @Test("an empty ledger has no fault")
    func empty() throws {
        let audit = try Office().audit()
        #expect(audit.fault == nil)
        #expect(audit.lastHash == LedgerEntry.genesis)
    }

    @Test(
        "a change to any column of any entry is found at that entry",
        arguments: 1...6,
        [
            "at = at + 1", "account_id = (SELECT max(id) FROM accounts WHERE id <> account_id)", "key_id = 0",
            "key_id = CASE WHEN key_id IS NULL THEN 7 ELSE NULL END", "key_id = coalesce(key_id, 1) + 1",
            "kind = CASE kind WHEN 'top_up' THEN 'adjustment' ELSE 'top_up' END", "kind = 'gift'", "kind = ''",
            "debit = credit, credit = debit",
            "debit = CASE debit WHEN 'adjustments' THEN 'cash' ELSE 'adjustments' END",
            "credit = CASE credit WHEN 'adjustments' THEN 'cash' ELSE 'adjustments' END", "credit = debit",
            "amount_micros = amount_micros + 1", "amount_micros = -amount_micros", "amount_micros = 0",
            "units = units + 1",
            "balance_micros = balance_micros + 1", "reference = coalesce(reference, '') || 'x'",
            "reference = CASE WHEN reference IS NULL THEN '' ELSE NULL END", "hash = zeroblob(32)",
            "hash = zeroblob(31)",
            "hash = (SELECT hash FROM ledger_entries AS other WHERE other.id = ledger_entries.id % 6 + 1)",
        ])
    func columns(entry: Int, change: String) throws {
        let office = try Self.office()
        try Self.tamper(office, "UPDATE ledger_entries SET \(change) WHERE id = \(entry)")
        #expect(try office.audit().fault?.entry == Int64(entry))
    }

    @Test("a missing entry is found where it should be", arguments: 1...5)
    func deleted(entry: Int) throws {
        let office = try Self.office()
        try Self.tamper(office, "DELETE FROM ledger_entries WHERE id = \(entry)")
        let fault = try #require(try office.audit().fault)
        #expect(fault.entry == Int64(entry) + 1)
        #expect(fault.finding.contains("expected entry \(entry), found entry \(entry + 1)"))
    }

    @Test("a missing last entry is found by its account's balance")
    func lastDeleted() throws {
        let office = try Self.office()
        try Self.tamper(office, "DELETE FROM ledger_entries WHERE id = 6")
        let fault = try #require(try office.audit().fault)
        #expect(fault.entry == nil)
        #expect(fault.account != nil)
        #expect(fault.finding.contains("micro-USD"))
    }

    @Test(
        "entries in another order, one made twice, or one that was slipped in are found",
        arguments: [
            (
                "UPDATE ledger_entries SET id = 100 WHERE id = 3; UPDATE ledger_entries SET id = 3 WHERE id = 4; UPDATE ledger_entries SET id = 4 WHERE id = 100",
                3
            ),
            ("UPDATE ledger_entries SET id = 0 WHERE id = 1", 0), ("UPDATE ledger_entries SET id = 9 WHERE id = 6", 9),
            (
                "INSERT INTO ledger_entries SELECT 7, at, account_id, key_id, kind, debit, credit, amount_micros, units, balance_micros, NULL, hash FROM ledger_entries WHERE id = 6",
                7
            ),
        ] as [(String, Int64)])
    func order(sql: String, entry: Int64) throws {
        let office = try Self.office()
        try Self.tamper(office, sql)
        #expect(try office.audit().fault?.entry == entry)
    }

    @Test(
        "a balance or a hold that was changed is found at its account",
        arguments: [
            "UPDATE accounts SET balance_micros = balance_micros + 1 WHERE id = (SELECT min(id) FROM accounts)",
            "UPDATE accounts SET balance_micros = balance_micros - 1 WHERE id = (SELECT max(id) FROM accounts)",
            "UPDATE accounts SET held_micros = held_micros + 1 WHERE id = (SELECT min(id) FROM accounts)",
            "UPDATE accounts SET held_micros = 0", "UPDATE holds SET amount_micros = amount_micros + 1 WHERE id = 1",
            "UPDATE holds SET account_id = (SELECT account_id FROM holds WHERE id = 1)",
            "DELETE FROM holds WHERE id = 2",
            "INSERT INTO holds SELECT 3, account_id, key_id, 1, start_id, created_at FROM holds WHERE id = 1",
            "DELETE FROM accounts WHERE id = (SELECT min(id) FROM accounts)",
            "DELETE FROM accounts",
        ])
    func accounts(sql: String) throws {
        let office = try Self.office()
        try Self.tamper(office, sql)
        let fault = try #require(try office.audit().fault)
        #expect(fault.entry == nil)
        #expect(fault.account != nil)
    }

    @Test("a finding names amounts and entries, never a key or a name")
    func words() throws {
        let office = try Self.office()
        try Self.tamper(office, "UPDATE accounts SET balance_micros = 1, held_micros = 0, name = 'ACME'")
        let finding = try #require(try office.audit().fault?.finding)
        #expect(!finding.contains("nol_") && !finding.contains("ACME"))
    }
}
