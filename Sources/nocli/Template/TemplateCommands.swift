// `nocli template …`: CRM templates of 3CX, checked, shown and run. Needs no database.

import CRMTemplate
import CommandOptions
import Platform

enum TemplateCommands {
    static let family = CommandFamily(
        name: "template", summary: "CRM templates",
        commands: [
            TemplateLint.command, TemplateShow.command, TemplateRun.command, TemplateTest.command,
            TemplateNew.command,
        ])

    static let file: Argument<String> = .required("FILE", .path, help: "a template; - for standard input")

    /// Bytes of a template file. The largest that is known has some 200 KB.
    static let bytesMax = 8 << 20

    /// Reads a template that can be run, with what is wrong in it.
    ///
    /// - Throws: with every error, as a compiler lists them, when the file is no template that can be used.
    static func load(_ path: String, _ context: CommandContext) throws(CommandFailure) -> (Template, TemplateDocument) {
        let bytes = try WholeFile.read(path, "a template", limit: bytesMax, context)
        let document = TemplateDocument(bytes)
        guard let template = document.template else {
            let errors = document.diagnostics.filter { $0.severity == .error }
            let console = context.console
            for error in errors.prefix(errorsShown) {
                console.printError(
                    DiagnosticText.render(
                        error, file: WholeFile.name(path), source: document.source,
                        colour: console.usesColor && console.showsProgress))
            }
            throw .badData(
                "\(WholeFile.name(path)): this is no template that can be used. "
                    + "See everything with: nocli template lint \(terminalSafe(path))")
        }
        return (template, document)
    }

    private static let errorsShown = 5
}

/// A number and what is counted, as in `2 cases`.
func counted(_ count: Int, _ word: String) -> String { "\(count) \(word)\(count == 1 ? "" : "s")" }
