// Sockets that wait for connections: one for each loop, all on one endpoint. Made once at start, then owned by loops.

internal import CLinux
internal import Glibc
internal import Platform

/// One of them; closed when nobody holds it any more.
final class ListeningSocket: Sendable {
    private let descriptor: FileDescriptor
    var rawValue: Int32 { descriptor.rawValue }

    init(_ descriptor: consuming FileDescriptor) { self.descriptor = descriptor }
}

enum ListeningSockets {
    /// Connections the kernel keeps until a loop takes them: enough for a burst, bounded by net.core.somaxconn.
    private static let backlog: Int32 = 4_096

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
            guard Glibc.listen(socket.rawValue, backlog) == 0 else {
                throw SystemError.last("listen", context: bound.description)
            }
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
