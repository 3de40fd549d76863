// What the operator sees of the running server: health and metrics. The cached health answer is behind a mutex.

package import HTTPServer
package import HTTPWire
internal import JSONText
package import Platform
package import SQLiteDatabase

/// A part of the server that has numbers to show.
package protocol MetricsSource: Sendable {
    func append(to text: inout MetricsText)
}

extension WriterMetrics: MetricsSource {}

/// Health and metrics.
package final class Operations: Sendable {
    private let database: DatabaseWatch
    private let writer: DatabaseWriter
    private let log: LogSink
    private let access: MetricsAccess
    private let metadataVersion: @Sendable () -> String
    private let sources: [any MetricsSource]
    private let clock: Clock
    private let server = Monitor<HTTPServerMetrics?>(nil)
    private let cached = Monitor<(second: Int64, response: HTTPResponse)?>(nil)

    /// - Parameters:
    ///   - metadataVersion: the release of the numbering plan in use.
    ///   - sources: the parts whose numbers are shown, in this order.
    package init(
        database: DatabaseWatch, writer: DatabaseWriter, log: LogSink, access: MetricsAccess,
        metadataVersion: @escaping @Sendable () -> String, sources: [any MetricsSource], clock: Clock
    ) {
        self.database = database
        self.writer = writer
        self.log = log
        self.access = access
        self.metadataVersion = metadataVersion
        self.sources = sources
        self.clock = clock
    }

    /// Joins the HTTP server's own numbers, once it exists.
    package func join(_ metrics: HTTPServerMetrics) { server.withLock { $0 = metrics } }

    /// `GET /api/health`; with `live` in the query it only tells that the process answers.
    package func health(_ request: HTTPRequest) -> HTTPResponse {
        if request.rawQuery != nil, request.lenientQuery().pairs.contains(where: { $0.name == "live" }) {
            return Self.json(Array("{\"status\":\"ok\"}".utf8), status: .ok)
        }
        return health()
    }

    /// The health answer, made anew once a second.
    private func health() -> HTTPResponse {
        let now = clock.wall()
        return cached.withLock { cached in
            if let cached, cached.second == now.seconds { return cached.response }
            let isUp = database.isUp
            var writer = JSONWriter(reserving: 160)
            writer.beginObject()
            writer.field("status", isUp ? "ok" : "degraded")
            writer.field("db", isUp ? "up" : "down")
            writer.field("version", ProductVersion.text)
            writer.field("metadata_version", metadataVersion())
            writer.field("time", now.rfc3339())
            writer.endObject()
            var response = Self.json(writer.finish(), status: isUp ? .ok : .serviceUnavailable)
            if !isUp { response.add("Retry-After", "1") }
            cached = (now.seconds, response)
            return response
        }
    }

    private static func json(_ body: [UInt8], status: HTTPStatus) -> HTTPResponse {
        HTTPResponse(status: status, contentType: "application/json", body: body).adding("Cache-Control", "no-store")
    }

    /// What a request that may not read the metrics is told.
    package static let metricsForbidden =
        "Metrics are for the addresses in --metrics-allow and for the token in --metrics-token-file."

    /// `GET /metrics`: Prometheus text; nil for a request that may not read it.
    package func metrics(_ request: HTTPRequest) -> HTTPResponse? {
        guard access.allows(request) else { return nil }
        var text = MetricsText()
        server.withLock { $0 }?.write(to: &text)
        writer.metrics.append(to: &text)
        text.gauge(
            "numbers_database_up", help: "Whether the database answered and could be written at the last look.",
            database.isUp ? 1 : 0)
        if let space = database.space {
            text.gauge(
                "numbers_database_bytes", help: "The size of the database file and its write-ahead log.", space.used)
            text.gauge(
                "numbers_database_disk_free_bytes", help: "What may still be written on the database's disk.",
                space.free)
        }
        for source in sources { source.append(to: &text) }
        text.counter("numbers_log_lines_dropped_total", help: "Log lines that found the buffer full.", log.droppedCount)
        return HTTPResponse(
            status: .ok, contentType: "text/plain; version=0.0.4; charset=utf-8", body: text.bytes
        ).adding("Cache-Control", "no-store").compressible()
    }
}
