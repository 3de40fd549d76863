import NumbersCore
import Platform
import Testing

@Suite struct AddressLimiterTests {
    private static let start = MonotonicTime(nanoseconds: 3_600_000_000_000_000)

    @Test("each address has a limit of its own, an IPv6 /64 counts as one")
    func addresses() throws {
        let limiter = AddressLimiter()
        let first = try #require(NetworkAddress("192.0.2.1"))
        let second = try #require(NetworkAddress("192.0.2.2"))
        let home = try #require(NetworkAddress("2001:db8::1"))
        let sameHome = try #require(NetworkAddress("2001:db8::ffff:0:1"))
        let otherHome = try #require(NetworkAddress("2001:db8:0:1::1"))
        for address in [first, second, home] {
            for _ in 0..<3 { #expect(limiter.take(address, limit: 3, at: Self.start).isAllowed) }
            #expect(!limiter.take(address, limit: 3, at: Self.start).isAllowed)
        }
        #expect(!limiter.take(sameHome, limit: 3, at: Self.start).isAllowed)
        #expect(limiter.take(otherHome, limit: 3, at: Self.start).isAllowed)
        #expect(limiter.take(first, limit: 3, at: Self.start + .seconds(60)).isAllowed)
    }

    @Test("a limit an hour lets the next in after an hour, and says how long that is")
    func hourly() throws {
        let limiter = AddressLimiter()
        let address = try #require(NetworkAddress("192.0.2.1"))
        for _ in 0..<3 { #expect(limiter.take(address, limit: 3, scale: 60, at: Self.start).isAllowed) }
        let refused = limiter.take(address, limit: 3, scale: 60, at: Self.start + .seconds(30 * 60))
        #expect(!refused.isAllowed)
        #expect(refused.retryAfterSeconds == 30 * 60)
        #expect(!limiter.take(address, limit: 3, scale: 60, at: Self.start + .seconds(59 * 60)).isAllowed)
        #expect(limiter.take(address, limit: 3, scale: 60, at: Self.start + .seconds(60 * 60)).isAllowed)
    }

    @Test("a limit of zero lets nobody in")
    func closed() throws {
        let limiter = AddressLimiter()
        #expect(!limiter.take(.v4(1), limit: 0, at: Self.start).isAllowed)
    }

    @Test("many addresses cannot switch the limit off: beyond the table's size they share one window")
    func fullTable() {
        let limiter = AddressLimiter()
        for value in UInt32(0)..<65_536 {
            guard limiter.take(.v4(value), limit: 2, at: Self.start).isAllowed else {
                Issue.record("address \(value) was refused")
                return
            }
        }
        #expect(limiter.take(.v4(100_000), limit: 2, at: Self.start).isAllowed)
        #expect(limiter.take(.v4(100_001), limit: 2, at: Self.start).isAllowed)
        #expect(!limiter.take(.v4(100_002), limit: 2, at: Self.start).isAllowed)
        // Those that are known keep their own.
        #expect(limiter.take(.v4(7), limit: 2, at: Self.start).isAllowed)
        #expect(!limiter.take(.v4(7), limit: 2, at: Self.start).isAllowed)
        // A minute later the table has room again.
        let later = Self.start + .seconds(120)
        for value in UInt32(200_000)..<200_003 { #expect(limiter.take(.v4(value), limit: 2, at: later).isAllowed) }
    }
}
