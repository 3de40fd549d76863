// Making a contact: which connector does, and that two phones ringing at once make one. The contacts made lately are
// behind a mutex; storage keeps them over a restart.

package import NumbersCore
package import Platform

/// Keeps contacts made a moment ago.
package protocol ContactCreationStore: Sendable {
    /// The contact made under the key since then, if there is one.
    func created(
        _ key: String, workspace: WorkspaceID, since: UnixTime, deadline: MonotonicTime
    ) async -> Result<CRMContact?, StorageUnavailable>

    /// Notes a contact that was made, and forgets what connectors said about its keys before.
    func record(
        _ contact: CRMContact, key: String, workspace: WorkspaceID, forgetting keys: [ContactKey], at: UnixTime,
        deadline: MonotonicTime
    ) async -> Result<Void, StorageUnavailable>
}

/// Makes contacts in the first connector that can.
package final class ContactCreation: Sendable {
    /// How a creation ended.
    package enum Outcome: Sendable, Hashable {
        /// It was made, now or a moment ago.
        case created(CRMContact)
        /// The sentence says which connectors were asked and what they said.
        case refused(String)
        /// Storage does not answer, so it cannot be told whether the contact is made already. Nothing was done.
        case unavailable
    }

    /// How long the same contact is not made again.
    package static let repeatTime: Duration = .seconds(60)
    /// How long making one may take, over all connectors: a CRM that logs in first needs some seconds, and the PBX gives
    /// up after some more.
    package static let deadlineTime: Duration = .seconds(10)
    private static let graceTime: Duration = .milliseconds(250)
    /// Contacts made lately that stay in memory.
    private static let rememberedMax = 4_096

    private struct MadeKey: Hashable {
        let workspace: WorkspaceID
        let text: String
    }

    private struct State {
        var underWay: [MadeKey: Task<Outcome, Never>] = [:]
        var made: Generations<MadeKey, (contact: CRMContact, at: UnixTime)>
    }

    private let state: Monitor<State>
    private let search: ContactSearch
    private let source: any ConnectorSource
    private let store: any ContactCreationStore
    private let clock: Clock

    /// - Parameter search: told what to forget.
    package init(
        search: ContactSearch, source: any ConnectorSource, store: any ContactCreationStore, clock: Clock
    ) {
        self.search = search
        self.source = source
        self.store = store
        self.clock = clock
        state = Monitor(State(made: Generations(countMax: Self.rememberedMax, costMax: .max)))
    }

    /// Makes a contact, unless the same one was made within the last minute.
    package func create(_ draft: ContactDraft, workspace: Workspace, start: MonotonicTime) async -> Outcome {
        guard workspace.settings.contactCreation else {
            search.metrics.notCreated.add()
            return .refused("Contact creation is switched off for this workspace.")
        }
        let key = MadeKey(workspace: workspace.id, text: Self.key(of: draft))
        let now = clock.wall()
        enum Known {
            case made(CRMContact)
            case underWay(Task<Outcome, Never>)
        }
        let known = state.withLock { state -> Known in
            if let (contact, at) = state.made.find(key), at > now - Self.repeatTime { return .made(contact) }
            if let task = state.underWay[key] { return .underWay(task) }
            // Its own task: it goes on when whoever asked first has left.
            let task = TraceContext.detached { [self] in
                let outcome = await make(draft, key, workspace, deadline: start + Self.deadlineTime)
                finish(key, outcome)
                return outcome
            }
            state.underWay[key] = task
            return .underWay(task)
        }
        switch known {
        case .made(let contact): return .created(contact)
        case .underWay(let task): return await outcome(of: task, start)
        }
    }

    /// The outcome, not waited for longer than the deadline whatever a connector does.
    private func outcome(of task: Task<Outcome, Never>, _ start: MonotonicTime) async -> Outcome {
        let gathering = Gathering<Outcome>(count: 1)
        Task.detached { gathering.deliver(await task.value, at: 0) }
        // A little more, so that the connectors' own words about it come first.
        let ends = await gathering.wait(until: start + Self.deadlineTime + Self.graceTime, alarm: search.alarm)
        return ends[0]
            ?? .refused("No connector answered in time. The contact may be there all the same.")
    }

    private func finish(_ key: MadeKey, _ outcome: Outcome) {
        let now = clock.wall()
        state.withLock { state in
            state.underWay[key] = nil
            if case .created(let contact) = outcome {
                state.made.insert((contact, now), cost: 1, for: key)
            }
        }
        switch outcome {
        case .created: search.metrics.created.add()
        case .refused, .unavailable: search.metrics.notCreated.add()
        }
    }

    private func make(
        _ draft: ContactDraft, _ key: MadeKey, _ workspace: Workspace, deadline: MonotonicTime
    ) async -> Outcome {
        let since = clock.wall() - Self.repeatTime
        switch await store.created(key.text, workspace: workspace.id, since: since, deadline: deadline) {
        case .failure: return .unavailable
        case .success(let contact?): return .created(contact)
        case .success(nil): break
        }
        guard let connectors = await source.connectors(of: workspace, deadline: deadline) else { return .unavailable }
        var refusals: [String] = []
        for connector in connectors where connector.features.contains(.create) {
            switch await connector.create(draft, deadline: deadline) {
            case .success(var contact):
                contact.connector = connector.id
                contact.match = nil
                contact.isDummy = false
                await keep(contact, draft, key, workspace, deadline)
                return .created(contact)
            case .failure(let failure):
                refusals.append("\(connector.id): \(failure.code)")
                // It may be made all the same, and one contact in two CRMs is worse than an error to be looked at.
                if failure.mayHaveArrived {
                    return .refused(Self.sentence(refusals) + " It may be there all the same.")
                }
            }
        }
        return .refused(refusals.isEmpty ? "No connector of this workspace creates contacts." : Self.sentence(refusals))
    }

    private func keep(
        _ contact: CRMContact, _ draft: ContactDraft, _ key: MadeKey, _ workspace: Workspace, _ deadline: MonotonicTime
    ) async {
        let keys = Self.keys(of: contact, draft)
        // The contact is there whether this can be noted or not; this process remembers it either way.
        _ = await store.record(
            contact, key: key.text, workspace: workspace.id, forgetting: keys, at: clock.wall(),
            deadline: max(deadline, clock.monotonic() + .seconds(1)))
        search.contactChanged(keys, workspace: workspace.id)
    }

    private static func sentence(_ refusals: [String]) -> String {
        "No connector created the contact (\(refusals.joined(separator: "; ")))."
    }

    /// What makes two drafts the same contact: number and last name; without a number, also whatever else names it.
    static func key(of draft: ContactDraft) -> String {
        let name = draft.lastName.lowercased()
        if let number = draft.number?.text, !number.isEmpty { return "\(number)\n\(name)" }
        return "\n\(name)\n\(draft.firstName?.lowercased() ?? "")\n\(draft.email?.lowercased() ?? "")"
    }

    /// What was said about these numbers and this address is not true any more.
    private static func keys(of contact: CRMContact, _ draft: ContactDraft) -> [ContactKey] {
        var keys = [draft.phone, draft.phoneBusiness, draft.phoneMobile].compactMap { $0 }.compactMap { ContactKey($0) }
        for email in [draft.email, contact.email].compactMap({ $0 }) {
            let key = ContactKey.email(ContactMatcher.normalised(email: email))
            if !keys.contains(key) { keys.append(key) }
        }
        return keys
    }
}
