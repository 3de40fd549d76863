// What separates several numbers that were found as one candidate. Stateless.

/// The separators in the order they are tried: a candidate is taken apart at one kind at a time.
enum InnerSeparator: CaseIterable {
    /// "651-234-2345/332-445-1234"
    case slash
    /// "(650) 223 3345 (754) 223 3321"; the bracket belongs to the number.
    case bracket
    /// "12345 - 332-445-1234"; a blank on one side at least.
    case hyphen
    case wideDash
    /// "12345. 332-445-1234"
    case dot
    /// "3324451234 8002341234"
    case space

    /// A separator, and the part behind it that may be a number.
    struct Found: Equatable {
        let start: Int
        let part: Range<Int>
    }

    /// The first separator at or behind an offset of a candidate.
    ///
    /// - Parameter last: what was found before; a run of blanks is not walked again for each of its blanks.
    func next(in text: borrowing Span<UInt8>, _ candidate: Range<Int>, from: Int, last: Found?) -> Found? {
        let end = candidate.upperBound
        if self == .space, let last, from > last.start, from < last.part.lowerBound {
            return Found(start: from, part: last.part)
        }
        var index = from
        while index < end {
            let (scalar, next) = text.character(at: index)
            if let part = part(in: text, scalar, next, end) { return Found(start: index, part: part) }
            index = next
        }
        return nil
    }

    /// The part behind a separator that begins with a character.
    private func part(in text: borrowing Span<UInt8>, _ scalar: UInt32, _ next: Int, _ end: Int) -> Range<Int>? {
        switch self {
        case .slash:
            guard scalar == 0x2F else { return nil }
            return after(in: text, next, end) { $0 == 0x2F }..<end
        case .bracket:
            guard scalar == 0x28 else { return nil }
            return next - 1..<until(in: text, next, end) { $0 == 0x28 }
        case .hyphen:
            guard next < end else { return nil }
            let (other, behind) = text.character(at: next)
            let isSeparator =
                Self.isSpace(scalar) && other == 0x2D || scalar == 0x2D && Self.isSpace(other)
            return isSeparator ? afterSpaces(in: text, behind, end).map { $0..<end } : nil
        case .wideDash:
            guard WrittenMarks(scalar).contains(.wideDash) else { return nil }
            return afterSpaces(in: text, next, end).map { $0..<end }
        case .dot:
            guard scalar == 0x2E else { return nil }
            let dots = after(in: text, next, end) { $0 == 0x2E }
            let start = after(in: text, dots, end, while: Self.isSpace)
            if start < end, text[start] != UInt8(ascii: ".") {
                return start..<until(in: text, start, end) { $0 == 0x2E }
            }
            // The last blank is the part when nothing else follows.
            return start > dots ? text.character(before: start).start..<start : nil
        case .space:
            guard Self.isSpace(scalar) else { return nil }
            let start = after(in: text, next, end, while: Self.isSpace)
            return start < end ? start..<until(in: text, start, end, Self.isSpace) : nil
        }
    }

    private static func isSpace(_ scalar: UInt32) -> Bool { WrittenMarks(scalar).contains(.space) }

    /// Behind the blanks at an offset; something has to be left, if only the last of them.
    private func afterSpaces(in text: borrowing Span<UInt8>, _ from: Int, _ end: Int) -> Int? {
        let start = after(in: text, from, end, while: Self.isSpace)
        if start < end { return start }
        return start > from ? text.character(before: start).start : nil
    }

    private func after(
        in text: borrowing Span<UInt8>, _ from: Int, _ end: Int, while isMember: (UInt32) -> Bool
    ) -> Int {
        until(in: text, from, end) { !isMember($0) }
    }

    private func until(
        in text: borrowing Span<UInt8>, _ from: Int, _ end: Int, _ isEnd: (UInt32) -> Bool
    ) -> Int {
        var index = from
        while index < end {
            let (scalar, next) = text.character(at: index)
            if isEnd(scalar) { break }
            index = next
        }
        return index
    }
}
