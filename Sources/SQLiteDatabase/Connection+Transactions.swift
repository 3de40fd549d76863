// Transactions: the first error wins, and an error leaves nothing behind.

internal import CSQLite

/// What becomes of the changes made in a trial.
package enum Trial<T> {
    /// They stay; the trial gives this value.
    case keep(T)
    /// They are undone; the trial gives this value all the same.
    case undo(T)
}

extension Trial: Sendable where T: Sendable {}

extension Connection {
    /// Runs `body` in a write transaction and commits it, or undoes it and throws.
    ///
    /// It begins IMMEDIATE: a transaction that begins by reading and writes later can meet a busy error that no
    /// waiting cures.
    @discardableResult
    package func transaction<T>(_ body: () throws(DatabaseError) -> T) throws(DatabaseError) -> T {
        try run("BEGIN IMMEDIATE")
        let value = try undoingFailure(body)
        try commit()
        return value
    }

    /// Runs `body` on one snapshot of the database.
    package func readTransaction<T>(_ body: () throws(DatabaseError) -> T) throws(DatabaseError) -> T {
        try run("BEGIN DEFERRED")
        return try undoingFailure { () throws(DatabaseError) in
            let value = try body()
            try run("COMMIT")
            return value
        }
    }

    private func undoingFailure<T>(_ body: () throws(DatabaseError) -> T) throws(DatabaseError) -> T {
        do throws(DatabaseError) {
            return try body()
        } catch {
            rollBack()
            throw error
        }
    }

    /// Commits the open write transaction, or undoes it and throws. The error says when the change may come back all the
    /// same (``DatabaseError/mayBeKept``).
    func commit() throws(DatabaseError) {
        do throws(DatabaseError) {
            try run("COMMIT")
        } catch {
            rollBack()
            var error = error
            error.mayBeKept = !eraseFailedCommit(error)
            throw error
        }
    }

    /// Makes sure that a commit that failed stays undone.
    ///
    /// When a sync fails, the transaction's frames are complete in the log file, commit mark and all; only this
    /// process knows that they do not count. Were it to die now, the next start would find them and take them for
    /// committed. A small commit is therefore put over the first of them, which breaks the chain of checksums.
    /// - Returns: whether it is certain that nothing of the commit is kept.
    private func eraseFailedCommit(_ error: DatabaseError) -> Bool {
        // The frame with the commit mark is the last that is written: a write that failed is one before it, or has
        // left that frame incomplete, and its checksum wrong.
        if error.isFailedWrite { return true }
        guard !isInTransaction else { return false }
        do throws(DatabaseError) {
            try run("BEGIN IMMEDIATE")
            return try undoingFailure { () throws(DatabaseError) in
                try changeHeaderToItself()
                try run("COMMIT")
                return true
            }
        } catch {
            return false
        }
    }

    /// Runs `body` inside an open transaction; when it throws, only its own changes are undone.
    @discardableResult
    package func savepoint<T>(_ body: () throws(DatabaseError) -> T) throws(DatabaseError) -> T {
        try run("SAVEPOINT job")
        do throws(DatabaseError) {
            let value = try body()
            try run("RELEASE job")
            return value
        } catch {
            try? undoSavepoint()  // The first error is the one to tell; a lost transaction shows at the next statement.
            throw error
        }
    }

    /// Runs `body` inside an open transaction and keeps or undoes its changes as it says.
    @discardableResult
    package func trial<T>(_ body: () throws(DatabaseError) -> Trial<T>) throws(DatabaseError) -> T {
        try run("SAVEPOINT job")
        let outcome: Trial<T>
        do throws(DatabaseError) {
            outcome = try body()
        } catch {
            try? undoSavepoint()  // As above.
            throw error
        }
        switch outcome {
        case .keep(let value):
            try run("RELEASE job")
            return value
        case .undo(let value):
            try undoSavepoint()
            return value
        }
    }

    private func undoSavepoint() throws(DatabaseError) {
        // Some errors (a full disk, a failed write) have undone the whole transaction already.
        guard isInTransaction else { return }
        try run("ROLLBACK TO job")
        try run("RELEASE job")
    }

    /// Undoes the open transaction, if there is one. When even that fails the connection must not be used again; it
    /// then says that it still is in a transaction.
    func rollBack() {
        guard isInTransaction else { return }
        do throws(DatabaseError) {
            try run("ROLLBACK")
        } catch {
            // The caller already has an error to throw, and sees `isInTransaction`.
            return
        }
    }
}
