import Platform
import TestSupport
import Testing
import TransportSecurity

@Suite struct `A TLS session` {
    private let authority: Authority
    private let store: CertificateStore

    init() throws {
        authority = try Authority()
        store = try authority.store()
    }

    private func client(
        _ name: String? = "a.test", protocols: [String] = ["http/1.1"], version: Int32 = 0, ciphers: String? = nil,
        groups: String? = nil, session: TLSClientSession? = nil
    ) throws -> TLSClient {
        try TLSClient(
            authority: authority.authority, name: name, protocols: protocols, version: version, ciphers: ciphers,
            groups: groups, session: session)
    }

    private func pair(_ client: TLSClient) throws -> SessionPair { try SessionPair(store, client) }

    // MARK: Bytes

    @Test(arguments: [(12, 1), (12, 7), (12, 65_536), (13, 1), (13, 7), (13, 65_536)] as [(Int32, Int)])
    func `carries bytes both ways, however records are cut`(_ version: Int32, _ pieceBytes: Int) throws {
        let pair = try pair(client(version: version))
        try pair.exchange(pieceBytes: pieceBytes)
        #expect(pair.session.isOpen && pair.client.isOpen)
        #expect(pair.session.agreement == TLSAgreement(version: version == 13 ? .tls13 : .tls12, isResumed: false))
        let up = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        pair.client.send(up)
        try pair.exchange(pieceBytes: pieceBytes)
        #expect(pair.received == up)
        let down = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 11) }
        #expect(pair.send(down))
        try pair.exchange()
        #expect(pair.client.received == down)
    }

    @Test(arguments: [12, 13] as [Int32]) func `reads a first flight that is cut at any offset`(_ version: Int32) throws
    {
        let length = try { () throws in
            let one = try client(version: version)
            try one.receive()
            return one.takeRecords().count
        }()
        #expect(length > 100)
        for offset in stride(from: 1, to: length, by: 3) {
            let pair = try pair(client(version: version))
            try pair.client.receive()
            let records = pair.client.takeRecords()
            pair.give(Array(records[..<min(offset, records.count)]))
            #expect(pair.last == .bytes(0) && pair.port.output.isEmpty)
            pair.give(Array(records[min(offset, records.count)...]))
            try pair.exchange()
            #expect(pair.session.isOpen)
        }
    }

    @Test func `decrypts what one read can bring, whatever was held back`() throws {
        let pair = try pair(client())
        try pair.exchange()
        let bytes = [UInt8](repeating: 7, count: 200_000)
        pair.client.send(bytes)
        let records = pair.client.takeRecords()
        pair.give(Array(records[..<16_400]))
        pair.give(Array(records[16_400...]))
        #expect(pair.received == bytes)
    }

    @Test func `sends nothing before the handshake is over`() throws {
        let pair = try pair(client())
        #expect(!pair.send([1]) && pair.port.output.isEmpty)
        pair.session.endOutput()
        #expect(pair.port.output.isEmpty)
    }

    @Test(arguments: [12, 13] as [Int32]) func `tells the end from a cut`(_ version: Int32) throws {
        let pair = try pair(client(version: version))
        try pair.exchange()
        pair.client.send([1, 2, 3])
        pair.client.end()
        pair.give(pair.client.takeRecords())
        #expect(pair.last == .ended(3) && pair.received == [1, 2, 3])
        // The other direction stays open.
        #expect(pair.send([4]))
        pair.session.endOutput()
        pair.session.endOutput()
        try pair.exchange()
        #expect(pair.client.received == [4] && pair.client.hasEnded)
    }

    @Test func `takes new keys as often as the client wants them`() throws {
        let pair = try pair(client(version: 13))
        try pair.exchange()
        for round in 0..<200 {
            #expect(pair.client.updateKeys())
            pair.client.send([UInt8(truncatingIfNeeded: round)])
            try pair.exchange()
        }
        #expect(pair.received.count == 200 && pair.send([9]))
        try pair.exchange()
        #expect(pair.client.received == [9])
    }

    // MARK: Policy

    @Test(
        arguments: [
            (["http/1.1"], "http/1.1"), (["h2", "http/1.1"], "http/1.1"), ([], ""), (["h2"], nil), (["http/1.0"], nil),
            (["http/1.1x"], nil), (["h2", "spdy/3.1", "h3"], nil),
        ] as [([String], String?)])
    func `agrees on http/1.1 or, when other protocols are offered alone, on nothing`(
        _ offered: [String], _ chosen: String?
    ) throws {
        for version: Int32 in [12, 13] {
            let pair = try pair(client(protocols: offered, version: version))
            if let chosen {
                try pair.exchange()
                #expect(pair.client.chosenProtocol == chosen)
            } else {
                let error = #expect(throws: TLSClient.Failure.self) { try pair.exchange() }
                #expect(error?.alert == 120 && pair.last == .failed(.noApplicationProtocol))
            }
        }
    }

    @Test(
        arguments: [
            ("ECDHE-ECDSA-AES128-GCM-SHA256", true), ("ECDHE-ECDSA-AES256-GCM-SHA384", true),
            ("ECDHE-ECDSA-CHACHA20-POLY1305", true), ("ECDHE-ECDSA-AES128-SHA", false),
            ("ECDHE-ECDSA-AES256-SHA384", false), ("ECDHE-ECDSA-AES128-CCM", false), ("AES128-GCM-SHA256", false),
            ("DHE-RSA-AES128-GCM-SHA256", false), ("AES128-SHA", false), ("ECDHE-ECDSA-NULL-SHA:@SECLEVEL=0", false),
        ])
    func `speaks TLS 1.2 with forward secrecy and authenticated encryption only`(
        _ cipher: String, _ isSpoken: Bool
    ) throws {
        let pair = try pair(client(version: 12, ciphers: cipher))
        if isSpoken {
            try pair.exchange()
            #expect(pair.client.cipher == cipher && !pair.client.isCompressed)
        } else {
            let error = #expect(throws: TLSClient.Failure.self) { try pair.exchange() }
            #expect(error?.alert == 40 && pair.last == .failed(.noAgreement))
        }
    }

    @Test(arguments: [("X25519", true), ("P-256", true), ("P-384", true), ("P-521", false), ("X448", false)])
    func `uses the common groups only`(_ group: String, _ isUsed: Bool) throws {
        // With TLS 1.2 a client that leaves out the group of the certificate's own key could not check it.
        for (version, groups) in [(12, group == "P-256" ? group : group + ":P-256"), (13, group)] as [(Int32, String)] {
            let pair = try pair(client(version: version, groups: groups))
            if isUsed || version == 12 {
                try pair.exchange()
                #expect(pair.session.isOpen)
            } else {
                #expect(throws: TLSClient.Failure.self) { try pair.exchange() }
                #expect(pair.last == .failed(.noAgreement))
            }
        }
    }

    @Test func `does not speak TLS 1.1`() throws {
        let pair = try pair(client(version: 11))
        let error = #expect(throws: TLSClient.Failure.self) { try pair.exchange() }
        #expect(error?.alert == 70 && pair.last == .failed(.noAgreement))
    }

    @Test func `does not shake hands again`() throws {
        let pair = try pair(client(version: 12))
        try pair.exchange()
        #expect(pair.client.renegotiate())
        #expect(throws: TLSClient.Failure.self) { try pair.exchange() }
        #expect(pair.client.alert == 100 && pair.received.isEmpty)
    }

    @Test func `counts a client that refuses the certificate as such`() throws {
        let pair = try pair(client("other.test"))
        #expect(throws: TLSClient.Failure.self) { try pair.exchange() }
        #expect(pair.last == .failed(.alert))
    }

    // MARK: Going on from an earlier session

    private func firstSession(_ version: Int32, _ store: CertificateStore) throws -> TLSClientSession {
        let pair = try SessionPair(store, client(version: version))
        try pair.exchange()
        #expect(!pair.client.isResumed)
        // OpenSSL's client does not go on from a session that was cut off.
        pair.client.end()
        return try #require(pair.client.session)
    }

    private func isResumed(_ session: TLSClientSession, _ version: Int32, _ store: CertificateStore) throws -> Bool {
        let pair = try SessionPair(store, client(version: version, session: session))
        try pair.exchange()
        #expect(pair.session.agreement?.isResumed == pair.client.isResumed)
        pair.client.end()
        return pair.client.isResumed
    }

    @Test(arguments: [12, 13] as [Int32]) func `goes on from a ticket, also after a change of certificates`(
        _ version: Int32
    ) throws {
        let session = try firstSession(version, store)
        #expect(try isResumed(session, version, store))
        try store.reload()
        #expect(try isResumed(session, version, store))
        let other = try authority.store()
        #expect(try !isResumed(session, version, other))
    }

    @Test(arguments: [12, 13] as [Int32]) func `forgets the keys of tickets`(_ version: Int32) throws {
        let session = try firstSession(version, store)
        authority.hands.advance(TicketKeys.lifetime - .seconds(1))
        #expect(try isResumed(session, version, store))
        authority.hands.advance(.seconds(2))
        // Another one seals from now on.
        _ = try firstSession(version, store)
        #expect(try isResumed(session, version, store))
        authority.hands.advance(TicketKeys.lifetime)
        #expect(try !isResumed(session, version, store))
    }

    // MARK: Hostile bytes

    @Test(arguments: ["GET / HTTP/1.1\r\n", "P", "DELETE /", "OPTIONS * HTTP/1.1"])
    func `recognises a request in the clear by its first byte`(_ text: String) throws {
        let pair = try pair(client())
        pair.give(Array(text.utf8))
        #expect(pair.last == .cleartext && pair.port.output.isEmpty)
    }

    @Test(
        arguments: [
            [0x00], [0x80, 0x2e, 1, 0, 2, 0, 21, 0, 0, 0, 16], [0x15, 3, 3, 0, 2, 2, 40], [0x17, 3, 3, 0, 1, 0],
            [0x16, 3, 1, 0xff, 0xff], [0x16, 9, 9, 0, 5, 1, 0, 0, 1, 0], [0x16, 3, 1, 0, 4, 2, 0, 0, 0],
            [0x16, 3, 1, 0, 0], [0x14, 3, 3, 0, 1, 1], [0x18, 3, 3, 0, 3, 1, 0x40, 0],
        ] as [[UInt8]])
    func `ends on bytes that are no handshake`(_ bytes: [UInt8]) throws {
        let pair = try pair(client())
        for byte in bytes + [UInt8](repeating: 0, count: 20_000) {
            if case .failed = pair.last { break }
            pair.give([byte])
        }
        guard case .failed = pair.last else {
            Issue.record("\(bytes): \(pair.last)")
            return
        }
        #expect(!pair.session.isOpen && !pair.send([1]) && pair.port.output.count < 100)
        pair.give([1])
        #expect(pair.last == .failed(.malformed))
    }

    @Test(arguments: [12, 13] as [Int32]) func `never takes changed bytes for the client's`(_ version: Int32) throws {
        var random = SplitMix64(seed: 0x7153)
        for round in 0..<300 {
            let pair = try pair(client(version: version))
            if round & 1 == 0 { try pair.exchange() } else { try pair.client.receive() }
            if pair.client.isOpen { pair.client.send([UInt8](repeating: 65, count: 300)) }
            var records = pair.client.takeRecords()
            let place = Int(random.next() % UInt64(records.count))
            records[place] ^= UInt8(1 << (random.next() % 8))
            pair.give(records, pieceBytes: Int(random.next() % 100) + 1)
            #expect(pair.received.isEmpty)
        }
    }
}
