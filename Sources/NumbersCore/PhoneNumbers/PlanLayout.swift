// The layout of the compiled plan, as script/numberplan/plan.py writes it. Constants only.

/// The sections of the plan in the order of its directory.
enum PlanSection: Int, CaseIterable {
    case version, branches, tails, codesByNumber, regionsByLetters, callingCodes, members, territories, formats
    case prefixStates, prefixAccepts, stringOffsets, stringText, characterRanges, characterProperties
    case viable, extensionEnding, contextNumber, contextDomain
    case leadingDigits
}

enum PlanLayout {
    static let formatVersion: UInt32 = 4
    /// Ten successors, the label, and five unused words.
    static let branchWords = 16
    /// One label for each number of remaining digits; the last stands for all larger numbers.
    static let tailWords = 20
    static let callingCodeWords = 14
    static let territoryWords = 32
    static let formatWords = 16
    static let prefixStateWords = 12
    static let groupsMax = 8
    /// The first of a format's patterns of leading digits is for so many digits.
    static let leadingDigitsMin = 3
    /// A calling code has at most so many formats of one kind, so that a set of them is a word.
    static let formatsMax = 64
    /// Beside the number of groups: a number in this format is written with its national prefix.
    static let prefixRequired = 0x100
    /// A reference to nothing.
    static let none = 0xFFFF
    /// No formatted number, without its extension, is longer than this many bytes.
    static let templateBytesMax = 32
}

/// The words of a calling code's record.
enum CallingCodeField: Int {
    case code, firstMember, memberCount, mainTerritory, plan, nationalFormat, internationalFormat
    case nationalFirst, nationalCount, internationalFirst, internationalCount
    /// The formats that numbers in texts may have as well.
    case alternateFirst, alternateCount
}

/// The words of a territory's record.
enum TerritoryField: Int {
    case identifier, callingCode, types, general, nationalPrefix, transformRule, prefixGroups, internationalPrefix
    case possibleLow, possibleHigh, localLow, localHigh, extensionPrefix, flags, nationalPrefixText
    case dialledInternationalPrefix
    /// The first of eleven, one for each type.
    case examples
    /// The automaton of the territory's short numbers, behind the examples.
    case shortNumbers = 27
    /// The first of four: a short number, and one of each price.
    case shortExamples
}

/// The words of a format's record; the groups' bounds follow.
enum FormatField: Int {
    case national, plain, carrier, groupCount, groups
    /// The automata of the leading digits that more and more digits of a number are compared with, and how many.
    case leadingFirst = 12
    case leadingCount, typedFlags
}

/// What a format is while a number is typed, as bits.
struct TypedFormatFlags: OptionSet {
    let rawValue: Int
    /// All digits are in it in their order, with punctuation between them.
    static let eligible = TypedFormatFlags(rawValue: 1)
    /// The number at home has no national prefix in it.
    static let firstGroupOnly = TypedFormatFlags(rawValue: 2)
    static let prefixOptional = TypedFormatFlags(rawValue: 4)
    /// A blank or a dash follows the national prefix.
    static let prefixSeparated = TypedFormatFlags(rawValue: 8)
}

/// What a label in the automaton of short numbers says, as bits; two in between are the cost.
struct ShortNumberFlags: OptionSet {
    let rawValue: Int
    static let possible = ShortNumberFlags(rawValue: 1)
    static let valid = ShortNumberFlags(rawValue: 2)
    /// In a range of short numbers, whatever else is known of the region.
    static let code = ShortNumberFlags(rawValue: 4)
    static let carrierSpecific = ShortNumberFlags(rawValue: 32)
    static let smsService = ShortNumberFlags(rawValue: 64)
    static let emergency = ShortNumberFlags(rawValue: 128)
    /// Begins with an emergency number and reaches it.
    static let connectsToEmergency = ShortNumberFlags(rawValue: 256)

    /// 1 for toll-free, 2 for the standard rate, 3 for a premium rate; 0 when it is not known.
    var cost: Int { rawValue >> 3 & 3 }
}

/// What a class of characters is, as bits.
struct CharacterFlags: OptionSet {
    let rawValue: UInt8
    static let digit = CharacterFlags(rawValue: 1)
    /// Letters, digits, and the number sign: what may end a number.
    static let word = CharacterFlags(rawValue: 2)
    /// What may begin a number: a digit or a plus sign.
    static let start = CharacterFlags(rawValue: 4)
    /// An ASCII letter.
    static let letter = CharacterFlags(rawValue: 8)
    static let plus = CharacterFlags(rawValue: 16)
}
