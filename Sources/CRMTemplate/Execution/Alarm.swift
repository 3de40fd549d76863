// Waiting for an instant, handed down so that a test decides when it comes. A value.

package import Platform

/// What lets a task sleep.
package struct Alarm: Sendable {
    private let sleep: @Sendable (MonotonicTime) async -> Void

    /// - Parameter sleep: returns at the instant, or as soon as its task is cancelled.
    package init(_ sleep: @escaping @Sendable (MonotonicTime) async -> Void) { self.sleep = sleep }

    /// Sleeps by the machine's clock.
    package static let system = Alarm { instant in
        // The only error is that of a cancelled task, which is not interested any more.
        try? await Task.sleep(for: MonotonicTime.now().duration(to: instant))
    }

    /// Returns at the instant, or as soon as the task is cancelled.
    package func ring(at instant: MonotonicTime) async { await sleep(instant) }
}
