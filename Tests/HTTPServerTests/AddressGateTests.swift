import Glibc
import HTTPServer
import Platform
import TestSupport
import Testing

@Suite struct `An address gate` {
    private func address(_ text: String) throws -> NetworkAddress { try #require(NetworkAddress(text)) }

    @Test func `admits as many connections of an address as it may have`() throws {
        let gate = AddressGate(limit: 2, exempt: [])
        let one = try address("192.0.2.1")
        #expect(gate.admit(one) && gate.admit(one) && !gate.admit(one))
        #expect(try gate.admit(address("192.0.2.2")))
        gate.leave(one)
        #expect(gate.admit(one) && !gate.admit(one))
        for _ in 0..<2 { gate.leave(one) }
        #expect(gate.addressCount == 1)
    }

    @Test(
        arguments: [
            ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true), ("2001:db8:1:2::1", "2001:db8:1:3::1", false),
            ("::ffff:192.0.2.1", "192.0.2.1", true), ("192.0.2.1", "192.0.2.2", false),
        ])
    func `counts an IPv6 network as one address`(_ first: String, _ second: String, _ isSame: Bool) throws {
        let gate = AddressGate(limit: 1, exempt: [])
        #expect(try gate.admit(address(first)))
        #expect(try gate.admit(address(second)) == !isSame)
    }

    @Test(arguments: ["127.0.0.1", "127.9.9.9", "::1", "10.1.2.3", "2001:db8::1"])
    func `does not count loopback and trusted proxies`(_ text: String) throws {
        let proxies = ["10.0.0.0/8", "2001:db8::/64"].compactMap { NetworkBlock($0) }
        let gate = AddressGate(limit: 1, exempt: proxies)
        for _ in 0..<3 { #expect(try gate.admit(address(text))) }
        #expect(gate.admit(.unix) && gate.admit(.unix))
        #expect(gate.addressCount == 0)
        try gate.leave(address(text))
    }

    /// An address of this machine that is not loopback's; nil where there is none.
    private func ownAddress() -> NetworkAddress? {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else { return nil }
        defer { freeifaddrs(list) }
        var next = list
        while let entry = next {
            next = entry.pointee.ifa_next
            guard let raw = entry.pointee.ifa_addr, Int32(raw.pointee.sa_family) == AF_INET else { continue }
            let value = raw.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                $0.pointee.sin_addr.s_addr.bigEndian
            }
            if value >> 24 != 127 { return .v4(value) }
        }
        return nil
    }

    @Test func `keeps an address from taking all connections of a server`() throws {
        // Without another interface than loopback there is nobody to count.
        guard let own = ownAddress() else { return }
        var limits = HTTPServerLimits()
        limits.connectionsPerAddress = 2
        limits.lingerTimeout = .milliseconds(100)
        try withServer(limits: limits, endpoint: SocketEndpoint(address: own, port: 0)) { live in
            let first = try live.client.connect()
            try first.send(TestClient.bytes("GET", "/ready"))
            #expect(try first.readResponse().status == 200)
            let second = try live.client.connect()
            try second.send(TestClient.bytes("GET", "/ready"))
            #expect(try second.readResponse().status == 200)
            #expect(try live.client.connect().readResponse().status == 503)
            second.endOutput()
            #expect(eventually { live.server.metrics.openConnections == 1 })
            #expect(try live.client.get("/ready").status == 200)
            var text = MetricsText()
            live.server.metrics.write(to: &text)
            let metrics = String(decoding: text.bytes, as: UTF8.self)
            #expect(metrics.contains("http_connections_refused_by_address_total 1\n"))
            #expect(metrics.contains("http_connections_refused_total 0\n"))
        }
    }
}
