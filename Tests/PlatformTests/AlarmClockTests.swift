import Testing

@testable import Platform

@Suite(.timeLimit(.minutes(2))) struct AlarmClockTests {
    /// What rang, in its order.
    private final class Rings: Sendable {
        private let list = Monitor<[Int]>([])
        func add(_ ring: Int) { list.withLock { $0.append(ring) } }
        var all: [Int] { list.withLock { $0 } }
    }

    private func eventually(_ condition: () -> Bool) async -> Bool {
        for _ in 0..<12_000 {
            if condition() { return true }
            // Cancelled only together with the test.
            try? await Task.sleep(for: .milliseconds(5))
        }
        return condition()
    }

    @Test func `alarms ring in the order of their instants, not before, whatever order they were set in`() async throws
    {
        let clock = try AlarmClock()
        let rings = Rings()
        let start = MonotonicTime.now()
        let late = Rings()
        for place in [5, 1, 4, 2, 3] {
            let instant = start + .milliseconds(40 * place)
            _ = clock.set(at: instant) {
                rings.add(place)
                if MonotonicTime.now() < instant { late.add(place) }
            }
        }
        #expect(clock.count == 5)
        #expect(await eventually { rings.all.count == 5 })
        #expect(rings.all == [1, 2, 3, 4, 5])
        // None was early.
        #expect(late.all == [])
        #expect(clock.count == 0)
    }

    @Test func `one that is earlier than all others does not wait for them`() async throws {
        let clock = try AlarmClock()
        let rings = Rings()
        _ = clock.set(at: .now() + .seconds(3_600)) { rings.add(1) }
        // The thread sleeps by now, or is on its way there; both must do.
        _ = clock.set(at: .now() + .milliseconds(1)) { rings.add(2) }
        #expect(await eventually { rings.all == [2] })
        #expect(clock.count == 1)
    }

    @Test func `an instant that is over rings at once`() async throws {
        let clock = try AlarmClock()
        let rings = Rings()
        _ = clock.set(at: MonotonicTime(nanoseconds: 0)) { rings.add(1) }
        #expect(await eventually { rings.all == [1] })
    }

    @Test func `one that is switched off does not ring, and what it held is freed`() async throws {
        let clock = try AlarmClock()
        let rings = Rings()
        weak var held: Rings?
        do {
            let object = Rings()
            held = object
            let setting = clock.set(at: .now() + .milliseconds(50)) { object.add(1) }
            clock.switchOff(setting)
            // Once more does no harm.
            clock.switchOff(setting)
        }
        #expect(held == nil)
        _ = clock.set(at: .now() + .milliseconds(60)) { rings.add(2) }
        #expect(await eventually { rings.all == [2] })
        #expect(clock.count == 0 && clock.entries == 0)
    }

    @Test func `alarms that are switched off do not pile up until their instants`() throws {
        let clock = try AlarmClock()
        for _ in 0..<10_000 { clock.switchOff(clock.set(at: .now() + .seconds(3_600)) {}) }
        #expect(clock.count == 0)
        #expect(clock.entries <= 1_025)
    }

    @Test func `a clock that is gone rings no more, and its thread ends`() async throws {
        let rings = Rings()
        weak var held: Rings?
        do {
            let object = Rings()
            held = object
            let clock = try AlarmClock()
            _ = clock.set(at: .now() + .milliseconds(100)) {
                object.add(1)
                rings.add(1)
            }
        }
        // The thread is the last to let go of what was set.
        #expect(await eventually { held == nil })
        #expect(rings.all == [])
    }
}
