// What SQLite calls back into: the wait for a lock, the check of a deadline, the length of the log. Touched only on the
// thread that is inside a call of the connection it belongs to, because SQLite calls back on that very thread.

internal import CSQLite
internal import Glibc
internal import Platform

/// The state behind a connection's callbacks. SQLite holds unretained pointers to it, so the connection owns it and
/// outlives every callback.
final class ConnectionHooks {
    private var busyTimeout: Duration
    private var busyUntil = MonotonicTime(nanoseconds: 0)
    /// When the running statement is to be stopped.
    private var deadline = MonotonicTime(nanoseconds: .max)
    /// Frames in the write-ahead log after the latest commit of this connection.
    private(set) var logFrames: Int = 0
    /// Whether a commit that leaves a long log also copies it into the database. Off where a better moment is chosen.
    var copiesLogAtCommit = true

    /// Frames from which the log counts as long: 16 MB. A copy writes each page once, however often it is in the log.
    private static let longLogFrames = 4_000

    /// Virtual machine steps between two looks at the clock: about 50 µs of work.
    private static let stepsBetweenChecks: Int32 = 2_000

    init(busyTimeout: Duration) { self.busyTimeout = busyTimeout }

    private var context: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

    private static func from(_ context: UnsafeMutableRawPointer?) -> ConnectionHooks? {
        context.map { Unmanaged<ConnectionHooks>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Installs the callbacks that are always on.
    func install(on handle: OpaquePointer) {
        sqlite3_busy_handler(
            handle, { context, attempt in ConnectionHooks.from(context)?.waitForLock(attempt) == true ? 1 : 0 },
            context)
        // Takes the place of SQLite's own checkpoint at 1,000 frames.
        sqlite3_wal_hook(
            handle,
            { context, handle, name, frames in
                guard let hooks = ConnectionHooks.from(context) else { return SQLITE_OK }
                hooks.logFrames = Int(frames)
                if hooks.copiesLogAtCommit, frames >= ConnectionHooks.longLogFrames {
                    // The commit is done; what cannot be copied now stays in the log.
                    _ = sqlite3_wal_checkpoint_v2(handle, name, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
                }
                return SQLITE_OK
            }, context)
    }

    /// Stops statements that run past `deadline`; nil lets them run.
    func setDeadline(_ deadline: MonotonicTime?, on handle: OpaquePointer) {
        guard let deadline else {
            sqlite3_progress_handler(handle, 0, nil, nil)
            return
        }
        self.deadline = deadline
        sqlite3_progress_handler(
            handle, Self.stepsBetweenChecks,
            { context in
                guard let hooks = ConnectionHooks.from(context) else { return 0 }
                return MonotonicTime.now() >= hooks.deadline ? 1 : 0
            }, context)
    }

    /// Runs `body` with another patience for locks.
    func withBusyTimeout<Result>(_ timeout: Duration, _ body: () -> Result) -> Result {
        let usual = busyTimeout
        busyTimeout = timeout
        defer { busyTimeout = usual }
        return body()
    }

    /// The log has been copied by a checkpoint.
    func noteEmptyLog() { logFrames = 0 }

    private func waitForLock(_ attempt: Int32) -> Bool {
        let now = MonotonicTime.now()
        if attempt == 0 { busyUntil = now + busyTimeout }
        guard now < busyUntil else { return false }
        // Short sleeps: the writer lets go of the lock for some microseconds between two batches, and SQLite's own
        // steps of up to 100 ms would hardly ever meet such a gap. Longer ones once the holder is clearly slow.
        usleep(attempt < 20 ? 100 : attempt < 500 ? 500 : 5_000)
        return true
    }
}
