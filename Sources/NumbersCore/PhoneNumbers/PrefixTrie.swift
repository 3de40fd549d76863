// Labels by the first digits of numbers. Reads only; every read is checked against the words it is made from.

/// The longest prefix of a number that has a label.
struct PrefixTrie {
    private static let ownLabel: UInt16 = 0x8000

    let words: UnsafeBufferPointer<UInt16>
    let root: Int

    /// The label of the longest known prefix; 0 when there is none.
    func label(of digits: DigitString) -> Int {
        var node = root
        var best = 0
        for index in 0..<digits.count {
            guard node + 2 < words.count else { return best }
            let present = words[node]
            let nodes = words[node + 1]
            var place = node + 2
            if present & Self.ownLabel != 0 {
                best = Int(words[place])
                place += 1
            }
            let bit = UInt16(1) << UInt16(digits[index])
            guard present & bit != 0 else { return best }
            // Earlier digits take one word each, and one more when they lead to a node.
            let earlier = present & (bit - 1)
            place += earlier.nonzeroBitCount + (earlier & nodes).nonzeroBitCount
            guard place + 1 <= words.count else { return best }
            guard nodes & bit != 0 else { return Int(words[place]) }
            guard place + 2 <= words.count else { return best }
            node = Int(words[place]) | Int(words[place + 1]) << 16
        }
        if node + 2 < words.count, words[node] & Self.ownLabel != 0 { best = Int(words[node + 2]) }
        return best
    }

    /// What is known of all numbers that begin with some digits.
    struct Place {
        /// Where longer prefixes are told apart; nil when none is.
        fileprivate(set) var node: Int?
        /// The label of the longest known prefix so far; 0 when there is none.
        fileprivate(set) var label: Int

        var isEnd: Bool { node == nil }
    }

    /// Before the first digit.
    var start: Place { entering(root, label: 0) }

    /// One digit further.
    func next(_ place: Place, _ digit: UInt8) -> Place {
        guard let node = place.node else { return place }
        let present = words[node]
        let nodes = words[node + 1]
        let bit = UInt16(1) << UInt16(digit)
        let unknown = Place(node: nil, label: place.label)
        guard present & bit != 0 else { return unknown }
        let earlier = present & (bit - 1)
        let own = present & Self.ownLabel != 0 ? 1 : 0
        let child = node + 2 + own + earlier.nonzeroBitCount + (earlier & nodes).nonzeroBitCount
        guard child < words.count else { return unknown }
        guard nodes & bit != 0 else { return Place(node: nil, label: Int(words[child])) }
        guard child + 1 < words.count else { return unknown }
        return entering(Int(words[child]) | Int(words[child + 1]) << 16, label: place.label)
    }

    private func entering(_ node: Int, label: Int) -> Place {
        guard node + 2 < words.count else { return Place(node: nil, label: label) }
        return Place(node: node, label: words[node] & Self.ownLabel != 0 ? Int(words[node + 2]) : label)
    }
}
