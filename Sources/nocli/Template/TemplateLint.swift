// `nocli template lint`: what is wrong with templates, as a compiler says it.

import CRMTemplate
import CommandOptions
import JSONText
import Platform

/// Checks template files without running anything.
enum TemplateLint {
    private static let files: Argument<[String]> = .list("FILE", .path, help: "a template; - for standard input")
    private static let withoutNotes: Option<Bool> = .flag("without-notes", help: "leave out what need not change")

    static let command = Command(
        declaration: CommandDeclaration(
            "lint", summary: "tells what is wrong with templates, and where", arguments: [files.declaration],
            options: [withoutNotes.declaration],
            details: [
                """
                An error is what can never work; a warning is what most likely does something else than its author \
                means; a note is worth knowing. Exits with 1 when there are errors, with 0 when there are none.
                """
            ])
    ) { context throws(CommandFailure) in
        let console = context.console
        var reports: [Report] = []
        var unreadable: [CommandFailure] = []
        for path in context.values[files] {
            do throws(CommandFailure) {
                let bytes = try WholeFile.read(path, "a template", limit: TemplateCommands.bytesMax, context)
                reports.append(Report(path: path, bytes: bytes, isWithoutNotes: context.values[withoutNotes]))
            } catch {
                unreadable.append(error)
            }
        }
        if reports.isEmpty, !context.values[GlobalOptions.json], let first = unreadable.first { throw first }
        context.answer { writer in
            writer.beginArray()
            for report in reports { write(report, to: &writer) }
            writer.endArray()
        } people: {
            people(reports, console)
        }
        let errors = reports.reduce(0) { $0 + $1.count(.error) }
        if let first = unreadable.first {
            for failure in unreadable.dropFirst() { console.printError(failure.message) }
            throw first
        }
        if errors > 0 {
            throw .failed(
                "\(counted(errors, "error")) in \(counted(reports.count { $0.count(.error) > 0 }, "template")); "
                    + "correct them and lint again.")
        }
    }

    /// What was found in one file.
    private struct Report {
        let path: String
        let source: [UInt8]
        let diagnostics: [Diagnostic]

        init(path: String, bytes: [UInt8], isWithoutNotes: Bool) {
            self.path = path
            let document = TemplateDocument(bytes)
            source = document.source
            diagnostics = document.diagnostics.filter { !isWithoutNotes || $0.severity != .note }
        }

        func count(_ severity: Diagnostic.Severity) -> Int { diagnostics.count { $0.severity == severity } }
    }

    private static func people(_ reports: [Report], _ console: Console) -> String {
        var parts: [String] = []
        for report in reports {
            for diagnostic in report.diagnostics {
                parts.append(
                    DiagnosticText.render(
                        diagnostic, file: WholeFile.name(report.path), source: report.source,
                        colour: console.usesColor))
            }
        }
        parts.append(total(reports, console))
        return parts.map { $0.hasSuffix("\n") ? String($0.dropLast()) : $0 }.joined(separator: "\n\n")
    }

    private static func total(_ reports: [Report], _ console: Console) -> String {
        let counts = Diagnostic.Severity.allCases.compactMap { severity -> String? in
            let count = reports.reduce(0) { $0 + $1.count(severity) }
            return count == 0 ? nil : counted(count, severity.rawValue)
        }
        let hasErrors = reports.contains { $0.count(.error) > 0 }
        let place = reports.count == 1 ? "" : " in \(counted(reports.count, "template"))"
        if counts.isEmpty { return console.styled("Nothing to say\(place).", .green) }
        return console.styled(counts.joined(separator: ", ") + place + ".", hasErrors ? .red : .yellow)
    }

    private static func write(_ report: Report, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("file", report.path)
        writer.key("diagnostics")
        writer.beginArray()
        for diagnostic in report.diagnostics {
            writer.beginObject()
            writer.field("severity", diagnostic.severity.rawValue)
            writer.field("code", diagnostic.code)
            writer.field("line", diagnostic.position.line)
            writer.field("column", diagnostic.position.column)
            writer.field("message", diagnostic.message)
            writer.field("hint", diagnostic.hint)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
    }
}
