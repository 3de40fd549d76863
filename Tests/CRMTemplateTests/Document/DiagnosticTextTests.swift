// Diagnostics as text.

import CRMTemplate
import Testing

@Suite struct DiagnosticTextTests {
    @Test func `place, severity, sentence, code, line, caret and hint`() {
        let text = render("<a>\n\t  <b n=\"x\"/>\n</a>", 2, 10, hint: "do this")
        #expect(text == "f.xml:2:10: error: It is so [some-code]\n    <b n=\"x\"/>\n          ^\n  hint: do this\n")
    }

    @Test func `without a hint and without the line there are fewer lines`() {
        #expect(render("<a/>", 1, 1) == "f.xml:1:1: error: It is so [some-code]\n    <a/>\n    ^\n")
        #expect(render("", 7, 3) == "f.xml:7:3: error: It is so [some-code]\n")
    }

    @Test(arguments: [
        ("日本 é¶x", 6), ("é\u{301}¶x", 1), ("  a\tb¶x", 3), ("¶x", 0),
    ])
    func `the caret stands under the place, whatever stands before it`(line: String, blanks: Int) {
        let column =
            line.unicodeScalars.firstIndex(of: "¶").map { line.unicodeScalars.distance(from: line.startIndex, to: $0) }
            ?? 0
        let lines = render(line.replacing("¶", with: ""), 1, column + 1).split(separator: "\n")
        #expect(lines.last == Substring(String(repeating: " ", count: blanks + 4) + "^"))
    }

    @Test(arguments: [71, 72, 73, 400])
    func `of a long line a part around the place is shown`(length: Int) {
        for column in [1, length / 2, length] {
            var scalars = [Character](repeating: "x", count: length)
            scalars[column - 1] = "!"
            let lines = render(String(scalars), 1, column).split(separator: "\n")
            let (shown, caret) = (lines[1], lines[2])
            #expect(shown.count <= 4 + 72 + 2)
            #expect(shown.contains("…") == (length > 72))
            #expect(shown.dropFirst(caret.count - 1).first == "!")
        }
    }

    @Test func `nothing that a terminal would obey comes through`() {
        let source = "<a n=\"\u{1B}[2J\u{202E}\u{7}x\"/>"
        let diagnostic = Diagnostic(
            .warning, "c", at: SourcePosition(line: 1, column: 99), "m\u{1B}[2J", hint: "h\u{202E}")
        let text = DiagnosticText.render(diagnostic, file: "f\n.xml", source: Array(source.utf8), colour: false)
        #expect(!text.unicodeScalars.contains { $0 != "\n" && ($0.value < 0x20 || $0 == "\u{202E}") })
        #expect(text.split(separator: "\n").count == 4)
    }

    @Test(arguments: Diagnostic.Severity.allCases)
    func `colours leave the words as they are`(severity: Diagnostic.Severity) {
        let diagnostic = Diagnostic(severity, "c", at: SourcePosition(line: 1, column: 2), "m", hint: "h")
        let plain = DiagnosticText.render(diagnostic, file: "f", source: Array("<a/>".utf8), colour: false)
        let coloured = DiagnosticText.render(diagnostic, file: "f", source: Array("<a/>".utf8), colour: true)
        #expect(coloured != plain)
        var bare = coloured
        for code in ["1", "0", "1;31", "1;32", "1;33", "1;36"] { bare = bare.replacing("\u{1B}[\(code)m", with: "") }
        #expect(bare == plain)
    }

    private func render(_ source: String, _ line: Int, _ column: Int, hint: String? = nil) -> String {
        let diagnostic = Diagnostic(
            .error, "some-code", at: SourcePosition(line: line, column: column), "It is so", hint: hint)
        return DiagnosticText.render(diagnostic, file: "f.xml", source: Array(source.utf8), colour: false)
    }
}
