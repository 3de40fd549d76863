// The compiled plan in memory: typed access to its sections. Everything is verified once, in `init`, and immutable after.

/// The sections of a verified plan.
///
/// The pointers lead into `bytes`, which this object keeps alive and nobody writes; `PlanVerification` has checked
/// every number in them that is used as an index, so that reads without a bounds check stay inside.
final class PlanTables: @unchecked Sendable {
    let bytes: TableBytes
    let version: String
    let branches: UnsafePointer<UInt16>
    let branchCount: Int
    let tails: UnsafePointer<UInt16>
    let nodeCount: Int
    private let codesByNumber: UnsafePointer<UInt16>
    private let regionsByLetters: UnsafePointer<UInt16>
    private let callingCodes: UnsafePointer<UInt16>
    private let members: UnsafePointer<UInt16>
    private let territories: UnsafePointer<UInt16>
    let territoryCount: Int
    private let formats: UnsafePointer<UInt16>
    let prefixStates: UnsafePointer<UInt16>
    let prefixAccepts: UnsafePointer<UInt8>
    private let leadingDigits: UnsafePointer<UInt16>
    private let stringOffsets: UnsafePointer<UInt32>
    private let stringText: UnsafePointer<UInt8>
    let characters: CharacterClasses

    convenience init(copying bytes: [UInt8]) throws(NumberingPlanError) {
        try self.init(TableBytes.copying(bytes), owned: true)
    }

    init(_ raw: UnsafeRawBufferPointer, owned: Bool) throws(NumberingPlanError) {
        let bytes = try TableBytes(raw, owned: owned, .plan, sectionCount: PlanSection.allCases.count)
        let sections = try PlanSections(bytes)
        try PlanVerification(sections).verify()
        self.bytes = bytes
        version = String(decoding: bytes.section(PlanSection.version.rawValue), as: UTF8.self)
        branches = try Self.start(sections.branches, .branches)
        branchCount = sections.branches.count / PlanLayout.branchWords
        tails = try Self.start(sections.tails, .tails)
        nodeCount = sections.nodeCount
        codesByNumber = try Self.start(sections.codesByNumber, .codesByNumber)
        regionsByLetters = try Self.start(sections.regionsByLetters, .regionsByLetters)
        callingCodes = try Self.start(sections.callingCodes, .callingCodes)
        members = try Self.start(sections.members, .members)
        territories = try Self.start(sections.territories, .territories)
        territoryCount = sections.territories.count / PlanLayout.territoryWords
        formats = try Self.start(sections.formats, .formats)
        prefixStates = try Self.start(sections.prefixStates, .prefixStates)
        prefixAccepts = try Self.start(sections.prefixAccepts, .prefixAccepts)
        leadingDigits = try Self.start(sections.leadingDigits, .leadingDigits)
        stringOffsets = try Self.start(sections.stringOffsets, .stringOffsets)
        stringText = try Self.start(sections.stringText, .stringText)
        characters = try CharacterClasses(bytes)
    }

    private static func start<Item>(
        _ section: UnsafeBufferPointer<Item>, _ number: PlanSection
    ) throws(NumberingPlanError) -> UnsafePointer<Item> {
        guard let start = section.baseAddress, !section.isEmpty else {
            throw .malformedSection(number: number.rawValue)
        }
        return start
    }

    // MARK: Calling codes

    /// The record of a calling code, 1 to 999; nil when nobody has it.
    func callingCode(_ number: Int) -> Int? {
        guard (1...999).contains(number) else { return nil }
        let entry = Int(codesByNumber[number])
        return entry == 0 ? nil : entry - 1
    }

    func callingCode(_ record: Int, _ field: CallingCodeField) -> Int {
        Int(callingCodes[record * PlanLayout.callingCodeWords + field.rawValue])
    }

    /// The territory at a place in the list of those that share a calling code.
    func member(_ place: Int, of callingCode: Int) -> Int? {
        guard place >= 0, place < self.callingCode(callingCode, .memberCount) else { return nil }
        return Int(members[self.callingCode(callingCode, .firstMember) + place])
    }

    // MARK: Territories

    func territory(of region: Region) -> Int? {
        guard let ordinal = region.ordinal else { return nil }
        let entry = Int(regionsByLetters[ordinal])
        return entry == 0 ? nil : entry - 1
    }

    func territory(_ number: Int, _ field: TerritoryField) -> Int {
        Int(territories[number * PlanLayout.territoryWords + field.rawValue])
    }

    /// One of several words of a kind.
    func territory(_ number: Int, word: Int) -> Int { Int(territories[number * PlanLayout.territoryWords + word]) }

    func region(of territory: Int) -> Region? {
        let identifier = self.territory(territory, .identifier)
        if identifier == 0 { return .nonGeographic }
        return Region(UInt8(truncatingIfNeeded: identifier), UInt8(truncatingIfNeeded: identifier >> 8))
    }

    /// The example of a type in a territory: national digits, empty when there is none.
    func example(of territory: Int, type: LineType) -> String {
        string(self.territory(territory, word: TerritoryField.examples.rawValue + type.planCode - 1))
    }

    /// What a length says in a territory; a local-only length is never also a possible one.
    func possibility(ofLength length: Int, in territory: Int) -> Possibility {
        let words = territories + territory * PlanLayout.territoryWords
        func mask(_ field: TerritoryField) -> UInt32 {
            UInt32(words[field.rawValue]) | UInt32(words[field.rawValue + 1]) << 16
        }
        let possible = mask(.possibleLow)
        if length < 32 {
            if mask(.localLow) >> UInt32(length) & 1 == 1 { return .localOnly }
            if possible >> UInt32(length) & 1 == 1 { return .possible }
        }
        if length < possible.trailingZeroBitCount { return .tooShort }
        return length > 31 - possible.leadingZeroBitCount ? .tooLong : .invalidLength
    }

    // MARK: Formats and texts

    func format(_ record: Int, _ field: FormatField) -> Int {
        Int(formats[record * PlanLayout.formatWords + field.rawValue])
    }

    /// The fewest and most digits of one group of a format.
    func bounds(ofGroup group: Int, inFormat record: Int) -> (low: Int, high: Int) {
        let word = formats[record * PlanLayout.formatWords + FormatField.groups.rawValue + group]
        return (Int(word & 0xFF), Int(word >> 8))
    }

    /// The automaton of the leading digits that a format asks for when so many digits of a number are known; nil when it
    /// asks for none.
    func leadingDigits(ofFormat record: Int, knowing digitCount: Int) -> Int? {
        let count = format(record, .leadingCount)
        guard count > 0 else { return nil }
        let place = min(max(digitCount - PlanLayout.leadingDigitsMin, 0), count - 1)
        return Int(leadingDigits[format(record, .leadingFirst) + place])
    }

    /// The ASCII bytes of a text, alive as long as this object.
    func text(_ number: Int) -> UnsafeBufferPointer<UInt8> {
        let start = Int(stringOffsets[number])
        return UnsafeBufferPointer(start: stringText + start, count: Int(stringOffsets[number + 1]) - start)
    }

    func string(_ number: Int) -> String { String(decoding: text(number), as: UTF8.self) }
}
