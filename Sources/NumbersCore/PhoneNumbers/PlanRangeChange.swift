// The ranges of a calling code that two plans describe differently, found by walking both automata side by side.
// Stateless: reads the plans, returns values.

/// Why two plans, or the names of two, are not compared.
package enum PlanComparisonError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The automata of a calling code have too many pairs of states.
    case tooUnlike(countryCode: UInt16)
    /// The names of one kind have too many prefixes.
    case tooManyNames(NameChanges.Kind)

    package var description: String {
        switch self {
        case .tooManyNames(let kind): "the names (\(kind.rawValue)) have too many differences to list"
        case .tooUnlike(let code): "the rules of +\(code) have too many differences to list"
        }
    }
}

/// The numbers of a calling code that changed from one meaning to another.
package struct PlanRangeChange: Sendable, Hashable {
    /// What a plan says of a number: nothing at all when it is not valid.
    package struct Meaning: Sendable, Hashable {
        package let region: Region?
        /// nil when the number is not valid.
        package let type: LineType?
    }

    package let countryCode: UInt16
    package let before: Meaning
    package let after: Meaning
    /// How many numbers changed so, of 2 to 17 national digits.
    package let count: UInt64
    /// The first of the shortest of them, as E.164.
    package let example: String

    /// Pairs of states at one digit: real plans have a few thousand states in all, and walk almost in step.
    private static let pairsMax = 100_000

    /// Every change between the plans in a calling code that both have, in the order of the shortest number of each.
    static func all(
        of code: UInt16, from before: NumberingPlan, to after: NumberingPlan
    ) throws(PlanComparisonError) -> [PlanRangeChange] {
        guard let left = before.tables.callingCode(Int(code)), let right = after.tables.callingCode(Int(code)) else {
            return []
        }
        var found = Found()
        let start = Pair(
            before: PlanPosition(node: before.tables.callingCode(left, .plan)),
            after: PlanPosition(node: after.tables.callingCode(right, .plan)))
        // Pairs reached by equally many digits, each with the number of digit strings that lead to it and the first one.
        var level: [Pair: Reached] = [start: Reached(count: 1, digits: [])]
        func note(_ labels: (Int, Int), _ count: UInt64, _ digits: [UInt8]) {
            let meanings = (
                Meaning(before.tables, labels.0, left), Meaning(after.tables, labels.1, right)
            )
            guard meanings.0 != meanings.1 else { return }
            found.add(meanings, count, digits)
        }
        for length in 0...ParsedNumber.digitsAllowed.upperBound {
            var next: [Pair: Reached] = [:]
            for (pair, reached) in level {
                if pair.before.isTail(before.tables), pair.after.isTail(after.tables) {
                    // From here on only the number of digits counts.
                    var strings = reached.count
                    for more in 0...ParsedNumber.digitsAllowed.upperBound - length {
                        if ParsedNumber.digitsAllowed.contains(length + more) {
                            let labels = (
                                pair.before.label(before.tables, after: more),
                                pair.after.label(after.tables, after: more)
                            )
                            note(labels, strings, reached.digits + [UInt8](repeating: 0, count: more))
                        }
                        // At most 10 to the power of 18.
                        strings *= 10
                    }
                    continue
                }
                if ParsedNumber.digitsAllowed.contains(length) {
                    let labels = (pair.before.label(before.tables), pair.after.label(after.tables))
                    note(labels, reached.count, reached.digits)
                }
                guard length < ParsedNumber.digitsAllowed.upperBound else { continue }
                for digit in 0..<UInt8(10) {
                    let successor = Pair(
                        before: pair.before.next(before.tables, digit), after: pair.after.next(after.tables, digit))
                    next[successor, default: Reached(count: 0, digits: reached.digits + [digit])]
                        .add(reached, digit)
                }
                guard next.count <= pairsMax else { throw .tooUnlike(countryCode: code) }
            }
            level = next
        }
        return found.changes(of: code)
    }

    private struct Pair: Hashable {
        let before: PlanPosition
        let after: PlanPosition
    }

    private struct Reached {
        var count: UInt64
        var digits: [UInt8]

        mutating func add(_ earlier: Reached, _ digit: UInt8) {
            // At most 10 to the power of 17 strings in all, far below what 64 bits hold.
            count += earlier.count
            let other = earlier.digits + [digit]
            if other.lexicographicallyPrecedes(digits) { digits = other }
        }
    }

    /// The changes so far by their kind.
    private struct Found {
        private var kinds: [Kind: Reached] = [:]

        private struct Kind: Hashable {
            let before: Meaning
            let after: Meaning
        }

        mutating func add(_ meanings: (Meaning, Meaning), _ count: UInt64, _ digits: [UInt8]) {
            var entry = kinds[Kind(before: meanings.0, after: meanings.1)] ?? Reached(count: 0, digits: digits)
            entry.count += count
            if PlanRangeChange.isEarlier(digits, entry.digits) { entry.digits = digits }
            kinds[Kind(before: meanings.0, after: meanings.1)] = entry
        }

        func changes(of code: UInt16) -> [PlanRangeChange] {
            kinds.sorted { PlanRangeChange.isEarlier($0.value.digits, $1.value.digits) }.map { kind, reached in
                PlanRangeChange(
                    countryCode: code, before: kind.before, after: kind.after, count: reached.count,
                    example: "+\(code)" + reached.digits.map { String($0) }.joined())
            }
        }
    }

    private static func isEarlier(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.count == right.count ? left.lexicographicallyPrecedes(right) : left.count < right.count
    }
}

extension PlanRangeChange.Meaning {
    fileprivate init(_ tables: PlanTables, _ label: Int, _ callingCode: Int) {
        let (region, type) = tables.classification(ofLabel: label, callingCode: callingCode)
        // The region of a number that is not valid says nothing of it.
        self.init(region: type == nil ? nil : region, type: type)
    }
}

/// A place in a plan's automata: a node, and how many digits lie behind the beginning of a tail.
private struct PlanPosition: Hashable {
    private let node: Int
    private let offset: Int

    init(node: Int) { self.init(node: node, offset: 0) }

    private init(node: Int, offset: Int) {
        self.node = node
        self.offset = offset
    }

    func isTail(_ tables: PlanTables) -> Bool { node >= tables.branchCount }

    func next(_ tables: PlanTables, _ digit: UInt8) -> PlanPosition {
        guard isTail(tables) else {
            return PlanPosition(node: Int(tables.branches[node * PlanLayout.branchWords + Int(digit)]))
        }
        return PlanPosition(node: node, offset: min(offset + 1, PlanLayout.tailWords - 1))
    }

    /// The label when the digits end here; behind the beginning of a tail, after so many more digits.
    func label(_ tables: PlanTables, after more: Int = 0) -> Int {
        guard isTail(tables) else { return Int(tables.branches[node * PlanLayout.branchWords + 10]) }
        let place = min(offset + more, PlanLayout.tailWords - 1)
        return Int(tables.tails[(node - tables.branchCount) * PlanLayout.tailWords + place])
    }
}
