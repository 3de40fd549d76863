import CSQLite
import NumbersCore
import Platform
import Testing

@testable import NumbersStorage
@testable import SQLiteDatabase

/// Nobody can be asked.
struct NoTransport: SupplierTransport {
    func send(
        _ request: SupplierRequest, deadline: MonotonicTime
    ) async -> Result<(status: Int, body: [UInt8]), SupplierSendFailure> { .failure(.failed) }
}

@Suite struct SupplierTableTests {
    private let office: Office
    private let vault = SecretVault(key: SecretKey(bytes: Array(0..<32)), random: .system)
    private let keyless = SecretVault(key: nil, random: .system)

    init() throws { office = try Office() }

    private static func supplier(_ name: String, position: Int = 100, isEnabled: Bool = true) throws -> Supplier {
        Supplier(
            name: try #require(SupplierName(name)),
            url: try SupplierTemplate(url: "https://a.example/{e164}?k={secret:K}"),
            headers: [Supplier.Header(name: "X-A", value: try SupplierTemplate(header: "Basic {basic:U:K}"))],
            form: try #require(.json(path: "a.b")), noNameWords: ["none, really", "\"x\""],
            price: MicroUSD(micros: 4_000), timeoutMilliseconds: 900, concurrentMax: 7,
            countries: [try #require(Region("US")), try #require(Region("CA"))], isEnabled: isEnabled,
            position: position)
    }

    private static let secrets = SupplierSecrets(["K": Secret("hunter2"), "U": Secret("user"), "Z": Secret("unused")])

    @Test("a supplier comes back as it was stored, with the secrets that it asks for")
    func roundTrip() throws {
        let supplier = try Self.supplier("one")
        guard case .success = try office.desk.addSupplier(supplier, secrets: Self.secrets, vault: vault) else {
            return #expect(Bool(false))
        }
        let stored = try #require(try office.desk.suppliers(vault: vault).first)
        #expect(stored.supplier == supplier && stored.secretNames == ["K", "U"])
        #expect(try stored.secrets.get()["K"]?.revealText() == "hunter2")
        let plain = SupplierName("plain").map {
            Supplier(
                name: $0, url: supplier.url, headers: [], form: .plain, noNameWords: [], price: .zero,
                timeoutMilliseconds: 20, concurrentMax: 1, countries: [], isEnabled: false, position: 0)
        }
        _ = try office.desk.addSupplier(try #require(plain), secrets: Self.secrets, vault: vault)
        #expect(try office.desk.suppliers(vault: vault).map(\.supplier) == [plain, supplier])
    }

    @Test("no secret is readable in the file, and none opens with another key")
    func sealed() throws {
        _ = try office.desk.addSupplier(try Self.supplier("one"), secrets: Self.secrets, vault: vault)
        let bytes = try office.connection.all("SELECT sealed FROM supplier_secrets") { row throws(DatabaseError) in
            row.blob(0)
        }
        #expect(bytes.count == 2 && bytes.allSatisfy { !String(decoding: $0, as: UTF8.self).contains("hunter2") })
        let other = SecretVault(key: SecretKey(bytes: Array(1..<33)), random: .system)
        for (vault, fault) in [(other, SecretFault.otherKey), (keyless, .noKey)] {
            let stored = try #require(try office.desk.suppliers(vault: vault).first)
            #expect(throws: fault) { try stored.secrets.get() }
            #expect(stored.secretNames == ["K", "U"])
        }
    }

    @Test("secrets are sealed with another key, all or none")
    func rotated() throws {
        let other = SecretVault(key: SecretKey(bytes: Array(1..<33)), random: .system)
        for name in ["one", "two"] {
            _ = try office.desk.addSupplier(try Self.supplier(name), secrets: Self.secrets, vault: vault)
        }
        #expect(try office.desk.sealedCount() == 4)
        guard case .failure(let fault) = try office.desk.rotateSecrets(from: other, to: vault, progress: { _ in })
        else { return #expect(Bool(false), "opened with another key") }
        #expect(fault == SupplierTable.UnopenedSecret(owner: "supplier one", name: "K", fault: .otherKey))
        // The last of them is damaged: what was opened before it stays as it is, too.
        let sealed = try office.connection.all("SELECT sealed FROM supplier_secrets ORDER BY supplier, name") {
            row throws(DatabaseError) in row.blob(0)
        }
        try office.connection.run(
            "UPDATE supplier_secrets SET sealed = x'01' WHERE supplier = 'two' AND name = 'U'")
        guard case .failure = try office.desk.rotateSecrets(from: vault, to: other, progress: { _ in }) else {
            return #expect(Bool(false), "opened what is damaged")
        }
        #expect(throws: Never.self) { try office.desk.suppliers(vault: vault)[0].secrets.get() }
        try office.connection.run(
            "UPDATE supplier_secrets SET sealed = ? WHERE supplier = 'two' AND name = 'U'", .blob(sealed[3]))
        var steps: [Int64] = []
        guard case .success(4) = try office.desk.rotateSecrets(from: vault, to: other, progress: { steps.append($0) })
        else { return #expect(Bool(false), "not rotated") }
        #expect(steps == [1, 2, 3, 4])
        for stored in try office.desk.suppliers(vault: other) {
            #expect(try stored.secrets.get()["K"]?.revealText() == "hunter2")
        }
        #expect(throws: SecretFault.otherKey) { try office.desk.suppliers(vault: vault)[0].secrets.get() }
        guard case .failure = try office.desk.rotateSecrets(from: other, to: keyless, progress: { _ in }) else {
            return #expect(Bool(false), "sealed without a key")
        }
        #expect(throws: Never.self) { try office.desk.suppliers(vault: other)[0].secrets.get() }
    }

    @Test("a sealed secret that was moved to another supplier does not open")
    func moved() throws {
        for name in ["one", "two"] {
            _ = try office.desk.addSupplier(try Self.supplier(name), secrets: Self.secrets, vault: vault)
        }
        try office.connection.run(
            """
            UPDATE supplier_secrets SET sealed =
                (SELECT sealed FROM supplier_secrets WHERE supplier = 'one' AND name = 'K')
            WHERE supplier = 'two' AND name = 'K'
            """)
        let stored = try office.desk.suppliers(vault: vault)
        #expect(stored.map(\.secretNames.count) == [2, 2])
        #expect(throws: SecretFault.damaged) { try stored[1].secrets.get() }
        #expect(throws: Never.self) { try stored[0].secrets.get() }
    }

    @Test("what cannot be added is told, and leaves nothing behind")
    func refused() throws {
        let one = try Self.supplier("one")
        func refusal(_ supplier: Supplier, _ secrets: SupplierSecrets, _ vault: SecretVault) throws
            -> SupplierTable.Refusal?
        {
            guard case .failure(let refusal) = try office.desk.addSupplier(supplier, secrets: secrets, vault: vault)
            else { return nil }
            return refusal
        }
        #expect(try refusal(one, .none, vault) == .missingSecrets(["K", "U"]))
        #expect(try refusal(one, Self.secrets, keyless) == .noKey)
        #expect(try office.desk.suppliers(vault: vault).isEmpty)
        #expect(try refusal(one, Self.secrets, vault) == nil)
        #expect(try refusal(one, Self.secrets, vault) == .exists)
        for index in 1..<Supplier.countMax {
            #expect(try refusal(try Self.supplier("s\(index)"), Self.secrets, vault) == nil)
        }
        #expect(try refusal(try Self.supplier("more"), Self.secrets, vault) == .tooMany)
    }

    @Test("a supplier is switched off, on and removed with its secrets; each is told to the server")
    func changes() throws {
        let name = try #require(SupplierName("one"))
        _ = try office.desk.addSupplier(try Self.supplier("one"), secrets: Self.secrets, vault: vault)
        #expect(try office.desk.enableSupplier(name, false))
        #expect(try office.desk.suppliers(vault: vault).map(\.supplier.isEnabled) == [false])
        #expect(try office.desk.removeSupplier(name))
        #expect(try !office.desk.removeSupplier(name) && !office.desk.enableSupplier(name, true))
        let left = try office.connection.first("SELECT count(*) FROM supplier_secrets") { row throws(DatabaseError) in
            row.integer(0)
        }
        #expect(left == 0)
        let changes = try ChangeFeed.changes(after: 0, on: office.connection).subjects
        #expect(changes == [.suppliers, .suppliers, .suppliers])
    }

    @Test(
        "a row that cannot be read is named with what is wrong in it, and the others stay",
        arguments: [
            ("UPDATE suppliers SET url = 'ftp://x/' WHERE name = 'odd'", "url: "),
            ("UPDATE suppliers SET headers = 'x' WHERE name = 'odd'", "headers: "),
            ("UPDATE suppliers SET headers = '[\"A\"]' WHERE name = 'odd'", "headers: "),
            ("UPDATE suppliers SET headers = '[\"Host\", \"a\"]' WHERE name = 'odd'", "headers: "),
            ("UPDATE suppliers SET name_path = 'a..b' WHERE name = 'odd'", "name_path: "),
            ("UPDATE suppliers SET no_name_words = '[1]' WHERE name = 'odd'", "no_name_words: "),
            ("UPDATE suppliers SET timeout_ms = 19 WHERE name = 'odd'", "timeout_ms "),
            ("UPDATE suppliers SET concurrent_max = 1001 WHERE name = 'odd'", "timeout_ms or concurrent_max"),
            ("UPDATE suppliers SET countries = 'US,X1' WHERE name = 'odd'", "countries: "),
            ("UPDATE suppliers SET name = 'ODD' WHERE name = 'odd'", "name: "),
        ] as [(StaticString, String)])
    func unusable(change: StaticString, reason: String) throws {
        let good = try Self.supplier("good")
        let odd = Supplier(
            name: try #require(SupplierName("odd")), url: try SupplierTemplate(url: "https://a.example/{e164}"),
            headers: [], form: .plain, noNameWords: [], price: .zero, timeoutMilliseconds: 20, concurrentMax: 1,
            countries: [], isEnabled: true, position: 0)
        for one in [good, odd] { _ = try office.desk.addSupplier(one, secrets: Self.secrets, vault: vault) }
        #expect(try office.desk.unusableSuppliers().isEmpty)
        try office.connection.run(change)
        #expect(try office.desk.suppliers(vault: vault).map(\.supplier) == [good])
        let unusable = try office.desk.unusableSuppliers()
        #expect(unusable.map { $0.name.lowercased() } == ["odd"])
        #expect(unusable[0].reason.contains(reason), "\(unusable)")
    }

    @Test("what is given of a supplier is changed, the rest and the other secrets stay")
    func changed() throws {
        let name = try #require(SupplierName("one"))
        _ = try office.desk.addSupplier(try Self.supplier("one"), secrets: Self.secrets, vault: vault)
        var change = SupplierChange()
        #expect(change.isEmpty)
        change.secrets = SupplierSecrets(["K": Secret("hunter3"), "Z": Secret("unused")])
        let renewed = try office.desk.changeSupplier(name, change, vault: vault).get()
        #expect(renewed.supplier == (try Self.supplier("one")))
        let secrets = try renewed.secrets.get()
        #expect(secrets["K"]?.revealText() == "hunter3" && secrets["U"]?.revealText() == "user")
        #expect(secrets.names == ["K", "U"])
        change = SupplierChange()
        change.price = MicroUSD(micros: 1)
        change.timeoutMilliseconds = 21
        change.concurrentMax = 8
        change.countries = []
        change.position = 3
        let moved = try office.desk.changeSupplier(name, change, vault: keyless).get().supplier
        #expect(moved.price.micros == 1 && moved.timeoutMilliseconds == 21 && moved.concurrentMax == 8)
        #expect(moved.countries.isEmpty && moved.position == 3 && moved.url == renewed.supplier.url)
        let changes = try ChangeFeed.changes(after: 0, on: office.connection).subjects
        #expect(changes == [.suppliers, .suppliers, .suppliers])
    }

    @Test("a change that would leave secrets under two keys, or none that is used, changes nothing")
    func unchanged() throws {
        let name = try #require(SupplierName("one"))
        _ = try office.desk.addSupplier(try Self.supplier("one"), secrets: Self.secrets, vault: vault)
        let other = SecretVault(key: SecretKey(bytes: Array(1..<33)), random: .system)
        func refusal(_ name: SupplierName, _ secrets: [String: String], _ vault: SecretVault) throws
            -> SupplierTable.ChangeRefusal?
        {
            var change = SupplierChange()
            change.secrets = SupplierSecrets(secrets.mapValues { Secret($0) })
            change.position = 9
            guard case .failure(let refusal) = try office.desk.changeSupplier(name, change, vault: vault) else {
                return nil
            }
            return refusal
        }
        #expect(try refusal(try #require(SupplierName("two")), ["K": "x"], vault) == .notFound)
        #expect(try refusal(name, ["Z": "x"], vault) == .otherSecrets(["K", "U"]))
        #expect(try refusal(name, ["K": "x"], keyless) == .noKey)
        #expect(try refusal(name, ["K": "x"], other) == .unopened(name: "U", .otherKey))
        let stored = try #require(try office.desk.suppliers(vault: vault).first)
        #expect(stored.supplier.position == 100)
        #expect(try stored.secrets.get()["K"]?.revealText() == "hunter2")
        // Both at once: nothing stays under the old key.
        #expect(try refusal(name, ["K": "x", "U": "y"], other) == nil)
        #expect(try office.desk.suppliers(vault: other).first?.secrets.get()["U"]?.revealText() == "y")
        try office.connection.run("UPDATE suppliers SET headers = 'x'")
        guard case .unusable = try refusal(name, ["K": "x", "U": "y"], other) else { return #expect(Bool(false)) }
    }

    @Test("costs are added up by day and supplier, and free accounts' dips are the day's number")
    func costs() throws {
        let account = try office.account().account.id
        var spending = SupplierSpending()
        var tally = SupplierTally()
        tally.requests = 2
        tally.hits = 1
        tally.errors = 1
        tally.spent = 8_000
        spending.tallies = [(100, try #require(SupplierName("one")), tally)]
        spending.freeDips = [(100, account, 3), (100, AccountID(value: 5), 1)]
        for _ in 0..<2 { try SupplierTable.note(spending, on: office.connection) }
        let spent = try SupplierTable.spent(on: 100, connection: office.connection)
        #expect(spent.micros == 16_000 && spent.freeDips == [account: 3])
        #expect(try SupplierTable.totals(since: 100, on: office.connection)["one"] == tally + tally)
        #expect(try SupplierTable.totals(since: 101, on: office.connection).isEmpty)
        #expect(try SupplierTable.spent(on: 101, connection: office.connection).micros == 0)
    }

    @Test("what was filed under a day that had not come is added to the day it was")
    func misfiled() throws {
        let account = try office.account().account.id
        let (one, two) = (try #require(SupplierName("one")), try #require(SupplierName("two")))
        var tally = SupplierTally()
        tally.requests = 1
        tally.spent = 1_000
        var spending = SupplierSpending()
        spending.tallies = [(100, one, tally), (500, one, tally), (500, two, tally)]
        spending.freeDips = [(100, account, 1), (500, account, 3)]
        try SupplierTable.note(spending, on: office.connection)
        spending = SupplierSpending()
        spending.misfiled = [SupplierSpending.Misfiled(from: 500, to: 100)]
        spending.tallies = [(100, two, tally)]
        spending.freeDips = [(100, account, 4)]
        try SupplierTable.note(spending, on: office.connection)
        let totals = try SupplierTable.totals(since: 0, on: office.connection)
        #expect(totals == ["one": tally + tally, "two": tally + tally])
        #expect(try SupplierTable.spent(on: 500, connection: office.connection).micros == 0)
        let spent = try SupplierTable.spent(on: 100, connection: office.connection)
        #expect(spent.micros == 4_000 && spent.freeDips == [account: 4])
        #expect(try SupplierTable.spent(on: 500, connection: office.connection).freeDips.isEmpty)
    }
}

@Suite struct CacheTableTests {
    private let office: Office
    private let number: E164

    init() throws {
        office = try Office()
        number = try #require(E164("+14155552671"))
    }

    private func cached(_ name: String?, at seconds: Int64) -> CachedName {
        CachedName(
            name: name.flatMap { CallerName($0) }, raw: name, supplier: name == nil ? nil : SupplierName("one"),
            obtainedAt: UnixTime(seconds: seconds))
    }

    @Test("the newest answer is kept, a name or none, and comes with the number's record")
    func newest() throws {
        for (name, seconds, expected) in [("A", 10, "A"), ("B", 9, "A"), ("C", 10, "C"), (nil, 11, nil)]
            as [(String?, Int64, String?)]
        {
            try CacheTable.keep(cached(name, at: seconds), for: number, on: office.connection)
            #expect(try CacheTable.find(number, on: office.connection)?.name?.text == expected)
        }
        #expect(try NameTables.record(of: number, on: office.connection).cached == cached(nil, at: 11))
        try office.desk.suppress(number)
        #expect(try NameTables.record(of: number, on: office.connection).cached == nil)
    }

    @Test("what suppliers said is found, counted and forgotten by the administrator")
    func administered() throws {
        try CacheTable.keep(cached("Harbor Light", at: 86_400), for: number, on: office.connection)
        let found = try office.desk.searchNames("light", limit: 10)
        #expect(found.map(\.name) == ["Harbor Light"] && found.map(\.source) == [.cache])
        #expect(found.map(\.asOf) == ["1970-01-02"])
        #expect(try office.desk.nameCounts().cached == 1)
        #expect(try office.desk.listing(of: number).cached?.name?.text == "Harbor Light")
        #expect(try office.desk.expire(number))
        #expect(try !office.desk.expire(number))
        #expect(try ChangeFeed.changes(after: 0, on: office.connection).subjects == [.number(number)])
    }

    @Test("names are dropped when not even an error brings them back, no names with their day and a quarter")
    func swept() throws {
        let now = UnixTime(seconds: 20_000_000)
        let ages: [(String?, Int64, Bool)] = [
            ("A", 10_368_000, true), ("B", 10_367_999, false), (nil, 108_000, true), (nil, 107_999, false),
        ]
        for (index, (name, age, _)) in ages.enumerated() {
            let number = try #require(E164(UInt64(14_155_550_000 + index)))
            try CacheTable.keep(cached(name, at: now.seconds - age), for: number, on: office.connection)
        }
        // One of each kind.
        #expect(try CacheTable.sweep(now: now, on: office.connection) == 1)
        for (index, (_, _, isDropped)) in ages.enumerated() {
            let number = try #require(E164(UInt64(14_155_550_000 + index)))
            #expect((try CacheTable.find(number, on: office.connection) == nil) == isDropped)
        }
    }

    @Test("dropping what is too old looks at nothing else, however many names are kept")
    func sweepPlan() throws {
        let statements = CacheTable.sweepStatements
        for (statement, index) in [
            (statements.unnamed, "cached_names_unnamed_by_age"), (statements.all, "cached_names_by_age"),
        ] {
            let plan = try Self.plan(of: statement, on: office.connection)
            #expect(plan.contains { $0.contains("INDEX \(index) (obtained_at<") }, "\(plan)")
            #expect(!plan.contains { $0.hasPrefix("SCAN cached_names") }, "\(plan)")
        }
    }

    /// How SQLite would go about a statement.
    private static func plan(of sql: StaticString, on connection: Connection) throws -> [String] {
        var statement: OpaquePointer?
        defer { sqlite3_finalize(statement) }
        try #require(
            sqlite3_prepare_v2(connection.handle, "EXPLAIN QUERY PLAN \(sql)", -1, &statement, nil) == SQLITE_OK)
        var lines: [String] = []
        while sqlite3_step(statement) == SQLITE_ROW {
            lines.append(sqlite3_column_text(statement, 3).map { String(cString: $0) } ?? "")
        }
        return lines
    }
}
