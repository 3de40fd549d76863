// The file system's side of a database: what is there, making a new file, and what an error there means.
//
// No file of an open database is ever opened here: closing any descriptor of a file drops all locks that the process
// holds on it, SQLite's included (<https://sqlite.org/howtocorrupt.html> §2.2).

internal import CSQLite
internal import Glibc
internal import Platform

/// Looks at paths before SQLite does, because its own word for all of these is "unable to open database file".
enum DatabaseFile {
    /// SQLite's smallest page; every database file holds at least one.
    private static let smallestPageBytes = 512

    enum Presence {
        case present
        /// Not there, in a directory where it can be made.
        case absent
    }

    /// Whether a file is there and may be used.
    static func inspect(_ path: String) throws(DatabaseOpenError) -> Presence {
        var information = stat()
        if stat(path, &information) != 0 {
            let error = SystemError.last("stat", context: path)
            guard error.code == ENOENT else { throw .unreadable(path: path, reason: error.reason) }
            let directory = directory(of: path)
            var isDirectory = stat()
            guard stat(directory, &isDirectory) == 0, isDirectory.st_mode & S_IFMT == S_IFDIR else {
                throw .directoryMissing(path: path, directory: directory)
            }
            try require(W_OK, of: directory) { .readOnly(path: path, reason: "\(directory): \($0)") }
            return .absent
        }
        guard information.st_mode & S_IFMT == S_IFREG else { throw .notAFile(path: path) }
        // SQLite takes a file of one byte for an empty one, and would write over it.
        guard information.st_size == 0 || information.st_size >= smallestPageBytes else {
            throw .notADatabase(path: path)
        }
        try require(R_OK, of: path) { .unreadable(path: path, reason: $0) }
        try require(W_OK, of: path) { .readOnly(path: path, reason: $0) }
        let directory = directory(of: path)
        try require(W_OK, of: directory) { .readOnly(path: path, reason: "\(directory): \($0)") }
        return .present
    }

    /// Makes an empty file that only its owner may read: it will hold customers' data. SQLite gives its log and index
    /// the same permissions.
    static func create(_ path: String) throws(DatabaseOpenError) {
        let descriptor = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
        if descriptor < 0 {
            let error = SystemError.last("open", context: path)
            // Somebody else was first: as good.
            guard error.code == EEXIST else {
                throw error.code == ENOSPC || error.code == EDQUOT ? .full(path: path) : .system(error)
            }
            return
        }
        close(descriptor)
    }

    /// The directory a path lies in.
    static func directory(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Makes a directory's entries durable.
    static func syncDirectory(of path: String) throws(SystemError) {
        try sync(directory(of: path), flags: O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    }

    /// Makes a file's content durable; not for a file that SQLite has open in this process.
    static func syncFile(_ path: String) throws(SystemError) {
        try sync(path, flags: O_RDONLY | O_CLOEXEC)
    }

    private static func sync(_ path: String, flags: Int32) throws(SystemError) {
        let raw = open(path, flags)
        guard raw >= 0 else { throw SystemError.last("open", context: path) }
        let descriptor = FileDescriptor(owning: raw)
        while fsync(descriptor.rawValue) != 0 {
            let error = SystemError.last("fsync", context: path)
            guard error.code == EINTR else { throw error }
        }
    }

    private static func require(
        _ access: Int32, of path: String, otherwise refusal: (String) -> DatabaseOpenError
    ) throws(DatabaseOpenError) {
        guard faccessat(AT_FDCWD, path, access, AT_EACCESS) != 0 else { return }
        throw refusal(SystemError.last("access", context: path).reason)
    }

    /// What an error of SQLite means for whoever opens the file.
    static func refusal(_ error: DatabaseError, path: String) -> DatabaseOpenError {
        switch error.kind {
        case .busy: .busy(path: path)
        case .full: .full(path: path)
        case .corrupt: .corrupt(path: path, error: error)
        case .notADatabase: .notADatabase(path: path)
        case .readOnly: .readOnly(path: path, reason: error.message)
        case .ioError, .constraint, .interrupted, .misuse, .other: .failed(path: path, error: error)
        }
    }
}
