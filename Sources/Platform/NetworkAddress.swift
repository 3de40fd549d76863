// Addresses and address blocks as values. Immutable.

internal import CLinux
internal import Glibc

/// The address of a peer. An IPv4 address mapped into IPv6 (`::ffff:0:0/96`) is the IPv4 address.
package enum NetworkAddress: Hashable, Sendable, CustomStringConvertible {
    /// In host byte order.
    case v4(UInt32)
    /// High and low half, in host byte order.
    case v6(UInt64, UInt64)
    /// A peer on a Unix-domain socket.
    case unix

    /// An IPv6 address, folded to IPv4 where it is a mapped one.
    package init(high: UInt64, low: UInt64) {
        if high == 0, low >> 32 == 0xffff {
            self = .v4(UInt32(truncatingIfNeeded: low))
        } else {
            self = .v6(high, low)
        }
    }

    /// Reads dotted IPv4 or RFC 4291 IPv6 text, the latter also in square brackets; a zone (`%eth0`) is refused.
    package init?(_ text: String) {
        // The C functions end at a NUL and would take what comes before it for the whole.
        guard !text.utf8.contains(0) else { return nil }
        var text = text
        let isBracketed = text.hasPrefix("[") && text.hasSuffix("]")
        if isBracketed { text = String(text.dropFirst().dropLast()) }
        var four = in_addr()
        if !isBracketed, inet_pton(AF_INET, text, &four) == 1 {
            self = .v4(UInt32(bigEndian: four.s_addr))
            return
        }
        var six = in6_addr()
        guard inet_pton(AF_INET6, text, &six) == 1 else { return nil }
        let halves = withUnsafeBytes(of: six) {
            (
                UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
                UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
        self.init(high: halves.0, low: halves.1)
    }

    /// Whether the address never leaves this machine (127.0.0.0/8, ::1, or a Unix-domain socket).
    package var isLoopback: Bool {
        switch self {
        case .v4(let value): value >> 24 == 127
        case .v6(let high, let low): high == 0 && low == 1
        case .unix: true
        }
    }

    /// What one customer is taken to have for limits by address: the IPv4 address itself, the IPv6 /64.
    package var limitGroup: NetworkAddress {
        switch self {
        case .v4, .unix: self
        case .v6(let high, _): .v6(high, 0)
        }
    }

    package var description: String {
        switch self {
        case .v4(let value): return "\(value >> 24).\(value >> 16 & 255).\(value >> 8 & 255).\(value & 255)"
        case .unix: return "unix"
        case .v6(let high, let low):
            var six = in6_addr()
            withUnsafeMutableBytes(of: &six) {
                $0.storeBytes(of: high.bigEndian, toByteOffset: 0, as: UInt64.self)
                $0.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
            }
            var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
            guard inet_ntop(AF_INET6, &six, &buffer, socklen_t(buffer.count)) != nil else { return "::" }
            return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }
}

/// A block of addresses in CIDR notation (RFC 4632, RFC 4291 §2.3); a single address is a block of one.
package struct NetworkBlock: Hashable, Sendable, CustomStringConvertible {
    private let base: NetworkAddress
    private let prefixLength: Int

    /// Reads `10.0.0.0/8`, `2001:db8::/32` or a bare address; bits beyond the prefix must be zero. A block inside
    /// `::ffff:0:0/96` is the IPv4 block that it maps.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = NetworkAddress(String(first)), address != .unix else { return nil }
        let width: Int
        if case .v4 = address { width = 32 } else { width = 128 }
        var length = width
        if parts.count == 2 {
            let digits = parts[1].utf8
            guard (1...3).contains(digits.count), digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
                let value = Int(parts[1])
            else { return nil }
            // The prefix counts the bits of the address as it is written.
            let isMapped = width == 32 && first.contains(":")
            length = isMapped ? value - 96 : value
            guard (0...width).contains(length) else { return nil }
        }
        guard Self.masked(address, length) == address else { return nil }
        base = address
        prefixLength = length
    }

    /// Whether the address lies in the block; a Unix-domain peer lies in none.
    package func contains(_ address: NetworkAddress) -> Bool {
        switch (base, address) {
        case (.v4, .v4), (.v6, .v6): Self.masked(address, prefixLength) == base
        default: false
        }
    }

    /// Whether every address of the other block lies in this one.
    package func contains(_ other: NetworkBlock) -> Bool {
        prefixLength <= other.prefixLength && contains(other.base)
    }

    package var description: String { "\(base)/\(prefixLength)" }

    private static func masked(_ address: NetworkAddress, _ length: Int) -> NetworkAddress {
        switch address {
        case .unix: .unix
        case .v4(let value): .v4(length == 0 ? 0 : value & (UInt32.max << UInt32(32 - length)))
        case .v6(let high, let low):
            if length <= 64 {
                .v6(length == 0 ? 0 : high & (UInt64.max << UInt64(64 - length)), 0)
            } else {
                .v6(high, low & (UInt64.max << UInt64(128 - length)))
            }
        }
    }
}

/// Where a server listens: an address and a port (0: any free one).
package struct SocketEndpoint: Hashable, Sendable, CustomStringConvertible {
    package let address: NetworkAddress
    package let port: UInt16

    package init(address: NetworkAddress, port: UInt16) {
        self.address = address
        self.port = port
    }

    /// Reads `HOST:PORT`, HOST being an IPv4 address, an IPv6 address in brackets, or `localhost`.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let host = String(text[..<colon])
        let digits = text[text.index(after: colon)...]
        guard (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
            let port = UInt16(digits)
        else { return nil }
        if host == "localhost" {
            self.init(address: .v4(0x7f00_0001), port: port)
            return
        }
        guard let address = NetworkAddress(host), host.contains(":") == host.hasPrefix("[") else { return nil }
        self.init(address: address, port: port)
    }

    package var description: String {
        if case .v6 = address { return "[\(address)]:\(port)" }
        return "\(address):\(port)"
    }
}
