// One server a database: a lock on a file beside it. The kernel drops the lock when its holder dies, however it dies.

internal import Glibc
package import Platform

/// Holds FILE.lock for as long as it lives.
package struct DatabaseLock: ~Copyable {
    /// Why the lock was not to be had.
    package enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
        /// Another process has it, and wrote this about itself.
        case held(path: String, by: String)
        /// The folder that the database should be in is not there.
        case noFolder(path: String)
        /// The file has several names, and each would have a lock and a log of its own.
        case severalNames(path: String)
        /// The lock file cannot be made or locked.
        case system(SystemError)

        package var description: String {
            switch self {
            case .held(let path, let holder):
                "\(path): another server uses this database (\(holder)). Stop it first, or give this one another file."
            case .noFolder(let path):
                "\(path): the folder of the database does not exist. Make it first, or give another path."
            case .severalNames(let path):
                "\(path): the file has several hard links, and SQLite needs it to have one name. Remove the others."
            case .system(let error):
                "the database's lock file cannot be used: \(error)."
            }
        }
    }

    private let descriptor: FileDescriptor

    /// What a holder writes is longer than this only if it is not ours.
    private static let noteBytesMax = 256

    /// Takes the lock of the database at `path`, or says who has it. Never waits.
    package init(database path: String, processID: Int32, now: UnixTime) throws(Failure) {
        let lockPath = try Self.resolved(path) + ".lock"
        let raw = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard raw >= 0 else { throw .system(SystemError.last("open", context: lockPath)) }
        let opened = FileDescriptor(owning: raw)
        while flock(opened.rawValue, LOCK_EX | LOCK_NB) != 0 {
            let error = SystemError.last("flock", context: lockPath)
            switch error.code {
            case EINTR: continue
            case EWOULDBLOCK: throw .held(path: path, by: Self.note(in: opened))
            default: throw .system(error)
            }
        }
        descriptor = opened
        // The note is for people; the lock holds without it, so a full disk here is no reason to stop.
        let note = Array("pid \(processID) started \(now.rfc3339())\n".utf8)
        _ = ftruncate(descriptor.rawValue, 0)
        _ = pwrite(descriptor.rawValue, note, note.count, 0)
    }

    /// Gives the lock back. It would go with the value, too; this says until when it is needed.
    package consuming func release() {}

    /// The one name of the database, whatever links lead to it, so that all who open it meet at one lock.
    private static func resolved(_ path: String) throws(Failure) -> String {
        if let real = realPath(path) {
            var status = stat()
            guard stat(real, &status) == 0 else { throw .system(SystemError.last("stat", context: path)) }
            if status.st_mode & S_IFMT == S_IFREG, status.st_nlink > 1 { throw .severalNames(path: path) }
            return real
        }
        guard errno == ENOENT else { throw .system(SystemError.last("realpath", context: path)) }
        // A file that is yet to be made: its folder must be there. A link that leads nowhere stays one and is refused.
        let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
        let folder = slash.map { String(path[..<$0]) } ?? "."
        guard let real = realPath(folder.isEmpty ? "/" : folder) else { throw .noFolder(path: path) }
        var status = stat()
        if lstat(path, &status) == 0 { throw .system(SystemError(code: ENOENT, operation: "open", context: path)) }
        return real + "/" + (slash.map { String(path[path.utf8.index(after: $0)...]) } ?? path)
    }

    private static func realPath(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }

    private static func note(in descriptor: borrowing FileDescriptor) -> String {
        var buffer = [UInt8](repeating: 0, count: noteBytesMax)
        let count = pread(descriptor.rawValue, &buffer, buffer.count, 0)
        let line = buffer.prefix(max(0, count)).prefix { $0 != UInt8(ascii: "\n") }
        guard !line.isEmpty, line.allSatisfy({ (0x20...0x7e).contains($0) }) else { return "its process is not known" }
        return String(decoding: line, as: UTF8.self)
    }
}
