// Cells of comma-separated values that a spreadsheet shows and does not run. Pure functions.

/// A cell of somebody else's text.
package enum CSVCell {
    /// The text as a cell (RFC 4180 §2). Spreadsheets run what begins with `= + - @` (or a tab or return before it) as a
    /// formula: an apostrophe in front makes it text again.
    package static func text(_ text: String) -> String {
        var text = text
        if let first = text.unicodeScalars.first, "=+-@\t\r".unicodeScalars.contains(first) { text = "'" + text }
        guard text.unicodeScalars.contains(where: { ",\"\r\n".unicodeScalars.contains($0) }) else { return text }
        var quoted = "\""
        for scalar in text.unicodeScalars { quoted += scalar == "\"" ? "\"\"" : String(scalar) }
        return quoted + "\""
    }
}
