// What wakes the outbox: a signal from whoever stored something, or an instant. Its state is behind a monitor.

internal import CRMTemplate
internal import Platform

/// A wait of one task that others end. A ring that comes while nobody waits is kept for the next wait; further ones are
/// the same ring.
final class Bell: Sendable {
    private enum State {
        case quiet
        case rung
        case waiting(CheckedContinuation<Void, Never>)
    }

    private let state = Monitor<State>(.quiet)

    func ring() {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            switch state {
            case .quiet, .rung:
                state = .rung
                return nil
            case .waiting(let waiter):
                state = .quiet
                return waiter
            }
        }
        waiter?.resume()
    }

    /// Returns at the next ring, at the instant, or soon after.
    func wait(until instant: MonotonicTime, alarm: Alarm) async {
        let timer = alarm.set(at: instant) { self.ring() }
        await withCheckedContinuation { continuation in
            let isRung = state.withLock { state -> Bool in
                switch state {
                case .quiet:
                    state = .waiting(continuation)
                    return false
                case .rung:
                    state = .quiet
                    return true
                case .waiting: preconditionFailure("two tasks wait for one bell")
                }
            }
            if isRung { continuation.resume() }
        }
        timer.switchOff()
    }
}
