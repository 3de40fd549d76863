// Who may run now and who waits (Connection@MaxConcurrentRequests). Its state is behind a monitor.

internal import Platform

/// A fair queue for a number of places: first come, first served, and every lookup before every delivery (spec 0.9).
///
/// Deliveries never hold the last place while a lookup waits: of several places they take all but one, and with a single
/// one they give it up between two requests (``yield(until:alarm:)``).
final class RunQueue: Sendable {
    enum Admission: Sendable, Hashable {
        case admitted
        case late
        case cancelled
        /// Too many wait already.
        case full
    }

    private struct State {
        var running = 0
        /// Of those that run.
        var deliveriesRunning = 0
        var lookups: [Waiter<Admission>] = []
        var deliveries: [Waiter<Admission>] = []
    }

    private let places: Int
    /// Of them, those that deliveries may take.
    private let deliveryPlaces: Int
    private let longest: Int
    private let state = Monitor(State())

    init(places: Int, longest: Int) {
        self.places = max(1, places)
        deliveryPlaces = max(1, places - 1)
        self.longest = longest
    }

    /// How many wait; for tests and figures.
    var waiting: Int { state.withLock { $0.lookups.count + $0.deliveries.count } }

    /// Takes a place if one is free; whoever got one gives it back with ``leave(_:)``.
    func enterAtOnce(_ priority: RunOptions.Priority) -> Bool { state.withLock { takePlace(&$0, priority) } }

    /// Who waits comes first: leaving hands a place on, so that one is free only when nobody waits who may have it.
    private func takePlace(_ state: inout State, _ priority: RunOptions.Priority) -> Bool {
        guard state.running < places else { return false }
        if priority == .delivery {
            guard state.deliveriesRunning < deliveryPlaces else { return false }
            state.deliveriesRunning += 1
        }
        state.running += 1
        return true
    }

    /// Waits for a place.
    func enter(_ priority: RunOptions.Priority, until deadline: MonotonicTime, alarm: Alarm) async -> Admission {
        let waiter = Waiter<Admission>()
        let answer = state.withLock { state -> Admission? in
            if takePlace(&state, priority) { return .admitted }
            guard state.lookups.count + state.deliveries.count < longest else { return .full }
            switch priority {
            case .lookup: state.lookups.append(waiter)
            case .delivery: state.deliveries.append(waiter)
            }
            return nil
        }
        if let answer { return answer }
        return await wait(waiter, until: deadline, alarm: alarm)
    }

    private func wait(_ waiter: Waiter<Admission>, until deadline: MonotonicTime, alarm: Alarm) async -> Admission {
        let admission = await waiter.value(until: deadline, alarm: alarm, late: .late, cancelled: .cancelled)
        if admission != .admitted {
            state.withLock { state in
                state.lookups.removeAll { $0 === waiter }
                state.deliveries.removeAll { $0 === waiter }
            }
        }
        return admission
    }

    /// Lets lookups go first that wait for the only place, which a delivery has: it waits for them in front of all other
    /// deliveries.
    /// - Returns: `.admitted` when the delivery has the place, still or again; otherwise it has none.
    func yield(until deadline: MonotonicTime, alarm: Alarm) async -> Admission {
        guard places == 1 else { return .admitted }
        let waiter = Waiter<Admission>()
        while true {
            let lookup = state.withLock { state -> Waiter<Admission>? in
                guard !state.lookups.isEmpty else { return nil }
                // Nobody hands the place on before the lookup has it, since nobody else runs.
                state.deliveries.insert(waiter, at: 0)
                state.deliveriesRunning -= 1
                return state.lookups.removeFirst()
            }
            guard let lookup else { return .admitted }
            if lookup.resume(.admitted) { return await wait(waiter, until: deadline, alarm: alarm) }
            // It gave up in this moment: the place is still the delivery's.
            state.withLock { state in
                state.deliveries.removeAll { $0 === waiter }
                state.deliveriesRunning += 1
            }
        }
    }

    /// Gives a place back, or hands it to who waits.
    func leave(_ priority: RunOptions.Priority) {
        var left = priority
        while true {
            let next = state.withLock { state -> (Waiter<Admission>, RunOptions.Priority)? in
                if left == .delivery { state.deliveriesRunning -= 1 }
                if !state.lookups.isEmpty { return (state.lookups.removeFirst(), .lookup) }
                if !state.deliveries.isEmpty, state.deliveriesRunning < deliveryPlaces {
                    state.deliveriesRunning += 1
                    return (state.deliveries.removeFirst(), .delivery)
                }
                state.running -= 1
                return nil
            }
            // One that gave up in this moment does not take the place; the one after it does.
            guard let next, !next.0.resume(.admitted) else { return }
            left = next.1
        }
    }
}
