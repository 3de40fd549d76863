// Walking the plan's automata. Reads only; the tables were verified, so every step stays inside them.

extension PlanTables {
    /// The label of a whole digit string, from a start node.
    ///
    /// Branches are walked digit by digit; a tail answers by the number of digits that remain.
    func label(from start: Int, _ digits: DigitString) -> Int {
        var node = start
        var remaining = digits.count
        var (next, later) = digits.words
        while node < branchCount {
            let row = branches + node &* PlanLayout.branchWords
            // Beyond what was kept no pattern reaches; there the digits do not matter.
            if remaining == 0 { return Int(row[10]) }
            node = Int(row[Int(truncatingIfNeeded: next >> 60)])
            next = next << 4 | later >> 60
            later <<= 4
            remaining &-= 1
        }
        return Int(tails[(node &- branchCount) &* PlanLayout.tailWords &+ min(remaining, PlanLayout.tailWords - 1)])
    }

    /// Whether a number fits the general description of a territory.
    func isGenerallyValid(_ digits: DigitString, in territory: Int) -> Bool {
        label(from: self.territory(territory, .general), digits) != 0
    }

    /// Where a prefix at the front of the digits ends, and what its groups captured; nil when there is none.
    func prefixMatch(from start: Int, _ digits: DigitString) -> PrefixMatch? {
        var state = start
        var index = 0
        let count = digits.count
        var (next, later) = digits.words
        var found: PrefixMatch?
        while true {
            let row = prefixStates + state &* PlanLayout.prefixStateWords
            if index == count {
                if row[11] != 0 { found = PrefixMatch(end: index, accept: Int(row[11])) }
                return found
            }
            if row[10] != 0 { found = PrefixMatch(end: index, accept: Int(row[10])) }
            // State 0 is dead: nothing longer can match.
            state = Int(row[Int(truncatingIfNeeded: next >> 60)])
            if state == 0 || index >= DigitString.capacity { return found }
            next = next << 4 | later >> 60
            later <<= 4
            index &+= 1
        }
    }

    /// The digits a group captured, by their places; nil when the group took no part in the match.
    func group(_ number: Int, of match: PrefixMatch) -> Range<Int>? {
        let record = prefixAccepts + match.accept * 4 + (number - 1) * 2
        let (start, end) = (Int(record[0]), Int(record[1]))
        guard end != 255, start <= end, end <= match.end else { return nil }
        return start..<end
    }
}

/// The end of a prefix and the number of the record that tells its groups.
struct PrefixMatch {
    let end: Int
    let accept: Int
}
