// Who asked, when proxies stand in between. Pure functions over immutable values.

package import HTTPWire
package import Platform

/// Reads `X-Forwarded-For` as far as it can be trusted.
package struct ClientAddressReader: Sendable {
    private let trustedProxies: [NetworkBlock]

    /// - Parameter trustedProxies: whose word counts, besides a Unix-domain socket's.
    package init(trustedProxies: [NetworkBlock]) { self.trustedProxies = trustedProxies }

    /// The peer; or, when it is a trusted proxy, the right-most address of `X-Forwarded-For` that is not one. Reading
    /// stops at the first entry that is no address: what stands to the left of it nobody vouches for.
    package func address(of head: RequestHead, peer: NetworkAddress) -> NetworkAddress {
        guard !trustedProxies.isEmpty || peer == .unix, isTrusted(peer) else { return peer }
        var address = peer
        for field in head.fields("x-forwarded-for").reversed() {
            for entry in field.split(separator: ",", omittingEmptySubsequences: false).reversed() {
                guard let next = Self.parse(entry) else { return address }
                address = next
                guard isTrusted(next) else { return next }
            }
        }
        return address
    }

    /// Whether the peer is a proxy whose word counts.
    package func isTrusted(_ address: NetworkAddress) -> Bool {
        // Who may connect to a Unix-domain socket is decided by its file: only a proxy is let in.
        if address == .unix { return true }
        for block in trustedProxies where block.contains(address) { return true }
        return false
    }

    /// An address as proxies write it: bare, in brackets, or with a port behind it.
    private static func parse(_ entry: Substring) -> NetworkAddress? {
        var bytes = Array(entry.utf8)
        while let last = bytes.last, ByteClass.isSpace(last) { bytes.removeLast() }
        while let first = bytes.first, ByteClass.isSpace(first) { bytes.removeFirst() }
        let text = String(decoding: bytes, as: UTF8.self)
        if let address = NetworkAddress(text) { return address }
        guard let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")) else { return nil }
        let host = text[..<colon]
        let port = text[text.utf8.index(after: colon)...]
        guard (1...5).contains(port.utf8.count), port.utf8.allSatisfy(ByteClass.isDigit),
            host.utf8.contains(UInt8(ascii: ".")) || host.utf8.first == UInt8(ascii: "[")
        else { return nil }
        return NetworkAddress(String(host))
    }
}
