// The worker of the outbox: begins what is due, lets connectors deliver, and records how that ended. One loop and a task
// for each attempt; what they share is behind a monitor, what has to survive is in storage.

package import CRMTemplate
internal import NumbersCore
package import Platform

/// Brings stored calls and chats to CRMs, each contact's in order, each at least once.
///
/// An attempt is on disk as begun before anything is sent, and its end is on disk before the next one of its contact
/// begins. So a delivery comes a second time only when the CRM may have it and we cannot know: the server died while it
/// was under way, its answer did not come, or the disk would not take what the answer was.
package final class Outbox: Sendable {
    /// How long the loop sleeps at most: what is due is found even if nobody rings.
    static let lookInterval: Duration = .seconds(5)
    /// How long a step of storage may take.
    static let storageTime: Duration = .seconds(5)
    /// How long to wait after storage has failed.
    static let storagePause: Duration = .seconds(1)
    /// How often deliveries are counted for the metrics.
    static let countInterval: Duration = .seconds(10)
    /// How long attempts under way may go on when the server stops.
    static let drainTime: Duration = .seconds(5)
    /// How often the end of an attempt is written again when the server is stopping: without it the delivery may come a
    /// second time, but the end must come too.
    private static let lastWritesMax = 3
    /// The condition of the monitor: the loop has ended.
    private static let ended = 0

    /// The attempts of one connector.
    private struct Lane {
        var running = 0
        /// How many attempts may run at once: one after a failure, one more with each success. A CRM that hangs holds up
        /// one attempt instead of all.
        var width = DeliveryPolicy.connectorMax
        /// Not to be tried before; nil: at any time.
        var restsUntil: MonotonicTime?
    }

    private struct State {
        var lanes: [ConnectorID: Lane] = [:]
        var running: [DeliveryID: ConnectorID] = [:]
        /// When the loop looks again; what is due later needs no ring.
        var nextLook = UnixTime(microseconds: .max)
        var drainUntil: MonotonicTime?
        var hasEnded = false
    }

    package let metrics: DeliveryMetrics
    private let store: any DeliveryStore
    private let source: any ConnectorSource
    private let policy: DeliveryPolicy
    private let clock: Clock
    private let alarm: Alarm
    private let random: RandomSource
    private let logger: Logger
    private let bell = Bell()
    private let state = Monitor(State(), conditions: 1)

    package init(
        store: any DeliveryStore, source: any ConnectorSource, policy: DeliveryPolicy, metrics: DeliveryMetrics,
        clock: Clock, alarm: Alarm, random: RandomSource, logger: Logger
    ) {
        self.store = store
        self.source = source
        self.policy = policy
        self.metrics = metrics
        self.clock = clock
        self.alarm = alarm
        self.random = random
        self.logger = logger
    }

    // MARK: From outside

    /// Something was stored whose delivery is due then. Costs next to nothing when the loop looks before that anyway.
    package func scheduled(dueAt: UnixTime) {
        let isEarlier = state.withLock { state -> Bool in
            guard dueAt < state.nextLook else { return false }
            state.nextLook = dueAt
            return true
        }
        if isEarlier { bell.ring() }
    }

    /// Deliveries were changed from outside this program.
    package func changed() { bell.ring() }

    /// Begins no more attempts, and ends those that still run after ``drainTime``: what they sent may have arrived.
    package func stop() {
        let until = clock.monotonic() + Self.drainTime
        state.withLock { $0.drainUntil = $0.drainUntil ?? until }
        bell.ring()
    }

    /// Waits, not longer than the deadline, until ``run()`` has ended. For a thread that may wait.
    package func waitForEnd(deadline: MonotonicTime) {
        state.wait(Self.ended) { state, _ in
            state.hasEnded || MonotonicTime.now() >= deadline ? .done(()) : .wait(until: deadline)
        }
    }

    /// Runs until ``stop()``. Meant for a task of its own.
    package func run() async {
        await recover()
        await withDiscardingTaskGroup { group in
            var keeper = Keeper(nextCount: clock.monotonic(), needsRelease: false)
            while state.withLock({ $0.drainUntil }) == nil {
                let next = await round(&keeper) { begun in group.addTask { await self.attempt(begun) } }
                await bell.wait(until: next, alarm: alarm)
            }
            while let until = state.withLock({ $0.running.isEmpty ? nil : $0.drainUntil }), clock.monotonic() < until {
                await bell.wait(until: until, alarm: alarm)
            }
            group.cancelAll()
        }
        state.withLock { $0.hasEnded = true }
        state.broadcast(Self.ended)
    }

    // MARK: The loop

    /// What the loop keeps from round to round.
    private struct Keeper {
        var nextCount: MonotonicTime
        /// Whether storage may have begun attempts that this run never heard of.
        var needsRelease: Bool
    }

    private var storageDeadline: MonotonicTime { clock.monotonic() + Self.storageTime }

    /// Attempts of an earlier run that never ended.
    private func recover() async {
        while state.withLock({ $0.drainUntil }) == nil {
            if case .success(let count) = await store.recover(at: clock.wall(), deadline: storageDeadline) {
                if count > 0 {
                    logger.warning(
                        "deliveries_interrupted",
                        [("count", .integer(Int64(count))), ("note", "may be delivered a second time")])
                }
                return
            }
            await bell.wait(until: clock.monotonic() + Self.storagePause, alarm: alarm)
        }
    }

    /// Looks once and begins what may begin.
    /// - Returns: when to look again, unless the bell rings.
    private func round(_ keeper: inout Keeper, start: (BegunDelivery) -> Void) async -> MonotonicTime {
        await count(&keeper)
        // What is scheduled from here on may be missed by the look, so all of it rings.
        state.withLock { $0.nextLook = UnixTime(microseconds: .max) }
        let pause = clock.monotonic() + Self.storagePause
        if keeper.needsRelease {
            let known = state.withLock { Set($0.running.keys) }
            guard case .success = await store.release(allBut: known, deadline: storageDeadline) else { return pause }
            keeper.needsRelease = false
        }
        guard case .success(let lanes) = await store.lanes(deadline: storageDeadline) else { return pause }
        let now = clock.wall()
        let monotonic = clock.monotonic()
        let (claims, next) = state.withLock { state in plan(lanes, now: now, monotonic: monotonic, &state) }
        guard !claims.isEmpty else { return next }
        switch await store.begin(claims, at: now, deadline: storageDeadline) {
        case .failure:
            keeper.needsRelease = true
            return pause
        case .success(let begun):
            let running = state.withLock { state -> Int in
                for delivery in begun.map(\.delivery) {
                    state.running[delivery.id] = delivery.connector
                    state.lanes[delivery.connector, default: Lane()].running += 1
                }
                return state.running.count
            }
            metrics.setRunning(running)
            for delivery in begun { start(delivery) }
            // Where all that was claimed was there, there may be more.
            let claimed = claims.reduce(0) { $0 + $1.count }
            return begun.count == claimed && running < DeliveryPolicy.allMax ? monotonic : next
        }
    }

    /// Which lanes may begin how many attempts, and when to look again if nothing happens meanwhile.
    private func plan(
        _ lanes: [DeliveryLane], now: UnixTime, monotonic: MonotonicTime, _ state: inout State
    ) -> (claims: [DeliveryClaim], next: MonotonicTime) {
        let present = Set(lanes.map(\.connector))
        state.lanes = state.lanes.filter { $0.value.running > 0 || present.contains($0.key) }
        var next = monotonic + Self.lookInterval
        var due: [(lane: DeliveryLane, running: Int, free: Int)] = []
        for lane in lanes {
            let own = state.lanes[lane.connector] ?? Lane()
            if now < lane.dueAt {
                next = min(next, monotonic + .microseconds(lane.dueAt.microseconds - now.microseconds))
            } else if let rest = own.restsUntil, monotonic < rest {
                next = min(next, rest)
            } else if own.running < own.width {
                due.append((lane, own.running, own.width - own.running))
            }
        }
        // Those with the fewest attempts first, then who has waited longest: nobody's backlog is everybody's.
        due.sort { ($0.running, $0.lane.dueAt) < ($1.running, $1.lane.dueAt) }
        var free = DeliveryPolicy.allMax - state.running.count
        var claims: [DeliveryClaim] = []
        for entry in due where free > 0 {
            let count = min(entry.free, free)
            claims.append(DeliveryClaim(connector: entry.lane.connector, count: count))
            free -= count
        }
        state.nextLook = now + monotonic.duration(to: next)
        return (claims, next)
    }

    /// Counts for the metrics, now and then.
    private func count(_ keeper: inout Keeper) async {
        let now = clock.monotonic()
        guard keeper.nextCount <= now else { return }
        keeper.nextCount = now + Self.countInterval
        if case .success(let counts) = await store.counts(deadline: storageDeadline) {
            metrics.set(counts, now: clock.wall())
        }
    }

    // MARK: An attempt

    private func attempt(_ begun: BegunDelivery) async {
        let start = clock.monotonic()
        let (settlement, kind) = await perform(begun)
        if let kind { metrics.note(start.duration(to: clock.monotonic()), kind: kind) }
        metrics.note(settlement.outcome, kind: kind)
        tell(settlement, of: begun.delivery)
        await record(settlement, of: begun.delivery)
        let running = state.withLock { state -> Int in
            state.running[begun.delivery.id] = nil
            state.lanes[begun.delivery.connector]?.running -= 1
            adjust(&state.lanes[begun.delivery.connector, default: Lane()], settlement)
            return state.running.count
        }
        metrics.setRunning(running)
        bell.ring()
    }

    private func perform(_ begun: BegunDelivery) async -> (DeliverySettlement, ConnectorKind?) {
        let deadline = clock.monotonic() + DeliveryPolicy.attemptTime
        var later: UnixTime { clock.wall() + DeliveryPolicy.unavailablePause }
        guard begun.content != .gone, let workspace = begun.workspace else { return (.gone, nil) }
        let feature = begun.delivery.subject.feature
        let isOn = feature == .calls ? workspace.settings.callLogging : workspace.settings.chatLogging
        guard isOn else { return (.skipped(reason: "logging_off"), nil) }
        guard let connectors = await source.connectors(of: workspace, deadline: deadline) else {
            return (.notSent(reason: "storage", dueAt: later), nil)
        }
        guard let connector = connectors.first(where: { $0.id == begun.delivery.connector }),
            connector.features.contains(feature)
        else { return (.withoutConnector(dueAt: later), nil) }
        guard !Task.isCancelled else { return (.notSent(reason: "stopped", dueAt: clock.wall()), connector.kind) }

        let outcome = await inTime(deadline) { () -> DeliveryOutcome in
            switch begun.content {
            case .call(let call): await connector.deliver(call, deadline: deadline)
            case .chat(let chat): await connector.deliver(chat, deadline: deadline)
            case .gone: .skipped
            }
        }
        if Task.isCancelled, case .failed = outcome { return (.interrupted, connector.kind) }
        let settlement = policy.settlement(
            outcome, attempts: begun.delivery.attempts, now: clock.wall(), random: random)
        return (settlement, connector.kind)
    }

    /// Cancels the work when it has not come back by itself soon after its deadline.
    private func inTime(
        _ deadline: MonotonicTime, _ work: @escaping @Sendable () async -> DeliveryOutcome
    ) async -> DeliveryOutcome {
        let task = Task { await work() }
        let timer = alarm.set(at: deadline + DeliveryPolicy.attemptGrace) { task.cancel() }
        defer { timer.switchOff() }
        return await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
    }

    /// Writes down how the attempt ended, again and again while the disk does not take it: the connector's next
    /// deliveries wait for it.
    private func record(_ settlement: DeliverySettlement, of delivery: Delivery) async {
        var lastWrites = 0
        while true {
            if case .success = await store.settle(
                delivery, settlement, at: clock.wall(), deadline: storageDeadline)
            {
                return
            }
            if Task.isCancelled {
                lastWrites += 1
                guard lastWrites < Self.lastWritesMax else {
                    return logger.error("delivery_not_recorded", [("delivery", .identifier(delivery.id))])
                }
            } else {
                await alarm.ring(at: clock.monotonic() + Self.storagePause)
            }
        }
    }

    /// How many attempts the connector gets from here on.
    private func adjust(_ lane: inout Lane, _ settlement: DeliverySettlement) {
        switch settlement {
        case .delivered: lane.width = min(lane.width + 1, DeliveryPolicy.connectorMax)
        case .failed, .dead, .interrupted: lane.width = 1
        case .notSent, .withoutConnector:
            // All of them would meet the same.
            lane.restsUntil = clock.monotonic() + DeliveryPolicy.unavailablePause
        case .skipped, .gone: break
        }
    }

    private func tell(_ settlement: DeliverySettlement, of delivery: Delivery) {
        let failure: ConnectorFailure
        let isDead: Bool
        switch settlement {
        case .failed(let reason, _): (failure, isDead) = (reason, false)
        case .dead(let reason): (failure, isDead) = (reason, true)
        case .delivered, .skipped, .notSent, .withoutConnector, .interrupted, .gone: return
        }
        let fields: [(StaticString, LogValue)] = [
            ("delivery", .identifier(delivery.id)), ("workspace", .identifier(delivery.workspace)),
            ("connector", .identifier(delivery.connector)), ("attempts", .integer(Int64(delivery.attempts))),
            ("code", .text(failure.code)),
        ]
        if isDead {
            logger.warning("delivery_dead", fields)
        } else if state.withLock({ $0.lanes[delivery.connector]?.width ?? 1 }) > 1 {
            // Once for each time the connector begins to fail, not for every delivery that does.
            logger.warning("delivery_failed", fields)
        }
    }
}

extension DeliverySettlement {
    fileprivate var outcome: DeliveryMetrics.Outcome {
        switch self {
        case .delivered: .delivered
        case .skipped: .skipped
        case .failed: .failed
        case .dead: .dead
        case .notSent, .withoutConnector: .notSent
        case .interrupted: .interrupted
        case .gone: .dropped
        }
    }
}
