import NumbersCore
import Platform
import TestSupport
import Testing

/// A window that remembers everything and adds it up anew each time.
private struct PlainWindow {
    private static let length: UInt64 = 60_000_000_000
    private(set) var taken: [(time: UInt64, units: Int)] = []

    func used(at time: UInt64) -> Int {
        taken.reduce(0) { $1.time <= time && $1.time + Self.length > time ? $0 + $1.units : $0 }
    }

    mutating func take(_ units: Int, limit: Int, at time: UInt64) -> RateWindow.Decision {
        let allowed = used(at: time) + units <= limit
        if allowed, units > 0 { taken.append((time, units)) }
        return RateWindow.Decision(
            isAllowed: allowed, limit: limit, remaining: max(0, limit - used(at: time)),
            resetSeconds: wait(for: 1, limit: limit, at: time),
            retryAfterSeconds: allowed ? 0 : wait(for: units, limit: limit, at: time))
    }

    mutating func giveBack(_ units: Int, at time: UInt64) {
        guard let index = taken.firstIndex(where: { $0.time == time && $0.units == units }) else { return }
        taken[index].units -= units
    }

    private func wait(for units: Int, limit: Int, at time: UInt64) -> Int {
        if used(at: time) + units <= limit { return 0 }
        // Something can only become possible when something leaves.
        let ends = taken.map { $0.time + Self.length }.filter { $0 > time }.sorted()
        guard let end = ends.first(where: { used(at: $0) + units <= limit }) else { return 60 }
        return Int((end - time + 999_999_999) / 1_000_000_000)
    }
}

@Suite struct RateWindowTests {
    private static let second: UInt64 = 1_000_000_000

    private static func time(_ seconds: Double) -> MonotonicTime {
        MonotonicTime(nanoseconds: 1_000 * second + UInt64(seconds * 1_000_000_000))
    }

    @Test(
        "a window decides as one that remembers everything, for any sequence of requests and refunds", arguments: 0..<40
    )
    func model(round: Int) {
        let seed = UInt64.random(in: .min ... .max)
        var random = SplitMix64(seed: seed)
        let limit = Int.random(in: 1...25, using: &random)
        let steps: [UInt64] = [
            0, 0, 1, 1_000_000, 250_000_000, Self.second, 7 * Self.second, 59 * Self.second, 60 * Self.second,
        ]
        var window = RateWindow()
        var model = PlainWindow()
        var now: UInt64 = 5_000 * Self.second
        var served: [(time: UInt64, units: Int)] = []
        for step in 0..<400 {
            now += steps.randomElement(using: &random) ?? 0
            if !served.isEmpty, Int.random(in: 0..<5, using: &random) == 0 {
                // A refund comes soon after its request, and only once.
                let (time, units) = served.remove(
                    at: Int.random(in: max(0, served.count - 3)..<served.count, using: &random))
                window.giveBack(units, takenAt: MonotonicTime(nanoseconds: time))
                model.giveBack(units, at: time)
                continue
            }
            let units = Int.random(in: 0...(limit / 2 + 2), using: &random)
            let decision = window.take(units, limit: limit, at: MonotonicTime(nanoseconds: now))
            let expected = model.take(units, limit: limit, at: now)
            #expect(decision == expected, "seed \(seed), step \(step), limit \(limit), units \(units)")
            guard decision == expected else { return }
            if decision.isAllowed, units > 0 { served.append((now, units)) }
        }
        // The rule itself: whatever 60 consecutive seconds one looks at, no more than the limit was let in.
        for (end, _) in model.taken { #expect(model.used(at: end) <= limit, "seed \(seed)") }
    }

    @Test("at most N at once, the next is refused until the first is 60 seconds old", arguments: [1, 2, 59, 60, 600])
    func boundary(limit: Int) {
        var window = RateWindow()
        for index in 1...limit {
            let decision = window.take(1, limit: limit, at: Self.time(0))
            #expect(decision.isAllowed)
            #expect(decision.remaining == limit - index)
            #expect(decision.resetSeconds == (index == limit ? 60 : 0))
            #expect(decision.retryAfterSeconds == 0)
        }
        let refused = window.take(1, limit: limit, at: Self.time(0))
        #expect(
            refused
                == RateWindow.Decision(
                    isAllowed: false, limit: limit, remaining: 0, resetSeconds: 60, retryAfterSeconds: 60))
        #expect(!window.take(1, limit: limit, at: Self.time(59.999_999)).isAllowed)
        #expect(window.take(1, limit: limit, at: Self.time(60)).isAllowed)
    }

    @Test(
        "the seconds to wait are whole and rounded up",
        arguments: [(0.0, 60), (0.000_001, 60), (1, 59), (1.5, 59), (58.999, 2), (59, 1), (59.000_1, 1), (59.999_9, 1)])
    func rounding(later: Double, seconds: Int) {
        var window = RateWindow()
        _ = window.take(1, limit: 1, at: Self.time(0))
        let refused = window.take(1, limit: 1, at: Self.time(later))
        #expect(!refused.isAllowed)
        #expect(refused.retryAfterSeconds == seconds)
        #expect(refused.resetSeconds == seconds)
    }

    @Test("a batch is let in whole or not at all, and waits for as much as it needs")
    func batches() {
        var window = RateWindow()
        #expect(window.take(4, limit: 10, at: Self.time(0)).isAllowed)
        #expect(window.take(4, limit: 10, at: Self.time(20)).isAllowed)
        let five = window.take(5, limit: 10, at: Self.time(30))
        #expect(!five.isAllowed)
        #expect(five.remaining == 2)
        #expect(five.resetSeconds == 0)
        #expect(five.retryAfterSeconds == 30)
        #expect(window.take(7, limit: 10, at: Self.time(30)).retryAfterSeconds == 50)
        #expect(window.take(3, limit: 10, at: Self.time(30)).retryAfterSeconds == 30)
        #expect(window.take(2, limit: 10, at: Self.time(30)).isAllowed)
        #expect(window.take(11, limit: 10, at: Self.time(1_000)).retryAfterSeconds == 60)
        #expect(window.take(10, limit: 10, at: Self.time(1_000)).isAllowed)
    }

    @Test("a limit that was lowered meanwhile leaves nothing, not less than nothing")
    func loweredLimit() {
        var window = RateWindow()
        #expect(window.take(100, limit: 100, at: Self.time(0)).isAllowed)
        let decision = window.take(1, limit: 10, at: Self.time(1))
        #expect(!decision.isAllowed)
        #expect(decision.remaining == 0)
        #expect(decision.retryAfterSeconds == 59)
    }

    @Test("a refund leaves alone what others took later, so that none of it expires early")
    func refundOfTheOlder() {
        var window = RateWindow()
        #expect(window.take(1, limit: 2, at: Self.time(0)).isAllowed)
        #expect(window.take(1, limit: 2, at: Self.time(50)).isAllowed)
        window.giveBack(1, takenAt: Self.time(0))
        #expect(window.take(1, limit: 2, at: Self.time(51)).isAllowed)
        // The one of second 50 counts until second 110.
        #expect(!window.take(1, limit: 2, at: Self.time(61)).isAllowed)
        #expect(window.take(1, limit: 2, at: Self.time(110)).isAllowed)
    }

    @Test("what has left the window by itself cannot be given back")
    func lateRefund() {
        var window = RateWindow()
        #expect(window.take(1, limit: 2, at: Self.time(0)).isAllowed)
        #expect(window.take(2, limit: 2, at: Self.time(60)).isAllowed)
        window.giveBack(1, takenAt: Self.time(0))
        #expect(!window.take(1, limit: 2, at: Self.time(61)).isAllowed)
    }

    @Test("no refund gives more than was taken")
    func largeRefund() {
        var window = RateWindow()
        #expect(window.take(2, limit: 3, at: Self.time(0)).isAllowed)
        window.giveBack(1_000, takenAt: Self.time(0))
        #expect(!window.take(4, limit: 3, at: Self.time(0)).isAllowed)
        #expect(window.take(3, limit: 3, at: Self.time(0)).isAllowed)
    }

    @Test("a clock that is a little behind on another thread cannot shorten the window")
    func clockBehind() {
        var window = RateWindow()
        #expect(window.take(1, limit: 2, at: Self.time(10)).isAllowed)
        #expect(window.take(1, limit: 2, at: Self.time(9)).isAllowed)
        #expect(!window.take(1, limit: 2, at: Self.time(69.5)).isAllowed)
        #expect(window.take(2, limit: 2, at: Self.time(70)).isAllowed)
    }

    @Test("with very many entries the window stays within 15 milliseconds of exact, and never lets more in")
    func crowded() {
        // One request a millisecond: 50,000 fit the minute, far more than the window keeps entries for.
        let limit = 50_000
        var window = RateWindow()
        var admitted: [UInt64] = []
        var late = 0
        for millisecond in UInt64(0)..<125_000 {
            let now = MonotonicTime(nanoseconds: millisecond * 1_000_000 + 1)
            // Exactly those are possible whose place was taken 60 s ago or never.
            let exact = admitted.count < limit || admitted[admitted.count - limit] + 60_000 <= millisecond
            let slack = admitted.count < limit || admitted[admitted.count - limit] + 60_015 <= millisecond
            let isAllowed = window.take(1, limit: limit, at: now).isAllowed
            if isAllowed { admitted.append(millisecond) }
            if isAllowed && !exact || !isAllowed && slack { late += 1 }
        }
        #expect(late == 0)
        #expect(admitted.count > 2 * limit - 200)
    }

    @Test("a window is idle once everything has left it")
    func idle() {
        var window = RateWindow()
        var idle = window.isIdle(at: Self.time(0))
        #expect(idle)
        _ = window.take(1, limit: 1, at: Self.time(0))
        idle = window.isIdle(at: Self.time(59.9))
        #expect(!idle)
        idle = window.isIdle(at: Self.time(60))
        #expect(idle)
    }
}
