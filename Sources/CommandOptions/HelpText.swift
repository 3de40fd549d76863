// Help texts: two aligned columns, wrapped.

/// Lays out help texts for a terminal of eighty columns.
enum HelpText {
    private static let width = 80
    /// Labels longer than this stand on a line of their own.
    private static let labelLimit = 26

    /// A label and its explanation.
    typealias Row = (label: String, explanation: String)

    /// Titled rows, all sections aligned on one column.
    static func sections(_ sections: [(title: String, rows: [Row])]) -> String {
        let column = min(labelLimit, sections.flatMap(\.rows).map(\.label.count).max() ?? 0)
        return sections.filter { !$0.rows.isEmpty }
            .map { "\n\($0.title):\n" + rows($0.rows, column: column) }.joined()
    }

    /// The rows of options.
    static func options(_ options: [OptionDeclaration]) -> [Row] {
        options.map { (label($0), explanation($0)) }
    }

    /// `--name VALUE`, with dots behind what may be repeated.
    static func label(_ option: OptionDeclaration) -> String {
        switch option.arity {
        case .flag: "--\(option.name)"
        case .optional, .required: "--\(option.name) \(option.placeholder)"
        case .list: "--\(option.name) \(option.placeholder)..."
        }
    }

    private static func explanation(_ option: OptionDeclaration) -> String {
        switch option.arity {
        case .flag, .optional(default: nil): option.help
        case .optional(default: let text?): "\(option.help) (default \(text))"
        case .required: "\(option.help) (required)"
        case .list: "\(option.help) (can be repeated)"
        }
    }

    private static func rows(_ rows: [Row], column: Int) -> String {
        let indent = String(repeating: " ", count: column + 4)
        var text = ""
        for row in rows {
            let lines = wrapped(row.explanation, width: width - column - 4)
            var line = "  " + row.label
            if row.label.count > column {
                text += line + "\n"
                line = indent
            } else {
                line += String(repeating: " ", count: column - row.label.count + 2)
            }
            text += line + (lines.first ?? "") + "\n"
            for more in lines.dropFirst() { text += indent + more + "\n" }
        }
        return text
    }

    /// A call and everything it takes; lines after the first are indented below the lead.
    static func usage(_ lead: String, _ words: [String]) -> String {
        let indent = String(repeating: " ", count: lead.count + 2)
        var text = ""
        var line = lead
        for (index, word) in words.enumerated() {
            if index > 0, line.count + 1 + word.count > width {
                text += line + "\n"
                line = indent
            } else if index > 0 {
                line += " "
            }
            line += word
        }
        return text + line + "\n"
    }

    /// Sentences wrapped to the width, ended by a line break.
    static func paragraph(_ text: String) -> String {
        wrapped(text, width: width).map { $0 + "\n" }.joined()
    }

    private static func wrapped(_ text: String, width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        if !line.isEmpty { lines.append(line) }
        return lines
    }
}
