// Prepared statements by the address of their SQL. Confined to its connection's thread.

/// Finds the statement of a literal in a few nanoseconds.
///
/// The key is the literal's address: literals live as long as the program and are never changed, so one address means
/// one text, and no text has to be hashed. The number of entries is bounded by the number of literals in the program.
struct StatementCache {
    private struct Entry {
        let key: UnsafePointer<UInt8>
        let statement: Statement
    }

    /// Open addressing with linear probing; the size is a power of two and at most half of it is used.
    private var slots: [Entry?]
    private var count = 0

    private static let initialSlots = 128

    init() { slots = Array(repeating: nil, count: Self.initialSlots) }

    /// The statement stored for `sql`, if there is one.
    func find(_ sql: StaticString) -> Statement? {
        var index = slot(of: sql.utf8Start)
        while let entry = slots[index] {
            if entry.key == sql.utf8Start { return entry.statement }
            index = (index + 1) & (slots.count - 1)
        }
        return nil
    }

    /// Keeps the statement of `sql`, which must not be there yet.
    mutating func insert(_ statement: Statement, for sql: StaticString) {
        if (count + 1) * 2 > slots.count {
            let old = slots
            slots = Array(repeating: nil, count: old.count * 2)
            for case let entry? in old { place(entry) }
        }
        place(Entry(key: sql.utf8Start, statement: statement))
        count += 1
    }

    /// Forgets, and thereby finalizes, every statement.
    mutating func removeAll() {
        slots = Array(repeating: nil, count: Self.initialSlots)
        count = 0
    }

    private mutating func place(_ entry: Entry) {
        var index = slot(of: entry.key)
        while slots[index] != nil { index = (index + 1) & (slots.count - 1) }
        slots[index] = entry
    }

    private func slot(of key: UnsafePointer<UInt8>) -> Int {
        // Fibonacci hashing: literals lie close together, the product spreads them over the high bits.
        let product = UInt64(UInt(bitPattern: key)) &* 0x9e37_79b9_7f4a_7c15
        return Int(truncatingIfNeeded: product >> 32) & (slots.count - 1)
    }
}
