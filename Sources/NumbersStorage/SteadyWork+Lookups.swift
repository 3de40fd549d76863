// The steady work beside requests: following the change feed, watching the database's health, noting key uses, dropping
// what has expired. One thread; its state is its own, what others read is atomic or behind a mutex.

internal import Glibc
package import NumbersCore
package import Platform
package import SQLiteDatabase
internal import Synchronization

/// Keeps what the server remembers in step with the database.
package final class Housekeeping: Sendable {
    /// How often it is looked at what is due.
    private static let roundInterval: Duration = .milliseconds(200)
    private static let healthInterval: Duration = .seconds(1)
    private static let usesInterval: Duration = .seconds(10)
    private static let sweepInterval: Duration = .seconds(60)
    /// How long one of its own writes may take.
    private static let accessTime: Duration = .seconds(2)

    private let writer: DatabaseWriter
    private let readers: ReaderPool
    private let credentials: CredentialDirectory
    private let suppliers: SupplierKeeper
    private let follower: ChangeFollower
    private let clock: Clock
    private let logger: Logger
    private let isStopping = Atomic<Bool>(false)
    private let hasEnded = Atomic<Bool>(false)
    /// The database's health.
    package let database: DatabaseWatch

    package init(
        writer: DatabaseWriter, readers: ReaderPool, credentials: CredentialDirectory, names: CallerNameDirectory,
        suppliers: SupplierKeeper, clock: Clock, logger: Logger
    ) {
        self.writer = writer
        self.readers = readers
        self.suppliers = suppliers
        self.credentials = credentials
        self.clock = clock
        self.logger = logger
        follower = ChangeFollower(
            readers: readers, clock: clock,
            listener: Memory(credentials: credentials, names: names, suppliers: suppliers))
        database = DatabaseWatch(writer: writer, readers: readers, clock: clock, logger: logger)
    }

    /// Runs until `stop`. Meant for a task of its own.
    package func run() async {
        // Two tasks, because a writer that is blocked must not keep a revocation from being seen.
        async let following: Void = follower.run()
        await maintain()
        await following
        hasEnded.store(true, ordering: .releasing)
    }

    /// Ends `run` after its present round.
    package func stop() {
        isStopping.store(true, ordering: .relaxed)
        follower.stop()
    }

    /// Waits until `run` has ended, so that what it still writes is written; not longer than the deadline.
    package func waitForEnd(deadline: MonotonicTime) {
        while !hasEnded.load(ordering: .acquiring), MonotonicTime.now() < deadline { usleep(2_000) }
    }

    private func maintain() async {
        var nextHealth = clock.monotonic()
        var nextUses = clock.monotonic() + Self.usesInterval
        var nextSweep = clock.monotonic()
        while !isStopping.load(ordering: .relaxed) {
            let now = clock.monotonic()
            if now >= nextHealth {
                await database.look()
                nextHealth = now + Self.healthInterval
            }
            await suppliers.round(readers: readers, writer: writer, deadline: deadline)
            if now >= nextUses {
                await flushUses()
                nextUses = now + Self.usesInterval
            }
            if now >= nextSweep {
                await sweep()
                nextSweep = now + Self.sweepInterval
            }
            // Cancelled only together with the whole program.
            try? await Task.sleep(for: Self.roundInterval)
        }
        await flushUses()
        await suppliers.round(readers: readers, writer: writer, deadline: deadline)
    }

    private var deadline: MonotonicTime { clock.monotonic() + Self.accessTime }

    private func flushUses() async {
        let uses = credentials.takeUses()
        guard !uses.isEmpty else { return }
        let result = await writer.write(deadline: deadline) { connection throws(DatabaseError) in
            try KeyTable.noteUses(uses, on: connection)
        }
        if case .failure = result { logger.warning("key_uses_not_noted", [("keys", .integer(Int64(uses.count)))]) }
    }

    private func sweep() async {
        let now = clock.wall()
        // Block by block, each a transaction of its own, so that requests come in between.
        var dropped = ReplyTable.sweepMax
        while dropped == ReplyTable.sweepMax, !isStopping.load(ordering: .relaxed) {
            let result = await writer.write(deadline: deadline) { connection throws(DatabaseError) in
                try ChangeFeed.sweep(now: now, on: connection)
                return try ReplyTable.sweep(now: now, on: connection)
            }
            guard case .success(let count) = result else { return logger.warning("sweep_failed") }
            dropped = count
        }
        dropped = CacheTable.sweepMax
        while dropped == CacheTable.sweepMax, !isStopping.load(ordering: .relaxed) {
            let result = await writer.write(deadline: deadline) { connection throws(DatabaseError) in
                try SupplierTable.sweep(now: now, on: connection)
                return try CacheTable.sweep(now: now, on: connection)
            }
            guard case .success(let count) = result else { return logger.warning("sweep_failed") }
            dropped = count
        }
    }
}

/// What the server remembers of the database.
private struct Memory: ChangeListener {
    let credentials: CredentialDirectory
    let names: CallerNameDirectory
    let suppliers: SupplierKeeper

    func apply(_ changes: [DatabaseChange], revision: Int64) {
        var accounts: [AccountID] = []
        var numbers: [E164]? = []
        for change in changes {
            switch ChangeFeed.Subject(change) {
            case .account(let id): accounts.append(id)
            case .number(let number): numbers?.append(number)
            case .names: numbers = nil
            case .suppliers: suppliers.noteChange()
            }
        }
        credentials.apply(changedAccounts: accounts, revision: revision)
        names.apply(changedNumbers: numbers, revision: revision)
    }

    func forgetAll(revision: Int64) {
        credentials.forgetAll(revision: revision)
        names.apply(changedNumbers: nil, revision: revision)
        suppliers.noteChange()
    }
}
