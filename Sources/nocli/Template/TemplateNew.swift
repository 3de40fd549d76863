// `nocli template new`: a starting template and its cases, from answers to a few questions.

import CommandOptions
import Glibc
import JSONText
import Platform

/// Asks what is not given as an option, and writes two files.
enum TemplateNew {
    private static let output: Option<String?> = .optional(
        "output", .path, help: "the template to write; by default the name with .crm.xml; - for standard output")
    private static let defaults: Option<Bool> = .flag(
        "defaults", help: "ask nothing; what is not given is as in brackets")

    static let command = Command(
        declaration: CommandDeclaration(
            "new", summary: "makes a template and its test cases from a few answers",
            options: [output.declaration, defaults.declaration]
                + TemplateAnswers.questions.map(\.option.declaration),
            details: [
                """
                Each question is an option; what is not given is asked, one line of standard input for each, where an \
                empty line takes the answer in brackets. The files are a start: a commented template that lint finds \
                nothing wrong with, and cases that pass. Change them to what your CRM really does.
                """
            ])
    ) { context throws(CommandFailure) in
        let answers = try ask(context)
        let xml = Array(TemplateDraft(answers).xml.utf8)
        guard context.values[output] != "-" else {
            context.console.write(xml)
            return
        }
        let path = context.values[output] ?? fileName(answers[TemplateAnswers.name] ?? "") + suffix
        let casesPath = (path.hasSuffix(suffix) ? String(path.dropLast(suffix.count)) : path) + ".cases.json"
        for file in [path, casesPath] where access(file, F_OK) == 0 {
            throw .failed("\(terminalSafe(file)) is there already: name another file with --output, or remove it.")
        }
        try WholeFile.write(xml, to: path)
        try WholeFile.write(CasesDraft(answers).json, to: casesPath)
        context.answer { writer in
            writer.beginObject()
            writer.field("template", path)
            writer.field("cases", casesPath)
            writer.endObject()
        } people: {
            """
            Written: \(terminalSafe(path)) and \(terminalSafe(casesPath)). Next:
              nocli template lint \(terminalSafe(path))
              nocli template test \(terminalSafe(path)) \(terminalSafe(casesPath))
            """
        }
    }

    private static let suffix = ".crm.xml"

    private static func ask(_ context: CommandContext) throws(CommandFailure) -> TemplateAnswers {
        var answers = TemplateAnswers()
        var input = Lines(read: context.surroundings.readInput)
        for question in TemplateAnswers.questions {
            if let given = context.values[question.option] {
                answers.set(given, for: question)
                continue
            }
            if context.values[defaults] || !answers.asks(question) { continue }
            while true {
                context.console.writeError(Array("\(question.words) [\(question.standard)]: ".utf8))
                guard let line = input.next() else {
                    context.console.printError("")
                    break
                }
                if line.isEmpty { break }
                if question.accepts(line) {
                    answers.set(line, for: question)
                    break
                }
                context.console.printError("Expected \(question.expects).")
            }
        }
        return answers
    }

    /// The name in lower case, with hyphens for what is neither letter nor digit.
    private static func fileName(_ name: String) -> String {
        let words = name.lowercased().utf8.split { !(0x61...0x7A).contains($0) && !(0x30...0x39).contains($0) }
        let text = words.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "-")
        return text.isEmpty ? "template" : text
    }
}

/// Lines of standard input, without their line breaks; bounded, as nobody answers in more.
private struct Lines {
    private static let bytesMax = 65_536

    private let read: (Int) -> [UInt8]
    private var waiting: [UInt8] = []

    init(read: @escaping (Int) -> [UInt8]) { self.read = read }

    /// The next line; nil at the end of the input.
    mutating func next() -> String? {
        while true {
            if let end = waiting.firstIndex(of: UInt8(ascii: "\n")) {
                let line = waiting[..<end]
                waiting.removeFirst(end + 1)
                return String(decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
            }
            let block = waiting.count < Self.bytesMax ? read(4096) : []
            if block.isEmpty {
                defer { waiting = [] }
                return waiting.isEmpty ? nil : String(decoding: waiting, as: UTF8.self)
            }
            waiting += block
        }
    }
}
