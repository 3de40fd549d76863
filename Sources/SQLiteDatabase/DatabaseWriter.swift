// The one thread of a database that writes: gathers what waits into a transaction, syncs once, answers all.
// Immutable from outside; the queue guards what is shared with the thread.

package import Platform

/// Why a write gave no value.
package enum WriteFailure: Error, Hashable, Sendable {
    /// The queue was full. Nothing was done.
    case overloaded
    /// The deadline passed. `mayCommit: false`: the body never ran and never will. `true`: it had begun; its changes
    /// may become durable, or not.
    case timedOut(mayCommit: Bool)
    /// The body or the commit failed. Nothing is kept.
    case failed(DatabaseError)
    /// The commit failed at its sync, and the disk then refused to overwrite what had been written. Nothing of it is
    /// seen by anybody now, but after a crash at this very moment it could come back at the next start.
    case uncertain(DatabaseError)
    /// The writer takes no more work. Nothing was done.
    case stopped
}

/// Writes to a database by group commit.
///
/// Jobs that wait are taken together, run one after the other in one IMMEDIATE transaction, each in a savepoint of its
/// own (orders of one kind in one), and answered after one sync. A lone job is taken at once; under load the next
/// batch gathers while this one is being synced.
package final class DatabaseWriter: Sendable {
    /// Bounds of the writer.
    package struct Limits: Sendable {
        /// Jobs that may wait; one more is answered `.overloaded`.
        package var queue: Int
        /// Jobs of one transaction: bounds what one failed sync takes with it, and how long another process waits for
        /// the lock.
        package var batch: Int
        /// Frames (pages of 4 KiB) in the log from which it is copied into the database once no job has come for
        /// `quiet`.
        package var logFramesIdle: Int
        /// Frames from which the log is copied between two batches, whatever waits.
        package var logFramesBusy: Int
        /// Frames from which a copy also waits a moment for readers of old snapshots, so that the log can begin anew.
        package var logFramesMax: Int
        /// How long no job must come before the log is copied.
        package var quiet: Duration

        /// - Parameters:
        ///   - queue: some 4,000 jobs are a quarter of a second of work on a common disk.
        ///   - logFramesBusy: 16 MB; a copy writes each page once, so a longer log is copied more cheaply.
        package init(
            queue: Int = 4_096, batch: Int = 512, logFramesIdle: Int = 1_000, logFramesBusy: Int = 4_000,
            logFramesMax: Int = 32_000, quiet: Duration = .milliseconds(20)
        ) {
            precondition(queue > 0 && batch > 0 && logFramesIdle > 0, "limits are positive")
            self.queue = queue
            self.batch = batch
            self.logFramesIdle = logFramesIdle
            self.logFramesBusy = logFramesBusy
            self.logFramesMax = logFramesMax
            self.quiet = quiet
        }
    }

    /// Numbers about the writer's work.
    package let metrics: WriterMetrics

    private let queue: JobQueue

    /// Opens the database and starts the thread; returns once it is ready for work.
    /// - Throws: the refusal of the file.
    package init(
        schema: DatabaseSchema, path: String, options: DatabaseOptions, limits: Limits, clock: Clock
    ) throws(DatabaseOpenError) {
        let queue = JobQueue(limit: limits.queue, workers: 1, clock: clock)
        let metrics = WriterMetrics(queue: queue, clock: clock)
        self.queue = queue
        self.metrics = metrics
        let opened = Monitor<Result<Void, DatabaseOpenError>?>(nil, conditions: 1)
        do throws(SystemError) {
            try DatabaseThread.start("db-writer") {
                Self.serve(opened) { () throws(DatabaseOpenError) in
                    WriterThread(
                        connection: try schema.open(path: path, options: options), schema: schema, options: options,
                        limits: limits, queue: queue, metrics: metrics, clock: clock)
                }
                queue.workerEnded()
            }
            try DatabaseThread.start("db-deadlines") { queue.watchDeadlines() }
        } catch {
            queue.stop()
            throw .system(error)
        }
        // Bounded by the opening of the file: its busy timeout, and its migrations.
        try opened.wait(0) { result, _ in result.map { .done($0) } ?? .wait(until: nil) }.get()
    }

    /// The shortest turn that Linux takes (sched_setattr(2)): some charges' worth of work.
    private static let turn: Duration = .microseconds(100)

    /// The life of the writer's thread. Its connection is closed when this returns.
    private static func serve(
        _ opened: Monitor<Result<Void, DatabaseOpenError>?>, open: () throws(DatabaseOpenError) -> WriterThread
    ) {
        // It sleeps in a sync many times a second, and everybody waits for it then: without this it waits another
        // millisecond for a processor each time a loop is busy, a third of what it can do.
        OSThread.takeShortTurns(of: turn)
        do throws(DatabaseOpenError) {
            let thread = try open()
            opened.withLock { $0 = .success(()) }
            opened.signal(0)
            thread.run()
        } catch {
            opened.withLock { $0 = .failure(error) }
            opened.signal(0)
        }
    }

    deinit { queue.stop() }

    /// Runs `body` in the writer's transaction and returns once what it wrote is durable, or the deadline has passed.
    ///
    /// The body must not begin or end transactions, and must not wait for anything. Cancelling the task changes
    /// nothing: what has been handed in is done.
    package func write<Value: Sendable>(
        deadline: MonotonicTime, _ body: @escaping @Sendable (Connection) throws(DatabaseError) -> Value
    ) async -> Result<Value, WriteFailure> {
        // Unsafe: a checked continuation costs an allocation and a lock a call, and exactly one answer is already what
        // the job's atomic stage is there for.
        await withUnsafeContinuation { waiter in
            queue.add(WriteJob(deadline: deadline, body: body, waiter: waiter))
        }
    }

    /// Takes an order that is done together with others of its kind, and answers it once what it wrote is durable, or
    /// `deadline` has passed. Orders of one kind that wait one behind the other are done together; what else waits keeps
    /// its place among them.
    package func add(_ order: any WriteOrder, deadline: MonotonicTime) {
        queue.add(OrderedJob(order, deadline: deadline))
    }

    /// Takes no more jobs, finishes those that wait, and closes the database.
    /// - Returns: whether that was done by `deadline`; otherwise the thread goes on, and deadlines are still kept.
    package func stop(deadline: MonotonicTime) -> Bool {
        queue.stop()
        return queue.waitForEnd(deadline: deadline)
    }
}
