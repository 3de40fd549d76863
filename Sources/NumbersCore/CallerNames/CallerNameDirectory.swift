// What the operator's data says about numbers, with the recently asked ones in memory. One mutex guards the two tables
// of the front; it is held for a dictionary look-up.

package import Platform

/// Where suppressions, overrides, imported names and what suppliers said are kept.
package protocol CallerNameStore: Sendable {
    /// The records of the numbers, in their order, and the revision of the change feed that they belong to.
    func records(
        for numbers: [E164], deadline: MonotonicTime
    ) async -> Result<(records: [NumberRecord], revision: Int64), StorageUnavailable>
}

/// Answers what is recorded about a number, from memory where it can.
package final class CallerNameDirectory: Sendable {
    private struct Front {
        var young: [E164: NumberRecord] = [:]
        var old: [E164: NumberRecord] = [:]
        var appliedRevision: Int64 = 0
    }

    private let front = Monitor(Front())
    private let store: any CallerNameStore
    private let generationMax: Int

    /// - Parameter capacity: how many numbers stay in memory, at about 300 bytes each. Two generations of half that:
    ///   when the young one is full it becomes the old one, and what is asked for again moves back.
    package init(store: any CallerNameStore, capacity: Int) {
        self.store = store
        generationMax = max(1, capacity / 2)
    }

    /// The record of a number asked for lately; nil when storage must be asked.
    package func known(_ number: E164) -> NumberRecord? {
        front.withLock { front in
            if let record = front.young[number] { return record }
            guard let record = front.old[number] else { return nil }
            insert(record, number, in: &front)
            return record
        }
    }

    /// The records of the numbers, in their order.
    package func records(
        for numbers: [E164], deadline: MonotonicTime
    ) async -> Result<[NumberRecord], StorageUnavailable> {
        var found = numbers.map { known($0) }
        let missing = numbers.indices.filter { found[$0] == nil }
        if missing.isEmpty { return .success(found.map { $0 ?? .none }) }
        switch await store.records(for: missing.map { numbers[$0] }, deadline: deadline) {
        case .failure(let failure): return .failure(failure)
        case .success((let records, let revision)):
            front.withLock { front in
                for (index, record) in zip(missing, records) {
                    found[index] = record
                    // Read before a change that has been applied since: good for this answer, not for keeping.
                    if revision >= front.appliedRevision { insert(record, numbers[index], in: &front) }
                }
            }
            return .success(found.map { $0 ?? .none })
        }
    }

    /// Forgets numbers whose records changed; nil forgets all.
    package func apply(changedNumbers: [E164]?, revision: Int64) {
        front.withLock { front in
            front.appliedRevision = max(front.appliedRevision, revision)
            guard let changedNumbers else {
                front.young = [:]
                front.old = [:]
                return
            }
            for number in changedNumbers {
                front.young[number] = nil
                front.old[number] = nil
            }
        }
    }

    /// Takes what the suppliers said about a number, if the number is in memory; otherwise storage has it by the time it
    /// is asked for.
    func remember(_ cached: CachedName, for number: E164) {
        front.withLock { front in
            if let record = front.young[number] { front.young[number] = record.with(cached) }
            if let record = front.old[number] { front.old[number] = record.with(cached) }
        }
    }

    private func insert(_ record: NumberRecord, _ number: E164, in front: inout Front) {
        if front.young.count >= generationMax {
            front.old = front.young
            front.young = [:]
        }
        front.young[number] = record
    }
}
