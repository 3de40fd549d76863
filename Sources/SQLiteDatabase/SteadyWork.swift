// The steady work beside a server's requests: following the feed of changes, watching the database's health, dropping
// what has expired, and what else a server has to do again and again. Two tasks; what others read of it is atomic.

internal import Glibc
package import Platform
internal import Synchronization

/// What a server does all the time, whether it is asked something or not.
package final class SteadyWork: Sendable {
    /// Something done again and again, by one task and never twice at once.
    package struct Chore: Sendable {
        let interval: Duration
        let isDoneAtOnce: Bool
        let isDoneAtEnd: Bool
        let work: @Sendable () async -> Void

        /// - Parameters:
        ///   - interval: the time from one beginning to the next; shorter than ``SteadyWork/roundInterval`` means in
        ///     every round.
        ///   - isDoneAtOnce: whether it is done first when the work begins, or one interval later.
        ///   - isDoneAtEnd: whether it is done once more when the work ends.
        ///   - work: has deadlines of its own; while it lasts, the other chores wait.
        package init(
            every interval: Duration, atOnce isDoneAtOnce: Bool = true, atEnd isDoneAtEnd: Bool = false,
            _ work: @escaping @Sendable () async -> Void
        ) {
            self.interval = interval
            self.isDoneAtOnce = isDoneAtOnce
            self.isDoneAtEnd = isDoneAtEnd
            self.work = work
        }
    }

    /// How often it is looked at what is due.
    package static let roundInterval: Duration = .milliseconds(200)
    private static let healthInterval: Duration = .seconds(1)
    private static let sweepInterval: Duration = .seconds(60)
    /// How long the clock must have gone evenly before anything is dropped because of its age. A machine often starts
    /// with a wrong time and learns the right one a few minutes later; what was dropped by then would be gone.
    package static let settlingTime: Duration = .seconds(600)
    /// A clock that moves by more than this between two rounds has been set.
    private static let clockStepMax: Duration = .seconds(3_600)
    /// How long dropping one block may take.
    private static let accessTime: Duration = .seconds(2)

    /// The database's health.
    package let database: DatabaseWatch
    private let writer: DatabaseWriter
    private let follower: ChangeFollower
    private let sweeps: [Sweep]
    private let chores: [Chore]
    private let settlingTime: Duration
    private let clock: Clock
    private let logger: Logger
    private let isStopping = Atomic<Bool>(false)
    private let hasEnded = Atomic<Bool>(false)

    /// - Parameters:
    ///   - listener: told of every change.
    ///   - sweeps: done once a minute, after the feed of changes itself.
    ///   - chores: done in this order when several are due.
    ///   - settlingTime: how long the clock must have gone evenly before anything is swept.
    package init(
        writer: DatabaseWriter, readers: ReaderPool, listener: any ChangeListener, sweeps: [Sweep],
        chores: [Chore] = [], settlingTime: Duration = settlingTime, clock: Clock, logger: Logger
    ) {
        self.writer = writer
        let feed = Sweep(of: "changes") { now, connection throws(DatabaseError) in
            try ChangeTable.sweep(now: now, on: connection)
            return 0
        }
        self.sweeps = [feed] + sweeps
        self.chores = chores
        self.settlingTime = settlingTime
        self.clock = clock
        self.logger = logger
        follower = ChangeFollower(readers: readers, clock: clock, listener: listener)
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

    /// Waits until ``run()`` has ended, so that what it still writes is written; not longer than the deadline.
    package func waitForEnd(deadline: MonotonicTime) {
        while !hasEnded.load(ordering: .acquiring), MonotonicTime.now() < deadline { usleep(2_000) }
    }

    private func maintain() async {
        let all =
            [Chore(every: Self.healthInterval) { [database] in await database.look() }] + chores
        let start = clock.monotonic()
        var due = all.map { $0.isDoneAtOnce ? start : start + $0.interval }
        var clockOffset = clockOffset
        var sweepDue = start + settlingTime
        while !isStopping.load(ordering: .relaxed) {
            let now = clock.monotonic()
            let offset = self.clockOffset
            if abs(offset - clockOffset) > Self.clockStepMax.wholeNanoseconds / 1_000 {
                logger.warning("clock_was_set", [("seconds", .integer((offset - clockOffset) / 1_000_000))])
                sweepDue = now + settlingTime
            }
            clockOffset = offset
            for (index, chore) in all.enumerated() where now >= due[index] {
                await chore.work()
                due[index] = now + chore.interval
            }
            if now >= sweepDue {
                await sweepAll()
                sweepDue = now + Self.sweepInterval
            }
            // Cancelled only together with the whole program.
            try? await Task.sleep(for: Self.roundInterval)
        }
        for chore in all where chore.isDoneAtEnd { await chore.work() }
    }

    /// How far the two clocks are apart, in microseconds: the same at any time unless one of them is set.
    private var clockOffset: Int64 {
        clock.wall().microseconds - Int64(clamping: clock.monotonic().nanoseconds / 1_000)
    }

    private func sweepAll() async {
        for entry in sweeps {
            let failure = await sweep(entry)
            guard let failure else { continue }
            logger.warning("sweep_failed", [("table", .text(entry.table.description))])
            // A table that cannot be swept is no reason to let the others grow, a database that stalls is: while it is
            // waited for, nothing else here is done.
            guard case .failed = failure else { return }
        }
    }

    /// Block by block, each a transaction of its own, as long as none fails.
    private func sweep(_ sweep: Sweep) async -> WriteFailure? {
        let now = clock.wall()
        var dropped = sweep.blockRows
        while dropped >= sweep.blockRows, !isStopping.load(ordering: .relaxed) {
            let result = await writer.write(deadline: clock.monotonic() + Self.accessTime) {
                connection throws(DatabaseError) in
                try sweep.drop(now, connection)
            }
            switch result {
            case .success(let count): dropped = count
            case .failure(let failure): return failure
            }
        }
        return nil
    }
}
