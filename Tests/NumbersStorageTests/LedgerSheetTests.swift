import NumbersCore
import Platform
import SQLiteDatabase
import TestSupport
import Testing

@testable import NumbersStorage

/// Many movements on one sheet must come to what the same movements come to one by one.
@Suite struct LedgerSheetTests {
    private enum Step {
        case charge(account: Int, items: [Int64], cover: Int64, cap: Int64?)
        case hold(account: Int, cover: Int64, cap: Int64?)
        /// Of the holds so far, by number; also such as have ended.
        case settle(hold: Int, price: Int64)
        case release(hold: Int)
    }

    private struct Held {
        let hold: Hold
        let charge: Charge
    }

    /// Performs steps on a sheet; the words tell how each ended.
    private static func perform(
        _ steps: ArraySlice<Step>, _ accounts: [OperatorDesk.OpenedAccount], _ holds: inout [Held],
        _ sheet: inout LedgerSheet
    ) throws(DatabaseError) -> [String] {
        var words: [String] = []
        for (index, step) in zip(steps.indices, steps) {
            switch step {
            case .charge(let account, let items, let cover, let cap):
                let charge = Charge.sample(accounts[account], cover: cover, cap: cap, reference: "step \(index)")
                words.append(
                    "\(try sheet.charge(charge, items: items.map { .enriched($0) }, ending: nil).map(\.receipt))")
            case .hold(let account, let cover, let cap):
                let charge = Charge.sample(accounts[account], cover: cover, cap: cap)
                let result = try sheet.hold(charge, id: Int64(index) + 1, startID: 1)
                if case .success(let hold) = result { holds.append(Held(hold: hold, charge: charge)) }
                words.append("\(result)")
            case .settle(let number, let price):
                guard number < holds.count else { continue }
                let held = holds[number]
                let items = [Charge.Item.dip(min(price, held.hold.amount.micros))]
                words.append("\(try sheet.charge(held.charge, items: items, ending: held.hold).map(\.receipt))")
            case .release(let number):
                guard number < holds.count else { continue }
                words.append("\(try sheet.end(holds[number].hold, holds[number].charge.account))")
            }
        }
        return words
    }

    /// All that the movements touch, as text.
    private static func state(_ office: Office) throws -> [String] {
        try office.connection.all(
            """
            SELECT 'a' || id || ' ' || balance_micros || ' ' || held_micros FROM accounts
            UNION ALL SELECT 's' || day || ' ' || spent_micros || ' ' || (SELECT account_id FROM keys WHERE id = key_id)
                FROM key_spending
            UNION ALL SELECT 'h' || id || ' ' || account_id || ' ' || amount_micros FROM holds
            UNION ALL SELECT 'e' || id || ' ' || account_id || ' ' || kind || ' ' || amount_micros || ' ' || balance_micros
                || ' ' || coalesce(reference, '-') FROM ledger_entries
            UNION ALL SELECT 'n' || account_id || ' ' || entry_id || ' ' || balance_micros FROM balance_notices
            ORDER BY 1
            """
        ) { row throws(DatabaseError) in row.text(0) }
    }

    @Test("one sheet for many movements ends as a sheet for each", arguments: 0..<10)
    func alike(round: Int) throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SplitMix64(seed: seed)
        let steps = (0..<120).map { _ -> Step in
            let account = Int.random(in: 0..<3, using: &random)
            let cap: Int64? = Bool.random(using: &random) ? 40_000 : nil
            let cover = Int64.random(in: 0...9_000, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0, 1, 2:
                let items = (0..<Int.random(in: 0...2, using: &random)).map { _ in
                    Int64.random(in: 0...4_000, using: &random)
                }
                return .charge(account: account, items: items, cover: cover, cap: cap)
            case 3: return .hold(account: account, cover: cover, cap: cap)
            case 4:
                return .settle(
                    hold: Int.random(in: 0..<20, using: &random), price: Int64.random(in: 0...9_000, using: &random))
            default: return .release(hold: Int.random(in: 0..<20, using: &random))
            }
        }
        let offices = try (0..<2).map { _ in try Office() }
        var answers: [[String]] = []
        var states: [[String]] = []
        for (office, size) in zip(offices, [1, Int.random(in: 2...120, using: &random)]) {
            // The same account numbers in both, so that the two can be compared.
            let accounts = try (0..<3).map { _ in
                let opened = try office.account(micros: 70_000)
                try office.connection.run(
                    "UPDATE accounts SET low_balance_micros = 30000 WHERE id = ?", .integer(opened.account.id.value))
                return opened
            }
            var holds: [Held] = []
            var words: [String] = []
            for start in stride(from: 0, to: steps.count, by: size) {
                try office.connection.transaction { () throws(DatabaseError) in
                    var sheet = LedgerSheet(office.connection)
                    words += try Self.perform(
                        steps[start..<min(start + size, steps.count)], accounts, &holds, &sheet)
                    try sheet.write()
                }
            }
            let audit = try office.audit()
            #expect(audit.fault == nil, "seed \(seed): \(audit.fault?.finding ?? "")")
            answers.append(words)
            let names = Dictionary(
                uniqueKeysWithValues: accounts.enumerated().map { ("\($1.account.id.value)", "account \($0)") })
            states.append(
                try Self.state(office).map { line in
                    names.reduce(line) { $0.replacing($1.key, with: $1.value) }
                }.sorted())
        }
        #expect(answers[0] == answers[1], "seed \(seed)")
        #expect(states[0] == states[1], "seed \(seed)")
        #expect(!states[0].isEmpty)
    }

    @Test(
        "a sheet never spends the last micro-dollar twice",
        arguments: [(8_000, 2), (7_999, 1), (11_999, 2), (12_000, 3)])
    func lastMicro(balance: Int64, possible: Int) throws {
        let office = try Office()
        let account = try office.account(micros: balance)
        try office.connection.transaction { () throws(DatabaseError) in
            var sheet = LedgerSheet(office.connection)
            for attempt in 0..<5 {
                let left = MicroUSD(micros: balance - Int64(min(attempt + 1, possible)) * 4_000)
                switch try sheet.charge(.sample(account), items: [.dip()], ending: nil) {
                case .success(let posted):
                    #expect(attempt < possible)
                    #expect(posted.receipt.balance == left)
                case .failure(let refusal):
                    #expect(attempt >= possible)
                    #expect(refusal == .insufficientBalance(balance: left))
                }
            }
            try sheet.write()
        }
        #expect(try office.present(account.account.id).balance.micros == balance - Int64(possible) * 4_000)
        #expect(try office.audit().fault == nil)
    }

    @Test func `an account that is not there has nothing to spend`() throws {
        let office = try Office()
        let account = try office.account(micros: 5_000)
        let charge = Charge(
            account: AccountID(value: 404), key: account.keyID, cover: .zero, dailyCap: nil, reference: nil,
            at: UnixTime(seconds: 1))
        var sheet = LedgerSheet(office.connection)
        let charged = try sheet.charge(charge, items: [.dip(0)], ending: nil).map(\.receipt)
        #expect(charged == .failure(.insufficientBalance(balance: .zero)))
        #expect(try sheet.hold(charge, id: 1, startID: 1) == .failure(.insufficientBalance(balance: .zero)))
        #expect(try !sheet.end(Hold(id: 1, amount: .zero), charge.account))
    }
}
