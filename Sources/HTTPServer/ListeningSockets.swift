// Sockets that wait for connections: one for each loop, all on one endpoint, or one that all loops share. Made once at
// start, then owned by loops.

internal import CLinux
internal import Glibc
internal import Platform

/// One of them; closed when nobody holds it any more.
final class ListeningSocket: Sendable {
    /// A file that goes with the socket, as it was when it was made.
    struct Place: Sendable {
        let path: String
        let device: UInt64
        let inode: UInt64
    }

    private let descriptor: FileDescriptor
    private let place: Place?
    /// Whether several loops take connections from it.
    let isShared: Bool
    var rawValue: Int32 { descriptor.rawValue }

    init(_ descriptor: consuming FileDescriptor, isShared: Bool = false, place: Place? = nil) {
        self.descriptor = descriptor
        self.isShared = isShared
        self.place = place
    }

    deinit {
        // Another server may have put its own socket there meanwhile.
        guard let place, let present = UnixListener.place(place.path), present.inode == place.inode,
            present.device == place.device
        else { return }
        _ = unlink(place.path)
    }
}

enum ListeningSockets {
    /// Connections the kernel keeps until a loop takes them: enough for a burst, bounded by net.core.somaxconn.
    private static let backlog: Int32 = 4_096

    /// Opens what is asked for: `count` sockets, or one that stands `count` times in the result.
    /// - Parameter inherited: the socket that the service manager has handed over.
    static func open(
        _ address: ListenAddress, count: Int, inherited: consuming FileDescriptor?
    ) throws(SystemError) -> (sockets: [ListeningSocket], address: ListenAddress) {
        switch address {
        case .tcp(let endpoint):
            let (sockets, bound) = try open(endpoint, count: count)
            return (sockets, .tcp(bound))
        case .unix(let path):
            let socket = try UnixListener.open(path, isShared: count > 1)
            try listen(socket, address.description)
            return ([ListeningSocket](repeating: socket, count: count), address)
        case .inherited:
            guard let inherited else {
                throw SystemError(code: ENOTSOCK, operation: "sd_listen_fds", context: address.description)
            }
            let (socket, bound) = try adopt(inherited, isShared: count > 1)
            return ([ListeningSocket](repeating: socket, count: count), bound)
        }
    }

    private static func listen(_ socket: ListeningSocket, _ context: String) throws(SystemError) {
        guard Glibc.listen(socket.rawValue, backlog) == 0 else { throw SystemError.last("listen", context: context) }
    }

    /// Makes a socket that somebody else has opened one of ours; it stays theirs as well.
    private static func adopt(
        _ descriptor: consuming FileDescriptor, isShared: Bool
    ) throws(SystemError) -> (ListeningSocket, ListenAddress) {
        let raw = descriptor.rawValue
        let socket = ListeningSocket(descriptor, isShared: isShared)
        var listens: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(raw, SOL_SOCKET, SO_ACCEPTCONN, &listens, &length) == 0, listens == 1 else {
            throw SystemError(code: ENOTSOCK, operation: "sd_listen_fds", context: "a listening stream socket expected")
        }
        guard no_fcntl(raw, F_SETFD, FD_CLOEXEC) >= 0,
            no_fcntl(raw, F_SETFL, no_fcntl(raw, F_GETFL, 0) | O_NONBLOCK) >= 0
        else { throw SystemError.last("fcntl", context: "systemd") }
        let name = try localName(raw)
        if name.endpoint != nil { try enable(raw, Int32(IPPROTO_TCP), TCP_NODELAY, "TCP_NODELAY") }
        return (socket, name)
    }

    private static func localName(_ descriptor: Int32) throws(SystemError) -> ListenAddress {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let code = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard code == 0 else { throw SystemError.last("getsockname", context: "systemd") }
        let address = SocketCalls.address(storage)
        guard address == .unix else {
            // The port is the second 16-bit word of both socket address families.
            let port = withUnsafeBytes(of: &storage) { $0.loadUnaligned(fromByteOffset: 2, as: UInt16.self) }
            return .tcp(SocketEndpoint(address: address, port: UInt16(bigEndian: port)))
        }
        let path = withUnsafeBytes(of: &storage) { bytes in
            String(decoding: bytes[2..<max(2, min(Int(length), bytes.count))].prefix { $0 != 0 }, as: UTF8.self)
        }
        return .unix(path: path)
    }

    /// Opens `count` sockets on one endpoint.
    /// - Returns: the sockets, all on the returned endpoint, in which port 0 has become the true one.
    /// - Throws: `EADDRINUSE` also when the sockets there now share their port (`SO_REUSEPORT`): such a share would
    ///   succeed silently and take every other connection away from either server.
    static func open(
        _ endpoint: SocketEndpoint, count: Int
    ) throws(SystemError) -> (sockets: [ListeningSocket], endpoint: SocketEndpoint) {
        var opened: [ListeningSocket] = []
        var bound = endpoint
        for index in 0..<count {
            let socket = try create(bound)
            // The first socket binds alone, which fails when anybody else is there; only then does it become one
            // that can be shared, before the second comes.
            if index > 0 { try enable(socket.rawValue, SOL_SOCKET, SO_REUSEPORT, "SO_REUSEPORT") }
            try bind(socket.rawValue, bound)
            if index == 0 {
                if count > 1 { try enable(socket.rawValue, SOL_SOCKET, SO_REUSEPORT, "SO_REUSEPORT") }
                bound = try localEndpoint(socket.rawValue, endpoint)
            }
            try listen(socket, bound.description)
            opened.append(socket)
        }
        return (opened, bound)
    }

    private static func create(_ endpoint: SocketEndpoint) throws(SystemError) -> ListeningSocket {
        let family: Int32
        switch endpoint.address {
        case .v4: family = AF_INET
        case .v6: family = AF_INET6
        case .unix: throw SystemError(code: EAFNOSUPPORT, operation: "socket", context: endpoint.description)
        }
        let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let raw = socket(family, type, 0)
        guard raw >= 0 else { throw SystemError.last("socket", context: endpoint.description) }
        let created = ListeningSocket(FileDescriptor(owning: raw))
        // Without it a restarted server could not bind while old connections are in TIME-WAIT.
        try enable(raw, SOL_SOCKET, SO_REUSEADDR, "SO_REUSEADDR")
        // Answers are written whole; connections inherit the option from their listener (tcp(7)).
        try enable(raw, Int32(IPPROTO_TCP), TCP_NODELAY, "TCP_NODELAY")
        return created
    }

    private static func enable(
        _ descriptor: Int32, _ level: Int32, _ option: Int32, _ name: String
    ) throws(SystemError) {
        var one: Int32 = 1
        guard setsockopt(descriptor, level, option, &one, socklen_t(MemoryLayout<Int32>.size)) == 0 else {
            throw SystemError.last("setsockopt", context: name)
        }
    }

    private static func bind(_ descriptor: Int32, _ endpoint: SocketEndpoint) throws(SystemError) {
        let code: Int32
        switch endpoint.address {
        case .v4(let value):
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = endpoint.port.bigEndian
            address.sin_addr.s_addr = value.bigEndian
            code = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    Glibc.bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        case .v6(let high, let low):
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = endpoint.port.bigEndian
            withUnsafeMutableBytes(of: &address.sin6_addr) {
                $0.storeBytes(of: high.bigEndian, toByteOffset: 0, as: UInt64.self)
                $0.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
            }
            code = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    Glibc.bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in6>.size))
                }
            }
        case .unix: throw SystemError(code: EAFNOSUPPORT, operation: "bind", context: endpoint.description)
        }
        guard code == 0 else { throw SystemError.last("bind", context: endpoint.description) }
    }

    private static func localEndpoint(
        _ descriptor: Int32, _ wanted: SocketEndpoint
    ) throws(SystemError) -> SocketEndpoint {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let code = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard code == 0 else { throw SystemError.last("getsockname", context: wanted.description) }
        // The port is the second 16-bit word of both socket address families.
        let port = withUnsafeBytes(of: &storage) { $0.loadUnaligned(fromByteOffset: 2, as: UInt16.self) }
        return SocketEndpoint(address: wanted.address, port: UInt16(bigEndian: port))
    }
}
