// A trace as one HTML page that needs nothing else. Pure functions; whatever is interpolated is escaped by HTMLFragment.

internal import JSONText
internal import Platform

/// Writes traces as self-contained HTML pages: no script, nothing loaded, every text escaped.
package enum TracePage {
    /// What the page allows itself: its own style sheet, named by its hash, and nothing else (CSP Level 3 §6.1).
    package static let contentSecurityPolicy =
        "default-src 'none'; style-src 'sha256-\(TracePageStyle.hash)'; base-uri 'none'; form-action 'none'"

    /// The page in UTF-8. It stands on its own as a file, and can be sent with ``contentSecurityPolicy`` as a header too.
    package static func render(_ trace: Trace) -> [UInt8] {
        let summary = TraceSummary(trace)
        let page: HTMLFragment = """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="\(contentSecurityPolicy)">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="referrer" content="no-referrer">
            <meta name="robots" content="noindex, nofollow">
            <title>\(trace.templateName): \(TraceWords.title(trace.trigger)), \(summary.headline)</title>
            <style>\(HTMLFragment(trusted: TracePageStyle.text))</style>
            </head>
            <body>
            <main>
            <h1>\(trace.templateName)</h1>
            <p class="quiet">\(sentence(TraceWords.title(trace.trigger))), \(TraceWords.time(trace.took))</p>
            \(outcome(summary))\(given(trace.inputs))<h2>Steps</h2>
            \(list(trace.steps, total: trace.took))</main>
            </body>
            </html>

            """
        return Array(page.html.utf8)
    }

    private static func outcome(_ summary: TraceSummary) -> HTMLFragment {
        let reasons = HTMLFragment.joined(summary.reasons.map { "<li>\($0)</li>\n" })
        let list: HTMLFragment = summary.reasons.isEmpty ? "" : "<ul>\n\(reasons)</ul>\n"
        return """
            <section class="outcome \(summary.verdict.rawValue)">
            <h2>\(summary.headline)</h2>
            \(list)</section>

            """
    }

    private static func given(_ inputs: [Trace.Field]) -> HTMLFragment {
        inputs.isEmpty ? "" : "<h2>Given</h2>\n\(fields(inputs))"
    }

    private static func list(_ steps: [Trace.Step], total: Duration) -> HTMLFragment {
        guard !steps.isEmpty else { return "<p>Nothing happened.</p>\n" }
        return "<ol>\n\(HTMLFragment.joined(steps.map { item($0, total: total) }))</ol>\n"
    }

    private static func item(_ step: Trace.Step, total: Duration) -> HTMLFragment {
        let row = TraceRow(step.event)
        let inner: HTMLFragment =
            step.steps.isEmpty ? "" : "<ol>\n\(HTMLFragment.joined(step.steps.map { item($0, total: total) }))</ol>\n"
        let time: HTMLFragment =
            step.took >= .microseconds(100)
            ? "<span class=\"time\">\(TraceWords.time(step.took))\(bar(step, total: total))</span>" : ""
        let rows: HTMLFragment =
            row.rows.isEmpty
            ? "" : "<ol>\n\(HTMLFragment.joined(row.rows.map { "<li>\(line($0, time: ""))</li>\n" }))</ol>\n"
        let more: HTMLFragment = "\(HTMLFragment.joined(row.blocks.map(block)))\(rows)\(inner)"
        let head = line(row, time: time)
        return more.html.isEmpty
            ? "<li>\(head)</li>\n" : "<li><details open><summary>\(head)</summary>\n\(more)</details></li>\n"
    }

    /// Where in the run the step lies; only shapes, for an inline style would be refused by the page's own policy.
    private static func bar(_ step: Trace.Step, total: Duration) -> HTMLFragment {
        let whole = total.wholeNanoseconds
        guard whole > 0 else { return "" }
        let start = permille(step.startedAfter, of: whole)
        let length = max(8, min(1_000 - start, permille(step.took, of: whole)))
        return """
            <svg viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">\
            <rect class="track" width="1000" height="10"/>\
            <rect class="part" x="\(min(start, 992))" width="\(length)" height="10"/></svg>
            """
    }

    private static func permille(_ part: Duration, of whole: Int64) -> Int64 {
        Int64(min(1_000, max(0, Double(part.wholeNanoseconds) / Double(whole) * 1_000)))
    }

    private static func line(_ row: TraceRow, time: HTMLFragment) -> HTMLFragment {
        let name: HTMLFragment = row.name.isEmpty ? "" : "<code class=\"name\">\(row.name)</code> "
        let source: HTMLFragment = row.source.isEmpty ? "" : " <code class=\"source\">\(row.source)</code>"
        let issue: HTMLFragment = row.issue.map { "<span class=\"issue\">\($0)</span>" } ?? ""
        let label: HTMLFragment = row.label.isEmpty ? "" : "<span class=\"label\">\(row.label)</span> "
        return """
            <span class="row \(className(row.mark))\(row.label == "scenario" ? " scenario" : "")">\(mark(row.mark))\
            \(label)<span class="body">\(name)<span class="text">\(row.text)</span>\(source)\(issue)</span>\(time)</span>
            """
    }

    private static func mark(_ mark: TraceRow.Mark) -> HTMLFragment {
        switch mark {
        case .plain: "<span class=\"mark\" aria-hidden=\"true\">·</span>"
        case .passed: "<span class=\"mark\" role=\"img\" aria-label=\"passed\">✓</span>"
        case .failed: "<span class=\"mark\" role=\"img\" aria-label=\"failed\">✗</span>"
        case .noticed: "<span class=\"mark\" role=\"img\" aria-label=\"note\">!</span>"
        }
    }

    private static func className(_ mark: TraceRow.Mark) -> String {
        switch mark {
        case .plain: "plain"
        case .passed: "passed"
        case .failed: "failed"
        case .noticed: "noticed"
        }
    }

    private static func block(_ block: TraceRow.Block) -> HTMLFragment {
        switch block {
        case .fields(let list): return fields(list)
        case .text(let text):
            let rest: HTMLFragment = text.cutFrom == nil ? "" : "<p class=\"quiet\">\(TraceWords.rest(text))</p>\n"
            // A line break right behind the tag is dropped by HTML (Living Standard §13.2.6.4.7), so one is given away.
            return "<pre tabindex=\"0\">\n\(indented(text))</pre>\n\(rest)"
        }
    }

    private static func fields(_ fields: [Trace.Field]) -> HTMLFragment {
        let rows = fields.map { field -> HTMLFragment in
            let value = field.value.text.isEmpty && field.value.cutFrom == nil ? "–" : field.value.text
            return "<div><dt>\(field.name)</dt><dd><code>\(value)\(TraceWords.rest(field.value))</code></dd></div>\n"
        }
        return "<dl>\n\(HTMLFragment.joined(rows))</dl>\n"
    }

    /// A JSON object or array on several lines; any other text as it is.
    private static func indented(_ text: TraceText) -> String {
        // What is no JSON, or only the beginning of it, is shown as it came, so the error does not matter.
        guard text.cutFrom == nil, let value = try? JSONValue(parsing: Array(text.text.utf8)),
            value.object != nil || value.array != nil
        else { return text.text }
        var writer = JSONWriter(reserving: 2 * text.text.utf8.count, layout: .indented)
        writer.value(value)
        return String(decoding: writer.finish(), as: UTF8.self)
    }

    private static func sentence(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }
}
