// The text an expression gave, with the origin of each part. A value.

/// A text in pieces of known origin.
package struct EvaluatedText: Sendable, Hashable {
    package struct Piece: Sendable, Hashable {
        package let text: String
        package let origins: Origins

        package init(_ text: String, _ origins: Origins) {
            self.text = text
            self.origins = origins
        }
    }

    /// In order; neighbours of the same origin may stand apart.
    package private(set) var pieces: [Piece]

    package init(_ pieces: [Piece] = []) { self.pieces = pieces }

    package init(_ text: String, _ origins: Origins) { pieces = text.isEmpty ? [] : [Piece(text, origins)] }

    package mutating func append(_ text: String, _ origins: Origins) {
        if !text.isEmpty { pieces.append(Piece(text, origins)) }
    }

    /// Bytes of the whole text.
    var byteCount: Int { pieces.reduce(0) { $0 + $1.text.utf8.count } }

    package var isEmpty: Bool { pieces.isEmpty }

    /// The whole text.
    package var text: String { pieces.count == 1 ? pieces[0].text : pieces.map(\.text).joined() }

    /// The text for people's eyes: every secret piece is `<redacted>`.
    package var redacted: String {
        pieces.map { $0.origins.contains(.secret) ? "<redacted>" : $0.text }.joined()
    }

    /// All origins together.
    package var origins: Origins { pieces.reduce(into: Origins.template) { $0.formUnion($1.origins) } }
}
