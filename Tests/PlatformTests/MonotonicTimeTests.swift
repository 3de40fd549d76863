import Platform
import Testing

@Suite struct MonotonicTimeTests {
    @Test(
        "a sum is held at the ends of the range instead of wrapping",
        arguments: [
            (1_000, .nanoseconds(1), 1_001), (1_000, .nanoseconds(-1), 999), (1_000, .zero, 1_000),
            (1_000, .nanoseconds(-999), 1), (1_000, .nanoseconds(-1_000), 0), (1_000, .nanoseconds(-1_001), 0),
            (.max - 1, .nanoseconds(1), .max), (.max, .nanoseconds(1), .max), (.max, .seconds(60), .max),
            (0, .seconds(Int64.max), UInt64(Int64.max)), (0, .seconds(-1), 0),
        ] as [(UInt64, Duration, UInt64)])
    func adds(start: UInt64, duration: Duration, end: UInt64) {
        #expect((MonotonicTime(nanoseconds: start) + duration).nanoseconds == end)
    }

    @Test("subtracting is adding the opposite")
    func subtracts() {
        let time = MonotonicTime(nanoseconds: 5_000_000_000)
        #expect((time - .seconds(2)).nanoseconds == 3_000_000_000)
        #expect((time - .seconds(6)).nanoseconds == 0)
        #expect((time - .seconds(-1)).nanoseconds == 6_000_000_000)
    }

    @Test(
        "the duration between two instants has a sign and is held at the ends of Int64",
        arguments: [
            (0, 0, .zero), (1, 3, .nanoseconds(2)), (3, 1, .nanoseconds(-2)),
            (0, .max, .nanoseconds(Int64.max)), (.max, 0, .nanoseconds(-Int64.max)),
        ] as [(UInt64, UInt64, Duration)])
    func durations(from: UInt64, to: UInt64, duration: Duration) {
        #expect(MonotonicTime(nanoseconds: from).duration(to: MonotonicTime(nanoseconds: to)) == duration)
    }

    @Test("the clock never goes back")
    func neverBack() {
        var last = MonotonicTime.now()
        for _ in 0..<1_000 {
            let now = MonotonicTime.now()
            #expect(now >= last)
            last = now
        }
    }

    @Test(
        "a duration counts its whole nanoseconds and milliseconds towards zero, held at the ends of Int64",
        arguments: [
            (.zero, 0, 0), (.nanoseconds(1), 1, 0), (.milliseconds(1), 1_000_000, 1),
            (.nanoseconds(999_999), 999_999, 0), (.nanoseconds(-999_999), -999_999, 0),
            (.milliseconds(-2), -2_000_000, -2),
            (Duration(secondsComponent: 0, attosecondsComponent: 999_999_999), 0, 0),
            (.seconds(9_223_372_036), 9_223_372_036_000_000_000, 9_223_372_036_000),
            (.seconds(9_223_372_037), .max, .max / 1_000_000), (.seconds(Int64.max), .max, .max / 1_000_000),
            (.seconds(-9_223_372_037), .min, .min / 1_000_000), (.seconds(Int64.min), .min, .min / 1_000_000),
            (.nanoseconds(Int64.max), .max, .max / 1_000_000), (.nanoseconds(Int64.min), .min, .min / 1_000_000),
        ] as [(Duration, Int64, Int64)])
    func whole(duration: Duration, nanoseconds: Int64, milliseconds: Int64) {
        #expect(duration.wholeNanoseconds == nanoseconds)
        #expect(duration.wholeMilliseconds == milliseconds)
    }
}
