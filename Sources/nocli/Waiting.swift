// The way from a command, which is synchronous, to work that is not.

import Platform

/// Runs asynchronous work while the calling thread waits for its value.
///
/// A command has a thread to itself, the process's first, which is none of the pool that tasks run on: nothing the work
/// needs is held up by the wait. The work bounds its own time; Ctrl-C ends the process as it does everywhere.
func waitFor<Value: Sendable>(_ work: @escaping @Sendable () async -> Value) -> Value {
    let outcome = Monitor<Value?>(nil, conditions: 1)
    Task.detached {
        let value = await work()
        outcome.withLock { $0 = value }
        outcome.signal(0)
    }
    return outcome.wait(0) { value, _ in value.map { .done($0) } ?? .wait(until: nil) }
}
