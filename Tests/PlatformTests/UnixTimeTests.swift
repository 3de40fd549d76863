import Platform
import Testing

@Suite struct UnixTimeTests {
    @Test(
        "RFC 3339 text is read to the microsecond",
        arguments: [
            ("1970-01-01", 0), ("1970-01-01T00:00:00Z", 0), ("1970-01-01T00:00:00.000001Z", 1),
            ("1970-01-01T00:00:00.5Z", 500_000), ("1970-01-01T00:00:00.123456789Z", 123_456),
            ("1970-01-01t00:00:01z", 1_000_000), ("1970-01-01 00:00:01Z", 1_000_000),
            ("1970-01-02", 86_400_000_000), ("2000-02-29", 951_782_400_000_000),
            ("2024-02-29T23:59:59Z", 1_709_251_199_000_000), ("2100-03-01", 4_107_542_400_000_000),
            ("2026-01-02T03:04:05Z", 1_767_323_045_000_000), ("2026-01-02T04:04:05+01:00", 1_767_323_045_000_000),
            ("2026-01-01T21:34:05-05:30", 1_767_323_045_000_000), ("2026-01-02T03:04:05-00:00", 1_767_323_045_000_000),
            ("2026-01-03T03:03:05+23:59", 1_767_323_045_000_000 - 0),
            ("2016-12-31T23:59:60Z", 1_483_228_799_000_000), ("9999-12-31T23:59:59Z", 253_402_300_799_000_000),
            ("1970-01-01T01:00:00+01:00", 0), ("9999-12-31T00:59:59-23:00", 253_402_300_799_000_000),
        ] as [(String, Int64)])
    func reads(text: String, microseconds: Int64) {
        #expect(UnixTime(rfc3339: text)?.microseconds == microseconds)
    }

    @Test(
        "text that is not RFC 3339, a day that does not exist, or a year outside 1970 to 9999 is refused",
        arguments: [
            "", "2026", "2026-01", "2026-1-1", "26-01-01", "2026/01/01", "2026-01-01T", "2026-01-01Z", "20260101",
            "2026-00-01", "2026-13-01", "2026-01-00", "2026-01-32", "2026-04-31", "2026-06-31", "2026-09-31",
            "2026-11-31", "2026-02-29", "2100-02-29", "1900-02-28", "2024-02-30", "1969-12-31", "0000-01-01",
            "10000-01-01", "+2026-01-01", "-2026-01-01", "２０２６-01-01", "٢٠٢٦-01-01",
            "2026-01-01T00:00Z", "2026-01-01T00:00:00", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z",
            "2026-01-01T00:00:61Z", "2026-01-01T0:00:00Z", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00,5Z",
            "2026-01-01T00:00:00.1234567890Z", "2026-01-01T00:00:00+0100", "2026-01-01T00:00:00+01",
            "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00+01:60", "2026-01-01T00:00:00ZZ",
            "2026-01-01T00:00:00Z ", " 2026-01-01", "2026-01-01\n", "2026-01-01T00:00:00UTC",
            "1970-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "2026-01-01T00:00:00\u{2212}01:00",
        ])
    func refuses(text: String) {
        #expect(UnixTime(rfc3339: text) == nil)
    }

    @Test(
        "instants are written in UTC: RFC 3339 in seconds and milliseconds, a date, an HTTP date",
        arguments: [
            (0, "1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z", "Thu, 01 Jan 1970 00:00:00 GMT"),
            (
                1_767_323_045_678_999, "2026-01-02T03:04:05Z", "2026-01-02T03:04:05.678Z",
                "Fri, 02 Jan 2026 03:04:05 GMT"
            ),
            (
                784_111_777_000_000, "1994-11-06T08:49:37Z", "1994-11-06T08:49:37.000Z",
                "Sun, 06 Nov 1994 08:49:37 GMT"
            ),
            (
                1_709_251_199_999_999, "2024-02-29T23:59:59Z", "2024-02-29T23:59:59.999Z",
                "Thu, 29 Feb 2024 23:59:59 GMT"
            ),
            (
                253_402_300_799_000_000, "9999-12-31T23:59:59Z", "9999-12-31T23:59:59.000Z",
                "Fri, 31 Dec 9999 23:59:59 GMT"
            ),
            (-1, "1969-12-31T23:59:59Z", "1969-12-31T23:59:59.999Z", "Wed, 31 Dec 1969 23:59:59 GMT"),
        ] as [(Int64, String, String, String)])
    func writes(microseconds: Int64, seconds: String, milliseconds: String, http: String) {
        let time = UnixTime(microseconds: microseconds)
        #expect(time.rfc3339() == seconds)
        #expect(time.rfc3339Milliseconds() == milliseconds)
        #expect(time.rfc3339Date() == String(seconds.prefix(10)))
        #expect(time.httpDate() == http)
    }

    @Test("every day from 1970 to 2500 is written and read back as the day after its predecessor")
    func days() throws {
        let months: [Int64] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        var (year, month, day): (Int64, Int64, Int64) = (1970, 1, 1)
        var mistakes: [String] = []
        for number in Int64(0)..<193_579 {
            let time = UnixTime(seconds: number * 86_400)
            let parts = time.civil
            let isRight = parts.year == year && parts.month == month && parts.day == day
            if !isRight || UnixTime(rfc3339: time.rfc3339Date()) != time { mistakes.append(time.rfc3339Date()) }
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            let length = month == 2 && isLeap ? 29 : months[Int(month) - 1]
            (day, month, year) =
                day < length ? (day + 1, month, year) : month < 12 ? (1, month + 1, year) : (1, 1, year + 1)
        }
        #expect(mistakes.isEmpty)
        #expect(year == 2500 && month == 1 && day == 1)
    }

    @Test(
        "seconds and days are rounded down, also before 1970",
        arguments: [
            (0, 0, 0), (999_999, 0, 0), (1_000_000, 1, 0), (-1, -1, -1), (-1_000_000, -1, -1), (-1_000_001, -2, -1),
            (86_399_999_999, 86_399, 0), (86_400_000_000, 86_400, 1), (-86_400_000_000, -86_400, -1),
            (-86_400_000_001, -86_401, -2),
        ] as [(Int64, Int64, Int64)])
    func roundsDown(microseconds: Int64, seconds: Int64, day: Int64) {
        let time = UnixTime(microseconds: microseconds)
        #expect(time.seconds == seconds)
        #expect(time.dayNumber == day)
    }

    @Test("adding and subtracting a duration is exact to the microsecond")
    func arithmetic() {
        let time = UnixTime(microseconds: 1_000)
        #expect((time + .microseconds(1)).microseconds == 1_001)
        #expect((time - .seconds(1)).microseconds == -999_000)
        #expect((time + .nanoseconds(999)).microseconds == 1_000)
        #expect(time < time + .microseconds(1))
        #expect(!(time < time))
    }

    @Test("the system's clock is past the year in which this was written")
    func systemClock() {
        #expect(Clock.system.wall() > UnixTime(rfc3339: "2025-01-01") ?? UnixTime(seconds: .max / 2_000_000))
    }
}
