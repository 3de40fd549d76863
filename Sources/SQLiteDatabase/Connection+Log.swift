// The write-ahead log: its length, copying it into the database, and starting it anew.

internal import CSQLite

extension Connection {
    /// What became of a copy of the log.
    enum CheckpointOutcome {
        /// All of it is in the database; the next write may begin the log anew.
        case complete
        /// Readers of old snapshots, another connection or an error have kept some of it back.
        case partial
    }

    /// How long a checkpoint may keep writers waiting for readers to finish.
    private static let readerPatience: Duration = .milliseconds(100)

    /// Pages in the log after this connection's latest commit; 0 once they are all in the database.
    var logFrames: Int { hooks.logFrames }

    /// Leaves it to the caller when the log is copied, instead of to the commit that finds it long.
    func takeOverCheckpoints() { hooks.copiesLogAtCommit = false }

    /// Copies the log into the database.
    /// - Parameter waitForReaders: also waits a moment for readers that still use the log, so that it begins anew.
    func checkpoint(waitForReaders: Bool) -> CheckpointOutcome {
        var frames: Int32 = 0
        var copied: Int32 = 0
        let mode = waitForReaders ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE
        let code = hooks.withBusyTimeout(Self.readerPatience) {
            sqlite3_wal_checkpoint_v2(handle, nil, mode, &frames, &copied)
        }
        guard code == SQLITE_OK, frames == copied else { return .partial }
        hooks.noteEmptyLog()
        return .complete
    }

    /// A change of nothing, inside the caller's transaction: the header page is written as it is.
    func changeHeaderToItself() throws(DatabaseError) {
        let version = try first("PRAGMA user_version") { row throws(DatabaseError) in row.integer(0) }
        try execute("PRAGMA user_version = \(version ?? 0)")
    }
}
