// One task waiting for one value. What it holds is behind a monitor.

package import Platform

/// A task's wait for a value that somebody else gives, that its deadline takes away, or that its cancellation ends:
/// whichever comes first, the others are too late.
package final class Waiter<Value: Sendable>: Sendable {
    private enum State {
        case idle
        case waiting(CheckedContinuation<Value, Never>)
        case done(Value)
    }

    private let state = Monitor<State>(.idle)

    package init() {}

    /// Gives the value.
    /// - Returns: false when the wait has ended by something else; the value is not used then.
    @discardableResult
    package func resume(_ value: Value) -> Bool {
        let (isFirst, continuation) = state.withLock {
            state -> (Bool, CheckedContinuation<Value, Never>?) in
            switch state {
            case .idle:
                state = .done(value)
                return (true, nil)
            case .waiting(let continuation):
                state = .done(value)
                return (true, continuation)
            case .done:
                return (false, nil)
            }
        }
        continuation?.resume(returning: value)
        return isFirst
    }

    /// Waits for the value; called once.
    /// - Parameters:
    ///   - late: what it is when the deadline comes first.
    ///   - cancelled: what it is when the task is cancelled first.
    package func value(until deadline: MonotonicTime, alarm: Alarm, late: Value, cancelled: Value) async -> Value {
        let bell = alarm.set(at: deadline) { self.resume(late) }
        defer { bell.switchOff() }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready = state.withLock { state -> Value? in
                    if case .done(let value) = state { return value }
                    state = .waiting(continuation)
                    return nil
                }
                if let ready { continuation.resume(returning: ready) }
            }
        } onCancel: {
            resume(cancelled)
        }
    }
}
