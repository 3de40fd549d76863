// A trace as JSON, for programs. Pure functions.

package import JSONText
internal import Platform

/// Writes traces as JSON.
package enum TraceJSON {
    /// Writes one trace as an object: `template`, `trigger`, `outcome`, `took_us`, `inputs`, `steps`. A step has
    /// `event`, what belongs to it, `started_us`, `took_us` and, where there are any, `steps`. A text that was cut has
    /// its whole length in bytes beside it.
    package static func write(_ trace: Trace, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("template", trace.templateName)
        writer.field("trigger", TraceWords.name(trace.trigger))
        if case .callFlow(let id) = trace.trigger { writer.field("scenario", id) }
        let summary = TraceSummary(trace)
        writer.key("outcome")
        writer.beginObject()
        writer.field("verdict", summary.verdict.rawValue)
        writer.field("headline", summary.headline)
        writer.field("reasons", summary.reasons)
        writer.endObject()
        writer.field("took_us", micros(trace.took))
        writer.key("inputs")
        write(trace.inputs, to: &writer)
        writer.key("steps")
        write(trace.steps, to: &writer)
        writer.endObject()
    }

    private static func write(_ steps: [Trace.Step], to writer: inout JSONWriter) {
        writer.beginArray()
        for step in steps {
            writer.beginObject()
            write(step.event, to: &writer)
            writer.field("started_us", micros(step.startedAfter))
            writer.field("took_us", micros(step.took))
            if !step.steps.isEmpty {
                writer.key("steps")
                write(step.steps, to: &writer)
            }
            writer.endObject()
        }
        writer.endArray()
    }

    private static func write(_ event: Trace.Event, to writer: inout JSONWriter) {
        writer.key("event")
        switch event {
        case .queued: writer.token("queued")
        case .scenario(let id, let index, let position):
            writer.token("scenario")
            writer.field("id", id)
            writer.field("index", index)
            write(position, to: &writer)
        case .authentication(let step):
            writer.token("authentication")
            writer.field("step", step.rawValue)
        case .condition(let name, let source, let result, let position):
            writer.token("condition")
            writer.field("name", name)
            writer.field("source", source)
            writer.field("result", result)
            write(position, to: &writer)
        case .request(let method, let url, let headers, let body):
            writer.token("request")
            writer.field("method", method)
            writer.field("url", url)
            writer.key("headers")
            write(headers, to: &writer)
            write("body", "body_bytes", body, to: &writer)
        case .response(let status, let headers, let body, let byteCount):
            writer.token("response")
            writer.field("status", status)
            writer.key("headers")
            write(headers, to: &writer)
            writer.field("body", body.text)
            writer.field("body_bytes", byteCount)
        case .transportFailure(let failure):
            writer.token("transport_failure")
            writer.field("kind", failure.kind.rawValue)
            writer.field("message", failure.message)
        case .rule(let group, let kind, let path, let ethalon, let nodes, let moreNodes):
            writer.token("rule")
            writer.field("group", group)
            writer.field("type", kind.rawValue)
            writer.field("path", path)
            if ethalon != nil { write("ethalon", "ethalon_bytes", ethalon, to: &writer) }
            writer.key("nodes")
            writer.beginArray()
            for node in nodes {
                writer.beginObject()
                writer.field("place", node.place)
                write("text", "text_bytes", node.text, to: &writer)
                writer.field("passed", node.passed)
                writer.endObject()
            }
            writer.endArray()
            writer.field("more_nodes", moreNodes)
        case .records(let records, let more):
            writer.token("records")
            writer.field("records", records)
            writer.field("more", more)
        case .record(let index, let context):
            writer.token("record")
            writer.field("index", index)
            writer.field("place", context)
        case .variable(let name, let path, let value, let issue):
            writer.token("variable")
            writer.field("name", name)
            writer.field("path", path)
            write("value", "value_bytes", value, to: &writer)
            writer.field("issue", issue)
        case .output(let type, let source, let value):
            writer.token("output")
            writer.field("type", type)
            writer.field("source", source)
            write("value", "value_bytes", value, to: &writer)
        case .next(let id):
            writer.token("next")
            writer.field("id", id)
        case .contactAccepted(let contact):
            writer.token("contact_accepted")
            writer.key("contact")
            writer.beginObject()
            for field in contact.fields {
                writer.key(dynamic: field.name)
                writer.string(field.value)
            }
            writer.endObject()
        case .contactRefused(let reason, let fields):
            writer.token("contact_refused")
            writer.field("reason", reason)
            writer.key("fields")
            write(fields, to: &writer)
        case .note(let text):
            writer.token("note")
            writer.field("text", text)
        case .failure(let failure):
            writer.token("failure")
            writer.field("code", failure.code)
            writer.field("scenario", failure.scenario)
            writer.field("message", failure.message)
        }
    }

    private static func write(_ fields: [Trace.Field], to writer: inout JSONWriter) {
        writer.beginArray()
        for field in fields {
            writer.beginObject()
            writer.field("name", field.name)
            write("value", "value_bytes", field.value, to: &writer)
            writer.endObject()
        }
        writer.endArray()
    }

    private static func write(_ position: SourcePosition?, to writer: inout JSONWriter) {
        guard let position else { return }
        writer.field("line", position.line)
        writer.field("column", position.column)
    }

    /// A text, and the bytes of the whole when it was cut.
    private static func write(
        _ name: StaticString, _ lengthName: StaticString, _ text: TraceText?, to writer: inout JSONWriter
    ) {
        writer.field(name, text?.text)
        if let length = text?.cutFrom { writer.field(lengthName, length) }
    }

    private static func micros(_ duration: Duration) -> Int64 { duration.wholeNanoseconds / 1_000 }
}
