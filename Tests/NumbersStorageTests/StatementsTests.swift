import NumbersCore
import Platform
import SQLiteDatabase
import Testing

@testable import NumbersStorage

@Suite struct StatementsTests {
    @Test(
        "usage is summed by day, key, reference or kind; what was taken back is subtracted, top-ups are no usage",
        arguments: [
            (UsageGroup.day, ["2026-01-01 2 4000", "2026-01-02 4 12000"]),
            (.kind, ["lookup 2 8000", "lookup_enriched 5 10000", "reversal -1 -2000"]),
            (.reference, [" 3 6000", "call 1 2000", "other 2 8000"]),
        ])
    func usage(group: UsageGroup, rows: [String]) throws {
        let office = try Office()
        let account = try office.account(micros: 1_000_000)
        let stranger = try office.account(micros: 1_000_000)
        let day = try #require(UnixTime(rfc3339: "2026-01-02"))
        try office.connection.transaction { () throws(DatabaseError) in
            for (at, reference, items) in [
                (day - .microseconds(1), "call", [Charge.Item.enriched()]),
                (day - .seconds(86_400), "call", [.enriched()]),
                (day, "other", [.dip(8_000, units: 2)]), (day + .seconds(86_399), nil, [.enriched(6_000, units: 3)]),
            ] as [(UnixTime, String?, [Charge.Item])] {
                for owner in [account, stranger] {
                    let charge = Charge.sample(owner, cover: 10_000, reference: reference, at: at)
                    let posted = try? LedgerBook.charge(charge, items: items, ending: nil, on: office.connection).get()
                    if at == day - .microseconds(1), let posted {
                        let late = Charge.sample(owner, cover: 0, reference: reference, at: day)
                        _ = try LedgerBook.reverse(late, posted, on: office.connection)
                    }
                }
            }
        }
        let found = try Statements.usage(
            of: account.account.id, from: day - .seconds(86_400), to: day + .seconds(86_400), by: group,
            on: office.connection)
        #expect(found.map { "\($0.group) \($0.lookups) \($0.billed.micros)" } == rows)
    }

    @Test("usage counts from the first instant up to, but without, the last")
    func range() throws {
        let office = try Office()
        let account = try office.account(micros: 1_000_000)
        try office.connection.transaction { () throws(DatabaseError) in
            for second in [99, 100, 199, 200] as [Int64] {
                _ = try LedgerBook.charge(
                    .sample(account, at: UnixTime(seconds: second)), items: [.enriched()], ending: nil,
                    on: office.connection)
            }
        }
        let found = try Statements.usage(
            of: account.account.id, from: UnixTime(seconds: 100), to: UnixTime(seconds: 200), by: .key,
            on: office.connection)
        #expect(found == [UsageRow(group: account.key.displayPrefix, lookups: 2, billed: MicroUSD(micros: 4_000))])
    }
}
