// The system fails a server: no descriptors, no memory, connections reset at every stage, clients that are stopped, clocks
// that jump.

import CFaultSocket
import CLinux
import Foundation
import Glibc
import HTTPServer
import HTTPWire
import Platform
import TestSupport
import Testing

@Suite(.serialized) struct `A server whose system fails` {
    // MARK: Memory and descriptors

    @Test(arguments: [ENOBUFS, ENOMEM])
    func `sends later what the kernel had no memory for, and does not spin meanwhile`(_ code: Int32) async {
        await #expect(processExitsWith: .success) { [code] in
            try withServer { live in
                let connection = try live.client.connect()
                try connection.send(TestClient.bytes("GET", "/ready"))
                guard try connection.readResponse().status == 200 else { preconditionFailure("not served at first") }
                no_socket_fault(Int32(FAULT_SOCKET_SEND), code)
                for size in [10, 300_000] { try connection.send(TestClient.bytes("GET", "/big/\(size)")) }
                guard eventually({ live.server.metrics.failedSends > 0 }) else {
                    preconditionFailure("no answer met the fault")
                }
                pause(.milliseconds(500))
                let attempts = no_socket_fault_count(Int32(FAULT_SOCKET_SEND))
                // One try in 20 ms makes 25; a loop that is woken at once makes tens of thousands.
                precondition(attempts < 200, "\(attempts) attempts in half a second")
                precondition(live.server.metrics.openConnections == 1, "the connection was given up")
                no_socket_fault(Int32(FAULT_SOCKET_SEND), 0)
                for size in [10, 300_000] {
                    let count = try connection.readResponse().body.count
                    precondition(count == size, "\(count) bytes came of \(size)")
                }
            }
        }
    }

    @Test func `sends records later as well, and the rest of a handshake`() async {
        await #expect(processExitsWith: .success) {
            try withSecureServer { secure in
                let open = try secure.connectAndAsk()
                no_socket_fault(Int32(FAULT_SOCKET_SEND), ENOBUFS)
                try open.send(TestClient.bytes("GET", "/big/300000"))
                let client = try secure.client()
                let socket = try secure.live.client.connect()
                try client.receive()
                try socket.send(client.takeRecords())
                guard eventually({ secure.live.server.metrics.failedSends > 1 }) else {
                    preconditionFailure("nothing met the fault")
                }
                pause(.milliseconds(500))
                let attempts = no_socket_fault_count(Int32(FAULT_SOCKET_SEND))
                precondition(attempts < 400, "\(attempts) attempts of two connections in half a second")
                no_socket_fault(Int32(FAULT_SOCKET_SEND), 0)
                let count = try open.readResponse().body.count
                precondition(count == 300_000, "\(count) bytes came")
                let deadline = MonotonicTime.now() + .seconds(10)
                while !client.isOpen {
                    try client.receive(try socket.readSome(deadline))
                    try socket.send(client.takeRecords())
                }
            }
        }
    }

    @Test(arguments: [ENFILE, ENOMEM, ENOBUFS])
    func `takes connections again when the machine has room for them`(_ code: Int32) async {
        await #expect(processExitsWith: .success) { [code] in
            try withServer { live in
                let first = try live.client.connect()
                try first.send(TestClient.bytes("GET", "/ready"))
                guard try first.readResponse().status == 200 else { preconditionFailure("not served at first") }
                no_socket_fault(Int32(FAULT_SOCKET_ACCEPT), code)
                let second = try live.client.connect()
                try second.send(TestClient.bytes("GET", "/paid/2"))
                guard eventually({ live.server.metrics.failedAccepts > 1 }) else {
                    preconditionFailure("no connection met the fault")
                }
                pause(.milliseconds(500))
                let attempts = no_socket_fault_count(Int32(FAULT_SOCKET_ACCEPT))
                precondition(attempts < 100, "\(attempts) attempts in half a second")
                try first.send(TestClient.bytes("GET", "/paid/1"))
                guard try first.readResponse().text == "1" else { preconditionFailure("open connections suffer") }
                no_socket_fault(Int32(FAULT_SOCKET_ACCEPT), 0)
                guard try second.readResponse().text == "2" else { preconditionFailure("the waiting one is lost") }
            }
        }
    }

    // MARK: Resets

    @Test(arguments: [
        "GET /paid/1 HTTP/1.1\r\nHost: h\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhello",
        "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nX: y\r\n\r\n",
        "GET /hops/1 HTTP/1.1\r\nHost: h\r\n\r\nGET /ready HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
        "GET /nothing HTTP/1.1\r\nHost : h\r\n\r\nand more",
    ])
    func `outlives a reset behind every byte of a request`(_ request: String) throws {
        try withServer { live in
            for count in 0...request.utf8.count {
                let connection = try ResettingConnection(live.endpoint)
                try connection.send(Array(request.utf8.prefix(count)))
                // Half of them before the server has read, half of them after.
                if count % 2 == 0 { sched_yield() } else { pause(.microseconds(200)) }
                connection.reset()
            }
            #expect(eventually { live.server.metrics.openConnections == 0 })
            #expect(try live.client.get("/ready").text == "ready")
        }
    }

    @Test(arguments: [0, 1, 100, 70_000, 1_000_000])
    func `outlives a reset while its answer is read`(_ count: Int) throws {
        try withServer { live in
            for target in ["/big/3000000", "/artifact", "/hops/1"] {
                let connection = try ResettingConnection(live.endpoint)
                try connection.send(TestClient.bytes("GET", target) + TestClient.bytes("GET", "/big/3000000"))
                connection.read(count)
                connection.reset()
            }
            #expect(eventually { live.server.metrics.openConnections == 0 })
            #expect(try live.client.get("/ready").text == "ready")
        }
    }

    @Test func `outlives a reset while its answer is awaited`() throws {
        try withServer { live in
            for number in 1...20 {
                let connection = try ResettingConnection(live.endpoint)
                try connection.send(TestClient.bytes("GET", "/gated/\(number)"))
                #expect(eventually { live.gate.waitingCount == number })
                connection.reset()
            }
            #expect(eventually { live.server.metrics.openConnections == 0 })
            live.gate.open()
            #expect(try live.client.get("/gated/1").text == "gated 1")
        }
    }

    @Test(arguments: [12, 13] as [Int32]) func `outlives a reset at every stage of TLS`(_ version: Int32) throws {
        try withSecureServer { secure in
            let hello = try secure.client(version: version)
            try hello.receive()
            let records = hello.takeRecords()
            for count in stride(from: 0, through: records.count, by: 7) {
                let connection = try ResettingConnection(secure.live.endpoint)
                try connection.send(Array(records.prefix(count)))
                if count % 2 == 0 { sched_yield() } else { pause(.microseconds(500)) }
                connection.reset()
            }
            // The client's last flight, then a request, each cut short.
            for stage in 0..<12 {
                let connection = try ResettingConnection(secure.live.endpoint)
                let client = try secure.client(version: version)
                try client.receive()
                try connection.send(client.takeRecords())
                while !client.isOpen {
                    try client.receive(connection.some())
                    let flight = client.takeRecords()
                    if stage < 6, !flight.isEmpty {
                        try connection.send(Array(flight.prefix(flight.count * stage / 6)))
                        break
                    }
                    try connection.send(flight)
                }
                if client.isOpen, stage >= 6 {
                    client.send(TestClient.bytes("GET", "/big/500000"))
                    let request = client.takeRecords()
                    try connection.send(Array(request.prefix(request.count * (stage - 6) / 4)))
                    connection.read(stage * 1_000 - 9_000)
                }
                connection.reset()
            }
            #expect(eventually { secure.live.server.metrics.openConnections == 0 })
            let last = try secure.connectAndAsk()
            #expect(last.client.isOpen)
        }
    }

    // MARK: A client that is stopped

    @Test func `keeps the answer of a stopped client that goes on, and gives up one that does not`() throws {
        var limits = HTTPServerLimits()
        limits.writeTimeout = .seconds(3)
        try withServer(limits: limits) { live in
            let size = 8_000_000
            let patient = try StoppedClient(live.endpoint, "/big/\(size)")
            let gone = try StoppedClient(live.endpoint, "/big/\(size)")
            defer {
                patient.end()
                gone.end()
            }
            #expect(eventually { live.server.metrics.receivedBytes > 100 })
            patient.stop()
            gone.stop()
            patient.letGo()
            gone.letGo()
            for _ in 0..<20 {
                #expect(try live.client.get("/ready").text == "ready", "others are served meanwhile")
                pause(.milliseconds(20))
            }
            #expect(live.server.metrics.openConnections == 2)
            patient.resume()
            #expect(patient.received() > size)
            #expect(eventually { live.server.metrics.openConnections == 0 }, "the other is given up after a while")
        }
    }

    // MARK: Clocks

    @Test(arguments: [-86_400_000, -3_600, 3_600, 86_400, 3_155_760_000] as [Int64])
    func `does not mind a wall clock that jumps`(_ seconds: Int64) throws {
        let clock = JumpingClock()
        let limits = HTTPServerLimits()
        let gate = Gate()
        let server = HTTPServer(
            address: .tcp(loopback), manager: nil, loopCount: 1, limits: limits,
            router: Router(routes: LiveServer.routes(gate, Elsewhere())), trustedProxies: [], accessLog: nil,
            clock: clock.clock, random: .system, certificates: nil,
            faultResponse: { fault, context in fault.response(requestID: context.requestID) })
        let client = TestClient(try server.listen())
        defer {
            gate.open()
            server.stop()
        }
        let head = try client.connect()
        try head.send("GET /ready HTTP/1.1\r\nHo")
        let body = try client.connect()
        try body.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhe")
        let idle = try client.connect()
        try idle.send(TestClient.bytes("GET", "/ready"))
        #expect(try idle.readResponse().status == 200)
        let waiting = try client.connect()
        try waiting.send(TestClient.bytes("GET", "/gated/1"))
        #expect(eventually { gate.waitingCount == 1 })
        clock.jump(seconds)
        let dated = try client.get("/ready")
        #expect(dated.field("date") == UnixTime(seconds: clock.origin + seconds).httpDate())
        pause(.milliseconds(100))
        // No time-out has struck.
        try head.send("st: h\r\n\r\n")
        #expect(try head.readResponse().text == "ready")
        try body.send("llo")
        #expect(try body.readResponse().text == "hello")
        gate.open()
        #expect(try waiting.readResponse().text == "gated 1")
        try idle.send(TestClient.bytes("GET", "/ready"))
        #expect(try idle.readResponse().status == 200)
    }
}

/// A wall clock that stands still until a test moves it, beside a steady one.
private final class JumpingClock: Sendable {
    let origin: Int64 = 1_700_000_000
    private let offset = Monitor<Int64>(0)

    func jump(_ seconds: Int64) { offset.withLock { $0 += seconds } }

    var clock: Clock {
        Clock(
            wall: { [self] in UnixTime(seconds: origin + offset.withLock { $0 }) },
            monotonic: MonotonicTime.now)
    }
}

/// A connection that ends in a reset.
private struct ResettingConnection: ~Copyable {
    private let connection: FileDescriptor

    init(_ endpoint: SocketEndpoint) throws {
        let take = try ConformanceTake(endpoint, [])
        let copy = dup(take.descriptor.rawValue)
        guard copy >= 0 else { throw SystemError.last("dup") }
        connection = FileDescriptor(owning: copy)
    }

    func send(_ bytes: [UInt8]) throws {
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(
                    connection.rawValue, $0.baseAddress.map { $0 + offset }, bytes.count - offset, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw SystemError.last("send") }
            offset += count
        }
    }

    /// Reads so many bytes, or what there is.
    func read(_ wanted: Int) {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        var count = 0
        while count < wanted {
            let got = recv(connection.rawValue, &chunk, min(chunk.count, wanted - count), 0)
            guard got > 0 else { return }
            count += got
        }
    }

    /// What is there, at least one byte.
    func some() -> [UInt8] {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = recv(connection.rawValue, &chunk, chunk.count, 0)
        return Array(chunk.prefix(max(0, count)))
    }

    /// The linger option of `ConformanceTake` makes the close a reset.
    consuming func reset() {}
}

/// A client in a process of its own, which can be stopped by a signal. Used by one thread.
private final class StoppedClient {
    private let process = Process()
    private let output = Pipe()
    private let input = Pipe()

    /// Connects and asks, and reads when it is let go.
    init(_ endpoint: SocketEndpoint, _ target: String) throws {
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = [
            "-c",
            """
            exec 3<>/dev/tcp/127.0.0.1/\(endpoint.port)
            printf 'GET \(target) HTTP/1.1\\r\\nHost: h\\r\\nConnection: close\\r\\n\\r\\n' >&3
            read -r _
            wc -c <&3
            """,
        ]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
    }

    func stop() { kill(process.processIdentifier, SIGSTOP) }
    func resume() { kill(process.processIdentifier, SIGCONT) }
    func letGo() { input.fileHandleForWriting.write(Data("\n".utf8)) }

    /// How many bytes it has read in all, when it is done.
    func received() -> Int {
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        return text.split(whereSeparator: \.isWhitespace).first.flatMap { Int($0) } ?? -1
    }

    func end() {
        kill(process.processIdentifier, SIGCONT)
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}
