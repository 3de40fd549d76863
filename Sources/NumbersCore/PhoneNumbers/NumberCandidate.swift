// Where in a text something like a number begins and ends. Stateless; every step is bounded or moves forward.

/// The bounds of what looks like a number: an optional lead, digits in blocks with a little punctuation between them, and
/// an optional extension.
struct NumberCandidate {
    /// A lead of brackets and plus signs, each with its punctuation.
    private static let leadsMax = 2
    private static let punctuationMax = 4
    /// As many as the longest national number and a calling code have.
    private static let blockDigitsMax = 20
    /// Behind the first block.
    private static let blocksMax = 20

    private let characters: CharacterClasses

    init(_ characters: CharacterClasses) {
        self.characters = characters
    }

    /// The first candidate at or behind an offset.
    func next(in text: borrowing Span<UInt8>, from: Int) -> Range<Int>? {
        guard let digit = firstDigit(in: text, from: from) else { return nil }
        let start = lead(in: text, before: digit, from: from)
        let end = self.end(in: text, from: digit)
        return start..<withoutSecondNumber(in: text, start..<end)
    }

    private func firstDigit(in text: borrowing Span<UInt8>, from: Int) -> Int? {
        var index = from
        let count = text.count
        while index < count {
            let byte = text[index]
            if byte < 0x80 {
                if byte &- 48 <= 9 { return index }
                index += 1
            } else {
                let (scalar, end) = text.character(at: index)
                if characters.digit(scalar) != nil { return index }
                index = end
            }
        }
        return nil
    }

    /// Where the longest lead before a digit begins; at the digit itself when there is none.
    private func lead(in text: borrowing Span<UInt8>, before digit: Int, from: Int) -> Int {
        // What leads and what punctuates, nearest to the digit first.
        let longest = Self.leadsMax * (1 + Self.punctuationMax)
        var starts = InlineArray<10, Int>(repeating: 0)
        var marks = InlineArray<10, WrittenMarks>(repeating: [])
        var count = 0
        var index = digit
        while count < longest, index > from {
            let (scalar, start) = text.character(before: index)
            let found = WrittenMarks(scalar)
            guard start >= from, !found.isDisjoint(with: [.punctuation, .plus]) else { break }
            (starts[count], marks[count]) = (start, found)
            count += 1
            index = start
        }
        /// Whether the characters from `near` to `far` are a lead and its punctuation.
        func isLead(_ near: Int, _ far: Int) -> Bool {
            guard far - near <= Self.punctuationMax, !marks[far].isDisjoint(with: .lead) else { return false }
            var index = near
            while index < far {
                guard marks[index].contains(.punctuation) else { return false }
                index += 1
            }
            return true
        }
        var far = count - 1
        while far >= 0 {
            if isLead(0, far) { return starts[far] }
            var middle = 1
            while middle <= far {
                if isLead(0, middle - 1), isLead(middle, far) { return starts[far] }
                middle += 1
            }
            far -= 1
        }
        return digit
    }

    private func end(in text: borrowing Span<UInt8>, from digit: Int) -> Int {
        var end = afterDigits(in: text, from: digit, most: Self.blockDigitsMax)
        for _ in 0..<Self.blocksMax {
            var index = end
            var count = 0
            while count < Self.punctuationMax, index < text.count {
                let (scalar, next) = text.character(at: index)
                guard WrittenMarks(scalar).contains(.punctuation) else { break }
                index = next
                count += 1
            }
            let next = afterDigits(in: text, from: index, most: Self.blockDigitsMax)
            guard next > index else { break }
            end = next
        }
        return WrittenExtension(characters).end(in: text, from: end) ?? end
    }

    /// Where a run of at most so many digits ends; at its beginning when there is none.
    func afterDigits(in text: borrowing Span<UInt8>, from: Int, most: Int) -> Int {
        var index = from
        for _ in 0..<most {
            guard index < text.count else { break }
            let (scalar, end) = text.character(at: index)
            guard characters.digit(scalar) != nil else { break }
            index = end
        }
        return index
    }

    /// "302/x2303": what follows the slash is the extension of a second number.
    private func withoutSecondNumber(in text: borrowing Span<UInt8>, _ range: Range<Int>) -> Int {
        var index = range.lowerBound
        while index < range.upperBound {
            if text[index] == UInt8(ascii: "/") {
                var next = index + 1
                while text.has(" ", at: next, in: range) { next += 1 }
                if text.has("x", at: next, in: range) { return index }
            }
            index += 1
        }
        return range.upperBound
    }
}

/// The extensions that are looked for behind a number in a text: ";ext=5", "ext. 5", "x5", " - 5#" and the like.
struct WrittenExtension {
    private static let labelledDigitsMax = 20
    private static let shortLabelDigitsMax = 9
    private static let unlabelledDigitsMax = 6

    private let characters: CharacterClasses

    init(_ characters: CharacterClasses) {
        self.characters = characters
    }

    /// Where the extension that begins at an offset ends; nil when there is none.
    func end(in text: borrowing Span<UInt8>, from: Int) -> Int? {
        guard from < text.count else { return nil }
        if let label = after(";ext=", in: text, from: from) {
            return digits(in: text, from: label, most: Self.labelledDigitsMax)
        }
        let gap = afterRun(in: text, from: from) { $0 == 0x20 || $0 == 0xA0 || $0 == 0x09 || $0 == 0x2C }
        if let label = afterLabel(in: text, from: gap) {
            return numbered(in: text, afterLabel: label, most: Self.labelledDigitsMax)
        }
        if let label = afterShortLabel(in: text, from: gap) {
            return numbered(in: text, afterLabel: label, most: Self.shortLabelDigitsMax)
        }
        let separator = afterRun(in: text, from: from) { $0 == 0x20 || $0 == 0x2D }
        guard separator > from, let end = digits(in: text, from: separator, most: Self.unlabelledDigitsMax),
            text.has("#", at: end, in: 0..<text.count)
        else { return nil }
        return end + 1
    }

    private func numbered(in text: borrowing Span<UInt8>, afterLabel label: Int, most: Int) -> Int? {
        var index = label
        if index < text.count {
            let (scalar, end) = text.character(at: index)
            if scalar == 0x3A || scalar == 0x2E || scalar == 0xFF0E { index = end }
        }
        index = afterRun(in: text, from: index) {
            $0 == 0x20 || $0 == 0xA0 || $0 == 0x09 || $0 == 0x2C || $0 == 0x2D
        }
        guard let end = digits(in: text, from: index, most: most) else { return nil }
        return text.has("#", at: end, in: 0..<text.count) ? end + 1 : end
    }

    /// "ext", "extn", "xt", "extension", "extensión", also full-width, "доб" and "anexo".
    private func afterLabel(in text: borrowing Span<UInt8>, from: Int) -> Int? {
        let latin = after("e", in: text, from: from) ?? from
        if let root = after("xt", in: text, from: latin) {
            var end = root
            if let stem = after("ensi", in: text, from: root) {
                if let vowel = after("o", in: text, from: stem) {
                    end = after("\u{301}", in: text, from: vowel) ?? vowel
                } else if let vowel = after("\u{F3}", in: text, from: stem) {
                    end = vowel
                }
            }
            return after("n", in: text, from: end) ?? end
        }
        let wide = after("\u{FF45}", in: text, from: from) ?? from
        if let root = after("\u{FF58}\u{FF54}", in: text, from: wide) {
            return after("\u{FF4E}", in: text, from: root) ?? root
        }
        return after("\u{434}\u{43E}\u{431}", in: text, from: from) ?? after("anexo", in: text, from: from)
    }

    private func afterShortLabel(in text: borrowing Span<UInt8>, from: Int) -> Int? {
        guard from < text.count else { return nil }
        let (scalar, end) = text.character(at: from)
        switch Self.folded(scalar) {
        case 0x78, 0xFF58, 0x23, 0xFF03, 0x7E, 0xFF5E: return end
        default: return after("int", in: text, from: from) ?? after("\u{FF49}\u{FF4E}\u{FF54}", in: text, from: from)
        }
    }

    /// One to `most` digits.
    private func digits(in text: borrowing Span<UInt8>, from: Int, most: Int) -> Int? {
        let end = NumberCandidate(characters).afterDigits(in: text, from: from, most: most)
        return end > from ? end : nil
    }

    private func afterRun(in text: borrowing Span<UInt8>, from: Int, while isMember: (UInt32) -> Bool) -> Int {
        var index = from
        while index < text.count {
            let (scalar, end) = text.character(at: index)
            guard isMember(scalar) else { break }
            index = end
        }
        return index
    }

    /// Behind a word in lower case, whatever the case of the text.
    private func after(_ word: StaticString, in text: borrowing Span<UInt8>, from: Int) -> Int? {
        var index = from
        var place = word.utf8Start
        let wordEnd = place + word.utf8CodeUnitCount
        while place < wordEnd {
            // The words are this file's own, in UTF-8 of at most three bytes.
            let expected: UInt32
            if place[0] < 0x80 {
                expected = UInt32(place[0])
                place += 1
            } else if place[0] < 0xE0 {
                expected = UInt32(place[0] & 0x1F) << 6 | UInt32(place[1] & 0x3F)
                place += 2
            } else {
                expected = UInt32(place[0] & 0x0F) << 12 | UInt32(place[1] & 0x3F) << 6 | UInt32(place[2] & 0x3F)
                place += 3
            }
            guard index < text.count else { return nil }
            let (scalar, end) = text.character(at: index)
            guard Self.folded(scalar) == expected else { return nil }
            index = end
        }
        return index
    }

    /// Without case, as far as letters of the labels go: long s, dotless i and old Cyrillic forms are such letters too.
    private static func folded(_ scalar: UInt32) -> UInt32 {
        switch scalar {
        case 0x41...0x5A, 0x410...0x42F, 0xFF21...0xFF3A: scalar + 0x20
        case 0xD3: 0xF3
        case 0x17F: 0x73
        case 0x130, 0x131: 0x69
        case 0x1C81: 0x434
        case 0x1C82: 0x43E
        default: scalar
        }
    }
}
