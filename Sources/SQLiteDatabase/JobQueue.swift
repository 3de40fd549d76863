// The bounded queue in front of one or several database threads, and the watch over its deadlines. All state is in one
// monitor; waiters are answered outside of it.

internal import Platform

/// Jobs that wait, jobs that run, and a thread that answers those whose time is up.
///
/// The watch sleeps until the earliest deadline it knew of when it last looked. Deadlines lie seconds ahead and jobs
/// take microseconds, so it wakes about once a deadline's length, and adding a job costs it one comparison.
final class JobQueue: Sendable {
    private struct State {
        var waiting: [DatabaseJob] = []
        /// What each worker has taken and not yet finished.
        var running: [[DatabaseJob]]
        var idleWorkers = 0
        /// Wakes that have been sent to idle workers and not yet arrived.
        var wakes = 0
        /// When the watch looks again without being woken.
        var nextLook = MonotonicTime(nanoseconds: .max)
        var isStopping = false
        var workersLeft: Int
    }

    /// What a worker gets.
    enum Taken {
        case jobs([DatabaseJob])
        /// Nothing came until the given instant.
        case idle
        /// No job is left, and none will come.
        case stopped
    }

    private let monitor: Monitor<State>
    private let limit: Int
    private let clock: Clock

    private static let work = 0
    private static let watch = 1
    private static let ended = 2

    /// Jobs given up because their deadline passed.
    let expired = Counter()
    /// Jobs that found the queue full.
    let refused = Counter()

    /// - Parameters:
    ///   - limit: how many jobs may wait; those that run are not counted.
    ///   - workers: how many threads take jobs.
    init(limit: Int, workers: Int, clock: Clock) {
        self.limit = limit
        self.clock = clock
        monitor = Monitor(State(running: Array(repeating: [], count: workers), workersLeft: workers), conditions: 3)
    }

    /// How many jobs wait.
    var depth: Int { monitor.withLock { $0.waiting.count } }

    /// Adds a job, or answers it at once that there is no place for it.
    func add(_ job: DatabaseJob) {
        enum Admission { case accepted, full, stopped }
        var wakeWorker = false
        var wakeWatch = false
        let admission = monitor.withLock { state -> Admission in
            if state.isStopping { return .stopped }
            if state.waiting.count >= limit { return .full }
            state.waiting.append(job)
            // One wake for a burst: while a woken worker is on its way, it will see all that came meanwhile.
            if state.idleWorkers > state.wakes {
                state.wakes += 1
                wakeWorker = true
            }
            if job.deadline < state.nextLook {
                state.nextLook = job.deadline
                wakeWatch = true
            }
            return .accepted
        }
        switch admission {
        case .accepted:
            if wakeWorker { monitor.signal(Self.work) }
            if wakeWatch { monitor.signal(Self.watch) }
        case .full:
            refused.add()
            job.settle(.overloaded)
        case .stopped: job.settle(.stopped)
        }
    }

    /// Waits for jobs and takes up to `most` of them, oldest first.
    /// - Parameter idleAt: when to come back without any; nil waits on.
    func take(worker: Int, most: Int, idleAt: MonotonicTime?) -> Taken {
        monitor.wait(Self.work) { state, afterSleep in
            if afterSleep {
                state.idleWorkers -= 1
                state.wakes = max(0, state.wakes - 1)
            }
            if !state.waiting.isEmpty {
                let jobs: [DatabaseJob]
                if state.waiting.count <= most {
                    jobs = state.waiting
                    state.waiting = []
                    state.waiting.reserveCapacity(min(jobs.count, limit))
                } else {
                    jobs = Array(state.waiting.prefix(most))
                    state.waiting.removeFirst(most)
                }
                state.running[worker] = jobs
                return .done(.jobs(jobs))
            }
            if state.isStopping { return .done(.stopped) }
            if let idleAt, clock.monotonic() >= idleAt { return .done(.idle) }
            state.idleWorkers += 1
            return .wait(until: idleAt)
        }
    }

    /// The worker has settled all it took.
    func finish(worker: Int) {
        // Kept aside, so that the jobs are freed outside of the lock.
        let jobs = monitor.withLock { state -> [DatabaseJob] in
            let jobs = state.running[worker]
            state.running[worker] = []
            return jobs
        }
        withExtendedLifetime(jobs) {}
    }

    /// The worker's thread ends.
    func workerEnded() {
        monitor.withLock { $0.workersLeft -= 1 }
        monitor.broadcast(Self.ended)
        monitor.signal(Self.watch)
    }

    /// Takes no more jobs; workers finish those that wait and then get `.stopped`.
    func stop() {
        monitor.withLock { $0.isStopping = true }
        monitor.broadcast(Self.work)
        monitor.signal(Self.watch)
    }

    /// Waits until all workers have ended; false when `deadline` comes first.
    func waitForEnd(deadline: MonotonicTime) -> Bool {
        monitor.wait(Self.ended) { state, _ in
            if state.workersLeft == 0 { return .done(true) }
            if clock.monotonic() >= deadline { return .done(false) }
            return .wait(until: deadline)
        }
    }

    /// Answers jobs whose time is up until all workers have ended. The body of the watch's thread.
    func watchDeadlines() {
        while let jobs = nextExpired() {
            for job in jobs where job.expire() { expired.add() }
        }
    }

    /// Sleeps until jobs are past their deadline and takes them out; nil when no worker is left.
    private func nextExpired() -> [DatabaseJob]? {
        monitor.wait(Self.watch) { state, _ in
            if state.workersLeft == 0 { return .done(nil) }
            let now = clock.monotonic()
            // Not due: woken for an earlier deadline than the one it slept for, or for no reason.
            if now < state.nextLook { return .wait(until: state.nextLook) }
            var due: [DatabaseJob] = []
            var next = MonotonicTime(nanoseconds: .max)
            var kept: [DatabaseJob] = []
            kept.reserveCapacity(state.waiting.count)
            for job in state.waiting {
                if job.deadline <= now {
                    due.append(job)
                } else {
                    kept.append(job)
                    next = min(next, job.deadline)
                }
            }
            if !due.isEmpty { state.waiting = kept }
            for jobs in state.running {
                for job in jobs where !job.isSettled {
                    if job.deadline <= now { due.append(job) } else { next = min(next, job.deadline) }
                }
            }
            state.nextLook = next
            if due.isEmpty { return .wait(until: next.nanoseconds == .max ? nil : next) }
            return .done(due)
        }
    }
}
