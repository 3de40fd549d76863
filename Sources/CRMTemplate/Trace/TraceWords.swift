// What happened, in words: the one place where the events of a trace become text for people. Pure functions.

/// Phrases that the tree, the page and the summary share. Nothing in them is escaped yet: a text may hold anything.
enum TraceWords {
    /// The trigger as `nocli template run --trigger` names it.
    static func name(_ trigger: Trigger) -> String {
        switch trigger {
        case .lookupByNumber: "lookup"
        case .lookupByEmail: "email"
        case .searchContacts: "search"
        case .getAllContacts: "contacts"
        case .createContact: "create"
        case .createContactFromClient: "create-from-client"
        case .reportCall: "report-call"
        case .reportChat: "report-chat"
        case .callFlow: "cfd"
        }
    }

    /// The trigger in a sentence.
    static func title(_ trigger: Trigger) -> String {
        switch trigger {
        case .lookupByNumber: "lookup by number"
        case .lookupByEmail: "lookup by e-mail"
        case .searchContacts: "search for contacts"
        case .getAllContacts: "all contacts"
        case .createContact: "creation of a contact"
        case .createContactFromClient: "creation of a contact from a client"
        case .reportCall: "call report"
        case .reportChat: "chat report"
        case .callFlow(let id): "call-flow lookup \(id)"
        }
    }

    /// What the Id of a scenario has to be for the trigger to run it.
    static func scenarioRule(_ trigger: Trigger) -> String {
        switch trigger {
        case .lookupByNumber: "without an Id"
        case .lookupByEmail: "whose Id begins with LookupByEmail"
        case .searchContacts: "whose Id begins with SearchContacts"
        case .getAllContacts: "with the Id GetAllContacts"
        case .createContact: "with the Id CreateContactRecord"
        case .createContactFromClient: "with the Id CreateContactRecordFromClient"
        case .reportCall: "with the Id ReportCall"
        case .reportChat: "with the Id ReportChat"
        case .callFlow(let id): "with the Id \(id)"
        }
    }

    /// `scenario ReportCall`, or its place in the file where it has no Id.
    static func scenario(id: String, index: Int) -> String { "scenario \(id.isEmpty ? String(index + 1) : id)" }

    static func authentication(_ step: Trace.AuthenticationStep) -> String {
        switch step {
        case .started: "begins"
        case .shared: "waits for the one that another run has begun"
        case .cached: "an earlier one still holds"
        case .expired: "the earlier one has expired"
        case .refreshedAfterRefusal: "the CRM refused the earlier one: once more, then the request is repeated"
        case .succeeded: "succeeded"
        case .failed: "failed"
        case .backingOff: "failed a moment ago and is not tried again yet"
        }
    }

    /// `1 node`, `1,204 nodes`.
    static func counted(_ count: Int, _ one: String, _ many: String) -> String {
        "\(grouped(count)) \(count == 1 ? one : many)"
    }

    /// A number with a comma between groups of three digits.
    static func grouped(_ number: Int) -> String {
        var text = ""
        for (index, digit) in String(number.magnitude).reversed().enumerated() {
            if index > 0, index % 3 == 0 { text = "," + text }
            text = String(digit) + text
        }
        return number < 0 ? "-" + text : text
    }

    /// A time in two or three digits: `412 µs`, `1.2 ms`, `87 ms`, `1.25 s`, `12 s`.
    static func time(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        let micros = overflow || seconds < 0 ? 0 : scaled &+ attoseconds / 1_000_000_000_000
        switch micros {
        case ..<1_000: return "\(max(0, micros)) µs"
        case ..<10_000: return "\(micros / 1_000).\(micros % 1_000 / 100) ms"
        case ..<1_000_000: return "\(micros / 1_000) ms"
        case ..<10_000_000:
            let hundredths = micros % 1_000_000 / 10_000
            return "\(micros / 1_000_000).\(hundredths < 10 ? "0" : "")\(hundredths) s"
        default: return "\(grouped(Int(clamping: micros / 1_000_000))) s"
        }
    }

    /// A value between quotes, with what its limit cut away.
    static func quoted(_ text: TraceText) -> String {
        text.text.isEmpty && text.cutFrom == nil ? "empty" : "\"\(text.text)\"" + rest(text)
    }

    /// What to say behind a text that is only a beginning.
    static func rest(_ text: TraceText) -> String {
        text.cutFrom.map { " … (\(counted($0, "byte", "bytes")) in all)" } ?? ""
    }
}
