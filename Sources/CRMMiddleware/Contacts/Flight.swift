// One question to one connector while it is under way, and those who wait for several of them at once.

internal import CRMTemplate
internal import Platform

/// A question that has been begun. Several searches may wait for the same one.
final class Flight: @unchecked Sendable {
    // Sendable: `waiters` and `isStraggler` are touched under the index's mutex alone, the rest never changes or has a
    // mutex of its own.

    struct Waiter: Sendable {
        let gathering: Gathering<FlightEnd>
        /// Its place in the gathering.
        let place: Int
    }

    let probe: Probe
    /// Under which its answer counts.
    let rules: AnswerRules
    /// The generation of the workspace when it began.
    let generation: UInt64
    /// When it is given up, whatever its connector does.
    let deadline: MonotonicTime

    var waiters: [Waiter] = []
    /// Whether it goes on although nobody waits for it.
    var isStraggler = false

    private let task = Monitor<(task: Task<Void, Never>?, isCancelled: Bool)>((nil, false))

    init(probe: Probe, rules: AnswerRules, generation: UInt64, deadline: MonotonicTime) {
        self.probe = probe
        self.rules = rules
        self.generation = generation
        self.deadline = deadline
    }

    /// Begins the work in a task of its own, which goes on when everybody who waited has left.
    ///
    /// Where the caller's task prefers an executor, an event loop say, the work begins at once and goes on there: handing
    /// it to another thread and back would cost more than most of what it does.
    func run(_ work: @escaping @Sendable () async -> Void) {
        let executor = withUnsafeCurrentTask { $0?.unownedTaskExecutor?.asTaskExecutor() }
        // A detached task would forget the trace that its requests belong to.
        let trace = TraceContext.current
        let begun =
            if let executor {
                Task.immediateDetached(executorPreference: executor) {
                    await TraceContext.$current.withValue(trace, operation: work)
                }
            } else {
                Task.detached { await TraceContext.$current.withValue(trace, operation: work) }
            }
        let isCancelled = task.withLock { state -> Bool in
            state.task = begun
            return state.isCancelled
        }
        if isCancelled { begun.cancel() }
    }

    func cancel() {
        let begun = task.withLock { state -> Task<Void, Never>? in
            state.isCancelled = true
            return state.task
        }
        begun?.cancel()
    }
}

/// How a question ended.
enum FlightEnd: Sendable {
    case answered([CRMContact], milliseconds: Int64)
    case failed(code: String, milliseconds: Int64)
}

/// Several things that somebody waits for at once, not longer than a deadline.
final class Gathering<End: Sendable>: Sendable {
    private struct State {
        var ends: [End?]
        var missing: Int
        var isOver = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state: Monitor<State>

    init(count: Int) {
        state = Monitor(State(ends: Array(repeating: nil, count: count), missing: count))
    }

    func deliver(_ end: End, at place: Int) {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.ends[place] == nil else { return nil }
            state.ends[place] = end
            state.missing -= 1
            guard state.missing == 0 else { return nil }
            state.isOver = true
            return state.waiter.take()
        }
        waiter?.resume()
    }

    private func expire() {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            state.isOver = true
            return state.waiter.take()
        }
        waiter?.resume()
    }

    /// What has ended so far.
    var ends: [End?] { state.withLock { $0.ends } }

    /// Returns when all have ended or the time is over, with what has ended by then.
    nonisolated(nonsending) func wait(until deadline: MonotonicTime, alarm: Alarm) async -> [End?] {
        if !state.withLock({ $0.isOver }) {
            let timer = alarm.set(at: deadline) { self.expire() }
            await withCheckedContinuation { waiter in
                let isOver = state.withLock { state -> Bool in
                    if !state.isOver { state.waiter = waiter }
                    return state.isOver
                }
                if isOver { waiter.resume() }
            }
            timer.switchOff()
        }
        return ends
    }
}
