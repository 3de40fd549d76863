import CRMTemplate
import Platform

/// Clocks that stand still until they are moved, and alarms that ring by them.
final class HandTime: Sendable {
    private struct Sleeper {
        let instant: MonotonicTime
        let continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var passed: Duration = .zero
        var sleepers: [Int: Sleeper] = [:]
        var cancelled: Set<Int> = []
        var serial = 0
    }

    // An hour ahead of the machine's clock: deadlines by these clocks are far away for what keeps real time.
    private let start = MonotonicTime.now() + .seconds(3_600)
    private let wallStart = UnixTime(seconds: 1_767_323_045)
    private let state = Monitor(State())

    var now: UnixTime { wallStart + state.withLock { $0.passed } }

    var clock: Clock {
        Clock(wall: { self.now }, monotonic: { self.start + self.state.withLock { $0.passed } })
    }

    /// How many sleep.
    var sleepers: Int { state.withLock { $0.sleepers.count } }

    var alarm: Alarm {
        Alarm { instant in
            let id = self.state.withLock { state -> Int in
                state.serial += 1
                return state.serial
            }
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let isOver = self.state.withLock { state -> Bool in
                        if state.cancelled.remove(id) != nil || self.start + state.passed >= instant { return true }
                        state.sleepers[id] = Sleeper(instant: instant, continuation: continuation)
                        return false
                    }
                    if isOver { continuation.resume() }
                }
            } onCancel: {
                let sleeper = self.state.withLock { state -> Sleeper? in
                    let sleeper = state.sleepers.removeValue(forKey: id)
                    if sleeper == nil { state.cancelled.insert(id) }
                    return sleeper
                }
                sleeper?.continuation.resume()
            }
        }
    }

    func advance(_ duration: Duration) {
        let due = state.withLock { state -> [Sleeper] in
            state.passed += duration
            let now = start + state.passed
            let due = state.sleepers.filter { $0.value.instant <= now }
            for id in due.keys { state.sleepers[id] = nil }
            return Array(due.values)
        }
        for sleeper in due { sleeper.continuation.resume() }
    }
}
