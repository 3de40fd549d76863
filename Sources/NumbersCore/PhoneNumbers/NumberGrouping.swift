// How the digits of a written number are grouped, and how the formats of its country would group them. A value; reads the
// plan.

/// A candidate for a number as the comparison of groups sees it.
///
/// The reference's STRICT_GROUPING and EXACT_GROUPING (`_all_number_groups_remain_grouped` and
/// `_all_number_groups_are_exactly_present` in its matcher): the groups are those of the number's international form, or
/// of one of the alternate formats of its country.
struct NumberGrouping {
    private typealias Groups = [ArraySlice<UInt8>]

    /// What stands for a character that is not ASCII; no group has it.
    private static let other: UInt8 = 0xFF

    /// One byte for each character, digits of any script as ASCII.
    private let characters: [UInt8]
    private let number: ParsedNumber
    private let national: [UInt8]
    private let `extension`: [UInt8]?
    private let tables: PlanTables

    init(
        _ text: borrowing Span<UInt8>, _ part: Range<Int>, _ number: ParsedNumber, extension: String?,
        _ tables: PlanTables
    ) {
        var characters: [UInt8] = []
        characters.reserveCapacity(part.count)
        var index = part.lowerBound
        while index < part.upperBound {
            let (scalar, end) = text.character(at: index)
            if let digit = tables.characters.digit(scalar) {
                characters.append(digit + 48)
            } else {
                characters.append(scalar < 0x80 ? UInt8(scalar) : Self.other)
            }
            index = end
        }
        self.characters = characters
        self.number = number
        self.extension = `extension`.map { Array($0.utf8) }
        self.tables = tables
        national = (0..<number.digits.count).map { number.digits[$0] + 48 }
    }

    /// Whether no group of the number is broken in two, and what follows the area code is set apart.
    var isStrict: Bool { !hasSecondSlash && fits { isKept($0) } }

    /// Whether the groups are exactly those of a format, or the national digits are one block.
    var isExact: Bool { !hasSecondSlash && fits { isSame($0) } }

    /// More than one slash, but for one behind the calling code.
    private var hasSecondSlash: Bool {
        let slash = UInt8(ascii: "/")
        guard let first = characters.firstIndex(of: slash),
            let second = characters[(first + 1)...].firstIndex(of: slash)
        else { return false }
        switch number.source {
        case .internationalPrefix, .region: return true
        case .plusSign, .callingCode:
            guard characters[..<first].filter({ Self.isDigit($0) }) == callingCode else { return true }
            return characters[(second + 1)...].contains(slash)
        }
    }

    private var callingCode: [UInt8] { Array(String(number.countryCode).utf8) }

    /// Whether the groups of some format are there as `check` wants them.
    private func fits(_ check: (Groups) -> Bool) -> Bool {
        if check(Self.groups(tables.groupedText(of: number.digits, callingCode: number.record))) { return true }
        let first = tables.callingCode(number.record, .alternateFirst)
        for format in first..<first + tables.callingCode(number.record, .alternateCount) {
            if let node = tables.leadingDigits(ofFormat: format, knowing: number.digits.count),
                tables.label(from: node, number.digits) == 0
            {
                continue
            }
            if check(Self.groups(tables.groupedText(of: number.digits, inAlternate: format))) { return true }
        }
        return false
    }

    private static func groups(_ text: ShortText) -> Groups {
        text.bytes.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    }

    // MARK: Strict

    private func isKept(_ groups: Groups) -> Bool {
        var from = 0
        switch number.source {
        case .region: break
        case .plusSign, .internationalPrefix, .callingCode:
            let code = callingCode
            // A code whose digits are set apart is not found; the reference then counts from one before the front.
            from = (place(of: code[...], from: 0) ?? -1) + code.count
        }
        for (index, group) in groups.enumerated() {
            guard let start = place(of: group, from: from) else { return false }
            from = start + group.count
            // With nothing behind the area code, there must be nothing between the other digits either.
            if index == 0, from < characters.count, hasNationalPrefix, Self.isDigit(characters[from]) {
                return characters[start...].starts(with: national)
            }
        }
        // The last group must not be the extension.
        return place(of: (`extension` ?? [])[...], from: from) != nil
    }

    /// Whether numbers of the country's main region are dialled with a prefix at home.
    private var hasNationalPrefix: Bool {
        let main = tables.callingCode(number.record, .mainTerritory)
        return tables.region(of: main)?.isGeographic == true
            && !tables.text(tables.territory(main, .nationalPrefixText)).isEmpty
    }

    /// Where some characters are for the first time; nil when they are not there.
    private func place(of wanted: ArraySlice<UInt8>, from: Int) -> Int? {
        guard from + wanted.count <= characters.count else { return nil }
        return (from...characters.count - wanted.count).first { characters[$0...].starts(with: wanted) }
    }

    // MARK: Exact

    private func isSame(_ groups: Groups) -> Bool {
        let written = writtenGroups
        var index = written.count - (`extension` == nil ? 1 : 2)
        if written.count == 1 { return true }
        guard index >= 0 else { return false }
        if Self.contains(written[index], national) { return true }
        var other = groups.count - 1
        while other > 0, index >= 0 {
            guard written[index] == groups[other] else { return false }
            other -= 1
            index -= 1
        }
        // The first group may have a national prefix before it.
        return index >= 0 && written[index].reversed().starts(with: groups[0].reversed())
    }

    /// The runs of digits; what begins or ends with something else has an empty run there.
    private var writtenGroups: Groups {
        var groups: Groups = []
        var start = 0
        var index = 0
        while index < characters.count {
            guard !Self.isDigit(characters[index]) else {
                index += 1
                continue
            }
            groups.append(characters[start..<index])
            while index < characters.count, !Self.isDigit(characters[index]) { index += 1 }
            start = index
        }
        groups.append(characters[start...])
        return groups
    }

    private static func contains(_ text: ArraySlice<UInt8>, _ wanted: [UInt8]) -> Bool {
        guard wanted.count <= text.count else { return false }
        return (text.startIndex...text.endIndex - wanted.count).contains { text[$0...].starts(with: wanted) }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- 48 <= 9 }
}
