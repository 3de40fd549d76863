// Phone numbers in running text. A value with a place in one text; whoever has it owns it.

/// A phone number in a text.
package struct PhoneNumberMatch: Sendable, Hashable {
    /// Where the number is, in bytes of the UTF-8 text.
    package let range: Range<Int>
    /// The number as it is written there.
    package let text: String
    package let number: PhoneNumber
}

/// Finds the phone numbers in a text, one after the other.
///
///     var finder = PhoneNumberFinder(region: Region("US"))
///     while let match = finder.next(in: text.utf8.span) { print(match.number.e164Text) }
///
/// The rules are those of the matcher of Google's libphonenumber: dates, times, pages of books, and digits that touch
/// Latin letters or currency signs are passed over; letters as digits ("1-800-FLOWERS") are not found. Time grows with
/// the length of the text, and memory is needed for the matches only.
package struct PhoneNumberFinder: Sendable {
    /// What counts as a number; each asks for more than the one before it.
    package enum Leniency: String, Sendable, Hashable, CaseIterable {
        /// The length is right for the country.
        case possible
        /// In a range that is in use, and with its national prefix where that is always written.
        case valid
        /// Valid, and no group of digits is broken that a format of its country keeps together: "0161 496 0123" and
        /// "01614960123", but not "0161 49 60 123". There is at most one slash.
        case strictGrouping = "strict_grouping"
        /// Valid, and grouped exactly as a format of its country does it, or not at all: also not "0161 4960123".
        case exactGrouping = "exact_grouping"
    }

    /// After so many failures the rest of a text is given up: it is a table of figures, not prose.
    package static let triesMax = 65_535

    private let region: Region?
    private let leniency: Leniency
    private let plan: NumberingPlan
    private var triesLeft: Int
    /// Whether the rest of the text was given up, so that numbers in it are missing.
    package var hasGivenUp: Bool { triesLeft <= 0 }
    private var position = 0

    /// - Parameters:
    ///   - region: where numbers without a country code belong; nil finds international ones only.
    ///   - tries: how many failures are allowed.
    package init(
        region: Region?, leniency: Leniency = .valid, tries: Int = triesMax, plan: NumberingPlan = .builtIn
    ) {
        self.region = region
        self.leniency = leniency
        self.plan = plan
        triesLeft = tries
    }

    /// Every number in a text.
    package static func matches(
        in text: String, region: Region?, leniency: Leniency = .valid, plan: NumberingPlan = .builtIn
    ) -> [PhoneNumberMatch] {
        var finder = PhoneNumberFinder(region: region, leniency: leniency, plan: plan)
        var matches: [PhoneNumberMatch] = []
        let bytes = text.utf8.span
        while let match = finder.next(in: bytes) { matches.append(match) }
        return matches
    }

    /// The next number behind the last one; nil when there is none. The text has to be the same every time.
    ///
    /// Bytes that are no UTF-8 count as characters without a meaning.
    package mutating func next(in text: borrowing Span<UInt8>) -> PhoneNumberMatch? {
        let candidates = NumberCandidate(plan.tables.characters)
        while triesLeft > 0, let candidate = candidates.next(in: text, from: position) {
            if let match = match(in: text, candidate) {
                position = match.range.upperBound
                return match
            }
            triesLeft -= 1
            position = candidate.upperBound
        }
        position = text.count
        return nil
    }

    private mutating func match(in text: borrowing Span<UInt8>, _ candidate: Range<Int>) -> PhoneNumberMatch? {
        let shape = CandidateShape(plan.tables.characters)
        if shape.hasDate(text, candidate) || shape.isTime(text, candidate) { return nil }
        return verified(in: text, candidate) ?? innerMatch(in: text, candidate)
    }

    /// A number in a part of a candidate that is no number as a whole.
    private mutating func innerMatch(in text: borrowing Span<UInt8>, _ candidate: Range<Int>) -> PhoneNumberMatch? {
        for separator in InnerSeparator.allCases {
            var from = candidate.lowerBound
            var last: InnerSeparator.Found?
            while triesLeft > 0, let found = separator.next(in: text, candidate, from: from, last: last) {
                if last == nil {
                    let front = trimmed(in: text, candidate.lowerBound..<found.start)
                    if let match = verified(in: text, front) { return match }
                    triesLeft -= 1
                }
                // The same part again fails again, and counts.
                if last?.part != found.part {
                    if let match = verified(in: text, trimmed(in: text, found.part)) { return match }
                }
                triesLeft -= 1
                last = found
                from = text.character(at: found.start).end
            }
        }
        return nil
    }

    /// Without what cannot end a number.
    private func trimmed(in text: borrowing Span<UInt8>, _ part: Range<Int>) -> Range<Int> {
        var end = part.upperBound
        while end > part.lowerBound {
            let (scalar, start) = text.character(before: end)
            if plan.tables.characters.isWord(scalar) { break }
            end = start
        }
        return part.lowerBound..<end
    }

    /// The number that a part of the text is as a whole; nil unless it is one by the leniency.
    private func verified(in text: borrowing Span<UInt8>, _ part: Range<Int>) -> PhoneNumberMatch? {
        let tables = plan.tables
        let shape = CandidateShape(tables.characters)
        // A longer text is no number, and need not be looked at.
        guard !part.isEmpty, !text.isLonger(part, than: writtenCharactersMax) else { return nil }
        guard shape.hasMatchingBrackets(text, part), !shape.hasPages(text, part) else { return nil }
        switch leniency {
        case .possible: break
        case .valid, .strictGrouping, .exactGrouping: guard !isGlued(in: text, part) else { return nil }
        }
        guard let written = try? WrittenNumber(text.extracting(part), tables),
            let parsed = try? tables.parse(written, territory: region.flatMap { tables.territory(of: $0) })
        else { return nil }
        let number = PhoneNumber(parsed, extension: written.extension, tables: tables)
        switch leniency {
        case .possible:
            guard number.possibility == .possible || number.possibility == .localOnly else { return nil }
        case .valid, .strictGrouping, .exactGrouping:
            guard number.isValid, hasOnlyKnownLetters(in: text, part, number),
                hasPrefix(in: text, part, parsed)
            else { return nil }
        }
        switch leniency {
        case .possible, .valid: break
        case .strictGrouping:
            guard NumberGrouping(text, part, parsed, extension: written.extension, tables).isStrict else { return nil }
        case .exactGrouping:
            guard NumberGrouping(text, part, parsed, extension: written.extension, tables).isExact else { return nil }
        }
        return PhoneNumberMatch(range: part, text: Self.string(text, part), number: number)
    }

    /// Whether Latin letters, currency signs or a percent sign touch the part.
    private func isGlued(in text: borrowing Span<UInt8>, _ part: Range<Int>) -> Bool {
        if part.lowerBound > 0, text.marks(at: part.lowerBound).isDisjoint(with: .lead),
            WrittenMarks.isGlued(text.character(before: part.lowerBound).scalar)
        {
            return true
        }
        return part.upperBound < text.count && WrittenMarks.isGlued(text.character(at: part.upperBound).scalar)
    }

    /// An x stands before the extension, two stand for a carrier code before the national number.
    private func hasOnlyKnownLetters(
        in text: borrowing Span<UInt8>, _ part: Range<Int>, _ number: PhoneNumber
    ) -> Bool {
        var index = part.lowerBound
        while index < part.upperBound - 1 {
            defer { index += 1 }
            guard isX(text[index]) else { continue }
            if isX(text[index + 1]) {
                index += 1
                let rest = Self.string(text, index..<part.upperBound)
                guard NumberMatch.match(number, rest, plan) == .nsn else { return false }
            } else if !areDigits(in: text, index..<part.upperBound, number.extension) {
                return false
            }
        }
        return true
    }

    private func isX(_ byte: UInt8) -> Bool { byte | 0x20 == UInt8(ascii: "x") }

    /// Whether the digits of a part, as ASCII, are the extension.
    private func areDigits(in text: borrowing Span<UInt8>, _ part: Range<Int>, _ extension: String?) -> Bool {
        guard let `extension` else { return false }
        var expected = `extension`.utf8.makeIterator()
        var index = part.lowerBound
        while index < part.upperBound {
            let (scalar, end) = text.character(at: index)
            if let digit = plan.tables.characters.digit(scalar), expected.next() != digit + 48 { return false }
            index = end
        }
        return expected.next() == nil
    }

    /// Whether the national prefix is there, if the number is written nationally and its format asks for it.
    private func hasPrefix(in text: borrowing Span<UInt8>, _ part: Range<Int>, _ parsed: ParsedNumber) -> Bool {
        let tables = plan.tables
        guard parsed.isWrittenNationally, tables.requiresPrefix(parsed) else { return true }
        var digits = DigitString()
        var index = part.lowerBound
        while index < part.upperBound {
            let (scalar, end) = text.character(at: index)
            if let digit = tables.characters.digit(scalar) { digits.append(digit) }
            index = end
        }
        return tables.afterNationalPrefix(digits, tables.callingCode(parsed.record, .mainTerritory)) != nil
    }

    private static func string(_ text: borrowing Span<UInt8>, _ part: Range<Int>) -> String {
        String(unsafeUninitializedCapacity: part.count) { buffer in
            for index in part { buffer[index - part.lowerBound] = text[index] }
            return part.count
        }
    }
}

extension PlanTables {
    /// Whether the format of a number at home always has the national prefix.
    fileprivate func requiresPrefix(_ number: ParsedNumber) -> Bool {
        guard region(of: callingCode(number.record, .mainTerritory))?.isGeographic == true else { return false }
        let place = label(from: callingCode(number.record, .nationalFormat), number.digits)
        guard place > 0, place <= callingCode(number.record, .nationalCount) else { return false }
        let chosen = callingCode(number.record, .nationalFirst) + place - 1
        return format(chosen, .groupCount) & PlanLayout.prefixRequired != 0
    }
}
