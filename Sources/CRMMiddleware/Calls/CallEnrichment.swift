// What a call gets from the context that was gathered while it was going on. Pure functions.

internal import JSONText
package import NumbersCore

/// Fields of a call that a context may fill: those that say something about it, under their own names. What the call is
/// known by (numbers, times, how it ended) only its reports say.
package struct EnrichedFields: OptionSet, Sendable, Hashable {
    package let rawValue: Int64
    package init(rawValue: Int64) { self.rawValue = rawValue }

    package static let source = EnrichedFields(rawValue: 1)
    package static let subject = EnrichedFields(rawValue: 2)
    package static let body = EnrichedFields(rawValue: 4)
    package static let recordingURL = EnrichedFields(rawValue: 8)
    package static let agentFirstName = EnrichedFields(rawValue: 16)
    package static let agentLastName = EnrichedFields(rawValue: 32)
    package static let agentEmail = EnrichedFields(rawValue: 64)
    package static let queueExtension = EnrichedFields(rawValue: 128)

    private static let names: [(EnrichedFields, String)] = [
        (.source, "source"), (.subject, "subject"), (.body, "body"), (.recordingURL, "recording_url"),
        (.agentFirstName, "agent_first_name"), (.agentLastName, "agent_last_name"), (.agentEmail, "agent_email"),
        (.queueExtension, "queue_extension"),
    ]

    /// The fields by name, for the call's log.
    package var text: String { Self.names.filter { contains($0.0) }.map(\.1).joined(separator: ", ") }
}

/// Fills calls from contexts, and empties them again.
package enum CallEnrichment {
    /// Fills what the reports left absent.
    /// - Parameter source: the context's, used like a pair of that name.
    /// - Returns: the fields that were filled. Values that the field itself would not take are passed over.
    package static func fill(_ call: inout CallDraft, from data: [ContextPair], source: String?) -> EnrichedFields {
        var fields = GivenFields(JSONObject(data.map { ($0.key, .string($0.value)) }))
        var filled: EnrichedFields = []
        func fill(_ path: WritableKeyPath<CallDraft, String?>, _ field: EnrichedFields, _ value: String?) {
            guard call[keyPath: path] == nil, let value else { return }
            call[keyPath: path] = value
            filled.insert(field)
        }
        fill(\.source, .source, fields.text("source", max: FieldLimit.word) ?? source)
        fill(\.subject, .subject, fields.text("subject", max: FieldLimit.subject))
        fill(\.body, .body, fields.text("body", max: FieldLimit.body))
        fill(\.recordingURL, .recordingURL, fields.webAddress("recording_url"))
        fill(\.agentFirstName, .agentFirstName, fields.text("agent_first_name", max: FieldLimit.name))
        fill(\.agentLastName, .agentLastName, fields.text("agent_last_name", max: FieldLimit.name))
        fill(\.agentEmail, .agentEmail, fields.emailAddress("agent_email"))
        fill(\.queueExtension, .queueExtension, fields.text("queue_extension", max: FieldLimit.number))
        return filled
    }

    /// Takes back what ``fill(_:from:source:)`` filled, so that a further report is merged with what reports said.
    package static func empty(_ fields: EnrichedFields, of call: inout CallDraft) {
        if fields.contains(.source) { call.source = nil }
        if fields.contains(.subject) { call.subject = nil }
        if fields.contains(.body) { call.body = nil }
        if fields.contains(.recordingURL) { call.recordingURL = nil }
        if fields.contains(.agentFirstName) { call.agentFirstName = nil }
        if fields.contains(.agentLastName) { call.agentLastName = nil }
        if fields.contains(.agentEmail) { call.agentEmail = nil }
        if fields.contains(.queueExtension) { call.queueExtension = nil }
    }

    /// The number that was dialled: `did` of the context, else number_to of an inbound call, else the queue.
    package static func did(
        of call: CallDraft, data: [ContextPair], country: Region?, plan: NumberingPlan
    ) -> String? {
        var fields = GivenFields(JSONObject(data.map { ($0.key, .string($0.value)) }))
        if let number = fields.number("did", country: country, plan: plan) { return number.text }
        if call.direction == .inbound, let number = call.numberTo { return number.text }
        return call.queueExtension
    }
}
