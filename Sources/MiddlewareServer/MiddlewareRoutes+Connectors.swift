// Connectors: the end of an OAuth authorization.

import HTTPServer

extension MiddlewareRoutes {
    var connectorRoutes: [Route] { [] }
}
