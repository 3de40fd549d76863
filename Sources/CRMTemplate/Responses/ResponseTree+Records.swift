// Records: what the rules of a scenario agree on.

internal import JSONText

extension ResponseTree {
    /// Nodes a rule's account tells of, at most; the rest is counted.
    static let explainedNodes = 20
    /// Bytes of one text in an account, at most.
    static let explainedBytes = 200

    /// The records that pass one rule of every group, in the order of the document (spec 4.3).
    ///
    /// Each rule leads to places, each with the element chosen in every array on the way; places of different groups
    /// belong together when they agree on every array they share. Without a group there is no record.
    /// - Parameter explains: whether to tell of every rule which nodes it looked at.
    package func records(
        passing groups: [RuleGroup], matching: MatchingContext, explains: Bool
    ) throws(ExpressionError) -> RuleOutcome {
        var search = RecordSearch(self, matching, explains: explains)
        // A group without a rule asks nothing.
        for (index, group) in groups.enumerated() where !group.rules.isEmpty { try search.add(group, index) }
        return search.outcome()
    }
}

/// One search for records. Owns its state and ends with it.
private struct RecordSearch {
    private let tree: ResponseTree
    private let limits: ResponseLimits
    private let matching: MatchingContext
    private let explains: Bool
    private var groups: [Hits] = []
    private var rules: [Trace.Event] = []
    private var stepsLeft: Int
    private var isCut = false

    /// What joining two places counts, as it takes the time of looking at so many nodes.
    private static let joinSteps = 16

    init(_ tree: ResponseTree, _ matching: MatchingContext, explains: Bool) {
        self.tree = tree
        self.matching = matching
        self.explains = explains
        limits = tree.content?.limits ?? .standard
        stepsLeft = limits.steps
    }

    mutating func add(_ group: RuleGroup, _ index: Int) throws(ExpressionError) {
        var hits: [Hits] = []
        for rule in group.rules {
            let test = try RuleTest(rule, matching)
            let account = explains ? RuleAccount(tree, matching) : nil
            hits.append(
                places(of: rule, test, account, placesLeft: limits.places - hits.reduce(0) { $0 + $1.size }))
            if let account { rules.append(account.event(of: rule, test, group: index)) }
        }
        groups.append(hits.count == 1 ? hits[0] : Hits.merged(hits))
    }

    private mutating func places(
        of rule: RuleTemplate, _ test: RuleTest, _ account: RuleAccount?, placesLeft: Int
    ) -> Hits {
        guard let content = tree.content else { return Hits() }
        return content.document.withView { view in
            var visitor = RuleVisitor(test, in: content, view, account: account, most: placesLeft)
            PathWalk.walk(rule.path, in: content, view, steps: &stepsLeft, visitor: &visitor)
            if visitor.isFull || stepsLeft < 0 { isCut = true }
            return visitor.hits
        }
    }

    mutating func outcome() -> RuleOutcome {
        guard let content = tree.content, let first = groups.first, !groups.contains(where: \.isEmpty) else {
            return RuleOutcome(records: [], rules: rules, isCut: isCut)
        }
        var records: [Record] = []
        if groups.count == 1 {
            isCut = isCut || first.count > limits.records
            records = (0..<min(first.count, limits.records)).map {
                Record(choices: Array(first[$0]), in: content)
            }
        } else {
            var found: Set<[ArrayChoice]> = []
            content.document.withView { view in _ = join(0, [], view, &found) }
            records = found.sorted { $0.lexicographicallyPrecedes($1) }.map { Record(choices: $0, in: content) }
        }
        return RuleOutcome(records: records, rules: rules, isCut: isCut)
    }

    /// Adds what the groups from one on have that agrees with the choices so far; recursive over groups.
    /// - Returns: whether to go on.
    private mutating func join(
        _ group: Int, _ chosen: [ArrayChoice], _ view: JSONView, _ found: inout Set<[ArrayChoice]>
    ) -> Bool {
        if group == groups.count {
            guard found.count < limits.records || found.contains(chosen) else {
                isCut = true
                return false
            }
            found.insert(chosen)
            return true
        }
        let hits = groups[group]
        var goesOn = true
        hits.forEachAgreeing(with: chosen, in: view) { place in
            stepsLeft -= Self.joinSteps
            if stepsLeft < 0 {
                isCut = true
                goesOn = false
            } else {
                goesOn = join(group + 1, union(chosen, hits[place]), view, &found)
            }
            return goesOn
        }
        return goesOn
    }

    /// Both choices, in order.
    private func union(_ left: [ArrayChoice], _ right: ArraySlice<ArrayChoice>) -> [ArrayChoice] {
        if left.isEmpty { return Array(right) }
        let more = right.filter { !left.contains($0) }
        return more.isEmpty ? left : (left + more).sorted()
    }
}
