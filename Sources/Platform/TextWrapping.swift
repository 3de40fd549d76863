// Text broken into lines of a terminal. Pure functions.

/// Breaks text where a terminal would.
package enum TextWrapping {
    /// The text in lines of at most `columns` columns, at least one line: broken between words, and inside a word that
    /// is longer than a line. Spaces at a break are dropped.
    package static func lines(_ text: String, columns: Int) -> [String] {
        let limit = max(1, columns)
        var lines: [String] = []
        var line = ""
        var width = 0
        /// Where the line can be broken: the end of its last whole word, and the columns up to and with the space.
        var lastBreak: (end: String.Index, next: String.Index, columns: Int)?
        for character in text {
            let columns = DisplayWidth.columns(String(character))
            if width + columns > limit, !line.isEmpty {
                if character == " " {
                    lines.append(line)
                    (line, width, lastBreak) = ("", 0, nil)
                    continue
                }
                if let found = lastBreak {
                    lines.append(String(line[..<found.end]))
                    line = String(line[found.next...])
                    width -= found.columns
                } else {
                    lines.append(line)
                    (line, width) = ("", 0)
                }
                lastBreak = nil
            }
            let end = line.endIndex
            line.append(character)
            width += columns
            if character == " ", end > line.startIndex { lastBreak = (end, line.endIndex, width) }
        }
        if !line.isEmpty || lines.isEmpty { lines.append(line) }
        return lines
    }
}
