// From calls, chats and drafts to the variables of a template (docs/middleware.md, "What a template is given"). A value.

internal import CRMTemplate
internal import Platform

/// Writes the variables of a run.
struct TemplateInputs {
    let template: Template
    let culture: Culture
    let zone: CivilZone
    /// Names of the template's parameters in lower case.
    private let parameterNames: Set<String>

    init(template: Template, culture: Culture, zone: CivilZone) {
        self.template = template
        self.culture = culture
        self.zone = zone
        parameterNames = Set(template.parameters.map { $0.name.lowercased() })
    }

    // MARK: Calls

    /// nil for an internal call, of which CRMs are not told.
    func call(_ call: PhoneCall, contact: Contact?, name: String) -> RunInputs? {
        let report = call.report
        guard let kind = Self.kind(of: report) else { return nil }
        let times = CallTimes(report, arrival: call.createdAt)
        var inputs = CallReport(
            kind: kind, number: report.external?.text ?? "", name: name,
            agent: ReportedAgent(
                extension: report.agentExtension?.text ?? "", firstName: report.agentFirstName ?? "",
                lastName: report.agentLastName ?? "", email: report.agentEmail ?? ""),
            queueExtension: report.queueExtension ?? "", started: times.started, established: times.established,
            ended: times.ended, contact: contact, recordingURL: report.recordingURL ?? ""
        ).inputs(culture: culture, zone: zone)
        inputs.setDuration(times.duration)
        extend(
            &inputs,
            [
                "Subject": report.subject, "Body": report.body, "CallReference": call.id.description,
            ])
        return inputs
    }

    static func kind(of report: CallDraft) -> CallReport.Kind? {
        switch (report.direction, report.isAnswered) {
        case (.inbound, true): .inbound
        case (.inbound, false): .missed
        case (.outbound, true): .outbound
        case (.outbound, false): .notAnswered
        case (.internal, _): nil
        }
    }

    // MARK: Chats

    func chat(_ chat: Chat, contact: Contact?, name: String) -> RunInputs {
        let report = chat.report
        let times = ChatTimes(report, arrival: chat.createdAt)
        var inputs = ChatReport(
            number: report.numberExternal?.text ?? "", email: report.email ?? "", name: report.name ?? name,
            agent: ReportedAgent(
                extension: report.agent ?? "", firstName: report.agentFirstName ?? "",
                lastName: report.agentLastName ?? "", email: report.agentEmail ?? ""),
            queueExtension: report.queueExtension ?? "", started: times.started, ended: times.ended,
            messages: report.chatMessages ?? "", contact: contact
        ).inputs(culture: culture, zone: zone, supportsEmojis: template.supportsEmojis)
        inputs.setDuration(times.duration)
        extend(&inputs, ["Subject": report.subject, "CallReference": chat.id.description])
        return inputs
    }

    // MARK: Contacts

    /// Of `CreateContactRecordFromClient`.
    func creation(_ draft: ContactDraft) -> RunInputs {
        var inputs = RunInputs.create(
            firstName: draft.firstName ?? "", lastName: draft.lastName, number: draft.number?.text ?? "",
            email: draft.email ?? "")
        extend(
            &inputs,
            [
                "Civility": draft.civility, "PhoneBusiness": draft.phoneBusiness?.text,
                "PhoneMobile": draft.phoneMobile?.text, "CustomValue": draft.customValue,
                "CallDirection": Self.direction(draft.direction).rawValue,
            ])
        return inputs
    }

    /// Of `CreateContactRecord`, which knows of nothing but the call.
    func creationForCall(_ draft: ContactDraft) -> RunInputs {
        .lookup(number: draft.number?.text ?? "", direction: Self.direction(draft.direction))
    }

    static func direction(_ direction: PhoneCall.Direction?) -> CallDirection {
        switch direction {
        case .outbound: .outbound
        case .inbound, .internal, nil: .inbound
        }
    }

    /// Adds variables of ours. Where the template has a parameter of that name, its author means the parameter.
    private func extend(_ inputs: inout RunInputs, _ variables: [String: String?]) {
        for (name, text) in variables where !parameterNames.contains(name.lowercased()) {
            inputs[name] = .text(text ?? "")
        }
    }
}

/// When a call began, was answered and ended, as far as the report says; the rest is derived.
struct CallTimes: Hashable {
    let started: UnixTime
    /// nil: nobody answered.
    let established: UnixTime?
    let ended: UnixTime
    let duration: Duration

    /// The end is the beginning and the duration when it is missing, the beginning the end less the duration. Without
    /// either the call ended when the report arrived. Somebody answered so long before the end as the duration says,
    /// and at the beginning when there is none.
    init(_ report: CallDraft, arrival: UnixTime) {
        let told = report.duration.map { Duration.seconds($0) }
        let span = Span(start: report.startTime, end: report.endTime, duration: told, arrival: arrival)
        (started, ended) = (span.start, span.end)
        if report.isAnswered {
            established = told.map { max(span.start, span.end - $0) } ?? span.start
            duration = told ?? span.length
        } else {
            established = nil
            duration = told ?? .zero
        }
    }
}

/// The same of a chat.
struct ChatTimes: Hashable {
    let started: UnixTime
    let ended: UnixTime
    let duration: Duration

    init(_ report: ChatDraft, arrival: UnixTime) {
        let told = report.duration.map { Duration.seconds($0) }
        let span = Span(start: report.startTime, end: report.endTime, duration: told, arrival: arrival)
        (started, ended) = (span.start, span.end)
        duration = told ?? span.length
    }
}

/// A beginning and an end, of which either may have been left out.
private struct Span {
    let start: UnixTime
    let end: UnixTime

    init(start: UnixTime?, end: UnixTime?, duration: Duration?, arrival: UnixTime) {
        let length = duration ?? .zero
        self.end = end ?? start.map { $0 + length } ?? arrival
        self.start = start ?? self.end - length
    }

    /// Not negative, whatever the report says.
    var length: Duration { end > start ? .microseconds(end.microseconds - start.microseconds) : .zero }
}
