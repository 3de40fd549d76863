import CRMMiddleware
import CRMTemplate
import Glibc
import MiddlewareStorage
import NumbersCore
import Platform
import SQLiteDatabase
import Testing

/// A CRM of the test's own: it notes what it is told, and does as the test says.
final class FakeCRM: Connector {
    typealias Behaviour = @Sendable (_ subject: UniqueID, _ attempt: Int) async -> DeliveryOutcome

    private struct State {
        var behaviour: Behaviour
        var told: [UniqueID] = []
        var running = 0
        var mostRunning = 0
    }

    let id: ConnectorID
    let kind = ConnectorKind.template
    let features: ConnectorFeatures
    let priority = 1
    private let state: Monitor<State>

    init(
        _ id: ConnectorID, features: ConnectorFeatures = .all,
        _ behaviour: @escaping Behaviour = { _, _ in .delivered(contact: nil) }
    ) {
        self.id = id
        self.features = features
        state = Monitor(State(behaviour: behaviour))
    }

    /// The calls and chats it was told of, in order, those it refused too.
    var told: [UniqueID] { state.withLock { $0.told } }
    var running: Int { state.withLock { $0.running } }
    var mostRunning: Int { state.withLock { $0.mostRunning } }
    func behave(_ behaviour: @escaping Behaviour) { state.withLock { $0.behaviour = behaviour } }

    func lookup(_: ContactQuery, deadline: MonotonicTime) async -> Result<[CRMContact], ConnectorFailure> {
        .success([])
    }

    func create(_: ContactDraft, deadline: MonotonicTime) async -> Result<CRMContact, ConnectorFailure> {
        .failure(.down)
    }

    func deliver(_ call: PhoneCall, deadline: MonotonicTime) async -> DeliveryOutcome { await deliver(call.id) }
    func deliver(_ chat: Chat, deadline: MonotonicTime) async -> DeliveryOutcome { await deliver(chat.id) }

    private func deliver(_ subject: UniqueID) async -> DeliveryOutcome {
        let (behaviour, attempt) = state.withLock { state -> (Behaviour, Int) in
            state.told.append(subject)
            state.running += 1
            state.mostRunning = max(state.mostRunning, state.running)
            return (state.behaviour, state.told.count { $0 == subject })
        }
        defer { state.withLock { $0.running -= 1 } }
        return await behaviour(subject, attempt)
    }
}

/// The connectors of every workspace, as the test sets them; nil while storage does not answer.
final class FakeSource: ConnectorSource {
    private let state: Monitor<[any Connector]?>

    init(_ connectors: [any Connector]) { state = Monitor(connectors) }

    func set(_ connectors: [any Connector]?) { state.withLock { $0 = connectors } }

    func connectors(of _: Workspace, deadline: MonotonicTime) async -> [any Connector]? {
        state.withLock { $0 }
    }
}

/// A store whose next steps fail, before or after they were done.
final class FaultyStore: DeliveryStore {
    struct Faults {
        /// Begins that fail, after they were done or instead.
        var begins = 0
        var settles = 0
        var isDone = false
    }

    private let inner: any DeliveryStore
    private let faults = Monitor(Faults())

    init(_ inner: any DeliveryStore) { self.inner = inner }

    func fail(begins: Int = 0, settles: Int = 0, afterDoing: Bool) {
        faults.withLock { $0 = Faults(begins: begins, settles: settles, isDone: afterDoing) }
    }

    var faultsLeft: Int { faults.withLock { $0.begins + $0.settles } }

    func begin(
        _ claims: [DeliveryClaim], at: UnixTime, deadline: MonotonicTime
    ) async -> Result<[BegunDelivery], StorageUnavailable> {
        let (fails, isDone) = faults.withLock { faults in
            faults.begins -= 1
            return (faults.begins >= 0, faults.isDone)
        }
        let result = !fails || isDone ? await inner.begin(claims, at: at, deadline: deadline) : .success([])
        return fails ? .failure(StorageUnavailable()) : result
    }

    func settle(
        _ delivery: Delivery, _ settlement: DeliverySettlement, at: UnixTime, deadline: MonotonicTime
    ) async -> Result<Void, StorageUnavailable> {
        let (fails, isDone) = faults.withLock { faults in
            faults.settles -= 1
            return (faults.settles >= 0, faults.isDone)
        }
        let result =
            !fails || isDone ? await inner.settle(delivery, settlement, at: at, deadline: deadline) : .success(())
        return fails ? .failure(StorageUnavailable()) : result
    }

    func lanes(deadline: MonotonicTime) async -> Result<[DeliveryLane], StorageUnavailable> {
        await inner.lanes(deadline: deadline)
    }
    func recover(at: UnixTime, deadline: MonotonicTime) async -> Result<Int, StorageUnavailable> {
        await inner.recover(at: at, deadline: deadline)
    }
    func release(allBut known: Set<DeliveryID>, deadline: MonotonicTime) async -> Result<Void, StorageUnavailable> {
        await inner.release(allBut: known, deadline: deadline)
    }
    func counts(deadline: MonotonicTime) async -> Result<DeliveryCounts, StorageUnavailable> {
        await inner.counts(deadline: deadline)
    }
}

/// An outbox over a real database, with clocks that the test moves.
final class OutboxFixture: Sendable {
    let time = HandTime()
    let workspace = WorkspaceID(value: 7)
    let writer: DatabaseWriter
    let readers: ReaderPool
    let store: FaultyStore
    let source: FakeSource
    let metrics = DeliveryMetrics()
    private let folder: TemporaryDatabase
    private let log: LogSink
    private let policy: DeliveryPolicy

    /// - Parameter crms: whom the workspace's calls and chats are delivered to.
    init(
        _ crms: [FakeCRM], attemptsMax: Int = 60, settings: WorkspaceSettings = WorkspaceSettings(),
        vfs: String? = nil
    ) throws {
        folder = try TemporaryDatabase()
        let clock = Clock.system
        let options = DatabaseOptions(older: .migrate, vfs: vfs)
        writer = try DatabaseWriter(
            schema: MiddlewareSchema.schema, path: folder.path, options: options, limits: .init(), clock: clock)
        readers = try ReaderPool(path: folder.path, options: options, count: 1, queueLimit: 100, clock: clock)
        source = FakeSource(crms)
        policy = DeliveryPolicy(attemptsMax: attemptsMax)
        log = try LogSink(descriptor: open("/dev/null", O_WRONLY), capacityBytes: 65_536)
        store = FaultyStore(
            SQLiteDeliveries(writer: writer, readers: readers) { subject, id, _ throws(DatabaseError) in
                let at = UnixTime(seconds: 1_700_000_000)
                switch subject {
                case .call(let call):
                    return .call(
                        PhoneCall(
                            id: call, workspace: id, report: CallDraft(direction: .inbound, status: "completed"),
                            contactID: nil, numberDID: nil, mergedReports: 1, delivery: .pending, createdAt: at,
                            updatedAt: at))
                case .chat(let chat):
                    return .chat(Chat(id: chat, workspace: id, report: ChatDraft(), delivery: .pending, createdAt: at))
                }
            })
        let connection = try MiddlewareSchema.schema.open(path: folder.path, options: options)
        try WorkspaceTable.insert(
            Workspace(id: workspace, name: "W", settings: settings, createdAt: UnixTime(seconds: 1_700_000_000)),
            on: connection)
        for crm in crms {
            try connection.run(
                """
                INSERT INTO connectors (id, workspace_id, kind, name, priority, features, enabled, revision, created_at)
                VALUES (?, 7, 'template', 'CRM', 100, ?, 1, 1, 0)
                """,
                .integer(crm.id.value), .integer(Int64(crm.features.rawValue)))
        }
    }

    deinit {
        let deadline = MonotonicTime.now() + .seconds(5)
        _ = writer.stop(deadline: deadline)
        _ = readers.stop(deadline: deadline)
        log.close()
    }

    /// An outbox that runs; one database has one at a time.
    func start() -> RunningOutbox {
        let outbox = Outbox(
            store: store, source: source, policy: policy, metrics: metrics, clock: time.clock, alarm: time.alarm,
            random: .system, logger: Logger(sink: log, clock: time.clock))
        return RunningOutbox(outbox: outbox, task: Task { await outbox.run() }, time: time)
    }

    /// Changes the database.
    @discardableResult
    func write<Value: Sendable>(
        _ body: @escaping @Sendable (Connection) throws(DatabaseError) -> Value
    ) async throws -> Value {
        try await writer.write(deadline: .now() + .seconds(20), body).get()
    }

    /// Stores a call of a contact and tells the outbox.
    @discardableResult
    func call(
        _ contact: String, dueIn: Duration = .zero, telling outbox: RunningOutbox? = nil
    ) async throws -> UniqueID {
        let (id, now, workspace) = (UniqueID(random: .system), time.now, workspace)
        try await write { connection throws(DatabaseError) in
            _ = try DeliveryTable.schedule(
                .call(id), workspace: workspace, contactKey: contact, dueAt: now + dueIn, at: now, on: connection)
        }
        outbox?.outbox.scheduled(dueAt: now + dueIn)
        return id
    }

    func deliveries(_ state: Delivery.State? = nil) async throws -> [Delivery] {
        let workspace = workspace
        return try await readers.read(deadline: .now() + .seconds(20)) { connection throws(DatabaseError) in
            try DeliveryTable.list(of: workspace, state: state, connector: nil, limit: 1_000, on: connection)
        }.get()
    }

    func delivery(of call: UniqueID) async throws -> Delivery {
        try #require(try await deliveries().first { $0.subject.id == call })
    }

    /// Waits until nothing is pending any more.
    func settled() async throws { try await until { try await self.deliveries(.pending).isEmpty } }

    /// Moves the clocks on, a second at a time, until it is so.
    func later(
        _ most: Duration = .seconds(7_200), isRequired: Bool = true, until condition: () async throws -> Bool
    ) async throws {
        let end = time.now + most
        while time.now < end {
            for _ in 0..<10 {
                if try await condition() { return }
                try await Task.sleep(for: .microseconds(200))
            }
            time.advance(.seconds(1))
        }
        if isRequired { Issue.record("not within \(most)") }
    }
}

/// An outbox at work.
struct RunningOutbox {
    let outbox: Outbox
    let task: Task<Void, Never>
    let time: HandTime

    /// Stops it, and waits until it has ended; what runs has its time, or none.
    func stop(isCuttingOff: Bool = false) async {
        outbox.stop()
        if isCuttingOff { time.advance(.seconds(5)) }
        await task.value
    }
}

/// Looks until it is so, for a minute of real time.
func until(_ condition: () async throws -> Bool) async throws {
    let end = MonotonicTime.now() + .seconds(60)
    while MonotonicTime.now() < end {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(1))
    }
    Issue.record("it never was so")
}

/// A database file in memory where the system allows it.
final class TemporaryDatabase: Sendable {
    private let folder: String
    var path: String { folder + "/middleware.sqlite" }

    init() throws {
        let base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
        var template = Array("\(base)/outbox-tests-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemError.last("mkdtemp") }
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) }
        rmdir(folder)
    }
}
