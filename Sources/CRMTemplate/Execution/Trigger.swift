// What starts a run, and what it is given. Values.

/// The events that run scenarios (spec 3.1), each with the Id of the scenarios it runs.
package enum Trigger: Sendable, Hashable {
    /// Scenarios without an Id.
    case lookupByNumber
    /// Scenarios whose Id begins with `LookupByEmail`.
    case lookupByEmail
    /// Scenarios whose Id begins with `SearchContacts`.
    case searchContacts
    case getAllContacts
    case createContact
    case createContactFromClient
    case reportCall
    case reportChat
    /// A `LookupFromCFD_…` scenario, by its whole Id.
    case callFlow(id: String)

    /// Whether it asks the CRM for somebody, and changes nothing there.
    package var isLookup: Bool {
        switch self {
        case .lookupByNumber, .lookupByEmail, .searchContacts, .getAllContacts, .callFlow: true
        case .createContact, .createContactFromClient, .reportCall, .reportChat: false
        }
    }
}

/// The variables a trigger brings, by name; all of origin ``Origins/data``.
package struct RunInputs: Sendable, Hashable {
    package var values: [String: Value]

    package init(_ values: [String: Value] = [:]) { self.values = values }

    package subscript(name: String) -> Value? {
        get { values[name] }
        set { values[name] = newValue }
    }
}
