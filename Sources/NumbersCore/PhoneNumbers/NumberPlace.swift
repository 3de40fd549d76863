// What a number's range tells besides its type: carrier, place, time zones. Reads the plan's names.

extension PhoneNumber {
    /// Calling codes whose mobile numbers belong to places: Mexico, Argentina, Brazil, Indonesia, China.
    private static let codesWithPlacedMobiles: [UInt16] = [52, 54, 55, 62, 86]
    /// Argentina writes a 9 before the area code of mobile numbers that are called from abroad.
    private static let argentina: (code: UInt16, mobileToken: UInt8) = (54, 9)

    /// To whom the range of a mobile or pager number was allocated; not corrected for porting. Nil when not known.
    package func carrier(in plan: NumberingPlan = .builtIn) -> String? {
        type(in: plan).flatMap { carrier(ofType: $0, in: plan) }
    }

    /// Where the number's range is in English: a city or area, else its country; nil when that is not known or not
    /// one country.
    package func location(in plan: NumberingPlan = .builtIn) -> String? {
        type(in: plan).flatMap { location(ofType: $0, in: plan) }
    }

    /// The time zones of the number's range, names of the tz database; empty when not known.
    package func timeZones(in plan: NumberingPlan = .builtIn) -> [String] {
        type(in: plan).map { timeZones(ofType: $0, in: plan) } ?? []
    }

    /// The carrier of a number that the plan gives this type.
    func carrier(ofType type: LineType, in plan: NumberingPlan) -> String? {
        switch type {
        case .mobile, .fixedLineOrMobile, .pager: plan.places.carrier(of: allDigits)
        default: nil
        }
    }

    /// The place of a number that the plan gives this type.
    func location(ofType type: LineType, in plan: NumberingPlan) -> String? {
        guard isPlaced(type) else { return countryName(in: plan) }
        return plan.places.location(of: digitsForPlace(in: plan)) ?? countryName(in: plan)
    }

    /// The time zones of a number that the plan gives this type.
    func timeZones(ofType type: LineType, in plan: NumberingPlan) -> [String] {
        if isPlaced(type) { return plan.places.timeZones(of: allDigits) }
        var code = DigitString()
        code.append(decimal: UInt64(countryCode))
        return plan.places.timeZones(of: code)
    }

    private func isPlaced(_ type: LineType) -> Bool {
        switch type {
        case .fixedLine, .fixedLineOrMobile: true
        case .mobile: Self.codesWithPlacedMobiles.contains(countryCode)
        case .tollFree, .premiumRate, .sharedCost, .voip, .personalNumber, .pager, .uan, .voicemail: false
        }
    }

    /// The country's name, unless the number is valid in several that share the calling code.
    private func countryName(in plan: NumberingPlan) -> String? {
        let regions = plan.regions(withCountryCode: countryCode)
        let found = regions.count == 1 ? regions : regions.filter { isValid(for: $0, in: plan) }
        return found.count == 1 ? plan.places.locationName(of: found[0]) : nil
    }

    private var allDigits: DigitString {
        var digits = DigitString()
        digits.append(decimal: UInt64(countryCode))
        digits.append(nationalDigits)
        return digits
    }

    /// Places are listed by the number without the mobile token, read once more as it is dialled at home.
    private func digitsForPlace(in plan: NumberingPlan) -> DigitString {
        let national = nationalDigits
        guard countryCode == Self.argentina.code, national[0] == Self.argentina.mobileToken else { return allDigits }
        let rest = String(nationalSignificantNumber.dropFirst())
        let home = plan.regions(withCountryCode: countryCode).first
        guard let number = try? PhoneNumber(parsing: rest, region: home, plan: plan) else { return allDigits }
        return number.allDigits
    }
}

extension NumberingPlan {
    /// The English name of a region, as in "Germany"; nil for regions the plan does not know.
    package func name(of region: Region) -> String? { places.name(of: region) }
}
