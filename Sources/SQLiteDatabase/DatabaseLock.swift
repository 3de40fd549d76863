// One server a database: a lock on a file beside it. The kernel drops the lock when its holder dies, however it dies.

internal import Glibc
package import Platform

/// Holds FILE.lock for as long as it lives.
package struct DatabaseLock: ~Copyable {
    /// Why the lock was not to be had.
    package enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
        /// Another process has it, and wrote this about itself.
        case held(path: String, by: String)
        /// The lock file cannot be made or locked.
        case system(SystemError)

        package var description: String {
            switch self {
            case .held(let path, let holder):
                "\(path): another server uses this database (\(holder)). Stop it first, or give this one another file."
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
        let lockPath = path + ".lock"
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

    private static func note(in descriptor: borrowing FileDescriptor) -> String {
        var buffer = [UInt8](repeating: 0, count: noteBytesMax)
        let count = pread(descriptor.rawValue, &buffer, buffer.count, 0)
        let line = buffer.prefix(max(0, count)).prefix { $0 != UInt8(ascii: "\n") }
        guard !line.isEmpty, line.allSatisfy({ (0x20...0x7e).contains($0) }) else { return "its process is not known" }
        return String(decoding: line, as: UTF8.self)
    }
}
