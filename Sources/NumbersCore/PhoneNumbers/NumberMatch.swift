// Whether two numbers are the same one. Stateless: reads the plan, returns values.

/// How far two numbers agree.
package enum NumberMatch: String, Sendable, Hashable, CaseIterable {
    /// Calling code, national number and extension are the same.
    case exact
    /// The national numbers are the same; a calling code was given for at most one of them.
    case nsn
    /// One national number is the end of the other, as when an area code was left out.
    case shortNSN = "short_nsn"
    case none
    /// One of the texts is no number.
    case notANumber = "not_a_number"

    /// Compares two numbers as people write them. Without a plus sign a number belongs to the other one's country; when
    /// neither has one, the digits alone are compared. The rules are those of Google's libphonenumber.
    package init(_ left: String, _ right: String, plan: NumberingPlan = .builtIn) {
        switch Self.international(left, plan) {
        case .success(let number): self = Self.match(number, right, plan)
        case .failure(.invalidCountryCode):
            switch Self.international(right, plan) {
            case .success(let number): self = Self.match(number, left, plan)
            case .failure(.invalidCountryCode):
                guard let first = Comparand(digitsOf: left, plan), let second = Comparand(digitsOf: right, plan) else {
                    self = .notANumber
                    return
                }
                self = first.match(second)
            case .failure: self = .notANumber
            }
        case .failure: self = .notANumber
        }
    }

    /// Compares two numbers that were read.
    package init(_ left: PhoneNumber, _ right: PhoneNumber) {
        self = Comparand(left).match(Comparand(right))
    }

    private static func international(_ text: String, _ plan: NumberingPlan) -> Result<PhoneNumber, PhoneNumberError> {
        Result { () throws(PhoneNumberError) in try PhoneNumber(parsing: text, region: nil, plan: plan) }
    }

    /// Compares a number that was read with one as people write it.
    static func match(_ number: PhoneNumber, _ text: String, _ plan: NumberingPlan) -> NumberMatch {
        switch international(text, plan) {
        case .success(let other): return NumberMatch(number, other)
        case .failure(.invalidCountryCode):
            // It says no country: read at home with the other, its own calling code was still never seen.
            let home = plan.regions(withCountryCode: number.countryCode).first
            let local = Result { () throws(PhoneNumberError) in try PhoneNumber(parsing: text, region: home, plan: plan)
            }
            guard case .success(let other) = local else { return .notANumber }
            let match = NumberMatch(number, other)
            return match == .exact ? .nsn : match
        case .failure: return .notANumber
        }
    }
}

/// What counts when numbers are compared.
private struct Comparand: Equatable {
    /// 0 when none was given.
    var countryCode: UInt16
    let nationalNumber: UInt64
    let leadingZeros: UInt8
    let `extension`: String?

    init(_ number: PhoneNumber) {
        countryCode = number.countryCode
        nationalNumber = number.nationalNumber
        leadingZeros = number.leadingZeros
        self.extension = number.extension.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The digits of a text that says no country; nil when it is no number or says one that nobody has.
    init?(digitsOf text: String, _ plan: NumberingPlan) {
        guard let written = try? WrittenNumber(text.utf8.span, plan.tables), !written.hasPlus,
            ParsedNumber.digitsAllowed.contains(written.digits.count)
        else { return nil }
        countryCode = 0
        (nationalNumber, leadingZeros) = written.digits.number
        self.extension = written.extension.flatMap { $0.isEmpty ? nil : $0 }
    }

    func match(_ other: Comparand) -> NumberMatch {
        if let mine = self.extension, let others = other.extension, mine != others { return .none }
        if countryCode != 0, other.countryCode != 0 {
            if self == other { return .exact }
            return countryCode == other.countryCode && isEnding(other) ? .shortNSN : .none
        }
        var same = self
        same.countryCode = other.countryCode
        if same == other { return .nsn }
        return isEnding(other) ? .shortNSN : .none
    }

    /// Whether one national number, without leading zeros, is the end of the other.
    private func isEnding(_ other: Comparand) -> Bool {
        let mine = String(nationalNumber)
        let others = String(other.nationalNumber)
        return mine.hasSuffix(others) || others.hasSuffix(mine)
    }
}
