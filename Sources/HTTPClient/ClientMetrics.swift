// What the client counts. Written by its thread, read by whoever asks: every number is an atomic of its own.

package import Platform

/// Counters, gauges and times of one client.
package final class ClientMetrics: Sendable {
    /// From an answer on the same machine to the longest deadline anybody sets, in microseconds.
    private static let durationBounds: [UInt64] = [
        500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000,
        10_000_000, 30_000_000,
    ]

    /// Requests that were answered, by the first digit of the status.
    private let answered = (0..<6).map { _ in Counter() }
    private let failed = Dictionary(uniqueKeysWithValues: ClientError.Kind.allCases.map { ($0, Counter()) })
    private let durations = Histogram(bounds: durationBounds)
    /// Requests on their way, waiting ones among them.
    package let requests = Gauge()
    /// Requests that wait for a place at their host.
    package let waiting = Gauge()
    /// Open sockets, kept ones among them.
    package let connections = Gauge()
    package let connectionsOpened = Counter()
    /// Addresses that the guard refused.
    package let refusedAddresses = Counter()
    package let redirects = Counter()
    package let retries = Counter()
    /// Bytes of bodies as they came, before decompression.
    package let bodyBytes = Counter()

    init() {}

    func record(_ outcome: Submission.Outcome, microseconds: UInt64) {
        switch outcome {
        case .success(let response): answered[min(max(response.status / 100, 0), 5)].add()
        case .failure(let error): failed[error.kind]?.add()
        }
        durations.record(microseconds)
    }

    /// How many requests failed so.
    package func failureCount(_ kind: ClientError.Kind) -> UInt64 { failed[kind]?.value ?? 0 }

    /// Adds the client's numbers; `client` tells it from others of the program.
    package func write(to text: inout MetricsText, client: String) {
        let label = (name: "client", value: client)
        for (digit, counter) in answered.enumerated() where digit > 0 {
            text.counter(
                "numbers_client_requests_total", help: "Outgoing requests by outcome.",
                labels: [label, ("outcome", "\(digit)xx")], counter.value)
        }
        for kind in ClientError.Kind.allCases {
            text.counter(
                "numbers_client_requests_total", help: "Outgoing requests by outcome.",
                labels: [label, ("outcome", kind.rawValue)], failureCount(kind))
        }
        text.histogram(
            "numbers_client_request_seconds", help: "From the call to its end, all redirects and retries together.",
            labels: [label], decimals: 6, durations)
        text.gauge(
            "numbers_client_requests", help: "Outgoing requests on their way or waiting.", labels: [label],
            requests.value)
        text.gauge(
            "numbers_client_requests_waiting", help: "Outgoing requests that wait for a place at their host.",
            labels: [label], waiting.value)
        text.gauge(
            "numbers_client_connections", help: "Open outgoing connections.", labels: [label], connections.value)
        text.counter(
            "numbers_client_connections_opened_total", help: "Outgoing connections that were begun.", labels: [label],
            connectionsOpened.value)
        text.counter(
            "numbers_client_addresses_refused_total", help: "Addresses that the network guard refused.",
            labels: [label], refusedAddresses.value)
        text.counter(
            "numbers_client_redirects_total", help: "Redirects that were followed.", labels: [label], redirects.value)
        text.counter(
            "numbers_client_retries_total", help: "Requests that were sent again.", labels: [label], retries.value)
        text.counter(
            "numbers_client_body_bytes_total", help: "Bytes of bodies as they came, before decompression.",
            labels: [label], bodyBytes.value)
    }
}
