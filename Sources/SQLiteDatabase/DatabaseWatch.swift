// Whether the database of a running server answers and can be written. Read from any thread, looked at by one task.

package import Platform
internal import Synchronization

/// Watches the database's health.
package final class DatabaseWatch: Sendable {
    /// How long a look may take before the database counts as down.
    private static let accessTime: Duration = .seconds(2)

    private let writer: DatabaseWriter
    private let readers: ReaderPool
    private let clock: Clock
    private let logger: Logger
    private let up = Atomic<Bool>(true)
    /// The writer's count of failed transactions at the last look.
    private let failuresSeen = Atomic<UInt64>(0)
    private let measured = Monitor<DatabaseSpace?>(nil)

    package init(writer: DatabaseWriter, readers: ReaderPool, clock: Clock, logger: Logger) {
        self.writer = writer
        self.readers = readers
        self.clock = clock
        self.logger = logger
    }

    /// Whether the database answered and could be written at the last look.
    package var isUp: Bool { up.load(ordering: .relaxed) }

    /// The room the database took and had at the last look; nil before the first, or when the system did not tell.
    package var space: DatabaseSpace? { measured.withLock { $0 } }

    /// Looks once, and logs when it went down or came up.
    package func look() async {
        let canRead: Bool
        switch await readers.read(
            deadline: deadline,
            { connection throws(DatabaseError) in
                _ = try ChangeTable.revision(on: connection)
                // Here because a reader's thread may wait for the disk, and a request for the metrics may not.
                return DatabaseSpace.measured(of: connection.path)
            })
        {
        case .success(let space):
            canRead = true
            measured.withLock { $0 = space }
        case .failure: canRead = false
        }
        // An empty write takes the write lock and waits for what is being written; a full disk lets it pass, but has
        // failed others since the last look. Once it has, only a commit that reaches the disk shows that there is room
        // again.
        let mustCommit = !isUp
        var canWrite: Bool
        switch await writer.write(
            deadline: deadline,
            { connection throws(DatabaseError) in if mustCommit { try connection.changeHeaderToItself() } })
        {
        case .success: canWrite = true
        case .failure: canWrite = false
        }
        let failures = writer.metrics.failures.value
        if failuresSeen.exchange(failures, ordering: .relaxed) != failures { canWrite = false }
        let wasUp = up.exchange(canRead && canWrite, ordering: .relaxed)
        if wasUp, !(canRead && canWrite) {
            logger.error("database_down", [("can_read", .boolean(canRead)), ("can_write", .boolean(canWrite))])
        } else if !wasUp, canRead, canWrite {
            logger.info("database_up")
        }
    }

    private var deadline: MonotonicTime { clock.monotonic() + Self.accessTime }
}
