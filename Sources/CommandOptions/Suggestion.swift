// The name that was probably meant.

/// Finds the known name nearest to a wrong one.
package enum Suggestion {
    /// Longer input is no slip of the finger, and the distance is quadratic in the length.
    private static let lengthLimit = 64

    /// The nearest name when it is near enough: one edit in a short name, one in three letters of a longer one, at most
    /// three. The only name that begins with what was given counts as near.
    package static func nearest(to given: String, among known: [String]) -> String? {
        guard (1...lengthLimit).contains(given.utf8.count) else { return nil }
        let wanted = normalized(given)
        let limit = min(3, max(1, wanted.count / 3))
        var best: (name: String, distance: Int)?
        for name in known {
            let distance = editDistance(wanted, normalized(name))
            if distance <= limit, distance < best?.distance ?? Int.max { best = (name, distance) }
        }
        if let best { return best.name }
        let continued = known.filter { wanted.count >= 2 && normalized($0).starts(with: wanted) }
        return continued.count == 1 ? continued[0] : nil
    }

    /// Lower case, with `_` and `-` the same.
    private static func normalized(_ text: String) -> [UInt8] {
        text.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
            case UInt8(ascii: "_"): UInt8(ascii: "-")
            default: byte
            }
        }
    }

    /// Insertions, deletions, replacements and swaps of neighbours that turn one into the other (optimal string
    /// alignment).
    static func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforePrevious = [Int](repeating: 0, count: right.count + 1)
        var previous = Array(0...right.count)
        for i in left.indices {
            var current = [i + 1]
            for j in right.indices {
                var cost = min(
                    current[j] + 1, previous[j + 1] + 1, previous[j] + (left[i] == right[j] ? 0 : 1))
                if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                    cost = min(cost, beforePrevious[j - 1] + 1)
                }
                current.append(cost)
            }
            beforePrevious = previous
            previous = current
        }
        return previous[right.count]
    }
}
