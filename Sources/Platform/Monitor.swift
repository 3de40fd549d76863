// A lock, with conditions to wait for where there are any. The state is touched only while the mutex is held.

public import Glibc

/// State that several threads share and wait on.
///
/// Swift's `Mutex` has no condition variables, and ThreadSanitizer does not see it: every access behind one is reported
/// as a race, and a report that is always there hides the one that matters. So this is the POSIX pair. Waits are timed by
/// the monotonic clock. What is taken on hot paths is inlinable: about 20 ns when nobody else holds it.
///
/// `@usableFromInline` because without it the compiler keeps bodies of a `package` type's inlinable members to itself: each
/// lock from another module would be three calls through closures and a dynamic check of exclusivity.
@usableFromInline
package final class Monitor<State>: @unchecked Sendable {
    // Sendable: `state` is only reached through `withLock` and `wait`, which hold `mutex`. The mutex and the conditions
    // have addresses of their own, as POSIX demands, that live as long as this object.
    // The mutex sees to it that there is one access at a time; a check of that at run time would cost more than the lock.
    @exclusivity(unchecked) @usableFromInline var state: State
    @usableFromInline let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let conditions: UnsafeMutablePointer<pthread_cond_t>
    private let conditionCount: Int

    /// What a waiting thread does after it has looked at the state.
    package enum Step<Result> {
        case done(Result)
        /// Sleeps until the condition is signalled, or until the given instant (nil: without end), and looks again.
        case wait(until: MonotonicTime?)
    }

    /// - Parameter count: how many conditions there are to wait for, numbered from 0.
    package init(_ state: State, conditions count: Int = 0) {
        self.state = state
        conditionCount = count
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
        conditions = .allocate(capacity: count)
        // Most have none: no attributes are made for them.
        guard count > 0 else { return }
        conditions.initialize(repeating: pthread_cond_t(), count: count)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        for index in 0..<count { pthread_cond_init(conditions + index, &attributes) }
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        for index in 0..<conditionCount { pthread_cond_destroy(conditions + index) }
        pthread_mutex_destroy(mutex)
        conditions.deallocate()
        mutex.deallocate()
    }

    /// Runs `body` with the state. It must not wait, nor call anything that could come back to this monitor.
    @inlinable
    package func withLock<Result>(_ body: (inout State) -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body(&state)
    }

    /// Wakes one thread that waits on the condition.
    package func signal(_ condition: Int) { pthread_cond_signal(conditions + condition) }

    /// Wakes every thread that waits on the condition.
    package func broadcast(_ condition: Int) { pthread_cond_broadcast(conditions + condition) }

    /// Looks at the state again and again, asleep in between, until `look` is done. Its argument tells whether a sleep
    /// came before.
    package func wait<Result>(_ condition: Int, _ look: (inout State, _ afterSleep: Bool) -> Step<Result>) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        var slept = false
        while true {
            // The access to the state ends before the mutex is let go of in the wait.
            switch look(&state, slept) {
            case .done(let result): return result
            case .wait(nil): pthread_cond_wait(conditions + condition, mutex)
            case .wait(.some(let instant)):
                var time = timespec(
                    tv_sec: Int(instant.nanoseconds / 1_000_000_000), tv_nsec: Int(instant.nanoseconds % 1_000_000_000))
                pthread_cond_timedwait(conditions + condition, mutex, &time)
            }
            slept = true
        }
    }
}
