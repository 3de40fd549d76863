import CFaultVFS
import NumbersCore
import NumbersStorage
import Platform
import SQLiteDatabase
import Testing

/// For every k: the k-th write or sync fails, once or from then on, while charges, holds, settlements, stored replies and
/// top-ups are made. Whatever was answered is there, once, whatever was refused is not, and the ledger verifies.
@Suite(.timeLimit(.minutes(5))) struct LedgerFaultTests {
    struct Sweep: Sendable, CustomTestStringConvertible {
        let error: UInt32
        let isPersistent: Bool

        var testDescription: String { "error \(error) \(isPersistent ? "from then on" : "once")" }
    }

    static let sweeps = [FAULT_IO_ERROR, FAULT_SHORT_WRITE, FAULT_DISK_FULL].flatMap { error in
        [false, true].map { Sweep(error: error.rawValue, isPersistent: $0) }
    }

    /// What was told about each movement, by reference.
    private struct Told {
        var answered: Set<String> = []
        var refused: Set<String> = []
        /// Idempotency keys whose replies were stored, by what was told.
        var replies: Set<String> = []

        mutating func note<Value>(_ result: Result<Value, ChargeRefusal>, _ reference: String) -> Value? {
            switch result {
            case .success(let value):
                answered.insert(reference)
                return value
            case .failure(let refusal):
                #expect(refusal == .unavailable, "\(reference)")
                refused.insert(reference)
                return nil
            }
        }
    }

    @Test(
        "whichever write or sync fails, what was answered is there once, what was refused is not, and the ledger goes on",
        arguments: sweeps)
    func everyOperation(sweep: Sweep) async throws {
        var k: Int64 = 1
        var refusing: Int64 = 0
        while true {
            let (hasFired, hasRefused) = try await round(k, sweep)
            refusing += hasRefused ? 1 : 0
            guard hasFired else { break }
            k += 1
            try #require(k < 400)
        }
        // What fails behind the last answer, in a copy of the log, refuses nothing.
        if sweep.isPersistent { #expect(refusing >= k - 3, "k = \(k)") }
        // Six transactions write and sync at least once each.
        #expect(k > 12)
    }

    /// One run: whether the k-th operation was reached, and whether anything was refused.
    private func round(_ k: Int64, _ sweep: Sweep) async throws -> (hasFired: Bool, hasRefused: Bool) {
        let office = try Office()
        let account = try office.account(micros: 1_000_000)
        let faults = try Faults()
        var told = Told()
        var hasFired = false
        do {
            let till = try Till(path: office.folder.database, vfs: faults.name)
            fault_vfs_arm(
                faults.vfs, Int32(FAULT_WRITE | FAULT_SYNC), k, sweep.isPersistent ? 1 : 0,
                FaultError(rawValue: sweep.error))
            try await movements(till, account, office.time.now, &told)
            try topUp(account, office, vfs: faults.name, &told)
            hasFired = fault_vfs_fired(faults.vfs) > 0
            #expect(hasFired || told.refused.isEmpty, "k = \(k)")
            fault_vfs_disarm(faults.vfs)
            // With the disk well again the same writer goes on, and what is asked again is made.
            let last = await till.ledger.charge(
                .sample(account, reference: "after"), items: [.dip()], reply: nil, deadline: deadline(.seconds(30))
            ).value
            try #require(told.note(last, "after") != nil, "k = \(k): the writer did not recover")
            // What a refusal left to be taken back is taken back in its own time.
            let isSettled = try await eventually {
                try standing(account, office).isDisjoint(with: told.refused)
                    && office.integer("SELECT count(*) FROM holds") == 0
            }
            #expect(isSettled, "k = \(k)")
            for key in ["charge", "settled", "free"] {
                let reply = try await till.ledger.reply(
                    account: account.account.id, key: try #require(IdempotencyKey(key)), now: office.time.now,
                    deadline: deadline()
                ).get()
                #expect((reply != nil) == told.replies.contains(key), "k = \(k): the reply of \(key)")
            }
            #expect(till.writer.stop(deadline: deadline()))
        }
        // A fresh start on the plain file system sees the same.
        let connection = try LookupSchema.schema.open(
            path: office.folder.database, options: DatabaseOptions(older: .refuse))
        let desk = OperatorDesk(connection: connection, clock: .system, random: .system)
        #expect(try desk.verifyLedger { _, _ in }.fault == nil, "k = \(k)")
        #expect(try standing(account, office) == told.answered, "k = \(k)")
        #expect(try office.present(account.account.id).held == .zero, "k = \(k)")
        return (hasFired, !told.refused.isEmpty)
    }

    /// A charge with its reply, a hold that is settled, a hold that is released, and a reply of its own.
    private func movements(
        _ till: Till, _ account: OperatorDesk.OpenedAccount, _ now: UnixTime, _ told: inout Told
    ) async throws {
        func reply(_ key: String) throws -> StoredReply {
            StoredReply(
                account: account.account.id, key: try #require(IdempotencyKey(key)), fingerprint: SHA256Digest.of(key),
                body: Array(key.utf8), at: now)
        }
        let long = deadline(.seconds(30))
        let charged = await till.ledger.charge(
            .sample(account, reference: "charge"), items: [.dip()], reply: try reply("charge"), deadline: long
        ).value
        if told.note(charged, "charge") != nil { told.replies.insert("charge") }

        let charge = Charge.sample(account, cover: 8_000, reference: "settled")
        switch await till.ledger.hold(charge, deadline: long) {
        case .failure(let refusal):
            #expect(refusal == .unavailable)
            told.refused.insert("settled")
        case .success(let hold):
            let settled = await till.ledger.settle(
                hold, charge, items: [.dip(), .enriched()], reply: try reply("settled"), deadline: long
            ).value
            if told.note(settled, "settled") != nil {
                told.replies.insert("settled")
            } else {
                // As the lookup does when it cannot settle.
                till.ledger.release(hold, account: account.account.id)
            }
        }
        if case .success(let hold) = await till.ledger.hold(.sample(account, cover: 500_000), deadline: long) {
            till.ledger.release(hold, account: account.account.id)
        }
        if case .success = await till.ledger.store(try reply("free"), deadline: long) { told.replies.insert("free") }
    }

    /// What nocli does, on a connection of its own to the same failing disk.
    private func topUp(
        _ account: OperatorDesk.OpenedAccount, _ office: Office, vfs: String, _ told: inout Told
    ) throws {
        do {
            let connection = try LookupSchema.schema.open(
                path: office.folder.database, options: DatabaseOptions(older: .refuse, vfs: vfs))
            let desk = OperatorDesk(connection: connection, clock: office.time.clock, random: .system)
            let result = try desk.topUp(
                account.account.id, amount: MicroUSD(micros: 5_000), reference: "payment", keepsTier: true)
            guard case .posted = result.outcome else {
                Issue.record("\(result.outcome)")
                return
            }
            told.answered.insert("payment")
        } catch is DatabaseError {
            told.refused.insert("payment")
        } catch is DatabaseOpenError {
            told.refused.insert("payment")
        }
    }

    /// The references of movements that stand; one that stands twice is told as such. A charge of two kinds counts once.
    private func standing(_ account: OperatorDesk.OpenedAccount, _ office: Office) throws -> Set<String> {
        var nets: [String: Int64] = [:]
        for line in try office.desk.ledger(of: account.account.id, before: nil, limit: 100).lines {
            guard let reference = line.entry.reference else { continue }
            nets[reference, default: 0] += line.entry.signedAmount.micros
        }
        let prices: [String: Int64] = ["charge": -4_000, "after": -4_000, "settled": -6_000, "payment": 5_000]
        return Set(
            nets.filter { $0.value != 0 }.map { $0.value == prices[$0.key] ? $0.key : "\($0.key): \($0.value)" })
    }
}
