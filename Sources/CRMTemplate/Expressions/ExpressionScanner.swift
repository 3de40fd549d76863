// The words of an expression: where white space, names, quotes and operators begin and end. A value that moves over
// bytes; recursion and meaning are the parser's.

/// A place in the bytes of one source.
struct ExpressionScanner {
    /// Stands in the bytes for a text of an earlier pass that is no code; never a byte of UTF-8.
    static let opaqueMark: UInt8 = 0xFF
    /// Words with more of them are text: each is one more pair of names to try.
    static let differencesMax = 8

    let bytes: [UInt8]
    /// What the marks stand for, with the place of each, in order.
    let opaque: [(position: Int, piece: EvaluatedText.Piece)]
    var position = 0
    /// The end of what is being read: of the source, or of a quoted text in it.
    var end: Int

    init(_ source: String) {
        bytes = Array(source.utf8)
        opaque = []
        end = bytes.count
    }

    /// The pieces of an earlier pass: what is expandable is code again, the rest stays what it is.
    init(_ text: EvaluatedText) {
        var bytes: [UInt8] = []
        var opaque: [(position: Int, piece: EvaluatedText.Piece)] = []
        for piece in text.pieces {
            if piece.origins.isExpandable {
                bytes.append(contentsOf: piece.text.utf8)
            } else {
                opaque.append((bytes.count, piece))
                bytes.append(Self.opaqueMark)
            }
        }
        self.bytes = bytes
        self.opaque = opaque
        end = bytes.count
    }

    var isAtEnd: Bool { position >= end }

    /// The byte here, or at a distance; 0 at the end, which no rule looks for.
    func peek(_ distance: Int = 0) -> UInt8 {
        let index = position + distance
        return index < end ? bytes[index] : 0
    }

    func isAt(_ first: Character, _ second: Character) -> Bool {
        position + 1 < end && bytes[position] == first.asciiValue && bytes[position + 1] == second.asciiValue
    }

    func isAt(_ byte: UInt8) -> Bool { position < end && bytes[position] == byte }

    mutating func skipSpace() {
        while position < end, Self.isSpace(bytes[position]) { position += 1 }
    }

    /// The text of an earlier pass that the mark at a position stands for.
    func piece(at position: Int) -> EvaluatedText.Piece {
        var low = 0
        var high = opaque.count
        while low < high {
            let middle = (low + high) / 2
            if opaque[middle].position < position { low = middle + 1 } else { high = middle }
        }
        return low < opaque.count ? opaque[low].piece : EvaluatedText.Piece("", .data)
    }

    /// Where the word that begins here ends.
    func endOfWord() -> Int {
        var index = position
        while index < end {
            let byte = bytes[index]
            if Self.stopsWord(byte) || (byte == UInt8(ascii: "^") && index + 1 < end && bytes[index + 1] == byte) {
                break
            }
            index += 1
        }
        return index
    }

    /// Whether what is here can begin a value.
    var startsPrimary: Bool {
        guard position < end else { return false }
        let byte = bytes[position]
        return switch byte {
        case UInt8(ascii: "["), UInt8(ascii: "("), UInt8(ascii: "\""), Self.opaqueMark: true
        default: !Self.stopsWord(byte)
        }
    }

    /// Whether the `-` here is the operator and not a letter (decision 0.6); an operand stands before it.
    func isMinus(afterNumber: Bool) -> Bool {
        guard isAt(UInt8(ascii: "-")) else { return false }
        let before = position > 0 ? bytes[position - 1] : 0
        guard
            afterNumber || before == UInt8(ascii: "]") || before == UInt8(ascii: ")") || Self.isSpace(before)
        else { return false }
        var index = position + 1
        while index < end, Self.isSpace(bytes[index]) { index += 1 }
        guard index < end else { return true }
        let isQuote =
            bytes[index] == UInt8(ascii: "\"")
            || (bytes[index] == UInt8(ascii: "^") && index + 1 < end && bytes[index + 1] == UInt8(ascii: "^"))
        return !isQuote
    }

    /// The name of the method that is called here (`.Name(`), with the position after its parenthesis.
    func methodCall() -> (name: Range<Int>, after: Int)? {
        var index = position
        while index < end, Self.isSpace(bytes[index]) { index += 1 }
        guard index < end, bytes[index] == UInt8(ascii: ".") else { return nil }
        index += 1
        let start = index
        while index < end, Self.isIdentifier(bytes[index]) { index += 1 }
        let name = start..<index
        while index < end, Self.isSpace(bytes[index]) { index += 1 }
        guard !name.isEmpty, index < end, bytes[index] == UInt8(ascii: "(") else { return nil }
        return (name, index + 1)
    }

    func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    /// What is here, for a message: a piece of the template, never a value.
    var found: String {
        guard position < end else { return end < bytes.count ? "the end of the quoted text" : "the end" }
        switch bytes[position] {
        case Self.opaqueMark: return "a value"
        case let byte where byte < 0x20 || byte == 0x7F: return "a control character"
        case let byte where byte < 0x80 && Self.stopsWord(byte): return "'\(Character(Unicode.Scalar(byte)))'"
        default:
            let word = text(position..<max(endOfWord(), position + 1))
            return word.unicodeScalars.count > 24 ? "'\(String(word.unicodeScalars.prefix(24)))…'" : "'\(word)'"
        }
    }

    static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (byte >= 0x09 && byte <= 0x0D) }

    static func isIdentifier(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"): true
        default: false
        }
    }

    private static func stopsWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: ","),
            UInt8(ascii: "="), UInt8(ascii: "!"), UInt8(ascii: ">"), UInt8(ascii: "<"), UInt8(ascii: "|"),
            UInt8(ascii: "&"), UInt8(ascii: "+"), UInt8(ascii: "\""), opaqueMark:
            true
        default: isSpace(byte)
        }
    }

    /// Whether the bytes are a number: digits, with a sign and a fraction if need be. The digits stay as they are.
    static func isNumber(_ bytes: ArraySlice<UInt8>) -> Bool {
        var digits = bytes
        if digits.first == UInt8(ascii: "-") { digits = digits.dropFirst() }
        guard let dot = digits.firstIndex(of: UInt8(ascii: ".")) else { return isDigits(digits) }
        return isDigits(digits[..<dot]) && isDigits(digits[(dot + 1)...])
    }

    private static func isDigits(_ bytes: ArraySlice<UInt8>) -> Bool {
        !bytes.isEmpty && bytes.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
    }
}
