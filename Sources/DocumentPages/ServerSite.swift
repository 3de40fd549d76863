// Which server a page is served by. A value.

internal import Platform

/// A server of this repository, as its pages speak of it.
package enum ServerSite: CaseIterable, Hashable, Sendable {
    /// LookupServer.
    case lookup
    /// MiddlewareServer.
    case middleware

    /// What its first link says.
    var name: HTMLFragment {
        switch self {
        case .lookup: "Number lookup"
        case .middleware: "CRM middleware"
        }
    }

    /// The guide of its API.
    var guide: EmbeddedDocument {
        switch self {
        case .lookup: .api
        case .middleware: .middleware
        }
    }

    /// The template it hands to 3CX.
    var template: EmbeddedDocument {
        switch self {
        case .lookup: .template3CX
        case .middleware: .middlewareTemplate3CX
        }
    }

    /// What stands under every page.
    var footer: HTMLFragment {
        switch self {
        case .lookup:
            """
            Caller names and scores are advisory: they can be missing, stale or wrong, and a missing name means unknown.
            """
        case .middleware:
            """
            Each workspace sees its own contacts, calls and chats, and nobody else's.
            """
        }
    }
}
