// A path into a response tree. A value.

/// Names joined by dots, absolute from the root; an array on the way is transparent. The empty path is the root.
package struct ResponsePath: Sendable, Hashable {
    /// As the template writes it, trimmed.
    package let text: String
    /// The names on the way; empty for the root.
    package let segments: [String]

    package init(_ text: String) {
        let trimmed = text.drop { $0.isWhitespace }
        let end = trimmed.lastIndex { !$0.isWhitespace }
        self.text = end.map { String(trimmed[...$0]) } ?? ""
        segments =
            self.text.isEmpty ? [] : self.text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    }
}
