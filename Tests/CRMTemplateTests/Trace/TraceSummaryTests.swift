import Testing

@testable import CRMTemplate

@Suite struct TraceSummaryTests {
    private typealias Sample = TraceSample

    /// The summary of a lookup whose only scenario did this.
    private func summary(_ steps: [Trace.Step], trigger: Trigger = .lookupByNumber) -> TraceSummary {
        TraceSummary(Sample.trace([Sample.scenario(steps)], trigger: trigger))
    }

    private func reason(_ steps: [Trace.Step]) -> String {
        let summary = summary(steps)
        #expect(summary.headline == "No contact" && summary.verdict != .done)
        return summary.reasons.joined(separator: " | ")
    }

    private static let output = TraceSample.step(.output(type: "FirstName", source: "[F]", value: TraceText("Ann")))
    private static let none = TraceSample.step(.records([], more: 0))

    @Test func `a contact needs no reason`() {
        let summary = TraceSummary(Sample.found)
        #expect(summary.verdict == .done && summary.headline == "1 contact" && summary.reasons.isEmpty)
        let two = self.summary([
            Sample.step(.contactAccepted(Sample.contact)), Sample.step(.contactAccepted(Sample.contact)),
        ])
        #expect(two.headline == "2 contacts")
    }

    @Test func `a rule that compares in vain is told with what it compared`() {
        #expect(
            TraceSummary(Sample.unmatched).reasons == [
                """
                scenario 1 (line 9): the rule Number people.phones.number found no number equal to +4312345678: it \
                compared "+43 1 999", empty.
                """
            ])
        let many = (0..<9).map { ("p[\($0)].kind", "kind \($0 % 7)", false) }
        #expect(
            reason([
                Sample.request, Sample.answer("{}"), Sample.rule(.equals, "p.kind", ethalon: "work", many), Self.none,
            ])
                == """
                scenario 1 (line 9): the rule Equals p.kind = "work" found other values: "kind 0", "kind 1", "kind 2", \
                "kind 3", "kind 4", ….
                """)
        #expect(
            reason([Sample.rule(.any, "p", [("p", "", false)]), Self.none])
                == "scenario 1 (line 9): the rule Any p found no value that is not null.")
        #expect(
            reason([Sample.rule(.destinationEmail, "p", [("p", "x", false)]), Self.none]).contains("never passes"))
    }

    @Test(arguments: [
        ("people.phone", Sample.people, "people has no phone; it has id, name, phones"),
        ("People.id", Sample.people, "the answer has no People; it has people, total"),
        ("people.name.first", Sample.people, "people.name is a string, without names in it"),
        ("people.id", #"{"people":[]}"#, "people is an empty array"),
        ("people", #"{"people":[[],[]]}"#, "people is an empty array"),
        ("id", "[]", "the answer is an empty array"),
        (
            "people.id", "<people><person id='1'><name>Ann</name></person><person/></people>",
            "people has no id; it has person"
        ),
        (
            "people.person.phone", "<people><person id='1'><name>Ann</name></person><person/></people>",
            "people.person has no phone; it has id, name"
        ),
        ("id", "[{}]", "the answer has no id; it is empty"),
        ("id", "7", "the answer is a number, without names in it"),
        ("n.x", #"[{"m":1},{"k":{},"m":2}]"#, "the answer has no n; it has m, k"),
        (
            "z", #"{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1,"j":1,"k":1,"l":1,"m":1}"#,
            "the answer has no z; it has a, b, c, d, e, f, g, h, i, j, k, l, …"
        ),
    ])
    func `a path that leads to nothing is told with what the answer has instead`(
        path: String, body: String, shape: String
    ) {
        #expect(
            reason([Sample.request, Sample.answer(body), Sample.rule(.any, path), Self.none])
                == "scenario 1 (line 9): the rule Any \(path) leads to nothing in the answer: \(shape).")
    }

    @Test(arguments: ["{\"people\":", "<html>", "", "{\"people\":[{\"id\":1}]}"])
    func `a body that gives no hint gives none`(body: String) {
        #expect(
            reason([Sample.request, Sample.answer(body), Sample.rule(.any, "people.id"), Self.none])
                == "scenario 1 (line 9): the rule Any people.id leads to nothing in the answer.")
        #expect(AnswerShape.explain(path: "x", in: TraceText("{}", cutFrom: 3)) == nil)
    }

    @Test func `groups are told apart: the first that never passes is the reason`() {
        let passes = Sample.rule(.any, "a", [("a", "1", true)])
        let fails = Sample.rule(.equals, "b", group: 1, ethalon: "x", [("b", "y", false)])
        let alsoFails = Sample.rule(.any, "c", group: 1)
        #expect(reason([passes, fails, alsoFails, Self.none]).hasPrefix("scenario 1 (line 9): the rule Equals b"))
        #expect(reason([passes, fails, alsoFails, Self.none]).contains(" | scenario 1 (line 9): the rule Any c"))
        let passesToo = Sample.rule(.any, "b", group: 1, [("b", "y", true)])
        #expect(
            reason([passes, passesToo, Self.none])
                == "scenario 1 (line 9): every group of rules passes somewhere, but no record passes all of them.")
    }

    @Test func `other ends of a scenario have sentences of their own`() {
        #expect(
            reason([Sample.skipIf("[CallDirection]==\"Outbound\"", true), Self.none])
                == "scenario 1 (line 9): the request was left out, because SkipIf is true: [CallDirection]==\"Outbound\" (CallDirection is \"Inbound\")"
        )
        #expect(
            reason([Sample.request, Sample.answer("no", status: 404), Self.none])
                == """
                scenario 1 (line 9): GET https://crm.test/api/people?phone=%2B4312345678 was answered with 404: no.
                """)
        let failure = TransportFailure(.timedOut, "crm.test:443 did not answer in 10 s.")
        #expect(
            reason([Sample.request, Sample.step(.transportFailure(failure)), Self.none])
                == "scenario 1 (line 9): crm.test:443 did not answer in 10 s.")
        #expect(reason([Sample.request, Sample.answer("{}"), Self.none]).contains("no rule picked a record"))
        #expect(reason([Sample.request, Sample.answer(""), Self.none]).hasSuffix("the answer is empty."))
        #expect(
            reason([Self.output, Sample.step(.contactRefused(reason: "it has no ContactUrl.", fields: []))])
                == "scenario 1 (line 9) gave a result that is no contact: it has no ContactUrl.")
        let record = Sample.step(.records(["p[0]"], more: 0))
        let empty = Sample.step(.output(type: "FirstName", source: "[F]", value: TraceText("")))
        #expect(reason([Sample.request, record, empty]).hasSuffix("gave no result: it has no outputs with a value."))
    }

    @Test func `what SkipIf has read is told, as far as the trace knows it`() {
        let chained = Sample.scenario(
            [Sample.skipIf(#"[Known]!=True||[Company]==""||[Company]=="0"||[Number]=="1""#, true), Self.none],
            id: "Next")
        let company = Sample.step(.variable(name: "Company", path: "company", value: TraceText(""), issue: nil))
        let steps = [
            Sample.request, Sample.step(.records(["p[0]"], more: 0)),
            Sample.step(.record(0, context: "p[0]"), [company, chained]),
        ]
        #expect(reason(steps).hasSuffix(#"(Company is empty, Number is "+4312345678")"#))
    }

    @Test func `a repeated request that succeeds is no reason`() {
        let steps = [
            Sample.request, Sample.answer("no", status: 401), Sample.request, Sample.answer("[]"),
            Sample.rule(.any, "id"), Self.none,
        ]
        #expect(reason(steps).contains("leads to nothing"))
    }

    @Test func `a failure stands first and is told once`() {
        let failure = RunResult.Failure(code: "transport", scenario: "scenario 1", message: "crm.test did not answer.")
        let summary = summary([
            Sample.request, Sample.step(.transportFailure(TransportFailure(.timedOut, "crm.test did not answer."))),
            Sample.step(.failure(failure)),
        ])
        #expect(summary.verdict == .failed && summary.reasons == ["scenario 1: crm.test did not answer."])
    }

    @Test func `a refused request is told with what was asked and what the CRM said`() {
        let failure = RunResult.Failure(code: "http-status", scenario: "scenario 1", message: "the CRM answered 401")
        let body = #"{"message":"Invalid API key"}"# + String(repeating: " ", count: 200)
        let reasons = summary([
            Sample.request, Sample.answer(body, status: 401), Sample.step(.failure(failure)),
            Sample.rule(.any, "id"), Self.none,
        ]).reasons
        #expect(reasons.count == 1)
        #expect(
            reasons[0].hasPrefix(
                """
                scenario 1 (line 9): GET https://crm.test/api/people?phone=%2B4312345678 was answered with 401: \
                {"message":"Invalid API key"}
                """) && reasons[0].hasSuffix("…"))
    }

    @Test func `contacts and refusals recorded behind the scenario count for it`() {
        let scenario = Sample.scenario([Sample.request, Sample.step(.records(["p[0]"], more: 0)), Self.output])
        let refused = Sample.step(.contactRefused(reason: "it has no ContactUrl", fields: []))
        #expect(
            TraceSummary(Sample.trace([scenario, refused])).reasons == [
                "scenario 1 (line 9) gave a result that is no contact: it has no ContactUrl."
            ])
        let accepted = Sample.step(.contactAccepted(Sample.contact))
        #expect(TraceSummary(Sample.trace([scenario, refused, accepted])).headline == "1 contact")
    }

    @Test func `a login is neither a chain nor a request of the report`() {
        let login = Sample.step(
            .authentication(.started), [Sample.scenario([Sample.request, Sample.answer("{}")], id: "Auth", index: 3)])
        let lookup = summary([login, Sample.request, Sample.answer("[]"), Sample.rule(.any, "id"), Self.none])
        #expect(
            lookup.reasons == [
                "scenario 1 (line 9): the rule Any id leads to nothing in the answer: the answer is an empty array."
            ])
        #expect(summary([login, Sample.request], trigger: .reportCall).headline == "1 request was sent")
    }

    @Test func `a failure before any scenario is told alone`() {
        let failure = RunResult.Failure(code: "overloaded", scenario: "", message: "too many runs are waiting")
        let summary = TraceSummary(Sample.trace([Sample.step(.failure(failure))]))
        #expect(summary.verdict == .failed && summary.reasons == ["too many runs are waiting."])
    }

    @Test func `a failure beside a contact is told, and the contact counts`() {
        let failure = RunResult.Failure(code: "limit", scenario: "scenario 2", message: "Too many requests.")
        let summary = summary([Sample.step(.contactAccepted(Sample.contact)), Sample.step(.failure(failure))])
        #expect(summary.verdict == .done && summary.reasons == ["scenario 2: Too many requests."])
    }

    @Test(arguments: [(5, 5), (6, 6), (7, 7), (20, 7)])
    func `reasons are bounded and counted`(count: Int, shown: Int) {
        let refusals = (0..<count).map { Sample.step(.contactRefused(reason: "reason \($0)", fields: [])) }
        let reasons = summary([Self.output] + refusals).reasons
        #expect(reasons.count == shown)
        #expect((reasons.last == "And 14 more reasons.") == (count == 20))
        #expect((reasons.last == "And 1 more reason.") == (count == 7))
        let alike = (0..<count).map { _ in Sample.step(.contactRefused(reason: "the same", fields: [])) }
        #expect(summary([Self.output] + alike).reasons.count == 1)
    }

    @Test func `a call report is told by its requests`() {
        let sent = summary([Sample.request, Sample.answer("", status: 201)], trigger: .reportCall)
        #expect(sent.verdict == .done && sent.headline == "1 request was sent" && sent.reasons.isEmpty)
        let skipped = summary([Sample.skipIf("[CallType]!=Inbound", true)], trigger: .reportCall)
        #expect(skipped.verdict == .nothing && skipped.headline == "No request was sent")
        #expect(skipped.reasons[0].hasSuffix("because SkipIf is true: [CallType]!=Inbound"))
        let failure = RunResult.Failure(code: "http-status", scenario: "ReportCall", message: "the CRM answered 500")
        let failed = summary([Sample.request, Sample.step(.failure(failure))], trigger: .reportCall)
        #expect(failed.verdict == .failed && failed.headline == "The report failed")
    }

    @Test func `a call-flow lookup is told by its records`() {
        let found = summary(
            [Sample.step(.records(["a[0]"], more: 2))], trigger: .callFlow(id: "LookupFromCFD_A_LookupID"))
        #expect(found.headline == "3 records" && found.verdict == .done)
        #expect(summary([Self.none], trigger: .callFlow(id: "X")).headline == "No record")
    }

    @Test func `a template without a scenario for the trigger says which Id is missing`() {
        let reasons = TraceSummary(Sample.trace([], trigger: .lookupByEmail)).reasons
        #expect(reasons == ["The template has no scenario whose Id begins with LookupByEmail."])
    }
}
