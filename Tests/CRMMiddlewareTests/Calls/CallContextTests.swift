import CRMMiddleware
import NumbersCore
import Platform
import Testing

@Suite struct CallContextTests {
    private func read(_ json: String) throws -> (CallContextDraft?, hints: [String]) {
        var fields = try CallSamples.fields(json)
        let draft = CallContextDraft.read(&fields, workspace: CallSamples.workspace(), plan: .builtIn)
        return (draft, fields.hints)
    }

    @Test func `a context is read with its pairs as an array or an object`() throws {
        for data in [
            #"[{"key":"did","value":"0142"},{"key":"n","value":7},{"key":"b","value":true}]"#,
            #"{"did":"0142","n":7,"b":true,"empty":"","none":null,"open":"[Name]"}"#,
        ] {
            let draft = try #require(
                try read(
                    """
                    {"direction":"OUTBOUND","number_to":"0142000000","number_from":"101","source":"3cx",
                     "start_time_utc":"2026-01-02T03:04:05Z","start_time_reference":"Segment",
                     "segment_dn_type":"call_queue","context_data":\(data)}
                    """
                ).0)
            #expect(draft.direction == .outbound && draft.external.text == "+33142000000")
            #expect(draft.reference == .segment && draft.segmentKind == .callQueue)
            #expect(draft.data == [ContextPair("did", "0142"), ContextPair("n", "7"), ContextPair("b", "true")])
        }
    }

    @Test func `the anchor is the call's unless it is said to be a segment's`() throws {
        #expect(try read(#"{"direction":"inbound","number_from":"1"}"#).0?.reference == .call)
    }

    @Test(
        arguments: [
            ("{}", "The direction field is required."),
            (
                #"{"direction":"internal","number_from":"1"}"#,
                "The selected direction is invalid: expected one of inbound, outbound."
            ),
            (
                #"{"direction":"inbound","number_to":"1"}"#,
                "The number from field is required when direction is inbound."
            ),
            (
                #"{"direction":"outbound","number_from":"1"}"#,
                "The number to field is required when direction is outbound."
            ),
            (
                #"{"direction":"inbound","number_from":""}"#,
                "The number from field is required when direction is inbound."
            ),
            (
                #"{"direction":"inbound","number_from":"1","start_time_reference":"leg"}"#,
                "The selected start time reference is invalid: expected one of call, segment."
            ),
            (
                #"{"direction":"inbound","number_from":"1","segment_dn_type":"phone"}"#,
                "The selected segment dn type is invalid: expected one of extension, trunk, voicemail, ivr, call_queue, "
                    + "external_number, call_flow."
            ),
            (
                #"{"direction":"inbound","number_from":"1","context_data":"x"}"#,
                "The context data field must be an array or an object."
            ),
            (
                #"{"direction":"inbound","number_from":"1","context_data":[1]}"#,
                "The context data field must be an array of objects with a key and a value."
            ),
            (
                #"{"direction":"inbound","number_from":"1","context_data":[{"value":"v"}]}"#,
                "The context data field must be an array of objects with a key and a value."
            ),
            (
                #"{"direction":"inbound","number_from":"1","context_data":{"k":{}}}"#,
                "The context data field must have texts, numbers and booleans as values."
            ),
        ] as [(String, String)])
    func `each mistake has one sentence`(_ json: String, _ hint: String) throws {
        let (draft, hints) = try read(json)
        #expect(draft == nil && hints == [hint])
    }

    @Test func `64 pairs of 4 KiB are taken, one more or one byte more is not`() throws {
        func hints(_ pairs: [String]) throws -> [String] {
            try read(
                #"{"direction":"inbound","number_from":"1","context_data":{\#(pairs.joined(separator: ","))}}"#
            ).hints
        }
        for (count, isTaken) in [(63, true), (64, true), (65, false)] {
            #expect(try hints((0..<count).map { "\"k\($0)\":1" }).isEmpty == isTaken)
        }
        for (bytes, isTaken) in [(4_095, true), (4_096, true), (4_097, false)] {
            #expect(try hints([#""k":"\#(String(repeating: "v", count: bytes - 1))""#]).isEmpty == isTaken)
        }
    }

    @Test func `later pairs count, and beyond the bound the oldest go`() {
        let joined = ContextPair.joined(
            (0..<64).map { ContextPair("k\($0)", "1") }, [ContextPair("k3", "2"), ContextPair("new", "3")])
        #expect(joined.count == 64 && joined.first?.key == "k1")
        #expect(joined.suffix(2) == [ContextPair("k3", "2"), ContextPair("new", "3")])
    }

    // MARK: Which context, which call

    private func draft(_ start: Double?, _ reference: CallContextDraft.Reference = .call) -> CallContextDraft {
        var draft = CallContextDraft(
            direction: .inbound, external: PartyNumber("+33142000000", country: nil, plan: .builtIn))
        draft.startTime = start.map { CallSamples.time($0) }
        draft.reference = reference
        return draft
    }

    private func context(
        _ start: Double?, _ reference: CallContextDraft.Reference = .call, at arrival: Double = 0
    ) -> CallContext {
        CallContext(
            id: UniqueID(naming: "\(String(describing: start)) \(arrival)"), of: draft(start, reference),
            at: CallSamples.time(arrival))
    }

    @Test(
        arguments: [
            (0, 60, true), (0, 60.001, false), (0, -60, true), (0, -61, false), (nil, nil, true), (nil, 30, true),
            (0, 3_600, false),
        ] as [(Double?, Double?, Bool)])
    func `reports within a minute are one context`(_ first: Double?, _ second: Double?, _ isOne: Bool) {
        let distance = context(first).distance(to: draft(second), at: CallSamples.now)
        #expect((distance != nil) == isOne)
    }

    @Test func `a report updates what it says anew`() {
        var context = context(nil)
        var report = draft(5, .segment)
        report.data = [ContextPair("a", "1")]
        report.source = "3cx"
        context.update(with: report, at: CallSamples.time(9))
        #expect(context.anchor == CallSamples.time(5) && context.isAnchorGiven && context.draft.reference == .segment)
        #expect(context.draft.source == "3cx" && context.draft.data == report.data)
        context.update(with: draft(20), at: CallSamples.time(10))
        #expect(context.anchor == CallSamples.time(5) && context.draft.source == "3cx")
        #expect(context.updatedAt == CallSamples.time(10) && context.createdAt == CallSamples.now)
    }

    @Test(
        arguments: [
            // start of the context, of what, start and end of the call, taken
            (0, .call, 0, 100, true), (0, .call, 60, 100, true), (0, .call, 61, 100, false),
            (0, .call, -60, 100, true), (100, .call, 0, 300, false), (100, .segment, 0, 300, true),
            (360, .segment, 0, 300, true), (361, .segment, 0, 300, false), (-61, .segment, 0, 300, false),
            (nil, .call, -90_000, -80_000, true), (nil, .call, nil, nil, true), (100, .call, nil, nil, true),
        ] as [(Double?, CallContextDraft.Reference, Double?, Double?, Bool)])
    func `a call takes the context of its time`(
        _ start: Double?, _ reference: CallContextDraft.Reference, _ callStart: Double?, _ callEnd: Double?,
        _ isTaken: Bool
    ) {
        let call = CallSamples.call(start: callStart) { $0.endTime = callEnd.map { CallSamples.time($0) } }
        let taken = CallContext.taken(by: call, at: CallSamples.time(1), from: [context(start, reference)])
        #expect((taken.count == 1) == isTaken)
    }

    @Test func `of several the closest is taken, and the segments of the call`() {
        let call = CallSamples.call(start: 0) { $0.endTime = CallSamples.time(300) }
        let contexts = [context(200, .segment), context(10), context(-30), context(500, .segment)]
        let taken = CallContext.taken(by: call, at: CallSamples.time(301), from: contexts)
        #expect(taken.map(\.anchor) == [CallSamples.time(10), CallSamples.time(200)])
    }

    // MARK: Enrichment

    @Test func `a call is filled where its reports said nothing, with what the fields would take`() {
        var call = CallSamples.call { $0.subject = "reported" }
        let data = [
            ContextPair("subject", "context"), ContextPair("body", "notes"), ContextPair("agent_email", "no address"),
            ContextPair("recording_url", "file:///etc/passwd"), ContextPair("queue_extension", "800"),
            ContextPair("status", "completed"), ContextPair("duration", "99"),
        ]
        let before = call
        let filled = CallEnrichment.fill(&call, from: data, source: "3cx")
        #expect(filled == [.body, .queueExtension, .source])
        #expect(filled.text == "source, body, queue_extension")
        #expect(call.subject == "reported" && call.body == "notes" && call.source == "3cx")
        #expect(call.status == "Missed" && call.duration == nil && call.recordingURL == nil && call.agentEmail == nil)
        CallEnrichment.empty(filled, of: &call)
        #expect(call == before)
    }

    @Test func `the number dialled is the context's, else an inbound call's, else the queue`() {
        func did(_ call: CallDraft, _ data: [ContextPair]) -> String? {
            CallEnrichment.did(
                of: call, data: data, country: CallSamples.workspace().settings.defaultCountry, plan: .builtIn)
        }
        var call = CallSamples.call { $0.queueExtension = "800" }
        #expect(did(call, []) == "800")
        call.numberTo = PartyNumber("+33142000009", country: nil, plan: .builtIn)
        #expect(did(call, []) == "+33142000009")
        #expect(did(call, [ContextPair("did", "0142000005")]) == "+33142000005")
        call.direction = .outbound
        #expect(did(call, []) == "800")
        call.queueExtension = nil
        #expect(did(call, []) == nil)
    }
}
