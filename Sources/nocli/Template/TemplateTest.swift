// `nocli template test`: a template author's own cases, run without a network.

import CRMTemplate
import CRMTransport
import CommandOptions
import JSONText
import Platform

/// Runs the cases of a file against a template.
enum TemplateTest {
    private static let cases: Argument<String> = .required("CASES", .path, help: "a file of cases in JSON")
    private static let only: Option<String?> = .optional(
        "only", .text, help: "run the cases whose name has this text in it")
    private static let trace: Option<Bool> = .flag("trace", help: "show every step of the cases that fail")

    static let command = Command(
        declaration: CommandDeclaration(
            "test", summary: "runs a template's test cases",
            arguments: [TemplateCommands.file.declaration, cases.declaration],
            options: [only.declaration, trace.declaration],
            details: [
                """
                A case says what happens (trigger and inputs), what the CRM answers, and what has to come of it: the \
                contacts and the requests. Nothing is sent anywhere. docs/templates.md describes the file; its schema \
                is docs/templates/cases.schema.json. Exits with 1 when a case failed.
                """
            ])
    ) { context throws(CommandFailure) in
        if context.values[TemplateCommands.file] == "-", context.values[cases] == "-" {
            throw .usage(context.invocation.error("FILE and CASES cannot both be standard input: name one of them"))
        }
        let (template, _) = try TemplateCommands.load(context.values[TemplateCommands.file], context)
        let chosen = try read(context)
        let recordsTrace = context.values[trace]
        let outcomes = waitFor {
            var outcomes: [CaseOutcome] = []
            for testCase in chosen { outcomes.append(await testCase.run(on: template, recordsTrace: recordsTrace)) }
            return outcomes
        }
        let failed = outcomes.count { !$0.passed }
        context.answer { writer in
            write(outcomes, to: &writer)
        } people: {
            people(outcomes, context.console)
        }
        if failed > 0 {
            throw .failed(
                "\(failed) of \(counted(outcomes.count, "case")) failed."
                    + (recordsTrace ? "" : " See every step of them with --trace."))
        }
    }

    private static func read(_ context: CommandContext) throws(CommandFailure) -> [TemplateCase] {
        let path = context.values[cases]
        let bytes = try WholeFile.read(path, "a file of cases", limit: TemplateCases.fileBytesMax, context)
        let file: TemplateCases
        do throws(JSONInputError) {
            file = try TemplateCases(json: bytes)
        } catch {
            throw .badData("\(WholeFile.name(path)): \(error)")
        }
        guard let part = context.values[only] else { return file.cases }
        let chosen = file.cases.filter { $0.name.lowercased().contains(part.lowercased()) }
        guard !chosen.isEmpty else {
            throw .badData("\(WholeFile.name(path)): no case has this text in its name; leave --only out to run all")
        }
        return chosen
    }

    private static func people(_ outcomes: [CaseOutcome], _ console: Console) -> String {
        var lines: [String] = []
        for outcome in outcomes {
            lines.append(
                (outcome.passed ? console.styled("passed", .green) : console.styled("failed", .red)) + "  "
                    + terminalSafe(outcome.name))
            for difference in outcome.differences { lines.append("        " + terminalSafe(difference)) }
            if !outcome.passed, let trace = outcome.result.trace {
                let lead = "        "
                let width = console.columns - lead.utf8.count
                let tree = TraceTree.render(trace, colour: console.usesColor, width: width)
                lines += tree.split(separator: "\n", omittingEmptySubsequences: false).map {
                    $0.isEmpty ? "" : lead + $0
                }
            }
        }
        let failed = outcomes.count { !$0.passed }
        lines.append("")
        lines.append(
            "\(counted(outcomes.count, "case")), " + (failed == 0 ? "all passed" : "\(failed) failed"))
        return lines.joined(separator: "\n")
    }

    private static func write(_ outcomes: [CaseOutcome], to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("passed", outcomes.count { $0.passed })
        writer.field("failed", outcomes.count { !$0.passed })
        writer.key("cases")
        writer.beginArray()
        for outcome in outcomes {
            writer.beginObject()
            writer.field("name", outcome.name)
            writer.field("passed", outcome.passed)
            writer.field("differences", outcome.differences)
            if let trace = outcome.result.trace {
                writer.key("trace")
                TraceJSON.write(trace, to: &writer)
            }
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
    }
}
