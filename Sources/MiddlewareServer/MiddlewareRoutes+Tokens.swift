// Tokens: how clients get, end and inspect them.

import CRMMiddleware
import HTTPServer
import HTTPWire
import JSONText
import Platform
import ServerProcess

extension MiddlewareRoutes {
    var tokenRoutes: [Route] {
        [
            Route(.post, "/oauth/token", name: "token", handler: issueToken),
            Route(.post, "/oauth/revoke", name: "token_revoke", handler: revokeToken),
            Route(.post, "/oauth/introspect", name: "token_introspect", handler: introspectToken),
        ]
    }

    /// `POST /oauth/token` (RFC 6749 §4.4).
    private func issueToken(_ request: HTTPRequest) -> Reply {
        formed(request) { form throws(OAuthRefusal) in
            guard try form.required("grant_type") == "client_credentials" else { throw .unsupportedGrantType }
            let scope = form["scope"]
            return { attempt in
                await tokens.issue(scope: scope, attempt).map(Self.issued)
            }
        }
    }

    /// `POST /oauth/revoke` (RFC 7009).
    private func revokeToken(_ request: HTTPRequest) -> Reply {
        formed(request) { form throws(OAuthRefusal) in
            let token = try form.required("token")
            return { attempt in
                await tokens.revoke(token: token, attempt).map { workspace in
                    // This process need not wait for the feed to forget the token.
                    tokenAccess.forget(workspace)
                    return Self.uncached(HTTPResponse(status: .ok))
                }
            }
        }
    }

    /// `POST /oauth/introspect` (RFC 7662).
    private func introspectToken(_ request: HTTPRequest) -> Reply {
        formed(request) { form throws(OAuthRefusal) in
            let token = try form.required("token")
            return { attempt in
                await tokens.introspect(token: token, attempt).map(Self.introspected)
            }
        }
    }

    /// What an endpoint does once the form is read.
    private typealias FormWork = @Sendable (ClientAttempt) async -> Result<HTTPResponse, OAuthRefusal>

    private func formed(
        _ request: HTTPRequest, _ read: (OAuthForm) throws(OAuthRefusal) -> FormWork
    ) -> Reply {
        let formType = "application/x-www-form-urlencoded"
        guard request.mediaType == formType else {
            return .ready(MiddlewareReplies.fault(.unsupportedMediaType(expected: formType)))
        }
        let isBasic = request.field("authorization")?.prefix(5).lowercased() == "basic"
        let form: OAuthForm
        let work: FormWork
        do throws(OAuthRefusal) {
            form = try OAuthForm(request)
            work = try read(form)
        } catch {
            return .ready(Self.refusal(error, isBasic: isBasic))
        }
        let attempt = ClientAttempt(
            client: form.client, address: request.clientAddress, time: request.received,
            deadline: storageDeadline(request))
        return .pending {
            switch await work(attempt) {
            case .success(let response): response
            case .failure(let refusal): Self.refusal(refusal, isBasic: isBasic)
            }
        }
    }

    // MARK: Answers

    /// RFC 6749 §5.1: nobody may keep these.
    private static func uncached(_ response: HTTPResponse) -> HTTPResponse {
        var response = response
        response.set("Cache-Control", "no-store")
        response.set("Pragma", "no-cache")
        return response
    }

    private static func issued(_ issued: TokenService.Issued) -> HTTPResponse {
        var writer = JSONWriter(reserving: 192)
        writer.beginObject()
        writer.field("token_type", "Bearer")
        writer.field("access_token", issued.token.reveal())
        writer.field("expires_in", issued.life.components.seconds)
        writer.field("scope", issued.record.scopes.description)
        writer.endObject()
        return uncached(MiddlewareReplies.json(writer.finish()))
    }

    private static func introspected(_ token: TokenRecord?) -> HTTPResponse {
        var writer = JSONWriter(reserving: 192)
        writer.beginObject()
        writer.field("active", token != nil)
        if let token {
            writer.field("scope", token.scopes.description)
            writer.field("client_id", token.client.description)
            writer.field("token_type", "Bearer")
            writer.field("exp", token.expiresAt.seconds)
            writer.field("iat", token.createdAt.seconds)
            writer.field("sub", token.workspace.description)
        }
        writer.endObject()
        return uncached(MiddlewareReplies.json(writer.finish()))
    }

    /// RFC 6749 §5.2.
    private static func refusal(_ refusal: OAuthRefusal, isBasic: Bool) -> HTTPResponse {
        func problem(_ status: HTTPStatus, _ code: String, _ description: String) -> HTTPResponse {
            var writer = JSONWriter(reserving: 128)
            writer.beginObject()
            writer.field("error", code)
            writer.field("error_description", description)
            writer.endObject()
            return uncached(MiddlewareReplies.json(writer.finish(), status: status))
        }
        switch refusal {
        case .invalidRequest(let sentence): return problem(.badRequest, "invalid_request", sentence)
        case .invalidClient:
            let response = problem(
                .unauthorized, "invalid_client", "The client is not known, its secret is wrong, or it was revoked.")
            return isBasic ? response.adding("WWW-Authenticate", "Basic realm=\"oauth\"") : response
        case .invalidScope:
            return problem(
                .badRequest, "invalid_scope", "The scope is not known, or is more than the client may have.")
        case .unsupportedGrantType:
            return problem(.badRequest, "unsupported_grant_type", "The only grant type here is client_credentials.")
        case .insufficientScope:
            return MiddlewareReplies.problem(
                .forbidden, "insufficient_scope", "This client has not the scope introspect.")
        case .rateLimitedAddress(let seconds):
            return MiddlewareReplies.rateLimited(
                "rate_limited_ip", "There were too many failed authentications from this address.",
                retryAfterSeconds: seconds)
        case .unavailable: return MiddlewareReplies.unavailable()
        }
    }
}
