// The steady work of MiddlewareServer, and who is told what has changed.

package import Platform
package import SQLiteDatabase

/// Whoever remembers something of a workspace. Called by one task at a time.
package protocol MiddlewareChangeListener: Sendable {
    /// These have changed, in this order; what was read at an earlier revision than this one is no longer to be kept.
    func apply(_ subjects: [MiddlewareChanges.Subject], revision: Int64)

    /// Anything may have changed.
    func forgetAll(revision: Int64)
}

extension SteadyWork {
    /// What MiddlewareServer does all the time.
    /// - Parameters:
    ///   - listeners: told of every change, in this order.
    ///   - sweeps: done once a minute.
    package convenience init(
        writer: DatabaseWriter, readers: ReaderPool, listeners: [any MiddlewareChangeListener], sweeps: [Sweep],
        settlingTime: Duration = settlingTime, clock: Clock, logger: Logger
    ) {
        self.init(
            writer: writer, readers: readers, listener: Fan(listeners: listeners), sweeps: sweeps,
            settlingTime: settlingTime, clock: clock,
            logger: logger)
    }
}

/// Hands each change to all who listen.
private struct Fan: ChangeListener {
    let listeners: [any MiddlewareChangeListener]

    func apply(_ changes: [DatabaseChange], revision: Int64) {
        let subjects = changes.compactMap(MiddlewareChanges.Subject.init)
        for listener in listeners {
            // A change that this release cannot read may be about anything.
            if subjects.count < changes.count {
                listener.forgetAll(revision: revision)
            } else {
                listener.apply(subjects, revision: revision)
            }
        }
    }

    func forgetAll(revision: Int64) {
        for listener in listeners { listener.forgetAll(revision: revision) }
    }
}
