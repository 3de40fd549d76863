// What the writer's thread does. Confined to that thread.

internal import Platform

/// Batches, commits, and what follows when the disk fails.
final class WriterThread {
    private var connection: Connection?
    private let path: String
    private let schema: DatabaseSchema
    private let options: DatabaseOptions
    private let limits: DatabaseWriter.Limits
    private let queue: JobQueue
    private let metrics: WriterMetrics
    private let clock: Clock
    /// The log's length from which the next copy is tried while busy; grows when a copy could not be completed.
    private var nextCheckpointFrames: Int
    private var failuresInARow = 0
    /// How the jobs of the running batch will be answered; kept for its storage.
    private var ends: [JobEnd?] = []

    init(
        connection: Connection, schema: DatabaseSchema, options: DatabaseOptions, limits: DatabaseWriter.Limits,
        queue: JobQueue, metrics: WriterMetrics, clock: Clock
    ) {
        self.connection = connection
        path = connection.path
        self.schema = schema
        self.options = options
        self.limits = limits
        self.queue = queue
        self.metrics = metrics
        self.clock = clock
        nextCheckpointFrames = limits.logFramesBusy
        // Not inside a commit that somebody waits for.
        connection.takeOverCheckpoints()
        ends.reserveCapacity(limits.batch)
    }

    /// Works until the queue is stopped and empty.
    func run() {
        while true {
            var idleAt: MonotonicTime?
            if let connection, connection.logFrames >= limits.logFramesIdle {
                idleAt = clock.monotonic() + limits.quiet
            }
            switch queue.take(worker: 0, most: limits.batch, idleAt: idleAt) {
            case .jobs(let jobs):
                process(jobs)
                queue.finish(worker: 0)
                if let connection, connection.logFrames >= nextCheckpointFrames { checkpoint(connection) }
            case .idle:
                if let connection { checkpoint(connection) }
            case .stopped:
                return
            }
        }
    }

    // MARK: One batch

    private func process(_ jobs: [DatabaseJob]) {
        let began = clock.monotonic()
        metrics.began(at: began)
        defer { metrics.ended() }
        ends.removeAll(keepingCapacity: true)
        let connection: Connection
        do throws(DatabaseError) {
            connection = try usableConnection()
            try connection.run("BEGIN IMMEDIATE")
        } catch {
            settle(jobs, afterFailing: error)
            return
        }
        do throws(DatabaseError) {
            let performed = try perform(jobs, began: began, on: connection)
            if performed == 0 {
                // Every job has failed or was given up: there is nothing to sync.
                connection.rollBack()
                settle(jobs)
            } else {
                commit(jobs, performed: performed, on: connection, began: began)
            }
        } catch {
            settle(jobs, afterFailing: error)
        }
    }

    /// Runs the jobs of a batch and notes how each ended.
    /// - Returns: how many have something to keep.
    /// - Throws: what has undone the whole transaction: a full disk, a failed write.
    private func perform(
        _ jobs: [DatabaseJob], began: MonotonicTime, on connection: Connection
    ) throws(DatabaseError) -> Int {
        // Alone, the transaction is the savepoint.
        if jobs.count == 1 { return try perform(jobs[0], began: began, on: connection, isAlone: true) }
        var performed = 0
        var next = 0
        while next < jobs.count {
            guard let kind = jobs[next].kind else {
                performed += try perform(jobs[next], began: began, on: connection, isAlone: false)
                next += 1
                continue
            }
            var end = next + 1
            while end < jobs.count, jobs[end].kind == kind { end += 1 }
            performed += try performTogether(jobs[next..<end], began: began, on: connection)
            next = end
        }
        return performed
    }

    /// Runs jobs of one kind: together, or one by one when that fails.
    private func performTogether(
        _ jobs: ArraySlice<DatabaseJob>, began: MonotonicTime, on connection: Connection
    ) throws(DatabaseError) -> Int {
        let first = ends.count
        for job in jobs { ends.append(claim(job, began: began) ? .done : nil) }
        let claimed = zip(jobs, ends[first...]).compactMap { job, end in end == nil ? nil : job }
        guard let one = claimed.first else { return 0 }
        do throws(DatabaseError) {
            try connection.savepoint { () throws(DatabaseError) in try one.performTogether(claimed, connection) }
            precondition(connection.isInTransaction, "a job must not end the writer's transaction")
            return claimed.count
        } catch {
            guard connection.isInTransaction else { throw error }
        }
        // One order may be what failed: each is tried by itself, so that it alone is refused.
        var performed = 0
        for (offset, job) in jobs.enumerated() where ends[first + offset] != nil {
            do throws(DatabaseError) {
                try connection.savepoint { () throws(DatabaseError) in try job.perform(connection) }
                performed += 1
            } catch {
                ends[first + offset] = .failed(error)
                guard connection.isInTransaction else { throw error }
            }
        }
        return performed
    }

    private func perform(
        _ job: DatabaseJob, began: MonotonicTime, on connection: Connection, isAlone: Bool
    ) throws(DatabaseError) -> Int {
        guard claim(job, began: began) else {
            ends.append(nil)
            return 0
        }
        do throws(DatabaseError) {
            if isAlone {
                try job.perform(connection)
            } else {
                try connection.savepoint { () throws(DatabaseError) in try job.perform(connection) }
            }
            precondition(connection.isInTransaction, "a job must not end the writer's transaction")
            ends.append(.done)
            return 1
        } catch {
            ends.append(.failed(error))
            guard connection.isInTransaction else { throw error }
            return 0
        }
    }

    /// Takes a job for its body; false when it has been given up.
    private func claim(_ job: DatabaseJob, began: MonotonicTime) -> Bool {
        // Too late already: the watch may be about to say the same, and only one of us does.
        if job.deadline <= began, job.expire() { queue.expired.add() }
        return job.begin()
    }

    private func commit(_ jobs: [DatabaseJob], performed: Int, on connection: Connection, began: MonotonicTime) {
        do throws(DatabaseError) {
            try connection.commit()
        } catch {
            settle(jobs, afterFailing: error)
            return
        }
        let duration = began.duration(to: clock.monotonic())
        metrics.commitMicroseconds.record(UInt64(max(0, duration.wholeNanoseconds / 1_000)))
        metrics.batchSize.record(UInt64(performed))
        metrics.logFrames.set(Int64(connection.logFrames))
        failuresInARow = 0
        settle(jobs)
    }

    /// Answers every job of the batch as `ends` says.
    private func settle(_ jobs: [DatabaseJob]) {
        for (job, end) in zip(jobs, ends) {
            if let end { job.settle(end) }
        }
    }

    /// Answers every job of a batch of which nothing is kept: with its own error where it had one.
    private func settle(_ jobs: [DatabaseJob], afterFailing error: DatabaseError) {
        metrics.failures.add()
        failuresInARow += 1
        abandonBrokenConnection(after: error)
        for (index, job) in jobs.enumerated() {
            if index < ends.count, case .failed? = ends[index], let end = ends[index] {
                job.settle(end)
            } else {
                job.settle(error.mayBeKept ? .uncertain(error) : .failed(error))
            }
        }
    }

    // MARK: After a failure

    /// Gives a connection up that cannot be expected to work again.
    private func abandonBrokenConnection(after error: DatabaseError) {
        guard let connection else { return }
        let isBroken =
            switch error.kind {
            case .corrupt, .notADatabase, .readOnly, .other: true
            // The first failed write may be the disk's passing trouble; the second may be a stale descriptor's.
            case .ioError: failuresInARow > 1
            case .busy, .full, .constraint, .interrupted, .misuse: false
            }
        if connection.isInTransaction || isBroken { self.connection = nil }
    }

    private func usableConnection() throws(DatabaseError) -> Connection {
        if let connection { return connection }
        var options = options
        // The file was made and migrated at the start; if it is now missing or older, something is badly wrong.
        options.older = .refuse
        do throws(DatabaseOpenError) {
            let opened = try schema.open(path: path, options: options)
            metrics.reopenings.add()
            opened.takeOverCheckpoints()
            connection = opened
            return opened
        } catch {
            throw error.databaseError
        }
    }

    // MARK: The log

    /// Copies the log into the database. A failure costs nothing but time: the log still holds everything.
    private func checkpoint(_ connection: Connection) {
        let began = clock.monotonic()
        let frames = connection.logFrames
        let outcome = connection.checkpoint(waitForReaders: frames >= limits.logFramesMax)
        let duration = began.duration(to: clock.monotonic())
        metrics.checkpointMicroseconds.record(UInt64(max(0, duration.wholeNanoseconds / 1_000)))
        // What a reader or a backup still needs, or a full disk refused, is tried again a good deal later.
        nextCheckpointFrames = outcome == .complete ? limits.logFramesBusy : frames + limits.logFramesIdle
    }
}
