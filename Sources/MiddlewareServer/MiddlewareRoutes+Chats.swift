// Chats.

import HTTPServer

extension MiddlewareRoutes {
    var chatRoutes: [Route] { [] }
}
