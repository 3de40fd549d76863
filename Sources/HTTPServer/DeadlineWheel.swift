// When connections run out of time: a ring of buckets. A value owned by one loop.
//
// Deadlines move with every request, so a connection's entry is not moved each time: it stays where it was put, and
// when its bucket comes up the loop looks at the connection's true deadline and puts it back if that is later.

internal import Platform

/// Tickets of connections by the time they must be looked at, to about 16 ms.
struct DeadlineWheel {
    /// One bucket's share of time, in nanoseconds: fine enough for time-outs of seconds, coarse enough to be cheap.
    private static let tickNanoseconds: UInt64 = 1 << 24
    /// Buckets in the ring; together about 17 s. A later deadline waits in the last one and is put back.
    private static let bucketCount: UInt64 = 1_024

    private var buckets: [[UInt64]]
    /// Every bucket before this tick has been emptied.
    private var nextTick: UInt64
    private var count = 0
    /// No bucket before this tick holds anything; nil when none does.
    private var firstTick: UInt64?

    init(now: MonotonicTime) {
        buckets = [[UInt64]](repeating: [], count: Int(Self.bucketCount))
        nextTick = now.nanoseconds / Self.tickNanoseconds
    }

    /// Puts a ticket where it will come up at `deadline` or, when that is far off, before it.
    /// - Returns: the tick it was put at, by which the owner recognises its newest entry.
    mutating func insert(_ ticket: UInt64, at deadline: MonotonicTime) -> UInt64 {
        let wanted = Self.tick(of: deadline)
        let tick = min(max(wanted, nextTick), nextTick + Self.bucketCount - 1)
        buckets[Int(tick % Self.bucketCount)].append(ticket)
        count += 1
        firstTick = min(firstTick ?? tick, tick)
        return tick
    }

    /// The tick at which a deadline has passed: rounded up, so that nothing comes up early.
    static func tick(of deadline: MonotonicTime) -> UInt64 {
        let (sum, overflow) = deadline.nanoseconds.addingReportingOverflow(tickNanoseconds - 1)
        return (overflow ? UInt64.max : sum) / tickNanoseconds
    }

    /// How long nothing can come up, in whole milliseconds rounded up; nil when nothing is waiting.
    func millisecondsUntilNext(from now: MonotonicTime) -> Int32? {
        guard let firstTick else { return nil }
        let due = firstTick * Self.tickNanoseconds
        guard due > now.nanoseconds else { return 0 }
        return Int32(clamping: (due - now.nanoseconds + 999_999) / 1_000_000)
    }

    /// Whether `takeDue` has anything to do.
    func isDue(_ now: MonotonicTime) -> Bool {
        guard let firstTick else { return false }
        return firstTick * Self.tickNanoseconds <= now.nanoseconds
    }

    /// Takes out everything whose time has come, with the tick it was put at.
    mutating func takeDue(_ now: MonotonicTime) -> [(ticket: UInt64, tick: UInt64)] {
        let present = now.nanoseconds / Self.tickNanoseconds
        guard present >= nextTick else { return [] }
        var due: [(ticket: UInt64, tick: UInt64)] = []
        // After a long sleep every bucket comes up once, not once for each round slept through.
        let last = min(present, nextTick + Self.bucketCount - 1)
        for tick in nextTick...last {
            let index = Int(tick % Self.bucketCount)
            if buckets[index].isEmpty { continue }
            for ticket in buckets[index] { due.append((ticket, tick)) }
            count -= buckets[index].count
            buckets[index] = []
        }
        nextTick = present + 1
        firstTick = nil
        if count > 0 {
            for tick in nextTick..<nextTick + Self.bucketCount
            where !buckets[Int(tick % Self.bucketCount)].isEmpty {
                firstTick = tick
                break
            }
        }
        return due
    }
}
