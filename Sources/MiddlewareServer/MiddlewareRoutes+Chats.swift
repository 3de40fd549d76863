// Chats: from request to record.

import CRMMiddleware
import HTTPServer
import HTTPWire
import NumbersCore
import Platform

extension MiddlewareRoutes {
    var chatRoutes: [Route] {
        [
            Route(
                .post, "/api/crm/lookup/chats", name: "chat", bodyBytes: Self.chatBodyBytes, handler: saveChat)
        ]
    }

    /// A day's chat with pictures left out; reports of calls are shorter.
    private static let chatBodyBytes = 1 << 20

    /// `POST /api/crm/lookup/chats`.
    private func saveChat(_ request: HTTPRequest) -> Reply {
        scoped(request) { workspace in
            guard workspace.settings.chatLogging else {
                return .ready(
                    MiddlewareReplies.refused(
                        "chat_logging_disabled", "Chat logging is not enabled for this account."))
            }
            var fields: GivenFields
            switch givenFields(request) {
            case .failure(let fault): return .ready(fault.response(request))
            case .success(let given): fields = given
            }
            guard let draft = ChatDraft.read(&fields, workspace: workspace, plan: plan.value) else {
                return .ready(MiddlewareReplies.invalid(hints: fields.hints))
            }
            return .pending {
                switch await calls.save(draft, of: workspace, deadline: storageDeadline(request)) {
                case .failure: return MiddlewareReplies.unavailable()
                case .success(let chat):
                    if chat.delivery == .pending { tellOutbox(workspace) }
                    return MiddlewareReplies.json(CallReplies.saved(chat), status: .created)
                }
            }
        }
    }
}
