// Contacts: search and creation.

import CRMMiddleware
import HTTPServer
import HTTPWire
import NumbersCore
import Platform

extension MiddlewareRoutes {
    var contactRoutes: [Route] {
        [
            // A search may ask somebody who is paid for it.
            Route(
                .get, "/api/crm/lookup/contacts/search", name: "contacts_search", headAllowed: false,
                handler: searchContacts),
            Route(.post, "/api/crm/lookup/contacts", name: "contact_create", handler: createContact),
        ]
    }

    /// `GET /api/crm/lookup/contacts/search`.
    private func searchContacts(_ request: HTTPRequest) -> Reply {
        // Not all of `self`: its parts would be counted one by one for every search.
        scoped(request) { [contacts, plan] workspace in
            let text = request.rawQuery ?? ""
            if let answer = contacts.search.remembered(text, workspace: workspace, now: request.received) {
                return .ready(MiddlewareReplies.found(answer))
            }
            let query: ContactQuery
            do throws(HTTPDecodingError) {
                let parameters = try request.query()
                let read = ContactQuery.reading(
                    phone: parameters["phone"], email: parameters["email"], displayName: parameters["display_name"],
                    settings: workspace.settings, plan: plan.value)
                switch read {
                case .success(let read): query = read
                case .failure(let fault): return .ready(MiddlewareReplies.invalid(hints: fault.hints))
                }
            } catch {
                return .ready(MiddlewareReplies.invalid(hints: ["The query cannot be decoded: \(error)."]))
            }
            return contacts.search.search(query, as: text, workspace: workspace, start: request.received)
                .map { outcome in
                    switch outcome {
                    case .answered(let answer): MiddlewareReplies.found(answer.rendered)
                    case .unavailable: MiddlewareReplies.unavailable()
                    }
                }
        }
    }

    /// `POST /api/crm/lookup/contacts`.
    private func createContact(_ request: HTTPRequest) -> Reply {
        scoped(request) { workspace in
            let fields: GivenFields
            switch givenFields(request) {
            case .success(let given): fields = given
            case .failure(let fault): return .ready(fault.response(request))
            }
            switch ContactDraft.reading(fields, settings: workspace.settings, plan: plan.value) {
            case .failure(let fault): return .ready(MiddlewareReplies.invalid(hints: fault.hints))
            case .success(let draft):
                return .pending {
                    switch await contacts.creation.create(draft, workspace: workspace, start: request.received) {
                    case .created(let contact): MiddlewareReplies.created(contact)
                    case .refused(let sentence): MiddlewareReplies.refused("contact_not_created", sentence)
                    case .unavailable: MiddlewareReplies.unavailable()
                    }
                }
            }
        }
    }
}
