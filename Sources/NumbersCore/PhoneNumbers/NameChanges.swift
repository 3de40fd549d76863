// What the names that go with one plan say otherwise than those of another. Immutable; made once by walking both tables.

/// The differences between two tables of names.
package struct NameChanges: Sendable {
    /// What is named.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case carrier, location
        /// Several are separated by commas.
        case timeZones = "timezones"
        case region
    }

    /// One name that changed.
    package struct Change: Sendable, Hashable {
        package let kind: Kind
        /// The first digits of the numbers as in "+49151", or the letters of a region.
        package let place: String
        /// Empty where there was no name.
        package let before: String
        /// Empty where there is no name any more.
        package let after: String
    }

    /// By kind, then by digits.
    package let changes: [Change]

    package var isEmpty: Bool { changes.isEmpty }

    /// Pairs of prefixes of one kind: real tables have some tens of thousands.
    private static let pairsMax = 4_000_000
    /// No number has more digits; calling code and national number.
    private static let prefixDigitsMax = 20

    /// Compares the names of two plans.
    /// - Throws: `PlanComparisonError` when a table is so unlike any real one that comparing it would not end.
    package init(from before: NumberNames, to after: NumberNames) throws(PlanComparisonError) {
        try self.init(from: before, to: after, pairsMax: Self.pairsMax)
    }

    init(from before: NumberNames, to after: NumberNames, pairsMax: Int) throws(PlanComparisonError) {
        let tables = (before.tables, after.tables)
        var found: [Change] = []
        for kind in Kind.allCases {
            switch kind {
            case .region: found += Self.regions(tables)
            case .carrier, .location, .timeZones:
                var walk = Walk(kind, tables.0, tables.1, pairsMax: pairsMax)
                try walk.run()
                found += walk.changes
            }
        }
        changes = found
    }

    private static func regions(_ tables: (PlaceTables, PlaceTables)) -> [Change] {
        let letters = UInt8(ascii: "A")...UInt8(ascii: "Z")
        return letters.flatMap { first in letters.compactMap { Region(first, $0) } }.compactMap { region in
            let names = (tables.0.name(of: region) ?? "", tables.1.name(of: region) ?? "")
            return names.0 == names.1
                ? nil : Change(kind: .region, place: region.code, before: names.0, after: names.1)
        }
    }

    /// Both tables side by side, digit by digit.
    private struct Walk {
        private let kind: Kind
        private let tables: (before: PlaceTables, after: PlaceTables)
        private let tries: (before: PrefixTrie, after: PrefixTrie)
        private var digits: [UInt8] = []
        private var pairs = 0
        private let pairsMax: Int
        private(set) var changes: [Change] = []

        /// What both tables say of all numbers with some first digits.
        private struct Names: Equatable {
            let before: String
            let after: String
        }

        init(_ kind: Kind, _ before: PlaceTables, _ after: PlaceTables, pairsMax: Int) {
            self.kind = kind
            self.pairsMax = pairsMax
            tables = (before, after)
            tries =
                switch kind {
                case .carrier: (before.carriers, after.carriers)
                case .timeZones: (before.timeZones, after.timeZones)
                case .location, .region: (before.locations, after.locations)
                }
        }

        mutating func run() throws(PlanComparisonError) {
            if let all = try compare(tries.before.start, tries.after.start) { note(all) }
        }

        /// What both say when it is the same for all numbers from here on; else the differences are noted.
        private mutating func compare(
            _ before: PrefixTrie.Place, _ after: PrefixTrie.Place
        ) throws(PlanComparisonError) -> Names? {
            pairs += 1
            guard pairs <= pairsMax else { throw .tooManyNames(kind) }
            let isEnd = before.isEnd && after.isEnd || digits.count == NameChanges.prefixDigitsMax
            if isEnd { return Names(before: name(before.label, tables.before), after: name(after.label, tables.after)) }
            var parts: [Names?] = []
            for digit in 0..<UInt8(10) {
                digits.append(digit)
                defer { digits.removeLast() }
                parts.append(try compare(tries.before.next(before, digit), tries.after.next(after, digit)))
            }
            if let first = parts[0], parts.allSatisfy({ $0 == first }) { return first }
            for (digit, part) in parts.enumerated() {
                guard let part else { continue }
                digits.append(UInt8(digit))
                note(part)
                digits.removeLast()
            }
            return nil
        }

        private mutating func note(_ names: Names) {
            guard names.before != names.after else { return }
            let place = "+" + digits.map { String($0) }.joined()
            changes.append(Change(kind: kind, place: place, before: names.before, after: names.after))
        }

        private func name(_ label: Int, _ tables: PlaceTables) -> String {
            switch kind {
            case .timeZones: tables.zones(label).joined(separator: ", ")
            case .carrier, .location, .region: tables.name(label) ?? ""
            }
        }
    }
}
