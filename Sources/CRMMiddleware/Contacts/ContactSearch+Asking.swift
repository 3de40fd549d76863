// The part of a search that waits: who is asked, for how long, and what becomes of answers. Holds no mutable state of its
// own.

internal import CRMTemplate
internal import NumbersCore
internal import Platform

extension ContactSearch {
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

    nonisolated(nonsending) func ask(_ search: OneSearch) async -> Outcome {
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
    func revalidate(_ asks: [Ask]) {
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
}
