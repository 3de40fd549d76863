// What the outbox counts. Counters that any thread may write; labels are kinds and outcomes, never customers.

package import Platform

/// The numbers of deliveries since the start, and how many there are.
package final class DeliveryMetrics: Sendable {
    /// How an attempt ended.
    package enum Outcome: String, Sendable, Hashable, CaseIterable {
        case delivered, skipped, failed, dead, dropped, interrupted
        /// It never began: storage or the connector was not available.
        case notSent = "not_sent"
    }

    private struct OfKind: Sendable {
        let outcomes: [Outcome: Counter]
        let time: Histogram
    }

    /// Microseconds: from a CRM beside us to the end of an attempt's time.
    private static let timeBounds: [UInt64] = [
        5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000,
        30_000_000,
    ]

    private let kinds: [ConnectorKind: OfKind]
    /// Attempts whose connector was not there.
    private let without: [Outcome: Counter]
    private let running = Gauge()
    private let pending = Gauge()
    private let dead = Gauge()
    private let oldestSeconds = Gauge()

    package init() {
        func counters() -> [Outcome: Counter] {
            Dictionary(uniqueKeysWithValues: Outcome.allCases.map { ($0, Counter()) })
        }
        kinds = Dictionary(
            uniqueKeysWithValues: ConnectorKind.allCases.map {
                ($0, OfKind(outcomes: counters(), time: Histogram(bounds: Self.timeBounds)))
            })
        without = counters()
    }

    func note(_ outcome: Outcome, kind: ConnectorKind?) {
        (kind.flatMap { kinds[$0]?.outcomes[outcome] } ?? without[outcome])?.add()
    }

    func note(_ time: Duration, kind: ConnectorKind) {
        kinds[kind]?.time.record(UInt64(max(0, time.wholeNanoseconds / 1_000)))
    }

    func setRunning(_ count: Int) { running.set(Int64(count)) }

    func set(_ counts: DeliveryCounts, now: UnixTime) {
        pending.set(counts.pending)
        dead.set(counts.dead)
        oldestSeconds.set(counts.oldestPending.map { max(0, now.seconds - $0.seconds) } ?? 0)
    }

    /// How many attempts ended so, whatever the connector.
    package func count(of outcome: Outcome) -> UInt64 {
        kinds.values.reduce(without[outcome]?.value ?? 0) { $0 + ($1.outcomes[outcome]?.value ?? 0) }
    }

    /// Writes them all.
    package func append(to text: inout MetricsText) {
        let all = ConnectorKind.allCases.map { ($0.rawValue, kinds[$0]?.outcomes ?? [:]) } + [("none", without)]
        for (kind, outcomes) in all {
            for outcome in Outcome.allCases {
                // Also at zero: of a counter that begins with its first event, an alert does not see that event.
                guard let count = outcomes[outcome]?.value else { continue }
                text.counter(
                    "numbers_delivery_attempts_total", help: "Attempts to deliver calls and chats, by how they ended.",
                    labels: [("kind", kind), ("outcome", outcome.rawValue)], count)
            }
        }
        for kind in ConnectorKind.allCases {
            guard let time = kinds[kind]?.time else { continue }
            text.histogram(
                "numbers_delivery_attempt_seconds", help: "How long attempts to deliver take.",
                labels: [("kind", kind.rawValue)], decimals: 6, time)
        }
        text.gauge("numbers_deliveries_running", help: "Attempts to deliver under way.", running.value)
        text.gauge("numbers_deliveries_pending", help: "Deliveries that wait, or are under way.", pending.value)
        text.gauge("numbers_deliveries_dead", help: "Deliveries given up until an operator acts.", dead.value)
        text.gauge(
            "numbers_delivery_oldest_pending_seconds", help: "Age of the oldest pending delivery.",
            oldestSeconds.value)
    }
}
