// The layout of the compiled plan, as script/numberplan/plan.py writes it. Constants only.

/// The sections of the plan in the order of its directory.
enum PlanSection: Int, CaseIterable {
    case version, branches, tails, codesByNumber, regionsByLetters, callingCodes, members, territories, formats
    case prefixStates, prefixAccepts, stringOffsets, stringText, characterRanges, characterProperties
    case viable, extensionEnding, contextNumber, contextDomain
}

enum PlanLayout {
    static let magic = StaticString("NUMPLAN\0")
    static let formatVersion: UInt32 = 2
    /// Ten successors, the label, and five unused words.
    static let branchWords = 16
    /// One label for each number of remaining digits; the last stands for all larger numbers.
    static let tailWords = 20
    static let callingCodeWords = 12
    static let territoryWords = 28
    static let formatWords = 12
    static let prefixStateWords = 12
    static let groupsMax = 8
    /// Beside the number of groups: a number in this format is written with its national prefix.
    static let prefixRequired = 0x100
    /// A reference to nothing.
    static let none = 0xFFFF
    /// No formatted number, without its extension, is longer than this many bytes.
    static let templateBytesMax = 32
    /// The name of a release of the metadata has at most this many bytes.
    static let versionBytesMax = 32
}

/// The words of a calling code's record.
enum CallingCodeField: Int {
    case code, firstMember, memberCount, mainTerritory, plan, nationalFormat, internationalFormat
    case nationalFirst, nationalCount, internationalFirst, internationalCount
}

/// The words of a territory's record.
enum TerritoryField: Int {
    case identifier, callingCode, types, general, nationalPrefix, transformRule, prefixGroups, internationalPrefix
    case possibleLow, possibleHigh, localLow, localHigh, extensionPrefix, flags, nationalPrefixText
    case dialledInternationalPrefix
    /// The first of eleven, one for each type.
    case examples
}

/// The words of a format's record; the groups' bounds follow.
enum FormatField: Int {
    case national, plain, carrier, groupCount, groups
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
