// Deadlines of many waits on one thread. What is set is behind a monitor; the thread keeps that, not the clock itself.

/// Runs short actions at instants of the machine's monotonic clock.
///
/// Most waits end long before their deadline, so setting an alarm and switching it off cost a dictionary entry each: the
/// thread sleeps until the earliest instant it knew of when it last looked, and is woken only for one that is earlier.
package final class AlarmClock: Sendable {
    /// An alarm that was set.
    package struct Setting: Sendable {
        fileprivate let id: UInt64
    }

    private struct State {
        var actions: [UInt64: @Sendable () -> Void] = [:]
        /// Those switched off are still in it.
        var instants = InstantHeap()
        var last: UInt64 = 0
        /// When the thread looks again without being woken.
        var nextLook = MonotonicTime(nanoseconds: .max)
        var isOver = false
    }

    private let monitor: Monitor<State>

    /// Alarms switched off whose instants are kept, beside as many as are set.
    private static let offMax = 1_024

    /// Starts the thread, which ends with the clock.
    /// - Throws: when the system has no thread left.
    package init() throws(SystemError) {
        let monitor = Monitor(State(), conditions: 1)
        self.monitor = monitor
        try OSThread.start(name: "alarms") { Self.watch(monitor) }.detach()
    }

    deinit {
        monitor.withLock { $0.isOver = true }
        monitor.signal(0)
    }

    /// Alarms that have neither rung nor been switched off.
    package var count: Int { monitor.withLock { $0.actions.count } }

    /// Entries kept for them and for those switched off; for tests.
    var entries: Int { monitor.withLock { $0.instants.count } }

    /// Runs the action at the instant, or soon after, on the clock's thread: it must not wait.
    package func set(at instant: MonotonicTime, _ action: @escaping @Sendable () -> Void) -> Setting {
        let (id, isEarlier) = monitor.withLock { state -> (UInt64, Bool) in
            state.last += 1
            state.actions[state.last] = action
            state.instants.insert(instant, state.last)
            guard instant < state.nextLook else { return (state.last, false) }
            state.nextLook = instant
            return (state.last, true)
        }
        if isEarlier { monitor.signal(0) }
        return Setting(id: id)
    }

    /// The alarm does not ring any more, unless it is ringing already.
    package func switchOff(_ setting: Setting) {
        // Taken out, so that the action and what it holds are freed outside of the lock.
        let action = monitor.withLock { state -> (@Sendable () -> Void)? in
            let action = state.actions.removeValue(forKey: setting.id)
            if state.instants.count > 2 * state.actions.count + Self.offMax {
                let actions = state.actions
                state.instants.keep { actions[$0] != nil }
            }
            return action
        }
        withExtendedLifetime(action) {}
    }

    private static func watch(_ monitor: Monitor<State>) {
        while true {
            let due = monitor.wait(0) { state, _ -> Monitor<State>.Step<[@Sendable () -> Void]?> in
                if state.isOver { return .done(nil) }
                let now = MonotonicTime.now()
                var due: [@Sendable () -> Void] = []
                while let first = state.instants.first, first.instant <= now || state.actions[first.id] == nil {
                    state.instants.removeFirst()
                    if let action = state.actions.removeValue(forKey: first.id) { due.append(action) }
                }
                state.nextLook = state.instants.first?.instant ?? MonotonicTime(nanoseconds: .max)
                if !due.isEmpty { return .done(due) }
                return .wait(until: state.instants.first?.instant)
            }
            guard let due else { return }
            for action in due { action() }
        }
    }
}
