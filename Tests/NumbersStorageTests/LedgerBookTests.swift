import NumbersCore
import Platform
import SQLiteDatabase
import TestSupport
import Testing

@testable import NumbersStorage

/// What the ledger must say, in plain arithmetic.
private struct LedgerModel {
    struct Purse {
        var balance: Int64 = 0
        var held: Int64 = 0
        var topUps: [String: Int64] = [:]
        var spent: Int64 = 0
    }

    var purses: [AccountID: Purse] = [:]
    var entries = 0

    mutating func move(_ id: AccountID, _ micros: Int64) -> Bool {
        guard var purse = purses[id], purse.balance + micros >= purse.held else { return false }
        purse.balance += micros
        purses[id] = purse
        entries += 1
        return true
    }

    mutating func charge(_ id: AccountID, items: [Int64], cover: Int64, cap: Int64?, ending held: Int64?) -> Bool {
        guard var purse = purses[id] else { return false }
        let total = items.reduce(0, +)
        if let cap, purse.spent + (held == nil ? cover : total) > cap { return false }
        guard purse.balance - purse.held + (held ?? 0) >= (held == nil ? max(cover, total) : total) else {
            return false
        }
        purse.held -= held ?? 0
        purse.balance -= total
        if cap != nil { purse.spent += total }
        purses[id] = purse
        entries += items.count { $0 > 0 }
        return true
    }
}

@Suite struct LedgerBookTests {
    // MARK: Random commands

    @Test(
        "any sequence of movements leaves balances, holds and entries in agreement, never below zero", arguments: 0..<12
    )
    func model(round: Int) throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SplitMix64(seed: seed)
        let office = try Office()
        let accounts = try (0..<3).map { _ in try office.account() }
        var model = LedgerModel()
        for account in accounts { model.purses[account.account.id] = LedgerModel.Purse() }
        var holds: [(hold: Hold, charge: Charge, account: OperatorDesk.OpenedAccount)] = []
        var charged: [(charge: Charge, posted: LedgerBook.Posted)] = []
        for step in 0..<150 {
            let account = accounts[Int.random(in: 0..<3, using: &random)]
            let id = account.account.id
            let cap: Int64? = Bool.random(using: &random) ? 60_000 : nil
            let cover = Int64.random(in: 0...8_000, using: &random)
            let comment = "seed \(seed), step \(step)"
            try office.connection.transaction { () throws(DatabaseError) in
                switch Int.random(in: 0..<8, using: &random) {
                case 0:
                    let amount = Int64.random(in: 1...2, using: &random) * 9_000
                    let reference: String? = ["a", "b", "c", nil, nil].randomElement(using: &random) ?? nil
                    let before = reference.flatMap { model.purses[id]?.topUps[$0] }
                    let outcome = try LedgerBook.topUp(
                        id, amount: MicroUSD(micros: amount), reference: reference, at: office.time.now,
                        on: office.connection)
                    switch outcome {
                    case .posted:
                        let isPossible = model.move(id, amount)
                        #expect(before == nil && isPossible, "\(comment)")
                        if let reference { model.purses[id]?.topUps[reference] = amount }
                    case .alreadyPosted: #expect(before == amount, "\(comment)")
                    case .referenceTaken: #expect(before != nil && before != amount, "\(comment)")
                    case .insufficientBalance, .outOfRange, .noSuchAccount: Issue.record("\(comment)")
                    }
                case 1:
                    let amount = Int64.random(in: 1...6_000, using: &random) * (Bool.random(using: &random) ? 1 : -1)
                    let isPossible = model.move(id, amount)
                    let outcome = try LedgerBook.adjust(
                        id, by: MicroUSD(micros: amount), reference: nil, at: office.time.now, on: office.connection)
                    if case .posted = outcome {
                        #expect(isPossible, "\(comment)")
                    } else {
                        #expect(!isPossible, "\(comment)")
                    }
                case 2, 3, 4:
                    let items = (0..<Int.random(in: 0...2, using: &random)).map { _ in
                        Int64.random(in: 0...5_000, using: &random)
                    }
                    let charge = Charge.sample(account, cover: cover, cap: cap, reference: "step \(step)")
                    let isPossible = model.charge(id, items: items, cover: cover, cap: cap, ending: nil)
                    let result = try LedgerBook.charge(
                        charge, items: items.map { .enriched($0) }, ending: nil, on: office.connection)
                    if case .success(let posted) = result {
                        #expect(isPossible, "\(comment)")
                        charged.append((charge, posted))
                    } else {
                        #expect(!isPossible, "\(comment)")
                    }
                case 5:
                    let charge = Charge.sample(account, cover: cover, cap: cap)
                    let purse = model.purses[id] ?? LedgerModel.Purse()
                    let isPossible =
                        purse.balance - purse.held >= cover && (cap.map { purse.spent + cover <= $0 } ?? true)
                    let result = try LedgerBook.hold(charge, id: Int64(step) + 1, startID: 1, on: office.connection)
                    if case .success(let hold) = result {
                        #expect(isPossible, "\(comment)")
                        model.purses[id]?.held += cover
                        holds.append((hold, charge, account))
                    } else {
                        #expect(!isPossible, "\(comment)")
                    }
                case 6:
                    guard !holds.isEmpty else { return }
                    let (hold, charge, owner) = holds.remove(at: Int.random(in: 0..<holds.count, using: &random))
                    let ownerID = owner.account.id
                    let price = Int64.random(in: 0...hold.amount.micros, using: &random)
                    let settles = Bool.random(using: &random)
                    if settles {
                        let isPossible = model.charge(
                            ownerID, items: [price], cover: 0, cap: charge.dailyCap?.micros, ending: hold.amount.micros)
                        let result = try LedgerBook.charge(
                            charge, items: [.enriched(price)], ending: hold, on: office.connection)
                        if case .success = result {
                            #expect(isPossible, "\(comment)")
                            return
                        }
                        #expect(!isPossible, "\(comment)")
                    }
                    #expect(try LedgerBook.end(hold, ownerID, on: office.connection), "\(comment)")
                    #expect(try !LedgerBook.end(hold, ownerID, on: office.connection), "\(comment)")
                    model.purses[ownerID]?.held -= hold.amount.micros
                default:
                    guard !charged.isEmpty else { return }
                    let (charge, posted) = charged.remove(at: Int.random(in: 0..<charged.count, using: &random))
                    let isReversed = try LedgerBook.reverse(charge, posted, on: office.connection)
                    #expect(isReversed == (posted.entry != nil), "\(comment)")
                    if isReversed {
                        let isPossible = model.move(charge.account, posted.receipt.billed.micros)
                        #expect(isPossible, "\(comment)")
                        if charge.dailyCap != nil {
                            model.purses[charge.account]?.spent -= posted.receipt.billed.micros
                        }
                    }
                }
            }
            for (id, purse) in model.purses {
                let present = try office.present(id)
                #expect(present.balance.micros == purse.balance, "\(comment)")
                #expect(present.held.micros == purse.held, "\(comment)")
                #expect(purse.held >= 0 && purse.balance >= purse.held, "\(comment)")
            }
            if step % 10 == 9 {
                let audit = try office.audit()
                #expect(audit.fault == nil, "\(comment): \(audit.fault?.finding ?? "")")
                #expect(audit.entryCount == Int64(model.entries), "\(comment)")
            }
        }
        // All books together sum to zero: each entry takes from one what it gives to another.
        let sum = try office.integer(
            """
            SELECT coalesce(sum(CASE WHEN credit = 'customer' THEN amount_micros WHEN debit = 'customer' THEN -amount_micros
                                ELSE 0 END), 0) FROM ledger_entries
            """)
        #expect(sum == model.purses.values.reduce(0) { $0 + $1.balance }, "seed \(seed)")
    }

    // MARK: Charges

    @Test(
        "a charge is made when the balance less holds covers it, to the micro-dollar",
        arguments: [(3_999, false), (4_000, true), (4_001, true), (0, false)] as [(Int64, Bool)])
    func cover(balance: Int64, isCharged: Bool) throws {
        let office = try Office()
        let account = try office.account(micros: balance)
        let result = try office.connection.transaction { () throws(DatabaseError) in
            try LedgerBook.charge(.sample(account), items: [.enriched()], ending: nil, on: office.connection)
        }
        switch result {
        case .success(let posted):
            #expect(isCharged)
            #expect(posted.receipt.billed.micros == 2_000)
            #expect(posted.receipt.balance.micros == balance - 2_000)
            #expect(posted.receipt.endpoints == [.lookupEnriched])
        case .failure(let refusal):
            #expect(!isCharged)
            #expect(refusal == .insufficientBalance(balance: MicroUSD(micros: balance)))
        }
        #expect(try office.audit().fault == nil)
    }

    @Test("what is held cannot be spent, nor adjusted away")
    func held() throws {
        let office = try Office()
        let account = try office.account(micros: 10_000)
        let id = account.account.id
        try office.connection.transaction { () throws(DatabaseError) in
            let hold = try LedgerBook.hold(.sample(account, cover: 7_000), id: 1, startID: 1, on: office.connection)
            #expect(hold == .success(Hold(id: 1, amount: MicroUSD(micros: 7_000))))
            for cover: Int64 in [3_001, 4_000] {
                let result = try LedgerBook.charge(
                    .sample(account, cover: cover), items: [.enriched(1)], ending: nil, on: office.connection)
                guard case .failure(.insufficientBalance(let balance, _)) = result else {
                    Issue.record("charged over a hold")
                    continue
                }
                #expect(balance.micros == 10_000)
            }
            let second = try LedgerBook.hold(.sample(account, cover: 3_001), id: 2, startID: 1, on: office.connection)
            #expect(
                second
                    == .failure(
                        .insufficientBalance(
                            balance: MicroUSD(micros: 10_000), held: MicroUSD(micros: 7_000))))
            let adjusted = try LedgerBook.adjust(
                id, by: MicroUSD(micros: -3_001), reference: nil, at: office.time.now, on: office.connection)
            #expect(adjusted == .insufficientBalance(MicroUSD(micros: 10_000)))
            // A hold is ended by its own account only.
            #expect(
                try !LedgerBook.end(
                    Hold(id: 1, amount: MicroUSD(micros: 7_000)), AccountID(value: 5), on: office.connection))
        }
        #expect(try office.audit().fault == nil)
        #expect(try office.present(id).held.micros == 7_000)
    }

    @Test("a batch makes one entry a kind, and its receipt lists the kinds in their order")
    func items() throws {
        let office = try Office()
        let account = try office.account(micros: 100_000)
        let result = try office.connection.transaction { () throws(DatabaseError) in
            try LedgerBook.charge(
                .sample(account, cover: 40_000, reference: "call 7"),
                items: [.enriched(6_000, units: 3), .dip(8_000, units: 2), .enriched(0, units: 1)], ending: nil,
                on: office.connection)
        }
        let posted = try result.get()
        #expect(
            posted.receipt
                == Receipt(
                    billed: MicroUSD(micros: 14_000), balance: MicroUSD(micros: 86_000),
                    endpoints: [.lookup, .lookupEnriched]))
        let lines = try office.desk.ledger(of: account.account.id, before: nil, limit: 10).lines.map(\.entry)
        #expect(lines.map(\.kind) == [.lookup, .lookupEnriched, .topUp])
        #expect(lines.map(\.units) == [2, 3, 0])
        #expect(lines.map(\.balance.micros) == [86_000, 94_000, 100_000])
        #expect(lines.prefix(2).allSatisfy { $0.reference == "call 7" && $0.key == account.keyID })
        #expect(try office.audit().fault == nil)
    }

    @Test("a charge of nothing leaves no entry, but needs its cover")
    func nothing() throws {
        let office = try Office()
        let account = try office.account(micros: 4_000)
        try office.connection.transaction { () throws(DatabaseError) in
            let posted = try? LedgerBook.charge(.sample(account), items: [], ending: nil, on: office.connection).get()
            #expect(posted?.receipt.endpoints == [])
            #expect(posted?.entry == nil)
            let dear = try LedgerBook.charge(
                .sample(account, cover: 4_001), items: [], ending: nil, on: office.connection)
            if case .success = dear { Issue.record("an uncovered charge was made") }
        }
        #expect(try office.audit().entryCount == 1)
    }

    @Test(
        "a key spends up to its daily cap and no more, each UTC day anew",
        arguments: [(3_999, 0), (4_000, 1), (5_999, 1), (6_000, 2), (7_999, 2), (8_000, 3), (0, 0)] as [(Int64, Int)])
    func caps(cap: Int64, expected: Int) throws {
        let office = try Office()
        let account = try office.account(micros: 1_000_000)
        let midnight = UnixTime(seconds: 20_000 * 86_400)
        for instant in [midnight - .microseconds(1), midnight] {
            var made = 0
            for _ in 0..<5 {
                let charge = Charge.sample(account, cap: cap, at: instant)
                let result = try office.connection.transaction { () throws(DatabaseError) in
                    try LedgerBook.charge(charge, items: [.enriched()], ending: nil, on: office.connection)
                }
                switch result {
                case .success: made += 1
                case .failure(let refusal): #expect(refusal == .spendingCapReached(cap: MicroUSD(micros: cap)))
                }
            }
            // Each charge of 2,000 needs room for its cover of 4,000.
            #expect(made == expected)
        }
    }

    @Test("a cap that is reached is told before a balance that is empty")
    func precedence() throws {
        let office = try Office()
        let account = try office.account()
        let result = try office.connection.transaction { () throws(DatabaseError) in
            try LedgerBook.charge(.sample(account, cap: 1), items: [.enriched()], ending: nil, on: office.connection)
        }
        guard case .failure(.spendingCapReached) = result else {
            Issue.record("expected the cap")
            return
        }
    }

    @Test("a charge is taken back once it is found, with its own amount, and what was not made is not taken back")
    func reversal() throws {
        let office = try Office()
        let account = try office.account(micros: 10_000)
        let charge = Charge.sample(account, cap: 4_000)
        var posted: LedgerBook.Posted?
        struct Undone: Error {}
        // A charge whose transaction fails.
        try office.connection.execute("BEGIN IMMEDIATE")
        posted = try LedgerBook.charge(charge, items: [.enriched()], ending: nil, on: office.connection).get()
        try office.connection.execute("ROLLBACK")
        let lost = try #require(posted)
        try office.connection.transaction { () throws(DatabaseError) in
            #expect(try !LedgerBook.reverse(charge, lost, on: office.connection))
        }
        // One that is made.
        let made = try office.connection.transaction { () throws(DatabaseError) in
            try LedgerBook.charge(charge, items: [.enriched()], ending: nil, on: office.connection)
        }.get()
        try office.connection.transaction { () throws(DatabaseError) in
            #expect(try LedgerBook.reverse(charge, made, on: office.connection))
        }
        #expect(try office.present(account.account.id).balance.micros == 10_000)
        #expect(try office.integer("SELECT sum(spent_micros) FROM key_spending") == 0)
        let kinds = try office.desk.ledger(of: account.account.id, before: nil, limit: 10).lines.map(\.entry.kind)
        #expect(kinds == [.reversal, .lookupEnriched, .topUp])
        #expect(try office.audit().fault == nil)
    }

    @Test("what a key spent is forgotten once no cap is counted against that day")
    func oldSpending() throws {
        let office = try Office()
        let account = try office.account(micros: 100_000)
        let today = Charge.sample(account, cap: 4_000).at.dayNumber
        for day in today - 40...today {
            try office.connection.run(
                "INSERT INTO key_spending (key_id, day, spent_micros) VALUES (?, ?, 1)",
                .integer(account.keyID.value), .integer(day))
        }
        let now = UnixTime(seconds: today * 86_400)
        #expect(try LedgerBook.oldSpending.drop(now, office.connection) == 39)
        #expect(try LedgerBook.oldSpending.drop(now, office.connection) == 0)
        #expect(try office.integer("SELECT min(day) FROM key_spending") == today - 1)
    }

    @Test("holds of other starts are released, those of this one stay")
    func releasedHolds() throws {
        let office = try Office()
        let first = try office.account(micros: 100_000)
        let second = try office.account(micros: 100_000)
        try office.connection.transaction { () throws(DatabaseError) in
            for (index, start) in [(Int64(1), Int64(10)), (2, 10), (3, 11), (4, 12)] {
                let owner = index == 2 ? second : first
                _ = try LedgerBook.hold(
                    .sample(owner, cover: index * 1_000), id: index, startID: start, on: office.connection)
            }
            #expect(try LedgerBook.releaseHolds(otherThan: 11, on: office.connection) == 3)
            #expect(try LedgerBook.releaseHolds(otherThan: 11, on: office.connection) == 0)
        }
        #expect(try office.present(first.account.id).held.micros == 3_000)
        #expect(try office.present(second.account.id).held.micros == 0)
        #expect(try office.audit().fault == nil)
    }

    // MARK: Movements by the operator

    @Test("a top-up with a reference happens once; the same reference with another amount is refused")
    func references() throws {
        let office = try Office()
        let account = try office.account().account.id
        let other = try office.account().account.id
        func topUp(_ id: AccountID, _ micros: Int64, _ reference: String?) throws -> LedgerBook.MovementOutcome {
            try office.desk.topUp(id, amount: MicroUSD(micros: micros), reference: reference, keepsTier: true).outcome
        }
        guard case .posted(let entry) = try topUp(account, 5_000, "invoice 1") else {
            Issue.record("expected an entry")
            return
        }
        #expect(try topUp(account, 5_000, "invoice 1") == .alreadyPosted(entry))
        #expect(try topUp(account, 5_001, "invoice 1") == .referenceTaken(entry))
        guard case .posted = try topUp(other, 5_001, "invoice 1"),
            case .posted = try topUp(account, 5_000, "invoice 2"),
            case .posted = try topUp(account, 5_000, nil), case .posted = try topUp(account, 5_000, nil)
        else {
            Issue.record("expected entries")
            return
        }
        #expect(try office.present(account).balance.micros == 20_000)
        #expect(try topUp(AccountID(value: 5), 1, nil) == .noSuchAccount)
        #expect(try office.audit().fault == nil)
    }

    @Test(
        "a balance grows up to the largest amount",
        arguments: [(-1, true), (0, true), (1, false)] as [(Int64, Bool)])
    func largest(over: Int64, isPosted: Bool) throws {
        let office = try Office()
        let account = try office.account(micros: 1_000).account.id
        let amount = MicroUSD(micros: MicroUSD.largest.micros - 1_000 + over)
        let outcome = try office.desk.adjust(account, by: amount, reference: "big")
        if isPosted {
            guard case .posted = outcome else {
                Issue.record("\(outcome)")
                return
            }
        } else {
            #expect(outcome == .outOfRange)
        }
        #expect(try office.audit().fault == nil)
    }

    @Test(
        "a correction takes the balance down to zero and no further",
        arguments: [(-999, true), (-1_000, true), (-1_001, false)] as [(Int64, Bool)])
    func corrections(amount: Int64, isPosted: Bool) throws {
        let office = try Office()
        let account = try office.account(micros: 1_000).account.id
        let outcome = try office.desk.adjust(account, by: MicroUSD(micros: amount), reference: "why")
        if isPosted {
            guard case .posted(let entry) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(entry.signedAmount.micros == amount)
        } else {
            #expect(outcome == .insufficientBalance(MicroUSD(micros: 1_000)))
        }
        #expect(
            try office.desk.adjust(AccountID(value: 5), by: MicroUSD(micros: amount), reference: nil) == .noSuchAccount)
        #expect(try office.audit().fault == nil)
    }
}
