// What is to happen when. A value.

/// A binary heap of instants, the earliest first. Nothing is taken out early: whoever looks at the first entry knows
/// whether it still counts.
package struct InstantHeap: Sendable {
    /// An instant, and for whom it is.
    package struct Entry: Sendable {
        package let instant: MonotonicTime
        package let id: UInt64
    }

    private var entries: [Entry] = []

    package init() {}

    package var first: Entry? { entries.first }
    package var count: Int { entries.count }

    package mutating func insert(_ instant: MonotonicTime, _ id: UInt64) {
        entries.append(Entry(instant: instant, id: id))
        var index = entries.count - 1
        while index > 0 {
            let parent = (index - 1) / 2
            guard entries[index].instant < entries[parent].instant else { return }
            entries.swapAt(index, parent)
            index = parent
        }
    }

    @discardableResult
    package mutating func removeFirst() -> Entry? {
        guard let first = entries.first else { return nil }
        entries.swapAt(0, entries.count - 1)
        entries.removeLast()
        sink(0)
        return first
    }

    /// Forgets the entries of all others.
    package mutating func keep(_ isKept: (_ id: UInt64) -> Bool) {
        entries.removeAll { !isKept($0.id) }
        for index in stride(from: entries.count / 2 - 1, through: 0, by: -1) { sink(index) }
    }

    private mutating func sink(_ start: Int) {
        var index = start
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2]
            where child < entries.count && entries[child].instant < entries[least].instant { least = child }
            guard least != index else { return }
            entries.swapAt(index, least)
            index = least
        }
    }
}
