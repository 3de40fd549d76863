// What looks like a number but is written as something else: dates, times, pages of a book, loose brackets. Stateless.

/// The shapes that speak for and against a candidate.
struct CandidateShape {
    /// Pairs of brackets behind the first digits.
    private static let bracketPairsMax = 3
    private static let pageDigitsMax = 5
    private static let pageSpacesMax = 4

    private let characters: CharacterClasses

    init(_ characters: CharacterClasses) {
        self.characters = characters
    }

    private func isDigit(_ text: borrowing Span<UInt8>, at index: Int, in range: Range<Int>) -> Bool {
        range.contains(index) && characters.digit(text.character(at: index).scalar) != nil
    }

    /// The beginning of the digit that ends at an offset; nil when there is none.
    private func digit(_ text: borrowing Span<UInt8>, before end: Int, in range: Range<Int>) -> Int? {
        guard end > range.lowerBound else { return nil }
        let (scalar, start) = text.character(before: end)
        return characters.digit(scalar) != nil ? start : nil
    }

    /// The beginning of the ASCII digit that ends at an offset and is one of `values`.
    private func plainDigit(
        _ text: borrowing Span<UInt8>, before end: Int, in range: Range<Int>, _ values: ClosedRange<UInt8>
    ) -> Int? {
        guard end > range.lowerBound, values.contains(text[end - 1] &- 48) else { return nil }
        return end - 1
    }

    /// "3/10/2011", "31/10/96": a digit, a slash, a day or month, a slash, two digits.
    func hasDate(_ text: borrowing Span<UInt8>, _ range: Range<Int>) -> Bool {
        var index = range.lowerBound
        while index < range.upperBound {
            defer { index += 1 }
            guard text[index] == UInt8(ascii: "/"), digit(text, before: index, in: range) != nil else { continue }
            guard isDigit(text, at: index + 1, in: range) else { continue }
            let next = text.character(at: index + 1).end
            if text.has("/", at: next, in: range) {
                if hasTwoDigits(text, at: next + 1, in: range) { return true }
            } else if (UInt8(48)...51).contains(text[index + 1]), isDigit(text, at: next, in: range) {
                let end = text.character(at: next).end
                if text.has("/", at: end, in: range), hasTwoDigits(text, at: end + 1, in: range) { return true }
            }
        }
        return false
    }

    private func hasTwoDigits(_ text: borrowing Span<UInt8>, at index: Int, in range: Range<Int>) -> Bool {
        isDigit(text, at: index, in: range) && isDigit(text, at: text.character(at: index).end, in: range)
    }

    /// "2012-01-02 08" with ":00" behind it.
    func isTime(_ text: borrowing Span<UInt8>, _ range: Range<Int>) -> Bool {
        let end = range.upperBound
        let whole = 0..<text.count
        guard text.has(":", at: end, in: whole), whole.contains(end + 1), (UInt8(48)...53).contains(text[end + 1]),
            isDigit(text, at: end + 2, in: whole)
        else { return false }
        guard let hourUnit = digit(text, before: end, in: range),
            let hour = plainDigit(text, before: hourUnit, in: range, 0...2)
        else { return false }
        var gap = hour
        while gap > range.lowerBound, text[gap - 1] == UInt8(ascii: " ") { gap -= 1 }
        guard gap < hour, let dayUnit = digit(text, before: gap, in: range),
            let day = plainDigit(text, before: dayUnit, in: range, 0...3)
        else { return false }
        guard let monthUnit = digit(text, before: beforeDateSeparator(text, day, range), in: range),
            let month = plainDigit(text, before: monthUnit, in: range, 0...1)
        else { return false }
        var year = beforeDateSeparator(text, month, range)
        for _ in 0..<3 {
            guard let unit = digit(text, before: year, in: range) else { return false }
            year = unit
        }
        return plainDigit(text, before: year, in: range, 1...2) != nil
    }

    private func beforeDateSeparator(_ text: borrowing Span<UInt8>, _ end: Int, _ range: Range<Int>) -> Int {
        guard end > range.lowerBound else { return end }
        return text[end - 1] == UInt8(ascii: "-") || text[end - 1] == UInt8(ascii: "/") ? end - 1 : end
    }

    /// "211-227 (2003)", as publications are cited.
    func hasPages(_ text: borrowing Span<UInt8>, _ range: Range<Int>) -> Bool {
        var bracket = range.lowerBound
        while bracket < range.upperBound {
            defer { bracket += 1 }
            guard text[bracket] == UInt8(ascii: "("), isDigit(text, at: bracket + 1, in: range) else { continue }
            var index = bracket
            for _ in 0..<Self.pageSpacesMax where index > range.lowerBound {
                let (scalar, start) = text.character(before: index)
                guard WrittenMarks(scalar).contains(.space) else { break }
                index = start
            }
            let pageEnd = index
            for _ in 0..<Self.pageDigitsMax {
                guard let start = digit(text, before: index, in: range) else { break }
                index = start
            }
            guard index < pageEnd else { continue }
            let dashEnd = index
            while index > range.lowerBound, text[index - 1] == UInt8(ascii: "-") { index -= 1 }
            if index < dashEnd, digit(text, before: index, in: range) != nil { return true }
        }
        return false
    }

    private enum Brackets {
        case start, opened, first, closed, number, inPairEmpty, inPair, afterPair, rest
    }

    /// Whether brackets are closed and hold something; one at the front may have lost its other half.
    func hasMatchingBrackets(_ text: borrowing Span<UInt8>, _ range: Range<Int>) -> Bool {
        var state = Brackets.start
        var pairs = 0
        var index = range.lowerBound
        while index < range.upperBound {
            let (scalar, end) = text.character(at: index)
            let marks = WrittenMarks(scalar)
            index = end
            if marks.contains(.opening) {
                switch state {
                case .start: state = .opened
                case .first, .number, .afterPair:
                    guard pairs < Self.bracketPairsMax else { return false }
                    pairs += 1
                    state = .inPairEmpty
                case .opened, .closed, .inPairEmpty, .inPair, .rest: return false
                }
            } else if marks.contains(.closing) {
                switch state {
                case .first: state = .closed
                case .inPair: state = .afterPair
                case .start, .opened, .closed, .number, .inPairEmpty, .afterPair, .rest: return false
                }
            } else {
                switch state {
                case .start, .opened: state = .first
                case .closed: state = .number
                case .inPairEmpty: state = .inPair
                case .afterPair: state = .rest
                case .first, .number, .inPair, .rest: break
                }
            }
        }
        switch state {
        case .first, .number, .afterPair, .rest: return true
        case .start, .opened, .closed, .inPairEmpty, .inPair: return false
        }
    }
}
