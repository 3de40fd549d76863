// What the server counts. Written by the loops, read by whoever asks: every number is an atomic of its own.

internal import HTTPWire
package import Platform
internal import TransportSecurity

/// Counters and latencies of one server.
package final class HTTPServerMetrics: Sendable {
    /// Requests of one route.
    final class RouteNumbers: Sendable {
        let name: String
        /// One counter for each status from 100 to 599.
        private let byStatus: [Counter]
        let microseconds = Histogram(bounds: HTTPServerMetrics.latencyBounds)

        init(name: String) {
            self.name = name
            byStatus = (100..<600).map { _ in Counter() }
        }

        func record(status: UInt16, microseconds value: UInt64) {
            byStatus[Int(status) - 100].add()
            microseconds.record(value)
        }

        var statuses: [(code: Int, count: UInt64)] {
            byStatus.enumerated().compactMap { $0.element.value > 0 ? ($0.offset + 100, $0.element.value) : nil }
        }
    }

    /// From a cached answer to a lookup that waited for its supplier, in microseconds.
    static let latencyBounds: [UInt64] = [
        50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000, 2_500_000,
        10_000_000,
    ]

    /// From a turn with one request to one that delays everybody.
    static let lagBounds: [UInt64] = [50, 250, 1_000, 5_000, 25_000, 100_000, 1_000_000]

    /// One for each route, then one for requests no route took.
    let routes: [RouteNumbers]
    /// Open connections now, over all loops.
    let connections = Gauge()
    let accepted = Counter()
    let refused = Counter()
    let refusedByAddress = Counter()
    let acceptFailures = Counter()
    let sendFailures = Counter()
    let bytesRead = Counter()
    let bytesWritten = Counter()
    let headTimeouts = Counter()
    let bodyTimeouts = Counter()
    let idleTimeouts = Counter()
    let writeTimeouts = Counter()
    /// Answers nobody waited for any more.
    let abandoned = Counter()
    let malformed = Counter()
    let shed = Counter()
    let pending = Gauge()
    /// Answers whose content is being made while it is sent.
    let streams = Gauge()
    /// Such answers that ended in the middle: their client had gone or was too slow, or their producer failed.
    let streamsAbandoned = Counter()
    let streamsFailed = Counter()
    /// What one turn of a loop took, in microseconds.
    let lag = Histogram(bounds: HTTPServerMetrics.lagBounds)
    private let certificates: CertificateStore?
    private let handshakes: [TLSAgreement: Counter]
    private let handshakeFailures: [String: Counter]

    /// Why a handshake did not come to its end.
    enum HandshakeFailure {
        case session(TLSSession.Failure)
        /// A request in the clear.
        case cleartext
        case timeout
        /// The connection ended before.
        case closed

        var label: String {
            switch self {
            case .session(let failure): failure.rawValue
            case .cleartext: "cleartext"
            case .timeout: "timeout"
            case .closed: "closed"
            }
        }

        static let labels =
            TLSSession.Failure.allCases.map { HandshakeFailure.session($0).label }
            + [cleartext, timeout, closed].map(\.label)
    }

    func count(_ agreement: TLSAgreement) { handshakes[agreement]?.add() }

    func countHandshake(failed failure: HandshakeFailure) { handshakeFailures[failure.label]?.add() }

    init(routes: [Route], certificates: CertificateStore?) {
        self.certificates = certificates
        let agreements = TLSAgreement.Version.allCases.flatMap { version in
            [false, true].map { TLSAgreement(version: version, isResumed: $0) }
        }
        handshakes = Dictionary(uniqueKeysWithValues: agreements.map { ($0, Counter()) })
        handshakeFailures = Dictionary(uniqueKeysWithValues: HandshakeFailure.labels.map { ($0, Counter()) })
        // Routes that share a label share their numbers.
        var known: [String: RouteNumbers] = [:]
        self.routes = (routes.map(\.name) + ["none"]).map { name in
            if let numbers = known[name] { return numbers }
            let numbers = RouteNumbers(name: name)
            known[name] = numbers
            return numbers
        }
    }

    /// Open connections at this moment, over all loops.
    package var openConnections: Int64 { connections.value }

    /// Times no descriptor or memory was left for a connection.
    package var failedAccepts: UInt64 { acceptFailures.value }

    /// Times the kernel had no memory for an answer.
    package var failedSends: UInt64 { sendFailures.value }

    /// Bytes read from clients so far, over all loops.
    package var receivedBytes: UInt64 { bytesRead.value }

    /// Appends everything in Prometheus text; no label carries anything a caller has sent.
    package func write(to text: inout MetricsText) {
        var seen: Set<ObjectIdentifier> = []
        let distinct = routes.filter { seen.insert(ObjectIdentifier($0)).inserted }
        for numbers in distinct {
            for status in numbers.statuses {
                text.counter(
                    "http_requests_total", help: "Answered requests by route and status.",
                    labels: [("route", numbers.name), ("status", String(status.code))], status.count)
            }
        }
        for numbers in distinct where numbers.microseconds.snapshot.count > 0 {
            text.histogram(
                "http_request_duration_seconds", help: "Time from a complete head to the written answer.",
                labels: [("route", numbers.name)], decimals: 6, numbers.microseconds)
        }
        text.gauge("http_connections_open", help: "Open connections.", connections.value)
        text.gauge("http_requests_pending", help: "Requests whose answer is being awaited.", pending.value)
        text.counter("http_connections_accepted_total", help: "Connections taken.", accepted.value)
        text.counter(
            "http_connections_refused_total", help: "Connections over the limit, answered 503 or closed.",
            refused.value)
        text.counter(
            "http_connections_refused_by_address_total",
            help: "Connections of addresses that had as many as they may, answered 503 or closed.",
            refusedByAddress.value)
        text.counter(
            "http_accept_failures_total", help: "Times no descriptor or memory was left for a connection.",
            acceptFailures.value)
        text.counter(
            "http_send_failures_total", help: "Times the kernel had no memory for an answer, which was sent later.",
            sendFailures.value)
        text.counter("http_received_bytes_total", help: "Bytes read from clients.", bytesRead.value)
        text.counter("http_sent_bytes_total", help: "Bytes written to clients.", bytesWritten.value)
        let timeouts: [(String, Counter)] = [
            ("head", headTimeouts), ("body", bodyTimeouts), ("idle", idleTimeouts), ("write", writeTimeouts),
        ]
        for (stage, counter) in timeouts {
            text.counter(
                "http_timeouts_total", help: "Connections that ran out of time, by stage.",
                labels: [("stage", stage)], counter.value)
        }
        text.counter(
            "http_malformed_requests_total", help: "Requests refused before a route was looked for.", malformed.value)
        text.counter(
            "http_shed_connections_total", help: "Connections given up because all together held too much memory.",
            shed.value)
        text.counter(
            "http_abandoned_answers_total", help: "Answers whose client had gone before they were ready.",
            abandoned.value)
        text.gauge(
            "http_streams_open", help: "Answers whose content is being made while it is sent.", streams.value)
        for (cause, counter) in [("client", streamsAbandoned), ("producer", streamsFailed)] {
            text.counter(
                "http_streams_cut_total", help: "Answers whose content ended in the middle, by whose doing.",
                labels: [("cause", cause)], counter.value)
        }
        if lag.snapshot.count > 0 {
            text.histogram(
                "http_loop_lag_seconds", help: "What a turn of a loop took that answered or ran something.",
                decimals: 6, lag)
        }
        if let certificates { writeSecurity(certificates, to: &text) }
    }

    private func writeSecurity(_ certificates: CertificateStore, to text: inout MetricsText) {
        for version in TLSAgreement.Version.allCases {
            for isResumed in [false, true] {
                text.counter(
                    "tls_handshakes_total", help: "Handshakes by version, and whether they resumed a session.",
                    labels: [("version", version.rawValue), ("resumed", isResumed ? "yes" : "no")],
                    handshakes[TLSAgreement(version: version, isResumed: isResumed)]?.value ?? 0)
            }
        }
        for label in HandshakeFailure.labels {
            text.counter(
                "tls_handshake_failures_total", help: "Connections that ended before their handshake did.",
                labels: [("reason", label)], handshakeFailures[label]?.value ?? 0)
        }
        certificates.write(to: &text)
    }
}
