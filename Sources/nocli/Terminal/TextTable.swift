// Tables and lists of fields for people. Values; rendering is a pure function.

import Platform

/// Rows under headings, aligned by display width.
struct TextTable {
    /// A column and the side its cells lean to.
    struct Column {
        let title: String
        let isNumeric: Bool

        static func text(_ title: String) -> Column { Column(title: title, isNumeric: false) }
        /// Leans to the right, as amounts do.
        static func number(_ title: String) -> Column { Column(title: title, isNumeric: true) }
    }

    private let columns: [Column]
    private var rows: [[String]] = []

    init(_ columns: [Column]) {
        self.columns = columns
    }

    /// Adds a row of one cell a column.
    mutating func add(_ cells: [String]) {
        precondition(cells.count == columns.count, "a row has one cell a column")
        rows.append(cells.map(terminalSafe))
    }

    /// The table as lines, two spaces between columns, nothing behind the last cell.
    func rendered(on console: Console) -> String {
        var widths = columns.map { DisplayWidth.columns($0.title) }
        for row in rows {
            for (index, cell) in row.enumerated() { widths[index] = max(widths[index], DisplayWidth.columns(cell)) }
        }
        let head = console.styled(line(columns.map(\.title), widths), .bold)
        return ([head] + rows.map { line($0, widths) }).joined(separator: "\n")
    }

    private func line(_ cells: [String], _ widths: [Int]) -> String {
        var line = ""
        for (index, cell) in cells.enumerated() {
            let padding = String(repeating: " ", count: widths[index] - DisplayWidth.columns(cell))
            if columns[index].isNumeric {
                line += padding + cell
            } else {
                line += index == cells.count - 1 ? cell : cell + padding
            }
            if index < cells.count - 1 { line += "  " }
        }
        while line.hasSuffix(" ") { line.removeLast() }
        return line
    }
}

/// Named values one under another, the values aligned.
struct FieldList {
    private var fields: [(name: String, value: String)] = []

    init(_ fields: [(String, String)]) {
        for (name, value) in fields { add(name, value) }
    }

    /// Adds a field; an empty value is shown as a dash.
    mutating func add(_ name: String, _ value: String) {
        fields.append((name, value.isEmpty ? "-" : terminalSafe(value)))
    }

    /// The fields as lines.
    func rendered() -> String {
        let width = fields.map { DisplayWidth.columns($0.name) }.max() ?? 0
        return fields.map { field in
            field.name + String(repeating: " ", count: width - DisplayWidth.columns(field.name) + 2) + field.value
        }.joined(separator: "\n")
    }
}
