// What one numbering plan says otherwise than another. Immutable; made once by walking both plans.

/// The differences between two plans, as an operator wants to know them before taking the newer one.
package struct PlanChanges: Sendable {
    /// A set of regions or calling codes that only one of the plans has.
    package struct Difference<Item: Sendable & Hashable & Comparable>: Sendable, Hashable {
        /// Ascending.
        package let added: [Item]
        /// Ascending.
        package let removed: [Item]

        init(_ before: [Item], _ after: [Item]) {
            added = Set(after).subtracting(before).sorted()
            removed = Set(before).subtracting(after).sorted()
        }

        package var isEmpty: Bool { added.isEmpty && removed.isEmpty }
    }

    /// A calling code that other regions use now, or in another order; the main one comes first.
    package struct SharedCode: Sendable, Hashable {
        package let countryCode: UInt16
        package let before: [Region]
        package let after: [Region]
    }

    /// An example number of either plan that the plans read differently.
    package struct Example: Sendable, Hashable {
        /// The number as E.164.
        package let number: String
        /// What differs, in a fixed order; at least one.
        package let fields: [Field]
    }

    /// One difference in how a number is read.
    package struct Field: Sendable, Hashable {
        package enum Name: String, Sendable, Hashable, CaseIterable {
            case region, type, possibility, e164, national, international
        }

        package let name: Name
        /// Empty when that plan says nothing.
        package let before: String
        package let after: String
    }

    package let regions: Difference<Region>
    package let countryCodes: Difference<UInt16>
    package let sharedCodes: [SharedCode]
    /// Ranges of calling codes that both plans have, by code; each kind of change once for a code.
    package let ranges: [PlanRangeChange]
    /// Example numbers that are read differently, by number.
    package let examples: [Example]
    /// How many example numbers were read in both plans.
    package let examplesCompared: Int

    /// Whether the plans say the same of every number and example.
    package var isEmpty: Bool {
        regions.isEmpty && countryCodes.isEmpty && sharedCodes.isEmpty && ranges.isEmpty && examples.isEmpty
    }

    /// Compares two plans.
    /// - Throws: `PlanComparisonError` when a plan is so unlike any real one that comparing it would not end.
    package init(from before: NumberingPlan, to after: NumberingPlan) throws(PlanComparisonError) {
        regions = Difference(before.regions, after.regions)
        countryCodes = Difference(before.countryCodes, after.countryCodes)
        let common = before.countryCodes.filter { after.tables.callingCode(Int($0)) != nil }
        sharedCodes = common.compactMap { code in
            let regions = (before.regions(withCountryCode: code), after.regions(withCountryCode: code))
            return regions.0 == regions.1
                ? nil : SharedCode(countryCode: code, before: regions.0, after: regions.1)
        }
        var ranges: [PlanRangeChange] = []
        for code in common { ranges += try PlanRangeChange.all(of: code, from: before, to: after) }
        self.ranges = ranges
        let numbers = Set(Self.exampleNumbers(before) + Self.exampleNumbers(after)).sorted()
        examplesCompared = numbers.count
        examples = numbers.compactMap { number in
            let readings = (Self.reading(number, before), Self.reading(number, after))
            let fields = Field.Name.allCases.enumerated().compactMap { place, name in
                readings.0[place] == readings.1[place]
                    ? nil : Field(name: name, before: readings.0[place], after: readings.1[place])
            }
            return fields.isEmpty ? nil : Example(number: number, fields: fields)
        }
    }

    /// What a plan says of an international number, in the order of `Field.Name`; empty texts where it says nothing.
    private static func reading(_ text: String, _ plan: NumberingPlan) -> [String] {
        guard let number = try? PhoneNumber(parsing: text, region: nil, plan: plan) else {
            return [String](repeating: "", count: Field.Name.allCases.count)
        }
        return [
            number.region?.code ?? "", number.type?.rawValue ?? "", number.possibility.rawValue,
            number.e164Text, number.formatted(.national, in: plan), number.formatted(.international, in: plan),
        ]
    }

    /// The examples of every territory and type, as E.164.
    private static func exampleNumbers(_ plan: NumberingPlan) -> [String] {
        let tables = plan.tables
        return (0..<tables.territoryCount).flatMap { territory in
            LineType.allCases.compactMap { type in
                let digits = tables.example(of: territory, type: type)
                return digits.isEmpty ? nil : "+\(tables.territory(territory, .callingCode))\(digits)"
            }
        }
    }
}
