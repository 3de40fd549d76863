// Asking the paid suppliers: whom, in which order, how many at a time, and for how much. One monitor guards everything;
// it is held for table work only, never while anybody is waited for.

package import Platform
internal import Synchronization

/// The paid suppliers.
package final class SupplierDips: Sendable {
    /// What the operator allows.
    package struct Limits: Sendable {
        /// Dips that one free account may cause in a UTC day.
        package let freeDipsPerDay: Int
        /// What all suppliers together may cost in a UTC day; nil: no bound.
        package let spendPerDay: MicroUSD?

        package init(freeDipsPerDay: Int, spendPerDay: MicroUSD?) {
            self.freeDipsPerDay = freeDipsPerDay
            self.spendPerDay = spendPerDay
        }
    }

    /// Numbers asked about at one time. Each holds a task and at most one request for each supplier; one more is not
    /// asked about.
    package static let flightsMax = 4_096
    /// Free accounts whose dips are counted in a day; beyond it none of the others causes one.
    package static let freeAccountsMax = 1_000_000

    private struct Waiter {
        let continuation: CheckedContinuation<DipOutcome, Never>
        var timer: Task<Void, Never>?
    }

    private struct State {
        var desks: [SupplierName: SupplierDesk] = [:]
        var flights: [E164: [UInt64: Waiter]] = [:]
        var lastWaiter: UInt64 = 0
        var allowance: SupplierAllowance
    }

    private let state: Monitor<State>
    private let isUsed = Atomic<Bool>(false)
    private let transport: any SupplierTransport
    private let names: CallerNameDirectory
    private let keeper: any NameKeeper
    private let clock: Clock
    private let random: RandomSource
    private let timer: SupplierTimer
    /// Lookups that joined a dip already under way.
    package let joined = Counter()
    /// Lookups whose time was over before the dip's.
    package let late = Counter()
    /// Lookups that were not asked because the day's spending or a free account's dips were used up.
    package let capped = Counter()

    package init(
        transport: any SupplierTransport, names: CallerNameDirectory, keeper: any NameKeeper, limits: Limits,
        clock: Clock, random: RandomSource, timer: SupplierTimer
    ) {
        self.transport = transport
        self.names = names
        self.keeper = keeper
        state = Monitor(State(allowance: SupplierAllowance(limits: limits)))
        self.clock = clock
        self.random = random
        self.timer = timer
    }

    /// Whether there is anybody to ask.
    package var hasSuppliers: Bool { isUsed.load(ordering: .relaxed) }

    /// Takes the operator's present suppliers. What is known about those that stay is kept.
    package func replace(_ suppliers: [(supplier: Supplier, secrets: SupplierSecrets)]) {
        state.withLock { state in
            var desks: [SupplierName: SupplierDesk] = [:]
            for (supplier, secrets) in suppliers.prefix(Supplier.countMax) {
                if var desk = state.desks[supplier.name] {
                    // Another address or another key may be what makes it work again.
                    if desk.supplier != supplier || desk.secrets.names != secrets.names {
                        desk.breaker = CircuitBreaker()
                    }
                    desk.supplier = supplier
                    desk.secrets = secrets
                    desks[supplier.name] = desk
                } else {
                    desks[supplier.name] = SupplierDesk(supplier, secrets)
                }
            }
            state.desks = desks
        }
        isUsed.store(suppliers.contains { $0.supplier.isEnabled }, ordering: .relaxed)
    }

    /// The day whose stored part is not counted in yet: one that began while the server runs, or one that the clock was
    /// set back to. nil: all is counted. Until ``resume(day:spent:freeDips:)`` its allowances are whole.
    package var unresumedDay: Int64? {
        let day = clock.wall().dayNumber
        return state.withLock { state in
            state.allowance.turn(to: day)
            return state.allowance.unresumedDay
        }
    }

    /// Counts in what the database has of a day: what was spent earlier, by another start of the server.
    package func resume(day: Int64, spent: Int64, freeDips: [AccountID: Int]) {
        state.withLock { $0.allowance.resume(day: day, spent: spent, freeDips: freeDips) }
    }

    /// What has been spent since the last call, to be kept.
    package func takeSpending() -> SupplierSpending { state.withLock { $0.allowance.takeSpending() } }

    /// Puts back what could not be kept.
    package func giveBack(_ spending: SupplierSpending) { state.withLock { $0.allowance.giveBack(spending) } }

    // MARK: Asking

    /// Asks about a number, or joins those who wait for the answer about it already; returns by `deadline`.
    package func dip(
        _ number: E164, country: Region?, plan: NumberingPlan, for payer: DipPayer, until deadline: MonotonicTime
    ) async -> DipOutcome {
        guard clock.monotonic() < deadline else { return .late }
        return await withCheckedContinuation { continuation in
            let (step, id) = enter(number, country, payer, continuation)
            switch step {
            case .refused(let outcome): return continuation.resume(returning: outcome)
            case .joined: joined.add()
            case .began: launch(number, plan, payer)
            }
            let timing = Task.detached { [self, timer] in
                await timer.sleep(deadline)
                if !Task.isCancelled { leave(number, id) }
            }
            let isAnswered = state.withLock { state -> Bool in
                guard state.flights[number]?[id] != nil else { return true }
                state.flights[number]?[id]?.timer = timing
                return false
            }
            if isAnswered { timing.cancel() }
        }
    }

    /// Asks about a number without waiting for the answer.
    package func refresh(_ number: E164, country: Region?, plan: NumberingPlan, for payer: DipPayer) {
        if case .began = enter(number, country, payer, nil).step { launch(number, plan, payer) }
    }

    private enum Step {
        case joined, began
        case refused(DipOutcome)
    }

    private func enter(
        _ number: E164, _ country: Region?, _ payer: DipPayer, _ continuation: CheckedContinuation<DipOutcome, Never>?
    ) -> (step: Step, id: UInt64) {
        let day = clock.wall().dayNumber
        return state.withLock { state in
            state.allowance.turn(to: day)
            state.lastWaiter += 1
            let id = state.lastWaiter
            let waiter = continuation.map { Waiter(continuation: $0, timer: nil) }
            if state.flights[number] != nil {
                // Who joins a dip does not cause it.
                state.flights[number]?[id] = waiter
                return (.joined, id)
            }
            guard state.desks.values.contains(where: { $0.isFor(country) }), isAffordable(payer, country, state) else {
                return (.refused(.notAsked), id)
            }
            guard state.flights.count < Self.flightsMax else { return (.refused(.failed), id) }
            if case .free(let account) = payer { state.allowance.count(1, of: account) }
            state.flights[number] = waiter.map { [id: $0] } ?? [:]
            return (.began, id)
        }
    }

    /// Whether the allowances let this payer cause a dip.
    private func isAffordable(_ payer: DipPayer, _ country: Region?, _ state: State) -> Bool {
        let isAllowed =
            state.desks.values.contains { $0.isFor(country) && state.allowance.fits($0.supplier) }
            && state.allowance.lets(payer)
        if !isAllowed { capped.add() }
        return isAllowed
    }

    private func leave(_ number: E164, _ id: UInt64) {
        let waiter = state.withLock { $0.flights[number]?.removeValue(forKey: id) }
        guard let waiter else { return }
        late.add()
        waiter.continuation.resume(returning: .late)
    }

    private func launch(_ number: E164, _ plan: NumberingPlan, _ payer: DipPayer) {
        TraceContext.detached { [self] in
            guard let question = SupplierQuestion(number, plan: plan) else { return conclude(number, .notAsked) }
            let (outcome, wasAsked) = await fly(question)
            if !wasAsked, case .free(let account) = payer {
                state.withLock { $0.allowance.count(-1, of: account) }
            }
            switch outcome {
            case .named(let cached): await keeper.keep(cached, for: number)
            case .unnamed(let cached):
                conclude(number, outcome)
                await keeper.keep(cached, for: number)
            case .failed, .late, .notAsked: conclude(number, outcome)
            }
        }
    }

    /// Hands the outcome to everybody who waits, once for each flight: the number may be asked about again from here on.
    private func conclude(_ number: E164, _ outcome: DipOutcome) {
        // In memory before anybody is answered, so that whoever asks next finds it there.
        switch outcome {
        case .named(let cached), .unnamed(let cached): names.remember(cached, for: number)
        case .failed, .late, .notAsked: break
        }
        let waiters = state.withLock { $0.flights.removeValue(forKey: number) } ?? [:]
        for waiter in waiters.values {
            waiter.timer?.cancel()
            waiter.continuation.resume(returning: outcome)
        }
    }

    // MARK: One dip

    private enum Event: Sendable {
        case answer(SupplierName, Reading)
        case hedge(SupplierName)
    }

    private enum Reading: Sendable {
        case named(SuppliedName)
        case unnamed
        case failed
        case abandoned
    }

    /// A request that has been counted and may be sent.
    private struct Booking: Sendable {
        let supplier: Supplier
        let secrets: SupplierSecrets
        let hedgeDelay: Duration
        let counters: SupplierCounters
    }

    /// Asks one supplier after the other: the next one when the present one has no name, fails, or takes longer than it
    /// takes 19 times out of 20. The first name ends it, and has been handed to those who wait when this returns.
    private func fly(_ question: SupplierQuestion) async -> (outcome: DipOutcome, wasAsked: Bool) {
        await withTaskGroup(of: Event.self) { group in
            var asked: Set<SupplierName> = []
            var pending: Set<SupplierName> = []
            var newest: SupplierName?
            var wasUnnamed = false
            var hasFailed = false

            func askNext(isHedge: Bool) {
                guard let booking = book(question, besides: asked) else { return }
                let name = booking.supplier.name
                asked.insert(name)
                pending.insert(name)
                newest = name
                if isHedge { booking.counters.hedges.add() }
                group.addTask { [self] in .answer(name, await ask(booking, question)) }
                let hedgeAt = clock.monotonic() + booking.hedgeDelay
                group.addTask { [timer] in
                    await timer.sleep(hedgeAt)
                    return .hedge(name)
                }
            }

            askNext(isHedge: false)
            // Every one of them is out of order or busy.
            guard !asked.isEmpty else { return (.failed, false) }
            while !pending.isEmpty, let event = await group.next() {
                switch event {
                case .hedge(let name):
                    if pending.contains(name), newest == name { askNext(isHedge: true) }
                case .answer(let name, let reading):
                    pending.remove(name)
                    switch reading {
                    case .named(let found):
                        let outcome = DipOutcome.named(
                            CachedName(name: found.name, raw: found.raw, supplier: name, obtainedAt: clock.wall()))
                        // Told at once: the others are only cancelled, and nobody waits until they have noticed.
                        conclude(question.number, outcome)
                        group.cancelAll()
                        return (outcome, true)
                    case .unnamed: wasUnnamed = true
                    case .failed, .abandoned: hasFailed = true
                    }
                    // One that was asked already because this one was slow is the next one.
                    if pending.isEmpty { askNext(isHedge: false) }
                }
            }
            group.cancelAll()
            // Somebody who could not be asked may have a name.
            guard wasUnnamed, !hasFailed, !hasOthers(question, besides: asked) else { return (.failed, true) }
            return (.unnamed(CachedName(name: nil, raw: nil, supplier: nil, obtainedAt: clock.wall())), true)
        }
    }

    /// Chooses the next supplier and counts its request: the operator's order, then what a name costs there, then the
    /// name.
    private func book(_ question: SupplierQuestion, besides asked: Set<SupplierName>) -> Booking? {
        let now = clock.monotonic()
        let day = clock.wall().dayNumber
        return state.withLock { state in
            state.allowance.turn(to: day)
            let chosen = state.desks.values
                .filter {
                    !asked.contains($0.supplier.name) && $0.canTake(question, at: now)
                        && state.allowance.fits($0.supplier)
                }
                .min {
                    ($0.supplier.position, $0.costOfName, $0.supplier.name)
                        < ($1.supplier.position, $1.costOfName, $1.supplier.name)
                }
            guard let chosen else { return nil }
            let name = chosen.supplier.name
            state.desks[name]?.breaker.begin()
            state.desks[name]?.inFlight += 1
            chosen.counters.inFlight.add(1)
            chosen.counters.spent.add(UInt64(clamping: chosen.supplier.price.micros))
            state.allowance.book(chosen.supplier)
            return Booking(
                supplier: chosen.supplier, secrets: chosen.secrets, hedgeDelay: chosen.hedgeDelay,
                counters: chosen.counters)
        }
    }

    /// Whether the operator wants somebody asked who was not.
    private func hasOthers(_ question: SupplierQuestion, besides asked: Set<SupplierName>) -> Bool {
        state.withLock { state in
            state.desks.values.contains { $0.isFor(question.country) && !asked.contains($0.supplier.name) }
        }
    }

    private func ask(_ booking: Booking, _ question: SupplierQuestion) async -> Reading {
        let began = clock.monotonic()
        let reading = await send(booking, question, until: began + booking.supplier.timeout)
        let now = clock.monotonic()
        let spread = Double(random.integer() >> 11) / 9_007_199_254_740_992
        let name = booking.supplier.name
        booking.counters.inFlight.add(-1)
        return state.withLock { state in
            // A supplier that was removed and added again begins anew.
            if let count = state.desks[name]?.inFlight, count > 0 { state.desks[name]?.inFlight = count - 1 }
            let duration = began.duration(to: now)
            switch reading {
            case .success(.named(let found)):
                answered(name, isName: true, duration, booking.counters, &state)
                return .named(found)
            case .success(.unnamed):
                answered(name, isName: false, duration, booking.counters, &state)
                return .unnamed
            case .success(.unreadable(let fault)):
                failed(name, SupplierFailure(fault), now, spread, booking.counters, &state)
                return .failed
            case .failure(.timedOut): failed(name, .timedOut, now, spread, booking.counters, &state)
            case .failure(.failed): failed(name, .failed, now, spread, booking.counters, &state)
            case .failure(.refusedAddress): failed(name, .refusedAddress, now, spread, booking.counters, &state)
            case .failure(.cancelled):
                booking.counters.abandoned.add()
                state.desks[name]?.breaker.abandoned(at: now)
                return .abandoned
            }
            return .failed
        }
    }

    private func answered(
        _ name: SupplierName, isName: Bool, _ duration: Duration, _ counters: SupplierCounters, _ state: inout State
    ) {
        (isName ? counters.hits : counters.misses).add()
        counters.seconds.record(UInt64(clamping: duration.wholeNanoseconds / 1_000))
        state.desks[name]?.breaker.succeeded()
        state.desks[name]?.answered(isName: isName, in: duration)
        state.allowance.note(name) { tally in if isName { tally.hits += 1 } else { tally.misses += 1 } }
    }

    private func failed(
        _ name: SupplierName, _ failure: SupplierFailure, _ now: MonotonicTime, _ spread: Double,
        _ counters: SupplierCounters, _ state: inout State
    ) {
        counters.count(failure)
        state.desks[name]?.breaker.failed(at: now, spread: spread, isFinal: failure == .throttled)
        state.allowance.note(name) { $0.errors += 1 }
    }

    private func send(
        _ booking: Booking, _ question: SupplierQuestion, until deadline: MonotonicTime
    ) async -> Result<SupplierAnswer, SupplierSendFailure> {
        let supplier = booking.supplier
        guard let request = supplier.request(about: question, secrets: booking.secrets) else {
            return .success(.unreadable(.refused))
        }
        return await transport.send(request, deadline: deadline).map { answer in
            SupplierAnswer.read(status: answer.status, body: answer.body, supplier: supplier, question: question)
        }
    }

    // MARK: Looking in

    /// How the suppliers do, by name.
    package func standings() -> [(supplier: Supplier, breaker: CircuitBreaker.State, counters: SupplierCounters)] {
        state.withLock { state in
            state.desks.values.map { ($0.supplier, $0.breaker.state, $0.counters) }
        }.sorted { $0.supplier.name < $1.supplier.name }
    }

    /// Dips under way, and micro-USD spent today.
    package var present: (flights: Int, spentToday: Int64) {
        state.withLock { ($0.flights.count, $0.allowance.spentToday) }
    }
}
