import JSONText
import Testing

@testable import CRMTemplate

@Suite struct TraceJSONTests {
    private func json(_ trace: Trace) throws -> JSONObject {
        var writer = JSONWriter(reserving: 1024)
        TraceJSON.write(trace, to: &writer)
        return try #require(try JSONValue(parsing: writer.finish()).object)
    }

    @Test func `a trace is an object with its outcome, inputs and steps`() throws {
        let trace = try json(TraceSample.unmatched)
        #expect(trace.members.map(\.name) == ["template", "trigger", "outcome", "took_us", "inputs", "steps"])
        #expect(trace["template"]?.string == "Demo CRM" && trace["trigger"]?.string == "lookup")
        #expect(trace["took_us"]?.number?.text == "212000")
        let outcome = try #require(trace["outcome"]?.object)
        #expect(outcome["verdict"]?.string == "nothing" && outcome["headline"]?.string == "No contact")
        #expect(outcome["reasons"]?.array?.count == 1)
        let scenario = try #require(trace["steps"]?.array?[0].object)
        #expect(scenario["event"]?.string == "scenario" && scenario["line"]?.number?.text == "9")
        let steps = try #require(scenario["steps"]?.array)
        #expect(steps.compactMap { $0.object?["event"]?.string } == ["request", "response", "rule", "records"])
        let rule = try #require(steps[2].object)
        #expect(rule["type"]?.string == "Number" && rule["path"]?.string == "people.phones.number")
        let node = try #require(rule["nodes"]?.array?[0].object)
        #expect(node["place"]?.string == "people[0].phones[0].number" && node["passed"]?.bool == false)
    }

    @Test func `every event has a name and what belongs to it`() throws {
        let events: [(Trace.Event, [String])] = [
            (.queued, []),
            (
                .scenario(id: "A", index: 1, position: SourcePosition(line: 2, column: 3)),
                ["id", "index", "line", "column"]
            ),
            (.authentication(.shared), ["step"]),
            (.condition(name: "If", source: "a", result: true, position: nil), ["name", "source", "result"]),
            (
                .request(method: "GET", url: "u", headers: [], body: TraceText("b", cutFrom: 9)),
                ["method", "url", "headers", "body", "body_bytes"]
            ),
            (
                .response(status: 200, headers: [], body: TraceText(""), byteCount: 0),
                ["status", "headers", "body", "body_bytes"]
            ),
            (.transportFailure(TransportFailure(.tls, "m")), ["kind", "message"]),
            (
                .rule(group: 0, kind: .any, path: "p", ethalon: nil, nodes: [], moreNodes: 2),
                ["group", "type", "path", "nodes", "more_nodes"]
            ),
            (
                .rule(group: 0, kind: .equals, path: "p", ethalon: TraceText("e"), nodes: [], moreNodes: 0),
                ["group", "type", "path", "ethalon", "nodes", "more_nodes"]
            ),
            (.records(["a"], more: 1), ["records", "more"]), (.record(0, context: "c"), ["index", "place"]),
            (.variable(name: "n", path: "p", value: TraceText("v"), issue: nil), ["name", "path", "value", "issue"]),
            (
                .output(type: "t", source: "s", value: TraceText("v", cutFrom: 3)),
                ["type", "source", "value", "value_bytes"]
            ),
            (.next(id: "i"), ["id"]), (.contactAccepted(TraceSample.contact), ["contact"]),
            (.contactRefused(reason: "r", fields: []), ["reason", "fields"]), (.note("n"), ["text"]),
            (.failure(RunResult.Failure(code: "c", scenario: "s", message: "m")), ["code", "scenario", "message"]),
        ]
        let steps = try #require(try json(TraceSample.trace(events.map { TraceSample.step($0.0) }))["steps"]?.array)
        for (step, event) in zip(steps, events) {
            let names = step.object?.members.map(\.name) ?? []
            #expect(names == ["event"] + event.1 + ["started_us", "took_us"], "\(event.0)")
        }
        #expect(steps.count == events.count)
        let names = Set(steps.compactMap { $0.object?["event"]?.string })
        #expect(names.count == events.count - 1)
    }

    @Test func `a call-flow lookup names its scenario`() throws {
        let trace = try json(TraceSample.trace([], trigger: .callFlow(id: "LookupFromCFD_A_LookupID")))
        #expect(trace["trigger"]?.string == "cfd" && trace["scenario"]?.string == "LookupFromCFD_A_LookupID")
    }
}
