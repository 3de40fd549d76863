// Waiting for an instant, handed down so that a test decides when it comes. Values.

package import Platform

/// What lets a task sleep, and what ends a wait at its deadline.
package struct Alarm: Sendable {
    /// An alarm that was set.
    package enum Setting: Sendable {
        case ofClock(AlarmClock, AlarmClock.Setting)
        case ofTask(Task<Void, Never>)

        /// It does not ring any more, unless it is ringing already.
        package func switchOff() {
            switch self {
            case .ofClock(let clock, let setting): clock.switchOff(setting)
            case .ofTask(let task): task.cancel()
            }
        }
    }

    private let sleep: @Sendable (MonotonicTime) async -> Void
    private let clock: AlarmClock?

    /// - Parameter sleep: returns at the instant, or as soon as its task is cancelled.
    package init(_ sleep: @escaping @Sendable (MonotonicTime) async -> Void) {
        self.sleep = sleep
        clock = nil
    }

    /// Deadlines by a clock of their own: one that is set and switched off again wakes no thread.
    package init(_ clock: AlarmClock) {
        sleep = Self.systemSleep
        self.clock = clock
    }

    /// Sleeps by the machine's clock.
    package static let system = Alarm(systemSleep)

    private static let systemSleep: @Sendable (MonotonicTime) async -> Void = { instant in
        // The only error is that of a cancelled task, which is not interested any more.
        try? await Task.sleep(for: MonotonicTime.now().duration(to: instant))
    }

    /// Returns at the instant, or as soon as the task is cancelled.
    package func ring(at instant: MonotonicTime) async { await sleep(instant) }

    /// Runs the action at the instant or soon after, once, unless the alarm is switched off before. It must not wait.
    package func set(at instant: MonotonicTime, _ action: @escaping @Sendable () -> Void) -> Setting {
        if let clock { return .ofClock(clock, clock.set(at: instant, action)) }
        let sleep = sleep
        return .ofTask(
            Task.detached {
                await sleep(instant)
                if !Task.isCancelled { action() }
            })
    }
}
