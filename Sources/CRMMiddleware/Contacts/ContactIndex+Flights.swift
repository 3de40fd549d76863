// Questions under way: several searches that ask the same thing at once wait for one answer. Guarded by the index's mutex.

internal import Platform

extension ContactIndex {
    /// A place in the question for a probe: the one under way, or a new one.
    enum Joining {
        /// It was not under way: the caller begins it.
        case began(Flight)
        case joined(Flight)
        /// Too many are under way.
        case refused
    }

    /// - Parameter deadline: when a question begun now is given up whatever happens.
    func join(
        _ probe: Probe, rules: AnswerRules, waiter: Flight.Waiter?, now: MonotonicTime, deadline: MonotonicTime
    ) -> Joining {
        let (joining, abandoned) = state.withLock { state -> (Joining, Flight?) in
            let shelf = shelf(probe.workspace, &state)
            var abandoned: Flight?
            if let flight = state.flights[probe] {
                // One that has outlived its own deadline answers nobody any more, and what was asked before a change
                // only those who asked before it, if it costs nothing to ask again.
                if now < flight.deadline, flight.rules == rules, rules.isBought || flight.generation == shelf.generation
                {
                    if let waiter { flight.waiters.append(waiter) }
                    if flight.isStraggler, waiter != nil {
                        flight.isStraggler = false
                        shelf.stragglers[probe.connector, default: 1] -= 1
                    }
                    return (.joined(flight), nil)
                }
                remove(flight, &state)
                if now >= flight.deadline || flight.waiters.isEmpty { abandoned = flight }
            }
            guard shelf.flights < limits.flightsPerWorkspace else { return (.refused, abandoned) }
            let flight = Flight(probe: probe, rules: rules, generation: shelf.generation, deadline: deadline)
            if let waiter { flight.waiters.append(waiter) }
            state.flights[probe] = flight
            shelf.flights += 1
            return (.began(flight), abandoned)
        }
        abandoned?.cancel()
        return joining
    }

    /// The waiter has gone. A question that nobody waits for goes on into the index if there are few like it.
    func leave(_ flight: Flight, _ waiter: Gathering<FlightEnd>) {
        let isCancelled = state.withLock { state -> Bool in
            flight.waiters.removeAll { $0.gathering === waiter }
            guard flight.waiters.isEmpty, !flight.isStraggler else { return false }
            // The answer of one that another took the place of is kept for nobody.
            guard state.flights[flight.probe] === flight else { return true }
            let shelf = shelf(flight.probe.workspace, &state)
            let stragglers = shelf.stragglers[flight.probe.connector] ?? 0
            guard stragglers < limits.stragglersPerConnector else {
                remove(flight, &state)
                return true
            }
            flight.isStraggler = true
            shelf.stragglers[flight.probe.connector] = stragglers + 1
            return false
        }
        if isCancelled { flight.cancel() }
    }

    /// Takes the question off the list, keeps its answer, and returns those who wait for it.
    /// - Returns: also whether the answer was kept, and whether it is another one than before.
    func finish(
        _ flight: Flight, contacts: [CRMContact]?, at: MonotonicTime
    ) -> (waiters: [Flight.Waiter], isKept: Bool, isNews: Bool) {
        state.withLock { state in
            let waiters = flight.waiters
            flight.waiters = []
            guard state.flights[flight.probe] === flight else { return (waiters, false, false) }
            remove(flight, &state)
            let probe = flight.probe
            let shelf = shelf(probe.workspace, &state)
            let isTrue = flight.rules.isBought || shelf.generation == flight.generation
            guard let contacts, isTrue else { return (waiters, false, false) }
            return (waiters, true, take(contacts, of: probe, rules: flight.rules, at: at, shelf, &state))
        }
    }

    /// Keeps what a connector knew without being asked, unless something has changed since.
    /// - Parameter generation: of the workspace, before the connector said it.
    func keep(
        _ contacts: [CRMContact], of probe: Probe, rules: AnswerRules, at: MonotonicTime, generation: UInt64
    ) {
        state.withLock { state in
            let shelf = shelf(probe.workspace, &state)
            guard shelf.generation == generation else { return }
            _ = take(contacts, of: probe, rules: rules, at: at, shelf, &state)
        }
    }

    /// - Returns: whether the answer is another one than before.
    private func take(
        _ contacts: [CRMContact], of probe: Probe, rules: AnswerRules, at: MonotonicTime, _ shelf: Shelf,
        _ state: inout State
    ) -> Bool {
        let slot = slot(probe.key, shelf, &state)
        let isNews = slot.parts[probe.connector].map { $0.contacts != contacts } ?? false
        put(contacts, rules: rules, at: at, probe.connector, probe.key, slot, shelf, &state)
        // Answers made of the other text are over; those that already say the same live out their time.
        if isNews { slot.version += 1 }
        return isNews
    }

    private func remove(_ flight: Flight, _ state: inout State) {
        state.flights[flight.probe] = nil
        let shelf = shelf(flight.probe.workspace, &state)
        shelf.flights -= 1
        if flight.isStraggler {
            flight.isStraggler = false
            shelf.stragglers[flight.probe.connector, default: 1] -= 1
        }
    }
}
