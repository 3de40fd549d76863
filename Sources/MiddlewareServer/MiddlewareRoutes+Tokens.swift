// Tokens: how clients get, end and inspect them.

import HTTPServer

extension MiddlewareRoutes {
    var tokenRoutes: [Route] { [] }
}
