// One phone number: what was read, and what the plan says of it. An immutable value.

/// A phone number in its country, valid or not.
///
/// What the plan it was read with says (`region`, `type`, `possibility`) is part of the value; the `(in:)` forms ask
/// another plan.
package struct PhoneNumber: Sendable, Hashable, CustomStringConvertible {
    /// The country calling code, 1 to 999.
    package let countryCode: UInt16
    /// The national digits as an integer, without their leading zeros.
    package let nationalNumber: UInt64
    /// How many zeros lead the national digits; as part of the number, as in Italy, not as a prefix.
    package let leadingZeros: UInt8
    /// The digits of the extension as they were written; nil when there is none.
    package let `extension`: String?
    /// The region the number belongs to; "001" for a non-geographic one, nil when no region of the code claims it.
    package let region: Region?
    /// The type of line; nil when the number is not valid.
    package let type: LineType?
    /// What the length of the number says.
    package let possibility: Possibility

    /// Reads a number as people write it; `region` is where it was dialled, nil if only international forms count.
    ///
    /// Accepts junk around the number, separators, brackets, decimal digits of any script, letters of the keypad,
    /// extensions, and `tel:` URIs (RFC 3966). The rules are those of Google's libphonenumber.
    /// - Throws: `PhoneNumberError`. A number that can be read need not be valid.
    package init(
        parsing text: String, region: Region?, plan: borrowing NumberingPlan = .builtIn
    ) throws(PhoneNumberError) {
        try self.init(parsing: text.utf8.span, region: region, plan: plan)
    }

    /// Reads a number from UTF-8; bytes that are no UTF-8 count as characters without a meaning.
    package init(
        parsing bytes: Span<UInt8>, region: Region?, plan: borrowing NumberingPlan
    ) throws(PhoneNumberError) {
        try self.init(WrittenNumber(bytes, plan.tables), region: region, plan: plan)
    }

    /// Finds the country of a number whose digits are known already.
    init(
        _ written: borrowing WrittenNumber, region: Region?, plan: borrowing NumberingPlan
    ) throws(PhoneNumberError) {
        let tables = plan.tables
        var territory: Int?
        if let region { territory = tables.territory(of: region) }
        self.init(
            try tables.parse(written, territory: territory), extension: written.extension, tables: tables)
    }

    /// The number that reading found; its plan says what it is.
    init(_ parsed: borrowing ParsedNumber, extension: String?, tables: borrowing PlanTables) {
        countryCode = UInt16(parsed.countryCode)
        (nationalNumber, leadingZeros) = parsed.digits.number
        self.extension = `extension`
        (self.region, type) = tables.classification(of: parsed.digits, callingCode: parsed.record)
        possibility = tables.possibility(
            ofLength: parsed.digits.count, in: tables.callingCode(parsed.record, .mainTerritory))
    }

    /// A number made of its parts; the plan says what it is.
    private init(
        countryCode: UInt16, nationalNumber: UInt64, leadingZeros: UInt8, extension: String?, record: Int,
        tables: PlanTables
    ) {
        self.countryCode = countryCode
        self.nationalNumber = nationalNumber
        self.leadingZeros = leadingZeros
        self.extension = `extension`
        let digits = Self.digits(nationalNumber, leadingZeros: leadingZeros)
        (region, type) = tables.classification(of: digits, callingCode: record)
        possibility = tables.possibility(ofLength: digits.count, in: tables.callingCode(record, .mainTerritory))
    }

    /// The number without the digits that somebody dialled too many: the longest beginning that is valid, itself when it
    /// is. Nil when no beginning is.
    package func truncated(in plan: NumberingPlan = .builtIn) -> PhoneNumber? {
        guard let record = plan.tables.callingCode(Int(countryCode)) else { return nil }
        if isValid(in: plan) { return self }
        var national = nationalNumber / 10
        while national > 0 {
            let shorter = PhoneNumber(
                countryCode: countryCode, nationalNumber: national, leadingZeros: leadingZeros,
                extension: self.extension, record: record, tables: plan.tables)
            if shorter.possibility == .tooShort { return nil }
            if shorter.isValid { return shorter }
            national /= 10
        }
        return nil
    }

    /// Whether the number is in a range that is in use, with a right length.
    package var isValid: Bool { type != nil }

    /// The number as E.164; nil unless it is valid and has at most 15 digits.
    package var e164: E164? { isValid ? unverifiedE164 : nil }

    /// The international form without separators, as in "+14155552671", also of a number that is not valid.
    package var e164Text: String {
        var output = ShortText()
        output.append(international: countryCode)
        output.append(nationalDigits)
        return output.string
    }

    /// The national digits with their leading zeros.
    package var nationalSignificantNumber: String {
        var output = ShortText()
        output.append(nationalDigits)
        return output.string
    }

    /// The number as logs show it: calling code and last two digits.
    package var description: String {
        let ending = nationalNumber % 100
        return "+\(countryCode)…\(ending < 10 ? "0" : "")\(ending)"
    }

    /// The national digits with their leading zeros, 2 to 17 of them.
    var nationalDigits: DigitString { Self.digits(nationalNumber, leadingZeros: leadingZeros) }

    private static func digits(_ nationalNumber: UInt64, leadingZeros: UInt8) -> DigitString {
        DigitString(decimal: nationalNumber, leadingZeros: Int(leadingZeros))
    }

    /// The number as E.164, valid or not; nil when it has more than 15 digits.
    var unverifiedE164: E164? {
        let countryDigits = countryCode < 10 ? 1 : countryCode < 100 ? 2 : 3
        var nationalDigits = Int(leadingZeros) + 1
        var power: UInt64 = 10
        while power <= nationalNumber {
            power *= 10
            nationalDigits += 1
        }
        guard nationalDigits + countryDigits <= E164.digitsMax else { return nil }
        for _ in 0..<leadingZeros { power *= 10 }
        return E164(UInt64(countryCode) * power + nationalNumber)
    }
}

/// The same questions to a plan that may be another than the one the number was read with.
extension PhoneNumber {
    /// The region the number belongs to in a plan.
    package func region(in plan: NumberingPlan) -> Region? { classification(in: plan).region }

    /// The type of line in a plan; nil when the number is not valid there.
    package func type(in plan: NumberingPlan) -> LineType? { classification(in: plan).type }

    /// Whether the number is valid in a plan.
    package func isValid(in plan: NumberingPlan) -> Bool { type(in: plan) != nil }

    /// The number as E.164; nil unless a plan knows it as valid and it has at most 15 digits.
    package func e164(in plan: NumberingPlan) -> E164? { isValid(in: plan) ? unverifiedE164 : nil }

    /// What the length of the number says in a plan.
    package func possibility(in plan: NumberingPlan) -> Possibility {
        guard let record = plan.tables.callingCode(Int(countryCode)) else { return .invalidCountryCode }
        return plan.tables.possibility(
            ofLength: nationalDigits.count, in: plan.tables.callingCode(record, .mainTerritory))
    }

    /// Whether the number is valid for one region, where several share a calling code; "001" asks for the
    /// non-geographic codes.
    package func isValid(for region: Region, in plan: NumberingPlan = .builtIn) -> Bool {
        let tables = plan.tables
        guard let record = tables.callingCode(Int(countryCode)) else { return false }
        let main = tables.callingCode(record, .mainTerritory)
        let territory = region.isGeographic ? tables.territory(of: region) : main
        guard let territory, tables.region(of: territory) == region,
            tables.territory(territory, .callingCode) == Int(countryCode)
        else { return false }
        return tables.label(from: tables.territory(territory, .types), nationalDigits) != 0
    }

    /// Region and type in a plan, found in one walk.
    func classification(in plan: NumberingPlan) -> (region: Region?, type: LineType?) {
        guard let record = plan.tables.callingCode(Int(countryCode)) else { return (nil, nil) }
        return plan.tables.classification(of: nationalDigits, callingCode: record)
    }
}

extension PlanTables {
    /// The region and type of national digits: one walk through the automaton of their calling code.
    func classification(of digits: DigitString, callingCode record: Int) -> (region: Region?, type: LineType?) {
        classification(ofLabel: label(from: callingCode(record, .plan), digits), callingCode: record)
    }

    /// What a label in the automaton of a calling code means.
    func classification(ofLabel label: Int, callingCode record: Int) -> (region: Region?, type: LineType?) {
        let type = LineType(planCode: label & 15)
        // A code of one region has no places in its labels: the number is that region's, valid or not.
        if callingCode(record, .memberCount) == 1 { return (region(of: callingCode(record, .mainTerritory)), type) }
        guard let territory = member((label >> 4) - 1, of: record) else { return (nil, nil) }
        return (region(of: territory), type)
    }
}
