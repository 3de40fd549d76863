// Which known name an author most likely meant. Pure functions.

/// Finds names that differ from another in case, or in a letter or two.
enum NearName {
    /// Longer names are compared in case only: the cost of a comparison grows with the square of the length.
    static let lengthMax = 48
    /// Candidates that are compared; what a hostile file has more of must not make the search slow.
    static let candidatesMax = 256

    /// The most similar candidate; nil when none is similar, or when `name` is itself one.
    static func find(_ name: String, among candidates: some Sequence<String>) -> String? {
        let wanted = name.lowercased()
        var best: (name: String, distance: Int)?
        for candidate in candidates.prefix(candidatesMax) {
            if candidate == name { return nil }
            let other = candidate.lowercased()
            if other == wanted { return candidate }
            guard let distance = distance(wanted, other), distance < best?.distance ?? Int.max else { continue }
            best = (candidate, distance)
        }
        return best?.name
    }

    /// Letters to change, add, drop or exchange on the way from one to the other; nil when they are too many for the
    /// words to be the same: one in words of up to 5 letters, two in words of up to 11, three in longer ones.
    private static func distance(_ left: String, _ right: String) -> Int? {
        let (left, right) = (Array(left.utf8), Array(right.utf8))
        let length = min(left.count, right.count)
        guard length >= 3, max(left.count, right.count) <= lengthMax else { return nil }
        let allowed = length <= 5 ? 1 : length <= 11 ? 2 : 3
        guard abs(left.count - right.count) <= allowed else { return nil }
        var before: [Int] = []
        var row = Array(0...right.count)
        for (index, byte) in left.enumerated() {
            var next = [index + 1]
            for (column, other) in right.enumerated() {
                var cost = min(row[column + 1] + 1, next[column] + 1, row[column] + (byte == other ? 0 : 1))
                if index > 0, column > 0, byte == right[column - 1], left[index - 1] == other {
                    cost = min(cost, before[column - 1] + 1)
                }
                next.append(cost)
            }
            (before, row) = (row, next)
        }
        return row[right.count] <= allowed ? row[right.count] : nil
    }
}
