// The search for contacts, top to bottom: what is remembered, the CRMs, the paid source, the pattern, the placeholder.
// Holds no mutable state of its own; the index has a mutex.

package import CRMTemplate
package import NumbersCore
package import Platform

/// A search's contacts, best first, with their bytes.
package struct ContactAnswer: Sendable {
    package let contacts: [CRMContact]
    package let rendered: RenderedAnswer
}

/// Searches contacts over all connectors of a workspace.
///
/// A connector that fails, hangs or is slow never fails a search: at the deadline what is known is answered.
package final class ContactSearch: Sendable {
    /// How a search ended.
    package enum Outcome: Sendable {
        case answered(ContactAnswer)
        /// It cannot be told which connectors there are. Nothing is known then, and "nobody" would make the PBX create
        /// contacts that exist.
        case unavailable
    }

    /// Contacts of one connector that are compared for one key, and those kept of them.
    static let comparedMax = 200
    static let keptMax = 50
    /// How much longer than its search a question may take, so that a slow CRM's answer is there for the next call.
    private static let stragglerTime: Duration = .seconds(3)
    /// How long storage may take to say what was seen before: a CRM may be asked just as well.
    private static let loadTime: Duration = .milliseconds(100)
    /// How long all stored keys of a workspace may take to be read, and how often that is tried.
    private static let readingTime: Duration = .seconds(2)
    private static let readingInterval: Duration = .seconds(10)
    /// How long a connector that did not answer is left in peace before it is asked again in the background.
    private static let revalidationPause: Duration = .seconds(5)
    /// How long a background question may take.
    private static let revalidationTime: Duration = .seconds(10)
    /// How long the list of a workspace's connectors is believed; changes of it arrive on their own.
    private static let connectorsTime: Duration = .seconds(60)
    /// How long a rendered answer lives: at most, and when some of it is stale.
    private static let renderedTime: Duration = .seconds(60)
    private static let staleRenderedTime: Duration = .seconds(1)

    package let metrics: ContactMetrics
    let index: ContactIndex
    private let source: any ConnectorSource
    private let store: any SeenContactStore
    private let journal: SeenContactJournal
    private let plan: PresentPlan
    private let clock: Clock
    let alarm: Alarm
    private let render: @Sendable ([CRMContact]) -> [UInt8]

    /// - Parameters:
    ///   - alarm: what ends searches at their deadline.
    ///   - render: makes the body of an answer.
    package convenience init(
        source: any ConnectorSource, store: any SeenContactStore, journal: SeenContactJournal, plan: PresentPlan,
        clock: Clock, alarm: Alarm, render: @escaping @Sendable ([CRMContact]) -> [UInt8]
    ) {
        self.init(
            source: source, store: store, journal: journal, plan: plan, clock: clock, alarm: alarm,
            limits: ContactIndex.Limits(), render: render)
    }

    init(
        source: any ConnectorSource, store: any SeenContactStore, journal: SeenContactJournal, plan: PresentPlan,
        clock: Clock, alarm: Alarm, limits: ContactIndex.Limits, render: @escaping @Sendable ([CRMContact]) -> [UInt8]
    ) {
        self.source = source
        self.store = store
        self.journal = journal
        self.plan = plan
        self.clock = clock
        self.alarm = alarm
        self.render = render
        index = ContactIndex(limits: limits)
        metrics = ContactMetrics()
    }

    // MARK: Asking

    /// The answer that the same text got a moment ago, if it is still true.
    /// - Parameter text: the query as it was sent.
    package func remembered(_ text: String, workspace: Workspace, now: MonotonicTime) -> RenderedAnswer? {
        guard let answer = index.answer(text, workspace.id, now: now) else { return nil }
        metrics.remembered.add()
        return answer
    }

    /// Searches. Ready at once when everything about it is in memory.
    /// - Parameters:
    ///   - text: the query as it was sent, to be remembered by; nil when it is not to be.
    ///   - start: when the request came; the workspace's deadline counts from here.
    package func search(
        _ query: ContactQuery, as text: String?, workspace: Workspace, start: MonotonicTime
    ) -> Deferred<Outcome> {
        let keys = ContactKey.keys(of: query)
        let (versions, holdsAnswers) = index.versions(of: keys, workspace: workspace.id)
        let search = OneSearch(
            query: query, keys: keys, text: text, workspace: workspace,
            rules: AnswerRules(matchingBy: workspace.settings), start: start,
            deadline: start + .milliseconds(workspace.settings.lookupDeadlineMilliseconds),
            versions: versions)
        guard workspace.settings.contactLookup else { return .ready(.answered(finish(search, Look()))) }
        // A number that calls for the first time is in nobody's memory, and need not be looked for there twice.
        if holdsAnswers, let connectors = index.connectors(of: workspace.id, now: clock.monotonic()),
            let answer = fromMemory(search, connectors)
        {
            return .ready(.answered(answer))
        }
        return .pending { await self.ask(search) }
    }

    /// A search on its way.
    private struct OneSearch: Sendable {
        let query: ContactQuery
        let keys: [ContactKey]
        let text: String?
        let workspace: Workspace
        let rules: AnswerRules
        let start: MonotonicTime
        let deadline: MonotonicTime
        /// Of the keys' slots, before anything was read.
        let versions: [ContactIndex.SlotVersion]
    }

    /// A question to a connector. A reference: it is handed on many times.
    private final class Ask: Sendable {
        let probe: Probe
        let connector: any Connector
        let connectorIndex: Int
        let keyIndex: Int
        let query: ContactQuery
        let workspace: Workspace
        let rules: AnswerRules

        init(
            probe: Probe, connector: any Connector, connectorIndex: Int, keyIndex: Int, query: ContactQuery,
            workspace: Workspace, rules: AnswerRules
        ) {
            self.probe = probe
            self.connector = connector
            self.connectorIndex = connectorIndex
            self.keyIndex = keyIndex
            self.query = query
            self.workspace = workspace
            self.rules = rules
        }
    }

    /// What a stage of a search has found so far.
    private struct Look {
        var candidates: [Candidate] = []
        var reports: [ConnectorReport] = []
        /// Who has to be asked for the answer, and who only to have a newer one.
        var absent: [Ask] = []
        var stale: [Ask] = []
        /// The connectors whose answers are used although they are stale.
        var usesStale = false
        /// Whether every connector of the stage has answered.
        var isComplete = true
        /// When the first of the answers stops being fresh.
        var until: MonotonicTime?

        mutating func add(_ contacts: [CRMContact], of ask: Ask) {
            for (order, contact) in contacts.enumerated() {
                candidates.append(
                    Candidate(
                        contact: contact, keyIndex: ask.keyIndex, connectorIndex: ask.connectorIndex, order: order))
            }
        }

        mutating func report(_ state: ConnectorReport.State, of ask: Ask, milliseconds: Int64 = 0) {
            reports.append(
                ConnectorReport(connector: ask.probe.connector, state: state, milliseconds: milliseconds))
        }
    }

    private static let crmKinds: [ConnectorKind] = [.template, .builtin]

    // MARK: From memory

    /// What is in memory about all connectors of some kinds.
    private func look(_ search: OneSearch, _ connectors: [any Connector], _ kinds: [ConnectorKind], _ look: inout Look)
    {
        let now = clock.monotonic()
        for (connectorIndex, connector) in connectors.enumerated()
        where connector.features.contains(.lookup) && kinds.contains(connector.kind) {
            let lifetime = AnswerLifetime.of(connector.kind)
            let rules = connector.boughtFrom.map { AnswerRules(boughtFrom: $0) } ?? search.rules
            for (keyIndex, key) in search.keys.enumerated() {
                let query: ContactQuery
                switch key {
                case .number:
                    // The paid source knows numbers only, and only whole ones.
                    if connector.kind == .numbers, search.query.number?.e164 == nil { continue }
                    query = ContactQuery(number: search.query.number, email: nil, displayName: nil)
                case .email(let email):
                    if connector.kind == .numbers { continue }
                    query = ContactQuery(number: nil, email: email, displayName: nil)
                }
                let ask = Ask(
                    probe: Probe(workspace: search.workspace.id, connector: connector.id, key: key),
                    connector: connector, connectorIndex: connectorIndex, keyIndex: keyIndex, query: query,
                    workspace: search.workspace, rules: rules)
                switch index.holding(ask.probe, rules: rules, lifetime: lifetime, now: now) {
                case .absent: look.absent.append(ask)
                case .fresh(let contacts):
                    look.add(contacts, of: ask)
                    look.report(.cached, of: ask)
                case .stale(let contacts):
                    look.add(contacts, of: ask)
                    look.report(.stale, of: ask)
                    look.stale.append(ask)
                    look.usesStale = true
                }
            }
        }
    }

    /// The answer, when nobody has to be asked for it.
    private func fromMemory(_ search: OneSearch, _ connectors: [any Connector]) -> ContactAnswer? {
        var found = Look()
        look(search, connectors, Self.crmKinds, &found)
        if found.absent.isEmpty, found.candidates.isEmpty { look(search, connectors, [.numbers], &found) }
        guard found.absent.isEmpty else { return nil }
        if found.candidates.isEmpty, Self.patterns(connectors).first != nil { return nil }
        var lastCalls: [UniqueID: UnixTime] = [:]
        if found.candidates.count > 1 {
            guard let known = index.lastCalls(with: Self.ids(found.candidates), workspace: search.workspace.id) else {
                return nil
            }
            lastCalls = known
        }
        revalidate(found.stale)
        count(found.reports, connectors)
        return finish(search, found, lastCalls: lastCalls, connectors)
    }

    private static func ids(_ candidates: [Candidate]) -> [UniqueID] {
        Array(Set(candidates.compactMap(\.contact.id)))
    }

    /// The connectors that make a contact of a pattern.
    private static func patterns(_ connectors: [any Connector]) -> [any Connector] {
        connectors.filter { $0.kind == .url && $0.features.contains(.lookup) }
    }

    // MARK: From the connectors

    private nonisolated(nonsending) func ask(_ search: OneSearch) async -> Outcome {
        let workspace = search.workspace.id
        let generation = index.generation(of: workspace)
        let now = clock.monotonic()
        let connectors: [any Connector]
        if let known = index.connectors(of: workspace, now: now) {
            connectors = known
        } else if let read = await source.connectors(of: search.workspace, deadline: search.deadline) {
            connectors = read
            index.keep(
                connectors: read, of: workspace, until: now + Self.connectorsTime, generation: generation)
        } else {
            metrics.unavailable.add()
            return .unavailable
        }
        let unloaded = index.unloaded(search.keys, workspace: workspace)
        if !unloaded.isEmpty { await load(unloaded, search, generation: generation) }
        var found = Look()
        look(search, connectors, Self.crmKinds, &found)
        await askAbsent(search, &found, generation: generation)
        if found.candidates.isEmpty {
            // It costs money, so only when nobody else knew.
            look(search, connectors, [.numbers], &found)
            if !found.absent.isEmpty { await askAbsent(search, &found, generation: generation) }
        }
        revalidate(found.stale)
        count(found.reports, connectors)
        var lastCalls: [UniqueID: UnixTime] = [:]
        if found.candidates.count > 1 {
            lastCalls = await self.lastCalls(Self.ids(found.candidates), search, generation: generation)
        }
        var pattern: CRMContact?
        if found.candidates.isEmpty { pattern = await self.pattern(search, connectors) }
        return .answered(finish(search, found, lastCalls: lastCalls, connectors, pattern: pattern))
    }

    /// Takes what storage knows of the keys into memory, once.
    private nonisolated(nonsending) func load(_ keys: [ContactKey], _ search: OneSearch, generation: UInt64) async {
        guard !keys.isEmpty else { return }
        let now = clock.monotonic()
        if index.beginsReadingStored(search.workspace.id, now: now, interval: Self.readingInterval) {
            Task.detached { await self.readStored(search.workspace.id) }
        }
        let result = await store.seen(
            keys, workspace: search.workspace.id, deadline: min(search.deadline, now + Self.loadTime))
        // Without it the connectors are asked, as if nothing had been seen before.
        guard case .success(let seen) = result else { return }
        let wall = clock.wall()
        index.load(
            seen.map { entry in
                let age = max(0, wall.microseconds - entry.at.microseconds)
                return (entry, at: now - .microseconds(age))
            }, keys: keys, workspace: search.workspace.id, generation: generation)
    }

    /// Learns which keys storage may know something of, so that it need not be asked about the others.
    private func readStored(_ workspace: WorkspaceID) async {
        let result = await store.storedKeys(of: workspace, deadline: clock.monotonic() + Self.readingTime)
        // Without them it is asked about every key, as before.
        index.keep(stored: try? result.get(), workspace: workspace)
    }

    /// Asks whoever is absent, all at once, until the deadline.
    /// - Parameter generation: of the workspace, taken before anything was read.
    private nonisolated(nonsending) func askAbsent(
        _ search: OneSearch, _ look: inout Look, generation: UInt64
    ) async {
        let asks = look.absent
        look.absent = []
        guard !asks.isEmpty else { return }
        let start = clock.monotonic()
        let gathering = Gathering<FlightEnd>(count: asks.count)
        var flights: [Flight?] = []
        for (place, ask) in asks.enumerated() {
            // A question of its own, with a task and those who wait for it, would cost many times as much.
            if let contacts = ask.connector.known(ask.query) {
                let matched = matched(contacts, ask)
                index.keep(matched, of: ask.probe, rules: ask.rules, at: start, generation: generation)
                gathering.deliver(.answered(matched, milliseconds: 0), at: place)
                flights.append(nil)
                continue
            }
            // Nothing begins that cannot end in time.
            guard start < search.deadline else {
                flights.append(nil)
                continue
            }
            flights.append(
                begin(
                    ask, waiter: Flight.Waiter(gathering: gathering, place: place),
                    deadline: search.deadline + Self.stragglerTime))
        }
        let ends =
            start < search.deadline
            ? await gathering.wait(until: search.deadline, alarm: alarm) : gathering.ends
        for (place, ask) in asks.enumerated() {
            switch ends[place] {
            case .answered(let contacts, let milliseconds):
                look.add(contacts, of: ask)
                look.report(contacts.isEmpty ? .none : .ok, of: ask, milliseconds: milliseconds)
            case .failed("timeout", let milliseconds):
                look.isComplete = false
                look.report(.timeout, of: ask, milliseconds: milliseconds)
            case .failed(let code, let milliseconds):
                look.isComplete = false
                look.report(.failed(code), of: ask, milliseconds: milliseconds)
            case nil:
                look.isComplete = false
                let waited = start.duration(to: clock.monotonic()).wholeMilliseconds
                look.report(.timeout, of: ask, milliseconds: max(0, waited))
                if let flight = flights[place] { index.leave(flight, gathering) }
            }
        }
    }

    /// Begins a question, or joins the one that is under way; nil when there are too many.
    @discardableResult
    private func begin(_ ask: Ask, waiter: Flight.Waiter?, deadline: MonotonicTime) -> Flight? {
        switch index.join(ask.probe, rules: ask.rules, waiter: waiter, now: clock.monotonic(), deadline: deadline) {
        case .joined(let flight): return flight
        case .refused:
            metrics.refused.add()
            waiter?.gathering.deliver(.failed(code: "overloaded", milliseconds: 0), at: waiter?.place ?? 0)
            return nil
        case .began(let flight):
            flight.run { await self.perform(ask, flight) }
            return flight
        }
    }

    private nonisolated(nonsending) func perform(_ ask: Ask, _ flight: Flight) async {
        let start = clock.monotonic()
        let result = await ask.connector.lookup(ask.query, deadline: flight.deadline)
        let end = clock.monotonic()
        let milliseconds = start.duration(to: end).wholeMilliseconds
        switch result {
        case .failure(let failure):
            let (waiters, _, _) = index.finish(flight, contacts: nil, at: end)
            for waiter in waiters {
                waiter.gathering.deliver(
                    .failed(code: failure.code, milliseconds: milliseconds), at: waiter.place)
            }
        case .success(let contacts):
            let matched = matched(contacts, ask)
            let (waiters, isKept, isNews) = index.finish(flight, contacts: matched, at: end)
            for waiter in waiters {
                waiter.gathering.deliver(.answered(matched, milliseconds: milliseconds), at: waiter.place)
            }
            // What the middleware's own book says is in the same database.
            guard isKept, ask.connector.kind != .builtin, !matched.isEmpty || isNews else { return }
            journal.note(
                .seen(
                    SeenContacts(
                        workspace: ask.probe.workspace, connector: ask.probe.connector, key: ask.probe.key,
                        rules: ask.rules, contacts: matched, at: clock.wall())))
            index.noteStored(ask.probe.key, workspace: ask.probe.workspace)
        }
    }

    /// The contacts that have what was asked for, each with its match and its connector.
    private func matched(_ contacts: [CRMContact], _ ask: Ask) -> [CRMContact] {
        let matcher = ContactMatcher(
            ask.probe.key, number: ask.query.number, settings: ask.workspace.settings, plan: plan.value)
        var matched: [CRMContact] = []
        for var contact in contacts.prefix(Self.comparedMax) {
            // The paid source was asked for precisely this number and need not repeat it.
            guard let match = ask.connector.kind == .numbers ? .exact : matcher.match(contact) else { continue }
            contact.match = match
            contact.connector = ask.probe.connector
            contact.isDummy = false
            matched.append(contact)
            if matched.count == Self.keptMax { break }
        }
        return matched
    }

    /// Asks again in the background.
    private func revalidate(_ asks: [Ask]) {
        let now = clock.monotonic()
        for ask in asks where index.mayRevalidate(ask.probe, now: now, interval: Self.revalidationPause) {
            begin(ask, waiter: nil, deadline: now + Self.revalidationTime)
        }
    }

    private nonisolated(nonsending) func lastCalls(
        _ ids: [UniqueID], _ search: OneSearch, generation: UInt64
    ) async -> [UniqueID: UnixTime] {
        if let known = index.lastCalls(with: ids, workspace: search.workspace.id) { return known }
        let deadline = min(search.deadline, clock.monotonic() + Self.loadTime)
        let result = await store.lastCalls(with: ids, workspace: search.workspace.id, deadline: deadline)
        // Without it the connector's own order stands.
        guard case .success(let read) = result else { return [:] }
        index.keep(lastCalls: read, of: ids, workspace: search.workspace.id, generation: generation)
        return index.lastCalls(with: ids, workspace: search.workspace.id) ?? read
    }

    /// The contact of the first pattern; it asks nobody.
    private nonisolated(nonsending) func pattern(_ search: OneSearch, _ connectors: [any Connector]) async
        -> CRMContact?
    {
        for connector in Self.patterns(connectors) {
            let result = await connector.lookup(search.query, deadline: search.deadline)
            guard case .success(let contacts) = result, var contact = contacts.first else { continue }
            contact.connector = connector.id
            contact.isDummy = false
            return contact
        }
        return nil
    }

    // MARK: The answer

    private func finish(
        _ search: OneSearch, _ found: Look, lastCalls: [UniqueID: UnixTime] = [:], _ connectors: [any Connector] = [],
        pattern: CRMContact? = nil
    ) -> ContactAnswer {
        let now = clock.monotonic()
        var contacts = ContactRanking.ranked(found.candidates) { lastCalls[$0] }
        if contacts.isEmpty, let pattern { contacts = [pattern] }
        (contacts.isEmpty ? metrics.notFound : metrics.found).add()
        if let first = contacts.first?.id, let key = search.keys.first, case .number(let number) = key,
            index.noteShown(first, key, workspace: search.workspace.id, now: now)
        {
            journal.note(.shown(search.workspace.id, number: number, contact: first, at: clock.wall()))
        }
        let isPlaceholder = contacts.isEmpty && search.workspace.settings.dummy
        if isPlaceholder { contacts = [.placeholder(for: search.query, settings: search.workspace.settings)] }
        let rendered = RenderedAnswer(body: render(contacts), status: ConnectorReport.fieldValue(found.reports))
        if let text = search.text, !isPlaceholder, found.isComplete {
            keep(rendered, as: text, search, found, connectors, now)
        }
        metrics.durations.record(UInt64(max(0, search.start.duration(to: now).wholeNanoseconds / 1_000)))
        return ContactAnswer(contacts: contacts, rendered: rendered)
    }

    /// Remembers the answer under its text for as long as all of it is fresh.
    private func keep(
        _ rendered: RenderedAnswer, as text: String, _ search: OneSearch, _ found: Look, _ connectors: [any Connector],
        _ now: MonotonicTime
    ) {
        var until = now + (found.usesStale ? Self.staleRenderedTime : Self.renderedTime)
        let reported = Set(found.reports.map(\.connector))
        for connector in connectors where reported.contains(connector.id) {
            let lifetime = AnswerLifetime.of(connector.kind)
            for key in search.keys {
                let probe = Probe(workspace: search.workspace.id, connector: connector.id, key: key)
                if let fresh = index.freshUntil(probe, lifetime: lifetime), fresh > now { until = min(until, fresh) }
            }
        }
        let again = found.reports.map { report in
            ConnectorReport(
                connector: report.connector, state: report.state == .stale ? .stale : .cached, milliseconds: 0)
        }
        index.keep(
            RenderedAnswer(body: rendered.body, status: ConnectorReport.fieldValue(again)), as: text,
            workspace: search.workspace.id, made: search.versions, until: until)
    }

    private func count(_ reports: [ConnectorReport], _ connectors: [any Connector]) {
        for report in reports {
            guard let connector = connectors.first(where: { $0.id == report.connector }) else { continue }
            metrics.count(report.state, of: connector.kind)
        }
    }

    // MARK: Being told

    /// A call of the number was saved, with the contact if one is known: it is ranked first from now on.
    package func callSaved(_ number: PartyNumber, workspace: WorkspaceID, contact: UniqueID?) {
        let now = clock.wall()
        index.called(ContactKey(number), contact: contact, workspace: workspace, at: now)
        if let contact { journal.note(.called(workspace, contact: contact, at: now)) }
    }

    /// The contact last shown for a number, if that is in memory.
    package func shown(for number: PartyNumber, workspace: WorkspaceID) -> UniqueID? {
        ContactKey(number).flatMap { index.shown($0, workspace: workspace) }
    }

    /// A contact with these numbers and this address was made or changed: connectors are asked anew.
    package func contactChanged(_ keys: [ContactKey], workspace: WorkspaceID) {
        index.forget(keys, workspace: workspace)
        for key in keys { journal.note(.forgotten(workspace, key)) }
    }

    /// The built-in contacts of a workspace have changed.
    package func builtinContactsChanged(_ workspace: WorkspaceID) { index.forget(kind: .builtin, workspace: workspace) }

    /// The connectors of a workspace have changed: nothing they said is believed, but for what was bought.
    package func connectorsChanged(_ workspace: WorkspaceID) {
        index.forgetAll(workspace)
        journal.note(.allForgotten(workspace))
    }

    /// The settings of a workspace have changed.
    package func settingsChanged(_ workspace: WorkspaceID) { index.forgetAnswers(workspace) }

    /// Anything may have changed.
    package func forgetAll() { index.forgetAll() }

    /// Bytes of what is remembered, and questions under way; for metrics.
    package var load: (bytes: Int, flights: Int) { (index.cost, index.flights) }
}

extension CRMContact {
    /// The contact that stands for "nobody", so that a PBX that creates contacts only from an answer still does.
    static func placeholder(for query: ContactQuery, settings: WorkspaceSettings) -> CRMContact {
        var contact = CRMContact()
        contact.isDummy = true
        contact.lastName = query.displayName ?? query.number?.given ?? query.email
        if let number = query.number?.given { contact.lines[.phoneBusiness1] = number }
        contact.entityURL = settings.dummyURL
        return contact
    }
}
