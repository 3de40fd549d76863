import HTTPClient
import HTTPWire
import Platform
import TestSupport
import Testing

@Suite struct HTTP2Tests {
    /// As much HTTP/2 (RFC 9113) as a stub needs: whole frames, one answer a request.
    private struct Frames {
        enum Kind: UInt8 {
            case data = 0
            case headers = 1
            case reset = 3
            case settings = 4
            case goAway = 7
            case windowUpdate = 8
        }

        let connection: StubConnection

        func begin() -> Bool {
            // §3.4: the client's preface, then its settings.
            guard connection.read(24) == Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) else { return false }
            return send(.settings, 0, 0, [])
        }

        func next() -> (kind: UInt8, flags: UInt8, stream: UInt32)? {
            let head = connection.read(9)
            guard head.count == 9 else { return nil }
            let length = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
            guard connection.read(length).count == length else { return nil }
            let stream = head[5...8].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & 0x7fff_ffff
            return (head[3], head[4], stream)
        }

        @discardableResult
        func send(_ kind: Kind, _ flags: UInt8, _ stream: UInt32, _ payload: [UInt8]) -> Bool {
            let count = payload.count
            var frame: [UInt8] = [UInt8(count >> 16 & 255), UInt8(count >> 8 & 255), UInt8(count & 255)]
            frame += [kind.rawValue, flags]
            frame += [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: stream >> $0) }
            return connection.send(frame + payload)
        }

        /// Reads frames and calls `request` for each that ends a request, until the client goes.
        func serve(_ request: (UInt32) -> Void) {
            guard begin() else { return }
            while let (kind, flags, stream) = next() {
                if kind == Kind.settings.rawValue, flags & 1 == 0 { send(.settings, 1, 0, []) }
                if kind <= 1, flags & 1 != 0 { request(stream) }
            }
        }
    }

    /// `:status: 200` of the static table (RFC 7541, appendix A).
    private static let ok: [UInt8] = [0x88]

    private func stub(
        _ serve: @escaping @Sendable (StubConnection) -> Void
    ) throws -> (server: StubServer, client: HTTPClient) {
        let authority = try StubCertificate.authority()
        let tls = try StubTLS(try StubCertificate(issuer: authority), http2: true)
        let server = try StubServer(tls: tls) { connection, _ in if connection.speaksHTTP2 { serve(connection) } }
        let client = try Fixture.client {
            $0.certificateAuthorities = Array(authority.certificate.utf8)
            $0.responseBytesMax = 100_000
        }
        return (server, client)
    }

    @Test func `a server that speaks HTTP2 is spoken to in it, and one connection carries many requests`() async throws
    {
        let (server, client) = try stub { connection in
            let frames = Frames(connection: connection)
            var waiting: [UInt32] = []
            frames.serve { stream in
                waiting.append(stream)
                // The first alone, so that the connection is there; the others only when all have come.
                guard stream == 1 || waiting.count == 20 else { return }
                for stream in waiting.reversed() {
                    frames.send(.headers, 4, stream, Self.ok)
                    frames.send(.data, 1, stream, Array("\(stream)".utf8))
                }
                waiting = []
            }
        }
        let request = ClientRequest(.get, "https://127.0.0.1:\(server.port)/")
        let first = try await client.send(request, deadline: Fixture.deadline)
        #expect(first.version == .http2)
        #expect(first.status == 200)
        let texts = await withTaskGroup(of: String?.self) { group in
            for number in 0..<20 {
                let request = ClientRequest(
                    number % 2 == 0 ? .get : .post, request.url, body: number % 2 == 0 ? [] : [1])
                group.addTask { await client.outcome(request).text }
            }
            return await group.reduce(into: []) { $0.append($1 ?? "none") }
        }
        #expect(Set(texts) == Set((1...20).map { "\($0 * 2 + 1)" }))
        #expect(server.acceptedCount == 1)
    }

    @Test func `cancelling one request resets its stream and leaves the others and the connection`() async throws {
        let resets = Seen<UInt32>()
        let (server, client) = try stub { connection in
            let frames = Frames(connection: connection)
            guard frames.begin() else { return }
            while let (kind, flags, stream) = frames.next() {
                if kind == Frames.Kind.settings.rawValue, flags & 1 == 0 { frames.send(.settings, 1, 0, []) }
                if kind == Frames.Kind.reset.rawValue { resets.add(stream) }
                // The second request gets no answer.
                if kind <= 1, flags & 1 != 0, stream != 3 {
                    frames.send(.headers, 4, stream, Self.ok)
                    frames.send(.data, 1, stream, Array("answered".utf8))
                }
            }
        }
        let request = ClientRequest(.get, "https://127.0.0.1:\(server.port)/")
        #expect(await client.outcome(request).text == "answered")
        #expect(await client.outcome(request, within: .milliseconds(200)).error?.kind == .timedOut)
        #expect(await client.outcome(request).text == "answered")
        #expect(await eventually { resets.all.contains(3) })
        #expect(server.acceptedCount == 1)
    }

    enum Fault: CaseIterable { case reset, goAway, garbage, endless, noSettings, closed }

    @Test(arguments: Fault.allCases)
    func `a fault of the other side fails the request`(fault: Fault) async throws {
        let (server, client) = try stub { connection in
            let frames = Frames(connection: connection)
            if fault == .noSettings {
                connection.hang()
                return
            }
            guard frames.begin() else { return }
            while let (kind, flags, stream) = frames.next() {
                guard kind <= 1, flags & 1 != 0 else { continue }
                switch fault {
                // §7: 2 is INTERNAL_ERROR.
                case .reset: frames.send(.reset, 0, stream, [0, 0, 0, 2])
                case .goAway: frames.send(.goAway, 0, 0, [0, 0, 0, 0, 0, 0, 0, 2])
                case .garbage: connection.send([UInt8](repeating: 0xff, count: 4_096))
                case .endless:
                    frames.send(.headers, 4, stream, Self.ok)
                    while frames.send(.data, 0, stream, [UInt8](repeating: 97, count: 8_192)) {}
                case .noSettings: break
                case .closed: return
                }
            }
        }
        let outcome = await client.outcome(
            ClientRequest(.post, "https://127.0.0.1:\(server.port)/", body: [1]),
            within: fault == .noSettings ? .milliseconds(300) : .seconds(20))
        let error = try #require(outcome.error)
        switch fault {
        case .endless: #expect(error.kind == .tooLarge)
        case .noSettings: #expect(error.kind == .timedOut)
        case .reset, .goAway, .garbage, .closed:
            #expect([.connectionLost, .protocolError].contains(error.kind), "\(error)")
        }
        #expect(error.mayHaveArrived)
        #expect(server.acceptedCount == 1)
    }
}
