// The steady work beside requests: following the change feed, watching the database's health, noting key uses, dropping
// what has expired. One thread; its state is its own, what others read is atomic or behind a mutex.

package import NumbersCore
package import Platform
package import SQLiteDatabase
internal import Synchronization

/// Keeps what the server remembers in step with the database.
package final class Housekeeping: Sendable {
    /// How often the change feed is read: a change of nocli's works well within a second.
    private static let feedInterval: Duration = .milliseconds(200)
    private static let healthInterval: Duration = .seconds(1)
    private static let usesInterval: Duration = .seconds(10)
    private static let sweepInterval: Duration = .seconds(60)
    /// How long one of its own reads or writes may take before the database counts as down.
    private static let accessTime: Duration = .seconds(2)

    private let writer: DatabaseWriter
    private let readers: ReaderPool
    private let credentials: CredentialDirectory
    private let names: CallerNameDirectory
    private let clock: Clock
    private let logger: Logger
    private let isUp = Atomic<Bool>(true)
    /// The writer's count of failed transactions at the last look.
    private let failuresSeen = Atomic<UInt64>(0)
    private let isStopping = Atomic<Bool>(false)

    package init(
        writer: DatabaseWriter, readers: ReaderPool, credentials: CredentialDirectory, names: CallerNameDirectory,
        clock: Clock, logger: Logger
    ) {
        self.writer = writer
        self.readers = readers
        self.credentials = credentials
        self.names = names
        self.clock = clock
        self.logger = logger
    }

    /// Whether the database answered and could be written at the last look, at most about a second ago.
    package var isDatabaseUp: Bool { isUp.load(ordering: .relaxed) }

    /// Runs until `stop`. Meant for a task of its own.
    package func run() async {
        var revision = await currentRevision() ?? 0
        // Requests may have come before this: what they brought into memory may have changed unseen since.
        credentials.forgetAll(revision: revision)
        names.apply(changedNumbers: nil, revision: revision)
        var nextHealth = clock.monotonic()
        var nextUses = clock.monotonic() + Self.usesInterval
        var nextSweep = clock.monotonic()
        while !isStopping.load(ordering: .relaxed) {
            let now = clock.monotonic()
            revision = await followFeed(from: revision)
            if now >= nextHealth {
                await look()
                nextHealth = now + Self.healthInterval
            }
            if now >= nextUses {
                await flushUses()
                nextUses = now + Self.usesInterval
            }
            if now >= nextSweep {
                await sweep()
                nextSweep = now + Self.sweepInterval
            }
            // Cancelled only together with the whole program.
            try? await Task.sleep(for: Self.feedInterval)
        }
        await flushUses()
    }

    /// Ends `run` after its present round.
    package func stop() { isStopping.store(true, ordering: .relaxed) }

    private var deadline: MonotonicTime { clock.monotonic() + Self.accessTime }

    private func currentRevision() async -> Int64? {
        let result = await readers.read(deadline: deadline) { connection throws(DatabaseError) in
            try ChangeFeed.revision(on: connection)
        }
        return try? result.get()
    }

    private func followFeed(from revision: Int64) async -> Int64 {
        let result = await readers.read(deadline: deadline) { connection throws(DatabaseError) in
            try ChangeFeed.changes(after: revision, on: connection)
        }
        guard case .success(let (subjects, next)) = result, next > revision else { return revision }
        var accounts: [AccountID] = []
        var numbers: [E164]? = []
        for subject in subjects {
            switch subject {
            case .account(let id): accounts.append(id)
            case .number(let number): numbers?.append(number)
            case .names: numbers = nil
            }
        }
        credentials.apply(changedAccounts: accounts, revision: next)
        names.apply(changedNumbers: numbers, revision: next)
        return next
    }

    private func look() async {
        let canRead: Bool
        switch await readers.read(
            deadline: deadline,
            { connection throws(DatabaseError) in
                try ChangeFeed.revision(on: connection)
            })
        {
        case .success: canRead = true
        case .failure: canRead = false
        }
        // An empty write takes the write lock and waits for what is being written; a full disk lets it pass, but has
        // failed others since the last look.
        var canWrite: Bool
        switch await writer.write(deadline: deadline, { _ throws(DatabaseError) in }) {
        case .success: canWrite = true
        case .failure: canWrite = false
        }
        let failures = writer.metrics.failures.value
        if failuresSeen.exchange(failures, ordering: .relaxed) != failures { canWrite = false }
        let wasUp = isUp.exchange(canRead && canWrite, ordering: .relaxed)
        if wasUp, !(canRead && canWrite) {
            logger.error("database_down", [("can_read", .boolean(canRead)), ("can_write", .boolean(canWrite))])
        } else if !wasUp, canRead, canWrite {
            logger.info("database_up")
        }
    }

    private func flushUses() async {
        let uses = credentials.takeUses()
        guard !uses.isEmpty else { return }
        let result = await writer.write(deadline: deadline) { connection throws(DatabaseError) in
            try KeyTable.noteUses(uses, on: connection)
        }
        if case .failure = result { logger.warning("key_uses_not_noted", [("keys", .integer(Int64(uses.count)))]) }
    }

    private func sweep() async {
        let now = clock.wall()
        let result = await writer.write(deadline: deadline) { connection throws(DatabaseError) in
            try ReplyTable.sweep(now: now, on: connection)
            try ChangeFeed.sweep(now: now, on: connection)
        }
        if case .failure = result { logger.warning("sweep_failed") }
    }
}
