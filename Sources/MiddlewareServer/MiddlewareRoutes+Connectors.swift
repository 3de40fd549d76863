// Connectors: where a CRM's provider sends its user back to. Nothing of the query is logged or shown.

import CRMMiddleware
import DocumentPages
import HTTPServer
import HTTPWire
import Platform

extension MiddlewareRoutes {
    var connectorRoutes: [Route] {
        [
            // A HEAD would use the state up.
            Route(
                .get, ConnectorAuthorization.callbackPath, name: "oauth_callback", headAllowed: false,
                handler: authorizationCallback)
        ]
    }

    /// `GET /api/crm/oauth/callback`: no token, only the state of an authorization that was begun.
    private func authorizationCallback(_ request: HTTPRequest) -> Reply {
        // Without a public address nothing can have been begun here: the redirect URI is never made of `Host`.
        guard publicOrigin != nil else {
            return .ready(
                Self.page(
                    .serviceUnavailable, "Not set up",
                    "<p>This server was started without --public-url, so no access can be granted here.</p>"))
        }
        let query: HTTPQuery
        do throws(HTTPDecodingError) {
            query = try request.query()
        } catch {
            return .ready(Self.answer(.refused))
        }
        let (authorization, tokenStore, clock) = (authorization, workspaces, clock)
        let deadline = storageDeadline(request)
        return .pending {
            Self.answer(
                await authorization.complete(
                    query.pairs, workspaceOf: { await tokenStore($0, clock.monotonic() + Self.storageTime) },
                    deadline: deadline))
        }
    }

    private static func answer(_ outcome: ConnectorAuthorization.Outcome) -> HTTPResponse {
        switch outcome {
        case .done(let name):
            page(.ok, "Access granted", "<p>\(name) is connected. You can close this page.</p>")
        case .refused:
            page(
                .badRequest, "Nothing was done",
                """
                <p>This address belongs to no authorization under way: it was opened before, it is older than ten \
                minutes, or it is incomplete. Begin again with <code>nocli connector authorize</code>.</p>
                """)
        case .denied(let word):
            page(
                .badRequest, "Access was not granted",
                """
                <p>The provider answered: <code>\(word)</code>. Begin again with \
                <code>nocli connector authorize</code>.</p>
                """)
        case .failed(let sentence):
            page(
                .badRequest, "Access was not granted",
                "<p>\(sentence)</p>\n<p>Begin again with <code>nocli connector authorize</code>.</p>")
        case .unavailable:
            page(
                .serviceUnavailable, "Try again",
                "<p>The database does not answer. Begin again with <code>nocli connector authorize</code>.</p>")
        }
    }

    private static func page(_ status: HTTPStatus, _ title: String, _ body: HTMLFragment) -> HTTPResponse {
        let html = HTMLFragment("<h1>\(title)</h1>\n\(body)\n")
        return HTTPResponse(
            status: status, contentType: PageShell.contentType,
            body: PageShell.page(title: title, bodyHTML: html, site: .middleware, isIndexed: false)
        )
        .adding("Content-Security-Policy", PageShell.contentSecurityPolicy)
        // The address holds the provider's code.
        .adding("Referrer-Policy", "no-referrer")
        .adding("Cache-Control", "no-store")
    }
}
