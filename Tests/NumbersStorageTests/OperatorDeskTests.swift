import NumbersCore
import NumbersStorage
import Platform
import SQLiteDatabase
import Testing

@Suite struct OperatorDeskTests {
    private static func number(_ text: String = "+14155552671") throws -> E164 { try #require(E164(text)) }
    private static func name(_ text: String) throws -> CallerName { try #require(CallerName(text)) }

    // MARK: Accounts

    @Test("an account opens with a key for everything and one for PBX URLs", arguments: Tier.allCases)
    func opens(tier: Tier) throws {
        let office = try Office()
        let opened = try office.desk.openAccount(name: "A", email: "a@b.example", tier: tier)
        let account = try office.present(opened.account.id)
        #expect(account == opened.account)
        #expect(account.tier == tier && account.balance == .zero && !account.isSuspended && account.ownLimit == nil)
        #expect(account.prices == .standard)
        let keys = try office.desk.keys(of: account.id)
        #expect(Set(keys.map(\.useCases)) == [.all, .cidOnly])
        #expect(opened.key.reveal() != opened.cidKey.reveal())
        #expect(Set(keys.map(\.displayPrefix)) == [opened.key.displayPrefix, opened.cidKey.displayPrefix])
    }

    @Test("each setting changes the account and nothing else; of an account that does not exist nothing changes")
    func settings() throws {
        let office = try Office()
        let id = try office.account().account.id
        let other = try office.account().account.id
        let before = try office.present(other)
        #expect(try office.desk.set(.tier(.enterprise), of: id)?.tier == .enterprise)
        #expect(try office.desk.set(.limit(7), of: id)?.requestsPerMinute == 7)
        #expect(try office.desk.set(.limit(nil), of: id)?.requestsPerMinute == 600)
        let prices = PriceList(dip: MicroUSD(micros: 0), enriched: MicroUSD(micros: 1))
        #expect(try office.desk.set(.prices(prices), of: id)?.prices == prices)
        #expect(try office.desk.set(.prices(nil), of: id)?.prices == .standard)
        #expect(try office.desk.set(.suspended(true), of: id)?.isSuspended == true)
        #expect(try office.desk.set(.suspended(true), of: id)?.isSuspended == true)
        #expect(try office.desk.set(.suspended(false), of: id)?.isSuspended == false)
        #expect(try office.present(other) == before)
        for setting in [AccountTable.Setting.tier(.free), .limit(1), .prices(nil), .suspended(true)] {
            #expect(try office.desk.set(setting, of: AccountID(value: 1)) == nil)
        }
        #expect(
            try office.desk.accounts().map(\.id).sorted { $0.value < $1.value }
                == [id, other].sorted { $0.value < $1.value })
    }

    @Test(
        "the first top-up makes a free account standard, unless its tier is to stay; others stay as they are",
        arguments: [
            (Tier.free, false, Tier.standard, true), (.free, true, .free, false), (.standard, false, .standard, false),
            (.enterprise, false, .enterprise, false),
        ])
    func firstTopUp(tier: Tier, keepsTier: Bool, after: Tier, becameStandard: Bool) throws {
        let office = try Office()
        let account = try office.account(tier: tier).account.id
        let topUp = try office.desk.topUp(account, amount: MicroUSD(micros: 5), reference: "r", keepsTier: keepsTier)
        #expect(topUp.becameStandard == becameStandard)
        #expect(try office.present(account).tier == after)
        // A repeat that does nothing does not promote either.
        _ = try office.desk.set(.tier(.free), of: account)
        let again = try office.desk.topUp(account, amount: MicroUSD(micros: 5), reference: "r", keepsTier: false)
        #expect(!again.becameStandard)
        #expect(try office.present(account).tier == .free)
    }

    @Test("the ledger comes in pages, newest first, each entry once", arguments: [1, 2, 3, 7, 8, 100])
    func pages(limit: Int) throws {
        let office = try Office()
        let account = try office.account().account.id
        let other = try office.account().account.id
        for index in 1...7 {
            _ = try office.desk.topUp(account, amount: MicroUSD(micros: Int64(index)), reference: nil, keepsTier: true)
            _ = try office.desk.topUp(other, amount: MicroUSD(micros: 100), reference: nil, keepsTier: true)
        }
        var amounts: [Int64] = []
        var cursor: Int64?
        repeat {
            let page = try office.desk.ledger(of: account, before: cursor, limit: limit)
            #expect(page.lines.count <= limit)
            amounts += page.lines.map(\.entry.amount.micros)
            cursor = page.nextCursor
        } while cursor != nil
        #expect(amounts == [7, 6, 5, 4, 3, 2, 1])
    }

    // MARK: Names

    @Test("suppression beats override beats directory")
    func precedence() throws {
        let office = try Office()
        let number = try Self.number()
        func found() throws -> NumberRecord { try NameTables.record(of: number, on: office.connection) }
        #expect(try found() == .none)
        try office.desk.importNames([
            DirectoryName(number: number, name: try Self.name("Directory"), asOf: "2020-01-01")
        ])
        #expect(try found().name == KnownName(name: try Self.name("Directory"), source: .directory, asOf: "2020-01-01"))
        try office.desk.pin(number, try Self.name("Pinned"))
        #expect(try found().name == KnownName(name: try Self.name("Pinned"), source: .override, asOf: "2026-01-02"))
        try office.desk.pin(number, try Self.name("Pinned again"))
        #expect(try found().name?.name.text == "Pinned again")
        try office.desk.suppress(number)
        try office.desk.suppress(number)
        #expect(try found() == NumberRecord(isSuppressed: true, name: nil))
        let listing = try office.desk.listing(of: number)
        #expect(listing.suppressedAt == office.time.now)
        #expect(listing.override?.name == "Pinned again" && listing.directory?.name == "Directory")
        #expect(try office.desk.unsuppress(number))
        #expect(try !office.desk.unsuppress(number))
        #expect(try found().name?.source == .override)
        #expect(try office.desk.unpin(number))
        #expect(try !office.desk.unpin(number))
        #expect(try found().name?.source == .directory)
        #expect(try NameTables.record(of: try Self.number("+14155552672"), on: office.connection) == .none)
    }

    @Test("of an import the last row of a number wins, in one block and over two")
    func imports() throws {
        let office = try Office()
        let number = try Self.number("+999999999999999")
        let rows = try ["One", "Two"].map { DirectoryName(number: number, name: try Self.name($0), asOf: "2020-01-01") }
        try office.desk.importNames(rows)
        #expect(try office.desk.listing(of: number).directory?.name == "Two")
        try office.desk.importNames([rows[0]])
        #expect(try office.desk.listing(of: number).directory?.name == "One")
        let counts = try office.desk.nameCounts()
        #expect((counts.suppressed, counts.overrides, counts.directory) == (0, 0, 1))
    }

    @Test(
        "a search finds a text inside a name, its own signs taken as they are",
        arguments: [
            ("acme", ["ACME 100%", "ACME_Ltd"]), ("100%", ["ACME 100%"]), ("%", ["ACME 100%"]), ("_", ["ACME_Ltd"]),
            ("\\", ["Back\\slash"]), ("a_m", []), ("", ["ACME 100%", "ACME_Ltd", "Back\\slash"]), ("zzz", []),
            ("'", []),
        ])
    func search(text: String, names: [String]) throws {
        let office = try Office()
        try office.desk.pin(try Self.number("+14155552671"), try Self.name("ACME 100%"))
        let rows = [
            DirectoryName(number: try Self.number("+14155552672"), name: try Self.name("ACME_Ltd"), asOf: "2020-01-01"),
            DirectoryName(
                number: try Self.number("+14155552673"), name: try Self.name("Back\\slash"), asOf: "2020-01-01"),
        ]
        try office.desk.importNames(rows)
        #expect(try office.desk.searchNames(text, limit: 10).map(\.name) == names)
        #expect(try office.desk.searchNames(text, limit: 1).count == min(1, names.count))
    }
}
