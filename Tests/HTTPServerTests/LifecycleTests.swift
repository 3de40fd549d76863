// Starting, draining and stopping; ports in use; too many connections; no descriptors left.

import CLinux
import Glibc
import HTTPServer
import HTTPWire
import Platform
import TestSupport
import Testing

@Suite(.serialized) struct `A server` {
    @Test(arguments: [1, 3]) func `listens on the port it tells, on all loops`(_ loops: Int) throws {
        try withServer(loops: loops) { live in
            #expect(live.endpoint.port != 0)
            for _ in 0..<30 {
                let response = try live.client.get("/ready")
                #expect(response.status == 200)
            }
        }
    }

    @Test(arguments: [1, 2]) func `does not share the port of another`(_ loops: Int) throws {
        try withServer(loops: loops) { live in
            let second = LiveServer.make(
                live.endpoint, limits: HTTPServerLimits(), loops: loops, trustedProxies: [], log: nil, gate: Gate())
            let error = #expect(throws: SystemError.self) { try second.start() }
            #expect(error?.code == EADDRINUSE && error?.context == live.endpoint.description)
        }
    }

    @Test(arguments: [false, true]) func `does not share a port with any socket`(_ sharesPort: Bool) throws {
        let raw = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        let descriptor = FileDescriptor(owning: raw)
        var one: Int32 = 1
        setsockopt(raw, SOL_SOCKET, SO_REUSEADDR, &one, 4)
        if sharesPort { setsockopt(raw, SOL_SOCKET, SO_REUSEPORT, &one, 4) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                #expect(bind(descriptor.rawValue, $0, length) == 0 && listen(descriptor.rawValue, 5) == 0)
                #expect(getsockname(descriptor.rawValue, $0, &length) == 0)
            }
        }
        let endpoint = SocketEndpoint(address: .v4(0x7f00_0001), port: UInt16(bigEndian: address.sin_port))
        for loops in [1, 2] {
            let server = LiveServer.make(
                endpoint, limits: HTTPServerLimits(), loops: loops, trustedProxies: [], log: nil, gate: Gate())
            let error = #expect(throws: SystemError.self) { try server.start() }
            #expect(error?.code == EADDRINUSE)
        }
    }

    @Test func `can listen again on a port as soon as it has stopped`() throws {
        var endpoint = loopback
        for _ in 0..<3 {
            let server = LiveServer.make(
                endpoint, limits: HTTPServerLimits(), loops: 2, trustedProxies: [], log: nil, gate: Gate())
            endpoint = try server.listen()
            #expect(try TestClient(endpoint).get("/ready").status == 200)
            server.drain(deadline: .seconds(2))
        }
    }

    @Test(arguments: [false, true])
    func `lets what a handler began on its loop go on, before and after its end`(_ isOver: Bool) async throws {
        let gate = Gate()
        let server = LiveServer.make(
            loopback, limits: HTTPServerLimits(), loops: 1, trustedProxies: [], log: nil, gate: gate)
        let endpoint = try server.listen()
        #expect(try TestClient(endpoint).get("/outlived").text == "true")
        #expect(eventually { gate.waitingCount == 1 })
        if isOver { server.stop() }
        gate.open()
        // Without keeping one of the threads that it may need: other tests keep theirs for seconds.
        for _ in 0..<24_000 where gate.passedCount == 0 {
            // Cancelled only together with the test.
            try? await Task.sleep(for: .milliseconds(5))
        }
        #expect(gate.passedCount == 1)
        server.stop()
    }

    @Test func `that drains finishes what is under way and closes what is idle`() throws {
        try withServer(loops: 2) { live in
            let busy = try live.client.connect()
            try busy.send(TestClient.bytes("GET", "/gated/1"))
            let idle = try live.client.connect()
            try idle.send(TestClient.bytes("GET", "/ready"))
            #expect(try idle.readResponse().status == 200)
            #expect(eventually { live.gate.waitingCount == 1 })

            let drained = try OSThread.start(name: "drain") { live.server.drain(deadline: .seconds(5)) }
            #expect(idle.isClosed(within: .seconds(5)))
            // Each loop closes its own listener in its own time.
            #expect(eventually { (try? live.client.get("/ready")) == nil })
            live.gate.open()
            let response = try busy.readResponse()
            #expect(response.text == "gated 1" && response.field("connection") == "close")
            #expect(busy.isClosed(within: .seconds(5)))
            drained.join()
            #expect(live.server.metrics.openConnections == 0)
        }
    }

    @Test func `that drains lets a request in the middle of its body finish`() throws {
        try withServer { live in
            let connection = try live.client.connect()
            try connection.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nab")
            pause(.milliseconds(50))
            let drained = try OSThread.start(name: "drain") { live.server.drain(deadline: .seconds(5)) }
            pause(.milliseconds(50))
            try connection.send("cd")
            let response = try connection.readResponse()
            #expect(response.text == "abcd" && response.field("connection") == "close")
            connection.endOutput()
            drained.join()
        }
    }

    @Test func `that drains gives up at the deadline`() throws {
        try withServer { live in
            let connection = try live.client.connect()
            try connection.send(TestClient.bytes("GET", "/gated/1"))
            #expect(eventually { live.gate.waitingCount == 1 })
            let began = MonotonicTime.now()
            live.server.drain(deadline: .milliseconds(200))
            let took = began.duration(to: .now())
            #expect(took >= .milliseconds(200) && took < .seconds(5))
            #expect(connection.isClosed(within: .seconds(5)))
        }
    }

    @Test func `that drains can still be stopped at once`() throws {
        try withServer { live in
            let connection = try live.client.connect()
            try connection.send(TestClient.bytes("GET", "/gated/1"))
            #expect(eventually { live.gate.waitingCount == 1 })
            let began = MonotonicTime.now()
            let drained = try OSThread.start(name: "drain") { live.server.drain(deadline: .seconds(60)) }
            pause(.milliseconds(50))
            live.server.stop()
            drained.join()
            #expect(began.duration(to: .now()) < .seconds(10))
        }
    }

    @Test func `with too many connections says so, and takes the next when there is room`() throws {
        var limits = HTTPServerLimits()
        limits.connections = 2
        limits.lingerTimeout = .milliseconds(200)
        try withServer(limits: limits) { live in
            let first = try live.client.connect()
            let second = try live.client.connect()
            for connection in [first, second] {
                try connection.send(TestClient.bytes("GET", "/ready"))
                #expect(try connection.readResponse().status == 200)
            }
            let third = try live.client.connect()
            try third.send(TestClient.bytes("GET", "/ready"))
            let refusal = try third.readResponse()
            #expect(refusal.status == 503 && refusal.field("retry-after") == "1")
            #expect(third.isClosed(within: .seconds(5)))
            try first.send(TestClient.bytes("GET", "/paid/1", fields: [("Connection", "close")]))
            #expect(try first.readResponse().text == "1")
            first.endOutput()
            #expect(eventually { live.server.metrics.openConnections == 1 })
            #expect(try live.client.get("/ready").status == 200)
        }
    }

    @Test func `without descriptors waits without spinning and goes on when there are some`() async {
        await #expect(processExitsWith: .success) {
            try withServer { live in
                var limit = rlimit(rlim_cur: 64, rlim_max: 64)
                setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
                // Every further descriptor of this process goes to clients, whose other ends cannot be accepted.
                var connections: [RawConnection] = []
                do throws(TestClientError) {
                    while true { connections.append(try live.client.connect()) }
                } catch {
                    precondition(connections.count > 10, "only \(connections.count) connections: \(error)")
                }
                pause(.milliseconds(300))
                var before = rusage()
                getrusage(RUSAGE_SELF.rawValue, &before)
                pause(.milliseconds(500))
                var after = rusage()
                getrusage(RUSAGE_SELF.rawValue, &after)
                let used =
                    after.ru_utime.tv_usec - before.ru_utime.tv_usec + after.ru_stime.tv_usec
                    - before.ru_stime.tv_usec + 1_000_000
                    * (after.ru_utime.tv_sec - before.ru_utime.tv_sec
                        + after.ru_stime.tv_sec - before.ru_stime.tv_sec)
                precondition(used < 100_000, "half a second cost \(used) µs of processor time")
                connections.removeAll()
                pause(.milliseconds(300))
                let response = try live.client.get("/ready")
                precondition(response.status == 200, "found \(response.status)")
            }
        }
    }

    @Test func `leaves no descriptor behind`() throws {
        func openCount() -> Int {
            guard let folder = opendir("/proc/self/fd") else { return -1 }
            defer { closedir(folder) }
            var count = 0
            while readdir(folder) != nil { count += 1 }
            return count
        }
        try withServer { live in
            let response = try live.client.get("/ready")
            #expect(response.status == 200)
        }
        let before = openCount()
        for _ in 0..<5 {
            try withServer(loops: 2) { live in
                let idle = try live.client.connect()
                try idle.send(TestClient.bytes("GET", "/ready"))
                #expect(try idle.readResponse().status == 200)
                #expect(try live.client.get("/hops/1").status == 200)
            }
        }
        // Other suites run beside this one and open their own; five servers leaking would show as far more.
        #expect(openCount() < before + 60)
    }
}
