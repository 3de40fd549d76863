import HTTPClient
import Platform
import Testing

@Suite struct NetworkGuardTests {
    private func refusal(_ text: String, open: [String] = []) throws -> NetworkGuard.Refusal? {
        let blocks = try open.map { try #require(NetworkBlock($0)) }
        return NetworkGuard(allowed: blocks).refusal(of: try #require(NetworkAddress(text)))
    }

    @Test(arguments: [
        ("0.0.0.0", NetworkGuard.Refusal.unspecified), ("0.255.255.255", .unspecified),
        ("10.0.0.0", .private), ("10.255.255.255", .private),
        ("100.64.0.0", .carrierGradeNAT), ("100.100.100.200", .carrierGradeNAT), ("100.127.255.255", .carrierGradeNAT),
        ("127.0.0.0", .loopback), ("127.0.0.1", .loopback), ("127.255.255.255", .loopback),
        ("168.63.129.16", .metadata),
        ("169.254.0.0", .linkLocal), ("169.254.169.254", .linkLocal), ("169.254.255.255", .linkLocal),
        ("172.16.0.0", .private), ("172.31.255.255", .private),
        ("192.0.0.0", .reserved), ("192.0.0.192", .reserved), ("192.0.0.255", .reserved),
        ("192.0.2.0", .documentation), ("192.0.2.255", .documentation),
        ("192.88.99.1", .reserved), ("192.168.0.0", .private), ("192.168.255.255", .private),
        ("198.18.0.0", .benchmark), ("198.19.255.255", .benchmark),
        ("198.51.100.1", .documentation), ("203.0.113.255", .documentation),
        ("224.0.0.0", .multicast), ("239.255.255.255", .multicast),
        ("240.0.0.0", .reserved), ("255.255.255.255", .reserved),
        ("::", .unspecified), ("::1", .loopback), ("::2", .unspecified), ("::8.8.8.8", .reserved),
        ("::127.0.0.1", .loopback), ("::ffff:127.0.0.1", .loopback), ("::ffff:10.1.2.3", .private),
        ("::ffff:0:127.0.0.1", .reserved), ("64:ff9b::127.0.0.1", .loopback), ("64:ff9b::169.254.169.254", .linkLocal),
        ("64:ff9b:1::8.8.8.8", .private), ("64:ff9b::1:0:0:1", .reserved), ("100::1", .reserved),
        ("2001::1", .reserved), ("2001:0:4136:e378:8000:63bf:3fff:fdd2", .reserved), ("2001:2::1", .benchmark),
        ("2001:1ff:ffff::1", .reserved), ("2001:db8::1", .documentation), ("2001:db8:ffff::", .documentation),
        ("2002:7f00:1::1", .loopback), ("2002:a9fe:a9fe::", .linkLocal), ("2002:c0a8:101::1", .private),
        ("3fff::1", .documentation), ("3fff:fff:ffff::", .documentation), ("4000::1", .reserved),
        ("5f00::1", .reserved), ("fc00::1", .uniqueLocal), ("fd00:ec2::254", .uniqueLocal),
        ("fe80::1", .linkLocal), ("febf::1", .linkLocal), ("fec0::1", .siteLocal), ("feff::1", .siteLocal),
        ("ff02::1", .multicast), ("ffff::", .multicast), ("1fff::1", .reserved),
    ])
    func `an address that is not the public network's is refused`(
        text: String, expected: NetworkGuard.Refusal
    ) throws {
        #expect(try refusal(text) == expected)
    }

    @Test(arguments: [
        "1.0.0.0", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
        "128.0.0.0",
        "168.63.129.15", "168.63.129.17", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0",
        "191.255.255.255", "192.0.1.0", "192.0.3.0", "192.88.98.255", "192.88.100.0", "192.167.255.255", "192.169.0.0",
        "198.17.255.255", "198.20.0.0", "198.51.99.255", "198.51.101.0", "203.0.112.255", "203.0.114.0",
        "223.255.255.255",
        "2001:200::1", "2001:4860:4860::8888", "2001:db7::1", "2001:db9::1", "2002:808:808::1", "2003::1",
        "2606:4700::1",
        "3ffe::1", "3fff:1000::1", "64:ff9b::8.8.8.8", "::ffff:8.8.8.8",
    ])
    func `a public address is not refused, also right beside a refused block`(text: String) throws {
        #expect(try refusal(text) == nil)
    }

    @Test(arguments: [
        ("10.1.2.3", "10.0.0.0/8"), ("127.0.0.1", "127.0.0.0/8"), ("::1", "::1/128"), ("fd00::1", "fd00::/8"),
        // Whoever opens an IPv4 block opens it in every way it may be written.
        ("::ffff:10.1.2.3", "10.0.0.0/8"), ("::10.1.2.3", "10.0.0.0/8"), ("64:ff9b::10.1.2.3", "10.0.0.0/8"),
        ("2002:a01:203::1", "10.0.0.0/8"), ("10.1.2.3", "::ffff:10.0.0.0/104"), ("64:ff9b::10.1.2.3", "64:ff9b::/96"),
        ("10.1.2.3", "0.0.0.0/0"),
    ])
    func `a block that the operator opened is open`(text: String, block: String) throws {
        #expect(try refusal(text, open: [block]) == nil)
        #expect(try refusal(text) != nil)
    }

    @Test(arguments: [
        ("10.1.2.3", "10.0.0.0/16"), ("10.1.2.3", "::/0"), ("::1", "127.0.0.0/8"), ("127.0.0.1", "::1"),
        ("192.168.1.1", "10.0.0.0/8"), ("fd00::1", "0.0.0.0/0"), ("64:ff9b::127.0.0.1", "10.0.0.0/8"),
    ])
    func `opening one block opens no other`(text: String, block: String) throws {
        #expect(try refusal(text, open: [block]) != nil)
    }

    @Test func `a mapped address that was not folded is the IPv4 address`() {
        #expect(NetworkGuard(allowed: []).refusal(of: .v6(0, 0xffff_7f00_0001)) == .loopback)
        #expect(NetworkGuard(allowed: []).refusal(of: .v6(0, 0xffff_0808_0808)) == nil)
    }

    @Test func `a Unix-domain socket is always refused`() throws {
        let everything = try #require(NetworkBlock("0.0.0.0/0"))
        #expect(NetworkGuard(allowed: [everything]).refusal(of: .unix) == .unix)
    }
}
