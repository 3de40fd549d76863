// The rate limit of one account, key or address. A value; whoever shares one guards it with a mutex.

package import Platform

/// A sliding window: at most N units in any 60 consecutive seconds.
///
/// Exact: it remembers when each unit was taken. Requests of the same instant share an entry, and a window with very
/// many entries merges those of 15 ms by keeping the latest time, which can only make it stricter, by less than that.
package struct RateWindow: Sendable {
    /// The length of the window.
    package static let length: Duration = .seconds(60)
    private static let lengthNanoseconds: UInt64 = 60_000_000_000
    /// Above this many entries neighbours are merged: with the 4,000 spans of 15 ms that a minute has, and the room
    /// that is kept for them, 256 KiB a window at the most.
    private static let entriesMax = 4_096
    private static let mergeNanoseconds: UInt64 = 15_000_000

    private struct Entry {
        var time: UInt64
        var units: Int
    }

    private var entries: [Entry] = []
    private var first = 0
    private var used = 0
    /// When the first unit of the newest entry was taken; 0 when that is not known.
    private var newestBegan: UInt64 = 0
    /// The time of the newest unit that has left the window.
    private var expiredUntil: UInt64 = 0

    package init() {}

    /// The state of a limit after a decision, as the `RateLimit-…` fields tell it.
    package struct Decision: Sendable, Hashable {
        package let isAllowed: Bool
        package let limit: Int
        /// Units left in the window.
        package let remaining: Int
        /// Whole seconds, rounded up, until one unit is possible; 0 when one is possible now.
        package let resetSeconds: Int
        /// Whole seconds, rounded up, until what was refused is possible; 0 when it was allowed.
        package let retryAfterSeconds: Int

        package init(isAllowed: Bool, limit: Int, remaining: Int, resetSeconds: Int, retryAfterSeconds: Int) {
            self.isAllowed = isAllowed
            self.limit = limit
            self.remaining = remaining
            self.resetSeconds = resetSeconds
            self.retryAfterSeconds = retryAfterSeconds
        }
    }

    /// Takes `units` if the window has room for all of them.
    package mutating func take(_ units: Int, limit: Int, at time: MonotonicTime) -> Decision {
        expire(at: time)
        let allowed = used + units <= limit
        if allowed, units > 0 { append(units, at: time.nanoseconds) }
        let remaining = max(0, limit - used)
        return Decision(
            isAllowed: allowed, limit: limit, remaining: remaining,
            resetSeconds: secondsUntilFree(1, limit: limit, at: time.nanoseconds),
            retryAfterSeconds: allowed ? 0 : secondsUntilFree(units, limit: limit, at: time.nanoseconds))
    }

    /// Gives back `units` that were taken at `time`: the request was not served.
    ///
    /// The units of others that were taken later stay where they are: giving back the newest instead would let one of
    /// those expire too early.
    package mutating func giveBack(_ units: Int, takenAt time: MonotonicTime) {
        // What has left the window by itself cannot be given back once more.
        guard time.nanoseconds > expiredUntil else { return }
        // Entries are ordered, and a unit never lies before the time it was taken at.
        var index = entries.count
        while index > first, entries[index - 1].time >= time.nanoseconds { index -= 1 }
        var rest = units
        while rest > 0, index < entries.count {
            let taken = min(rest, entries[index].units)
            entries[index].units -= taken
            used -= taken
            rest -= taken
            index += 1
        }
        while entries.count > first, let last = entries.last, last.units == 0 {
            entries.removeLast()
            newestBegan = 0
        }
    }

    /// Whether nothing is remembered any more at that time, so that the window can be forgotten.
    package mutating func isIdle(at time: MonotonicTime) -> Bool {
        expire(at: time)
        return used == 0
    }

    private mutating func append(_ units: Int, at time: UInt64) {
        used += units
        if let last = entries.last, entries.count > first {
            let isCrowded = entries.count - first >= Self.entriesMax
            if last.time >= time || (isCrowded && time - newestBegan < Self.mergeNanoseconds) {
                // A clock read on another thread may be a little behind; the window stays ordered by the later time.
                entries[entries.count - 1].time = max(time, last.time)
                entries[entries.count - 1].units += units
                return
            }
        }
        newestBegan = time
        entries.append(Entry(time: time, units: units))
    }

    private mutating func expire(at time: MonotonicTime) {
        while first < entries.count, entries[first].time + Self.lengthNanoseconds <= time.nanoseconds {
            used -= entries[first].units
            expiredUntil = entries[first].time
            first += 1
        }
        if first == entries.count {
            entries.removeAll(keepingCapacity: true)
            first = 0
        } else if first > 512, first * 2 > entries.count {
            entries.removeFirst(first)
            first = 0
        }
    }

    private func secondsUntilFree(_ needed: Int, limit: Int, at time: UInt64) -> Int {
        var free = limit - used
        guard free < needed else { return 0 }
        for entry in entries[first...] {
            free += entry.units
            if free >= needed {
                let wait = entry.time + Self.lengthNanoseconds - min(time, entry.time + Self.lengthNanoseconds)
                return max(1, Int((wait + 999_999_999) / 1_000_000_000))
            }
        }
        return 60
    }
}
