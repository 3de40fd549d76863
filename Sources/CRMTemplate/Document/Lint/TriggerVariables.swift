// Which variables each occasion brings (spec 3.1, 5.2, 5.3, 5.6, 7.2). Immutable.

/// What starts a scenario that is not chained.
enum Occasion: Hashable, Sendable, CaseIterable {
    case lookupByNumber
    case lookupByEmail
    case searchContacts
    case getAllContacts
    case createContact
    case createContactFromClient
    case reportCall
    case reportChat
    case callFlow
    case authentication
    case oauthResponse

    /// How messages call it.
    var words: String {
        switch self {
        case .lookupByNumber: "lookups by number"
        case .lookupByEmail: "LookupByEmail"
        case .searchContacts: "SearchContacts"
        case .getAllContacts: "GetAllContacts"
        case .createContact: "CreateContactRecord"
        case .createContactFromClient: "CreateContactRecordFromClient"
        case .reportCall: "ReportCall"
        case .reportChat: "ReportChat"
        case .callFlow: "LookupFromCFD_…"
        case .authentication: "the authentication"
        case .oauthResponse: "the OAuth response"
        }
    }

    /// Whether its result is one contact or several.
    var givesContacts: Bool {
        switch self {
        case .lookupByNumber, .lookupByEmail, .searchContacts, .getAllContacts, .createContact,
            .createContactFromClient:
            true
        case .reportCall, .reportChat, .callFlow, .authentication, .oauthResponse: false
        }
    }

    /// What there is whatever happens.
    static let predefined = ["Number", "MaxLength", "FoundRecordCount", "DestinationEmail"]

    /// What it brings besides ``predefined``.
    var variables: [String] {
        switch self {
        case .lookupByNumber: ["CallDirection"]
        case .lookupByEmail: ["Email"]
        case .searchContacts: ["SearchText"]
        case .getAllContacts: ["Page", "PageSize"]
        case .createContact: ["CallDirection"]
        case .createContactFromClient: ["FirstName", "LastName", "Email", "Company"]
        case .reportCall: Self.call + Self.report
        case .reportChat: Self.chat + Self.report
        case .callFlow: ["EntityID", "Query"]
        case .authentication: []
        case .oauthResponse: ["RedirectUri", "code", "state"]
        }
    }

    /// What it brings when MiddlewareServer runs the template, and not in 3CX.
    var middlewareVariables: [String] {
        switch self {
        case .reportCall: ["Subject", "Body", "CallReference"]
        case .reportChat: ["CallReference"]
        case .createContactFromClient:
            ["Number", "Civility", "PhoneBusiness", "PhoneMobile", "CustomValue", "CallDirection"]
        case .lookupByNumber, .lookupByEmail, .searchContacts, .getAllContacts, .createContact, .callFlow,
            .authentication, .oauthResponse:
            []
        }
    }

    private static let report = [
        "Name", "EntityId", "EntityType", "Agent", "AgentFirstName", "AgentLastName", "AgentEmail", "QueueExtension",
        "Duration", "DurationTimespan", "DurationSeconds", "DurationMinutes", "DateTime", "LineBreak",
    ]
    private static let call = [
        "CallType", "CallDirection", "CallStartTimeLocal", "CallStartTimeUTC", "CallStartTimeUTCMillis",
        "CallEstablishedTimeLocal", "CallEstablishedTimeUTC", "CallEstablishedTimeUTCMillis", "CallEndTimeLocal",
        "CallEndTimeUTC", "CallEndTimeUTCMillis", "RecordingUrl", "RecordingHyperLink", "Transcription", "Summary",
        "Sentiment",
    ]
    private static let chat = [
        "Email", "ChatMessages", "ChatStartTimeLocal", "ChatStartTimeUTC", "ChatEndTimeLocal", "ChatEndTimeUTC",
    ]

    /// What strangers or a transcription wrote, at any length.
    static let prose = ["ChatMessages", "Transcription", "Summary"]

    /// Ids that the PBX runs by itself, and beginnings of such.
    static let reservedIDs = [
        "LookupByEmail", "SearchContacts", "GetAllContacts", "CreateContactRecord", "CreateContactRecordFromClient",
        "ReportCall", "ReportChat",
    ]
}
