// The triggers as the command line names them. Values.

import CRMTemplate
import CommandOptions

/// What `--trigger` may say.
enum TriggerChoice: String, CaseIterable {
    case lookup
    case email
    case search
    case contacts
    case create
    case createFromClient = "create-from-client"
    case reportCall = "report-call"
    case reportChat = "report-chat"
    case cfd

    init(_ trigger: Trigger) {
        self =
            switch trigger {
            case .lookupByNumber: .lookup
            case .lookupByEmail: .email
            case .searchContacts: .search
            case .getAllContacts: .contacts
            case .createContact: .create
            case .createContactFromClient: .createFromClient
            case .reportCall: .reportCall
            case .reportChat: .reportChat
            case .callFlow: .cfd
            }
    }
}
