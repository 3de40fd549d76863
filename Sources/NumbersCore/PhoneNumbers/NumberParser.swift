// From digits to a country and a national number. Stateless: reads the plan, returns values.

/// A number in its country: the calling code, its record, and 2 to 17 national digits.
struct ParsedNumber {
    /// Shorter national numbers are refused.
    fileprivate static let digitsMin = 2
    /// The ITU allows 15 digits in all, but there are longer ones in Germany.
    fileprivate static let digitsMax = 17
    /// How many national digits a number may have.
    static let digitsAllowed = digitsMin...digitsMax

    let countryCode: Int
    let record: Int
    let digits: DigitString
    let source: CountrySource

    /// Neither a plus sign, an international prefix nor a calling code told the country.
    var isWrittenNationally: Bool { source == .region }
}

/// What told the country of a number.
enum CountrySource {
    case plusSign
    /// The one of the region it was dialled in.
    case internationalPrefix
    /// The one of the region it was dialled in, without a plus sign before it.
    case callingCode
    /// Where it was dialled.
    case region
}

/// Reading written numbers as they are dialled in one territory, or without one.
extension PlanTables {
    /// Finds the country of a written number and strips everything that is not part of the national number.
    func parse(_ written: borrowing WrittenNumber, territory: Int?) throws(PhoneNumberError) -> ParsedNumber {
        // Without a known region only an international number tells where it belongs.
        guard territory != nil || written.hasPlus else { throw .invalidCountryCode }
        if written.hasPlus, let found = try afterInternationalPrefix(written.digits) {
            return try finish(found.code, found.national, .plusSign)
        }
        // Behind a plus sign nobody's code was found; then the number counts as dialled without it.
        if let found = try codeInDialled(written.digits, territory) {
            return try finish(found.code, found.national, found.source)
        }
        guard !written.hasPlus, let territory else { throw .invalidCountryCode }
        return try finish(
            self.territory(territory, .callingCode), written.digits, territory, .region)
    }

    /// With a calling code in the number, the rules are those of the code's main territory.
    private func finish(
        _ code: Int, _ national: DigitString, _ source: CountrySource
    ) throws(PhoneNumberError) -> ParsedNumber {
        guard let record = callingCode(code) else { throw .invalidCountryCode }
        return try finish(code, national, callingCode(record, .mainTerritory), source)
    }

    private func finish(
        _ code: Int, _ digits: DigitString, _ metadata: Int, _ source: CountrySource
    ) throws(PhoneNumberError) -> ParsedNumber {
        guard digits.count >= ParsedNumber.digitsMin else { throw .tooShortNSN }
        var national = digits
        let stripped = afterNationalPrefix(digits, metadata) ?? digits
        // A number that becomes too short without its prefix may be a short number, and keeps it.
        switch possibility(ofLength: stripped.count, in: metadata) {
        case .tooShort, .localOnly, .invalidLength: break
        case .possible, .tooLong, .invalidCountryCode: national = stripped
        }
        guard national.count >= ParsedNumber.digitsMin else { throw .tooShortNSN }
        guard national.count <= ParsedNumber.digitsMax else { throw .tooLong }
        guard let record = callingCode(code) else { throw .invalidCountryCode }
        return ParsedNumber(
            countryCode: code, record: record, digits: national, source: source)
    }

    /// The calling code behind a plus sign or an international prefix; nil when there is none that anybody has.
    private func afterInternationalPrefix(
        _ digits: DigitString
    ) throws(PhoneNumberError) -> (code: Int, national: DigitString)? {
        guard digits.count > ParsedNumber.digitsMin else { throw .tooShortAfterIDD }
        // Calling codes do not begin with zero.
        guard digits[0] != 0 else { return nil }
        var code = 0
        for length in 1...3 where length <= digits.count {
            code = code * 10 + Int(digits[length - 1])
            if callingCode(code) != nil { return (code, digits.dropping(length)) }
        }
        return nil
    }

    /// The calling code in a number as it was dialled: behind the territory's international prefix, or the territory's
    /// own, when the number makes more sense without it. Nil when there is none.
    private func codeInDialled(_ digits: DigitString, _ territory: Int?) throws(PhoneNumberError) -> (
        code: Int, national: DigitString, source: CountrySource
    )? {
        guard let territory else { return nil }
        let prefix = self.territory(territory, .internationalPrefix)
        if prefix != PlanLayout.none, let match = prefixMatch(from: prefix, digits) {
            // No calling code begins with zero, so a zero behind the prefix says that it was none.
            if match.end >= digits.count || digits[match.end] != 0 {
                guard let found = try afterInternationalPrefix(digits.dropping(match.end)) else {
                    throw .invalidCountryCode
                }
                return (found.code, found.national, .internationalPrefix)
            }
        }
        let code = self.territory(territory, .callingCode)
        let own = DigitString(decimal: UInt64(code))
        guard digits.hasPrefix(own) else { return nil }
        let rest = digits.dropping(own.count)
        let national = afterNationalPrefix(rest, territory) ?? rest
        let isBetter =
            !isGenerallyValid(digits, in: territory) && isGenerallyValid(national, in: territory)
        return isBetter || possibility(ofLength: digits.count, in: territory) == .tooLong
            ? (code, national, .callingCode) : nil
    }

    /// Without the national prefix and the carrier code, and transformed where the plan says so; nil when there is none
    /// or when that would make a viable number unviable.
    func afterNationalPrefix(_ digits: DigitString, _ metadata: Int) -> DigitString? {
        let prefix = self.territory(metadata, .nationalPrefix)
        guard prefix != PlanLayout.none, !digits.isEmpty else { return nil }
        guard let match = prefixMatch(from: prefix, digits) else { return nil }
        var stripped = digits.dropping(match.end)
        let rule = text(self.territory(metadata, .transformRule))
        if !rule.isEmpty, let last = group(self.territory(metadata, .prefixGroups), of: match) {
            var transformed = DigitString()
            for byte in rule.dropLast() { transformed.append(byte &- 48) }
            for index in last { transformed.append(digits[index]) }
            for index in match.end..<digits.count { transformed.append(digits[index]) }
            stripped = transformed
        }
        if isGenerallyValid(digits, in: metadata), !isGenerallyValid(stripped, in: metadata) {
            return nil
        }
        return stripped
    }
}
