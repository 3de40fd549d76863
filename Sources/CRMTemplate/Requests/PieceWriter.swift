// Builds text of known origins byte by byte. A value, confined to the call that makes a body or a URL.

/// Collects bytes with their origins; neighbours of the same origins become one piece.
struct PieceWriter {
    private var pieces: [EvaluatedText.Piece] = []
    private var open: [UInt8] = []
    private var origins: Origins = .template
    private(set) var byteCount = 0

    /// Continues with bytes of these origins.
    mutating func begin(_ next: Origins) {
        guard next != origins else { return }
        close()
        origins = next
    }

    /// Appends a byte of the origins begun last. Whole characters of UTF-8 have to come of it before the next ``begin(_:)``.
    mutating func append(_ byte: UInt8) {
        open.append(byte)
        byteCount += 1
    }

    /// Appends bytes of the origins begun last.
    mutating func append(_ bytes: some Collection<UInt8>) {
        open.append(contentsOf: bytes)
        byteCount += bytes.count
    }

    /// Appends text of the template's own, such as a bracket or a comma.
    mutating func appendStructure(_ text: StaticString) {
        begin(.template)
        for offset in 0..<text.utf8CodeUnitCount { append(text.utf8Start[offset]) }
    }

    /// Appends `%` and two hexadecimal digits.
    mutating func appendEncoded(_ byte: UInt8) {
        append(UInt8(ascii: "%"))
        append(Self.digit(byte >> 4))
        append(Self.digit(byte & 15))
    }

    /// Everything written.
    mutating func finish() -> EvaluatedText {
        close()
        return EvaluatedText(pieces)
    }

    private mutating func close() {
        guard !open.isEmpty else { return }
        pieces.append(EvaluatedText.Piece(String(decoding: open, as: UTF8.self), origins))
        open.removeAll(keepingCapacity: true)
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") - 10 + value
    }
}
