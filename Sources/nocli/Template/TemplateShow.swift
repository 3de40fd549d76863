// `nocli template show`: a template at a glance: what it needs, what starts its scenarios, and what follows what.

import CRMTemplate
import CommandOptions
import JSONText
import Platform

/// The outline of a template, for people and for programs.
enum TemplateShow {
    static let command = Command(
        declaration: CommandDeclaration(
            "show", summary: "shows what a template is made of", arguments: [TemplateCommands.file.declaration],
            details: [
                "Parameters, and scenarios as a tree: what starts each, what it asks for, which one follows it."
            ])
    ) { context throws(CommandFailure) in
        let path = context.values[TemplateCommands.file]
        let (template, _) = try TemplateCommands.load(path, context)
        let outline = TemplateOutline(template)
        context.answer { writer in
            write(template, outline, file: path, to: &writer)
        } people: {
            people(template, outline, context.console)
        }
    }

    // MARK: For people

    private static func people(_ template: Template, _ outline: TemplateOutline, _ console: Console) -> String {
        var title = template.name.isEmpty ? "A template without a name" : template.name
        if let version = template.version { title += ", version \(version)" }
        var parts = [console.styled(terminalSafe(title), .bold), facts(template).rendered()]
        if !template.parameters.isEmpty {
            parts.append(parameters(template.parameters, console))
        }
        var shown: Set<Int> = []
        for group in outline.groups {
            var lines = [console.styled(terminalSafe(group.start.title), group.start == .nothing ? .yellow : .bold)]
            for node in group.nodes { lines += self.lines(node, lead: "  ", branch: "  ", shown: &shown, console) }
            parts.append(lines.joined(separator: "\n"))
        }
        return parts.joined(separator: "\n\n")
    }

    private static func facts(_ template: Template) -> FieldList {
        let length = template.number.maxLength.source
        let prefix =
            switch template.number.prefix {
            case .asIs: "as it comes"
            case .off: "without + or 00"
            case .plus: "with +"
            case .zeros: "with 00"
            }
        let authentication =
            switch template.authentication {
            case .none: "none"
            case .basic(let value): "Basic \(value.source)"
            case .scenario(let id): "scenario \(id)"
            }
        return FieldList([
            ("Numbers", prefix + (length.isEmpty ? "" : ", at most \(length) digits")),
            ("Authentication", authentication),
            ("At once", "\(template.maxConcurrentRequests) lookups"),
        ])
    }

    /// Parameters in the width of the terminal; JSON has their defaults whole.
    private static func parameters(_ parameters: [Parameter], _ console: Console) -> String {
        let fixed = parameters.map { [$0.name, $0.kind.rawValue, $0.parent] }
        let titles = ["Parameter", "Type", "Shown under", "Default"]
        let used = (0..<3).reduce(6) { sum, column in
            sum + ([titles[column]] + fixed.map { $0[column] }).reduce(0) { max($0, DisplayWidth.columns($1)) }
        }
        let room = max(defaultColumnsMin, console.columns - used)
        var table = TextTable(titles.map { .text($0) })
        for (parameter, cells) in zip(parameters, fixed) {
            let lines = TextWrapping.lines(terminalSafe(shownDefault(parameter)), columns: room - 1)
            table.add(cells + [lines[0] + (lines.count > 1 ? "…" : "")])
        }
        return table.rendered(on: console)
    }

    /// Columns of a default that are shown however wide the others are.
    private static let defaultColumnsMin = 12

    private static func lines(
        _ node: TemplateOutline.Node, lead: String, branch: String, shown: inout Set<Int>, _ console: Console
    ) -> [String] {
        let scenario = node.scenario
        var head = branch + console.styled(terminalSafe(name(scenario)), .bold) + "  line \(scenario.position.line)"
        switch scenario.kind {
        case .rest: break
        case .database(let kind), .unknown(let kind): head += ", \(terminalSafe(kind)), which is not run yet"
        }
        // A scenario that several ones lead to is told once.
        guard shown.insert(scenario.index).inserted else { return [head + ", as above"] }
        var facts: [String] = []
        if let request = scenario.request {
            facts.append("\(request.method.rawValue.uppercased()) \(request.url.source)")
            if let skipIf = request.skipIf { facts.append("left out if \(skipIf.source)") }
        }
        for group in scenario.ruleGroups where !group.rules.isEmpty {
            facts.append("records: " + group.rules.map(words).joined(separator: " or "))
        }
        if let outputs = scenario.outputs, outputs.next == nil, !outputs.outputs.isEmpty {
            facts.append("gives " + outputs.outputs.map(\.type).joined(separator: ", "))
        }
        if scenario.outputs?.allowsEmpty == true { facts.append("goes on without a record") }
        let isLast = node.next.isEmpty
        let edge = lead + (isLast ? "   " : "│  ")
        var lines = [head]
        for fact in facts {
            let texts = TextWrapping.lines(terminalSafe(fact), columns: textWidth - DisplayWidth.columns(edge))
            for (index, text) in texts.enumerated() { lines.append(edge + (index == 0 ? "" : "  ") + text) }
        }
        if let issue = node.issue { lines.append(edge + console.styled(terminalSafe(issue), .red)) }
        for next in node.next {
            // A chain goes on below; what it is indented by ends where the terminal would.
            let isDeep = lead.count > 30
            lines += self.lines(next, lead: isDeep ? lead : lead + "   ", branch: lead + "└─ ", shown: &shown, console)
        }
        return lines
    }

    /// Two columns less than a terminal has at least: continued lines are indented by as much.
    private static let textWidth = 78

    private static func name(_ scenario: Scenario) -> String {
        scenario.id.isEmpty ? "scenario \(scenario.index + 1)" : scenario.id
    }

    private static func words(_ rule: RuleTemplate) -> String {
        let path = rule.path.text.isEmpty ? "the whole answer" : rule.path.text
        return rule.kind == .equals ? "\(path) = \(rule.ethalon.source)" : "\(rule.kind.rawValue) \(path)"
    }

    /// The default, unless somebody has left a secret in the file.
    private static func shownDefault(_ parameter: Parameter) -> String {
        parameter.kind.isSecret && !parameter.defaultValue.isEmpty ? "<redacted>" : parameter.defaultValue
    }

    // MARK: For programs

    private static func write(
        _ template: Template, _ outline: TemplateOutline, file: String, to writer: inout JSONWriter
    ) {
        writer.beginObject()
        writer.field("file", file)
        writer.field("name", template.name)
        writer.field("version", template.version)
        writer.field("country", template.country)
        writer.key("number")
        writer.beginObject()
        writer.field("prefix", template.number.prefix.rawValue)
        writer.field("max_length", template.number.maxLength.source)
        writer.endObject()
        writer.field("max_concurrent_requests", template.maxConcurrentRequests)
        writer.field("supports_emojis", template.supportsEmojis)
        writer.field("supports_transcription", template.supportsTranscription)
        writer.key("authentication")
        writer.beginObject()
        switch template.authentication {
        case .none: writer.field("type", "No")
        case .basic: writer.field("type", "Basic")
        case .scenario(let id):
            writer.field("type", "Scenario")
            writer.field("scenario", id)
        }
        writer.endObject()
        writer.key("parameters")
        writer.beginArray()
        for parameter in template.parameters { write(parameter, to: &writer) }
        writer.endArray()
        writer.key("scenarios")
        writer.beginArray()
        for group in outline.groups {
            for node in group.nodes { write(node, start: group.start, to: &writer) }
        }
        writer.endArray()
        writer.endObject()
    }

    private static func write(_ parameter: Parameter, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("name", parameter.name)
        writer.field("type", parameter.kind.rawValue)
        writer.field("title", parameter.title)
        writer.field("parent", parameter.parent)
        writer.field("default", shownDefault(parameter))
        if !parameter.listValues.isEmpty { writer.field("values", parameter.listValues) }
        writer.endObject()
    }

    /// A scenario with those chained to it; `start` for the first of a chain only.
    private static func write(_ node: TemplateOutline.Node, start: TemplateOutline.Start?, to writer: inout JSONWriter)
    {
        let scenario = node.scenario
        writer.beginObject()
        if let start { writer.field("start", start.name) }
        writer.field("id", scenario.id)
        writer.field("line", scenario.position.line)
        writer.field("method", scenario.request?.method.rawValue.uppercased())
        writer.field("url", scenario.request?.url.source)
        writer.field("skip_if", scenario.request?.skipIf?.source)
        writer.field("rules", scenario.ruleGroups.map { $0.rules.map(words).joined(separator: " or ") })
        writer.field("variables", scenario.variables.map(\.name))
        writer.field("outputs", scenario.outputs?.outputs.map(\.type) ?? [])
        writer.field("allow_empty", scenario.outputs?.allowsEmpty ?? false)
        writer.field("issue", node.issue)
        writer.key("next")
        if let next = node.next.first { write(next, start: nil, to: &writer) } else { writer.null() }
        writer.endObject()
    }
}
