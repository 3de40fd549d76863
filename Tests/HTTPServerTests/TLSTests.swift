// TLS on real sockets: handshakes, answers, ends, changes of certificates, and clients that break the rules.

import HTTPClient
import HTTPServer
import HTTPWire
import Platform
import TestSupport
import Testing
import TransportSecurity

/// A server with TLS and the authority that its clients trust.
struct SecureServer {
    let live: LiveServer
    let store: CertificateStore
    let authority: StubCertificate
    let folder: TestFolder

    func client(
        _ name: String? = "a.test", protocols: [String] = ["http/1.1"], version: Int32 = 0,
        session: TLSClientSession? = nil
    ) throws -> TLSClient {
        try TLSClient(authority: authority, name: name, protocols: protocols, version: version, session: session)
    }

    func connect(receiveBufferBytes: Int32? = nil, pieceBytes: Int? = nil, version: Int32 = 0) throws
        -> SecureConnection
    {
        try SecureConnection(
            live.endpoint, client(version: version), receiveBufferBytes: receiveBufferBytes, pieceBytes: pieceBytes)
    }

    /// A connection that has one answer behind it.
    func connectAndAsk() throws -> SecureConnection {
        let connection = try connect()
        try connection.send(TestClient.bytes("GET", "/ready"))
        #expect(try connection.readResponse().status == 200)
        return connection
    }

    var metrics: String {
        var text = MetricsText()
        live.server.metrics.write(to: &text)
        return String(decoding: text.bytes, as: UTF8.self)
    }
}

func withSecureServer(
    limits: HTTPServerLimits = HTTPServerLimits(), loops: Int = 1, _ body: (SecureServer) throws -> Void
) throws {
    let authority = try StubCertificate.authority()
    let folder = try TestFolder()
    let own = try StubCertificate(names: "DNS:a.test,IP:127.0.0.1", subject: "first", issuer: authority)
    let files = CertificateFiles(
        certificate: try folder.write("server.pem", own.certificate), key: try folder.write("server.key", own.key))
    let store = try CertificateStore([files], clock: .system, random: .system)
    try withServer(limits: limits, loops: loops, certificates: store) { live in
        try body(SecureServer(live: live, store: store, authority: authority, folder: folder))
    }
}

@Suite(.serialized) struct `TLS` {
    // MARK: What works

    @Test(arguments: [12, 13] as [Int32]) func `answers on a kept connection, in order`(_ version: Int32) throws {
        try withSecureServer { server in
            let connection = try server.connect(version: version)
            #expect(connection.client.chosenProtocol == "http/1.1" && connection.client.version == version)
            try connection.send(
                TestClient.bytes("GET", "/ready") + TestClient.bytes("POST", "/echo", body: Array("body".utf8))
                    + TestClient.bytes("GET", "/gated/1"))
            #expect(try connection.readResponse().text == "ready")
            #expect(try connection.readResponse().text == "body")
            #expect(eventually { server.live.gate.waitingCount == 1 })
            server.live.gate.open()
            #expect(try connection.readResponse().text == "gated 1")
            #expect(server.metrics.contains("tls_handshakes_total{version=\"1.\(version - 10)\",resumed=\"no\"} 1\n"))
        }
    }

    @Test func `reads records that come byte by byte`() throws {
        try withSecureServer { server in
            let connection = try server.connect(pieceBytes: 1)
            try connection.send(TestClient.bytes("POST", "/echo", body: Array("abc".utf8)), pieceBytes: 1)
            #expect(try connection.readResponse().text == "abc")
        }
    }

    @Test func `carries large bodies both ways`() throws {
        var limits = HTTPServerLimits()
        limits.bodyBytes = 4_000_000
        try withSecureServer(limits: limits) { server in
            let body = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 13 &+ $0 >> 9) }
            let connection = try server.connect()
            try connection.send(TestClient.bytes("POST", "/echo", body: body))
            #expect(try connection.readResponse().body == body)
        }
    }

    @Test func `goes on from an earlier session`() throws {
        try withSecureServer { server in
            let first = try server.connectAndAsk()
            first.client.end()
            try first.flush()
            let session = try #require(first.client.session)
            let second = try SecureConnection(server.live.endpoint, server.client(session: session))
            #expect(second.client.isResumed)
            try second.send(TestClient.bytes("GET", "/ready"))
            #expect(try second.readResponse().status == 200)
            #expect(server.metrics.contains("tls_handshakes_total{version=\"1.3\",resumed=\"yes\"} 1\n"))
        }
    }

    @Test func `is what a common client expects`() async throws {
        let gate = Gate()
        let authority = try StubCertificate.authority()
        let folder = try TestFolder()
        let own = try StubCertificate(names: "IP:127.0.0.1", issuer: authority)
        let files = CertificateFiles(
            certificate: try folder.write("c.pem", own.certificate), key: try folder.write("c.key", own.key))
        let store = try CertificateStore([files], clock: .system, random: .system)
        let server = LiveServer.make(
            loopback, limits: HTTPServerLimits(), loops: 2, trustedProxies: [], log: nil, gate: gate,
            certificates: store)
        let endpoint = try server.listen()
        defer { server.stop() }
        var settings = ClientSettings()
        settings.certificateAuthorities = Array(authority.certificate.utf8)
        let block = try #require(NetworkBlock("127.0.0.1/32"))
        let client = try HTTPClient(
            settings: settings, guard: NetworkGuard(allowed: [block]), clock: .system, random: .system, log: nil)
        defer { client.close() }
        for round in 0..<5 {
            let response = try await client.send(
                ClientRequest(.post, "https://\(endpoint)/echo", body: Array("round \(round)".utf8)),
                deadline: .now() + .seconds(10))
            #expect(response.status == 200 && response.body == Array("round \(round)".utf8))
        }
        #expect(server.metrics.openConnections == 1)
    }

    @Test func `tells handlers that a request was encrypted`() throws {
        try withSecureServer { server in
            let connection = try server.connect()
            try connection.send(TestClient.bytes("GET", "/secure"))
            #expect(try connection.readResponse().text == "true")
        }
        try withServer { live in
            let response = try live.client.get("/secure")
            #expect(response.text == "false")
        }
    }

    @Test func `takes new certificates while connections go on`() throws {
        try withSecureServer(loops: 2) { server in
            let old = try server.connectAndAsk()
            #expect(old.client.peer.name == "first")
            let next = try StubCertificate(names: "DNS:a.test", subject: "second", issuer: server.authority)
            try server.folder.write("server.pem", next.certificate)
            #expect(throws: CertificateFailure.self) { try server.store.reload() }
            #expect(try server.connectAndAsk().client.peer.name == "first")
            try server.folder.write("server.key", next.key)
            try server.store.reload()
            for _ in 0..<4 { #expect(try server.connectAndAsk().client.peer.name == "second") }
            try old.send(TestClient.bytes("GET", "/ready"))
            #expect(try old.readResponse().status == 200)
        }
    }

    // MARK: Back-pressure

    @Test func `waits for a client that reads slowly, and loses nothing`() throws {
        try withSecureServer { server in
            let connection = try server.connect(receiveBufferBytes: 262_144)
            try connection.send(
                TestClient.bytes("GET", "/big/8000000")
                    + TestClient.bytes("GET", "/ready", fields: [("Connection", "close")]))
            pause(.milliseconds(300))
            // Others are served meanwhile.
            _ = try server.connectAndAsk()
            let all = try connection.readToEnd()
            let text = String(decoding: all, as: UTF8.self)
            #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n") && text.hasSuffix("\r\n\r\nready"))
            #expect(all.count(where: { $0 == UInt8(ascii: "b") }) >= 8_000_000 && connection.client.hasEnded)
        }
    }

    @Test func `cuts off a client that does not read`() throws {
        var limits = HTTPServerLimits()
        limits.writeTimeout = .milliseconds(300)
        try withSecureServer(limits: limits) { server in
            let connection = try server.connect(receiveBufferBytes: 4_096)
            try connection.send(TestClient.bytes("GET", "/big/30000000"))
            #expect(eventually { server.live.server.metrics.openConnections == 0 })
            #expect(server.metrics.contains("http_timeouts_total{stage=\"write\"} 1\n"))
            // An answer that was cut off does not end as if it were whole.
            #expect(throws: (any Error).self) { _ = try connection.readResponse() }
            #expect(!connection.client.hasEnded)
        }
    }

    // MARK: Ends

    @Test func `says that it closes`() throws {
        var limits = HTTPServerLimits()
        limits.idleTimeout = .milliseconds(200)
        try withSecureServer(limits: limits) { server in
            let asked = try server.connect()
            try asked.send(TestClient.bytes("GET", "/ready", fields: [("Connection", "close")]))
            #expect(try String(decoding: asked.readToEnd(), as: UTF8.self).hasSuffix("ready"))
            #expect(asked.client.hasEnded)
            let idle = try server.connectAndAsk()
            #expect(try idle.readToEnd().isEmpty && idle.client.hasEnded)
        }
        try withSecureServer { server in
            let drained = try server.connectAndAsk()
            server.live.server.drain(deadline: .seconds(5))
            #expect(try drained.readToEnd().isEmpty && drained.client.hasEnded)
        }
    }

    @Test func `answers what came before the client's end`() throws {
        try withSecureServer { server in
            let connection = try server.connect()
            connection.client.send(TestClient.bytes("GET", "/ready") + TestClient.bytes("GET", "/ready"))
            connection.client.end()
            try connection.flush()
            let text = try String(decoding: connection.readToEnd(), as: UTF8.self)
            #expect(text.split(separator: "HTTP/1.1 200").count == 2 && connection.client.hasEnded)
        }
    }

    @Test(arguments: [false, true]) func `answers a body that ends early with 400`(_ isOrderly: Bool) throws {
        try withSecureServer { server in
            let connection = try server.connect()
            try connection.send(Array("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc".utf8))
            if isOrderly { connection.client.end() }
            try connection.flush()
            connection.socket.endOutput()
            #expect(try connection.readResponse().status == 400)
        }
    }

    @Test func `says that there are too many connections`() throws {
        var limits = HTTPServerLimits()
        limits.connections = 1
        try withSecureServer(limits: limits) { server in
            let first = try server.connectAndAsk()
            let second = try server.connect()
            #expect(try second.readResponse().status == 503)
            try first.send(TestClient.bytes("GET", "/ready"))
            #expect(try first.readResponse().status == 200)
        }
    }

    // MARK: Clients that break the rules

    @Test(arguments: ["", "\u{16}\u{3}\u{1}\u{2}", "\u{16}\u{3}\u{1}\u{0}\u{f0}\u{1}\u{0}"])
    func `gives a handshake no more time than a head`(_ start: String) throws {
        var limits = HTTPServerLimits()
        limits.headerTimeout = .milliseconds(300)
        try withSecureServer(limits: limits) { server in
            let began = MonotonicTime.now()
            let connection = try server.live.client.connect()
            if !start.isEmpty { try connection.send(start) }
            #expect(connection.isClosed(within: .seconds(5)) && connection.unread.isEmpty)
            #expect(MonotonicTime.now() > began + .milliseconds(250))
            #expect(server.metrics.contains("tls_handshake_failures_total{reason=\"timeout\"} 1\n"))
        }
    }

    @Test func `gives a head its own time after the handshake`() throws {
        var limits = HTTPServerLimits()
        limits.headerTimeout = .milliseconds(600)
        try withSecureServer(limits: limits) { server in
            let client = try server.client()
            let socket = try server.live.client.connect()
            try client.receive()
            pause(.milliseconds(400))
            try socket.send(client.takeRecords())
            while !client.isOpen { try client.receive(socket.readSome(.now() + .seconds(5))) }
            try socket.send(client.takeRecords())
            pause(.milliseconds(400))
            client.send(TestClient.bytes("GET", "/ready", fields: [("Connection", "close")]))
            try socket.send(client.takeRecords())
            try client.receive(socket.readToEnd())
            #expect(String(decoding: client.received, as: UTF8.self).hasPrefix("HTTP/1.1 200"))
            // A head that does not come in its time is told so, encrypted.
            let slow = try server.connect()
            try slow.send(Array("GET /re".utf8))
            #expect(try slow.readResponse().status == 408)
        }
    }

    @Test(arguments: ["GET /ready HTTP/1.1\r\nHost: h\r\n\r\n", "D", "PATCH / HTTP/1.1\r\n"])
    func `answers a request in the clear in the clear`(_ request: String) throws {
        try withSecureServer { server in
            let connection = try server.live.client.connect()
            try connection.send(request)
            let response = try connection.readResponse()
            #expect(response.status == 400 && response.text.contains("use https"))
            #expect(response.field("connection") == "close" && connection.isClosed(within: .seconds(5)))
            #expect(server.metrics.contains("tls_handshake_failures_total{reason=\"cleartext\"} 1\n"))
        }
    }

    @Test func `does not speak another protocol`() throws {
        try withSecureServer { server in
            let error = #expect(throws: TLSClient.Failure.self) {
                try SecureConnection(server.live.endpoint, server.client(protocols: ["h2"]))
            }
            #expect(error?.alert == 120)
            #expect(server.metrics.contains("reason=\"no_application_protocol\"} 1\n"))
        }
    }

    @Test func `ends a connection with changed records by an alert, and nothing is answered`() throws {
        try withSecureServer { server in
            let connection = try server.connectAndAsk()
            connection.client.send(TestClient.bytes("GET", "/ready"))
            var records = connection.client.takeRecords()
            records[records.count - 1] ^= 1
            try connection.socket.send(records)
            #expect(throws: TLSClient.Failure.self) { try connection.readToEnd() }
            // bad_record_mac
            #expect(connection.client.alert == 20 && connection.client.received.isEmpty)
            #expect(eventually { server.live.server.metrics.openConnections == 0 })
        }
    }

    @Test func `survives whatever is sent to it`() throws {
        try withSecureServer { server in
            var random = SplitMix64(seed: 0x5ec)
            for round in 0..<200 {
                let socket = try server.live.client.connect()
                let client = try server.client()
                try client.receive()
                var records = client.takeRecords()
                switch round % 3 {
                case 0: records = (0..<600).map { _ in UInt8(truncatingIfNeeded: random.next()) }
                case 1:
                    let place = Int(random.next() % UInt64(records.count))
                    records[place] = UInt8(truncatingIfNeeded: random.next())
                default: records = Array(records[..<Int(random.next() % UInt64(records.count))])
                }
                try socket.send(records)
            }
            _ = try server.connectAndAsk()
            #expect(eventually { server.live.server.metrics.openConnections == 0 })
        }
    }
}
