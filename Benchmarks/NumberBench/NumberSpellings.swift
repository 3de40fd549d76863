// Numbers of every region and type in the spellings that directories, CRMs and call logs have. A repeatable sequence.

import NumbersCore

/// An endless sequence of lines: a text, a tab, a region.
struct NumberSpellings {
    private var random = SplitMix(state: 1)
    private let plan: NumberingPlan
    private let examples: [PhoneNumber]
    private let regions: [Region]

    init(plan: NumberingPlan) {
        self.plan = plan
        regions = plan.regions
        examples = plan.regions.flatMap { region in
            LineType.allCases.compactMap { plan.exampleNumber(for: region, type: $0) }
        }
    }

    mutating func next() -> String {
        var number = examples[random.below(examples.count)]
        // Other subscribers of the range; some of them are in none.
        let digits = number.e164Text
        let kept = digits.dropLast(random.below(5))
        let tail = (kept.count..<digits.count).map { _ in String(random.below(10)) }.joined()
        if let other = try? PhoneNumber(parsing: kept + tail, region: nil, plan: plan) { number = other }
        let home = number.region.flatMap { $0.isGeographic ? $0 : nil } ?? regions[random.below(regions.count)]
        let elsewhere = regions[random.below(regions.count)]
        let (text, region): (String, Region?) =
            switch random.below(100) {
            case ..<30: (number.e164Text, random.below(2) == 0 ? nil : home)
            case ..<50: (number.formatted(.international, in: plan), random.below(2) == 0 ? nil : elsewhere)
            case ..<75: (number.formatted(.national, in: plan), home)
            case ..<82: (number.nationalSignificantNumber, home)
            case ..<88: (number.formatted(dialledFrom: elsewhere, in: plan), elsewhere)
            case ..<92: (number.formatted(.rfc3966, in: plan), nil)
            case ..<95: (number.formatted(.national, in: plan) + " ext. \(random.below(9000))", home)
            case ..<97: (String(number.formatted(.international, in: plan).map { $0 == " " ? "/" : $0 }), home)
            case ..<98: ("Tel. " + number.formatted(.international, in: plan), nil)
            case ..<99: (Self.fullWidth(number.formatted(.national, in: plan)), home)
            default: (String(number.formatted(.national, in: plan).dropLast()), home)
            }
        return text + "\t" + (region?.code ?? "ZZ") + "\n"
    }

    /// As East Asian input methods write digits.
    private static func fullWidth(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let wide = (48...57).contains(scalar.value) ? Unicode.Scalar(scalar.value + 0xFEE0) : nil
            result.append(wide ?? scalar)
        }
        return String(result)
    }
}

/// A generator whose numbers are the same in every run.
struct SplitMix {
    var state: UInt64

    /// 0 up to, not including, `limit`, which is above zero.
    mutating func below(_ limit: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return Int((value ^ value >> 31) % UInt64(limit))
    }
}
