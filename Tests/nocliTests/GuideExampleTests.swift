import Foundation
import Testing

/// What the guides tell people to type.
@Suite struct GuideExampleTests {
    /// The lines of the `sh` blocks of a guide that run nocli, continued lines joined, without what stands in front of
    /// the command and behind its arguments.
    private static func examples(_ guide: String) throws -> [[String]] {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "docs/\(guide)"), encoding: .utf8)
        var lines: [String] = []
        var isShell = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("```") {
                isShell = line == "```sh"
            } else if isShell {
                if lines.last?.hasSuffix("\\") == true {
                    lines[lines.count - 1] = String(lines[lines.count - 1].dropLast() + line)
                } else {
                    lines.append(String(line))
                }
            }
        }
        return lines.compactMap { line in
            var words = Self.words(line.replacing("$(date +%F)", with: "today"))
            if let end = words.firstIndex(where: { $0.hasPrefix("#") || $0 == "<" || $0 == ">" || $0 == "2>" }) {
                words.removeSubrange(end...)
            }
            guard !line.hasPrefix("alias"), !line.hasPrefix("swift "), let start = words.lastIndex(of: "nocli") else {
                return nil
            }
            return Array(words[(start + 1)...])
        }
    }

    /// The words of a line as a shell reads them: quotes of one kind, no variables.
    private static func words(_ line: String) -> [String] {
        var words: [String] = []
        var word = ""
        var isQuoted = false
        for character in line {
            switch character {
            case "'": isQuoted.toggle()
            case " " where !isQuoted:
                if !word.isEmpty { words.append(word) }
                word = ""
            default: word.append(character)
            }
        }
        return word.isEmpty ? words : words + [word]
    }

    @Test(
        "every example is a command that nocli takes, with the key where secrets are needed",
        arguments: ["operating.md", "middleware.md", "integrations/crm-3cx.md"])
    func taken(guide: String) throws {
        let examples = try Self.examples(guide)
        #expect(!examples.isEmpty)
        for example in examples {
            let harness = try CommandLineHarness()
            // Nothing is made outside of the test's own folder.
            let arguments = example.map { $0.hasPrefix("/var/") ? harness.directory + "/file" : $0 }
            // These read files beside them, or ask questions.
            if arguments.first == "template" { continue }
            let database = arguments.first == "--database" ? [] : ["--database", harness.database]
            let result = harness.call(database + arguments)
            #expect(result.code != 64, "\(guide): nocli \(example.joined(separator: " ")): \(result.error)")
            if arguments.contains("--param-file"), arguments.first == "connector" {
                #expect(arguments.contains("--secret-key-file"), "\(guide): \(example)")
            }
        }
    }
}
