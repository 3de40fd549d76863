// The product's one rule for reading a number somebody gave: what is international, what is national. Stateless.

/// Which texts count as a number.
package enum NumberInput: String, Sendable, Hashable, CaseIterable {
    /// International and national forms, and bare digits as E.164.
    case any
    /// Only what begins with `+` or `00`, so that a national number never becomes somebody abroad.
    case e164Only
}

/// Reads the number in a request, a file or on a command line.
///
/// `+…`, `00…`, `tel:+…` and the country's own international prefix are international. Bare digits with a country are
/// read as they are dialled there, and only if that is not valid, as E.164. Bare digits without a country are E.164.
package enum NumberReading {
    /// The number, which need not be valid; nil when the text is no number.
    package static func read(
        _ text: String, country: Region?, input: NumberInput = .any, plan: NumberingPlan = .builtIn
    ) -> PhoneNumber? {
        switch parse(text, country: country, input: input, plan: plan) {
        case .success(let number): number
        case .failure: nil
        }
    }

    /// The number, which need not be valid, or why the text is none.
    package static func parse(
        _ text: String, country: Region?, input: NumberInput = .any, plan: NumberingPlan = .builtIn
    ) -> Result<PhoneNumber, PhoneNumberError> {
        let written: WrittenNumber
        do throws(PhoneNumberError) {
            written = try WrittenNumber(text.utf8.span, plan.tables)
        } catch {
            return .failure(error)
        }
        switch input {
        case .any: return any(written, country, plan)
        case .e164Only: return international(written, text, plan)
        }
    }

    private static func any(
        _ written: WrittenNumber, _ country: Region?, _ plan: NumberingPlan
    ) -> Result<PhoneNumber, PhoneNumberError> {
        if written.hasPlus { return number(written, country, plan) }
        var readings: [Result<PhoneNumber, PhoneNumberError>] = []
        if beginsWithTwoZeros(written) {
            let found = number(written.asInternational(without: 2), nil, plan)
            if isValid(found) { return found }
            readings.append(found)
        }
        if let country {
            let found = number(written, country, plan)
            if isValid(found) { return found }
            readings.append(found)
        }
        if !beginsWithTwoZeros(written) {
            let found = number(written.asInternational(), nil, plan)
            if isValid(found) { return found }
            readings.append(found)
        }
        // None is valid: the first that is a number at all tells the most about what is wrong.
        for reading in readings {
            if case .success = reading { return reading }
        }
        return readings.first ?? .failure(.notANumber)
    }

    private static func international(
        _ written: WrittenNumber, _ text: String, _ plan: NumberingPlan
    ) -> Result<PhoneNumber, PhoneNumberError> {
        guard beginsAsNumber(text, plan) else { return .failure(.notANumber) }
        if written.hasPlus { return number(written, nil, plan) }
        guard beginsWithTwoZeros(written) else { return .failure(.invalidCountryCode) }
        return number(written.asInternational(without: 2), nil, plan)
    }

    private static func number(
        _ written: WrittenNumber, _ country: Region?, _ plan: NumberingPlan
    ) -> Result<PhoneNumber, PhoneNumberError> {
        do throws(PhoneNumberError) {
            return .success(try PhoneNumber(written, region: country, plan: plan))
        } catch {
            return .failure(error)
        }
    }

    private static func isValid(_ reading: Result<PhoneNumber, PhoneNumberError>) -> Bool {
        switch reading {
        case .success(let number): number.isValid
        case .failure: false
        }
    }

    private static func beginsWithTwoZeros(_ written: WrittenNumber) -> Bool {
        written.digits.count > 2 && written.digits[0] == 0 && written.digits[1] == 0
    }

    /// Whether a plus sign or a digit comes first, but for blanks and opening brackets; "tel:" does not.
    private static func beginsAsNumber(_ text: String, _ plan: NumberingPlan) -> Bool {
        for scalar in text.unicodeScalars where scalar != " " && scalar != "(" && scalar != "[" && scalar != "\u{A0}" {
            let characters = plan.tables.characters
            let found =
                scalar.isASCII
                ? characters.classOf(ascii: UInt8(scalar.value)) : characters.classAndDigit(of: scalar.value).class
            return characters.flags(of: found).contains(.start)
        }
        return false
    }
}
