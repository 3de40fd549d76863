// Follows the parser through the source, so that positions are exact: the parser reports what it has read, this finds
// where that stood. Confined to one reading. It relies on the parser for what is well-formed, but never on its own input
// being so: each search ends at the last byte.

/// A walk over the markup of a source, one construct at a time, in the order in which the parser reports them.
struct MarkupWalk {
    private let bytes: [UInt8]
    private var cursor: SourceCursor
    /// For each open element whether its tag was an empty-element tag, which has no end tag.
    private var emptyTags: [Bool] = []
    /// Where the text began that the cursor stands behind.
    private(set) var textPosition: SourcePosition

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        cursor = SourceCursor(bytes)
        textPosition = cursor.position
        // The parser reports instructions, but not the declaration of XML itself.
        let declaration = Array("<?xml".utf8)
        if bytes[cursor.offset...].starts(with: declaration), bytes.count > cursor.offset + declaration.count,
            Self.isSpace(bytes[cursor.offset + declaration.count])
        {
            instruction()
        }
    }

    /// Where the start tag stands, and for each of its attributes where name and value begin.
    struct StartTag {
        let position: SourcePosition
        /// In the order of the source, declarations of namespaces included.
        let attributes: [Attribute]

        struct Attribute {
            /// With its prefix.
            let name: Range<Int>
            let position: SourcePosition
            let valuePosition: SourcePosition
        }
    }

    /// Moves behind the next start tag.
    mutating func startTag() -> StartTag {
        skipText()
        let position = cursor.position
        step()
        skipName()
        var attributes: [StartTag.Attribute] = []
        var isEmpty = false
        while !isAtEnd {
            skipSpace()
            if isAtEnd { break }
            if current == UInt8(ascii: ">") {
                step()
                break
            }
            if current == UInt8(ascii: "/") {
                isEmpty = true
                step()
                continue
            }
            let start = cursor
            skipName()
            let name = start.offset..<cursor.offset
            skipSpace()
            guard !isAtEnd, current == UInt8(ascii: "=") else {
                if cursor.offset == start.offset { step() }
                continue
            }
            step()
            skipSpace()
            guard !isAtEnd else { break }
            let quote = current
            step()
            attributes.append(
                StartTag.Attribute(name: name, position: start.position, valuePosition: cursor.position))
            while !isAtEnd, current != quote { step() }
            if !isAtEnd { step() }
        }
        emptyTags.append(isEmpty)
        textPosition = cursor.position
        return StartTag(position: position, attributes: attributes)
    }

    /// Moves behind the end tag of the innermost open element.
    mutating func endTag() {
        if emptyTags.popLast() == true { return }
        skipText()
        skip(through: [UInt8(ascii: ">")])
        textPosition = cursor.position
    }

    /// Moves behind the next comment or processing instruction.
    mutating func comment() { construct(closing: Array("-->".utf8)) }
    mutating func instruction() { construct(closing: Array("?>".utf8)) }

    /// Moves behind the next CDATA section; its content begins at the place that is given back.
    mutating func section() -> SourcePosition {
        skipText()
        for _ in 0..<"<![CDATA[".utf8.count where !isAtEnd { step() }
        let position = cursor.position
        skip(through: Array("]]>".utf8))
        textPosition = cursor.position
        return position
    }

    /// The bytes of a name.
    func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    private mutating func construct(closing: [UInt8]) {
        skipText()
        skip(through: closing)
        textPosition = cursor.position
    }

    private var isAtEnd: Bool { cursor.offset >= bytes.count }
    private var current: UInt8 { bytes[cursor.offset] }

    private mutating func step() {
        if !isAtEnd { cursor.advance(in: bytes) }
    }

    private mutating func skipText() {
        while !isAtEnd, current != UInt8(ascii: "<") { step() }
    }

    private mutating func skipSpace() {
        while !isAtEnd, Self.isSpace(current) { step() }
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }

    private mutating func skipName() {
        while !isAtEnd {
            switch current {
            case 0x20, 0x09, 0x0A, 0x0D, UInt8(ascii: "="), UInt8(ascii: ">"), UInt8(ascii: "/"), UInt8(ascii: "<"):
                return
            default: step()
            }
        }
    }

    private mutating func skip(through end: [UInt8]) {
        while !isAtEnd {
            let next = cursor.offset + end.count
            if next <= bytes.count, bytes[cursor.offset..<next].elementsEqual(end) {
                for _ in end { step() }
                return
            }
            step()
        }
    }
}
