import Foundation
import Platform
import Testing

@testable import CRMTemplate

@Suite struct TracePageTests {
    private func page(_ trace: Trace) -> String { String(decoding: TracePage.render(trace), as: UTF8.self) }

    @Test func `the page's policy admits the page's own style sheet and nothing else`() throws {
        let text = page(TraceSample.found)
        let start = try #require(text.range(of: "<style>"))
        let end = try #require(text.range(of: "</style>"))
        let style = String(text[start.upperBound..<end.lowerBound])
        let hash = Data(SHA256Digest.of(style).bytes).base64EncodedString()
        #expect(TracePageStyle.hash == hash)
        #expect(text.contains("content=\"default-src &#39;none&#39;; style-src &#39;sha256-\(hash)&#39;; base-uri"))
    }

    @Test func `the page runs nothing and loads nothing`() {
        let text = page(TraceSample.found)
        for word in [
            "<script", "<link", "<img", "<iframe", "<form", " src=", " href=", "url(", "@import", " style=", " on",
        ] {
            #expect(!text.contains(word) || word == " on", "\(word)")
        }
        #expect(!text.contains(/<[^>]* on[a-z]+=/))
    }

    @Test func `every text of a trace is escaped`() {
        let hostile = "<script>alert(1)</script>\"'&</style>\u{0}"
        let field = TraceSample.field(hostile, hostile)
        let events: [Trace.Event] = [
            .scenario(id: hostile, index: 0, position: SourcePosition(line: 1, column: 1)),
            .condition(name: hostile, source: hostile, result: true, position: nil),
            .request(method: hostile, url: hostile, headers: [field], body: TraceText(hostile)),
            .response(status: 200, headers: [field], body: TraceText(hostile), byteCount: 1),
            .transportFailure(TransportFailure(.tls, hostile)),
            .rule(
                group: 0, kind: .equals, path: hostile, ethalon: TraceText(hostile),
                nodes: [Trace.RuleNode(place: hostile, text: TraceText(hostile), passed: true)], moreNodes: 0),
            .records([hostile], more: 0), .record(0, context: hostile),
            .variable(name: hostile, path: hostile, value: TraceText(hostile), issue: hostile),
            .output(type: hostile, source: hostile, value: TraceText(hostile)), .next(id: hostile),
            .contactAccepted(Contact([Contact.Field("FirstName", hostile)])),
            .contactRefused(reason: hostile, fields: [field]), .note(hostile),
            .failure(RunResult.Failure(code: hostile, scenario: hostile, message: hostile)),
        ]
        for trigger in [Trigger.lookupByNumber, .callFlow(id: hostile)] {
            let text = page(
                TraceSample.trace(events.map { TraceSample.step($0) }, trigger: trigger, name: hostile, inputs: [field])
            )
            #expect(!text.contains("<script") && !text.contains("\u{0}"))
            // The page's own style element is the only one that ends.
            #expect(text.split(separator: "</style>", omittingEmptySubsequences: false).count == 2)
            #expect(text.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;&lt;/style&gt;\u{FFFD}"))
        }
    }

    @Test func `the outcome stands before everything else`() throws {
        let text = page(TraceSample.unmatched)
        let outcome = try #require(text.range(of: "<section class=\"outcome nothing\">\n<h2>No contact</h2>"))
        let steps = try #require(text.range(of: "<h2>Steps</h2>"))
        #expect(outcome.lowerBound < steps.lowerBound)
        #expect(text.contains("<li>scenario 1 (line 9): the rule Number people.phones.number found no number"))
    }

    @Test func `a JSON body is laid out, another is shown as it came`() {
        #expect(page(TraceSample.found).contains("{\n  &quot;people&quot;: [\n    {\n      &quot;id&quot;: 7,"))
        let odd = page(
            TraceSample.trace([TraceSample.answer("{ \"a\" : 1", cutFrom: 90), TraceSample.answer("\n<a>")]))
        #expect(odd.contains(">\n{ &quot;a&quot; : 1</pre>") && odd.contains(">\n\n&lt;a&gt;</pre>"))
        #expect(odd.contains("… (90 bytes in all)"))
    }

    @Test func `elements are closed in the order they were opened`() throws {
        let void: Set<String> = ["meta", "rect", "!doctype"]
        for trace in [TraceSample.found, TraceSample.unmatched, TraceSample.trace([])] {
            var open: [String] = []
            for match in page(trace).matches(of: /<(\/?)([a-z0-9!]+)[^>]*>/) {
                let name = String(match.2)
                if void.contains(name) { continue }
                if match.1.isEmpty { open.append(name) } else { #expect(open.popLast() == name) }
            }
            #expect(open.isEmpty)
        }
    }
}
