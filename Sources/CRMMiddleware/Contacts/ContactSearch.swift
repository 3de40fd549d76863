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

    /// How long a rendered answer lives: at most, and when some of it is stale.
    private static let renderedTime: Duration = .seconds(60)
    private static let staleRenderedTime: Duration = .seconds(1)

    package let metrics: ContactMetrics
    let index: ContactIndex
    let source: any ConnectorSource
    let store: any SeenContactStore
    let journal: SeenContactJournal
    let plan: PresentPlan
    let clock: Clock
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

    static let crmKinds: [ConnectorKind] = [.template, .builtin]

    // MARK: From memory

    /// What is in memory about all connectors of some kinds.
    func look(_ search: OneSearch, _ connectors: [any Connector], _ kinds: [ConnectorKind], _ look: inout Look) {
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

    static func ids(_ candidates: [Candidate]) -> [UniqueID] {
        Array(Set(candidates.compactMap(\.contact.id)))
    }

    /// The connectors that make a contact of a pattern.
    static func patterns(_ connectors: [any Connector]) -> [any Connector] {
        connectors.filter { $0.kind == .url && $0.features.contains(.lookup) }
    }

    // MARK: The answer

    func finish(
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

    func count(_ reports: [ConnectorReport], _ connectors: [any Connector]) {
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
