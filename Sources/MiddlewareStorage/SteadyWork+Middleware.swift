// The steady work beside requests: following the change feed, watching the database's health, dropping what has
// expired. Two tasks; what others read of it is atomic.

internal import Glibc
package import Platform
package import SQLiteDatabase
internal import Synchronization

/// Whoever remembers something of a workspace. Called by one task at a time.
package protocol MiddlewareChangeListener: Sendable {
    /// These have changed, in this order; what was read at an earlier revision than this one is no longer to be kept.
    func apply(_ subjects: [MiddlewareChanges.Subject], revision: Int64)

    /// Anything may have changed.
    func forgetAll(revision: Int64)
}

/// Drops expired rows of one table.
package struct MiddlewareSweep: Sendable {
    /// Rows dropped in one transaction at most, so that requests come in between.
    package static let rowsMax = 1_000

    /// Drops at most ``rowsMax`` rows and returns how many it dropped.
    let drop: @Sendable (UnixTime, Connection) throws(DatabaseError) -> Int

    package init(_ drop: @escaping @Sendable (UnixTime, Connection) throws(DatabaseError) -> Int) { self.drop = drop }
}

/// Keeps what the server remembers in step with the database.
package final class MiddlewareHousekeeping: Sendable {
    /// How often it is looked at what is due.
    private static let roundInterval: Duration = .milliseconds(200)
    private static let healthInterval: Duration = .seconds(1)
    private static let sweepInterval: Duration = .seconds(60)
    /// How long one of its own writes may take.
    private static let accessTime: Duration = .seconds(2)

    /// The database's health.
    package let database: DatabaseWatch
    private let writer: DatabaseWriter
    private let follower: ChangeFollower
    private let sweeps: [MiddlewareSweep]
    private let clock: Clock
    private let logger: Logger
    private let isStopping = Atomic<Bool>(false)
    private let hasEnded = Atomic<Bool>(false)

    /// - Parameters:
    ///   - listeners: told of every change, in this order.
    ///   - sweeps: done once a minute.
    package init(
        writer: DatabaseWriter, readers: ReaderPool, listeners: [any MiddlewareChangeListener],
        sweeps: [MiddlewareSweep], clock: Clock, logger: Logger
    ) {
        self.writer = writer
        self.sweeps = sweeps
        self.clock = clock
        self.logger = logger
        follower = ChangeFollower(readers: readers, clock: clock, listener: Fan(listeners: listeners))
        database = DatabaseWatch(writer: writer, readers: readers, clock: clock, logger: logger)
    }

    /// Runs until ``stop()``. Meant for a task of its own.
    package func run() async {
        // Two tasks, because a writer that is blocked must not keep a revocation from being seen.
        async let following: Void = follower.run()
        await maintain()
        await following
        hasEnded.store(true, ordering: .releasing)
    }

    /// Ends ``run()`` after its present round.
    package func stop() {
        isStopping.store(true, ordering: .relaxed)
        follower.stop()
    }

    /// Waits until ``run()`` has ended; not longer than the deadline.
    package func waitForEnd(deadline: MonotonicTime) {
        while !hasEnded.load(ordering: .acquiring), MonotonicTime.now() < deadline { usleep(2_000) }
    }

    private func maintain() async {
        var nextHealth = clock.monotonic()
        var nextSweep = clock.monotonic()
        while !isStopping.load(ordering: .relaxed) {
            let now = clock.monotonic()
            if now >= nextHealth {
                await database.look()
                nextHealth = now + Self.healthInterval
            }
            if now >= nextSweep {
                await sweepAll()
                nextSweep = now + Self.sweepInterval
            }
            // Cancelled only together with the whole program.
            try? await Task.sleep(for: Self.roundInterval)
        }
    }

    private func sweepAll() async {
        await sweep(
            MiddlewareSweep { now, connection throws(DatabaseError) in
                try ChangeTable.sweep(now: now, on: connection)
                return 0
            })
        for entry in sweeps { await sweep(entry) }
    }

    /// Block by block, each a transaction of its own.
    private func sweep(_ sweep: MiddlewareSweep) async {
        let now = clock.wall()
        var dropped = MiddlewareSweep.rowsMax
        while dropped >= MiddlewareSweep.rowsMax, !isStopping.load(ordering: .relaxed) {
            let result = await writer.write(deadline: clock.monotonic() + Self.accessTime) {
                connection throws(DatabaseError) in
                try sweep.drop(now, connection)
            }
            guard case .success(let count) = result else { return logger.warning("sweep_failed") }
            dropped = count
        }
    }
}

/// Hands each change to all who listen.
private struct Fan: ChangeListener {
    let listeners: [any MiddlewareChangeListener]

    func apply(_ changes: [DatabaseChange], revision: Int64) {
        let subjects = changes.compactMap(MiddlewareChanges.Subject.init)
        for listener in listeners {
            // A change that this release cannot read may be about anything.
            if subjects.count < changes.count {
                listener.forgetAll(revision: revision)
            } else {
                listener.apply(subjects, revision: revision)
            }
        }
    }

    func forgetAll(revision: Int64) {
        for listener in listeners { listener.forgetAll(revision: revision) }
    }
}
