import NumbersCore
import NumbersStorage
import Platform
import SQLiteDatabase
import Testing

@Suite struct LookupSchemaTests {
    @Test("a new file gets the product's mark and the newest version, and opens again with what is in it")
    func reopens() throws {
        let folder = try TemporaryFolder()
        var account: AccountID?
        for round in 0..<3 {
            let connection = try LookupSchema.schema.open(
                path: folder.database, options: DatabaseOptions(older: .migrate))
            let id = try connection.first("PRAGMA application_id") { row throws(DatabaseError) in row.integer(0) }
            let version = try connection.first("PRAGMA user_version") { row throws(DatabaseError) in row.integer(0) }
            #expect(id == 0x4e4f_4c31)
            #expect(version == Int64(LookupSchema.schema.latestVersion))
            let desk = OperatorDesk(connection: connection, clock: .system, random: .system)
            if round == 0 { account = try desk.openAccount(name: "A", email: nil, tier: .free).account.id }
            #expect(try desk.accounts().map(\.id) == [account])
        }
    }

    @Test("a newer schema and another program's file are refused")
    func refused() throws {
        for sql in ["PRAGMA user_version = 9999", "PRAGMA application_id = 7"] {
            let folder = try TemporaryFolder()
            do {
                let connection = try LookupSchema.schema.open(
                    path: folder.database, options: DatabaseOptions(older: .migrate))
                try connection.execute(sql)
            }
            #expect(throws: DatabaseOpenError.self) {
                _ = try LookupSchema.schema.open(path: folder.database, options: DatabaseOptions(older: .migrate))
            }
        }
    }

    @Test("every table is STRICT, so that a column holds what it says")
    func strict() throws {
        let office = try Office()
        let loose = try office.connection.all(
            "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict = 0 AND name NOT LIKE 'sqlite%'"
        ) { row throws(DatabaseError) in row.text(0) }
        #expect(loose.isEmpty)
    }

    @Test(
        "what must never be is refused by the tables themselves",
        arguments: [
            "UPDATE accounts SET balance_micros = -1", "UPDATE accounts SET held_micros = -1",
            "UPDATE accounts SET held_micros = balance_micros + 1", "UPDATE accounts SET tier = 'gold'",
            "UPDATE accounts SET requests_per_minute = 0", "UPDATE accounts SET dip_micros = -1",
            "UPDATE accounts SET balance_micros = 'much'", "UPDATE keys SET hash = x'00'",
            "UPDATE keys SET hash = (SELECT hash FROM keys LIMIT 1)", "UPDATE keys SET account_id = 1",
            "UPDATE keys SET enabled = 2",
            "DELETE FROM accounts", "UPDATE ledger_entries SET amount_micros = 1",
            "UPDATE ledger_entries SET reference = NULL",
            "DELETE FROM ledger_entries", "DELETE FROM ledger_entries WHERE id = 1",
            "INSERT OR REPLACE INTO ledger_entries SELECT id, at, account_id, key_id, kind, debit, credit, 1, units, balance_micros, NULL, hash FROM ledger_entries",
            "REPLACE INTO ledger_entries SELECT id, at, account_id, key_id, kind, debit, credit, 1, units, balance_micros, NULL, hash FROM ledger_entries",
            "INSERT INTO ledger_entries SELECT 2, at, account_id, key_id, kind, debit, credit, 0, units, balance_micros, NULL, hash FROM ledger_entries",
            "INSERT INTO ledger_entries SELECT 2, at, account_id, key_id, kind, debit, debit, 1, units, balance_micros, NULL, hash FROM ledger_entries",
            "INSERT INTO ledger_entries SELECT 2, at, account_id, key_id, 'gift', debit, credit, 1, units, balance_micros, NULL, hash FROM ledger_entries",
            "INSERT INTO ledger_entries SELECT 2, at, account_id, key_id, kind, 'pocket', credit, 1, units, balance_micros, NULL, hash FROM ledger_entries",
            "INSERT INTO ledger_entries SELECT 2, at, account_id, key_id, kind, debit, 'pocket', 1, units, balance_micros, NULL, hash FROM ledger_entries",
            "INSERT INTO ledger_entries SELECT 2, at, 1, key_id, kind, debit, credit, 1, units, balance_micros, NULL, hash FROM ledger_entries",
            "INSERT INTO ledger_entries SELECT 2, at, account_id, key_id, kind, debit, credit, 1, units, balance_micros, reference, hash FROM ledger_entries",
        ])
    func constraints(sql: String) throws {
        let office = try Office()
        let account = try office.desk.openAccount(name: nil, email: nil, tier: .standard)
        _ = try office.desk.topUp(account.account.id, amount: MicroUSD(micros: 10), reference: "r", keepsTier: true)
        #expect(throws: DatabaseError.self) { try office.connection.execute(sql) }
        let audit = try office.audit()
        #expect(audit.fault == nil)
        #expect(audit.entryCount == 1)
    }

    @Test("a ledger of the fifth version is taken over whole, and is as closed as before")
    func ledgerIsKept() throws {
        let folder = try TemporaryFolder()
        let older = DatabaseSchema(
            applicationID: LookupSchema.applicationID, productName: "LookupServer",
            migrations: Array(LookupSchema.schema.migrations.prefix(5)))
        var before: LedgerAudit?
        do {
            let connection = try older.open(path: folder.database, options: DatabaseOptions(older: .migrate))
            let desk = OperatorDesk(connection: connection, clock: .system, random: .system)
            let account = try desk.openAccount(name: nil, email: nil, tier: .standard).account.id
            for reference in ["a", "b", "c"] {
                _ = try desk.topUp(account, amount: MicroUSD(micros: 50), reference: reference, keepsTier: true)
            }
            before = try desk.verifyLedger { _, _ in }
        }
        let connection = try LookupSchema.schema.open(path: folder.database, options: DatabaseOptions(older: .migrate))
        let desk = OperatorDesk(connection: connection, clock: .system, random: .system)
        let after = try desk.verifyLedger { _, _ in }
        #expect(after.fault == nil)
        #expect(after.entryCount == 3)
        #expect(after.lastHash == before?.lastHash)
        for sql in [
            "UPDATE ledger_entries SET amount_micros = 1", "DELETE FROM ledger_entries",
            "INSERT INTO ledger_entries SELECT id + 3, at, account_id, key_id, kind, debit, credit, 1, units, balance_micros, reference, hash FROM ledger_entries",
        ] {
            #expect(throws: DatabaseError.self) { try connection.execute(sql) }
        }
    }
}
