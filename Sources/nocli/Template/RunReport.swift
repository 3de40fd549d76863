// What a run of a template came to, for people and for programs. A value.

import CRMTemplate
import JSONText
import Platform

/// Prints the outcome of one run.
struct RunReport {
    let result: RunResult
    let trigger: Trigger
    /// Whether every step is shown.
    let showsTrace: Bool

    func print(_ context: CommandContext) {
        context.answer { writer in
            write(to: &writer)
        } people: {
            people(context.console)
        }
    }

    /// A failure with the scenario it happened in.
    static func sentence(_ failure: RunResult.Failure) -> String {
        (failure.scenario.isEmpty ? "" : "\(failure.scenario): ") + failure.message
    }

    // MARK: For people

    /// The trace or only its outcome, the contacts, and the requests.
    private func people(_ console: Console) -> String {
        var parts: [String] = []
        if let trace = result.trace {
            let summary = TraceSummary(trace)
            if showsTrace {
                parts.append(TraceTree.render(trace, colour: console.usesColor, width: console.columns))
            } else {
                parts.append(TraceTree.render(summary, colour: console.usesColor, width: console.columns))
                if summary.verdict != .done { parts[0] += "  See every step with --trace.\n" }
            }
        }
        for contact in result.contacts {
            parts.append(FieldList(contact.fields.map { ($0.name, $0.value) }).rendered())
        }
        if !result.records.isEmpty {
            parts.append(
                result.records.map { terminalSafe(String(decoding: $0, as: UTF8.self)) }.joined(separator: "\n"))
        }
        if !result.exchanges.isEmpty, !showsTrace {
            var table = TextTable([.text("Status"), .text("Request")])
            for exchange in result.exchanges {
                table.add([exchange.status.map { String($0) } ?? "-", "\(exchange.method) \(exchange.url)"])
            }
            parts.append(table.rendered(on: console))
        }
        return parts.map { $0.hasSuffix("\n") ? String($0.dropLast()) : $0 }.joined(separator: "\n\n")
    }

    // MARK: For programs

    private func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("contacts")
        writer.beginArray()
        for contact in result.contacts {
            writer.beginObject()
            for field in contact.fields {
                writer.key(dynamic: field.name)
                writer.string(field.value)
            }
            writer.endObject()
        }
        writer.endArray()
        if case .callFlow = trigger {
            writer.key("records")
            writer.beginArray()
            for record in result.records { writer.raw(record) }
            writer.endArray()
        }
        writer.key("requests")
        writer.beginArray()
        for exchange in result.exchanges {
            writer.beginObject()
            writer.field("method", exchange.method)
            writer.field("url", exchange.url)
            writer.field("status", exchange.status)
            writer.endObject()
        }
        writer.endArray()
        if let failure = result.failures.first {
            writer.field("error", Self.sentence(failure))
            writer.key("failures")
            writer.beginArray()
            for failure in result.failures {
                writer.beginObject()
                writer.field("code", failure.code)
                writer.field("scenario", failure.scenario)
                writer.field("message", failure.message)
                writer.endObject()
            }
            writer.endArray()
        }
        if let trace = result.trace {
            let summary = TraceSummary(trace)
            if summary.verdict != .done { writer.field("reasons", summary.reasons) }
            if showsTrace {
                writer.key("trace")
                TraceJSON.write(trace, to: &writer)
            }
        }
        writer.endObject()
    }
}
