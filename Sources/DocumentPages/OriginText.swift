// Bytes that name the server's public origin, kept in the pieces around it. A value type without shared state.

/// A document with holes where the public origin belongs, cut once so that filling them is one copy.
struct OriginText: Hashable, Sendable {
    private let pieces: [[UInt8]]

    /// Cuts `bytes` at every place where the placeholder stands.
    /// - Parameter placeholder: by default the origin that the repository's documents are written with.
    init(_ bytes: [UInt8], cutAt placeholder: String = PublicOrigin.placeholder.url) {
        let placeholder = Array(placeholder.utf8)
        var pieces: [[UInt8]] = []
        var start = 0
        var index = 0
        while index + placeholder.count <= bytes.count {
            if bytes[index] == placeholder[0], bytes[index..<index + placeholder.count].elementsEqual(placeholder) {
                pieces.append(Array(bytes[start..<index]))
                index += placeholder.count
                start = index
            } else {
                index += 1
            }
        }
        pieces.append(Array(bytes[start...]))
        self.pieces = pieces
    }

    /// Whether the origin stands anywhere in the document.
    var namesOrigin: Bool { pieces.count > 1 }

    /// The document with `origin`, already escaped for the document's format, in every hole.
    func filled(with origin: String) -> [UInt8] {
        Array(pieces.joined(separator: origin.utf8))
    }
}
