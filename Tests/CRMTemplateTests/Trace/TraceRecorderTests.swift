// What a recorder keeps, cuts and hides.

import CRMTemplate
import Platform
import Testing

@Suite("Recording a trace")
struct TraceRecorderTests {
    private let time = HeldTime()

    private func recorder(textBytes: Int = 100, steps: Int = 100) -> TraceRecorder {
        TraceRecorder(clock: time.clock, limits: .init(textBytes: textBytes, steps: steps))
    }

    private func outline(_ steps: [Trace.Step]) -> String {
        steps.map { step in
            let name =
                switch step.event {
                case .note(let text): text
                case .next(let id): id
                default: "?"
                }
            return name + (step.steps.isEmpty ? "" : "(" + outline(step.steps) + ")")
        }.joined(separator: " ")
    }

    @Test func `steps stand inside those that were begun and not ended, with their times`() {
        let recorder = recorder()
        recorder.note("a")
        recorder.begin(.next(id: "b"))
        time.advance(by: .seconds(1))
        recorder.begin(.next(id: "c"))
        time.advance(by: .seconds(2))
        recorder.note("d")
        recorder.end()
        recorder.end()
        recorder.end()
        recorder.begin(.next(id: "e"))
        time.advance(by: .seconds(4))
        let steps = recorder.finish()
        #expect(outline(steps) == "a b(c(d)) e")
        #expect(steps.map(\.startedAfter) == [.zero, .zero, .seconds(3)])
        #expect(steps.map(\.took) == [.zero, .seconds(3), .seconds(4)])
        #expect(steps[1].steps[0].steps[0].startedAfter == .seconds(3))
    }

    @Test(arguments: [(3, "1 2 3"), (4, "1 2 3 4"), (5, "1 2 3 4 1 more steps were left out")])
    func `steps beyond the limit are counted and left out`(count: Int, expected: String) {
        let recorder = recorder(steps: 4)
        for number in 1...count { recorder.note("\(number)") }
        #expect(outline(recorder.finish()) == expected)
    }

    @Test(arguments: [(7, "aaa bbb 1 more steps were left out"), (8, "aaa bbb cc"), (9, "aaa bbb cc")])
    func `texts beyond the limit for all of them are left out with their steps`(limit: Int, expected: String) {
        let recorder = TraceRecorder(clock: time.clock, limits: .init(textBytes: 100, steps: 100, allBytes: limit))
        for text in ["aaa", "bbb", "cc"] { recorder.note(text) }
        #expect(outline(recorder.finish()) == expected)
    }

    @Test func `a step that was begun beyond the limit takes nothing with it`() {
        let recorder = recorder(steps: 1)
        recorder.begin(.next(id: "a"))
        recorder.begin(.next(id: "b"))
        recorder.note("c")
        recorder.end()
        recorder.end()
        #expect(outline(recorder.finish()) == "a 2 more steps were left out")
    }

    @Test func `another's steps are moved in time and counted`() {
        let other = recorder()
        other.begin(.next(id: "x"))
        other.note("y")
        time.advance(by: .seconds(1))
        other.note("z")
        other.end()
        let recorder = recorder(steps: 3)
        recorder.note("a")
        recorder.append(other.finish(), startingAfter: .seconds(5))
        let steps = recorder.finish()
        #expect(outline(steps) == "a x(y) 1 more steps were left out")
        #expect(steps[1].startedAfter == .seconds(5))
    }

    @Test(
        arguments: [
            ("1234567", "1234567", nil), ("12345678", "12345678", nil), ("123456789", "12345678", 9), ("", "", nil),
            // Never in the middle of a character.
            ("123456é", "123456é", nil), ("1234567é", "1234567", 9), ("1234567\u{1F600}", "1234567", 11),
            ("12345\u{1F600}", "12345", 9),
        ] as [(String, String, Int?)])
    func `texts are cut between characters`(text: String, shown: String, cutFrom: Int?) {
        #expect(recorder(textBytes: 8).text(text) == TraceText(shown, cutFrom: cutFrom))
    }

    @Test(arguments: [
        ("key=abcdef&x=abcdef", "key=<redacted>&x=<redacted>"), ("abcdefabcdef", "<redacted><redacted>"),
        ("abcde", "abcde"), ("ABCDEF", "ABCDEF"), ("xabcdefy", "x<redacted>y"), ("aabcdef", "a<redacted>"), ("", ""),
        // The longer secret first.
        ("abcdef-longer", "<redacted>"), ("shorty", "shorty"), ("12345", "12345"),
    ])
    func `known secrets are hidden wherever they stand`(text: String, shown: String) {
        let recorder = recorder()
        for secret in ["abcdef", "abcdef-longer", "12345", ""] { recorder.conceal(secret) }
        #expect(recorder.text(text).text == shown)
        recorder.record(.note(text))
        recorder.record(.variable(name: "a", path: "b", value: TraceText(text), issue: text))
        recorder.record(.contactRefused(reason: "r", fields: [.init("a", TraceText(text))]))
        recorder.record(.contactAccepted(Contact([.init("a", text)])))
        recorder.record(.failure(.init(code: "c", scenario: "s", message: text)))
        recorder.record(.transportFailure(TransportFailure(.tls, text)))
        recorder.record(.records([text], more: 0))
        recorder.begin(
            .request(method: "GET", url: text, headers: [.init("a", TraceText(text))], body: TraceText(text)))
        recorder.record(
            .response(status: 200, headers: [.init("a", TraceText(text))], body: TraceText(text), byteCount: 1))
        recorder.record(
            .rule(
                group: 0, kind: .any, path: "", ethalon: TraceText(text),
                nodes: [.init(place: text, text: TraceText(text), passed: true)], moreNodes: 0))
        recorder.record(.output(type: "t", source: "s", value: TraceText(text)))
        let told = "\(recorder.finish())"
        #expect(!told.contains("abcdef"))
    }

    @Test(arguments: 0...12)
    func `a secret that is cut is hidden whole`(before: Int) {
        let recorder = recorder(textBytes: 12)
        recorder.conceal("QWXYZJKV")
        recorder.conceal("KVQWXYZ")
        let dots = String(repeating: ".", count: before)
        for text in [dots + "QWXYZJKV" + dots + "QWXYZJKV......", "QWXYZJKV" + dots + "QWXYZJKVQWXYZ........"] {
            let shown = recorder.text(text).text
            #expect(!shown.contains { "QWXYZJKV".contains($0) }, "\(shown)")
        }
    }

    @Test func `bytes that are no UTF-8 are replaced`() {
        #expect(recorder().text([0x61, 0xFF, 0x62]).text == "a\u{FFFD}b")
    }

    @Test func `pieces of a secret origin are hidden`() {
        var text = EvaluatedText("key=", .template)
        text.append("abc", .secret)
        #expect(recorder().text(text).text == "key=<redacted>")
    }
}
