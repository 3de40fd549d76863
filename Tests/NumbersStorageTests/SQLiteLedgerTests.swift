import CFaultVFS
import NumbersCore
import NumbersStorage
import Platform
import SQLiteDatabase
import Testing

/// The ledger's port on a database file, as the server has it.
struct Till {
    let writer: DatabaseWriter
    let ledger: SQLiteLedger

    init(path: String, startID: Int64 = 1, vfs: String? = nil) throws {
        let options = DatabaseOptions(older: .migrate, vfs: vfs)
        writer = try DatabaseWriter(
            schema: LookupSchema.schema, path: path, options: options, limits: DatabaseWriter.Limits(), clock: .system)
        let readers = try ReaderPool(path: path, options: options, count: 1, queueLimit: 64, clock: .system)
        ledger = SQLiteLedger(writer: writer, readers: readers, clock: .system, random: .system, startID: startID)
    }
}

func deadline(_ duration: Duration = .seconds(20)) -> MonotonicTime { MonotonicTime.now() + duration }

/// A registered fault VFS; every connection must be closed before it goes.
final class Faults: Sendable {
    let name: String
    // Sendable: the functions of the VFS may be called from any thread, and the pointer never changes.
    nonisolated(unsafe) let vfs: OpaquePointer

    init() throws {
        name = "faults-\(Hex.encode(RandomSource.system.integer()))"
        vfs = try #require(fault_vfs_create(name))
    }

    deinit { fault_vfs_destroy(vfs) }
}

@Suite struct SQLiteLedgerTests {
    @Test("of 64 simultaneous charges exactly those are made that the balance covers", arguments: [1, 2])
    func overdraft(writers: Int) async throws {
        let office = try Office()
        let account = try office.account(micros: 37 * 4_000)
        let charge = Charge.sample(account)
        // Two writers on one file are two processes as far as SQLite's locks go.
        let tills = try (0..<writers).map { _ in try Till(path: office.folder.database) }
        let made = await withTaskGroup(of: Receipt?.self) { group in
            for index in 0..<64 {
                let ledger = tills[index % writers].ledger
                group.addTask {
                    try? await ledger.charge(charge, items: [.dip()], reply: nil, deadline: deadline()).value.get()
                }
            }
            return await group.reduce(into: [Receipt]()) { if let receipt = $1 { $0.append(receipt) } }
        }
        #expect(made.count == 37)
        #expect(Set(made.map(\.balance.micros)) == Set((0..<37).map { Int64($0) * 4_000 }))
        #expect(try office.present(account.account.id).balance == .zero)
        let audit = try office.audit()
        #expect(audit.fault == nil)
        #expect(audit.entryCount == 38)
        for till in tills { #expect(till.writer.stop(deadline: deadline())) }
    }

    @Test("of 64 simultaneous holds exactly those are made that the balance covers, and each can be settled once")
    func holds() async throws {
        let office = try Office()
        let account = try office.account(micros: 37 * 4_000 + 3_999)
        let charge = Charge.sample(account)
        let till = try Till(path: office.folder.database)
        let ledger = till.ledger
        let held = await withTaskGroup(of: Hold?.self) { group in
            for _ in 0..<64 { group.addTask { try? await ledger.hold(charge, deadline: deadline()).get() } }
            return await group.reduce(into: [Hold]()) { if let hold = $1 { $0.append(hold) } }
        }
        #expect(held.count == 37)
        #expect(Set(held.map(\.id)).count == 37)
        // Nothing else fits beside them.
        guard
            case .failure(.insufficientBalance) = await ledger.charge(
                charge, items: [.dip()], reply: nil, deadline: deadline()
            ).value
        else {
            Issue.record("charged what is held")
            return
        }
        for hold in held.dropLast() {
            let receipt = try await ledger.settle(hold, charge, items: [.enriched()], reply: nil, deadline: deadline())
                .value
                .get()
            #expect(receipt.billed.micros == 2_000)
        }
        let again = await ledger.settle(held[0], charge, items: [.enriched()], reply: nil, deadline: deadline()).value
        #expect(again == .failure(.unavailable))
        ledger.release(held[36], account: account.account.id)
        #expect(try await eventually { try office.present(account.account.id).held == .zero })
        #expect(try office.present(account.account.id).balance.micros == 37 * 4_000 + 3_999 - 36 * 2_000)
        #expect(try office.audit().fault == nil)
        #expect(till.writer.stop(deadline: deadline()))
    }

    @Test("a reply is durable together with its charge, or neither")
    func replies() async throws {
        let office = try Office()
        let account = try office.account(micros: 4_000)
        let till = try Till(path: office.folder.database)
        func reply(_ key: String) throws -> StoredReply {
            StoredReply(
                account: account.account.id, key: try #require(IdempotencyKey(key)), fingerprint: SHA256Digest.of(key),
                body: Array(key.utf8), at: office.time.now)
        }
        let charge = Charge.sample(account)
        _ = try await till.ledger.charge(charge, items: [.dip()], reply: try reply("one"), deadline: deadline()).value
            .get()
        let refused = await till.ledger.charge(charge, items: [.dip()], reply: try reply("two"), deadline: deadline())
            .value
        #expect(refused == .failure(.insufficientBalance(balance: .zero)))
        for (key, isThere) in [("one", true), ("two", false)] {
            let found = try await till.ledger.reply(
                account: account.account.id, key: try #require(IdempotencyKey(key)), now: office.time.now,
                deadline: deadline()
            ).get()
            #expect((found != nil) == isThere)
        }
        try await till.ledger.store(try reply("two"), deadline: deadline()).get()
        #expect(till.writer.stop(deadline: deadline()))
    }

    @Test("a charge whose deadline passes while the disk stalls is refused, and taken back when it turns out durable")
    func stalledSync() async throws {
        let office = try Office()
        let account = try office.account(micros: 10_000)
        let faults = try Faults()
        let till = try Till(path: office.folder.database, vfs: faults.name)
        let charge = Charge.sample(account, reference: "stalled")
        let reply = StoredReply(
            account: account.account.id, key: try #require(IdempotencyKey("k")), fingerprint: SHA256Digest.of("k"),
            body: [1],
            at: office.time.now)
        fault_vfs_stall_syncs(faults.vfs, 60_000)
        let began = MonotonicTime.now()
        let result = await till.ledger.charge(
            charge, items: [.dip()], reply: reply, deadline: deadline(.milliseconds(150))
        ).value
        #expect(result == .failure(.unavailable))
        #expect(began.duration(to: .now()) < .seconds(50))
        // One that has not begun by its deadline never will.
        let waiting = await till.ledger.charge(
            charge, items: [.dip()], reply: nil, deadline: deadline(.milliseconds(50))
        ).value
        #expect(waiting == .failure(.unavailable))
        fault_vfs_stall_syncs(faults.vfs, 0)
        #expect(try await eventually { try office.audit().entryCount == 3 })
        let entries = try office.desk.ledger(of: account.account.id, before: nil, limit: 10).lines.map(\.entry)
        #expect(entries.map(\.kind) == [.reversal, .lookup, .topUp])
        #expect(try office.present(account.account.id).balance.micros == 10_000)
        #expect(try office.integer("SELECT count(*) FROM stored_replies") == 0)
        #expect(try office.audit().fault == nil)
        #expect(till.writer.stop(deadline: deadline()))
    }

    @Test("a hold whose deadline passes while the disk stalls is released")
    func stalledHold() async throws {
        let office = try Office()
        let account = try office.account(micros: 10_000)
        let faults = try Faults()
        let till = try Till(path: office.folder.database, vfs: faults.name)
        fault_vfs_stall_syncs(faults.vfs, 60_000)
        let result = await till.ledger.hold(.sample(account), deadline: deadline(.milliseconds(150)))
        #expect(result == .failure(.unavailable))
        fault_vfs_stall_syncs(faults.vfs, 0)
        _ = try await till.ledger.charge(.sample(account), items: [.dip()], reply: nil, deadline: deadline()).value
            .get()
        #expect(try await eventually { try office.present(account.account.id).held == .zero })
        #expect(try office.audit().fault == nil)
        #expect(till.writer.stop(deadline: deadline()))
    }
}

/// Whether something becomes true within some seconds.
func eventually(_ condition: () throws -> Bool) async throws -> Bool {
    for _ in 0..<2_000 {
        if try condition() { return true }
        try await Task.sleep(for: .milliseconds(5))
    }
    return try condition()
}
