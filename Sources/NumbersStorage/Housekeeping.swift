// The steady work beside requests: following the change feed, watching the database's health, noting key uses, dropping
// what has expired. One thread; its state is its own, what others read is atomic or behind a mutex.

internal import Glibc
package import NumbersCore
package import Platform
package import SQLiteDatabase
internal import Synchronization

/// Keeps what the server remembers in step with the database.
package final class Housekeeping: Sendable {
    /// How often the change feed is read: a change of nocli's works well within a second.
    private static let feedInterval: Duration = .milliseconds(200)
    /// How long the feed may go unread before everything remembered is dropped.
    private static let blindTime: Duration = .milliseconds(600)
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
    private let hasEnded = Atomic<Bool>(false)
    private let feedWasRead = Atomic<Bool>(true)

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
        // Two tasks, because a writer that is blocked must not keep a revocation from being seen.
        async let following: Void = follow()
        await maintain()
        await following
        hasEnded.store(true, ordering: .releasing)
    }

    /// Ends `run` after its present round.
    package func stop() { isStopping.store(true, ordering: .relaxed) }

    /// Waits until `run` has ended, so that what it still writes is written; not longer than the deadline.
    package func waitForEnd(deadline: MonotonicTime) {
        while !hasEnded.load(ordering: .acquiring), MonotonicTime.now() < deadline { usleep(2_000) }
    }

    private func follow() async {
        var revision: Int64?
        var lastRead = clock.monotonic()
        // At least once, so that a change before the start is not missed.
        repeat {
            if let known = revision {
                revision = await followFeed(from: known)
            } else if let first = await currentRevision() {
                // Requests may have come before this: what they brought into memory may have changed unseen since.
                forgetAll(revision: first)
                revision = first
            }
            if feedWasRead.load(ordering: .relaxed) {
                lastRead = clock.monotonic()
            } else if lastRead + Self.blindTime < clock.monotonic() {
                // What cannot be followed must not be trusted either.
                forgetAll(revision: revision ?? 0)
            }
            // Cancelled only together with the whole program.
            try? await Task.sleep(for: Self.feedInterval)
        } while !isStopping.load(ordering: .relaxed)
    }

    private func forgetAll(revision: Int64) {
        credentials.forgetAll(revision: revision)
        names.apply(changedNumbers: nil, revision: revision)
    }

    private func maintain() async {
        var nextHealth = clock.monotonic()
        var nextUses = clock.monotonic() + Self.usesInterval
        var nextSweep = clock.monotonic()
        while !isStopping.load(ordering: .relaxed) {
            let now = clock.monotonic()
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

    private var deadline: MonotonicTime { clock.monotonic() + Self.accessTime }

    private func currentRevision() async -> Int64? {
        let result = await readers.read(deadline: deadline) { connection throws(DatabaseError) in
            try ChangeFeed.revision(on: connection)
        }
        // The reason of a failure changes nothing: it is tried again at once.
        let revision = try? result.get()
        feedWasRead.store(revision != nil, ordering: .relaxed)
        return revision
    }

    private func followFeed(from revision: Int64) async -> Int64 {
        let result = await readers.read(deadline: clock.monotonic() + Self.blindTime) {
            connection throws(DatabaseError) in
            try ChangeFeed.changes(after: revision, on: connection)
        }
        guard case .success(let (subjects, next)) = result else {
            feedWasRead.store(false, ordering: .relaxed)
            return revision
        }
        feedWasRead.store(true, ordering: .relaxed)
        guard next > revision else { return revision }
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
        // Block by block, each a transaction of its own, so that requests come in between.
        var dropped = ReplyTable.sweepMax
        while dropped == ReplyTable.sweepMax, !isStopping.load(ordering: .relaxed) {
            let result = await writer.write(deadline: deadline) { connection throws(DatabaseError) in
                try ChangeFeed.sweep(now: now, on: connection)
                return try ReplyTable.sweep(now: now, on: connection)
            }
            guard case .success(let count) = result else { return logger.warning("sweep_failed") }
            dropped = count
        }
    }
}
