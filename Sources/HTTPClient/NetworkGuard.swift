// Which addresses outgoing requests may reach. A value; the lists are those of the IANA special-purpose registries.

package import Platform

/// Refuses connections to addresses that are not the public network's, unless the operator opened their block.
package struct NetworkGuard: Sendable {
    /// Why an address is refused.
    package enum Refusal: String, Sendable, Hashable, CaseIterable {
        case unspecified, loopback, `private`
        case carrierGradeNAT = "carrier-grade NAT"
        case linkLocal = "link-local"
        case multicast, reserved, documentation, benchmark
        case uniqueLocal = "unique-local"
        case siteLocal = "site-local"
        /// An address that a cloud answers with its machines' secrets, though it lies among public ones.
        case metadata = "metadata service"
        /// A socket of this machine.
        case unix = "Unix-domain socket"
    }

    /// Blocks that the operator opened (`--allow-network`).
    package let allowed: [NetworkBlock]

    package init(allowed: [NetworkBlock]) { self.allowed = allowed }

    /// Why no connection may be made to the address; nil when one may. An IPv4 address inside an IPv6 one (mapped,
    /// compatible, NAT64, 6to4) counts as itself, also for the blocks that are open.
    package func refusal(of address: NetworkAddress) -> Refusal? {
        switch address {
        case .unix: return .unix
        case .v4(let value):
            guard let refusal = Self.refusal(v4: value), !isAllowed(address) else { return nil }
            return refusal
        case .v6(let high, let low):
            if isAllowed(address) { return nil }
            if let inner = Self.embedded(high, low) {
                // The form of a refused address is refused for the same reason.
                if let refusal = refusal(of: .v4(inner)) { return refusal }
                // ::/96 was given up (RFC 4291 §2.5.5.1): nothing public answers there.
                return high == 0 && low >> 32 == 0 && !isAllowed(.v4(inner)) ? .reserved : nil
            }
            return Self.refusal(v6: high, low)
        }
    }

    private func isAllowed(_ address: NetworkAddress) -> Bool { allowed.contains { $0.contains(address) } }

    /// The IPv4 address that an IPv6 address stands for.
    private static func embedded(_ high: UInt64, _ low: UInt64) -> UInt32? {
        let last = UInt32(truncatingIfNeeded: low)
        // ::a.b.c.d, but :: and ::1 are addresses of their own (RFC 4291 §2.5.5.1). ::ffff:a.b.c.d is folded by
        // `NetworkAddress`, and is undone here too for a value that was made by hand (§2.5.5.2).
        if high == 0, low >> 32 == 0, low > 1 { return last }
        if high == 0, low >> 32 == 0xffff { return last }
        // 64:ff9b::a.b.c.d (RFC 6052 §2.1).
        if high == 0x0064_ff9b_0000_0000, low >> 32 == 0 { return last }
        // 2002:aabb:ccdd:: (RFC 3056 §2).
        if high >> 48 == 0x2002 { return UInt32(truncatingIfNeeded: high >> 16) }
        return nil
    }

    private static func refusal(v4 value: UInt32) -> Refusal? {
        for (base, length, refusal) in v4Blocks where value >> (32 - length) == base >> (32 - length) {
            return refusal
        }
        return nil
    }

    /// IANA IPv4 Special-Purpose Address Registry, and multicast (RFC 5771). Blocks do not overlap, but for those
    /// behind a wider one's narrower neighbour, which stands first.
    private static let v4Blocks: [(base: UInt32, length: UInt32, refusal: Refusal)] = [
        (0x0000_0000, 8, .unspecified),  // 0.0.0.0/8, RFC 791 §3.2: this network
        (0x0a00_0000, 8, .private),  // 10.0.0.0/8, RFC 1918
        (0x6440_0000, 10, .carrierGradeNAT),  // 100.64.0.0/10, RFC 6598; Alibaba's metadata is 100.100.100.200
        (0x7f00_0000, 8, .loopback),  // 127.0.0.0/8, RFC 1122 §3.2.1.3
        (0xa83f_8110, 32, .metadata),  // 168.63.129.16, Azure's platform address
        (0xa9fe_0000, 16, .linkLocal),  // 169.254.0.0/16, RFC 3927; most clouds' metadata is 169.254.169.254
        (0xac10_0000, 12, .private),  // 172.16.0.0/12, RFC 1918
        (0xc000_0000, 24, .reserved),  // 192.0.0.0/24, RFC 6890; Oracle's metadata is 192.0.0.192
        (0xc000_0200, 24, .documentation),  // 192.0.2.0/24, RFC 5737
        (0xc058_6300, 24, .reserved),  // 192.88.99.0/24, RFC 7526: 6to4 relays of old
        (0xc0a8_0000, 16, .private),  // 192.168.0.0/16, RFC 1918
        (0xc612_0000, 15, .benchmark),  // 198.18.0.0/15, RFC 2544
        (0xc633_6400, 24, .documentation),  // 198.51.100.0/24, RFC 5737
        (0xcb00_7100, 24, .documentation),  // 203.0.113.0/24, RFC 5737
        (0xe000_0000, 4, .multicast),  // 224.0.0.0/4, RFC 5771
        (0xf000_0000, 4, .reserved),  // 240.0.0.0/4 with 255.255.255.255, RFC 1112 §4
    ]

    private static func refusal(v6 high: UInt64, _ low: UInt64) -> Refusal? {
        if high == 0, low == 0 { return .unspecified }
        if high == 0, low == 1 { return .loopback }
        for (base, length, refusal) in v6Blocks where high >> (64 - length) == base >> (64 - length) {
            return refusal
        }
        // RFC 4291 §2.4 gives 2000::/3 to global unicast; the rest is reserved by IETF. Well-known NAT64 was looked
        // at before.
        return high >> 61 == 1 ? nil : .reserved
    }

    /// IANA IPv6 Special-Purpose Address Registry; all prefixes are within the first 64 bits.
    private static let v6Blocks: [(base: UInt64, length: UInt64, refusal: Refusal)] = [
        (0x0064_ff9b_0001_0000, 48, .private),  // 64:ff9b:1::/48, RFC 8215: NAT64 of a site's own
        (0x2001_0002_0000_0000, 48, .benchmark),  // 2001:2::/48, RFC 5180
        (0x2001_0000_0000_0000, 23, .reserved),  // 2001::/23, RFC 2928: Teredo, ORCHID and others
        (0x2001_0db8_0000_0000, 32, .documentation),  // 2001:db8::/32, RFC 3849
        (0x3fff_0000_0000_0000, 20, .documentation),  // 3fff::/20, RFC 9637
        (0xfc00_0000_0000_0000, 7, .uniqueLocal),  // fc00::/7, RFC 4193; metadata of AWS fd00:ec2::254
        (0xfe80_0000_0000_0000, 10, .linkLocal),  // fe80::/10, RFC 4291 §2.5.6
        (0xfec0_0000_0000_0000, 10, .siteLocal),  // fec0::/10, RFC 3879
        (0xff00_0000_0000_0000, 8, .multicast),  // ff00::/8, RFC 4291 §2.7
    ]
}
