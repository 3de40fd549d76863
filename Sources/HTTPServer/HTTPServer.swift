// The server as its program sees it: started once, drained or stopped once. `state` is guarded by its mutex.

internal import Glibc
package import HTTPWire
package import Platform
internal import Synchronization
package import TransportSecurity

/// An HTTP/1.1 server on one endpoint, with one thread for each of its loops.
package final class HTTPServer: Sendable {
    /// Fault answers come from the program, so that every error has its one shape.
    package typealias FaultResponse = @Sendable (HTTPFault, HTTPFaultContext) -> HTTPResponse

    private enum State {
        case new
        case starting
        /// Also when it has ended: the loops are kept, so that ending twice finds them.
        case started([Running])
    }

    /// A loop and its thread, which is nil once it has been waited for.
    private struct Running {
        let loop: ServerLoop
        var thread: OSThread?
    }

    /// Loops beyond this number are a mistake of whoever asks for them.
    package static let loopsMax = 256
    /// A handler's code runs on the loop's thread, and people write recursive code.
    private static let stackBytes = 2 << 20
    /// How often the end of the loops is looked for: ending is rare, and lasts milliseconds or seconds.
    private static let endPollMicroseconds: UInt32 = 1_000
    /// How long a caller who ends the server waits for tasks of handlers whose connections are closed already.
    private static let taskGrace: Duration = .milliseconds(500)

    /// Everything the server counts, for as long as it lives.
    package let metrics: HTTPServerMetrics
    private let address: ListenAddress
    private let manager: ServiceManager?
    private let loopCount: Int
    private let context: ServerContext
    private let state = Monitor(State.new)

    /// - Parameters:
    ///   - address: where to listen; port 0 picks a free one.
    ///   - manager: who hands over the socket of `ListenAddress.inherited`.
    ///   - loopCount: threads, 1 to `loopsMax`; one for each core is right.
    ///   - trustedProxies: whose `X-Forwarded-For` is believed.
    ///   - accessLog: where one JSON line for each answer goes; nil for none.
    ///   - certificates: what TLS is spoken with; nil for a server without TLS.
    ///   - faultResponse: makes the answer to what the HTTP layer refuses; called on the loops.
    package init(
        address: ListenAddress, manager: ServiceManager? = nil, loopCount: Int, limits: HTTPServerLimits,
        router: Router,
        trustedProxies: [NetworkBlock], accessLog: LogSink?, clock: Clock, random: RandomSource,
        certificates: CertificateStore? = nil, faultResponse: @escaping FaultResponse
    ) {
        precondition((1...Self.loopsMax).contains(loopCount), "1 to \(Self.loopsMax) loops, found \(loopCount)")
        self.address = address
        self.manager = manager
        self.loopCount = loopCount
        metrics = HTTPServerMetrics(routes: router.routes, certificates: certificates)
        context = ServerContext(
            limits: limits, router: router, metrics: metrics,
            addresses: ClientAddressReader(trustedProxies: trustedProxies),
            gate: AddressGate(limit: limits.connectionsPerAddress, exempt: trustedProxies), accessLog: accessLog,
            certificates: certificates, clock: clock, random: random,
            faultResponse: faultResponse)
    }

    /// Binds, starts the loops and returns where the server listens. Connections are taken from the moment it returns.
    /// - Parameter place: an address that was taken for this server already, with as many loops; nil: it is taken now.
    /// - Throws: when the endpoint cannot be had (`EADDRINUSE` also when its present owner shares the port), or no
    ///   thread or descriptor is left; then nothing is left behind.
    package func start(on place: ListeningPlace? = nil) throws(SystemError) -> ListenAddress {
        let isNew = state.withLock { state in
            guard case .new = state else { return false }
            state = .starting
            return true
        }
        precondition(isNew, "a server is started once")
        let taken: ListeningPlace
        if let place {
            taken = place
        } else {
            taken = try ListeningPlace(address, manager: manager, loopCount: loopCount)
        }
        let (sockets, bound) = (taken.take(), taken.address)
        precondition(sockets.count == loopCount, "a place is for one server, with its number of loops")
        var loops: [ServerLoop] = []
        for socket in sockets {
            loops.append(try ServerLoop(context: context, listener: socket, loopCount: loopCount))
        }
        for (index, loop) in loops.enumerated() {
            do throws(SystemError) {
                let thread = try OSThread.start(name: "http-\(index)", stackBytes: Self.stackBytes) { loop.run() }
                state.withLock { state in
                    var running: [Running] = []
                    if case .started(let earlier) = state { running = earlier }
                    state = .started(running + [Running(loop: loop, thread: thread)])
                }
            } catch {
                stop()
                throw error
            }
        }
        return bound
    }

    /// Takes no new connections, finishes the requests under way, then ends; returns when that is done, at the latest
    /// after `deadline` and a moment. Answers under way say `Connection: close`.
    package func drain(deadline: Duration) {
        end(with: .drain(context.clock.monotonic() + deadline))
    }

    /// Ends at once: connections are closed, answers under way are lost. May be called while `drain` waits.
    package func stop() { end(with: .stop) }

    private func end(with item: LoopItem) {
        let loops = state.withLock { state in
            guard case .started(let running) = state else { return [ServerLoop]() }
            return running.map(\.loop)
        }
        for loop in loops { loop.inbox.append(item) }
        while loops.contains(where: { !$0.hasEnded.load(ordering: .acquiring) }) { usleep(Self.endPollMicroseconds) }
        let grace = MonotonicTime.now() + Self.taskGrace
        while loops.contains(where: { !$0.isDone.load(ordering: .acquiring) }), MonotonicTime.now() < grace {
            usleep(Self.endPollMicroseconds)
        }
        // A thread is waited for by the one caller that takes it out; one whose tasks go on is left to a later call.
        let threads = state.withLock { state -> [OSThread] in
            guard case .started(var running) = state else { return [] }
            var done: [OSThread] = []
            for index in running.indices where running[index].loop.isDone.load(ordering: .acquiring) {
                if let thread = running[index].thread { done.append(thread) }
                running[index].thread = nil
            }
            state = .started(running)
            return done
        }
        for thread in threads { thread.join() }
    }
}
