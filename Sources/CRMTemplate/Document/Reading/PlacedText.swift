// Text of a template that knows where each of its bytes stands. Values.

/// The value of an attribute or the text of an element.
struct PlacedText: Sendable {
    /// Pieces of the source that follow each other in the value: comments may stand between them.
    private struct Piece {
        let length: Int
        let start: SourcePosition
    }

    let text: String
    private var pieces: [Piece]
    /// Bytes of the first piece that were trimmed away.
    private var dropped = 0
    /// Where it is when it is empty.
    private let fallback: SourcePosition

    /// A value that is absent: where its element stands.
    init(absentAt position: SourcePosition) {
        text = ""
        pieces = []
        fallback = position
    }

    init(_ attribute: XMLAttribute) {
        text = attribute.value
        pieces = [Piece(length: attribute.value.utf8.count, start: attribute.valuePosition)]
        fallback = attribute.valuePosition
    }

    /// The texts of an element, joined.
    init(textOf element: XMLElement) {
        var joined = ""
        var pieces: [Piece] = []
        for child in element.children {
            guard case .text(let text, let position) = child else { continue }
            joined += text
            pieces.append(Piece(length: text.utf8.count, start: position))
        }
        text = joined
        self.pieces = pieces
        fallback = element.position
    }

    private init(_ text: String, _ pieces: [Piece], dropped: Int, _ fallback: SourcePosition) {
        self.text = text
        self.pieces = pieces
        self.dropped = dropped
        self.fallback = fallback
    }

    var isEmpty: Bool { text.isEmpty }

    /// Without white space at both ends.
    var trimmed: PlacedText {
        let bytes = Array(text.utf8)
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
        guard let first = bytes.firstIndex(where: { !isSpace($0) }), let last = bytes.lastIndex(where: { !isSpace($0) })
        else { return PlacedText("", pieces, dropped: dropped, fallback) }
        return PlacedText(
            String(decoding: bytes[first...last], as: UTF8.self), pieces, dropped: dropped + first, fallback)
    }

    /// Where a byte of the value stands.
    func position(_ offset: Int, in source: SourceText) -> SourcePosition {
        var rest = offset + dropped
        for (index, piece) in pieces.enumerated() {
            if rest < piece.length || index == pieces.count - 1 {
                return source.position(inValueAt: rest, startingAt: piece.start)
            }
            rest -= piece.length
        }
        return fallback
    }

    func start(in source: SourceText) -> SourcePosition { position(0, in: source) }
}

/// An expression of a template: what it may read, what is wrong with it, and what its value is for.
struct ExpressionSite: Sendable {
    enum Use: Sendable, Hashable {
        case url
        case message
        case header(String)
        case bodyKey
        case bodyValue
        case condition
        case ethalon
        case entityOrder
        case output(String)
        case basic
        case oauth
        case number
    }

    /// Who reads it.
    enum Owner: Sendable, Hashable {
        case template
        /// By its name.
        case parameter(String)
        /// By its place in the file.
        case scenario(Int)
    }

    let use: Use
    let owner: Owner
    let text: PlacedText
    let passes: Int
    let references: [VariableReference]
    let error: ExpressionError?
}
