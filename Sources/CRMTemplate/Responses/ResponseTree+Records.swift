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
        stepsLeft = tree.limits.steps
    }

    mutating func add(_ group: RuleGroup, _ index: Int) throws(ExpressionError) {
        var hits: [Hits] = []
        for rule in group.rules {
            let test = try RuleTest(rule, matching)
            let account = explains ? RuleAccount(tree, matching) : nil
            hits.append(
                places(of: rule, test, account, placesLeft: tree.limits.places - hits.reduce(0) { $0 + $1.size }))
            if let account { rules.append(account.event(of: rule, test, group: index)) }
        }
        groups.append(hits.count == 1 ? hits[0] : Hits.merged(hits))
    }

    private mutating func places(
        of rule: RuleTemplate, _ test: RuleTest, _ account: RuleAccount?, placesLeft: Int
    ) -> Hits {
        var hits = Hits()
        guard let content = tree.content else { return hits }
        var walk = PathWalk(rule.path, style: tree.style, in: content.document, steps: stepsLeft)
        var isFull = false
        walk.run { node, choices in
            let passes = test.passes(node, in: content)
            account?.add(node, passes)
            guard passes else { return true }
            isFull = hits.size + choices.count >= placesLeft
            if !isFull { hits.append(choices) }
            return !isFull
        }
        stepsLeft = walk.stepsLeft
        if isFull || walk.isCut { isCut = true }
        return hits
    }

    mutating func outcome() -> RuleOutcome {
        guard let document = tree.content?.document, let first = groups.first, !groups.contains(where: \.isEmpty) else {
            return RuleOutcome(records: [], rules: rules, isCut: isCut)
        }
        var records: [Record] = []
        if groups.count == 1 {
            isCut = isCut || first.count > tree.limits.records
            records = (0..<min(first.count, tree.limits.records)).map {
                Record(choices: Array(first[$0]), in: document)
            }
        } else {
            var found: Set<[ArrayChoice]> = []
            _ = join(0, [], document, &found)
            records = found.sorted { $0.lexicographicallyPrecedes($1) }.map { Record(choices: $0, in: document) }
        }
        return RuleOutcome(records: records, rules: rules, isCut: isCut)
    }

    /// Adds what the groups from one on have that agrees with the choices so far; recursive over groups.
    /// - Returns: whether to go on.
    private mutating func join(
        _ group: Int, _ chosen: [ArrayChoice], _ document: JSONDocument, _ found: inout Set<[ArrayChoice]>
    ) -> Bool {
        if group == groups.count {
            guard found.count < tree.limits.records || found.contains(chosen) else {
                isCut = true
                return false
            }
            found.insert(chosen)
            return true
        }
        let hits = groups[group]
        var goesOn = true
        hits.forEachAgreeing(with: chosen, in: document) { place in
            stepsLeft -= Self.joinSteps
            if stepsLeft < 0 {
                isCut = true
                goesOn = false
            } else {
                goesOn = join(group + 1, union(chosen, hits[place]), document, &found)
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
