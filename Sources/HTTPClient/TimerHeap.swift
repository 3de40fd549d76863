// What is to happen when. A value, owned by the client's thread.

internal import Platform

/// A binary heap of instants. Nothing is taken out early: whoever looks at the first entry knows whether it still counts.
struct TimerHeap {
    enum Purpose {
        /// The caller's deadline.
        case deadline
        /// The end of the pause before another try.
        case pause
    }

    struct Entry {
        let time: MonotonicTime
        let id: UInt64
        let purpose: Purpose
    }

    private var entries: [Entry] = []

    var first: Entry? { entries.first }
    var count: Int { entries.count }

    mutating func insert(_ entry: Entry) {
        entries.append(entry)
        var index = entries.count - 1
        while index > 0 {
            let parent = (index - 1) / 2
            guard entries[index].time < entries[parent].time else { return }
            entries.swapAt(index, parent)
            index = parent
        }
    }

    mutating func removeFirst() -> Entry? {
        guard let first = entries.first else { return nil }
        entries.swapAt(0, entries.count - 1)
        entries.removeLast()
        sink(0)
        return first
    }

    /// Forgets what does not count any more.
    mutating func keep(_ counts: (Entry) -> Bool) {
        entries.removeAll { !counts($0) }
        for index in stride(from: entries.count / 2 - 1, through: 0, by: -1) { sink(index) }
    }

    private mutating func sink(_ start: Int) {
        var index = start
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2]
            where child < entries.count && entries[child].time < entries[least].time { least = child }
            guard least != index else { return }
            entries.swapAt(index, least)
            index = least
        }
    }
}
