import CRMMiddleware
import NumbersCore
import Platform
import Testing

@Suite struct CallDraftReadingTests {
    private func read(_ json: String) throws -> (CallDraft?, hints: [String], unreplaced: [String]) {
        var fields = try CallSamples.fields(json)
        let draft = CallDraft.read(&fields, workspace: CallSamples.workspace(), plan: .builtIn)
        return (draft, fields.hints, fields.unreplaced)
    }

    private static let parties = #""number_external":"0142000000","number_internal":"101""#

    @Test func `a whole report is read, its numbers in E.164`() throws {
        let draft = try #require(
            try read(
                """
                {"direction":"Inbound","status":"COMPLETED","number_from":"0142000000","number_to":"0033612345678",
                 "number_external":"+33 1 42 00 00 00","number_internal":101,"source":"3cx","answered":"1",
                 "duration":"00:01:15","start_time_utc":"2026-01-02T03:04:05Z","end_time_utc":"2026-01-02T03:05:20Z",
                 "subject":"S","body":"B","recording_url":"https://pbx.example/1.wav","agent_first_name":"A",
                 "agent_last_name":"L","agent_email":"A.L@pbx","queue_extension":"800","else":[1]}
                """
            ).0)
        #expect(draft.direction == .inbound && draft.status == "COMPLETED" && draft.statusKey == "completed")
        #expect(draft.numberFrom?.text == "+33142000000" && draft.numberTo?.text == "+33612345678")
        #expect(draft.numberExternal?.text == "+33142000000" && draft.numberInternal?.text == "101")
        #expect(draft.duration == 75 && draft.answered == true && draft.agentEmail == "A.L@pbx")
        #expect(draft.startTime == UnixTime(rfc3339: "2026-01-02T03:04:05Z") && draft.queueExtension == "800")
    }

    @Test(
        arguments: [
            (#"{"status":"completed",\#(parties)}"#, "The direction field is required."),
            (
                #"{"direction":"up","status":"busy",\#(parties)}"#,
                "The selected direction is invalid: expected one of inbound, outbound, internal."
            ),
            (#"{"direction":"inbound","status":"[Status]",\#(parties)}"#, "The status field is required."),
            (
                #"{"direction":"inbound","status":"answered",\#(parties)}"#,
                "The selected status is invalid: expected one of completed, failed, busy, no-answer, Missed, "
                    + "Notanswered, Unanswered."
            ),
            (
                #"{"direction":"inbound","status":"busy"}"#,
                "The number from and number to fields are required when number external and number internal are not "
                    + "present."
            ),
            (
                #"{"direction":"inbound","status":"busy","number_from":"","number_external":null}"#,
                "The number to field is required when number from is present."
            ),
            (
                #"{"direction":"inbound","status":"busy","number_to":"1",\#(parties)}"#,
                "The number from field is required when number to is present."
            ),
            (
                #"{"direction":"inbound","status":"busy","number_external":"1"}"#,
                "The number internal field is required when number external is present."
            ),
            (
                #"{"direction":"inbound","status":"busy","number_external":null,"number_internal":null}"#,
                "The number from and number to fields are required when number external and number internal are not "
                    + "present."
            ),
            (
                #"{"direction":"inbound","status":"busy","duration":"-1",\#(parties)}"#,
                "The duration field must be seconds or hh:mm:ss."
            ),
            (
                #"{"direction":"inbound","status":"busy","recording_url":"ftp://x/y",\#(parties)}"#,
                "The recording url field must be a URL that begins with http:// or https://."
            ),
            (
                #"{"direction":"inbound","status":"busy","recording_url":"javascript:alert(1)",\#(parties)}"#,
                "The recording url field must be a URL that begins with http:// or https://."
            ),
            (
                #"{"direction":"inbound","status":"busy","agent_email":"nobody",\#(parties)}"#,
                "The agent email field must be a valid email address."
            ),
            (
                #"{"direction":"inbound","status":"busy","agent_email":"a b@c",\#(parties)}"#,
                "The agent email field must be a valid email address."
            ),
            (
                #"{"direction":"inbound","status":"busy","start_time_utc":"2026-01-02",\#(parties)}"#,
                "The start time utc field must match the format YYYY-MM-DDTHH:MM:SSZ."
            ),
            (
                #"{"direction":"inbound","status":"busy","answered":"perhaps",\#(parties)}"#,
                "The answered field must be true or false."
            ),
            (
                #"{"direction":"inbound","status":"busy","number_external":[],"number_internal":"1"}"#,
                "The number external field must be a string."
            ),
        ] as [(String, String)])
    func `each mistake has one sentence`(_ json: String, _ hint: String) throws {
        let (draft, hints, _) = try read(json)
        #expect(draft == nil && hints == [hint])
    }

    @Test func `every mistake is told at once`() throws {
        let hints = try read(#"{"agent_email":"x","duration":"y","number_from":"1"}"#).hints
        #expect(hints.count == 5)
    }

    @Test(arguments: [
        #""number_external":"","number_internal":"101""#, #""number_external":null,"number_internal":"101""#,
        #""number_external":"[Number]","number_internal":"101""#, #""number_from":"","number_to":"""#,
    ])
    func `a pair is there when its keys are, also of a withheld caller`(_ pair: String) throws {
        let (draft, hints, _) = try read(#"{"direction":"inbound","status":"Missed",\#(pair)}"#)
        #expect(draft != nil && hints.isEmpty && draft?.isExternalWithheld == true)
    }

    @Test func `an unreplaced name is no value, and told of`() throws {
        let (draft, _, unreplaced) = try read(
            #"{"direction":"inbound","status":"busy","subject":"[Subject]","agent_email":"[AgentEmail]",\#(Self.parties)}"#
        )
        #expect(draft?.subject == nil && draft?.agentEmail == nil && unreplaced == ["subject", "agent_email"])
    }

    @Test(arguments: [("subject", FieldLimit.subject), ("body", FieldLimit.body), ("source", FieldLimit.word)])
    func `a text may be as long as its limit and no longer`(_ name: String, _ max: Int) throws {
        for (count, isTaken) in [(max, true), (max + 1, false)] {
            let text = String(repeating: "ä", count: count)
            let (draft, hints, _) = try read(
                #"{"direction":"inbound","status":"busy","\#(name)":"\#(text)",\#(Self.parties)}"#)
            #expect((draft != nil) == isTaken && hints.count == (isTaken ? 0 : 1))
        }
    }

    @Test func `who called whom is the same whichever pair was reported`() {
        for (direction, caller, callee) in [
            (PhoneCall.Direction.inbound, "e", "i"), (.outbound, "i", "e"), (.internal, "i", "e"),
        ] {
            var draft = CallDraft(direction: direction, status: "busy")
            draft.numberExternal = PartyNumber(given: "e", e164: nil)
            draft.numberInternal = PartyNumber(given: "i", e164: nil)
            #expect(draft.caller?.text == caller && draft.callee?.text == callee)
            draft.numberFrom = PartyNumber(given: "f", e164: nil)
            draft.numberTo = PartyNumber(given: "t", e164: nil)
            #expect(draft.caller?.text == "f" && draft.callee?.text == "t")
        }
    }
}
