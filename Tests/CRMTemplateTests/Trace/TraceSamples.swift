// Traces of an invented CRM, as the engine would record them.

@testable import CRMTemplate

enum TraceSample {
    static let number = "+4312345678"

    static func trace(
        _ steps: [Trace.Step], trigger: Trigger = .lookupByNumber, name: String = "Demo CRM",
        inputs: [Trace.Field]? = nil
    ) -> Trace {
        Trace(
            templateName: name, trigger: trigger,
            inputs: inputs ?? [field("Number", number), field("CallDirection", "Inbound"), field("Name", "")],
            steps: steps, took: .milliseconds(212))
    }

    static func step(
        _ event: Trace.Event, at start: Int = 0, took: Int = 0, _ steps: [Trace.Step] = []
    ) -> Trace.Step {
        Trace.Step(event: event, startedAfter: .milliseconds(start), took: .milliseconds(took), steps: steps)
    }

    static func field(_ name: String, _ value: String) -> Trace.Field { Trace.Field(name, TraceText(value)) }

    static func scenario(_ steps: [Trace.Step], id: String = "", index: Int = 0, line: Int = 9) -> Trace.Step {
        step(
            .scenario(id: id, index: index, position: SourcePosition(line: line, column: 5)), at: 1, took: 210, steps)
    }

    static func skipIf(_ source: String, _ result: Bool) -> Trace.Step {
        step(
            .condition(name: "SkipIf", source: source, result: result, position: SourcePosition(line: 10, column: 7)))
    }

    static let request = step(
        .request(
            method: "GET", url: "https://crm.test/api/people?phone=%2B4312345678",
            headers: [field("X-Key", "<redacted>"), field("Accept", "application/json")], body: nil),
        at: 2, took: 180)

    static func answer(_ body: String, status: Int = 200, cutFrom: Int? = nil) -> Trace.Step {
        step(
            .response(
                status: status, headers: [field("Content-Type", "application/json")],
                body: TraceText(body, cutFrom: cutFrom), byteCount: cutFrom ?? body.utf8.count), at: 182)
    }

    static func rule(
        _ kind: RuleTemplate.Kind, _ path: String, group: Int = 0, ethalon: String? = nil,
        _ nodes: [(String, String, Bool)] = [], more: Int = 0
    ) -> Trace.Step {
        step(
            .rule(
                group: group, kind: kind, path: path, ethalon: ethalon.map { TraceText($0) },
                nodes: nodes.map { Trace.RuleNode(place: $0.0, text: TraceText($0.1), passed: $0.2) },
                moreNodes: more), at: 183)
    }

    static let people =
        #"{"people":[{"id":7,"name":"Ann Example","phones":[{"kind":"work","number":"+43 1 2345678"}]}],"total":1}"#

    static let contact = Contact([
        Contact.Field("FirstName", "Ann"), Contact.Field("LastName", "Example"),
        Contact.Field("ContactUrl", "https://crm.test/people/7"),
    ])

    /// A lookup that finds somebody through a chained scenario.
    static var found: Trace {
        let chained = scenario(
            [
                request, answer(#"{"company":"Example Ltd"}"#),
                rule(.any, "company", [("company", "Example Ltd", true)]),
                step(.records([""], more: 0)),
                step(
                    .record(0, context: ""),
                    [
                        step(.variable(name: "Company", path: "company", value: TraceText("Example Ltd"), issue: nil)),
                        step(.output(type: "FirstName", source: "[First]", value: TraceText("Ann"))),
                        step(.output(type: "PhoneBusiness", source: "[Number]", value: TraceText(number))),
                        step(.contactAccepted(contact)),
                    ]),
            ], id: "GetCompany", index: 2, line: 40)
        return trace([
            scenario([
                skipIf(#"[CallDirection]=="Outbound""#, false), request, answer(people),
                rule(
                    .number, "people.phones.number",
                    [
                        ("people[0].phones[0].number", "+43 1 2345678", true),
                        ("people[0].phones[1].number", "12", false),
                    ]),
                step(.records(["people[0].phones[0]"], more: 0)),
                step(
                    .record(0, context: "people[0].phones[0]"),
                    [
                        step(.variable(name: "First", path: "people.name", value: TraceText("Ann"), issue: nil)),
                        step(
                            .variable(
                                name: "Mail", path: "people.mails.value", value: TraceText(""),
                                issue: "2 values and no filter: which one is meant?")),
                        step(.next(id: "GetCompany")), chained,
                    ]),
            ])
        ])
    }

    /// A lookup whose Number rule compares with what the CRM has, in vain.
    static var unmatched: Trace {
        trace([
            scenario([
                request, answer(people),
                rule(
                    .number, "people.phones.number",
                    [("people[0].phones[0].number", "+43 1 999", false), ("people[0].phones[1].number", "", false)]),
                step(.records([], more: 0)),
            ])
        ])
    }
}
