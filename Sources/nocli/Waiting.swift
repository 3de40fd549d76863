// The way from a command, which is synchronous, to work that is not.

import Platform

/// Runs asynchronous work on the calling thread and returns its value.
///
/// What the work waits for wakes this thread, so it needs none of the pool that tasks run on, whoever holds those. The
/// work bounds its own time; Ctrl-C ends the process as it does everywhere.
func waitFor<Value: Sendable>(_ work: @escaping @Sendable () async -> Value) -> Value {
    let thread = WaitingThread()
    let outcome = Monitor<Value?>(nil)
    Task.detached(executorPreference: thread) {
        let value = await work()
        outcome.withLock { $0 = value }
        thread.end()
    }
    while true {
        thread.run()
        // The work ends once, and there is a value when it has.
        if let value = outcome.withLock({ $0 }) { return value }
    }
}

/// A thread that waits, as an executor of tasks. Its state is behind a monitor.
private final class WaitingThread: TaskExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        var hasEnded = false
    }

    private let state = Monitor(State(), conditions: 1)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let isTaken = state.withLock { state -> Bool in
            if !state.hasEnded { state.jobs.append(job) }
            return !state.hasEnded
        }
        // What goes on longer than the command waits for it ends on the threads of all tasks.
        if isTaken { state.signal(0) } else { globalConcurrentExecutor.enqueue(ExecutorJob(job)) }
    }

    /// Lets ``run()`` return when it has run what it holds.
    func end() {
        state.withLock { $0.hasEnded = true }
        state.signal(0)
    }

    /// Runs jobs on the calling thread until ``end()``.
    func run() {
        while true {
            let jobs = state.wait(0) { state, _ -> Monitor<State>.Step<[UnownedJob]> in
                guard !state.jobs.isEmpty || state.hasEnded else { return .wait(until: nil) }
                defer { state.jobs = [] }
                return .done(state.jobs)
            }
            if jobs.isEmpty { return }
            for job in jobs { job.runSynchronously(on: asUnownedTaskExecutor()) }
        }
    }
}
