import Platform
import Testing

@Suite struct NetworkAddressTests {
    @Test(
        "addresses are read and written in their shortest form, IPv4 inside IPv6 as IPv4",
        arguments: [
            ("0.0.0.0", "0.0.0.0"), ("127.0.0.1", "127.0.0.1"), ("255.255.255.255", "255.255.255.255"),
            ("::", "::"), ("::1", "::1"), ("[::1]", "::1"), ("2001:DB8:0:0::0001", "2001:db8::1"),
            ("fe80::1:2:3:4", "fe80::1:2:3:4"), ("::ffff:192.0.2.1", "192.0.2.1"), ("[::ffff:192.0.2.1]", "192.0.2.1"),
            ("::ffff:c000:201", "192.0.2.1"), ("::192.0.2.1", "::192.0.2.1"), ("1::ffff:192.0.2.1", "1::ffff:c000:201"),
        ])
    func reads(text: String, written: String) {
        #expect(NetworkAddress(text)?.description == written)
    }

    @Test(
        "other text is no address",
        arguments: [
            "", " ", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.-4", "01.2.3.4", "1.2.3.04", "0x7f.0.0.1",
            "127.0.0.1 ", " 127.0.0.1", "127.0.0.1\n", "127.0.0.1\u{0}", "127.0.0.1\u{0}.example", "１.2.3.4",
            "1.2.3.4:80", "[1.2.3.4]", "localhost", "unix", ":", ":::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "::g",
            "12345::", "1::2::3", "[::1", "::1]", "[[::1]]", "[]", "fe80::1%eth0", "::ffff:1.2.3.256", "::1\u{0}",
        ])
    func refuses(text: String) {
        #expect(NetworkAddress(text) == nil)
    }

    @Test(
        "loopback is 127.0.0.0/8, ::1 and a Unix-domain socket",
        arguments: [
            ("127.0.0.0", true), ("127.0.0.1", true), ("127.255.255.255", true), ("::1", true),
            ("::ffff:127.0.0.1", true), ("126.255.255.255", false), ("128.0.0.0", false), ("0.0.0.0", false),
            ("::", false), ("::2", false), ("1::1", false), ("fe80::1", false),
        ])
    func loopback(text: String, isLoopback: Bool) {
        #expect(NetworkAddress(text)?.isLoopback == isLoopback)
        #expect(NetworkAddress.unix.isLoopback)
    }

    @Test(
        "limits by address take an IPv6 /64 for one customer",
        arguments: [
            ("192.0.2.1", "192.0.2.2", false), ("192.0.2.1", "::ffff:192.0.2.1", true),
            ("2001:db8::1", "2001:db8::ffff:ffff:ffff:ffff", true), ("2001:db8::1", "2001:db8:0:1::1", false),
        ])
    func limitGroups(one: String, other: String, areOne: Bool) {
        #expect((NetworkAddress(one)?.limitGroup == NetworkAddress(other)?.limitGroup) == areOne)
    }
}

@Suite struct NetworkBlockTests {
    @Test(
        "a block holds the addresses that share its prefix",
        arguments: [
            ("10.0.0.0/8", "10.0.0.0", true), ("10.0.0.0/8", "10.255.255.255", true),
            ("10.0.0.0/8", "::ffff:10.1.2.3", true), ("10.0.0.0/8", "9.255.255.255", false),
            ("10.0.0.0/8", "11.0.0.0", false), ("192.0.2.4/30", "192.0.2.3", false),
            ("192.0.2.4/30", "192.0.2.4", true), ("192.0.2.4/30", "192.0.2.7", true),
            ("192.0.2.4/30", "192.0.2.8", false), ("192.0.2.4", "192.0.2.4", true), ("192.0.2.4", "192.0.2.5", false),
            ("192.0.2.4/31", "192.0.2.5", true), ("192.0.2.4/32", "192.0.2.5", false),
            ("0.0.0.0/0", "255.255.255.255", true), ("0.0.0.0/0", "::1", false), ("::/0", "ffff::1", true),
            ("::/0", "192.0.2.1", false), ("2001:db8::/32", "2001:db8:ffff::1", true),
            ("2001:db8::/32", "2001:db9::1", false), ("2001:db8::/63", "2001:db8:0:1::1", true),
            ("2001:db8::/64", "2001:db8::ffff:0:0:1", true), ("2001:db8::/64", "2001:db8:0:1::1", false),
            ("2001:db8::/65", "2001:db8::7fff:0:0:1", true), ("2001:db8::/65", "2001:db8::8000:0:0:1", false),
            ("2001:db8::2/127", "2001:db8::3", true), ("2001:db8::2/127", "2001:db8::1", false),
            ("2001:db8::2/128", "2001:db8::3", false), ("::ffff:10.0.0.0/104", "10.1.2.3", true),
            ("::ffff:10.0.0.0/104", "11.1.2.3", false), ("::ffff:0:0/96", "192.0.2.1", true),
            ("::ffff:192.0.2.1", "192.0.2.1", true), ("::ffff:192.0.2.1/128", "192.0.2.2", false),
        ])
    func contains(block: String, address: String, isInside: Bool) throws {
        let block = try #require(NetworkBlock(block))
        let address = try #require(NetworkAddress(address))
        #expect(block.contains(address) == isInside)
        #expect(!block.contains(.unix))
    }

    @Test(
        "a bad address, a bad prefix or a bit set beyond the prefix is refused",
        arguments: [
            "", "/", "/8", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/33", "10.0.0.0/ 8", "10.0.0.0/8 ",
            "10.0.0.0/0x8", "10.0.0.0/8/8", "10.0.0.0/255.0.0.0", "10.0.0/8", "10.0.0.1/8", "10.0.0.1/31", "1.0.0.0/0",
            "10.0.0.0/0008", "10.0.0.0/٨", "10.0.0.0\u{0}/8", "10.0.0.0 /8", "2001:db8::/129", "2001:db8::1/127",
            "2001:db8::1/64", "2001:db8::/16", "::1/0", "::ffff:10.0.0.0/8", "::ffff:10.0.0.0/95",
            "::ffff:10.0.0.0/129",
            "::ffff:10.0.0.1/104", "unix", "localhost/8", "all",
        ])
    func refuses(text: String) {
        #expect(NetworkBlock(text) == nil)
    }

    @Test(
        "what a block is written as reads back as the same block",
        arguments: [
            ("10.0.0.0/8", "10.0.0.0/8"), ("192.0.2.1", "192.0.2.1/32"), ("2001:DB8::/32", "2001:db8::/32"),
            ("::1", "::1/128"), ("0.0.0.0/0", "0.0.0.0/0"), ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
        ])
    func roundTrip(text: String, written: String) {
        #expect(NetworkBlock(text)?.description == written)
        #expect(NetworkBlock(written) == NetworkBlock(text))
    }
}

@Suite struct SocketEndpointTests {
    @Test(
        "an endpoint is a host and a port, IPv6 in brackets",
        arguments: [
            ("127.0.0.1:8080", "127.0.0.1:8080"), ("0.0.0.0:0", "0.0.0.0:0"), ("[::1]:65535", "[::1]:65535"),
            ("[::]:80", "[::]:80"), ("localhost:80", "127.0.0.1:80"), ("[::ffff:192.0.2.1]:80", "192.0.2.1:80"),
            ("127.0.0.1:00080", "127.0.0.1:80"),
        ])
    func reads(text: String, written: String) {
        #expect(SocketEndpoint(text)?.description == written)
    }

    @Test(
        "other text is no endpoint",
        arguments: [
            "", ":", ":80", "80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:99999", "127.0.0.1:000080",
            "127.0.0.1:-1", "127.0.0.1:+80", "127.0.0.1: 80", "127.0.0.1:80 ", " 127.0.0.1:80", "127.0.0.1:0x50",
            "127.0.0.1:８０", "::1:80", "::1", "[::1]", "[::1]80", "[::1]:", "[127.0.0.1]:80", "[::1:80", "::1]:80",
            "Localhost:80", "example.com:80", "unix:80", "http://127.0.0.1:80", "127.0.0.1\u{0}:80",
        ])
    func refuses(text: String) {
        #expect(SocketEndpoint(text) == nil)
    }
}
