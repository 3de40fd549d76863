// What single characters mean to the search for numbers in a text, and stepping through UTF-8. Stateless.

/// What a character is where a number may be. The sets are small and fixed; letters and digits are the plan's.
struct WrittenMarks: OptionSet {
    let rawValue: UInt8
    /// What may stand between the digits of a number; the x of carrier codes is among it.
    static let punctuation = WrittenMarks(rawValue: 1)
    static let opening = WrittenMarks(rawValue: 2)
    static let closing = WrittenMarks(rawValue: 4)
    static let plus = WrittenMarks(rawValue: 8)
    static let space = WrittenMarks(rawValue: 16)
    /// Dashes that are wider than a hyphen.
    static let wideDash = WrittenMarks(rawValue: 32)
    /// Brackets and plus signs: what may lead a number.
    static let lead: WrittenMarks = [.opening, .plus]

    init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    init(_ scalar: UInt32) {
        switch scalar {
        case 0x09: self = .space
        case 0x20, 0xA0, 0x3000: self = [.punctuation, .space]
        // ( [ and their full-width forms.
        case 0x28, 0x5B, 0xFF08, 0xFF3B: self = [.punctuation, .opening]
        case 0x29, 0x5D, 0xFF09, 0xFF3D: self = [.punctuation, .closing]
        case 0x2B, 0xFF0B: self = .plus
        // - . / X x ~, the soft hyphen and the two hyphens.
        case 0x2D...0x2F, 0x58, 0x78, 0x7E, 0xAD, 0x2010, 0x2011: self = .punctuation
        case 0x2012...0x2015, 0xFF0D: self = [.punctuation, .wideDash]
        // Zero-width space, swung dash, word joiner, minus, tilde operator, long-vowel mark, full-width . / and ~.
        case 0x200B, 0x2053, 0x2060, 0x2212, 0x223C, 0x30FC, 0xFF0E, 0xFF0F, 0xFF5E: self = .punctuation
        default: self = []
        }
    }

    /// Whether digits beside a character are no phone number: Latin letters with their accents, currency signs, %.
    static func isGlued(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x24, 0x25, 0x41...0x5A, 0x61...0x7A: true
        case 0xA2...0xA5, 0xAA, 0xB5, 0xBA, 0xC0...0xD6, 0xD8...0xF6, 0xF8...0x24F: true
        // Combining marks, and the Latin letters with several accents.
        case 0x300...0x36F, 0x1E00...0x1EFF: true
        // The currency signs of Unicode 14 beyond Latin.
        case 0x58F, 0x60B, 0x7FE, 0x7FF, 0x9F2, 0x9F3, 0x9FB, 0xAF1, 0xBF9, 0xE3F, 0x17DB, 0x20A0...0x20C0: true
        case 0xA838, 0xFDFC, 0xFE69, 0xFF04, 0xFFE0, 0xFFE1, 0xFFE5, 0xFFE6, 0x11FDD...0x11FE0, 0x1E2FF, 0x1ECB0: true
        default: false
        }
    }
}

/// Stepping through a text; bytes that are no UTF-8 are characters without a meaning, one each.
extension Span<UInt8> {
    /// The character at an offset inside the text, and where the next one begins.
    func character(at index: Int) -> (scalar: UInt32, end: Int) {
        let byte = self[index]
        if byte < 0x80 { return (UInt32(byte), index + 1) }
        let (scalar, length) = LenientText.scalar(at: index, in: self)
        return (scalar, index + length)
    }

    /// The character that ends at an offset above zero, and where it begins.
    func character(before end: Int) -> (scalar: UInt32, start: Int) {
        let byte = self[end - 1]
        if byte < 0x80 { return (UInt32(byte), end - 1) }
        var start = end - 1
        while start >= 0, start >= end - 4 {
            if self[start] & 0xC0 != 0x80 {
                let (scalar, length) = LenientText.scalar(at: start, in: self)
                if start + length == end { return (scalar, start) }
                break
            }
            start -= 1
        }
        return (0xFFFD, end - 1)
    }

    func marks(at index: Int) -> WrittenMarks { WrittenMarks(character(at: index).scalar) }

    /// Whether a byte is at an offset, which may be outside of `range`.
    func has(_ character: Unicode.Scalar, at index: Int, in range: Range<Int>) -> Bool {
        range.contains(index) && UInt32(self[index]) == character.value
    }

    /// Whether more than `limit` characters are in a range; looks no further than needed.
    func isLonger(_ range: Range<Int>, than limit: Int) -> Bool {
        guard range.count > limit else { return false }
        var index = range.lowerBound
        for _ in 0..<limit {
            guard index < range.upperBound else { return false }
            index = character(at: index).end
        }
        return index < range.upperBound
    }
}
