// A call as PBXs report it: which fields there are, and what each may hold.

package import NumbersCore

/// How a call ended, in the words that PBXs use.
package enum CallStatus: String, Sendable, Hashable, CaseIterable {
    case completed, failed, busy
    case noAnswer = "no-answer"
    case missed = "Missed"
    case notAnswered = "Notanswered"
    case unanswered = "Unanswered"

    /// What the status is compared by: lower case, and one word for the two that mean the same.
    package var key: String { self == .unanswered ? CallStatus.notAnswered.key : rawValue.lowercased() }

    /// The status of a text, without regard to case.
    package init?(ignoringCase text: String) {
        let lowered = text.lowercased()
        guard let status = Self.allCases.first(where: { $0.rawValue.lowercased() == lowered }) else { return nil }
        self = status
    }
}

extension CallDraft {
    /// Reads a report. nil when a rule is broken; ``GivenFields/hints`` then has a sentence for each field.
    package static func read(
        _ fields: inout GivenFields, workspace: Workspace, plan: NumberingPlan
    ) -> CallDraft? {
        let country = workspace.settings.defaultCountry
        let direction = fields.requiredChoice("direction", as: PhoneCall.Direction.self)
        let status = fields.requiredChoice("status", as: CallStatus.self)
        // As given: `COMPLETED` stays what it is.
        let statusText = status == nil ? nil : fields.text("status", max: FieldLimit.word)
        let hintsBefore = fields.hints.count
        let route = fields.pair("number_from", "number_to", country: country, plan: plan)
        let parties = fields.pair("number_external", "number_internal", country: country, plan: plan)
        if route == nil, parties == nil, fields.hints.count == hintsBefore {
            fields.addHint(
                "The number from and number to fields are required when number external and number internal are not "
                    + "present.")
        }
        var draft = CallDraft(direction: direction ?? .inbound, status: statusText ?? "")
        draft.numberFrom = route?.first
        draft.numberTo = route?.second
        draft.numberExternal = parties?.first
        draft.numberInternal = parties?.second
        draft.source = fields.text("source", max: FieldLimit.word)
        draft.answered = fields.flag("answered")
        draft.duration = fields.seconds("duration")
        draft.startTime = fields.time("start_time_utc")
        draft.endTime = fields.time("end_time_utc")
        draft.subject = fields.text("subject", max: FieldLimit.subject)
        draft.body = fields.text("body", max: FieldLimit.body)
        draft.recordingURL = fields.webAddress("recording_url")
        draft.agentFirstName = fields.text("agent_first_name", max: FieldLimit.name)
        draft.agentLastName = fields.text("agent_last_name", max: FieldLimit.name)
        draft.agentEmail = fields.emailAddress("agent_email")
        draft.queueExtension = fields.text("queue_extension", max: FieldLimit.number)
        return fields.hints.isEmpty ? draft : nil
    }

    /// What the status is compared by; a text that is no status is compared as it is.
    package var statusKey: String { CallStatus(ignoringCase: status)?.key ?? status.lowercased() }

    /// Who called: as reported, else the end of the call that its direction says.
    package var caller: PartyNumber? {
        if let numberFrom { return numberFrom }
        return switch direction {
        case .inbound: numberExternal
        case .outbound, .internal: numberInternal
        }
    }

    /// Who was called, in the same way.
    package var callee: PartyNumber? {
        if let numberTo { return numberTo }
        return switch direction {
        case .inbound: numberInternal
        case .outbound, .internal: numberExternal
        }
    }
}
