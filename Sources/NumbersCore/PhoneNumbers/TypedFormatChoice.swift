// The formats that a number may still turn out to have while it is typed, and the template it is written into. A value.

/// Formats of one calling code as a set, and the template of one of them.
struct TypedFormatChoice: Sendable {
    /// A template was made, the one there is fits, or no format has room for the digits.
    enum Template {
        case fresh, same, none
    }

    /// The longest number that a template is made for.
    private static let digitsMax = 15
    /// Where a digit goes in a template.
    private static let place: UInt8 = 0

    /// The first format of the calling code's list; bit n stands for the nth format of the list.
    private var first = 0
    private var remaining: UInt64 = 0
    private var template: [UInt8] = []
    private var lastPlace = 0
    /// The format whose pattern the template has.
    private var current: Int?
    /// Whether a blank belongs behind the national prefix.
    var separatesPrefix = false

    var isEmpty: Bool { remaining == 0 }
    var hasOne: Bool { remaining.nonzeroBitCount == 1 }

    /// The formats in their order.
    var formats: some Sequence<Int> {
        let first = first
        return sequence(state: remaining) { remaining in
            guard remaining != 0 else { return nil }
            let place = remaining.trailingZeroBitCount
            remaining &= remaining - 1
            return first + place
        }
    }

    /// Takes the formats that suit how the number began.
    mutating func addFormats(
        of record: Int, isInternational: Bool, hasNationalPrefix: Bool, isComplete: Bool, _ tables: PlanTables
    ) {
        first = tables.callingCode(record, isInternational ? .internationalFirst : .nationalFirst)
        let count = tables.callingCode(record, isInternational ? .internationalCount : .nationalCount)
        for place in 0..<count {
            let flags = tables.typedFlags(ofFormat: first + place)
            let isWithoutPrefix = flags.contains(.firstGroupOnly)
            let isPrefixOptional = flags.contains(.prefixOptional)
            if hasNationalPrefix {
                let takesCarrier = !tables.text(tables.format(first + place, .carrier)).isEmpty
                if isWithoutPrefix, !isPrefixOptional, !takesCarrier { continue }
            } else if !isComplete, !isWithoutPrefix, !isPrefixOptional {
                continue
            }
            if flags.contains(.eligible) { remaining |= 1 << UInt64(place) }
        }
    }

    /// Drops the formats whose leading digits the number does not have.
    mutating func narrow(to digits: DigitString, _ tables: PlanTables) {
        for format in formats {
            guard let node = tables.leadingDigits(ofFormat: format, knowing: digits.count) else { continue }
            if tables.label(from: node, digits) == 0 { drop(format) }
        }
    }

    private mutating func drop(_ format: Int) { remaining &= ~(1 << UInt64(format - first)) }

    /// The template of the first format that has room for so many digits; the others before it are dropped.
    mutating func makeTemplate(forDigits count: Int, _ tables: PlanTables) -> Template {
        for format in formats {
            if let current, tables.haveSamePattern(current, format) { return .same }
            if let made = Self.template(of: format, forDigits: count, tables) {
                template = made
                lastPlace = 0
                current = format
                separatesPrefix = tables.typedFlags(ofFormat: format).contains(.prefixSeparated)
                return .fresh
            }
            drop(format)
        }
        return .none
    }

    private static func template(of format: Int, forDigits count: Int, _ tables: PlanTables) -> [UInt8]? {
        var nines = DigitString()
        for _ in 0..<min(tables.digitsMax(ofFormat: format), digitsMax) { nines.append(9) }
        guard nines.count >= count, let text = tables.plainText(of: nines, inFormat: format) else { return nil }
        return text.map { $0 == UInt8(ascii: "9") ? place : $0 }
    }

    /// Puts a digit into the next free place, and gives the template up to there; nil when there is none.
    mutating func fill(_ digit: UInt8) -> [UInt8]? {
        guard lastPlace <= template.count, template[lastPlace...].contains(Self.place),
            let free = template.firstIndex(of: Self.place)
        else { return nil }
        template[free] = digit
        lastPlace = free
        return Array(template[...free])
    }

    /// From here on no template counts as the present one.
    mutating func forgetPattern() { current = nil }
}

extension PlanTables {
    func typedFlags(ofFormat record: Int) -> TypedFormatFlags {
        TypedFormatFlags(rawValue: format(record, .typedFlags))
    }

    fileprivate func haveSamePattern(_ left: Int, _ right: Int) -> Bool {
        let count = format(left, .groupCount) & 0xFF
        guard count == format(right, .groupCount) & 0xFF else { return false }
        return (0..<count).allSatisfy { bounds(ofGroup: $0, inFormat: left) == bounds(ofGroup: $0, inFormat: right) }
    }

    /// The most digits a format takes.
    fileprivate func digitsMax(ofFormat record: Int) -> Int {
        (0..<format(record, .groupCount) & 0xFF).reduce(0) { $0 + bounds(ofGroup: $1, inFormat: record).high }
    }

    /// Whether a format has groups for so many digits.
    fileprivate func fits(_ count: Int, _ record: Int) -> Bool {
        let groups = 0..<format(record, .groupCount) & 0xFF
        let least = groups.reduce(0) { $0 + bounds(ofGroup: $1, inFormat: record).low }
        return count >= least && count <= digitsMax(ofFormat: record)
    }

    /// Digits in a format, without a national prefix; nil when there are too few or too many of them.
    func plainText(of digits: DigitString, inFormat record: Int) -> [UInt8]? {
        guard fits(digits.count, record) else { return nil }
        let ends = groupEnds(of: digits.count, inFormat: record)
        var output: [UInt8] = []
        for byte in text(format(record, .plain)) {
            if byte > UInt8(PlanLayout.groupsMax) {
                output.append(byte)
                continue
            }
            let place = ends &>> UInt128(8 * (Int(byte) - 1))
            for index in Int(place & 0xFF)..<Int(place >> 8 & 0xFF) { output.append(digits[index] + 48) }
        }
        return output
    }
}
