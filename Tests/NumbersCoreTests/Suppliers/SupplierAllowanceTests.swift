import Platform
import Testing

@testable import NumbersCore

@Suite struct SupplierAllowanceTests {
    private let account = AccountID(random: .system)

    private static func allowance(day: Int64, cap: Int64 = 2_000, freeDips: Int = 2) -> SupplierAllowance {
        var allowance = SupplierAllowance(
            limits: SupplierDips.Limits(freeDipsPerDay: freeDips, spendPerDay: MicroUSD(micros: cap)))
        allowance.turn(to: day)
        return allowance
    }

    @Test(
        "a clock that goes back over one midnight gives nothing out again, and one that was far ahead is not believed",
        arguments: [
            (100, 100, 100), (100, 101, 101), (100, 500, 500), (100, 99, 100), (100, 98, 98), (100, 0, 0), (1, 0, 1),
            (500, 100, 100),
        ] as [(Int64, Int64, Int64)])
    func days(first: Int64, second: Int64, counted: Int64) throws {
        var allowance = Self.allowance(day: first)
        allowance.turn(to: second)
        #expect(allowance.day == counted)
    }

    @Test("what was spent while the clock was ahead belongs to the day it is now, and the next day begins anew")
    func ahead() throws {
        let one = try Supplier.sample("one", micros: 1_000)
        var allowance = Self.allowance(day: 500)
        allowance.book(one)
        _ = allowance.takeSpending()
        allowance.book(one)
        allowance.count(2, of: account)
        allowance.turn(to: 100)
        #expect(allowance.spentToday == 2_000 && !allowance.fits(one) && !allowance.lets(.free(account)))
        let spending = allowance.takeSpending()
        #expect(spending.misfiled == [SupplierSpending.Misfiled(from: 500, to: 100)])
        #expect(spending.tallies.map(\.day) == [100] && spending.tallies.map(\.tally.spent) == [1_000])
        #expect(spending.freeDips.map(\.day) == [100] && spending.freeDips.map(\.dips) == [2])
        #expect(allowance.takeSpending().isEmpty)
        allowance.turn(to: 101)
        #expect(allowance.fits(one) && allowance.lets(.free(account)) && allowance.spentToday == 0)
        #expect(allowance.takeSpending().misfiled.isEmpty)
    }

    @Test("what could not be written is written later, a correction before all else")
    func givenBack() throws {
        var allowance = Self.allowance(day: 500)
        allowance.book(try .sample("one", micros: 1_000))
        allowance.turn(to: 100)
        let spending = allowance.takeSpending()
        allowance.giveBack(spending)
        let again = allowance.takeSpending()
        #expect(again.misfiled == spending.misfiled && again.tallies.map(\.tally) == spending.tallies.map(\.tally))
    }

    @Test("a first day of 1970 is a day like any other")
    func first() {
        var allowance = Self.allowance(day: 0)
        #expect(allowance.unresumedDay == nil)
        allowance.turn(to: 20_000)
        #expect(allowance.unresumedDay == 20_000)
    }

    @Test("each new day is read from the database once, the first one by whoever starts the server")
    func resumed() throws {
        var allowance = Self.allowance(day: 100)
        #expect(allowance.unresumedDay == nil)
        allowance.turn(to: 101)
        #expect(allowance.unresumedDay == 101)
        allowance.resume(day: 100, spent: 2_000, freeDips: [:])
        #expect(allowance.unresumedDay == 101 && allowance.spentToday == 0)
        allowance.book(try .sample("one", micros: 500))
        allowance.resume(day: 101, spent: 1_000, freeDips: [account: 1])
        #expect(allowance.unresumedDay == nil && allowance.spentToday == 1_500)
        #expect(allowance.lets(.free(account)))
        allowance.count(1, of: account)
        #expect(!allowance.lets(.free(account)))
    }
}
