// What a case's inputs mean to its trigger. Pure functions.

internal import CRMTemplate
internal import JSONText
internal import Platform

/// An input that a trigger cannot use.
struct CaseInputError: Error {
    let sentence: String
}

/// Reads the inputs of a case: names of variables as templates know them, in any case.
struct CaseInputs {
    /// When calls and chats of cases begin unless the case says so: 4 March 2026, 15:05 UTC.
    private static let standardStart = UnixTime(seconds: 1_772_636_700)

    private var left: [(name: String, value: JSONValue)]

    private init(_ inputs: JSONObject) { left = inputs.members.map { ($0.name, $0.value) } }

    /// The engine's trigger, and the variables it brings.
    static func read(_ testCase: TemplateCase, of template: Template) throws(CaseInputError) -> (Trigger, RunInputs) {
        var inputs = CaseInputs(testCase.inputs)
        let trigger: Trigger
        var result: RunInputs
        switch testCase.trigger {
        case .lookup:
            trigger = .lookupByNumber
            result = .lookup(number: inputs.take("Number"), direction: try inputs.direction())
        case .email:
            trigger = .lookupByEmail
            result = .email(inputs.take("Email"))
        case .search:
            trigger = .searchContacts
            result = .search(inputs.take("SearchText", or: "search"))
        case .contacts:
            trigger = .getAllContacts
            result = RunInputs()
        case .create:
            trigger = .createContact
            result = .lookup(number: inputs.take("Number"), direction: try inputs.direction())
        case .createFromClient:
            trigger = .createContactFromClient
            result = .create(
                firstName: inputs.take("FirstName"), lastName: inputs.take("LastName"), number: inputs.take("Number"),
                email: inputs.take("Email"), company: inputs.take("Company"))
        case .reportCall:
            trigger = .reportCall
            result = try inputs.call(testCase.settings)
        case .reportChat:
            trigger = .reportChat
            result = try inputs.chat(testCase.settings)
        case .cfd:
            trigger = .callFlow(id: inputs.callFlowScenario(of: template))
            result = .callFlow(
                number: inputs.take("Number"), entityID: inputs.take("EntityID", or: "entity-id"),
                query: inputs.take("Query"))
        case .authorize:
            preconditionFailure("authorisation is no trigger of scenarios")
        }
        // What is left are variables of the author's own, or those of the trigger in other words than usual.
        for (name, value) in inputs.left {
            result[name] = try inputs.date(name, value, testCase.settings) ?? Self.value(value)
        }
        return (trigger, result)
    }

    /// The text of an input.
    static func text(_ value: JSONValue) -> String {
        switch value {
        case .string(let text): text
        case .number(let number): number.text
        case .bool(let flag): flag ? "True" : "False"
        case .null, .array, .object: ""
        }
    }

    private static func value(_ value: JSONValue) -> Value {
        switch value {
        case .string(let text): .text(text)
        case .number(let number): .numeral(number.text)
        case .bool(let flag): .boolean(flag)
        case .null, .array, .object: .null
        }
    }

    private mutating func call(_ settings: CaseSettings) throws(CaseInputError) -> RunInputs {
        let isOutbound = try direction(standard: .inbound) == .outbound
        let typeText = take("CallType", default: isOutbound ? "Outbound" : "Inbound")
        guard let kind = CallReport.Kind(name: typeText) else {
            throw CaseInputError(
                sentence: "inputs.CallType: expected Inbound, Outbound, Missed or Notanswered, found \"\(typeText)\"")
        }
        let start = try time("CallStartTimeUTC")
        let talk = try duration()
        let isAnswered: Bool =
            switch kind {
            case .inbound, .outbound: true
            case .missed, .notAnswered: false
            }
        var report = CallReport(
            kind: kind, number: take("Number"), name: take("Name"), agent: agent(),
            queueExtension: take("QueueExtension"), started: start, established: isAnswered ? start : nil,
            ended: start + talk)
        report.recordingURL = take("RecordingUrl")
        report.transcription = take("Transcription")
        report.summary = take("Summary")
        report.sentiment = take("Sentiment")
        var inputs = report.inputs(culture: settings.culture, zone: settings.zone)
        // Also of a call that nobody answered, when the case says so.
        inputs.setDuration(talk)
        return inputs
    }

    private mutating func chat(_ settings: CaseSettings) throws(CaseInputError) -> RunInputs {
        let start = try time("ChatStartTimeUTC")
        let report = ChatReport(
            number: take("Number"), email: take("Email"), name: take("Name"), agent: agent(),
            queueExtension: take("QueueExtension"), started: start, ended: start + (try duration()),
            messages: take("ChatMessages"))
        // The run removes emoji itself where the template does not want them.
        return report.inputs(culture: settings.culture, zone: settings.zone, supportsEmojis: true)
    }

    private mutating func agent() -> ReportedAgent {
        ReportedAgent(
            extension: take("Agent"), firstName: take("AgentFirstName"), lastName: take("AgentLastName"),
            email: take("AgentEmail"))
    }

    private mutating func direction(
        standard: CallDirection = .inbound
    ) throws(CaseInputError) -> CallDirection {
        let text = take("CallDirection", default: standard.rawValue)
        guard let direction = CallDirection(rawValue: text) else {
            throw CaseInputError(
                sentence: "inputs.CallDirection: expected Inbound or Outbound, found \"\(text)\"")
        }
        return direction
    }

    private mutating func time(_ name: String) throws(CaseInputError) -> UnixTime {
        let text = take(name)
        if text.isEmpty { return Self.standardStart }
        guard let time = UnixTime(rfc3339: text) else {
            throw Self.noTime(name, text)
        }
        return time
    }

    /// `Duration` in seconds (at most a day) or as `hh:mm:ss`.
    private mutating func duration() throws(CaseInputError) -> Duration {
        let text = take("Duration", or: "DurationTimespan", "DurationSeconds", default: "0")
        let parts = text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        var seconds = 0
        for part in parts {
            guard (1...5).contains(part.count), part.allSatisfy({ (0x30...0x39).contains($0) }), parts.count <= 3 else {
                throw CaseInputError(
                    sentence: "inputs.Duration: expected seconds or hh:mm:ss, found \"\(text)\"")
            }
            seconds = seconds * 60 + part.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        }
        return .seconds(seconds)
    }

    /// The `LookupFromCFD_…` scenario: the input `scenario`, else the first one for what is asked.
    private mutating func callFlowScenario(of template: Template) -> String {
        let named = take("scenario")
        if !named.isEmpty { return named }
        let names = Set(left.map { $0.name.lowercased() })
        let suffix: String =
            if names.contains("query") {
                "_LookupFreeQuery"
            } else if names.contains("number") {
                "_LookupNumber"
            } else {
                "_LookupID"
            }
        let known = template.scenarios.map(\.id).first { $0.hasPrefix("LookupFromCFD_") && $0.hasSuffix(suffix) }
        return known ?? "LookupFromCFD" + suffix
    }

    /// The other times of a report, `CallEndTimeUTC` and their like, as dates; nil for every other input.
    private func date(_ name: String, _ value: JSONValue, _ settings: CaseSettings) throws(CaseInputError) -> Value? {
        guard name.hasSuffix("TimeUTC") || name.hasSuffix("TimeLocal"), let text = value.string, !text.isEmpty else {
            return nil
        }
        guard let time = UnixTime(rfc3339: text) else { throw Self.noTime(name, text) }
        return .date(name.hasSuffix("UTC") ? .utc(time) : .local(time, in: settings.zone))
    }

    private static func noTime(_ name: String, _ text: String) -> CaseInputError {
        CaseInputError(sentence: "inputs.\(name): expected a time such as 2026-03-04T15:05:00Z, found \"\(text)\"")
    }

    /// The input of that name, or of one of the others, in any case; it is not looked at again.
    private mutating func take(_ name: String, or others: String..., default standard: String = "") -> String {
        for name in [name] + others {
            let lowered = name.lowercased()
            if let index = left.firstIndex(where: { $0.name.lowercased() == lowered }) {
                return Self.text(left.remove(at: index).value)
            }
        }
        return standard
    }
}
