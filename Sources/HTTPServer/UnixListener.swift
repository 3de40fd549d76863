// A Unix-domain socket to listen on, and the file that it is found by.

internal import CLinux
internal import Glibc
internal import Platform

enum UnixListener {
    /// Whoever may connect is decided by the file: the server's user and group, of which a proxy is a member.
    private static let mode: mode_t = 0o660

    /// Binds a socket to a path, in place of a socket that nobody listens on any more.
    /// - Throws: `EADDRINUSE` when somebody does, or when something else than a socket is there.
    static func open(_ path: String, isShared: Bool) throws(SystemError) -> ListeningSocket {
        guard let address = UnixSocketAddress(path) else {
            throw SystemError(code: ENAMETOOLONG, operation: "bind", context: "unix:\(path)")
        }
        let descriptor = try create(path)
        if bind(descriptor.rawValue, address) != 0 {
            guard errno == EADDRINUSE, isAbandoned(path, address) else {
                throw SystemError(code: errno, operation: "bind", context: "unix:\(path)")
            }
            _ = unlink(path)
            guard bind(descriptor.rawValue, address) == 0 else {
                throw SystemError.last("bind", context: "unix:\(path)")
            }
        }
        // Before anybody can connect: the socket does not listen yet.
        guard chmod(path, mode) == 0 else { throw SystemError.last("chmod", context: "unix:\(path)") }
        return ListeningSocket(descriptor, isShared: isShared, place: place(path))
    }

    /// The file as it is now; nil when there is none.
    static func place(_ path: String) -> ListeningSocket.Place? {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        return ListeningSocket.Place(path: path, device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    }

    private static func create(_ path: String) throws(SystemError) -> FileDescriptor {
        let raw = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard raw >= 0 else { throw SystemError.last("socket", context: "unix:\(path)") }
        return FileDescriptor(owning: raw)
    }

    private static func bind(_ descriptor: Int32, _ address: UnixSocketAddress) -> Int32 {
        address.withAddress { Glibc.bind(descriptor, $0, $1) }
    }

    /// Whether the path is a socket that refuses connections: its server has ended without removing it.
    private static func isAbandoned(_ path: String, _ address: UnixSocketAddress) -> Bool {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else {
            errno = EADDRINUSE
            return false
        }
        let raw = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard raw >= 0 else { return false }
        let probe = FileDescriptor(owning: raw)
        let isRefused = address.withAddress { connect(probe.rawValue, $0, $1) } != 0 && errno == ECONNREFUSED
        if !isRefused { errno = EADDRINUSE }
        return isRefused
    }
}
