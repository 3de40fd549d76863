import Testing

@testable import CommandOptions

@Suite struct NestedCommandTests {
    private static let file: Argument<String> = .required("FILE", .path, help: "a file")
    private static let language = CommandLanguage(
        program: "tool", summary: "a tool", globals: [],
        groups: [
            CommandGroup(
                "number", summary: "numbers",
                commands: [
                    CommandDeclaration("parse", summary: "reads"),
                    CommandDeclaration("plan show", summary: "shows", arguments: [file.declaration]),
                    CommandDeclaration("plan check", summary: "checks"),
                ])
        ])

    private static func outcome(_ line: String) -> String {
        do throws(UsageError) {
            switch try language.parse(line.split(separator: " ").map(String.init)) {
            case .run(let invocation): return invocation.path.joined(separator: "|")
            case .help(let text): return String(text.prefix { $0 != "\n" })
            case .version: return "version"
            }
        } catch {
            return error.description
        }
    }

    @Test(
        "a command of two words is found below its first",
        arguments: [
            ("number parse", "number|parse"), ("number plan check", "number plan|check"),
            ("number plan show a", "number plan|show"), ("number plan --help", "tool number plan: numbers"),
            ("number plan show --help", "tool number plan show: shows"), ("number --help", "tool number: numbers"),
        ])
    func found(line: String, outcome: String) {
        #expect(Self.outcome(line) == outcome)
    }

    @Test(
        "what is missing or unknown names the words so far",
        arguments: [
            ("number plan", "tool number plan --help"), ("number plan parse", "tool number plan --help"),
            ("number plan chek", "check"), ("number pla", "tool number --help"),
            ("number plan show", "tool number plan show --help"), ("number plan plan", "tool number plan --help"),
        ])
    func refused(line: String, words: String) {
        #expect(Self.outcome(line).contains(words))
    }
}
