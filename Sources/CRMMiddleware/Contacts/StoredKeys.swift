// Which keys storage may know something of. A value.

/// A Bloom filter: what was put in is always found, and of what was not, less than one in a hundred.
///
/// A number that calls for the first time is not in storage, and most numbers call for the first time. Without asking, a
/// search saves the way to a reader's thread and back.
struct StoredKeys: Sendable {
    /// With 16 bits a key and 6 of them set, one key in some 300 is taken for stored though it is not.
    private static let bitsPerKey = 16
    private static let probes = 6
    /// For how many keys there is room at least: 2 KiB.
    private static let capacityMin = 1_024

    private var words: [UInt64]
    private let mask: UInt64
    private let capacity: Int
    private(set) var count = 0

    /// - Parameter expected: how many keys it is made for; twice as many have room.
    init(expecting expected: Int) {
        var capacity = Self.capacityMin
        while capacity < 2 * expected { capacity *= 2 }
        self.capacity = capacity
        words = Array(repeating: 0, count: capacity * Self.bitsPerKey / 64)
        mask = UInt64(capacity * Self.bitsPerKey - 1)
    }

    /// Whether one more would make mistakes too many: it is to be made anew.
    var isFull: Bool { count >= capacity }

    mutating func insert(_ key: ContactKey) {
        guard !mayContain(key) else { return }
        var (bit, step) = Self.walk(key)
        for _ in 0..<Self.probes {
            words[Int((bit & mask) >> 6)] |= 1 << (bit & 63)
            bit &+= step
        }
        count += 1
    }

    func mayContain(_ key: ContactKey) -> Bool {
        var (bit, step) = Self.walk(key)
        for _ in 0..<Self.probes {
            if words[Int((bit & mask) >> 6)] & (1 << (bit & 63)) == 0 { return false }
            bit &+= step
        }
        return true
    }

    /// Two halves of one hash make as many as are needed (Kirsch and Mitzenmacher 2006). Seeded anew in every process, so
    /// that nobody can choose numbers that fill it.
    private static func walk(_ key: ContactKey) -> (first: UInt64, step: UInt64) {
        let hash = UInt64(bitPattern: Int64(key.hashValue))
        return (hash, hash >> 32 | 1)
    }
}
