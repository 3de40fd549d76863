// Calls and their contexts: from request to record, and lists of them.

import CRMMiddleware
import DocumentPages
import HTTPServer
import HTTPWire
import NumbersCore
import Platform

extension MiddlewareRoutes {
    var callRoutes: [Route] {
        [
            Route(.get, Self.callsPath, name: "phone_calls", handler: listCalls),
            Route(.post, Self.callsPath, name: "phone_call", handler: saveCall),
            Route(.post, Self.callsPath + "/context", name: "call_context") { request in
                scoped(request) { saveContext(request, $0) }
            },
            Route(.post, "/api/crm/phone-calls-context/{token}/{tokenSecret}", name: "call_context_token") { request in
                contextScoped(request) { saveContext(request, $0) }
            },
        ]
    }

    private static let callsPath = "/api/crm/lookup/phone-calls"

    /// What a workspace without call logging answers; nothing of the report is kept.
    private static let callLoggingDisabled = MiddlewareReplies.refused(
        "call_logging_disabled", "Phone call logging is not enabled for this account.")

    /// `POST /api/crm/lookup/phone-calls`.
    private func saveCall(_ request: HTTPRequest) -> Reply {
        scoped(request) { workspace in
            guard workspace.settings.callLogging else { return .ready(Self.callLoggingDisabled) }
            var fields: GivenFields
            switch givenFields(request) {
            case .failure(let fault): return .ready(fault.response(request))
            case .success(let given): fields = given
            }
            let plan = plan.value
            guard let draft = CallDraft.read(&fields, workspace: workspace, plan: plan) else {
                return .ready(MiddlewareReplies.invalid(hints: fields.hints))
            }
            let number = draft.isExternalWithheld ? nil : draft.external
            let report = ReportedCall(
                workspace: workspace, draft: draft, unreplaced: fields.unreplaced,
                shownContact: number.flatMap { contacts.search.shown(for: $0, workspace: workspace.id) })
            return .pending {
                switch await calls.save(report, plan: plan, deadline: storageDeadline(request)) {
                case .failure: return MiddlewareReplies.unavailable()
                case .success(let call):
                    if call.delivery == .pending { tellOutbox(workspace) }
                    if let number {
                        contacts.search.callSaved(number, workspace: workspace.id, contact: call.contactID)
                    }
                    return MiddlewareReplies.json(CallReplies.saved(call), status: .created)
                }
            }
        }
    }

    /// Something waits for its delivery.
    func tellOutbox(_ workspace: Workspace) {
        outbox.scheduled(dueAt: clock.wall() + .seconds(workspace.settings.mergeSeconds))
    }

    /// Both ways to report a context. Contexts belong to call logging, and are not kept without it either.
    private func saveContext(_ request: HTTPRequest, _ workspace: Workspace) -> Deferred<HTTPResponse> {
        guard workspace.settings.callLogging else { return .ready(Self.callLoggingDisabled) }
        var fields: GivenFields
        switch givenFields(request) {
        case .failure(let fault): return .ready(fault.response(request))
        case .success(let given): fields = given
        }
        guard let draft = CallContextDraft.read(&fields, workspace: workspace, plan: plan.value) else {
            return .ready(MiddlewareReplies.invalid(hints: fields.hints))
        }
        return .pending {
            switch await calls.save(draft, of: workspace.id, deadline: storageDeadline(request)) {
            case .failure: MiddlewareReplies.unavailable()
            case .success(let id): MiddlewareReplies.json(CallReplies.savedContext(id), status: .created)
            }
        }
    }

    /// `GET /api/crm/lookup/phone-calls`.
    private func listCalls(_ request: HTTPRequest) -> Reply {
        scoped(request) { workspace in
            let parameters: HTTPQuery
            do throws(HTTPDecodingError) {
                parameters = try request.query()
            } catch {
                return .ready(
                    MiddlewareReplies.invalid(hints: ["The query string is not valid percent-encoded UTF-8."]))
            }
            let query: CallListQuery
            switch CallListQuery.read(
                parameters.pairs, country: workspace.settings.defaultCountry, plan: plan.value)
            {
            case .failure(let refusal): return .ready(MiddlewareReplies.invalid(hints: refusal.hints))
            case .success(let read): query = read
            }
            let links = PageLinks(origin: publicOrigin?.url ?? "", path: request.path, parameters: parameters.pairs)
            return .pending {
                switch await calls.list(query, of: workspace.id, deadline: storageDeadline(request)) {
                case .failure: MiddlewareReplies.unavailable()
                case .success(let page): MiddlewareReplies.json(CallReplies.list(page, query, links))
                }
            }
        }
    }
}
