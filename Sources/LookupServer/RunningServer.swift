// The parts joined: what `main` builds and hands down, and the order in which it comes up. Owned by the main thread.

import CommandOptions
import DocumentPages
import HTTPClient
import HTTPServer
import HTTPWire
import NumbersCore
import NumbersStorage
import Platform
import SQLiteDatabase
import ServerProcess
import SupplierClient

/// A server that listens.
final class RunningServer {
    /// Numbers whose records stay in memory, at about 300 bytes each.
    private static let rememberedNumbers = 131_072

    /// What is served; the documentation is compared with it.
    let routes: [Route]
    /// The server as a process.
    let process: ServingProcess

    /// Opens the database, joins the parts, and listens.
    init(_ settings: LookupSettings) throws(StartFailure) {
        let clock = Clock.system
        let random = RandomSource.system
        let log = try ServerLog(clock: clock)
        let metricsAccess = try MetricsAccess(settings.server)
        let certificates = try ServerCertificates(
            settings.server, clock: clock, random: random, logger: log.logger)

        let plans: PlanKeeper
        do throws(PlanKeeper.Failure) {
            plans = try PlanKeeper(file: settings.numberPlan, names: settings.numberNames, logger: log.logger)
        } catch {
            throw StartFailure(description: "--number-plan \(error)")
        }

        let startID = Int64(bitPattern: random.integer() >> 1) | 1
        let vault = SecretVault(key: try Self.secretKey(settings.secretKeyFile), random: random)
        let authorities = try Self.webhookAuthorities(settings)
        var place: ListeningPlace?
        let database = try Self.open(
            settings.server.database, startID: startID, clock: clock, logger: log.logger
        ) { () throws(StartFailure) in place = try ServingProcess.listen(settings.server) }
        let (writer, readers) = (database.writer, database.readers)

        let accounts = SQLiteAccounts(writer: writer, readers: readers, vault: vault)
        let ledger = SQLiteLedger(writer: writer, readers: readers, clock: clock, random: random, startID: startID)
        let credentials = CredentialDirectory(store: accounts)
        let names = CallerNameDirectory(
            store: SQLiteCallerNames(readers: readers, countsFreeReports: settings.countsFreeReports),
            capacity: Self.rememberedNumbers)
        var clientSettings = HTTPSupplierTransport.settings
        clientSettings.passesTrace = settings.server.passesTrace
        let client = try StartFailure.wrapping("HTTP client") { [clientSettings] () throws(SystemError) in
            try HTTPClient(
                settings: clientSettings, guard: NetworkGuard(allowed: settings.allowedNetworks),
                clock: clock, random: random, log: settings.server.isAccessLogOn ? log.logger : nil)
        }
        let dips = SupplierDips(
            transport: HTTPSupplierTransport(client: client), names: names,
            keeper: SQLiteNameKeeper(writer: writer, clock: clock),
            limits: SupplierDips.Limits(
                freeDipsPerDay: settings.freeDipsPerDay, spendPerDay: settings.supplierSpendCap), clock: clock,
            random: random, timer: .system)
        let suppliers = SupplierKeeper(
            dips: dips, vault: vault, clock: clock, logger: log.logger)
        try Self.start(suppliers, settings.server.database)
        let notices = try Self.notices(
            settings, authorities, database, vault, clock: clock, random: random, logger: log.logger)
        let housekeeping = SteadyWork(
            writer: writer, readers: readers, credentials: credentials, names: names, suppliers: suppliers,
            notices: notices, clock: clock, logger: log.logger)
        let operations = Operations(
            database: housekeeping.database, writer: writer, log: log.sink, access: metricsAccess,
            metadataVersion: { plans.present.value.metadataVersion },
            sources: [
                plans, SupplierMetrics(dips: dips, keeper: suppliers, client: client), NoticeMetrics(notices: notices),
            ], clock: clock)
        let routes = LookupRoutes(
            access: AccessControl(directory: credentials, failures: AddressLimiter()),
            lookups: LookupService(
                names: names, waterfall: NameWaterfall(names: names, dips: dips, clock: clock), ledger: ledger,
                archive: ledger, inFlight: RequestsInFlight(), clock: clock,
                isNothingFoundFree: settings.isNothingFoundFree),
            accounts: accounts, reports: SQLiteReports(writer: writer), credentials: credentials, plan: plans.present,
            site: DocumentSite(.lookup),
            operations: operations,
            signups: AddressLimiter(), pageViews: AddressLimiter(),
            policy: LookupPolicy(
                lookupBudgetMilliseconds: settings.lookupBudgetMilliseconds,
                callerIDBudgetMilliseconds: settings.callerIDBudgetMilliseconds,
                signupsPerHour: settings.signupsPerHour, countsFreeReports: settings.countsFreeReports,
                publicOrigin: settings.server.publicOrigin,
                webhookGuard: NetworkGuard(allowed: settings.allowedNetworks)),
            clock: clock, random: random)
        self.routes = routes.all
        let server = HTTPServer(
            address: settings.server.listen, manager: settings.server.manager, loopCount: settings.server.loops,
            limits: settings.server.limits,
            router: Router(routes: self.routes), trustedProxies: settings.server.trustedProxies,
            accessLog: settings.server.isAccessLogOn ? log.sink : nil, clock: clock, random: random,
            certificates: certificates?.store
        ) { fault, context in
            if let path = context.path, LookupRoutes.isCallerIDPath(path) {
                return LookupRoutes.callerIDFault(fault, query: context.rawQuery)
            }
            return fault.response(requestID: context.requestID)
        }
        operations.join(server.metrics)
        let logger = log.logger
        process = try ServingProcess(
            name: "LookupServer", server: server, place: place, settings: settings.server, database: database,
            background: [housekeeping], log: log, certificates: certificates, hangUp: { plans.reload(logger) })
        logger.info(
            "started",
            [
                ("listening", .setting(process.address.description)), ("loops", .integer(Int64(settings.server.loops))),
                ("number_plan", .text(plans.present.value.metadataVersion)),
            ])
    }

    private static func secretKey(_ path: String?) throws(StartFailure) -> SecretKey? {
        do throws(SecretKeyError) {
            return try path.map { path throws(SecretKeyError) in try SecretKey(file: path) }
        } catch {
            throw StartFailure(description: "--secret-key-file \(error)")
        }
    }

    /// The delivery of low-balance notices, with a client of its own.
    private static func notices(
        _ settings: LookupSettings, _ authorities: [UInt8]?, _ database: ServerDatabase, _ vault: SecretVault,
        clock: Clock, random: RandomSource, logger: Logger
    ) throws(StartFailure) -> BalanceNotices {
        let client = try StartFailure.wrapping("HTTP client") { () throws(SystemError) in
            try HTTPClient(
                settings: HTTPWebhookTransport.settings(authorities: authorities),
                guard: NetworkGuard(allowed: settings.allowedNetworks), clock: clock, random: random,
                log: settings.server.isAccessLogOn ? logger : nil)
        }
        return BalanceNotices(
            writer: database.writer, readers: database.readers, transport: HTTPWebhookTransport(client: client),
            vault: vault, clock: clock, logger: logger)
    }

    /// The certificates that vouch for webhooks in place of the system's; nil: none were named.
    private static func webhookAuthorities(_ settings: LookupSettings) throws(StartFailure) -> [UInt8]? {
        guard let path = settings.webhookAuthorities else { return nil }
        switch ConfigurationReader.read(path) {
        case .success(let bytes): return bytes
        case .failure(let error): throw StartFailure(description: "--webhook-authorities \(path): \(error.reason)")
        }
    }

    /// Reads the suppliers, so that the first request finds them.
    private static func start(_ suppliers: SupplierKeeper, _ path: String) throws(StartFailure) {
        let connection: Connection
        do throws(DatabaseOpenError) {
            connection = try LookupSchema.schema.open(path: path, options: DatabaseOptions(older: .refuse))
        } catch {
            throw StartFailure(error)
        }
        do throws(DatabaseError) {
            try suppliers.start(on: connection)
        } catch {
            throw StartFailure(description: "\(path): the suppliers cannot be read: \(error)")
        }
    }

    /// Opens the database and ends what an earlier server left behind.
    private static func open(
        _ path: String, startID: Int64, clock: Clock, logger: Logger, settle: () throws(StartFailure) -> Void
    ) throws(StartFailure) -> ServerDatabase {
        try ServerDatabase(
            schema: LookupSchema.schema, path: path, clock: clock, settle: settle
        ) { connection throws(StartFailure) in
            let released: Int
            do throws(DatabaseError) {
                released = try connection.transaction { () throws(DatabaseError) in
                    try LedgerBook.releaseHolds(otherThan: startID, on: connection)
                }
            } catch {
                throw StartFailure(
                    description: "\(path): the holds of the last run cannot be released: \(error)")
            }
            if released > 0 { logger.warning("holds_released", [("holds", .integer(Int64(released)))]) }
        }
    }
}
