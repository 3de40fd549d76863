// A chat as PBXs report it: which fields there are, and what each may hold.

package import NumbersCore

extension ChatDraft {
    /// Reads a report. nil when a rule is broken; ``GivenFields/hints`` then has a sentence for each field.
    package static func read(
        _ fields: inout GivenFields, workspace: Workspace, plan: NumberingPlan
    ) -> ChatDraft? {
        var draft = ChatDraft()
        let before = fields.hints.count
        draft.email = fields.emailAddress("email")
        let isEmailWrong = fields.hints.count > before
        draft.source = fields.text("source", max: FieldLimit.word)
        draft.numberExternal = fields.number(
            "number_external", country: workspace.settings.defaultCountry, plan: plan)
        if draft.email == nil, !isEmailWrong {
            if !workspace.settings.chatsWithoutEmail {
                fields.addHint("The email field is required.")
            } else if draft.numberExternal == nil {
                fields.addHint("The email field is required when number external is not present.")
            }
        }
        draft.name = fields.text("name", max: FieldLimit.name)
        draft.startTime = fields.time("start_time_utc")
        draft.endTime = fields.time("end_time_utc")
        draft.duration = fields.seconds("duration")
        draft.subject = fields.text("subject", max: FieldLimit.subject)
        draft.chatMessages = fields.text("chat_messages", max: FieldLimit.messages)
        draft.queueExtension = fields.text("queue_extension", max: FieldLimit.number)
        draft.entityType = fields.text("entity_type", max: FieldLimit.word)
        draft.entityID = fields.text("entity_id", max: FieldLimit.word)
        draft.agent = fields.text("agent", max: FieldLimit.number)
        draft.agentFirstName = fields.text("agent_first_name", max: FieldLimit.name)
        draft.agentLastName = fields.text("agent_last_name", max: FieldLimit.name)
        draft.agentEmail = fields.emailAddress("agent_email")
        return fields.hints.isEmpty ? draft : nil
    }
}
