// An address taken before there is a server on it. Guarded by its mutex.

package import Platform

/// An address that is bound and listened on. Whoever connects waits in the kernel's queue until a server takes the place
/// with ``HTTPServer/start(on:)``; without one, the address is free again when this goes.
package final class ListeningPlace: Sendable {
    /// Where it listens; port 0 has become the true one.
    package let address: ListenAddress
    private let sockets: Monitor<[ListeningSocket]>

    /// Takes the address for a server with so many loops.
    /// - Parameter manager: who hands over the socket of `ListenAddress.inherited`.
    /// - Throws: when it cannot be had; `EADDRINUSE` also when its present owner shares the port.
    package init(_ address: ListenAddress, manager: ServiceManager?, loopCount: Int) throws(SystemError) {
        let (sockets, bound) = try ListeningSockets.open(address, count: loopCount, inherited: manager?.takeSocket())
        self.address = bound
        self.sockets = Monitor(sockets)
    }

    /// The sockets, for the one who has them from then on; a second time there are none.
    func take() -> [ListeningSocket] {
        sockets.withLock { sockets in
            defer { sockets = [] }
            return sockets
        }
    }
}
