// The name that was probably meant. Pure functions.

/// Finds the known name nearest to a wrong one.
package enum Suggestion {
    /// Longer names are compared by their letters' case only: they are no slip of the finger, and the cost of a comparison
    /// grows with the square of the length.
    static let lengthMax = 48
    /// Names that are compared; what a hostile file has more of must not make the search slow.
    static let candidatesMax = 256

    /// The nearest name when it is near enough to be a slip, or else the only one that begins with what was given.
    package static func nearest(to given: String, among known: some Sequence<String>) -> String? {
        if let slip = slip(given, among: known) { return slip }
        let wanted = normalized(given)
        let continued = known.prefix(candidatesMax).filter { wanted.count >= 2 && normalized($0).starts(with: wanted) }
        return continued.count == 1 && continued[0] != given ? continued[0] : nil
    }

    /// The nearest name that differs in case, or in a few letters: one in words of up to 5 letters, two in words of up to
    /// 11, three in longer ones. nil when there is none, or when what was given is itself known.
    package static func slip(_ given: String, among known: some Sequence<String>) -> String? {
        let wanted = normalized(given)
        var best: (name: String, distance: Int)?
        for name in known.prefix(candidatesMax) {
            if name == given { return nil }
            guard let distance = distance(wanted, normalized(name)), distance < best?.distance ?? Int.max else {
                continue
            }
            best = (name, distance)
        }
        return best?.name
    }

    /// Lower case, with `_` and `-` the same.
    private static func normalized(_ text: String) -> [UInt8] {
        text.lowercased().utf8.map { $0 == UInt8(ascii: "_") ? UInt8(ascii: "-") : $0 }
    }

    /// Insertions, deletions, replacements and swaps of neighbours that turn one into the other (optimal string
    /// alignment); nil when they are too many for the words to be the same.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int? {
        if left == right { return 0 }
        let length = min(left.count, right.count)
        guard length >= 3, max(left.count, right.count) <= lengthMax else { return nil }
        let allowed = length <= 5 ? 1 : length <= 11 ? 2 : 3
        guard abs(left.count - right.count) <= allowed else { return nil }
        var beforePrevious: [Int] = []
        var previous = Array(0...right.count)
        for i in left.indices {
            var current = [i + 1]
            for j in right.indices {
                var cost = min(current[j] + 1, previous[j + 1] + 1, previous[j] + (left[i] == right[j] ? 0 : 1))
                if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                    cost = min(cost, beforePrevious[j - 1] + 1)
                }
                current.append(cost)
            }
            (beforePrevious, previous) = (previous, current)
        }
        return previous[right.count] <= allowed ? previous[right.count] : nil
    }
}
