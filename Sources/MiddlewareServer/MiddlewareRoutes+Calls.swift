// Calls and their contexts.

import HTTPServer

extension MiddlewareRoutes {
    var callRoutes: [Route] { [] }
}
