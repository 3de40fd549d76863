// How many connections each address has open, over all loops. Guarded by a monitor, taken once for each connection.

package import Platform

/// Keeps one customer from taking all connections.
///
/// An IPv4 address counts by itself, an IPv6 address with its /64, which is what one customer is given. Loopback and
/// trusted proxies speak for many and are not counted.
package final class AddressGate: Sendable {
    private let limit: Int
    private let exempt: [NetworkBlock]
    private let open = Monitor<[NetworkAddress: Int]>([:])

    /// - Parameters:
    ///   - limit: connections of one address, at least 1.
    ///   - exempt: whose connections are not counted, besides loopback's.
    package init(limit: Int, exempt: [NetworkBlock]) {
        precondition(limit > 0, "an address has at least one connection, found \(limit)")
        self.limit = limit
        self.exempt = exempt
    }

    /// Counts a connection; false when the address has as many as it may, and then it is not counted.
    package func admit(_ peer: NetworkAddress) -> Bool {
        guard counts(peer) else { return true }
        return open.withLock { open in
            let count = open[peer.limitGroup, default: 0]
            guard count < limit else { return false }
            open[peer.limitGroup] = count + 1
            return true
        }
    }

    /// Takes a connection that was admitted out of the count.
    package func leave(_ peer: NetworkAddress) {
        guard counts(peer) else { return }
        open.withLock { open in
            let count = open[peer.limitGroup, default: 0]
            // An address without connections leaves nothing behind.
            open[peer.limitGroup] = count > 1 ? count - 1 : nil
        }
    }

    /// Addresses with connections at this moment.
    package var addressCount: Int { open.withLock { $0.count } }

    private func counts(_ peer: NetworkAddress) -> Bool {
        !peer.isLoopback && !exempt.contains { $0.contains(peer) }
    }
}
