// The parts joined: what `main` builds and hands down, and the order in which it comes up and goes down.
// Owned by the main thread.

import CommandOptions
import DocumentPages
import Glibc
import HTTPServer
import HTTPWire
import JSONText
import NumbersCore
import NumbersStorage
import Platform
import SQLiteDatabase
import Synchronization

/// Why the server cannot start, in one line for its operator.
struct StartFailure: Error, CustomStringConvertible {
    let description: String

    /// Runs a step of the start and says which one failed.
    static func wrapping<Value: ~Copyable>(
        _ what: String, _ step: () throws(SystemError) -> Value
    ) throws(StartFailure) -> Value {
        do throws(SystemError) {
            return try step()
        } catch {
            throw StartFailure(description: "\(what): \(error)")
        }
    }
}

/// A server that listens.
final class RunningServer {
    /// Readers share two cores with the loops; more of them would only wait for each other.
    private static let readerCount = 2
    /// Numbers whose records stay in memory, at about 200 bytes each.
    private static let rememberedNumbers = 131_072
    /// Log bytes that may wait for a slow reader.
    private static let logBytes = 4 << 20
    /// Writes that may wait for the writer: more than the default of connections would be lost to their deadlines.
    private static let writeQueue = 32_768
    private static let readQueue = 32_768
    /// Writes in one transaction: bounds the time between two commits.
    private static let writeBatch = 512

    /// How long the end waits for writes that have been taken.
    private static let storageEndTime: Duration = .seconds(10)

    /// The first line on standard output.
    let announcement: String
    /// What is served; the documentation is compared with it.
    let routes: [Route]
    private let lock: DatabaseLock
    private let log: LogSink
    private let logger: Logger
    private let server: HTTPServer
    private let writer: DatabaseWriter
    private let readers: ReaderPool
    private let housekeeping: Housekeeping
    private let plans: PlanKeeper
    private let drainTime: Duration

    /// Opens the database, joins the parts, and listens.
    init(_ settings: LookupSettings) throws(StartFailure) {
        let clock = Clock.system
        let random = RandomSource.system
        log = try StartFailure.wrapping("log") { () throws(SystemError) in
            try LogSink(descriptor: STDERR_FILENO, capacityBytes: Self.logBytes)
        }
        logger = Logger(sink: log, clock: clock)
        drainTime = settings.drainTime
        let token = try Self.metricsToken(settings.metricsTokenFile)

        do throws(PlanKeeper.Failure) {
            plans = try PlanKeeper(file: settings.numberPlan)
        } catch {
            throw StartFailure(description: "--number-plan \(error)")
        }

        let startID = Int64(bitPattern: random.integer() >> 1) | 1
        do throws(DatabaseLock.Failure) {
            lock = try DatabaseLock(database: settings.database, processID: getpid(), now: clock.wall())
        } catch {
            throw StartFailure(description: error.description)
        }
        let released = try Self.prepare(settings.database, startID: startID)
        if released > 0 { logger.warning("holds_released", [("holds", .integer(Int64(released)))]) }
        (writer, readers) = try Self.openPools(settings.database, clock: clock)

        let accounts = SQLiteAccounts(writer: writer, readers: readers)
        let ledger = SQLiteLedger(writer: writer, readers: readers, clock: clock, random: random, startID: startID)
        let credentials = CredentialDirectory(store: accounts)
        let names = CallerNameDirectory(
            store: SQLiteCallerNames(readers: readers), capacity: Self.rememberedNumbers)
        housekeeping = Housekeeping(
            writer: writer, readers: readers, credentials: credentials, names: names, clock: clock, logger: logger)
        let operations = Operations(
            housekeeping: housekeeping, writer: writer, log: log, metricsNetworks: settings.metricsAllow,
            trustedProxies: settings.trustedProxies, metricsToken: token, plans: plans, clock: clock)
        let routes = LookupRoutes(
            access: AccessControl(directory: credentials, failures: AddressLimiter()),
            lookups: LookupService(
                names: names, ledger: ledger, archive: ledger, inFlight: RequestsInFlight(), clock: clock,
                isNothingFoundFree: settings.isNothingFoundFree),
            accounts: accounts, credentials: credentials, plan: plans.present, site: DocumentSite(),
            operations: operations,
            signups: AddressLimiter(), pageViews: AddressLimiter(),
            policy: LookupPolicy(
                lookupBudgetMilliseconds: settings.lookupBudgetMilliseconds,
                callerIDBudgetMilliseconds: settings.callerIDBudgetMilliseconds,
                signupsPerHour: settings.signupsPerHour, publicOrigin: settings.publicOrigin),
            clock: clock, random: random)
        self.routes = routes.all
        server = HTTPServer(
            endpoint: settings.listen, loopCount: settings.loops, limits: settings.limits,
            router: Router(routes: self.routes), trustedProxies: settings.trustedProxies,
            accessLog: settings.isAccessLogOn ? log : nil, clock: clock, random: random
        ) { fault, context in
            if let path = context.path, LookupRoutes.isCallerIDPath(path) {
                return LookupRoutes.callerIDFault(fault, query: context.rawQuery)
            }
            return fault.response(requestID: context.requestID)
        }
        operations.join(server.metrics)
        let server = server
        let bound: SocketEndpoint
        do throws(SystemError) {
            bound = try server.start()
        } catch {
            _ = writer.stop(deadline: MonotonicTime.now() + Self.storageEndTime)
            throw StartFailure(description: Self.listenFailure(error, settings.listen))
        }
        announcement = Self.announcement(bound)
        let housekeeping = housekeeping
        Task.detached { await housekeeping.run() }
        logger.info(
            "started",
            [
                ("port", .integer(Int64(bound.port))), ("loops", .integer(Int64(settings.loops))),
                ("number_plan", .text(plans.present.value.metadataVersion)),
            ])
    }

    /// Serves until a signal ends it: the first finishes what is under way, a second ends at once.
    func serve(until signals: borrowing SignalSource) -> Int32 {
        while signals.next() == .hangUp { plans.reload(logger) }
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
                log.close()
                return 1
            }
        }
        endStorage()
        return 0
    }

    /// Ends at once, without waiting for requests under way.
    func stop() {
        server.stop()
        endStorage()
    }

    private func endStorage() {
        let deadline = MonotonicTime.now() + Self.storageEndTime
        housekeeping.stop()
        housekeeping.waitForEnd(deadline: deadline)
        let isWritten = writer.stop(deadline: deadline)
        _ = readers.stop(deadline: deadline)
        if isWritten { logger.info("stopped") } else { logger.error("stopped_before_all_was_written") }
        log.close()
    }

    // MARK: Steps of the start

    /// Migrates the database and ends what an earlier server left behind.
    private static func prepare(_ path: String, startID: Int64) throws(StartFailure) -> Int {
        let connection: Connection
        do throws(DatabaseOpenError) {
            connection = try LookupSchema.schema.open(path: path, options: DatabaseOptions(older: .migrate))
        } catch {
            throw StartFailure(description: error.description)
        }
        do throws(DatabaseError) {
            return try connection.transaction { () throws(DatabaseError) in
                try LedgerBook.releaseHolds(otherThan: startID, on: connection)
            }
        } catch {
            throw StartFailure(description: "\(path): the holds of the last run cannot be released: \(error)")
        }
    }

    private static func openPools(
        _ path: String, clock: Clock
    ) throws(StartFailure) -> (DatabaseWriter, ReaderPool) {
        let options = DatabaseOptions(older: .migrate)
        do throws(DatabaseOpenError) {
            let writer = try DatabaseWriter(
                schema: LookupSchema.schema, path: path, options: options,
                limits: DatabaseWriter.Limits(queue: writeQueue, batch: writeBatch), clock: clock)
            let readers = try ReaderPool(
                path: path, options: options, count: readerCount, queueLimit: readQueue, clock: clock)
            return (writer, readers)
        } catch {
            throw StartFailure(description: error.description)
        }
    }

    private static func metricsToken(_ path: String?) throws(StartFailure) -> Secret? {
        guard let path else { return nil }
        switch ConfigurationReader.read(path) {
        case .failure(let error): throw StartFailure(description: "--metrics-token-file \(path): \(error.reason)")
        case .success(let bytes):
            let token = bytes.filter { $0 > 0x20 && $0 < 0x7f }
            guard token.count >= 16 else {
                throw StartFailure(
                    description: "--metrics-token-file \(path): expected a token of at least 16 printable characters")
            }
            return Secret(token)
        }
    }

    private static func listenFailure(_ error: SystemError, _ endpoint: SocketEndpoint) -> String {
        if error.code == EADDRINUSE {
            return "cannot listen on \(endpoint): another program has this port. Stop it, or choose another with "
                + "--listen HOST:PORT (port 0 picks a free one)."
        }
        if error.code == EACCES {
            return "cannot listen on \(endpoint): ports below 1024 need a privilege (CAP_NET_BIND_SERVICE)."
        }
        return "cannot listen on \(endpoint): \(error.reason) (\(error.operation))"
    }

    private static func announcement(_ bound: SocketEndpoint) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("server", "LookupServer")
        writer.field("listening", bound.description)
        writer.field("url", "http://\(bound)")
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
