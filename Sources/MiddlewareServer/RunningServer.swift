// The parts joined: what `main` builds and hands down, and the order in which it comes up. Owned by the main thread.

import CRMMiddleware
import CRMTemplate
import DocumentPages
import HTTPServer
import MiddlewareStorage
import NumbersCore
import Platform
import SQLiteDatabase
import ServerProcess

/// A server that listens.
final class RunningServer {
    /// What is served; the documentation is compared with it.
    let routes: [Route]
    /// The server as a process.
    let process: ServingProcess

    /// Opens the database, joins the parts, and listens.
    init(_ settings: MiddlewareSettings) throws(StartFailure) {
        let clock = Clock.system
        let random = RandomSource.system
        let log = try ServerLog(clock: clock)
        let metricsAccess = try MetricsAccess(settings.server)
        let certificates = try ServerCertificates(
            settings.server, clock: clock, random: random, logger: log.logger)
        let plan = PresentPlan(.builtIn)

        let key = try ConnectorParts.secretKey(settings, log: log.logger)
        var place: ListeningPlace?
        let database = try ServerDatabase(
            schema: MiddlewareSchema.schema, path: settings.server.database, clock: clock,
            settle: { () throws(StartFailure) in place = try ServingProcess.listen(settings.server) },
            prepare: { _ throws(StartFailure) in })
        let (writer, readers) = (database.writer, database.readers)

        let tokenStore = SQLiteTokens(writer: writer, readers: readers)
        let limits = WorkspaceLimits()
        let tokenAccess = TokenAccess(
            store: tokenStore, limits: limits, requestsPerMinute: settings.requestsPerMinute)
        let contextAccess = ContextAccess(
            store: tokenStore, limits: limits, requestsPerMinute: settings.requestsPerMinute)
        let alarm = Alarm(
            try StartFailure.wrapping("the thread of deadlines") { () throws(SystemError) in
                try AlarmClock()
            })
        let emptyBooks = EmptyBooks()
        let contactStore = SQLiteContacts(
            writer: writer, readers: readers, emptyBooks: emptyBooks, plan: plan, clock: clock)
        let connectors = try ConnectorParts(
            settings, key: key, database: database, plan: plan, clock: clock, alarm: alarm, random: random
        ) { record, workspace in
            BuiltInConnector(
                id: record.id, workspace: workspace.id, priority: record.priority, features: record.features,
                country: workspace.settings.defaultCountry, book: contactStore, clock: clock, random: random)
        }
        let contacts = ContactParts(
            source: connectors.registry, store: contactStore, plan: plan, clock: clock, alarm: alarm)
        let deliveries = DeliveryMetrics()
        let outbox = Outbox(
            store: SQLiteDeliveries(writer: writer, readers: readers) {
                subject, workspace, connection throws(DatabaseError) in
                try Self.content(of: subject, workspace, on: connection)
            },
            source: connectors.registry, policy: DeliveryPolicy(attemptsMax: settings.deliveryAttempts),
            metrics: deliveries, clock: clock, alarm: alarm, random: random, logger: log.logger)
        let housekeeping = SteadyWork(
            writer: writer, readers: readers,
            listeners: [
                TokenMemory(tokens: tokenAccess, contextTokens: contextAccess), OutboxListener(outbox: outbox),
                // The contacts ask the registry anew when they are told.
                connectors.registry, emptyBooks, ContactListener(search: contacts.search),
            ],
            sweeps: [
                TokenTable.expired, Sweep(of: "deliveries", DeliveryTable.sweep), ContactParts.sweep,
                .contexts, .calls(keptFor: settings.keepCalls), .chats(keptFor: settings.keepCalls),
                Sweep(of: "oauth_states", ConnectorTable.sweepStates),
            ], clock: clock, logger: log.logger)
        let operations = Operations(
            database: housekeeping.database, writer: writer, log: log.sink, access: metricsAccess,
            metadataVersion: { plan.value.metadataVersion }, sources: [deliveries, contacts, connectors], clock: clock)
        // No credentials are filled into a template here: a client's secret is nothing that fetches a file.
        let documents = DocumentAnswers(
            DocumentSite(.middleware), publicOrigin: settings.server.publicOrigin, fileKey: nil
        ) { _ in MiddlewareReplies.invalid(hints: [DocumentAnswers.unusableHost]) }
        let routes = MiddlewareRoutes(
            tokenAccess: tokenAccess, contextAccess: contextAccess,
            tokens: TokenService(store: tokenStore, life: settings.tokenLife, clock: clock, random: random),
            operations: operations, documents: documents, plan: plan, contacts: contacts,
            calls: SQLiteCallStore(writer: writer, readers: readers, clock: clock, random: random), outbox: outbox,
            publicOrigin: settings.server.publicOrigin, authorization: connectors.authorization,
            workspaces: { id, deadline in
                let found = await readers.read(deadline: deadline) { connection throws(DatabaseError) in
                    try WorkspaceTable.find(id, on: connection)
                }
                return try? found.get()
            }, clock: clock, random: random)
        self.routes = routes.all
        let server = HTTPServer(
            address: settings.server.listen, manager: settings.server.manager, loopCount: settings.server.loops,
            limits: settings.server.limits,
            router: Router(routes: self.routes), trustedProxies: settings.server.trustedProxies,
            accessLog: settings.server.isAccessLogOn ? log.sink : nil, clock: clock, random: random,
            certificates: certificates?.store
        ) { fault, _ in MiddlewareReplies.fault(fault) }
        operations.join(server.metrics)
        process = try ServingProcess(
            name: "MiddlewareServer", server: server, place: place, settings: settings.server, database: database,
            background: [outbox, LastSeenContacts(contacts.journal), housekeeping], log: log,
            certificates: certificates, hangUp: {})
        log.logger.info(
            "started",
            [
                ("listening", .setting(process.address.description)), ("loops", .integer(Int64(settings.server.loops))),
                ("number_plan", .text(plan.value.metadataVersion)),
            ])
    }
}

extension RunningServer {
    /// What a delivery tells a CRM, as it is now.
    private static func content(
        of subject: Delivery.Subject, _ workspace: WorkspaceID, on connection: Connection
    ) throws(DatabaseError) -> BegunDelivery.Content {
        switch subject {
        case .call(let id): try CallTable.find(id, workspace: workspace, on: connection).map { .call($0) } ?? .gone
        case .chat(let id): try ChatTable.find(id, workspace: workspace, on: connection).map { .chat($0) } ?? .gone
        }
    }
}

/// What the server remembers of tokens.
private struct TokenMemory: MiddlewareChangeListener {
    let tokens: TokenAccess
    let contextTokens: ContextAccess

    func apply(_ subjects: [MiddlewareChanges.Subject], revision: Int64) {
        let workspaces = subjects.compactMap { subject -> WorkspaceID? in
            switch subject {
            case .workspace(let id): id
            case .connectors, .contacts, .delivery: nil
            }
        }
        tokens.apply(changed: workspaces, revision: revision)
        contextTokens.apply(changed: workspaces, revision: revision)
    }

    func forgetAll(revision: Int64) {
        tokens.forgetAll(revision: revision)
        contextTokens.forgetAll(revision: revision)
    }
}
