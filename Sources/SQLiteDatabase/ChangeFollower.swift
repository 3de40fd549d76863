// Reads the feed of changes while a server runs and tells whoever remembers things of the database. One task; its state
// is its own.

package import Platform
internal import Synchronization

/// Whoever remembers what the database said. Called by one task at a time.
package protocol ChangeListener: Sendable {
    /// These have changed, in this order; what was read at an earlier revision than this one is no longer to be kept.
    func apply(_ changes: [DatabaseChange], revision: Int64)

    /// Anything may have changed.
    func forgetAll(revision: Int64)
}

/// Follows the feed of changes.
package final class ChangeFollower: Sendable {
    /// How often the feed is read: a change of nocli's works well within a second.
    package static let interval: Duration = .milliseconds(200)
    /// How long the feed may go unread before everything remembered is dropped.
    private static let blindTime: Duration = .milliseconds(600)
    /// How long the first read may take; it is repeated until one succeeds.
    private static let firstReadTime: Duration = .seconds(2)

    private let readers: ReaderPool
    private let clock: Clock
    private let listener: any ChangeListener
    private let isStopping = Atomic<Bool>(false)

    package init(readers: ReaderPool, clock: Clock, listener: any ChangeListener) {
        self.readers = readers
        self.clock = clock
        self.listener = listener
    }

    /// Ends ``run()`` after its present round.
    package func stop() { isStopping.store(true, ordering: .relaxed) }

    /// Runs until ``stop()``.
    package func run() async {
        var revision: Int64?
        var lastRead = clock.monotonic()
        // At least once, so that a change before the start is not missed.
        repeat {
            let wasRead: Bool
            if let known = revision {
                if let next = await follow(from: known) {
                    revision = next
                    wasRead = true
                } else {
                    wasRead = false
                }
            } else if let first = await currentRevision() {
                // Requests may have come before this: what they brought into memory may have changed unseen since.
                listener.forgetAll(revision: first)
                revision = first
                wasRead = true
            } else {
                wasRead = false
            }
            if wasRead {
                lastRead = clock.monotonic()
            } else if lastRead + Self.blindTime < clock.monotonic() {
                // What cannot be followed must not be trusted either.
                listener.forgetAll(revision: revision ?? 0)
            }
            // Cancelled only together with the whole program.
            try? await Task.sleep(for: Self.interval)
        } while !isStopping.load(ordering: .relaxed)
    }

    private func currentRevision() async -> Int64? {
        let result = await readers.read(deadline: clock.monotonic() + Self.firstReadTime) {
            connection throws(DatabaseError) in
            try ChangeTable.revision(on: connection)
        }
        // The reason of a failure changes nothing: it is tried again at once.
        return try? result.get()
    }

    /// The revision that was reached; nil when the feed could not be read.
    private func follow(from revision: Int64) async -> Int64? {
        let result = await readers.read(deadline: clock.monotonic() + Self.blindTime) {
            connection throws(DatabaseError) in
            try ChangeTable.changes(after: revision, on: connection)
        }
        guard case .success(let (changes, next)) = result else { return nil }
        if next > revision { listener.apply(changes, revision: next) }
        return next
    }
}
