import CRMMiddleware
import NumbersCore
import Testing

@Suite struct ChatDraftReadingTests {
    private func read(_ json: String, withoutEmail: Bool = false) throws -> (ChatDraft?, hints: [String]) {
        var fields = try CallSamples.fields(json)
        let workspace = CallSamples.workspace { $0.chatsWithoutEmail = withoutEmail }
        let draft = ChatDraft.read(&fields, workspace: workspace, plan: .builtIn)
        return (draft, fields.hints)
    }

    @Test func `a whole chat is read`() throws {
        let draft = try #require(
            try read(
                """
                {"email":"Ann@example.com","source":"3cx","number_external":"0142000000","name":"Ann",
                 "start_time_utc":"2026-01-02T03:04:05Z","end_time_utc":"2026-01-02T03:14:05Z","duration":600,
                 "subject":"S","chat_messages":"Hi","queue_extension":"800","entity_type":"Contacts","entity_id":"7",
                 "agent":"101","agent_first_name":"A","agent_last_name":"L","agent_email":"a@b.example"}
                """
            ).0)
        #expect(draft.email == "Ann@example.com" && draft.numberExternal?.text == "+33142000000")
        #expect(draft.duration == 600 && draft.agent == "101" && draft.entityID == "7" && draft.chatMessages == "Hi")
    }

    @Test(
        arguments: [
            ("{}", false, "The email field is required."),
            (#"{"email":"[Email]"}"#, false, "The email field is required."),
            (#"{"number_external":"1"}"#, false, "The email field is required."),
            ("{}", true, "The email field is required when number external is not present."),
            (#"{"email":"x"}"#, false, "The email field must be a valid email address."),
            (#"{"email":"x","number_external":"1"}"#, true, "The email field must be a valid email address."),
            (#"{"email":"a@b","duration":"long"}"#, false, "The duration field must be seconds or hh:mm:ss."),
            (#"{"email":"a@b","agent_email":"c"}"#, false, "The agent email field must be a valid email address."),
        ] as [(String, Bool, String)])
    func `each mistake has one sentence`(_ json: String, _ withoutEmail: Bool, _ hint: String) throws {
        let (draft, hints) = try read(json, withoutEmail: withoutEmail)
        #expect(draft == nil && hints == [hint])
    }

    @Test func `a chat by number is taken where the workspace takes them`() throws {
        #expect(try read(#"{"email":"","number_external":"0142000000"}"#, withoutEmail: true).0 != nil)
    }
}
