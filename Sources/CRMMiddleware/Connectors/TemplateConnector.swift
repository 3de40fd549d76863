// A CRM behind a 3CX template. Holds the instance, which protects its own state: the session of its login and its queue.

package import CRMTemplate
package import NumbersCore
package import Platform

/// Looks up, creates and journals by the scenarios of a template. Also the lookup service, whose template is ours.
package final class TemplateConnector: Connector {
    package let id: ConnectorID
    package let kind: ConnectorKind
    package let features: ConnectorFeatures
    package let priority: Int
    package let boughtFrom: String?

    private let instance: TemplateInstance
    private let inputs: TemplateInputs
    private let contacts: TemplateContacts
    private let journal: JournalContact
    private let clock: Clock
    /// Whether the template asks for anything but GETs when it journals; of one that does, a GET changes nothing.
    private let writesOtherwise: [Trigger: Bool]

    /// - Parameters:
    ///   - features: what it may be used for, of what the template can do.
    ///   - boughtFrom: who sells its answers, if somebody does.
    ///   - settings: the workspace's, for the place of the PBX and for comparing numbers.
    package init(
        id: ConnectorID, kind: ConnectorKind, features: ConnectorFeatures, priority: Int, boughtFrom: String?,
        instance: TemplateInstance, settings: WorkspaceSettings, plan: PresentPlan, clock: Clock
    ) {
        self.id = id
        self.kind = kind
        self.features = features.intersection(.possible(for: kind)).intersection(.possible(of: instance.template))
        self.priority = priority
        self.boughtFrom = boughtFrom
        self.instance = instance
        self.clock = clock
        let place = TemplatePlace(settings)
        inputs = TemplateInputs(template: instance.template, culture: place.culture, zone: place.zone)
        contacts = TemplateContacts(connector: id)
        journal = JournalContact(settings: settings, plan: plan)
        var writes: [Trigger: Bool] = [:]
        for trigger in [Trigger.reportCall, .reportChat, .createContact, .createContactFromClient] {
            writes[trigger] = instance.template.writes(beginningWith: trigger)
        }
        writesOtherwise = writes
    }

    // MARK: Lookups

    package nonisolated(nonsending) func lookup(
        _ query: ContactQuery, deadline: MonotonicTime
    ) async -> Result<[CRMContact], ConnectorFailure> {
        await find(query, direction: .inbound, priority: .lookup, deadline: deadline).map { $0.map(\.contact) }
    }

    private nonisolated(nonsending) func find(
        _ query: ContactQuery, direction: CallDirection, priority: RunOptions.Priority, deadline: MonotonicTime
    ) async -> Result<[FoundContact], ConnectorFailure> {
        let number = query.number.flatMap { number -> RunInputs? in
            // A withheld caller is nobody's number.
            ContactMatcher.digits(number.text).isEmpty ? nil : .lookup(number: number.text, direction: direction)
        }
        let email = query.email.map { RunInputs.email($0) }
        let results: [RunResult]
        if number != nil, email != nil {
            async let byNumber = runs(.lookupByNumber, number, priority, deadline)
            async let byEmail = runs(.lookupByEmail, email, priority, deadline)
            results = await [byNumber, byEmail].compactMap { $0 }
        } else {
            // Without the tasks that two at once would need.
            let trigger = number != nil ? Trigger.lookupByNumber : .lookupByEmail
            results = await runs(trigger, number ?? email, priority, deadline).map { [$0] } ?? []
        }
        let found = contacts.contacts(results.flatMap(\.contacts))
        // Whoever was found counts, also when another scenario failed.
        guard found.isEmpty, let failure = results.lazy.flatMap(\.failures).first else { return .success(found) }
        return .failure(ConnectorFailure(failure, mayHaveArrived: false))
    }

    /// nil when there is nothing to run.
    private nonisolated(nonsending) func runs(
        _ trigger: Trigger, _ inputs: RunInputs?, _ priority: RunOptions.Priority, _ deadline: MonotonicTime
    ) async -> RunResult? {
        guard let inputs, instance.handles(trigger) else { return nil }
        return await run(trigger, inputs, priority, deadline)
    }

    private nonisolated(nonsending) func run(
        _ trigger: Trigger, _ inputs: RunInputs, _ priority: RunOptions.Priority, _ deadline: MonotonicTime
    ) async -> RunResult {
        let left = clock.monotonic().duration(to: deadline)
        // The search compares numbers itself, both sides in E.164.
        return await instance.run(
            trigger, inputs,
            options: RunOptions(deadline: max(.zero, left), acceptsByPhone: false, priority: priority))
    }

    // MARK: Creation

    package func create(
        _ draft: ContactDraft, deadline: MonotonicTime
    ) async -> Result<CRMContact, ConnectorFailure> {
        guard features.contains(.create) else {
            return .failure(ConnectorFailure(code: "unsupported", message: "the connector creates no contacts"))
        }
        // Somebody waits for it, as for a lookup.
        let result: RunResult
        let trigger: Trigger
        if instance.handles(.createContactFromClient) {
            trigger = .createContactFromClient
            result = await run(trigger, inputs.creation(draft), .lookup, deadline)
        } else if instance.handles(.createContact) {
            trigger = .createContact
            guard draft.number != nil else {
                return .failure(
                    ConnectorFailure(
                        code: "unsupported", message: "the template creates contacts for a telephone number only"))
            }
            result = await run(trigger, inputs.creationForCall(draft), .lookup, deadline)
        } else {
            return .failure(ConnectorFailure(code: "unsupported", message: "the template creates no contacts"))
        }
        if let contact = result.contacts.first { return .success(contacts.contact(contact)) }
        if let failure = result.failures.first {
            return .failure(ConnectorFailure(failure, mayHaveArrived: mayHaveArrived(result, trigger)))
        }
        guard mayHaveArrived(result, trigger) else {
            return .failure(ConnectorFailure(code: "template", message: "the template sent nothing to the CRM"))
        }
        // The CRM has it, and its template gives nothing back, or nothing with a link and a name.
        return .success(made(of: draft, result.results.first ?? Contact([])))
    }

    /// What is known of a record that the template tells little about.
    private func made(of draft: ContactDraft, _ result: Contact) -> CRMContact {
        var contact = contacts.contact(result)
        if contact.firstName == nil, contact.lastName == nil, contact.company == nil {
            contact.firstName = draft.firstName
            contact.lastName = draft.lastName
        }
        contact.civility = contact.civility ?? draft.civility
        contact.email = contact.email ?? draft.email
        if contact.lines.isEmpty {
            contact.lines[.phoneBusiness1] = draft.phoneBusiness?.text
            contact.lines[.phoneMobile1] = draft.phoneMobile?.text
            contact.lines[.phoneOther1] = draft.phone?.text
        }
        let key = [draft.lastName, draft.firstName ?? "", draft.email ?? "", draft.number?.text ?? ""]
        contact.id = contact.id ?? CRMContact.id("created\n" + key.joined(separator: "\n"), of: id)
        return contact
    }

    // MARK: Deliveries

    package func deliver(_ call: PhoneCall, deadline: MonotonicTime) async -> DeliveryOutcome {
        let report = call.report
        guard features.contains(.calls), instance.handles(.reportCall), TemplateInputs.kind(of: report) != nil else {
            return .skipped
        }
        var found: FoundContact?
        if let number = report.external, features.contains(.lookup) {
            let query = ContactQuery(number: number, email: nil, displayName: nil)
            switch await find(
                query, direction: TemplateInputs.direction(report.direction), priority: .delivery, deadline: deadline)
            {
            case .success(let all): found = journal.choose(all, number: number, shown: call.contactID)
            case .failure(let failure): if failure.mayPass { return .failed(failure) }
            }
        }
        guard let given = inputs.call(call, contact: found?.outputs, name: found?.contact.displayName ?? "") else {
            return .skipped
        }
        return await deliver(.reportCall, given, to: found?.contact.id, deadline)
    }

    package func deliver(_ chat: Chat, deadline: MonotonicTime) async -> DeliveryOutcome {
        let report = chat.report
        guard features.contains(.chats), instance.handles(.reportChat) else { return .skipped }
        var found: FoundContact?
        if report.entityID != nil || report.entityType != nil {
            // The PBX knows the record: nobody has to be asked.
            let outputs = Contact(
                [("EntityId", report.entityID), ("EntityType", report.entityType)].compactMap { name, value in
                    value.map { Contact.Field(name, $0) }
                })
            found = FoundContact(contact: contacts.contact(outputs), outputs: outputs)
        } else if features.contains(.lookup) {
            let query = ContactQuery(
                number: report.email == nil ? report.numberExternal : nil, email: report.email, displayName: nil)
            switch await find(query, direction: .inbound, priority: .delivery, deadline: deadline) {
            case .success(let all):
                if let email = report.email {
                    found = journal.choose(all, email: email)
                } else if let number = report.numberExternal {
                    found = journal.choose(all, number: number, shown: nil)
                }
            case .failure(let failure): if failure.mayPass { return .failed(failure) }
            }
        }
        let given = inputs.chat(chat, contact: found?.outputs, name: found?.contact.displayName ?? "")
        return await deliver(.reportChat, given, to: found?.contact.id, deadline)
    }

    private func deliver(
        _ trigger: Trigger, _ inputs: RunInputs, to contact: UniqueID?, _ deadline: MonotonicTime
    ) async -> DeliveryOutcome {
        let result = await run(trigger, inputs, .delivery, deadline)
        if let failure = result.failures.first {
            return .failed(ConnectorFailure(failure, mayHaveArrived: mayHaveArrived(result, trigger)))
        }
        // A template may leave calls out that its user does not want (`SkipIf`): then nothing was sent.
        return result.exchanges.isEmpty ? .skipped : .delivered(contact: contact)
    }

    private func mayHaveArrived(_ result: RunResult, _ trigger: Trigger) -> Bool {
        if result.mayHaveWritten { return true }
        return result.mayHaveRead && writesOtherwise[trigger] == false
    }
}

/// How a workspace's settings say that a template writes dates and compares numbers.
struct TemplatePlace {
    let culture: Culture
    let zone: CivilZone
    let maxLength: Int

    init(_ settings: WorkspaceSettings) {
        culture = Culture(settings.culture) ?? .invariant
        zone = CivilZone(settings.timeZone) ?? .utc
        maxLength = settings.maxLength
    }
}

extension Template {
    /// Whether a chain that begins with the trigger's scenario has a request other than GET.
    fileprivate func writes(beginningWith trigger: Trigger) -> Bool {
        var next: String? =
            switch trigger {
            case .reportCall: "ReportCall"
            case .reportChat: "ReportChat"
            case .createContact: "CreateContactRecord"
            case .createContactFromClient: "CreateContactRecordFromClient"
            case .lookupByNumber, .lookupByEmail, .searchContacts, .getAllContacts, .callFlow: nil
            }
        var seen: Set<String> = []
        while let id = next, seen.insert(id).inserted, let scenario = scenarios.first(where: { $0.id == id }) {
            if let request = scenario.request, request.method != .get { return true }
            next = scenario.outputs?.next
        }
        return false
    }
}
