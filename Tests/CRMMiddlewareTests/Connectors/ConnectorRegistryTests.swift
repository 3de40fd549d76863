import CRMTemplate
import NumbersCore
import Platform
import Testing

@testable import CRMMiddleware

/// Connectors in memory. State behind a monitor.
final class MemoryConnectors: ConnectorStore {
    struct State {
        var records: [WorkspaceID: [ConnectorRecord]] = [:]
        var states: [SHA256Digest: PendingAuthorization] = [:]
        var kept: [String: String] = [:]
        var reads = 0
        var isDown = false
    }

    let state = Monitor(State())
    /// Runs while records are read, after they were.
    let during: @Sendable () async -> Void

    init(during: @escaping @Sendable () async -> Void = {}) { self.during = during }

    func enabledConnectors(
        of workspace: WorkspaceID, deadline: MonotonicTime
    ) async -> Result<[ConnectorRecord], StorageUnavailable> {
        let result = state.withLock { state -> Result<[ConnectorRecord], StorageUnavailable> in
            state.reads += 1
            return state.isDown ? .failure(StorageUnavailable()) : .success(state.records[workspace] ?? [])
        }
        await during()
        return result
    }

    func connector(
        _ id: ConnectorID, of workspace: WorkspaceID, deadline: MonotonicTime
    ) async -> Result<ConnectorRecord?, StorageUnavailable> {
        .success(state.withLock { $0.records[workspace]?.first { $0.id == id } })
    }

    func takeAuthorization(
        states: [SHA256Digest], at: UnixTime, deadline: MonotonicTime
    ) async -> Result<(state: SHA256Digest, pending: PendingAuthorization)?, StorageUnavailable> {
        .success(
            state.withLock { state in
                for candidate in states {
                    if let pending = state.states.removeValue(forKey: candidate), pending.expiresAt > at {
                        return (candidate, pending)
                    }
                }
                return nil
            })
    }

    func keepSecret(
        _ value: Secret, parameter: String, of connector: ConnectorID, workspace: WorkspaceID, at: UnixTime,
        deadline: MonotonicTime
    ) async -> Result<SecretKeeping, StorageUnavailable> {
        state.withLock { $0.kept[parameter] = value.revealText() }
        return .success(.kept)
    }
}

@Suite(.timeLimit(.minutes(1))) struct ConnectorRegistryTests {
    private static func workspace(
        _ id: Int64 = 1, _ change: (inout WorkspaceSettings) -> Void = { _ in }
    ) -> Workspace {
        var settings = WorkspaceSettings()
        change(&settings)
        return Workspace(id: WorkspaceID(value: id), name: "W", settings: settings, createdAt: UnixTime(seconds: 0))
    }

    private static func record(_ id: Int64, workspace: Int64 = 1, revision: Int64 = 1) -> ConnectorRecord {
        ConnectorRecord(
            id: ConnectorID(value: id), workspace: WorkspaceID(value: workspace), kind: .template, name: "CRM",
            priority: 100, features: .all, template: SampleCRM.template(SampleCRM.lookups), revision: revision,
            createdAt: UnixTime(seconds: 0))
    }

    private static func registry(_ store: MemoryConnectors, workspacesMax: Int = 10) -> ConnectorRegistry {
        ConnectorRegistry(
            store: store, assembly: ConnectorSetup.assembly(StubCRM()), clock: .system, workspacesMax: workspacesMax)
    }

    private var deadline: MonotonicTime { MonotonicTime.now() + .seconds(20) }

    /// Connectors of templates are objects: the same one is the same login and the same queue.
    private static func same(_ left: [any Connector]?, _ right: [any Connector]?, at index: Int = 0) -> Bool {
        guard let left, let right, left.indices.contains(index), right.indices.contains(index) else { return false }
        return (left[index] as? TemplateConnector) === (right[index] as? TemplateConnector)
    }

    @Test func `connectors are made once, and kept until something changes`() async {
        let store = MemoryConnectors()
        store.state.withLock { $0.records[WorkspaceID(value: 1)] = [Self.record(1), Self.record(2)] }
        let registry = Self.registry(store)
        let workspace = Self.workspace()
        let first = await registry.connectors(of: workspace, deadline: deadline)
        let second = await registry.connectors(of: workspace, deadline: deadline)
        #expect(first?.map(\.id.value) == [1, 2])
        #expect(Self.same(first, second))
        #expect(store.state.withLock { $0.reads } == 1)
        // One of them has changed: only that one is made anew.
        store.state.withLock { $0.records[workspace.id] = [Self.record(1), Self.record(2, revision: 2)] }
        #expect(Self.same(first, await registry.connectors(of: workspace, deadline: deadline), at: 1))
        registry.invalidate(workspace.id)
        let third = await registry.connectors(of: workspace, deadline: deadline)
        #expect(Self.same(first, third, at: 0))
        #expect(!Self.same(first, third, at: 1))
        registry.invalidate(WorkspaceID(value: 99))
        _ = await registry.connectors(of: workspace, deadline: deadline)
        #expect(store.state.withLock { $0.reads } == 2)
        registry.invalidateAll()
        _ = await registry.connectors(of: workspace, deadline: deadline)
        #expect(store.state.withLock { $0.reads } == 3)
    }

    @Test func `settings that connectors look at make them anew, others do not`() async {
        let store = MemoryConnectors()
        store.state.withLock { $0.records[WorkspaceID(value: 1)] = [Self.record(1)] }
        let registry = Self.registry(store)
        let first = await registry.connectors(of: Self.workspace(), deadline: deadline)
        let other = await registry.connectors(
            of: Self.workspace { $0.dummyURL = "https://crm.test/new" }, deadline: deadline)
        #expect(Self.same(first, other))
        for change: @Sendable (inout WorkspaceSettings) -> Void in [
            { $0.timeZone = "Europe/Vienna" }, { $0.culture = "de-AT" }, { $0.maxLength = 9 },
            { $0.suffixDigits = 8 }, { $0.defaultCountry = Region("AT") },
        ] {
            #expect(!Self.same(first, await registry.connectors(of: Self.workspace(1, change), deadline: deadline)))
        }
    }

    @Test func `one reads while the others wait, and what changed meanwhile is read again`() async {
        let gate = Monitor(false)
        let store = MemoryConnectors(during: { while !gate.withLock({ $0 }) { await Task.yield() } })
        store.state.withLock { $0.records[WorkspaceID(value: 1)] = [Self.record(1)] }
        let registry = Self.registry(store)
        let workspace = Self.workspace()
        let end = deadline
        let tasks = (0..<20).map { _ in Task { await registry.connectors(of: workspace, deadline: end) } }
        while store.state.withLock({ $0.reads }) == 0 { await Task.yield() }
        // Not the first that waits, and not the one that reads, is late for the others.
        #expect(await registry.connectors(of: workspace, deadline: MonotonicTime.now()) == nil)
        registry.invalidate(workspace.id)
        gate.withLock { $0 = true }
        var answers: [[any Connector]?] = []
        for task in tasks { answers.append(await task.value) }
        #expect(answers.allSatisfy { Self.same($0, answers[0]) })
        let reads = store.state.withLock { $0.reads }
        _ = await registry.connectors(of: workspace, deadline: deadline)
        #expect(store.state.withLock { $0.reads } == reads + 1)
    }

    @Test(arguments: [true, false])
    func `who asks after a change does not get what was read before it`(_ isOfSettings: Bool) async {
        let gate = Monitor(false)
        let store = MemoryConnectors(during: { while !gate.withLock({ $0 }) { await Task.yield() } })
        let before = Self.workspace()
        let after = isOfSettings ? Self.workspace { $0.culture = "de-AT" } : before
        store.state.withLock { $0.records[before.id] = [Self.record(1), Self.record(2)] }
        let registry = Self.registry(store)
        let end = deadline
        let early = Task { await registry.connectors(of: before, deadline: end) }
        while store.state.withLock({ $0.reads }) == 0 { await Task.yield() }
        store.state.withLock { $0.records[before.id] = [Self.record(1)] }
        if !isOfSettings { registry.invalidate(before.id) }
        let uses = registry.uses
        let late = Task { await registry.connectors(of: after, deadline: end) }
        while registry.uses == uses { await Task.yield() }
        gate.withLock { $0 = true }
        #expect(await early.value?.count == 2)
        #expect(await late.value?.count == 1)
    }

    @Test func `without storage there is no answer, and it is asked again`() async {
        let store = MemoryConnectors()
        store.state.withLock { $0.isDown = true }
        let registry = Self.registry(store)
        #expect(await registry.connectors(of: Self.workspace(), deadline: deadline) == nil)
        store.state.withLock { $0.isDown = false }
        #expect(await registry.connectors(of: Self.workspace(), deadline: deadline)?.isEmpty == true)
    }

    @Test func `workspaces beyond the bound are forgotten, the longest unused first`() async {
        let store = MemoryConnectors()
        let registry = Self.registry(store, workspacesMax: 3)
        for id: Int64 in [1, 2, 3, 1, 4] {
            _ = await registry.connectors(of: Self.workspace(id), deadline: deadline)
            #expect(registry.count <= 3)
        }
        let reads = store.state.withLock { $0.reads }
        _ = await registry.connectors(of: Self.workspace(1), deadline: deadline)
        #expect(store.state.withLock { $0.reads } == reads)
        _ = await registry.connectors(of: Self.workspace(2), deadline: deadline)
        #expect(store.state.withLock { $0.reads } == reads + 1)
    }

    @Test func `a connector that cannot work is there and says why`() async {
        var sealed = Self.record(1)
        sealed.parameters = [ConnectorParameter("Password", .unreadable(.otherKey))]
        var broken = Self.record(2)
        broken.template = Array("<Crm".utf8)
        let link = ConnectorRecord(
            id: ConnectorID(value: 3), workspace: WorkspaceID(value: 1), kind: .url, name: "L", priority: 1,
            features: .lookup, address: "no pattern", createdAt: UnixTime(seconds: 0))
        let store = MemoryConnectors()
        store.state.withLock { $0.records[WorkspaceID(value: 1)] = [sealed, broken, link] }
        let connectors = await Self.registry(store).connectors(of: Self.workspace(), deadline: deadline) ?? []
        var codes: [String] = []
        for connector in connectors {
            let query = ContactQuery(number: nil, email: "a@example.com", displayName: nil)
            if case .failure(let failure) = await connector.lookup(query, deadline: deadline) {
                codes.append(failure.code)
            }
        }
        #expect(codes == ["secrets", "template", "settings"])
    }
}
