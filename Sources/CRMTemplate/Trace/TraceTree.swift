// A trace as an aligned tree for terminals. Pure functions; everything is made safe for a terminal here.

internal import Platform

/// Draws traces for people who look at a terminal.
package enum TraceTree {
    /// The narrowest width that is laid out for; less is taken for this.
    static let widthMin = 40
    /// Lines of a body that are shown; a page shows all that the trace keeps.
    static let bodyLinesMax = 12
    /// Columns that the lines of the tree take at most: what is deeper stays at this distance from the edge.
    private static let indentMax = 30
    /// Columns of a label and of a name that others are aligned with.
    private static let (labelMax, nameMax) = (14, 24)
    /// Columns that a text needs behind its label, when it is not shorter; else it begins on the next line.
    private static let roomMin = 24

    /// The trace as lines of at most `width` columns, a line break behind each: what was run, its inputs, every step, and
    /// at the end what came of it and why.
    /// - Parameter colour: whether ECMA-48 styles may be used.
    package static func render(_ trace: Trace, colour: Bool, width: Int) -> String {
        let summary = TraceSummary(trace)
        var lines = Lines(colour: colour, width: max(widthMin, width))
        let title = "\(trace.templateName): \(TraceWords.title(trace.trigger))"
        let rest = ", \(summary.headline.lowercasedFirst), \(TraceWords.time(trace.took))"
        for line in TextWrapping.lines(Self.inline(title + rest), columns: lines.width) { lines.add([(line, .bold)]) }
        let inputs = trace.inputs.filter { !$0.value.text.isEmpty }
        if !inputs.isEmpty {
            let words = inputs.map { "\($0.name) \(TraceWords.quoted($0.value))" }.joined(separator: ", ")
            lines.wrap("Given: " + Self.inline(words), indent: 7, .faint)
        }
        lines.add([])
        add(trace.steps.map { Node($0) }, to: &lines, prefix: "")
        if !trace.steps.isEmpty { lines.add([]) }
        lines.add(summary)
        return lines.text
    }

    /// The outcome alone, as ``render(_:colour:width:)`` ends with it.
    package static func render(_ summary: TraceSummary, colour: Bool, width: Int) -> String {
        var lines = Lines(colour: colour, width: max(widthMin, width))
        lines.add(summary)
        return lines.text
    }

    /// A row with the rows below it.
    private struct Node {
        let row: TraceRow
        let children: [Node]
        let took: Duration

        init(_ step: Trace.Step) {
            row = TraceRow(step.event)
            took = step.took
            children = row.rows.map { Node($0) } + step.steps.map { Node($0) }
        }

        init(_ row: TraceRow) {
            self.row = row
            took = .zero
            children = row.rows.map { Node($0) }
        }
    }

    private static func add(_ nodes: [Node], to lines: inout Lines, prefix: String) {
        let labelWidth = nodes.map { min(labelMax, DisplayWidth.columns($0.row.label)) }.max() ?? 0
        var nameWidths: [String: Int] = [:]
        for node in nodes {
            let columns = min(nameMax, DisplayWidth.columns(inline(node.row.name)))
            nameWidths[node.row.label] = max(nameWidths[node.row.label] ?? 0, columns)
        }
        for (index, node) in nodes.enumerated() {
            let isLast = index == nodes.count - 1
            let isDeep = prefix.count >= min(indentMax, lines.width / 3)
            let branch = isDeep ? prefix : prefix + (isLast ? "└─ " : "├─ ")
            let below = isDeep ? prefix : prefix + (isLast ? "   " : "│  ")
            let hasBranches = !node.children.isEmpty && !isDeep
            add(
                node, to: &lines, branch: branch, below: below, line: hasBranches ? "│  " : "   ",
                labelWidth: labelWidth, nameWidth: nameWidths[node.row.label] ?? 0)
            add(node.children, to: &lines, prefix: below)
        }
    }

    /// One row: the branch, a mark, label, name, text, and behind or below the text where it comes from.
    private static func add(
        _ node: Node, to lines: inout Lines, branch: String, below: String, line: String, labelWidth: Int,
        nameWidth: Int
    ) {
        let row = node.row
        let style = Style(row.mark)
        var head: [Span] = [(branch, .faint), (mark(row.mark), style)]
        if labelWidth > 0 {
            let label = shortened(inline(row.label), lines.width - DisplayWidth.columns(branch) - 3)
            head.append((padded(label, labelWidth) + " ", row.label == "scenario" ? .bold : .plain))
        }
        if nameWidth > 0 {
            let room = lines.width - head.reduce(0) { $0 + DisplayWidth.columns($1.text) }
            head.append((padded(shortened(inline(row.name), room), nameWidth) + "  ", .plain))
        }
        // What stands below a row is lined up with its text; where that leaves too little room, with its label.
        let text = inline(row.text)
        let column = head.reduce(0) { $0 + DisplayWidth.columns($1.text) }
        let edge = below + line
        let isRoomy = lines.width - column >= min(roomMin, DisplayWidth.columns(text))
        let indent = isRoomy ? column : min(column, DisplayWidth.columns(edge) + 2)
        let textLines = TextWrapping.lines(text, columns: lines.width - indent)
        let lead: Span = (edge + spaces(indent - DisplayWidth.columns(edge)), .faint)
        let textStyle: Style = row.mark == .failed ? .red : row.label == "scenario" ? .bold : .plain
        if isRoomy {
            lines.add(head + [(textLines[0], textStyle)])
        } else {
            lines.add(head)
        }
        for text in textLines.dropFirst(isRoomy ? 1 : 0) { lines.add([lead, (text, textStyle)]) }
        var source = inline(row.source)
        if node.took >= .microseconds(100) {
            source += (source.isEmpty ? "" : ", ") + TraceWords.time(node.took)
        }
        if !source.isEmpty {
            let free = lines.width - indent - DisplayWidth.columns(textLines.last ?? "")
            if DisplayWidth.columns(source) + 2 <= free {
                lines.appendToLast("  " + source, .faint)
            } else {
                lines.wrap(source, after: lead, indent: indent, .faint)
            }
        }
        if let issue = row.issue { lines.wrap("! " + inline(issue), after: lead, indent: indent, .yellow) }
        for block in row.blocks { add(block, to: &lines, after: lead, indent: indent) }
    }

    private static func add(_ block: TraceRow.Block, to lines: inout Lines, after lead: Span, indent: Int) {
        switch block {
        case .fields(let fields):
            for field in fields {
                lines.wrap(
                    inline("\(field.name): \(field.value.text)\(TraceWords.rest(field.value))"), after: lead,
                    indent: indent, .faint)
            }
        case .text(let text):
            let columns = lines.width - indent
            let all = text.text.split(omittingEmptySubsequences: false) { $0.isNewline }
                .flatMap { TextWrapping.lines(inline(String($0)), columns: columns) }
            for line in all.prefix(bodyLinesMax) { lines.add([lead, (line, .plain)]) }
            let hidden = all.count - bodyLinesMax
            var rest = hidden > 0 ? "… \(TraceWords.counted(hidden, "more line", "more lines"))" : ""
            if let whole = text.cutFrom {
                rest += "… (\(TraceWords.counted(whole, "byte", "bytes")) in all)"
            }
            if !rest.isEmpty { lines.wrap(rest, after: lead, indent: indent, .faint) }
        }
    }

    private static func mark(_ mark: TraceRow.Mark) -> String {
        switch mark {
        case .plain: "· "
        case .passed: "✓ "
        case .failed: "✗ "
        case .noticed: "! "
        }
    }

    /// Text on one line: line breaks and tabs as escapes, nothing that could steer a terminal.
    private static func inline(_ text: String) -> String {
        var visible = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": visible.append(contentsOf: "\\n".unicodeScalars)
            case "\r": visible.append(contentsOf: "\\r".unicodeScalars)
            case "\t": visible.append(contentsOf: "\\t".unicodeScalars)
            default: visible.append(scalar)
            }
        }
        return terminalSafe(String(visible))
    }

    /// The text, or as much of its beginning as fits with an ellipsis behind it.
    private static func shortened(_ text: String, _ columns: Int) -> String {
        guard DisplayWidth.columns(text) > columns else { return text }
        var beginning = ""
        var width = 1
        for character in text {
            width += DisplayWidth.columns(String(character))
            if width > columns { break }
            beginning.append(character)
        }
        return beginning + "…"
    }

    private static func padded(_ text: String, _ columns: Int) -> String {
        text + spaces(columns - DisplayWidth.columns(text))
    }

    private static func spaces(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }

    private typealias Span = (text: String, style: Style)

    /// A style by its ECMA-48 code (SGR).
    private enum Style: String {
        case plain = ""
        case bold = "1"
        case faint = "2"
        case red = "31"
        case green = "32"
        case yellow = "33"

        init(_ mark: TraceRow.Mark) {
            switch mark {
            case .plain: self = .faint
            case .passed: self = .green
            case .failed: self = .red
            case .noticed: self = .yellow
            }
        }
    }

    /// The lines so far.
    private struct Lines {
        let colour: Bool
        let width: Int
        private var lines: [String] = []

        init(colour: Bool, width: Int) {
            self.colour = colour
            self.width = width
        }

        var text: String { lines.map { $0 + "\n" }.joined() }

        mutating func add(_ spans: [Span]) {
            var line = ""
            // Nothing stands behind the last visible character of a line.
            let last = spans.lastIndex { span in span.text.contains { $0 != " " } } ?? -1
            for (index, span) in spans.enumerated() where index <= last {
                var text = span.text
                if index == last { while text.hasSuffix(" ") { text.removeLast() } }
                line += styled(text, span.style)
            }
            lines.append(line)
        }

        mutating func appendToLast(_ text: String, _ style: Style) {
            guard let last = lines.indices.last else { return }
            lines[last] += styled(text, style)
        }

        /// Text in a style, wrapped, each line behind the lead.
        mutating func wrap(_ text: String, after lead: Span, indent: Int, _ style: Style) {
            for line in TextWrapping.lines(text, columns: width - indent) { add([lead, (line, style)]) }
        }

        /// Text in a style, wrapped; lines after the first are indented.
        mutating func wrap(_ text: String, indent: Int, _ style: Style) {
            let first = TextWrapping.lines(text, columns: width)[0]
            add([(first, style)])
            let rest = text.dropFirst(first.count).drop { $0 == " " }
            guard !rest.isEmpty else { return }
            wrap(String(rest), after: (TraceTree.spaces(indent), .plain), indent: indent, style)
        }

        mutating func add(_ summary: TraceSummary) {
            let style: Style =
                switch summary.verdict {
                case .done: .green
                case .nothing: .yellow
                case .failed: .red
                }
            let mark = summary.verdict == .done ? "✓" : "✗"
            let end = summary.reasons.isEmpty ? "." : ":"
            add([("\(mark) \(TraceTree.inline(summary.headline))\(end)", style)])
            for reason in summary.reasons {
                wrap("  " + TraceTree.inline(reason), indent: 4, .plain)
            }
        }

        private func styled(_ text: String, _ style: Style) -> String {
            colour && style != .plain && !text.isEmpty ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
        }
    }
}

extension String {
    /// The text with its first letter small, for a place inside a sentence.
    fileprivate var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}
