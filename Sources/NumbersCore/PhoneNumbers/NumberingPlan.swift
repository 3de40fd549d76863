// The numbering plan as the rest of the product sees it. An immutable value over read-only tables.

internal import CNumberPlan

/// Every region's numbering rules, compiled; immutable, and free to share between threads.
package struct NumberingPlan: Sendable {
    let tables: PlanTables
    /// The names that go with the plan: carriers, places, time zones, regions.
    package let names: NumberNames

    /// The plan this program was built with.
    package static let builtIn: NumberingPlan = {
        do {
            return NumberingPlan(
                tables: try PlanTables(
                    UnsafeRawBufferPointer(start: number_plan_table(), count: number_plan_table_length()), owned: false),
                names: .builtIn)
        } catch {
            // The table is part of the program; a program whose own memory is damaged must not answer.
            preconditionFailure("the built-in numbering plan is damaged: \(error)")
        }
    }()

    var places: PlaceTables { names.tables }

    private init(tables: PlanTables, names: NumberNames) {
        self.tables = tables
        self.names = names
    }

    /// Takes a compiled plan from bytes, for instance a file.
    ///
    /// - Throws: `NumberingPlanError` unless magic, format, length, checksum and every reference in it are right.
    package init(_ bytes: [UInt8], names: NumberNames = .builtIn) throws(NumberingPlanError) {
        self.init(tables: try PlanTables(copying: bytes), names: names)
    }

    /// The same plan with other names.
    package func with(_ names: NumberNames) -> NumberingPlan { NumberingPlan(tables: tables, names: names) }

    /// The release of the public metadata the plan was compiled from, as in "9.0.43".
    package var metadataVersion: String { tables.version }

    /// Every region of the plan in alphabetical order; "001" is not among them.
    package var regions: [Region] {
        (0..<tables.territoryCount).compactMap { tables.region(of: $0) }.filter(\.isGeographic).sorted()
    }

    /// Every calling code of the plan in ascending order, the non-geographic ones included.
    package var countryCodes: [UInt16] {
        (1...999).filter { tables.callingCode($0) != nil }.map { UInt16($0) }
    }

    /// Whether the plan has rules for a region.
    package func contains(_ region: Region) -> Bool { tables.territory(of: region) != nil }

    /// The calling code of a region, as in 44 for GB; nil for regions the plan does not know, and for "001".
    package func countryCode(of region: Region) -> UInt16? {
        tables.territory(of: region).map { UInt16(tables.territory($0, .callingCode)) }
    }

    /// The regions that share a calling code, the main one first; empty when nobody has it.
    package func regions(withCountryCode code: UInt16) -> [Region] {
        guard let callingCode = tables.callingCode(Int(code)) else { return [] }
        return (0..<tables.callingCode(callingCode, .memberCount)).compactMap { place in
            tables.member(place, of: callingCode).flatMap { tables.region(of: $0) }
        }
    }

    /// A valid number of a region for showing how numbers look there; nil when the plan has none of that type.
    package func exampleNumber(for region: Region, type: LineType = .fixedLine) -> PhoneNumber? {
        guard let territory = tables.territory(of: region) else { return nil }
        return try? PhoneNumber(parsing: tables.example(of: territory, type: type), region: region, plan: self)
    }

    /// A valid number of a non-geographic calling code; nil for the codes of regions.
    package func exampleNumber(forNonGeographicCode code: UInt16) -> PhoneNumber? {
        guard let callingCode = tables.callingCode(Int(code)) else { return nil }
        let territory = tables.callingCode(callingCode, .mainTerritory)
        guard tables.region(of: territory) == .nonGeographic else { return nil }
        let types: [LineType] = [.mobile, .tollFree, .sharedCost, .voip, .voicemail, .uan, .premiumRate]
        for type in types {
            let digits = tables.example(of: territory, type: type)
            guard !digits.isEmpty else { continue }
            if let number = try? PhoneNumber(parsing: "+\(code)\(digits)", region: nil, plan: self) { return number }
        }
        return nil
    }
}
