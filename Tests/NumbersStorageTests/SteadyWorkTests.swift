import CFaultVFS
import Glibc
import NumbersCore
import Platform
import SQLiteDatabase
import Testing

@testable import NumbersStorage

@Suite struct SteadyWorkTests {
    /// A running server's memory beside an administrator's desk.
    private struct House {
        let office: Office
        let writer: DatabaseWriter
        let readers: ReaderPool
        let credentials: CredentialDirectory
        let names: CallerNameDirectory
        let dips: SupplierDips
        let sink: LogSink
        let log: Int32
        let keeper: SteadyWork

        init(_ office: Office, vfs: String? = nil) throws {
            self.office = office
            let options = DatabaseOptions(older: .refuse, vfs: vfs)
            writer = try DatabaseWriter(
                schema: LookupSchema.schema, path: office.folder.database, options: options,
                limits: DatabaseWriter.Limits(), clock: .system)
            readers = try ReaderPool(
                path: office.folder.database, options: options, count: 1, queueLimit: 64, clock: .system)
            credentials = CredentialDirectory(
                store: SQLiteAccounts(
                    writer: writer, readers: readers, vault: SecretVault(key: nil, random: .system)))
            names = CallerNameDirectory(store: SQLiteCallerNames(readers: readers), capacity: 100)
            log = creat(office.folder.path + "/log", 0o600)
            sink = try LogSink(descriptor: log, capacityBytes: 65_536)
            // The desk's own clock: by the machine's, its changes would be old enough to be swept away.
            let logger = Logger(sink: sink, clock: .system)
            dips = SupplierDips(
                transport: NoTransport(), names: names,
                keeper: SQLiteNameKeeper(writer: writer, clock: office.time.clock),
                limits: SupplierDips.Limits(freeDipsPerDay: 1, spendPerDay: nil), clock: office.time.clock,
                random: .system, timer: .system)
            let suppliers = SupplierKeeper(
                dips: dips, vault: SecretVault(key: nil, random: .system), clock: office.time.clock, logger: logger)
            try suppliers.start(on: office.connection)
            keeper = SteadyWork(
                writer: writer, readers: readers, credentials: credentials, names: names, suppliers: suppliers,
                notices: BalanceNotices(
                    writer: writer, readers: readers, transport: StubWebhooks(),
                    vault: SecretVault(key: nil, random: .system), clock: office.time.clock, logger: logger),
                clock: office.time.clock, logger: logger)
        }

        func close() {
            sink.close()
            _ = Glibc.close(log)
            #expect(writer.stop(deadline: MonotonicTime.now() + .seconds(20)))
            #expect(readers.stop(deadline: MonotonicTime.now() + .seconds(20)))
        }

        /// Whether something becomes true; a change works within a second, and a busy machine may take longer.
        func eventually(_ condition: () -> Bool) async throws -> Bool {
            for _ in 0..<4_000 {
                if condition() { return true }
                try await Task.sleep(for: .milliseconds(5))
            }
            return condition()
        }

        func load(_ key: APIKey) async throws -> Credential? {
            let now = MonotonicTime.now()
            return try await credentials.load(key.hash, deadline: now + .seconds(20), at: now).get()
        }
    }

    @Test(
        "what the administrator changes is forgotten by a running server: a revoked key, a suppressed number, an import"
    )
    func followsFeed() async throws {
        let office = try Office()
        let opened = try office.account()
        let house = try House(office)
        let keeper = house.keeper
        let running = Task { await keeper.run() }
        #expect(try await house.load(opened.key)?.key.isEnabled == true)
        #expect(try office.desk.revokeKey(opened.keyID))
        #expect(try await house.eventually { house.credentials.known(opened.key.hash) == nil })
        #expect(try await house.load(opened.key)?.key.isEnabled == false)

        let (one, two) = (try #require(E164("+14155552671")), try #require(E164("+14155552672")))
        let deadline = MonotonicTime.now() + .seconds(60)
        _ = try await house.names.records(for: [one, two], deadline: deadline).get()
        try office.desk.suppress(one)
        #expect(try await house.eventually { house.names.known(one) == nil })
        #expect(house.names.known(two) == NumberRecord.none)
        #expect(try await house.names.records(for: [one], deadline: deadline).get().first?.isSuppressed == true)
        try office.desk.importNames([])
        #expect(try await house.eventually { house.names.known(two) == nil })
        keeper.stop()
        await running.value
        house.close()
    }

    @Test("a change that comes between the first request and the first look at the feed is not missed")
    func changeBeforeTheStart() async throws {
        let office = try Office()
        let opened = try office.account()
        let house = try House(office)
        let number = try #require(E164("+14155552671"))
        let deadline = MonotonicTime.now() + .seconds(60)
        _ = try await house.load(opened.key)
        _ = try await house.names.records(for: [number], deadline: deadline).get()
        #expect(try office.desk.revokeKey(opened.keyID))
        try office.desk.suppress(number)
        house.keeper.stop()
        await house.keeper.run()
        #expect(house.credentials.known(opened.key.hash) == nil)
        #expect(house.names.known(number) == nil)
        house.close()
    }

    @Test("uses of keys are written at the latest when the server ends")
    func uses() async throws {
        let office = try Office()
        let opened = try office.account()
        let house = try House(office)
        house.credentials.noteUse(opened.keyID, at: UnixTime(seconds: 77))
        house.keeper.stop()
        await house.keeper.run()
        house.close()
        let used = try office.desk.keys(of: opened.account.id).first { $0.id == opened.keyID }
        #expect(used?.lastUsedAt == UnixTime(seconds: 77))
    }

    @Test("a database that cannot be written counts as down, and as up again once it can")
    func health() async throws {
        let office = try Office()
        let name = "health-\(Hex.encode(RandomSource.system.integer()))"
        let vfs = try #require(fault_vfs_create(name))
        do {
            let house = try House(office, vfs: name)
            let keeper = house.keeper
            let running = Task { await keeper.run() }
            #expect(keeper.database.isUp)
            // A sync that never ends: nothing can be written, and the look gives up after two seconds.
            fault_vfs_stall_syncs(vfs, 60_000)
            let stuck = Task { [writer = house.writer] in
                await writer.write(deadline: MonotonicTime.now() + .seconds(120)) { connection throws(DatabaseError) in
                    try ChangeFeed.note(.names, at: UnixTime(seconds: 0), on: connection)
                }
            }
            #expect(try await house.eventually { !keeper.database.isUp })
            fault_vfs_stall_syncs(vfs, 0)
            _ = await stuck.value
            #expect(try await house.eventually { keeper.database.isUp })
            keeper.stop()
            await running.value
            house.close()
        }
        fault_vfs_destroy(vfs)
    }

    @Test("a full disk counts as down until there is room again, though a write of nothing passes")
    func fullDisk() async throws {
        let office = try Office()
        let name = "full-\(Hex.encode(RandomSource.system.integer()))"
        let vfs = try #require(fault_vfs_create(name))
        do {
            let house = try House(office, vfs: name)
            let watch = house.keeper.database
            func note() async -> Bool {
                switch await house.writer.write(
                    deadline: MonotonicTime.now() + .seconds(60),
                    { connection throws(DatabaseError) in
                        try ChangeFeed.note(.names, at: UnixTime(seconds: 0), on: connection)
                    })
                {
                case .success: true
                case .failure: false
                }
            }
            await watch.look()
            #expect(watch.isUp)
            fault_vfs_arm(vfs, Int32(FAULT_WRITE), 1, 1, FAULT_DISK_FULL)
            #expect(await !note())
            for _ in 0..<4 {
                await watch.look()
                #expect(!watch.isUp)
            }
            fault_vfs_disarm(vfs)
            // The writer may first have to mend what the full disk has left.
            for _ in 0..<4 where !watch.isUp { await watch.look() }
            #expect(watch.isUp)
            #expect(await note())
            house.close()
        }
        fault_vfs_destroy(vfs)
    }

    @Test("a supplier that the administrator adds is asked by the running server, one that is removed is not")
    func suppliers() async throws {
        let office = try Office()
        let house = try House(office)
        let keeper = house.keeper
        let running = Task { await keeper.run() }
        let supplier = SupplierPreset.all[0].supplier(position: 1)
        let vault = SecretVault(key: nil, random: .system)
        let open = Supplier(
            name: supplier.name, url: try SupplierTemplate(url: "https://a.example/{e164}"), headers: [], form: .plain,
            noNameWords: [], price: .zero, timeoutMilliseconds: 100, concurrentMax: 1, countries: [], isEnabled: true,
            position: 1)
        #expect(!house.dips.hasSuppliers)
        _ = try office.desk.addSupplier(open, secrets: .none, vault: vault)
        #expect(try await house.eventually { house.dips.hasSuppliers })
        _ = try office.desk.removeSupplier(open.name)
        #expect(try await house.eventually { !house.dips.hasSuppliers })
        house.keeper.stop()
        await running.value
        house.close()
    }

    /// Told of nothing here.
    private struct Deaf: ChangeListener {
        func apply(_ changes: [DatabaseChange], revision: Int64) {}
        func forgetAll(revision: Int64) {}
    }

    @Test("a full block is followed by another, and a table that cannot be swept does not keep the next from it")
    func sweeps() async throws {
        let office = try Office()
        let house = try House(office)
        let calls = Monitor<(failing: Int, blocks: Int, rounds: Int, ends: Int)>((0, 0, 0, 0))
        let today = office.time.now
        let failing = Sweep(of: "one") { _, _ throws(DatabaseError) in
            calls.withLock { $0.failing += 1 }
            throw DatabaseError(extendedCode: 1, message: "on purpose")
        }
        let blocks = Sweep(of: "two", blockRows: 3) { now, _ throws(DatabaseError) in
            #expect(now == today)
            return calls.withLock { state in
                state.blocks += 1
                return state.blocks < 4 ? 3 : 2
            }
        }
        let keeper = SteadyWork(
            writer: house.writer, readers: house.readers, listener: Deaf(), sweeps: [failing, blocks],
            chores: [
                .init(every: SteadyWork.roundInterval) { calls.withLock { $0.rounds += 1 } },
                .init(every: .seconds(600), atOnce: false, atEnd: true) { calls.withLock { $0.ends += 1 } },
            ], settlingTime: .zero, clock: office.time.clock, logger: Logger(sink: house.sink, clock: .system))
        let running = Task { await keeper.run() }
        #expect(try await house.eventually { calls.withLock { $0.blocks } == 4 })
        #expect(calls.withLock { $0.failing } == 1)
        #expect(calls.withLock { $0.ends } == 0)
        keeper.stop()
        await running.value
        #expect(calls.withLock { $0.rounds } >= 1 && calls.withLock { $0.ends } == 1)
        house.close()
    }

    @Test("nothing is dropped for its age before the clock has gone evenly for a while, also after it was set")
    func settling() async throws {
        let office = try Office()
        let house = try House(office)
        let hands = Monitor<(wall: UnixTime, monotonic: MonotonicTime)>((office.time.now, MonotonicTime.now()))
        let clock = Clock(
            wall: { hands.withLock { $0.wall } }, monotonic: { hands.withLock { $0.monotonic } })
        let sweeps = Monitor(0)
        let rounds = Monitor(0)
        let keeper = SteadyWork(
            writer: house.writer, readers: house.readers, listener: Deaf(),
            sweeps: [
                Sweep(of: "one") { _, _ throws(DatabaseError) in
                    sweeps.withLock { $0 += 1 }
                    return 0
                }
            ],
            chores: [.init(every: .zero) { rounds.withLock { $0 += 1 } }], settlingTime: .seconds(600), clock: clock,
            logger: Logger(sink: house.sink, clock: .system))
        let running = Task { await keeper.run() }
        /// Two whole rounds later.
        func look() async throws -> Int {
            let seen = rounds.withLock { $0 }
            #expect(try await house.eventually { rounds.withLock { $0 } >= seen + 2 })
            return sweeps.withLock { $0 }
        }
        func pass(_ seconds: Int64) {
            hands.withLock { ($0.wall, $0.monotonic) = ($0.wall + .seconds(seconds), $0.monotonic + .seconds(seconds)) }
        }
        #expect(try await look() == 0)
        pass(599)
        #expect(try await look() == 0)
        pass(1)
        #expect(try await look() == 1)
        // An hour is what a clock may be corrected by; more means that somebody has set it, forward or back.
        hands.withLock { $0.wall = $0.wall + .seconds(3_600) }
        pass(60)
        #expect(try await look() == 2)
        hands.withLock { $0.wall = $0.wall + .seconds(10 * 86_400) }
        pass(60)
        #expect(try await look() == 2)
        hands.withLock { $0.wall = $0.wall - .seconds(10 * 86_400) }
        pass(599)
        #expect(try await look() == 2)
        pass(600)
        #expect(try await look() == 3)
        keeper.stop()
        await running.value
        house.close()
    }
}
