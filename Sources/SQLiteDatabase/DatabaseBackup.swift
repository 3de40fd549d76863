// A copy of a database while it is in use.

internal import CSQLite
internal import Glibc
package import Platform

/// Why there is no backup. The description says what to do.
package enum BackupError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The target is there already, and was not to be replaced.
    case exists(path: String)
    /// The target is the database itself, or one of the files beside it.
    case isSource(path: String)
    /// The target's directory does not exist.
    case directoryMissing(path: String, directory: String)
    /// The file system refused.
    case system(SystemError)
    /// SQLite failed, in the source or in the copy.
    case failed(DatabaseError)

    package var description: String {
        switch self {
        case .exists(let path): "\(path): exists already. Name another file, or remove it first."
        case .isSource(let path): "\(path): is the database itself. Name another file for the backup."
        case .directoryMissing(let path, let directory):
            "\(path): the directory \(directory) does not exist. Create it, or name another file."
        case .system(let error): "the backup could not be written: \(error)."
        case .failed(let error): "the backup could not be made: \(error)."
        }
    }
}

/// What a backup does with a file that is there already.
package enum BackupTarget: Hashable, Sendable {
    case refuseExisting
    /// Replaces it in one step, once the new copy is complete and durable.
    case replaceExisting
}

extension Connection {
    /// Pages copied between two reports: 4 MB, some milliseconds.
    private static let pagesAStep: Int32 = 1_024

    /// Copies the database as it is at this moment into a file of its own. Others go on reading and writing; what they
    /// write after the start is not in the copy.
    ///
    /// The copy is made under a temporary name beside the target, synced, and renamed: the target is either not there
    /// or complete. While it runs the write-ahead log cannot begin anew, so it grows by what is written meanwhile.
    /// - Parameter progress: called after each step with the pages copied and the pages in all.
    package func backup(
        to target: String, existing: BackupTarget, progress: (_ copiedPages: Int, _ totalPages: Int) -> Void
    ) throws(BackupError) {
        try checkTarget(target, existing: existing)
        let temporary = "\(target).partial-\(getpid())"
        do throws(SystemError) {
            let raw = open(temporary, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0o600)
            guard raw >= 0 else { throw SystemError.last("open", context: temporary) }
            close(raw)
        } catch {
            throw .system(error)
        }
        do throws(BackupError) {
            try copy(to: temporary, progress: progress)
            try finish(temporary, as: target)
        } catch {
            unlink(temporary)
            throw error
        }
    }

    private func checkTarget(_ target: String, existing: BackupTarget) throws(BackupError) {
        let directory = DatabaseFile.directory(of: target)
        var information = stat()
        guard stat(directory, &information) == 0, information.st_mode & S_IFMT == S_IFDIR else {
            throw .directoryMissing(path: target, directory: directory)
        }
        guard stat(target, &information) == 0 else { return }
        for suffix in ["", "-wal", "-shm", "-journal", ".lock"] {
            var source = stat()
            if stat(path + suffix, &source) == 0, source.st_dev == information.st_dev,
                source.st_ino == information.st_ino
            {
                throw .isSource(path: target)
            }
        }
        if existing == .refuseExisting { throw .exists(path: target) }
    }

    private func copy(to temporary: String, progress: (Int, Int) -> Void) throws(BackupError) {
        do throws(DatabaseError) {
            // Nobody reads the copy before it is renamed, so it needs neither journal nor syncs of its own.
            let copy = try Connection(path: temporary, mode: .readWrite, busyTimeout: .zero)
            try copy.execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")
            // One snapshot for the whole copy: without it each foreign write would start the copy over.
            try readTransaction { () throws(DatabaseError) in
                _ = try first("SELECT count(*) FROM sqlite_schema") { row throws(DatabaseError) in row.integer(0) }
                guard let backup = sqlite3_backup_init(copy.handle, "main", handle, "main") else {
                    throw DatabaseError.last(sqlite3_errcode(copy.handle), on: copy.handle)
                }
                var code: Int32
                repeat {
                    code = sqlite3_backup_step(backup, Self.pagesAStep)
                    let total = Int(sqlite3_backup_pagecount(backup))
                    progress(total - Int(sqlite3_backup_remaining(backup)), total)
                } while code == SQLITE_OK
                let finished = sqlite3_backup_finish(backup)
                guard code == SQLITE_DONE, finished == SQLITE_OK else {
                    throw DatabaseError.last(code == SQLITE_DONE ? finished : code, on: copy.handle)
                }
            }
        } catch {
            throw .failed(error)
        }
    }

    private func finish(_ temporary: String, as target: String) throws(BackupError) {
        do throws(SystemError) {
            try DatabaseFile.syncFile(temporary)
            guard rename(temporary, target) == 0 else { throw SystemError.last("rename", context: target) }
            try DatabaseFile.syncDirectory(of: target)
        } catch {
            throw .system(error)
        }
    }
}
