// A server that listens, and the order in which its parts end. Owned by the main thread.

internal import Glibc
package import HTTPServer
internal import JSONText
package import Platform
package import SQLiteDatabase
internal import Synchronization

/// Work beside the requests, on tasks of its own, for as long as the server runs.
package protocol BackgroundWork: Sendable {
    /// Runs until ``stop()``.
    func run() async

    /// Lets ``run()`` end after its present round.
    func stop()

    /// Waits until ``run()`` has ended; not longer than the deadline.
    func waitForEnd(deadline: MonotonicTime)
}

extension SteadyWork: BackgroundWork {}

/// A server from its first connection to its last write.
package final class ServingProcess {
    /// The first line on standard output.
    package let announcement: String
    /// Where it listens.
    package let address: ListenAddress
    private let manager: ServiceManager
    /// The same as address and port; both are nothing on a Unix-domain socket.
    package var endpoint: SocketEndpoint { address.endpoint ?? SocketEndpoint(address: .unix, port: 0) }
    private let server: HTTPServer
    private let database: ServerDatabase
    private let background: [any BackgroundWork]
    private let log: ServerLog
    private let drainTime: Duration
    private let certificates: ServerCertificates?
    private let hangUp: () -> Void

    /// Takes the address that the settings name. Nobody is answered there before there is a process.
    package static func listen(_ settings: ServerSettings) throws(StartFailure) -> ListeningPlace {
        do throws(SystemError) {
            return try ListeningPlace(settings.listen, manager: settings.manager, loopCount: settings.loops)
        } catch {
            throw StartFailure(description: listenFailure(error, settings.listen))
        }
    }

    /// Answers on the address that was taken, and starts what works in the background.
    /// - Parameters:
    ///   - place: of ``listen(_:)``, for this server.
    ///   - background: ended in this order when the last request has been answered, before the database is closed.
    ///   - certificates: those that `server` was given; SIGHUP reads them again.
    ///   - hangUp: what SIGHUP does besides; on the main thread.
    package init(
        name: String, server: HTTPServer, place: ListeningPlace?, settings: ServerSettings, database: ServerDatabase,
        background: [any BackgroundWork], log: ServerLog, certificates: ServerCertificates?,
        hangUp: @escaping () -> Void
    ) throws(StartFailure) {
        self.server = server
        self.database = database
        self.background = background
        self.log = log
        self.certificates = certificates
        manager = settings.manager
        self.hangUp = hangUp
        drainTime = settings.drainTime
        do throws(SystemError) {
            address = try server.start(on: place)
        } catch {
            _ = database.stop(deadline: MonotonicTime.now() + ServerDatabase.endTime)
            throw StartFailure(description: Self.listenFailure(error, settings.listen))
        }
        announcement = Self.announcement(name, address, isSecure: certificates != nil)
        for work in background { Task.detached { await work.run() } }
    }

    /// Serves until a signal ends it: the first finishes what is under way, a second ends at once.
    package func serve(until signals: borrowing SignalSource) -> Int32 {
        let logger = log.logger
        manager.tell(.ready)
        while signals.next() == .hangUp {
            certificates?.reload()
            hangUp()
        }
        manager.tell(.stopping)
        logger.info("draining")
        let (server, drainTime) = (server, drainTime)
        let finished = Shutdown()
        do throws(SystemError) {
            // The main thread stays with the signals; the thread is not waited for, because a second signal must be
            // able to overtake it.
            let draining = try OSThread.start(name: "drain") {
                server.drain(deadline: drainTime)
                finished.raise()
            }
            draining.detach()
        } catch {
            server.stop()
            finished.raise()
        }
        while !finished.isRaised {
            if let signal = signals.next(within: .milliseconds(20)), signal != .hangUp {
                logger.warning("ended_at_once")
                log.sink.close()
                return 1
            }
        }
        endStorage()
        return 0
    }

    /// Ends at once, without waiting for requests under way.
    package func stop() {
        server.stop()
        endStorage()
    }

    private func endStorage() {
        let deadline = MonotonicTime.now() + ServerDatabase.endTime
        for work in background { work.stop() }
        for work in background { work.waitForEnd(deadline: deadline) }
        let isWritten = database.stop(deadline: deadline)
        if isWritten { log.logger.info("stopped") } else { log.logger.error("stopped_before_all_was_written") }
        log.sink.close()
    }

    private static func listenFailure(_ error: SystemError, _ address: ListenAddress) -> String {
        if case .inherited = address {
            return "cannot listen on a socket of the service manager: it hands over one listening stream socket in "
                + "LISTEN_FDS, which is not there (\(error.reason)). Start the server by a .socket unit, or name a place "
                + "with --listen HOST:PORT."
        }
        if error.code == EADDRINUSE, case .unix = address {
            return "cannot listen on \(address): another program listens there, or the file is no socket. Stop it, "
                + "remove the file, or choose another path."
        }
        if error.code == EADDRINUSE {
            return "cannot listen on \(address): another program has this port. Stop it, or choose another with "
                + "--listen HOST:PORT (port 0 picks a free one)."
        }
        if error.code == EACCES, address.endpoint != nil {
            return "cannot listen on \(address): ports below 1024 need a privilege (CAP_NET_BIND_SERVICE)."
        }
        return "cannot listen on \(address): \(error.reason) (\(error.operation))"
    }

    private static func announcement(_ name: String, _ bound: ListenAddress, isSecure: Bool) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("server", name)
        writer.field("listening", bound.description)
        // A Unix-domain socket has no URL.
        if let endpoint = bound.endpoint { writer.field("url", "\(isSecure ? "https" : "http")://\(endpoint)") }
        writer.endObject()
        return String(decoding: writer.finish(), as: UTF8.self) + "\n"
    }
}

/// Tells the main thread that the drain has ended.
private final class Shutdown: Sendable {
    private let flag = Atomic<Bool>(false)
    func raise() { flag.store(true, ordering: .releasing) }
    var isRaised: Bool { flag.load(ordering: .acquiring) }
}
