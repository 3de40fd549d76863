// What the operator sees of the running server: health and metrics. The cached health answer is behind a mutex.

import HTTPServer
import HTTPWire
import JSONText
import NumbersCore
import NumbersStorage
import Platform
import SQLiteDatabase

/// Health and metrics.
final class Operations: Sendable {
    private let housekeeping: Housekeeping
    private let writer: DatabaseWriter
    private let log: LogSink
    private let metricsNetworks: [NetworkBlock]
    private let trustedProxies: [NetworkBlock]
    private let metricsToken: Secret?
    private let plans: PlanKeeper
    private let clock: Clock
    private let server = Monitor<HTTPServerMetrics?>(nil)
    private let cached = Monitor<(second: Int64, response: HTTPResponse)?>(nil)

    init(
        housekeeping: Housekeeping, writer: DatabaseWriter, log: LogSink, metricsNetworks: [NetworkBlock],
        trustedProxies: [NetworkBlock], metricsToken: Secret?, plans: PlanKeeper, clock: Clock
    ) {
        self.housekeeping = housekeeping
        self.writer = writer
        self.log = log
        self.metricsNetworks = metricsNetworks
        self.trustedProxies = trustedProxies
        self.metricsToken = metricsToken
        self.plans = plans
        self.clock = clock
    }

    /// Joins the HTTP server's own numbers, once it exists.
    func join(_ metrics: HTTPServerMetrics) { server.withLock { $0 = metrics } }

    /// The health answer, made anew once a second.
    func health() -> HTTPResponse {
        let now = clock.wall()
        return cached.withLock { cached in
            if let cached, cached.second == now.seconds { return cached.response }
            let isUp = housekeeping.isDatabaseUp
            var writer = JSONWriter(reserving: 160)
            writer.beginObject()
            writer.field("status", isUp ? "ok" : "degraded")
            writer.field("db", isUp ? "up" : "down")
            writer.field("version", ProductVersion.text)
            writer.field("metadata_version", plans.present.value.metadataVersion)
            writer.field("time", now.rfc3339())
            writer.endObject()
            var response = Replies.json(writer.finish(), status: isUp ? .ok : .serviceUnavailable)
            if !isUp { response.add("Retry-After", "1") }
            cached = (now.seconds, response)
            return response
        }
    }

    /// Whether a request may read the metrics. A request that came through a proxy counts by its forwarded address,
    /// and not at all when the proxy is not trusted: else everybody behind it would look like the proxy.
    func mayReadMetrics(_ request: HTTPRequest) -> Bool {
        if let metricsToken, let authorization = request.field("authorization") {
            return constantTimeEquals(
                Array(authorization.utf8), Array("Bearer ".utf8) + metricsToken.reveal())
        }
        let address = request.clientAddress
        // Forwarded, and yet the address is the proxy's own: the proxy was not trusted, or did not say for whom.
        if request.isForwarded, address == request.peer || trustedProxies.contains(where: { $0.contains(address) }) {
            return false
        }
        return metricsNetworks.contains { $0.contains(address) }
            || (address == .unix && metricsNetworks.contains { $0.contains(.v4(0x7f00_0001)) })
    }

    /// Prometheus text.
    func metrics() -> HTTPResponse {
        var text = MetricsText()
        server.withLock { $0 }?.write(to: &text)
        writer.metrics.append(to: &text)
        text.gauge(
            "numbers_database_up", help: "Whether the database answered and could be written at the last look.",
            housekeeping.isDatabaseUp ? 1 : 0)
        plans.append(to: &text)
        text.counter("numbers_log_lines_dropped_total", help: "Log lines that found the buffer full.", log.droppedCount)
        return HTTPResponse(
            status: .ok, contentType: "text/plain; version=0.0.4; charset=utf-8", body: text.bytes
        ).adding("Cache-Control", "no-store")
    }
}
