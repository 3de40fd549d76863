// Who may run now and who waits (Connection@MaxConcurrentRequests). Its state is behind a monitor.

internal import Platform

/// A fair queue for a number of places: first come, first served, and every lookup before every delivery (spec 0.9).
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
        var lookups: [Waiter<Admission>] = []
        var deliveries: [Waiter<Admission>] = []

        mutating func next() -> Waiter<Admission>? {
            if !lookups.isEmpty { return lookups.removeFirst() }
            return deliveries.isEmpty ? nil : deliveries.removeFirst()
        }
    }

    private let places: Int
    private let longest: Int
    private let state = Monitor(State())

    init(places: Int, longest: Int) {
        self.places = max(1, places)
        self.longest = longest
    }

    /// How many wait; for tests and figures.
    var waiting: Int { state.withLock { $0.lookups.count + $0.deliveries.count } }

    /// Takes a place if one is free; whoever got one gives it back with ``leave()``.
    func enterAtOnce() -> Bool {
        state.withLock { state in
            // Who waits comes first: a place is free only when nobody does, because leaving hands it on.
            guard state.running < places else { return false }
            state.running += 1
            return true
        }
    }

    /// Waits for a place.
    func enter(_ priority: RunOptions.Priority, until deadline: MonotonicTime, alarm: Alarm) async -> Admission {
        let waiter = Waiter<Admission>()
        let answer = state.withLock { state -> Admission? in
            if state.running < places {
                state.running += 1
                return .admitted
            }
            guard state.lookups.count + state.deliveries.count < longest else { return .full }
            switch priority {
            case .lookup: state.lookups.append(waiter)
            case .delivery: state.deliveries.append(waiter)
            }
            return nil
        }
        if let answer { return answer }
        let admission = await waiter.value(until: deadline, alarm: alarm, late: .late, cancelled: .cancelled)
        if admission != .admitted {
            state.withLock { state in
                state.lookups.removeAll { $0 === waiter }
                state.deliveries.removeAll { $0 === waiter }
            }
        }
        return admission
    }

    /// Gives a place back, or hands it to who waits.
    func leave() {
        while true {
            let next = state.withLock { state -> Waiter<Admission>? in
                guard let next = state.next() else {
                    state.running -= 1
                    return nil
                }
                return next
            }
            // One that gave up in this moment does not take the place; the one after it does.
            guard let next, !next.resume(.admitted) else { return }
        }
    }
}
