// The contacts seen lately, in memory: what each connector answered for each key, whole answers as they were rendered,
// and who is being asked. One mutex guards all of it; it is held for dictionary look-ups, never while anybody waits.

internal import NumbersCore
internal import Platform

/// A search's answer as bytes, and what connectors said in it.
package struct RenderedAnswer: Sendable {
    package let body: [UInt8]
    /// The value of `X-Connector-Status`; empty when no connector took part.
    package let status: String

    package init(body: [UInt8], status: String) {
        self.body = body
        self.status = status
    }
}

final class ContactIndex: Sendable {
    /// Bounds, so that neither one workspace nor all of them together take the memory of the machine.
    struct Limits: Sendable {
        /// Keys of one workspace: more than a busy call centre sees in a day.
        var keysPerWorkspace = 50_000
        /// Bytes of one workspace for contacts, and as much for rendered answers.
        var bytesPerWorkspace = 16 << 20
        /// Contacts of one workspace whose last call is known.
        var contactsPerWorkspace = 16_384
        /// Rendered answers of one workspace.
        var answersPerWorkspace = 8_192
        /// Bytes of all workspaces; when they are spent, the fattest give way.
        var bytes = 256 << 20
        /// Questions under way in one workspace.
        var flightsPerWorkspace = 512
        /// Questions of one connector that nobody waits for any more: few, since they hold places of the CRM.
        var stragglersPerConnector = 4
    }

    /// A key's slot as it was before anything was read.
    struct SlotVersion: Sendable {
        let key: ContactKey
        let version: UInt64
    }

    /// A rendered answer with what it was made of. Guarded by the mutex.
    struct Answer {
        let rendered: RenderedAnswer
        let slots: [(slot: KeySlot, version: UInt64)]
        let until: MonotonicTime

        func isGood(at now: MonotonicTime) -> Bool { now < until && slots.allSatisfy { $0.slot.version == $0.version } }
    }

    /// What is kept of one workspace. Guarded by the mutex, which takes the place of checks of exclusivity.
    final class Shelf {
        @exclusivity(unchecked) var slots: Generations<ContactKey, KeySlot>
        @exclusivity(unchecked) var answers: Generations<String, Answer>
        @exclusivity(unchecked) var lastCalls: Generations<UniqueID, UnixTime?>
        @exclusivity(unchecked) var connectors: (list: [any Connector], until: MonotonicTime)?
        /// Raised by every change; what was asked for before one is not kept.
        @exclusivity(unchecked) var generation: UInt64 = 0
        @exclusivity(unchecked) var flights = 0
        @exclusivity(unchecked) var stragglers: [ConnectorID: Int] = [:]
        /// The keys that storage may know something of; nil while that is not known.
        @exclusivity(unchecked) var stored: StoredKeys?
        /// What was stored since its reading began; nil when none is under way.
        @exclusivity(unchecked) var storedMeanwhile: [ContactKey]?
        /// Not before then are they read again.
        @exclusivity(unchecked) var nextReading = MonotonicTime(nanoseconds: 0)

        init(_ limits: Limits) {
            // An answer made of a slot that is gone would not hear of changes of its key.
            slots = Generations(countMax: limits.keysPerWorkspace, costMax: limits.bytesPerWorkspace) {
                $0.version += 1
            }
            answers = Generations(countMax: limits.answersPerWorkspace, costMax: limits.bytesPerWorkspace)
            lastCalls = Generations(countMax: limits.contactsPerWorkspace, costMax: .max)
        }

        var cost: Int { slots.cost + answers.cost }
        /// The cost when the sum of all was last brought up to date; a look-up may drop something, too.
        @exclusivity(unchecked) var accountedCost = 0

        func forgetAnswers() { answers.removeAll() }

        /// What is in storage is read again when it is asked for.
        func forgetSlots() {
            slots.removeAll()
            forgetAnswers()
            generation += 1
        }

        /// Everything but what was bought, and that is to be looked for in storage, too.
        func forgetFree() {
            forgetAnswers()
            generation += 1
            slots.update { slot in
                slot.version += 1
                slot.isLoaded = false
                slot.forgetFree()
                return slot.parts.isEmpty ? nil : slot.cost
            }
        }
    }

    struct State {
        var shelves: [WorkspaceID: Shelf] = [:]
        var flights: [Probe: Flight] = [:]
        /// Cost of all shelves.
        var cost = 0
        /// How many slots there have been.
        var slots: UInt64 = 0
    }

    /// For the extensions of this type alone.
    let state = Monitor(State())
    let limits: Limits

    init(limits: Limits) { self.limits = limits }

    // MARK: Whole answers

    func answer(_ text: String, _ workspace: WorkspaceID, now: MonotonicTime) -> RenderedAnswer? {
        state.withLock { state in
            guard let shelf = state.shelves[workspace], let answer = shelf.answers.find(text), answer.isGood(at: now)
            else { return nil }
            return answer.rendered
        }
    }

    /// Keeps an answer under the text it was asked with, unless something has changed since.
    /// - Parameter versions: of the slots it was made of, taken before anything was read.
    func keep(
        _ rendered: RenderedAnswer, as text: String, workspace: WorkspaceID, made versions: [SlotVersion],
        until: MonotonicTime
    ) {
        state.withLock { state in
            guard let shelf = state.shelves[workspace] else { return }
            var slots: [(KeySlot, UInt64)] = []
            for made in versions {
                guard let slot = shelf.slots.find(made.key), slot.version == made.version else { return }
                slots.append((slot, made.version))
            }
            let cost = rendered.body.count + rendered.status.utf8.count + text.utf8.count + 256
            account(&state, shelf) { shelf in
                shelf.answers.insert(Answer(rendered: rendered, slots: slots, until: until), cost: cost, for: text)
            }
        }
    }

    // MARK: Parts

    /// The connectors of a workspace, when they were asked for a moment ago.
    func connectors(of workspace: WorkspaceID, now: MonotonicTime) -> [any Connector]? {
        state.withLock { state in
            guard let (list, until) = state.shelves[workspace]?.connectors, now < until else { return nil }
            return list
        }
    }

    /// The generation to be handed to what is kept of what is read from here on.
    func generation(of workspace: WorkspaceID) -> UInt64 {
        state.withLock { shelf(workspace, &$0).generation }
    }

    func keep(
        connectors: [any Connector], of workspace: WorkspaceID, until: MonotonicTime, generation: UInt64
    ) {
        state.withLock { state in
            let shelf = shelf(workspace, &state)
            if shelf.generation == generation { shelf.connectors = (connectors, until) }
        }
    }

    /// The versions of the keys' slots, which are made where there are none, and whether any of them holds an answer.
    func versions(of keys: [ContactKey], workspace: WorkspaceID) -> (versions: [SlotVersion], holdsAnswers: Bool) {
        state.withLock { state in
            let shelf = shelf(workspace, &state)
            var versions: [SlotVersion] = []
            versions.reserveCapacity(keys.count)
            var holdsAnswers = false
            for key in keys {
                let slot = slot(key, shelf, &state)
                versions.append(SlotVersion(key: key, version: slot.version))
                if !slot.parts.isEmpty { holdsAnswers = true }
            }
            return (versions, holdsAnswers)
        }
    }

    /// Keys that storage has not been asked about and may know something of.
    func unloaded(_ keys: [ContactKey], workspace: WorkspaceID) -> [ContactKey] {
        state.withLock { state in
            let shelf = shelf(workspace, &state)
            return keys.filter { key in
                let slot = slot(key, shelf, &state)
                if let stored = shelf.stored, !stored.mayContain(key) { slot.isLoaded = true }
                return !slot.isLoaded
            }
        }
    }

    /// Whether the caller is to read which keys of the workspace are stored; ``keep(stored:workspace:)`` ends that.
    /// - Parameter interval: not again before it is over.
    func beginsReadingStored(_ workspace: WorkspaceID, now: MonotonicTime, interval: Duration) -> Bool {
        state.withLock { state in
            let shelf = shelf(workspace, &state)
            guard shelf.storedMeanwhile == nil, shelf.stored?.isFull ?? true, now >= shelf.nextReading else {
                return false
            }
            shelf.storedMeanwhile = []
            shelf.nextReading = now + interval
            return true
        }
    }

    /// - Parameter keys: nil when they could not be read.
    func keep(stored keys: [ContactKey]?, workspace: WorkspaceID) {
        state.withLock { state in
            let shelf = shelf(workspace, &state)
            let meanwhile = shelf.storedMeanwhile
            shelf.storedMeanwhile = nil
            guard let keys, let meanwhile, meanwhile.count <= limits.keysPerWorkspace else { return }
            var stored = StoredKeys(expecting: keys.count + meanwhile.count)
            for key in keys { stored.insert(key) }
            for key in meanwhile { stored.insert(key) }
            shelf.stored = stored
        }
    }

    /// Whether it is known which keys are stored; for tests.
    func knowsStored(_ workspace: WorkspaceID) -> Bool {
        state.withLock { $0.shelves[workspace]?.stored != nil }
    }

    /// Storage is told something about the key.
    func noteStored(_ key: ContactKey, workspace: WorkspaceID) {
        state.withLock { state in
            guard let shelf = state.shelves[workspace] else { return }
            shelf.stored?.insert(key)
            if let count = shelf.storedMeanwhile?.count, count <= limits.keysPerWorkspace {
                shelf.storedMeanwhile?.append(key)
            }
        }
    }

    /// Puts in what storage knew.
    /// - Parameter at: when each of the answers was given.
    func load(
        _ seen: [(SeenContacts, at: MonotonicTime)], keys: [ContactKey], workspace: WorkspaceID, generation: UInt64
    ) {
        state.withLock { state in
            let shelf = shelf(workspace, &state)
            // A change comes with every start of a server, so it would be no rare case that a name is bought again.
            let isCurrent = shelf.generation == generation
            if isCurrent { for key in keys { slot(key, shelf, &state).isLoaded = true } }
            for (entry, at) in seen where isCurrent || entry.rules.isBought {
                let slot = slot(entry.key, shelf, &state)
                // What has come from the connector meanwhile is newer.
                guard slot.parts[entry.connector] == nil else { continue }
                put(entry.contacts, rules: entry.rules, at: at, entry.connector, entry.key, slot, shelf, &state)
            }
        }
    }

    func holding(_ probe: Probe, rules: AnswerRules, lifetime: AnswerLifetime, now: MonotonicTime) -> Holding {
        state.withLock { state in
            guard let slot = state.shelves[probe.workspace]?.slots.find(probe.key),
                let part = slot.parts[probe.connector], part.rules == rules
            else { return .absent }
            if part.contacts.isEmpty { return now < part.at + lifetime.nobody ? .fresh([]) : .absent }
            if now < part.at + lifetime.fresh { return .fresh(part.contacts) }
            return now < part.at + lifetime.stale ? .stale(part.contacts) : .absent
        }
    }

    /// When what is held of a probe stops being fresh.
    func freshUntil(_ probe: Probe, lifetime: AnswerLifetime) -> MonotonicTime? {
        state.withLock { state in
            guard let part = state.shelves[probe.workspace]?.slots.find(probe.key)?.parts[probe.connector] else {
                return nil
            }
            return part.at + (part.contacts.isEmpty ? lifetime.nobody : lifetime.fresh)
        }
    }

    /// Whether a stale part may be asked for again now; not again before `interval` is over.
    func mayRevalidate(_ probe: Probe, now: MonotonicTime, interval: Duration) -> Bool {
        state.withLock { state in
            guard let slot = state.shelves[probe.workspace]?.slots.find(probe.key),
                let part = slot.parts[probe.connector], now >= part.nextTry
            else { return false }
            slot.parts[probe.connector]?.nextTry = now + interval
            return true
        }
    }

    // MARK: Calls

    /// When calls were last saved with the contacts; nil when storage has to be asked.
    func lastCalls(with contacts: [UniqueID], workspace: WorkspaceID) -> [UniqueID: UnixTime]? {
        state.withLock { state in
            guard let shelf = state.shelves[workspace] else { return nil }
            var found: [UniqueID: UnixTime] = [:]
            for contact in contacts {
                guard let known = shelf.lastCalls.find(contact) else { return nil }
                if let known { found[contact] = known }
            }
            return found
        }
    }

    func keep(
        lastCalls: [UniqueID: UnixTime], of contacts: [UniqueID], workspace: WorkspaceID, generation: UInt64
    ) {
        state.withLock { state in
            let shelf = shelf(workspace, &state)
            guard shelf.generation == generation else { return }
            for contact in contacts where shelf.lastCalls.find(contact) == nil {
                shelf.lastCalls.insert(lastCalls[contact], cost: 1, for: contact)
            }
        }
    }

    func called(_ key: ContactKey?, contact: UniqueID?, workspace: WorkspaceID, at: UnixTime) {
        state.withLock { state in
            guard let shelf = state.shelves[workspace] else { return }
            if let contact { shelf.lastCalls.insert(at, cost: 1, for: contact) }
            if let key, let slot = shelf.slots.find(key) { slot.version += 1 }
        }
    }

    /// Whether storage has to be told that the contact is shown for the number: not again within the hour.
    func noteShown(_ contact: UniqueID, _ key: ContactKey, workspace: WorkspaceID, now: MonotonicTime) -> Bool {
        state.withLock { state in
            guard let slot = state.shelves[workspace]?.slots.find(key) else { return true }
            if let shown = slot.shown, shown.contact == contact, now < shown.at + .seconds(3_600) { return false }
            slot.shown = (contact, now)
            return true
        }
    }

    func shown(_ key: ContactKey, workspace: WorkspaceID) -> UniqueID? {
        state.withLock { $0.shelves[workspace]?.slots.find(key)?.shown?.contact }
    }

    /// Bytes of everything; for metrics.
    var cost: Int { state.withLock { $0.cost } }
    /// Questions under way; for metrics.
    var flights: Int { state.withLock { $0.flights.count } }

    // MARK: Shelves

    func shelf(_ workspace: WorkspaceID, _ state: inout State) -> Shelf {
        if let shelf = state.shelves[workspace] { return shelf }
        let shelf = Shelf(limits)
        state.shelves[workspace] = shelf
        return shelf
    }

    func slot(_ key: ContactKey, _ shelf: Shelf, _ state: inout State) -> KeySlot {
        if let slot = shelf.slots.find(key) { return slot }
        state.slots += 1
        let slot = KeySlot(number: state.slots)
        account(&state, shelf) { shelf in
            shelf.slots.insert(slot, cost: slot.cost, for: key)
        }
        return slot
    }

    func put(
        _ contacts: [CRMContact], rules: AnswerRules, at: MonotonicTime, _ connector: ConnectorID, _ key: ContactKey,
        _ slot: KeySlot, _ shelf: Shelf, _ state: inout State
    ) {
        let cost = contacts.reduce(128) { $0 + Self.cost($1) }
        slot.parts[connector] = KeySlot.Part(
            contacts: contacts, rules: rules, at: at, cost: cost, nextTry: MonotonicTime(nanoseconds: 0))
        account(&state, shelf) { shelf in
            shelf.slots.insert(slot, cost: slot.cost, for: key)
        }
    }

    func change(_ workspace: WorkspaceID, _ body: (Shelf) -> Void) {
        state.withLock { state in
            guard let shelf = state.shelves[workspace] else { return }
            account(&state, shelf, body)
        }
    }

    /// Runs a change of a shelf and keeps the sum of all costs, and its bound.
    private func account(_ state: inout State, _ shelf: Shelf, _ body: (Shelf) -> Void) {
        body(shelf)
        Self.settle(shelf, &state)
        guard state.cost > limits.bytes else { return }
        // The fattest give way, down to three quarters, so that this is rare.
        for shelf in state.shelves.values.sorted(by: { $0.cost > $1.cost }) where state.cost > limits.bytes / 4 * 3 {
            let before = shelf.cost
            shelf.forgetAnswers()
            shelf.slots.dropOld()
            if shelf.cost > before / 2 { shelf.forgetSlots() }
            Self.settle(shelf, &state)
        }
    }

    private static func settle(_ shelf: Shelf, _ state: inout State) {
        let cost = shelf.cost
        state.cost += cost - shelf.accountedCost
        shelf.accountedCost = cost
    }

    /// About what a contact takes in memory.
    private static func cost(_ contact: CRMContact) -> Int {
        var cost = 512
        for text in [
            contact.firstName, contact.lastName, contact.civility, contact.email, contact.company, contact.title,
            contact.entityID, contact.entityType, contact.entityURL,
        ] { cost += text?.utf8.count ?? 0 }
        for text in contact.lines.values { cost += 48 + text.utf8.count }
        for field in contact.custom { cost += 64 + field.name.utf8.count + field.value.utf8.count }
        return cost
    }
}
