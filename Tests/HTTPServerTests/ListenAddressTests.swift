// Listening on Unix-domain sockets, and on sockets that somebody else has opened.

import CLinux
import Glibc
import HTTPServer
import Platform
import TestSupport
import Testing

@Suite(.serialized) struct `A server listens` {
    private let folder: TestFolder
    private var path: String { folder.file("server.sock") }

    init() throws { folder = try TestFolder() }

    private func server(
        _ address: ListenAddress, loops: Int = 1, manager: ServiceManager? = nil
    ) -> HTTPServer {
        LiveServer.make(
            loopback, at: address, manager: manager, limits: HTTPServerLimits(), loops: loops, trustedProxies: [],
            log: nil, gate: Gate())
    }

    private func ask(_ connection: RawConnection, _ target: String, _ fields: [(String, String)] = []) throws -> String
    {
        try connection.send(TestClient.bytes("GET", target, fields: fields))
        return try connection.readResponse().text
    }

    private func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    @Test(arguments: [1, 3]) func `on a Unix-domain socket, with all loops, and removes it at the end`(_ loops: Int)
        throws
    {
        let server = server(.unix(path: path), loops: loops)
        #expect(try server.start() == .unix(path: path))
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o660)
        for _ in 0..<30 { #expect(try ask(RawConnection(unix: path), "/ready") == "ready") }
        server.stop()
        #expect(eventually { !exists(path) })
    }

    @Test func `where a proxy on a Unix-domain socket says who asks`() throws {
        let server = server(.unix(path: path))
        _ = try server.start()
        defer { server.stop() }
        let connection = try RawConnection(unix: path)
        #expect(try ask(connection, "/who") == "unix unix false")
        #expect(try ask(connection, "/who", [("X-Forwarded-For", "192.0.2.7")]) == "192.0.2.7 unix true")
        #expect(try ask(connection, "/who", [("X-Forwarded-For", "192.0.2.7, 192.0.2.8")]).hasPrefix("192.0.2.8 "))
    }

    @Test func `in place of a socket that nobody listens on, and of nothing else`() throws {
        // A socket whose owner ended without removing it.
        do {
            let raw = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            let abandoned = FileDescriptor(owning: raw)
            let address = try #require(UnixSocketAddress(path))
            #expect(address.withAddress { bind(abandoned.rawValue, $0, $1) } == 0)
        }
        #expect(exists(path))
        let first = server(.unix(path: path))
        _ = try first.start()
        let second = server(.unix(path: path))
        let error = #expect(throws: SystemError.self) { try second.start() }
        #expect(error?.code == EADDRINUSE && error?.context == "unix:\(path)")
        #expect(try ask(RawConnection(unix: path), "/ready") == "ready")
        first.stop()
        try folder.write("server.sock", "a file\n")
        let third = #expect(throws: SystemError.self) { try server(.unix(path: path)).start() }
        #expect(third?.code == EADDRINUSE)
        #expect(try folder.read("server.sock") == "a file\n")
    }

    @Test func `and leaves alone what has taken the place of its socket`() throws {
        let first = server(.unix(path: path))
        _ = try first.start()
        #expect(unlink(path) == 0)
        let second = server(.unix(path: path))
        _ = try second.start()
        first.stop()
        #expect(try ask(RawConnection(unix: path), "/ready") == "ready")
        second.stop()
    }

    @Test(arguments: [1, 2]) func `on a socket that the service manager has opened`(_ loops: Int) throws {
        let raw = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                #expect(bind(raw, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0 && listen(raw, 5) == 0)
            }
        }
        let manager = ServiceManager(
            environment: ["LISTEN_PID": "\(getpid())", "LISTEN_FDS": "1"], processID: getpid(), firstInherited: raw)
        let server = server(.inherited, loops: loops, manager: manager)
        let endpoint = try server.listen()
        #expect(endpoint.address == loopback.address && endpoint.port != 0)
        for _ in 0..<10 { #expect(try TestClient(endpoint).get("/ready").status == 200) }
        server.stop()
    }

    @Test func `not on what is no listening socket`() throws {
        let raw = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        let environment = ["LISTEN_PID": "\(getpid())", "LISTEN_FDS": "1"]
        let manager = ServiceManager(environment: environment, processID: getpid(), firstInherited: raw)
        let error = #expect(throws: SystemError.self) { try server(.inherited, manager: manager).start() }
        #expect(error?.code == ENOTSOCK)
        for fields in [["LISTEN_FDS": "1"], ["LISTEN_PID": "1", "LISTEN_FDS": "1"], ["LISTEN_PID": "\(getpid())"]] {
            let manager = ServiceManager(environment: fields, processID: getpid())
            #expect(throws: SystemError.self) { try server(.inherited, manager: manager).start() }
        }
    }
}
