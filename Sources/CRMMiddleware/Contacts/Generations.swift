// A bounded table that forgets what was not asked for lately. A value; its owner protects it.

/// Values by key in two generations: when the young one is full it becomes the old one, the old one is dropped, and what
/// is asked for again moves back.
struct Generations<Key: Hashable, Value> {
    private struct Entry {
        let value: Value
        let cost: Int
    }

    private var young: [Key: Entry] = [:]
    private var old: [Key: Entry] = [:]
    private var youngCost = 0
    private var oldCost = 0
    private let countMax: Int
    private let costMax: Int
    private let isDropped: (Value) -> Void

    /// - Parameters:
    ///   - countMax: how many values there are at most.
    ///   - costMax: what they may cost together; each cost comes with its value.
    ///   - isDropped: told of every value that had to go, but not of one that another took the place of.
    init(countMax: Int, costMax: Int, isDropped: @escaping (Value) -> Void = { _ in }) {
        self.countMax = max(1, countMax / 2)
        self.costMax = max(1, costMax / 2)
        self.isDropped = isDropped
    }

    var cost: Int { youngCost + oldCost }
    var count: Int { young.count + old.count }

    /// The value, which has then been asked for.
    mutating func find(_ key: Key) -> Value? {
        if let entry = young[key] { return entry.value }
        guard let entry = old.removeValue(forKey: key) else { return nil }
        oldCost -= entry.cost
        insert(entry.value, cost: entry.cost, for: key)
        return entry.value
    }

    /// Puts a value in, in place of the one that was there.
    mutating func insert(_ value: Value, cost: Int, for key: Key) {
        if let entry = old.removeValue(forKey: key) { oldCost -= entry.cost }
        if let entry = young.updateValue(Entry(value: value, cost: cost), forKey: key) { youngCost -= entry.cost }
        youngCost += cost
        guard young.count >= countMax || youngCost > costMax else { return }
        dropOld()
        (old, oldCost) = (young, youngCost)
        young = [:]
        youngCost = 0
        // One that is dearer than the whole bound is not kept.
        if oldCost > 2 * costMax { dropOld() }
    }

    mutating func remove(_ key: Key) {
        if let entry = young.removeValue(forKey: key) { youngCost -= entry.cost }
        if let entry = old.removeValue(forKey: key) { oldCost -= entry.cost }
    }

    /// Drops what was not asked for lately.
    mutating func dropOld() {
        for entry in old.values { isDropped(entry.value) }
        old = [:]
        oldCost = 0
    }

    mutating func removeAll() {
        dropOld()
        for entry in young.values { isDropped(entry.value) }
        young = [:]
        youngCost = 0
    }
}

extension Generations where Value: AnyObject {
    /// Changes every value in place.
    /// - Parameter change: returns what the value costs from now on; nil: it goes.
    mutating func update(_ change: (Value) -> Int?) {
        (young, youngCost) = updated(young, change)
        (old, oldCost) = updated(old, change)
    }

    private func updated(_ entries: [Key: Entry], _ change: (Value) -> Int?) -> ([Key: Entry], Int) {
        var cost = 0
        let updated = entries.compactMapValues { entry -> Entry? in
            guard let entryCost = change(entry.value) else {
                isDropped(entry.value)
                return nil
            }
            cost += entryCost
            return Entry(value: entry.value, cost: entryCost)
        }
        return (updated, cost)
    }
}
