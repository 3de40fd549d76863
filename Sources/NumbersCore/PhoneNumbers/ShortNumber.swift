// Numbers that are dialled within one country only: 112, 911, 118 712, and those of text messages. Reads the plan.

/// What a call or message to a short number costs, as far as the plan knows.
package enum ShortNumberCost: String, Sendable, Hashable, CaseIterable {
    case tollFree = "toll_free"
    case standardRate = "standard_rate"
    case premiumRate = "premium_rate"
    case unknown
}

/// What a number is as a short number of a region.
///
///     let plan = NumberingPlan.builtIn
///     let number = try PhoneNumber(parsing: "911", region: Region("US"))
///     plan.shortNumber(number, dialledFrom: Region("US")!)?.cost     // .tollFree
///     plan.isEmergencyNumber("911", dialledFrom: Region("US")!)      // true
///
/// The rules are those of Google's libphonenumber.
package struct ShortNumber: Sendable, Hashable {
    /// Whether short numbers of the region have this length.
    package let isPossible: Bool
    /// Whether it is in a range of short numbers that is in use.
    package let isValid: Bool
    /// `.unknown` also for numbers that are none.
    package let cost: ShortNumberCost
    /// Whether it depends on the carrier of who dials what the number reaches.
    package let isCarrierSpecific: Bool
    /// Whether it takes part in services of text messages.
    package let isSMSService: Bool
}

extension NumberingPlan {
    /// What a number that was dialled in a region is there as a short number; nil when its calling code is not the
    /// region's, or when the plan knows no short numbers of the region.
    package func shortNumber(_ number: PhoneNumber, dialledFrom region: Region) -> ShortNumber? {
        guard let territory = tables.territory(of: region),
            tables.territory(territory, .callingCode) == Int(number.countryCode),
            let flags = tables.shortNumberFlags(number.nationalDigits, in: territory)
        else { return nil }
        return ShortNumber(
            isPossible: flags.contains(.possible), isValid: flags.contains(.valid),
            cost: ShortNumberCost(flags: flags), isCarrierSpecific: flags.contains(.carrierSpecific),
            isSMSService: flags.contains(.smsService))
    }

    /// Whether short numbers of some region with the number's calling code have its length.
    package func isPossibleShortNumber(_ number: PhoneNumber) -> Bool {
        territories(withCodeOf: number).contains { territory in
            tables.shortNumberFlags(number.nationalDigits, in: territory)?.contains(.possible) == true
        }
    }

    /// Whether a number is a short number in use of some region with its calling code.
    package func isValidShortNumber(_ number: PhoneNumber) -> Bool {
        let territories = territories(withCodeOf: number)
        // With several regions the range alone decides, as in the reference.
        let wanted: ShortNumberFlags = territories.count > 1 ? .code : .valid
        return territories.contains { territory in
            tables.shortNumberFlags(number.nationalDigits, in: territory)?.contains(wanted) == true
        }
    }

    /// The most that a short number costs in the regions with its calling code; unknown when it is so in one of them.
    package func expectedCost(of number: PhoneNumber) -> ShortNumberCost {
        let territories = territories(withCodeOf: number)
        guard !territories.isEmpty else { return .unknown }
        var dearest = ShortNumberCost.tollFree
        for territory in territories {
            let flags = tables.shortNumberFlags(number.nationalDigits, in: territory)
            switch flags.map({ ShortNumberCost(flags: $0) }) ?? .unknown {
            case .premiumRate: return .premiumRate
            case .unknown: return .unknown
            case .standardRate: dearest = .standardRate
            case .tollFree: break
            }
        }
        return dearest
    }

    /// A short number of a region that is in use, for showing how they look there; with a cost, one of that price.
    ///
    /// Nil when the plan has none, and for `.unknown`, which is no price. Few regions have one of each.
    package func exampleShortNumber(for region: Region, cost: ShortNumberCost? = nil) -> String? {
        guard let territory = tables.territory(of: region), cost != .unknown else { return nil }
        let place = cost.map { $0.planCode } ?? 0
        let example = tables.string(tables.shortExample(place, of: territory))
        return example.isEmpty ? nil : example
    }

    /// Whether a text is an emergency number of a region, exactly.
    package func isEmergencyNumber(_ text: String, dialledFrom region: Region) -> Bool {
        emergencyFlags(text, region).contains(.emergency)
    }

    /// Whether dialling a text in a region reaches an emergency service: also when digits follow its number, except
    /// where such a number belongs to somebody else (Brazil, Chile, Nicaragua).
    package func connectsToEmergency(_ text: String, dialledFrom region: Region) -> Bool {
        emergencyFlags(text, region).contains(.connectsToEmergency)
    }

    private func emergencyFlags(_ text: String, _ region: Region) -> ShortNumberFlags {
        guard let territory = tables.territory(of: region),
            let digits = try? WrittenNumber.digits(in: text.utf8.span, tables.characters)
        else { return [] }
        return tables.shortNumberFlags(digits, in: territory) ?? []
    }

    private func territories(withCodeOf number: PhoneNumber) -> [Int] {
        guard let record = tables.callingCode(Int(number.countryCode)) else { return [] }
        return (0..<tables.callingCode(record, .memberCount)).compactMap { tables.member($0, of: record) }
    }
}

extension ShortNumberCost {
    fileprivate init(flags: ShortNumberFlags) {
        switch flags.cost {
        case 1: self = .tollFree
        case 2: self = .standardRate
        case 3: self = .premiumRate
        default: self = .unknown
        }
    }

    /// The number of the price in the plan.
    fileprivate var planCode: Int {
        switch self {
        case .unknown: 0
        case .tollFree: 1
        case .standardRate: 2
        case .premiumRate: 3
        }
    }
}

extension PlanTables {
    /// The text of an example of the short numbers of a territory: 0 for any, else by the number of its price.
    fileprivate func shortExample(_ place: Int, of territory: Int) -> Int {
        self.territory(territory, word: TerritoryField.shortExamples.rawValue + place)
    }

    /// What digits are as a short number of a territory; nil when the plan knows no short numbers of it.
    fileprivate func shortNumberFlags(_ digits: DigitString, in territory: Int) -> ShortNumberFlags? {
        let node = self.territory(territory, .shortNumbers)
        guard node != PlanLayout.none else { return nil }
        return ShortNumberFlags(rawValue: label(from: node, digits))
    }
}
