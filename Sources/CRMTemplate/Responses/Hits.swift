// The places that rules have passed at, and which of them agree with a choice made elsewhere. A value.

internal import JSONText

/// Places in a document, each by the elements chosen on the way to it, in the order of the document.
struct Hits: Sendable {
    /// The choices of all places, one after the other.
    private var choices: [ArrayChoice] = []
    /// Where each place's choices end.
    private var ends: [Int] = []
    /// How much is remembered: a place, and a choice, is one.
    private(set) var size = 0

    var count: Int { ends.count }
    var isEmpty: Bool { ends.isEmpty }

    subscript(index: Int) -> ArraySlice<ArrayChoice> { choices[(index == 0 ? 0 : ends[index - 1])..<ends[index]] }

    mutating func append(_ place: some Collection<ArrayChoice>) {
        choices.append(contentsOf: place)
        ends.append(choices.count)
        size += place.count + 1
    }

    /// The places of several rules, in the order of the document, each once. An outer place comes before those in it.
    static func merged(_ all: [Hits]) -> Hits {
        let places = all.flatMap { hits in (0..<hits.count).map { hits[$0] } }
            .sorted { $0.lexicographicallyPrecedes($1) }
        var merged = Hits()
        for (index, place) in places.enumerated() where index == 0 || place != places[index - 1] {
            merged.append(place)
        }
        return merged
    }

    /// The choice of a place in the array that is so many arrays down. Only for places that go down so far.
    private func choice(_ index: Int, _ level: Int) -> ArrayChoice {
        choices[(index == 0 ? 0 : ends[index - 1]) + level]
    }

    private func levels(_ index: Int) -> Int { ends[index] - (index == 0 ? 0 : ends[index - 1]) }

    /// The first place of a range, all alike down to a level, that has its choice there at or behind an element.
    private func first(atOrBehind element: JSONDocument.Node, in range: Range<Int>, _ level: Int) -> Int {
        var low = range.lowerBound
        var high = range.upperBound
        while low < high {
            let middle = (low + high) / 2
            if choice(middle, level).element < element { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Leads to the places that agree with the choices in every array they share, until `body` returns false.
    ///
    /// Places that agree down to a level are neighbours; those of an array that was chosen from are found by halving,
    /// those of one that was not all agree. The cost is that of the places led to, and of a search in each level.
    func forEachAgreeing(
        with chosen: some Collection<ArrayChoice>, in view: JSONView, _ body: (Int) -> Bool
    ) {
        _ = visit(0..<count, 0, chosen, view, body)
    }

    private func visit(
        _ range: Range<Int>, _ level: Int, _ chosen: some Collection<ArrayChoice>, _ view: JSONView,
        _ body: (Int) -> Bool
    ) -> Bool {
        var index = range.lowerBound
        // At most one place ends here, before those that go further down.
        if index < range.upperBound, levels(index) == level {
            guard body(index) else { return false }
            index += 1
        }
        while index < range.upperBound {
            let array = choice(index, level).array
            let rest = index..<range.upperBound
            let behind = first(
                atOrBehind: view.end(of: array), in: rest, level)
            if let choice = chosen.first(where: { $0.array == array }) {
                let low = first(atOrBehind: choice.element, in: index..<behind, level)
                let high = first(atOrBehind: view.next(after: choice.element), in: low..<behind, level)
                guard visit(low..<high, level + 1, chosen, view, body) else { return false }
            } else {
                for place in index..<behind {
                    guard body(place) else { return false }
                }
            }
            index = behind
        }
        return true
    }

    /// Whether any place agrees with the choices.
    func hasAgreeing(with chosen: some Collection<ArrayChoice>, in view: JSONView) -> Bool {
        var found = false
        forEachAgreeing(with: chosen, in: view) { _ in
            found = true
            return false
        }
        return found
    }
}
