import Platform
import Testing

@testable import CRMTemplate

@Suite struct TraceTreeTests {
    private func tree(_ trace: Trace, width: Int = 80) -> String {
        TraceTree.render(trace, colour: false, width: width)
    }

    @Test func `a lookup that finds nobody ends with the reason`() {
        #expect(
            tree(TraceSample.unmatched) == """
                Demo CRM: lookup by number, no contact, 212 ms
                Given: Number "+4312345678", CallDirection "Inbound"

                └─ · scenario 1  line 9, 210 ms
                   ├─ · request GET https://crm.test/api/people?phone=%2B4312345678  180 ms
                   │            X-Key: <redacted>
                   │            Accept: application/json
                   ├─ · answer  200, 104 bytes
                   │            Content-Type: application/json
                   │            {"people":[{"id":7,"name":"Ann
                   │            Example","phones":[{"kind":"work","number":"+43 1
                   │            2345678"}]}],"total":1}
                   ├─ ✗ rule    Number people.phones.number  0 of 2 match
                   │  ├─ ✗ people[0].phones[0].number  "+43 1 999"
                   │  └─ ✗ people[0].phones[1].number  empty
                   └─ ! records none

                ✗ No contact:
                  scenario 1 (line 9): the rule Number people.phones.number found no number
                    equal to +4312345678: it compared "+43 1 999", empty.

                """)
    }

    @Test func `what is alike is aligned, and what is inside a step hangs below it`() {
        let text = tree(TraceSample.found)
        #expect(
            text.hasSuffix(
                """
                   └─ · record 1 people[0].phones[0]
                      ├─ · variable First  "Ann"  ← people.name
                      ├─ ! variable Mail   empty  ← people.mails.value
                      │                    ! 2 values and no filter: which one is meant?
                      ├─ · next     scenario GetCompany
                      └─ · scenario GetCompany  line 40, 210 ms
                         ├─ · request  GET https://crm.test/api/people?phone=%2B4312345678
                         │             180 ms
                         │             X-Key: <redacted>
                         │             Accept: application/json
                         ├─ · answer   200, 25 bytes
                         │             Content-Type: application/json
                         │             {"company":"Example Ltd"}
                         ├─ ✓ rule     Any company  1 of 1 match
                         │  └─ ✓ company  "Example Ltd"
                         ├─ ✓ records  1: the whole answer
                         └─ · record 1 the whole answer
                            ├─ · variable Company  "Example Ltd"  ← company
                            ├─ · output   FirstName      "Ann"  ← [First]
                            ├─ · output   PhoneBusiness  "+4312345678"  ← [Number]
                            └─ ✓ contact  accepted: Ann, Example, https://crm.test/people/7

                ✓ 1 contact.

                """))
    }

    /// One of each event, with texts that are long, empty, or not for a terminal.
    private static let everything: Trace = {
        let hostile = "\u{1B}[2J\u{202E}line\r\nbreak\ttab \(String(repeating: "東京", count: 60))"
        let cut = TraceText("{\"a\":\n[1,2]", cutFrom: 12_345)
        let failure = RunResult.Failure(code: "http-status", scenario: "scenario 1", message: hostile)
        var steps = [
            TraceSample.step(.queued, took: 3), TraceSample.step(.authentication(.failed)),
            TraceSample.skipIf("[A]!=\(hostile)", true),
            TraceSample.step(
                .request(
                    method: "POST", url: "https://crm.test/\(hostile)", headers: [TraceSample.field(hostile, hostile)],
                    body: cut)),
            TraceSample.answer(String(repeating: "line\n", count: 40), status: 500),
            TraceSample.answer("", status: 204),
            TraceSample.step(.transportFailure(TransportFailure(.timedOut, hostile))),
            TraceSample.rule(.equals, "", group: 1, ethalon: hostile, [("", hostile, false)], more: 3),
            TraceSample.rule(.any, "a.b"), TraceSample.step(.records(["a", "b"], more: 7)),
            TraceSample.step(.record(3, context: hostile)),
            TraceSample.step(.variable(name: hostile, path: hostile, value: cut, issue: hostile)),
            TraceSample.step(.output(type: hostile, source: hostile, value: TraceText(hostile))),
            TraceSample.step(.next(id: hostile)), TraceSample.step(.contactAccepted(TraceSample.contact)),
            TraceSample.step(.contactRefused(reason: hostile, fields: [TraceSample.field("FirstName", hostile)])),
            TraceSample.step(.note(hostile)), TraceSample.step(.failure(failure)),
        ]
        // A chain as deep as the engine lets one become, each with a record of its own.
        for depth in 0..<40 {
            steps = [TraceSample.scenario([TraceSample.step(.record(0, context: "a[0]"), steps)], id: "S\(depth)")]
        }
        return TraceSample.trace(steps, name: hostile, inputs: [TraceSample.field(hostile, hostile)])
    }()

    @Test(arguments: [40, 41, 60, 79, 80, 81, 120, 200])
    func `no line is wider than the terminal, whatever is in the trace`(width: Int) {
        for trace in [Self.everything, TraceSample.found, TraceSample.unmatched] {
            let lines = tree(trace, width: width).split(separator: "\n", omittingEmptySubsequences: false)
            for line in lines {
                #expect(DisplayWidth.columns(String(line)) <= width, "\(line)")
                #expect(!line.hasSuffix(" "))
            }
        }
    }

    @Test func `a terminal that is narrower than the least width gets the least width`() {
        #expect(tree(TraceSample.found, width: 39) == tree(TraceSample.found, width: 40))
        #expect(tree(TraceSample.found, width: 41) != tree(TraceSample.found, width: 40))
        #expect(tree(TraceSample.found, width: -1) == tree(TraceSample.found, width: 40))
    }

    @Test func `nothing in a trace can steer the terminal`() {
        for scalar in tree(Self.everything).unicodeScalars where scalar != "\n" {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: Issue.record("U+\(scalar.value)")
            default: break
            }
        }
        #expect(tree(Self.everything).contains("line\\r\\nbreak\\ttab"))
    }

    @Test func `colours are used only where they are wanted`() {
        let plain = TraceTree.render(TraceSample.found, colour: false, width: 80)
        let coloured = TraceTree.render(TraceSample.found, colour: true, width: 80)
        #expect(!plain.contains("\u{1B}"))
        #expect(coloured.contains("\u{1B}[32m✓ 1 contact.\u{1B}[0m"))
        #expect(coloured.replacing(/\u{1B}\[[0-9]+m/, with: "").replacing(/\u{1B}\[0m/, with: "") == plain)
    }

    @Test(arguments: [(11, false), (12, false), (13, true)])
    func `a body is shown to its limit of lines`(count: Int, isCut: Bool) {
        let body = (1...count).map { "line \($0)" }.joined(separator: "\n")
        let text = tree(TraceSample.trace([TraceSample.scenario([TraceSample.request, TraceSample.answer(body)])]))
        #expect(text.contains("line \(min(count, TraceTree.bodyLinesMax))\n"))
        #expect(text.contains("line 13") == false)
        #expect(text.contains("… 1 more line\n") == isCut)
    }

    @Test func `what the recorder cut says how long the whole was`() {
        let text = tree(
            TraceSample.trace([TraceSample.scenario([TraceSample.answer("{\"people\":", cutFrom: 1_234_567)])]))
        #expect(text.contains("{\"people\":\n") && text.contains("… (1,234,567 bytes in all)\n"))
    }

    @Test func `an empty trace still says what was asked`() {
        #expect(
            tree(TraceSample.trace([], inputs: [])) == """
                Demo CRM: lookup by number, no contact, 212 ms

                ✗ No contact:
                  The template has no scenario without an Id.

                """)
    }
}
