import CommandOptions
import Testing

@Suite struct SoleCommandTests {
    private static let tier: Option<String?> = .optional("tier", .text, help: "its tier")
    private static let language = CommandLanguage(
        program: "tool", summary: "does things", globals: [],
        groups: [
            CommandGroup("account", summary: "accounts", commands: [CommandDeclaration("show", summary: "shows one")]),
            CommandGroup(
                "info", summary: "what there is",
                commands: [CommandDeclaration("", summary: "tells what there is", options: [tier.declaration])]),
        ])

    private static func outcome(_ words: String...) -> String {
        do {
            switch try language.parse(words) {
            case .help(let text): return text
            case .version: return "version"
            case .run(let call): return call.path.joined(separator: "/") + " " + (call.values[tier] ?? "-")
            }
        } catch {
            return error.description
        }
    }

    @Test("a group that is a command is called by its own word, with its options")
    func call() {
        #expect(Self.outcome("info") == "info -")
        #expect(Self.outcome("info", "--tier", "gold") == "info gold")
        #expect(
            Self.outcome("info", "show")
                == "tool: unexpected argument `show`\nRun 'tool info --help' to see what is possible.")
        #expect(Self.outcome("account").hasPrefix("tool: `account` needs a command: expected show"))
    }

    @Test("help names it without a second word")
    func help() {
        #expect(Self.outcome("info", "--help").hasPrefix("tool info: tells what there is\n\nUsage: tool info [--tier"))
        let program = Self.outcome("--help")
        #expect(program.contains("  account    accounts: show\n") && program.contains("  info       what there is\n"))
    }
}
