// A clock that a test moves, and the alarms that go by it. Its state is behind a monitor.

import CRMTemplate
import Platform

/// Time that stands still until it is told to move.
final class HeldTime: Sendable {
    private struct State {
        var now = MonotonicTime(nanoseconds: 1_000_000_000_000)
        var nextID = 0
        var sleepers: [Int: (instant: MonotonicTime, continuation: CheckedContinuation<Void, Never>)] = [:]
        var cancelled: Set<Int> = []
    }

    private let state = Monitor(State())

    var now: MonotonicTime { state.withLock { $0.now } }

    var clock: Clock {
        Clock(wall: { UnixTime(seconds: 1_770_000_000) }, monotonic: { self.now })
    }

    /// Sleepers whose instant has not come.
    var sleeping: Int { state.withLock { $0.sleepers.count } }

    func advance(by duration: Duration) {
        let due = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            state.now = state.now + duration
            let ids = state.sleepers.filter { $0.value.instant <= state.now }.map(\.key)
            return ids.compactMap { state.sleepers.removeValue(forKey: $0)?.continuation }
        }
        for continuation in due { continuation.resume() }
    }

    var alarm: Alarm {
        Alarm { instant in
            let id = self.state.withLock { state -> Int in
                state.nextID += 1
                return state.nextID
            }
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let returnsAtOnce = self.state.withLock { state -> Bool in
                        if instant <= state.now || state.cancelled.remove(id) != nil { return true }
                        state.sleepers[id] = (instant, continuation)
                        return false
                    }
                    if returnsAtOnce { continuation.resume() }
                }
            } onCancel: {
                let continuation = self.state.withLock { state -> CheckedContinuation<Void, Never>? in
                    guard let sleeper = state.sleepers.removeValue(forKey: id) else {
                        state.cancelled.insert(id)
                        return nil
                    }
                    return sleeper.continuation
                }
                continuation?.resume()
            }
        }
    }
}

/// Something that holds up whoever passes until it is opened. Its state is behind a monitor.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var arrivals = 0
        var waiting: [Int: CheckedContinuation<Bool, Never>] = [:]
        var cancelled: Set<Int> = []
    }

    private let state = Monitor(State())

    /// How many have come so far.
    var arrivals: Int { state.withLock { $0.arrivals } }

    func open() {
        let waiting = state.withLock { state -> [CheckedContinuation<Bool, Never>] in
            state.isOpen = true
            defer { state.waiting = [:] }
            return Array(state.waiting.values)
        }
        for continuation in waiting { continuation.resume(returning: true) }
    }

    /// - Returns: false when the task was cancelled first.
    func pass() async -> Bool {
        let id = state.withLock { state -> Int in
            state.arrivals += 1
            return state.arrivals
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer = state.withLock { state -> Bool? in
                    if state.isOpen { return true }
                    if state.cancelled.contains(id) { return false }
                    state.waiting[id] = continuation
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let continuation = state.withLock { state -> CheckedContinuation<Bool, Never>? in
                state.cancelled.insert(id)
                return state.waiting.removeValue(forKey: id)
            }
            continuation?.resume(returning: false)
        }
    }
}

/// Lets other tasks go on until the condition holds; the test's time limit ends a wait that is in vain.
func eventually(_ condition: @Sendable () -> Bool) async {
    while !condition(), !Task.isCancelled { await Task.yield() }
}
