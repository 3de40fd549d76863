// The threads of a database that read. Immutable from outside; the queue guards what is shared with them.

package import Platform

/// Why a read gave no value.
package enum ReadFailure: Error, Hashable, Sendable {
    /// The queue was full.
    case overloaded
    /// The deadline passed before there was a value.
    case timedOut
    /// The body or SQLite failed.
    case failed(DatabaseError)
    /// The pool takes no more work.
    case stopped
}

/// A few read-only connections, each with a thread of its own.
///
/// Readers never wait for the writer, nor the writer for them: each body sees the database as it was when it began.
package final class ReaderPool: Sendable {
    private let queue: JobQueue

    /// Opens `count` connections to a database that exists and has been examined (the writer does that).
    /// - Parameter queueLimit: how many bodies may wait; one more is answered `.overloaded`.
    /// - Throws: when one of the connections cannot be opened.
    package init(
        path: String, options: DatabaseOptions, count: Int, queueLimit: Int, clock: Clock
    ) throws(DatabaseOpenError) {
        precondition(count > 0 && queueLimit > 0, "a pool has readers and a queue")
        let queue = JobQueue(limit: queueLimit, workers: count, clock: clock)
        self.queue = queue
        let opened = Monitor<(ready: Int, refusal: DatabaseOpenError?)>((0, nil), conditions: 1)
        do throws(SystemError) {
            for index in 0..<count {
                try DatabaseThread.start("db-reader-\(index)") {
                    Reader(path: path, options: options, queue: queue, index: index).serve { refusal in
                        opened.withLock { state in
                            state.ready += 1
                            if let refusal { state.refusal = refusal }
                        }
                        opened.signal(0)
                    }
                    queue.workerEnded()
                }
            }
            try DatabaseThread.start("db-deadlines") { queue.watchDeadlines() }
        } catch {
            queue.stop()
            throw .system(error)
        }
        let refusal = opened.wait(0) { state, _ in state.ready == count ? .done(state.refusal) : .wait(until: nil) }
        if let refusal {
            queue.stop()
            throw refusal
        }
    }

    deinit { queue.stop() }

    /// Bodies that wait.
    package var queueDepth: Int { queue.depth }
    /// Bodies whose deadline passed.
    package var timeouts: UInt64 { queue.expired.value }
    /// Bodies that found the queue full.
    package var overloads: UInt64 { queue.refused.value }

    /// Runs `body` on a snapshot of the database. Its statements are stopped at the deadline.
    package func read<Value: Sendable>(
        deadline: MonotonicTime, _ body: @escaping @Sendable (Connection) throws(DatabaseError) -> Value
    ) async -> Result<Value, ReadFailure> {
        // Unsafe: as in the writer, the job's atomic stage makes the one answer certain without a lock.
        await withUnsafeContinuation { waiter in
            queue.add(ReadJob(deadline: deadline, body: body) { waiter.resume(returning: $0) })
        }
    }

    /// As `read`, for threads that may wait. Never on an event loop.
    package func readNow<Value: Sendable>(
        deadline: MonotonicTime, _ body: @escaping @Sendable (Connection) throws(DatabaseError) -> Value
    ) -> Result<Value, ReadFailure> {
        let answer = Monitor<Result<Value, ReadFailure>?>(nil, conditions: 1)
        queue.add(
            ReadJob(deadline: deadline, body: body) { result in
                answer.withLock { $0 = result }
                answer.signal(0)
            })
        return answer.wait(0) { result, _ in result.map { .done($0) } ?? .wait(until: nil) }
    }

    /// Takes no more bodies, finishes those that wait, and closes the connections.
    /// - Returns: whether that was done by `deadline`.
    package func stop(deadline: MonotonicTime) -> Bool {
        queue.stop()
        return queue.waitForEnd(deadline: deadline)
    }
}

/// A read with its value and what is done with it.
private final class ReadJob<Value: Sendable>: DatabaseJob, @unchecked Sendable {
    // Sendable: `value` is written and read by the reader's thread alone.
    private let body: @Sendable (Connection) throws(DatabaseError) -> Value
    private let completion: @Sendable (Result<Value, ReadFailure>) -> Void
    private var value: Value?

    init(
        deadline: MonotonicTime, body: @escaping @Sendable (Connection) throws(DatabaseError) -> Value,
        completion: @escaping @Sendable (Result<Value, ReadFailure>) -> Void
    ) {
        self.body = body
        self.completion = completion
        super.init(deadline: deadline)
    }

    override func perform(_ connection: Connection) throws(DatabaseError) { value = try body(connection) }

    override func answer(_ end: JobEnd) {
        switch end {
        case .done:
            guard let value else { preconditionFailure("a job that is done has a value") }
            completion(.success(value))
        case .failed(let error), .uncertain(let error): completion(.failure(.failed(error)))
        case .timedOut: completion(.failure(.timedOut))
        case .overloaded: completion(.failure(.overloaded))
        case .stopped: completion(.failure(.stopped))
        }
    }
}

/// What a reader's thread does. Confined to that thread.
private final class Reader {
    private var connection: Connection?
    private let path: String
    private let options: DatabaseOptions
    private let queue: JobQueue
    private let index: Int

    init(path: String, options: DatabaseOptions, queue: JobQueue, index: Int) {
        self.path = path
        self.options = options
        self.queue = queue
        self.index = index
    }

    /// The life of a reader's thread: opens the connection, says how that went, works, and closes it.
    func serve(_ opened: (DatabaseOpenError?) -> Void) {
        do throws(DatabaseError) {
            _ = try usableConnection()
        } catch {
            opened(DatabaseFile.refusal(error, path: path))
            return
        }
        opened(nil)
        while case .jobs(let jobs) = queue.take(worker: index, most: 1, idleAt: nil) {
            for job in jobs where job.begin() { perform(job) }
            queue.finish(worker: index)
        }
        connection = nil
    }

    private func perform(_ job: DatabaseJob) {
        do throws(DatabaseError) {
            let connection = try usableConnection()
            connection.setDeadline(job.deadline)
            try connection.readTransaction { () throws(DatabaseError) in try job.perform(connection) }
            job.settle(.done)
        } catch {
            // Undoing a read cannot fail but for reasons that make the connection useless.
            if connection?.isInTransaction == true { connection = nil }
            switch error.kind {
            case .interrupted: job.settle(.timedOut(begun: true))
            case .ioError, .corrupt, .notADatabase, .readOnly, .other:
                connection = nil
                job.settle(.failed(error))
            case .busy, .full, .constraint, .misuse: job.settle(.failed(error))
            }
        }
    }

    private func usableConnection() throws(DatabaseError) -> Connection {
        if let connection { return connection }
        let opened = try Connection(
            path: path, mode: .readOnly, busyTimeout: options.busyTimeout, vfs: options.vfs,
            cacheBytes: options.cacheBytes)
        // The first statement reads the file, so that a bad one is found here.
        _ = try opened.dataVersion()
        connection = opened
        return opened
    }
}
