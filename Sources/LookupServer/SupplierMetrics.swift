// The numbers of the paid suppliers and of the client that asks them, for /metrics. Immutable.

import HTTPClient
import NumbersCore
import NumbersStorage
import Platform
import ServerProcess

/// What came of low-balance messages.
struct NoticeMetrics: MetricsSource {
    let notices: BalanceNotices

    func append(to text: inout MetricsText) {
        let counters = [
            ("delivered", notices.delivered.value), ("failed", notices.failed.value),
            ("given_up", notices.givenUp.value),
        ]
        for (outcome, count) in counters {
            text.counter(
                "numbers_low_balance_notices_total", help: "Low-balance messages by outcome.",
                labels: [("outcome", outcome)], count)
        }
    }
}

/// What suppliers did, by name; no label has a number or an account.
struct SupplierMetrics: MetricsSource {
    let dips: SupplierDips
    let keeper: SupplierKeeper
    let client: HTTPClient

    func append(to text: inout MetricsText) {
        let standings = dips.standings()
        for (supplier, _, counters) in standings {
            let outcomes: [(String, UInt64)] =
                [("hit", counters.hits.value), ("miss", counters.misses.value)]
                + SupplierFailure.allCases.map { ($0.rawValue, counters.value($0)) }
                + [("abandoned", counters.abandoned.value)]
            for (outcome, count) in outcomes {
                text.counter(
                    "numbers_supplier_requests_total", help: "Requests to a supplier by outcome.",
                    labels: Self.labels(supplier) + [("outcome", outcome)], count)
            }
        }
        for (supplier, _, counters) in standings {
            text.counter(
                "numbers_supplier_hedges_total", help: "Requests sent because another supplier took too long.",
                labels: Self.labels(supplier), counters.hedges.value)
        }
        for (supplier, _, counters) in standings {
            text.counter(
                "numbers_supplier_spent_micros_total", help: "What requests to a supplier cost, in micro-USD.",
                labels: Self.labels(supplier), counters.spent.value)
        }
        for (supplier, breaker, _) in standings {
            let value: Int64 =
                switch breaker {
                case .closed: 0
                case .halfOpen: 1
                case .open: 2
                }
            text.gauge(
                "numbers_supplier_breaker", help: "0 asked as usual, 1 one request tries, 2 left alone after failures.",
                labels: Self.labels(supplier), value)
        }
        for (supplier, _, counters) in standings {
            text.gauge(
                "numbers_supplier_requests", help: "Requests to a supplier on their way.",
                labels: Self.labels(supplier),
                counters.inFlight.value)
        }
        for (supplier, _, counters) in standings {
            text.histogram(
                "numbers_supplier_request_seconds",
                help: "From the request to a name, or to the answer that there is none.",
                labels: Self.labels(supplier), decimals: 6, counters.seconds)
        }
        text.gauge(
            "numbers_suppliers_sealed", help: "Suppliers not asked because their secrets cannot be opened.",
            Int64(keeper.sealedCount))
        text.gauge(
            "numbers_suppliers_unusable", help: "Suppliers not asked because what is stored of them cannot be read.",
            Int64(keeper.unusableCount))
        let present = dips.present
        text.gauge("numbers_dips", help: "Numbers that suppliers are asked about.", Int64(present.flights))
        text.gauge("numbers_dips_spent_today_micros", help: "Micro-USD spent since midnight UTC.", present.spentToday)
        text.counter("numbers_dips_joined_total", help: "Lookups that waited on another one's dip.", dips.joined.value)
        text.counter("numbers_dips_late_total", help: "Lookups that left before their dip ended.", dips.late.value)
        text.counter(
            "numbers_dips_capped_total", help: "Lookups without a dip because an allowance was used up.",
            dips.capped.value)
        client.metrics.write(to: &text, client: "suppliers")
    }

    private static func labels(_ supplier: Supplier) -> MetricsText.Labels { [("supplier", supplier.name.text)] }
}
