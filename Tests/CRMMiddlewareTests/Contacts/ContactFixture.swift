// Connectors, storage and a clock that do as a test says.

import CRMTemplate
import NumbersCore
import Platform
import Synchronization
import Testing

@testable import CRMMiddleware

/// A clock that stands still until it is moved, and the alarms that are set by it.
final class HeldClock: Sendable {
    private struct State {
        var offset: Int64 = 0
        var sleepers: [Int: (until: MonotonicTime, continuation: CheckedContinuation<Void, Never>)] = [:]
        /// Cancelled before they slept.
        var cancelled: Set<Int> = []
        var lastSleeper = 0

        var now: MonotonicTime { MonotonicTime(nanoseconds: 1_000_000_000_000_000) + .nanoseconds(offset) }
    }
    private let state = Mutex(State())
    static let wallStart = UnixTime(seconds: 1_767_323_045)

    func advance(_ duration: Duration) {
        let due = state.withLock { state in
            state.offset += duration.wholeNanoseconds
            let due = state.sleepers.filter { $0.value.until <= state.now }
            for id in due.keys { state.sleepers[id] = nil }
            return due.values.map(\.continuation)
        }
        for sleeper in due { sleeper.resume() }
    }

    var clock: Clock {
        Clock(
            wall: { [self] in Self.wallStart + .nanoseconds(state.withLock { $0.offset }) },
            monotonic: { [self] in state.withLock { $0.now } })
    }

    var alarm: Alarm { Alarm { [self] in await sleep(until: $0) } }
    /// How many alarms are set.
    var sleepers: Int { state.withLock { $0.sleepers.count } }

    private func sleep(until: MonotonicTime) async {
        let id = state.withLock { state in
            state.lastSleeper += 1
            return state.lastSleeper
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if until <= state.now || state.cancelled.contains(id) { return true }
                    state.sleepers[id] = (until, continuation)
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            let sleeper = state.withLock { state in
                state.cancelled.insert(id)
                return state.sleepers.removeValue(forKey: id)
            }
            sleeper?.continuation.resume()
        }
    }

    var now: MonotonicTime { clock.monotonic() }
}

/// A connector that answers as it is told.
final class FakeConnector: Connector {
    enum Answer: Sendable {
        case contacts([CRMContact])
        case failure(ConnectorFailure)
        /// Until the task is cancelled.
        case hang
        /// Whatever happens; until the test ends.
        case hangForever
        case slow(Duration, [CRMContact])
        /// Once it is released.
        case held([CRMContact])
    }

    let id: ConnectorID
    let kind: ConnectorKind
    let features: ConnectorFeatures
    let priority: Int
    let boughtFrom: String?
    private struct State {
        var answer: Answer
        var created: Result<CRMContact, ConnectorFailure> = .success(CRMContact())
        var creationTime: Duration = .zero
        /// What it knows without being asked.
        var known: [CRMContact]?
        var queries: [ContactQuery] = []
        var drafts: [ContactDraft] = []
        var cancelled = 0
        var isReleased = false
    }
    private let state: Mutex<State>

    init(
        _ number: Int64, kind: ConnectorKind = .template, priority: Int = 0, features: ConnectorFeatures = .all,
        from seller: String = "https://numbers.test", _ answer: Answer = .contacts([])
    ) {
        id = ConnectorID(value: number)
        self.kind = kind
        self.priority = priority
        self.features = features
        boughtFrom = kind == .numbers ? seller : nil
        state = Mutex(State(answer: answer))
    }

    func answer(_ answer: Answer) { state.withLock { $0.answer = answer } }
    func knows(_ contacts: [CRMContact]?) { state.withLock { $0.known = contacts } }
    func known(_ query: ContactQuery) -> [CRMContact]? { state.withLock { $0.known } }
    func creates(_ result: Result<CRMContact, ConnectorFailure>, after time: Duration = .zero) {
        state.withLock {
            $0.created = result
            $0.creationTime = time
        }
    }
    func release() { state.withLock { $0.isReleased = true } }
    var queries: [ContactQuery] { state.withLock { $0.queries } }
    var drafts: [ContactDraft] { state.withLock { $0.drafts } }
    var cancelled: Int { state.withLock { $0.cancelled } }

    func lookup(_ query: ContactQuery, deadline: MonotonicTime) async -> Result<[CRMContact], ConnectorFailure> {
        let answer = state.withLock { state in
            state.queries.append(query)
            return state.answer
        }
        switch answer {
        case .contacts(let contacts): return .success(contacts)
        case .failure(let failure): return .failure(failure)
        case .hang:
            do {
                try await Task.sleep(for: .seconds(3_600))
            } catch {
                state.withLock { $0.cancelled += 1 }
            }
            return .failure(ConnectorFailure(code: "timeout", message: "late"))
        case .hangForever:
            await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
            return .success([])
        case .held(let contacts):
            _ = await eventually { state.withLock { $0.isReleased } }
            return .success(contacts)
        case .slow(let time, let contacts):
            do {
                try await Task.sleep(for: time)
            } catch {
                state.withLock { $0.cancelled += 1 }
                return .failure(ConnectorFailure(code: "timeout", message: "late"))
            }
            return .success(contacts)
        }
    }

    func create(_ draft: ContactDraft, deadline: MonotonicTime) async -> Result<CRMContact, ConnectorFailure> {
        let (created, time) = state.withLock { state in
            state.drafts.append(draft)
            return (state.created, state.creationTime)
        }
        // Cancelled only together with the test.
        if time > .zero { try? await Task.sleep(for: time) }
        return created
    }

    func deliver(_ call: PhoneCall, deadline: MonotonicTime) async -> DeliveryOutcome { .skipped }
    func deliver(_ chat: Chat, deadline: MonotonicTime) async -> DeliveryOutcome { .skipped }
}

/// The connectors of every workspace.
final class FakeSource: ConnectorSource {
    private let list: Mutex<[any Connector]?>
    init(_ list: [any Connector]?) { self.list = Mutex(list) }
    func set(_ list: [any Connector]?) { self.list.withLock { $0 = list } }
    func connectors(of workspace: Workspace, deadline: MonotonicTime) async -> [any Connector]? {
        list.withLock { $0 }
    }
}

/// Storage in a dictionary.
final class FakeSeenStore: SeenContactStore {
    private struct State {
        var seen: [SeenContacts] = []
        var lastCalls: [UniqueID: UnixTime] = [:]
        var changes: [SeenChange] = []
        var isDown = false
        var reads = 0
        var keyReads = 0
        var duringRead: (@Sendable () -> Void)?
        var writing: Duration?
        var writes = 0
    }
    private let state = Mutex(State())

    func put(_ seen: SeenContacts) { state.withLock { $0.seen.append(seen) } }
    /// Happens once, while storage is being read.
    func once(duringRead: @escaping @Sendable () -> Void) { state.withLock { $0.duringRead = duringRead } }
    /// How long a write takes from now on.
    func setWriting(_ time: Duration) { state.withLock { $0.writing = time } }
    func setDown(_ isDown: Bool) { state.withLock { $0.isDown = isDown } }
    var changes: [SeenChange] { state.withLock { $0.changes } }
    /// How often it was asked about keys, and for all of them.
    var reads: Int { state.withLock { $0.reads } }
    var keyReads: Int { state.withLock { $0.keyReads } }
    /// How many writes have begun.
    var writes: Int { state.withLock { $0.writes } }

    func seen(
        _ keys: [ContactKey], workspace: WorkspaceID, deadline: MonotonicTime
    ) async -> Result<[SeenContacts], StorageUnavailable> {
        state.withLock { $0.duringRead.take() }?()
        return state.withLock { state in
            state.reads += 1
            if state.isDown { return .failure(StorageUnavailable()) }
            return .success(state.seen.filter { $0.workspace == workspace && keys.contains($0.key) })
        }
    }

    func storedKeys(
        of workspace: WorkspaceID, deadline: MonotonicTime
    ) async -> Result<[ContactKey], StorageUnavailable> {
        state.withLock { state in
            if state.isDown { return .failure(StorageUnavailable()) }
            state.keyReads += 1
            return .success(state.seen.filter { $0.workspace == workspace }.map(\.key))
        }
    }

    func lastCalls(
        with contacts: [UniqueID], workspace: WorkspaceID, deadline: MonotonicTime
    ) async -> Result<[UniqueID: UnixTime], StorageUnavailable> {
        state.withLock { state in
            state.isDown
                ? .failure(StorageUnavailable()) : .success(state.lastCalls.filter { contacts.contains($0.key) })
        }
    }

    func apply(_ changes: [SeenChange], deadline: MonotonicTime) async -> Result<Void, StorageUnavailable> {
        // Cancelled only together with the test.
        let time = state.withLock { state in
            state.writes += 1
            return state.writing
        }
        if let time { try? await Task.sleep(for: time) }
        return state.withLock { state in
            if state.isDown { return .failure(StorageUnavailable()) }
            state.changes += changes
            return .success(())
        }
    }
}

/// A search with everything around it.
final class SearchFixture: Sendable {
    let held = HeldClock()
    let source: FakeSource
    let store = FakeSeenStore()
    let journal: SeenContactJournal
    let search: ContactSearch
    let workspace: Workspace

    init(
        _ connectors: [any Connector]?, limits: ContactIndex.Limits = ContactIndex.Limits(),
        _ change: (inout WorkspaceSettings) -> Void = { _ in }
    ) {
        var settings = WorkspaceSettings()
        settings.defaultCountry = Region("FR")
        change(&settings)
        workspace = Workspace(
            id: WorkspaceID(value: 7), name: "W", settings: settings, createdAt: HeldClock.wallStart)
        source = FakeSource(connectors)
        journal = SeenContactJournal(store: store, clock: held.clock)
        search = ContactSearch(
            source: source, store: store, journal: journal, plan: PresentPlan(.builtIn), clock: held.clock,
            alarm: held.alarm, limits: limits
        ) { contacts in Array(contacts.map { $0.lastName ?? $0.company ?? "?" }.joined(separator: ",").utf8) }
    }

    func query(_ number: String?, email: String? = nil, name: String? = nil) -> ContactQuery {
        ContactQuery(
            number: number.map { PartyNumber($0, country: workspace.settings.defaultCountry, plan: .builtIn) },
            email: email, displayName: name)
    }

    func find(_ number: String?, email: String? = nil, name: String? = nil, as text: String? = nil) async throws
        -> ContactAnswer
    {
        let outcome = await search.search(
            query(number, email: email, name: name), as: text, workspace: workspace, start: held.now
        ).value
        guard case .answered(let answer) = outcome else { throw Unavailable() }
        return answer
    }

    /// Lets the time of a search come to its end once just so many questions are under way.
    /// - Parameter isReady: what has to have happened besides.
    func find(
        _ number: String, hanging questions: Int, isReady: () -> Bool = { true }
    ) async throws -> ContactAnswer {
        async let answer = find(number)
        #expect(await eventually { held.sleepers == 1 && search.load.flights == questions && isReady() })
        held.advance(.milliseconds(workspace.settings.lookupDeadlineMilliseconds))
        return try await answer
    }

    func names(_ number: String?, email: String? = nil) async throws -> [String] {
        try await find(number, email: email).contacts.map { $0.lastName ?? $0.company ?? "?" }
    }

    struct Unavailable: Error {}
}

extension CRMContact {
    /// A person with one number.
    static func person(
        _ name: String, _ number: String? = nil, email: String? = nil, entity: String? = nil,
        line: Line = .phoneBusiness1
    ) -> CRMContact {
        var contact = CRMContact()
        contact.lastName = name
        if let number { contact.lines[line] = number }
        contact.email = email
        contact.entityID = entity ?? name
        contact.id = CRMContact.id(entity ?? name, of: ConnectorID(value: 1))
        return contact
    }

    static func company(_ name: String, _ number: String) -> CRMContact {
        var contact = person("", number, entity: name)
        contact.lastName = nil
        contact.company = name
        return contact
    }
}

/// Waits until a condition holds; for what happens in another task. A minute and more, for a busy machine.
func eventually(_ condition: () async throws -> Bool) async rethrows -> Bool {
    for _ in 0..<12_000 {
        if try await condition() { return true }
        // Cancelled only together with the test.
        try? await Task.sleep(for: .milliseconds(5))
    }
    return try await condition()
}
