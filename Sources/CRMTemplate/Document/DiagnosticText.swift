// Diagnostics as a compiler prints them. Pure functions.

internal import Platform

/// Writes diagnostics for people.
package enum DiagnosticText {
    /// Characters of a source line that are shown; of a longer one, a part around the place. With the indent and both
    /// ellipses it fits the eighty columns that every terminal has: a line that wraps would part the caret from its place.
    static let lineLengthMax = 72

    /// One diagnostic in up to four lines, each ended by a line feed:
    ///
    ///     contacts.crm.xml:12:34: error: no scenario has the Id "GetCompny" [unknown-scenario]
    ///         <Outputs Next="GetCompny" />
    ///                        ^
    ///       hint: did you mean GetCompany?
    ///
    /// - Parameters:
    ///   - source: the file as ``TemplateDocument/source`` has it; when it has no such line, none is shown.
    ///   - colour: whether escape sequences of terminals may be used.
    package static func render(_ diagnostic: Diagnostic, file: String, source: [UInt8], colour: Bool) -> String {
        render(diagnostic, file: file, source: SourceText(source), colour: colour)
    }

    /// As ``render(_:file:source:colour:)``, for many diagnostics of one source.
    package static func render(_ diagnostic: Diagnostic, file: String, source: SourceText, colour: Bool) -> String {
        let severity = colour ? styled(diagnostic.severity) : diagnostic.severity.rawValue
        let place = "\(plain(file)):\(diagnostic.position.line):\(diagnostic.position.column)"
        var text = "\(colour ? bold(place) : place): \(severity): \(plain(diagnostic.message)) [\(diagnostic.code)]\n"
        if let line = source.line(diagnostic.position.line), !line.isEmpty {
            let (shown, caret) = excerpt(line, column: diagnostic.position.column)
            text += "    \(shown)\n    \(caret)\(colour ? "\u{1B}[1;32m^\u{1B}[0m" : "^")\n"
        }
        if let hint = diagnostic.hint { text += "  hint: \(plain(hint))\n" }
        return text
    }

    /// The part of a line around a column, and the blanks that lead to the column in it.
    private static func excerpt(_ line: String, column: Int) -> (shown: String, blanks: String) {
        let scalars = Array(line.unicodeScalars)
        let indent = scalars.prefix { $0 == " " || $0 == "\t" }.count
        let place = min(max(0, column - 1), scalars.count)
        var start = min(indent, place)
        var end = scalars.count
        if end - start > lineLengthMax {
            start = max(start, place - lineLengthMax / 2)
            end = min(end, start + lineLengthMax)
        }
        func text(_ range: Range<Int>) -> String {
            var text = String.UnicodeScalarView()
            text.append(contentsOf: scalars[range])
            return plain(String(text))
        }
        let lead = start > indent ? "…" : ""
        let before = lead + text(start..<max(start, min(place, end)))
        return (
            lead + text(start..<end) + (end < scalars.count ? "…" : ""),
            String(repeating: " ", count: DisplayWidth.columns(before))
        )
    }

    /// Without what a terminal would obey; a tab is one column wide, as positions have it.
    private static func plain(_ text: String) -> String {
        terminalSafe(text.contains("\t") ? String(text.map { $0 == "\t" ? " " : $0 }) : text)
    }

    private static func bold(_ text: String) -> String { "\u{1B}[1m\(text)\u{1B}[0m" }

    private static func styled(_ severity: Diagnostic.Severity) -> String {
        let colour =
            switch severity {
            case .error: "31"
            case .warning: "33"
            case .note: "36"
            }
        return "\u{1B}[1;\(colour)m\(severity.rawValue)\u{1B}[0m"
    }
}
