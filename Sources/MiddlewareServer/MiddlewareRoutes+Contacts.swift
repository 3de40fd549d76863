// Contacts.

import HTTPServer

extension MiddlewareRoutes {
    var contactRoutes: [Route] { [] }
}
