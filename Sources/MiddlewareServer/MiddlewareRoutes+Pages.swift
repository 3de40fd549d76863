// What people and supervisors read: health, metrics, documentation, the 3CX template.

import HTTPServer
import HTTPWire
import Platform
import ServerProcess

extension MiddlewareRoutes {
    var pageRoutes: [Route] {
        [
            Route(.get, "/api/health", name: "health") { .ready(operations.health($0)) },
            Route(.get, "/metrics", name: "metrics", handler: metrics),
        ] + documents.routes
    }

    /// `GET /metrics`.
    private func metrics(_ request: HTTPRequest) -> Reply {
        .ready(
            operations.metrics(request)
                ?? MiddlewareReplies.problem(.forbidden, "network_forbidden", Operations.metricsForbidden))
    }
}
