// The ring of deadlines: nothing early, nothing lost, nothing more than a tick late.

import Platform
import Testing

@testable import HTTPServer

@Suite struct `The deadline wheel` {
    private let start = MonotonicTime(nanoseconds: 5_000_000_000)

    @Test(arguments: [0, 1, 15, 16, 17, 100, 1_000, 16_000])
    func `brings a ticket up at its time, at most a tick late`(_ milliseconds: Int64) {
        var wheel = DeadlineWheel(now: start)
        let deadline = start + .milliseconds(milliseconds)
        let tick = wheel.insert(7, at: deadline)
        var now = start
        while true {
            let due = wheel.takeDue(now)
            if !due.isEmpty {
                #expect(due.count == 1 && due[0].ticket == 7 && due[0].tick == tick)
                break
            }
            now = now + .milliseconds(1)
            guard now < deadline + .seconds(1) else {
                Issue.record("never came up")
                return
            }
        }
        #expect(now >= deadline && now <= deadline + .milliseconds(35))
        #expect(wheel.millisecondsUntilNext(from: now) == nil)
    }

    @Test func `brings a far deadline up early, to be put back`() {
        var wheel = DeadlineWheel(now: start)
        _ = wheel.insert(1, at: start + .seconds(600))
        #expect(wheel.takeDue(start + .seconds(16)).isEmpty)
        #expect(wheel.takeDue(start + .seconds(18)).count == 1)
    }

    @Test func `tells how long nothing can happen`() {
        var wheel = DeadlineWheel(now: start)
        #expect(wheel.millisecondsUntilNext(from: start) == nil && !wheel.isDue(start))
        _ = wheel.insert(1, at: start + .seconds(3))
        _ = wheel.insert(2, at: start + .seconds(1))
        let wait = wheel.millisecondsUntilNext(from: start) ?? 0
        #expect(wait >= 1_000 && wait <= 1_035)
        #expect(!wheel.isDue(start + .milliseconds(999)))
        #expect(wheel.isDue(start + .milliseconds(Int64(wait))))
        #expect(wheel.takeDue(start + .milliseconds(Int64(wait))).map(\.ticket) == [2])
        #expect((wheel.millisecondsUntilNext(from: start) ?? 0) >= 3_000)
    }

    @Test func `loses nothing when it is looked at late`() {
        var wheel = DeadlineWheel(now: start)
        for index in 0..<1_000 { _ = wheel.insert(UInt64(index), at: start + .milliseconds(Int64(index) * 15)) }
        #expect(Set(wheel.takeDue(start + .seconds(3_600)).map(\.ticket)).count == 1_000)
    }

    @Test func `takes deadlines that have passed already`() {
        var wheel = DeadlineWheel(now: start)
        _ = wheel.takeDue(start + .seconds(10))
        _ = wheel.insert(1, at: start)
        #expect(wheel.takeDue(start + .seconds(10) + .milliseconds(40)).map(\.ticket) == [1])
    }
}
