// A chat that was dealt with, as `ReportChat` scenarios are told of it. A value.

package import Platform

/// A chat with a customer, at its end.
package struct ChatReport: Sendable, Hashable {
    /// Empty when it is not known.
    package var number: String
    /// Empty when it is not known.
    package var email: String
    package var name: String
    package var agent: ReportedAgent
    package var queueExtension: String
    package var started: UnixTime
    package var ended: UnixTime
    /// All messages, with line breaks inside.
    package var messages: String
    package var contact: Contact?

    package init(
        number: String = "", email: String = "", name: String = "", agent: ReportedAgent, queueExtension: String = "",
        started: UnixTime, ended: UnixTime, messages: String, contact: Contact? = nil
    ) {
        self.number = number
        self.email = email
        self.name = name
        self.agent = agent
        self.queueExtension = queueExtension
        self.started = started
        self.ended = ended
        self.messages = messages
        self.contact = contact
    }

    /// Every variable that a `ReportChat` scenario reads.
    /// - Parameters:
    ///   - culture: how `[DateTime]` is written.
    ///   - zone: the place of the PBX.
    ///   - supportsEmojis: the template's; when false, emoji are removed from the messages.
    package func inputs(culture: Culture, zone: CivilZone, supportsEmojis: Bool) -> RunInputs {
        var inputs = RunInputs([
            "Number": .text(number), "Email": .text(email), "Name": .text(name),
            "QueueExtension": .text(queueExtension), "EntityId": .text(""), "EntityType": .text(""),
            "ChatMessages": .text(supportsEmojis ? messages : Emoji.removed(from: messages)), "LineBreak": .text("\n"),
        ])
        agent.set(in: &inputs)
        contact?.set(in: &inputs)
        let times = ReportedTimes(culture: culture, zone: zone)
        times.setStart(started, in: &inputs)
        inputs.setDuration(ReportedTimes.duration(from: started, to: ended))
        times.set("ChatStartTime", started, in: &inputs)
        times.set("ChatEndTime", ended, in: &inputs)
        return inputs
    }
}
