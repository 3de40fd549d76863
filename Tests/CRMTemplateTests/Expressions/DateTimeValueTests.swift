import CRMTemplate
import Platform
import Testing

@Suite struct DateTimeValueTests {
    @Test(
        arguments: [
            (0, 621_355_968_000_000_000), (1, 621_355_968_000_000_010), (-1, 621_355_967_999_999_990),
            (1_772_600_767_000_000, 639_081_975_670_000_000), (.max, DateTimeValue.maximumTicks), (.min, 0),
            (253_402_300_799_999_999, DateTimeValue.maximumTicks - 9),
            (253_402_300_800_000_000, DateTimeValue.maximumTicks), (-62_135_596_800_000_000, 0),
            (-62_135_596_800_000_001, 0),
        ] as [(Int64, Int64)]) func `an instant is held in the years that .NET has`(microseconds: Int64, ticks: Int64)
    {
        let value = DateTimeValue.utc(UnixTime(microseconds: microseconds))
        #expect(value.ticks == ticks)
        #expect(value.kind == .utc)
    }

    @Test(arguments: [
        ("Europe/Vienna", "2026-03-04T05:06:07Z", "03/04/2026 06:06:07", 3_600),
        ("Europe/Vienna", "2026-07-01T22:30:00Z", "07/02/2026 00:30:00", 7_200),
        ("America/New_York", "2026-01-01T04:59:59Z", "12/31/2025 23:59:59", -18_000),
        ("Asia/Kolkata", "2026-01-01T00:00:00Z", "01/01/2026 05:30:00", 19_800),
        ("UTC", "2026-01-01T00:00:00Z", "01/01/2026 00:00:00", 0),
        ("Europe/Vienna", "2026-03-29T00:59:59Z", "03/29/2026 01:59:59", 3_600),
        ("Europe/Vienna", "2026-03-29T01:00:00Z", "03/29/2026 03:00:00", 7_200),
    ]) func `an instant is read on the clock of a place`(zone: String, instant: String, expected: String, offset: Int)
        throws
    {
        let time = Fixture.date(instant).instant
        let value = DateTimeValue.local(time, in: try #require(CivilZone(zone)))
        #expect(Value.date(value).text() == expected)
        #expect(value.kind == .local(offsetSeconds: offset))
        #expect(value.instant == time)
    }

    @Test func `extreme instants are held on every clock`() throws {
        let zone = try #require(CivilZone("Europe/Vienna"))
        #expect(DateTimeValue.local(UnixTime(microseconds: .max), in: zone).ticks == DateTimeValue.maximumTicks)
        #expect(DateTimeValue.local(UnixTime(microseconds: .min), in: zone).ticks == 0)
        #expect(
            DateTimeValue(ticks: .min, kind: .local(offsetSeconds: .max)).instant
                == DateTimeValue(ticks: 0, kind: .utc).instant)
        #expect(DateTimeValue(ticks: .max, kind: .local(offsetSeconds: .min)).ticks == DateTimeValue.maximumTicks)
    }

    @Test(arguments: [
        "", "Nowhere", "Europe/Nowhere", "../etc/passwd", "/etc/passwd", "Europe/Vienna/x", "europe vienna", "\0",
        String(repeating: "a", count: 10_000),
    ])
    func `a zone that is none is refused`(name: String) { #expect(CivilZone(name) == nil) }

    @Test(arguments: [
        ("2026-03-04", "03/04/2026 00:00:00"), ("2026-03-04T05:06", "03/04/2026 05:06:00"),
        ("2026-03-04 05:06:07", "03/04/2026 05:06:07"), ("2026-03-04T05:06:07Z", "03/04/2026 05:06:07"),
        ("2026-03-04t05:06:07.1234567z", "03/04/2026 05:06:07"),
        ("2026-03-04T05:06:07+01:00", "03/04/2026 05:06:07"), ("0001-01-01", "01/01/0001 00:00:00"),
        ("9999-12-31T23:59:59", "12/31/9999 23:59:59"), ("2024-02-29", "02/29/2024 00:00:00"),
        ("2000-02-29", "02/29/2000 00:00:00"),
    ]) func `ISO 8601 is read`(text: String, expected: String) {
        #expect(DateTimeValue(iso: text).map { Value.date($0).text() } == expected)
    }

    @Test(arguments: [
        "", "2026", "2026-3-4", "2026-13-01", "2026-00-01", "2026-01-00", "2026-02-29", "1900-02-29", "2026-04-31",
        "0000-01-01", "2026-01-01T", "2026-01-01T24:00", "2026-01-01T23:60", "2026-01-01T23:59:60", "2026-01-01T23",
        "2026-01-01T23:59:59.", "2026-01-01T23:59:59.12345678",
        "2026-01-01T23:59:59+", "2026-01-01T23:59:59+0100", "2026-01-01T23:59:59+19:00", "2026-01-01T23:59:59+01:60",
        "2026-01-01Z", "2026-01-01 x", " 2026-01-01", "2026-01-01T23:59:59ZZ", "２０２６-01-01", "20260101", "+2026-01-01",
        "2026/01/01",
    ]) func `what is not ISO 8601 is refused`(text: String) { #expect(DateTimeValue(iso: text) == nil) }

    @Test(
        arguments: [
            ("00:00:00", 0), ("00:01:30", 900_000_000), ("00:01:30.4", 904_000_000), ("-00:01:30", -900_000_000),
            ("1.02:03:04", 937_840_000_000), ("10675198.23:59:59.9999999", 9_223_371_935_999_999_999),
            ("1:2:3", 37_230_000_000), ("23:59:59", 863_990_000_000), ("00:00:00.0000001", 1),
        ] as [(String, Int64)]) func `a length of time is read`(text: String, ticks: Int64)
    {
        #expect(TimeSpanValue(text: text)?.ticks == ticks)
    }

    @Test(arguments: [
        "", "5", "24:00:00", "00:60:00", "00:00:60", "00:00", "1.24:00:00", "00:00:00.", "00:00:00.12345678",
        "--00:00:00", "10675199.00:00:00", "999999999.00:00:00", "a:b:c", "00:00:00 ", "+00:00:00", "1.2.3", "0:0:0:0",
        "٠٠:00:00",
    ])
    func `what is no length of time is refused`(text: String) { #expect(TimeSpanValue(text: text) == nil) }

    @Test(
        arguments: [
            (Int64(0), Int64(0)), (90, 900_000_000), (-90, -900_000_000), (.max, .max), (.min, .min),
            (922_337_203_685, 9_223_372_036_850_000_000), (922_337_203_686, .max),
        ] as [(Int64, Int64)])
    func `seconds are held in range`(seconds: Int64, ticks: Int64) {
        #expect(TimeSpanValue(seconds: seconds).ticks == ticks)
    }

    @Test func `durations are cut to 100 ns`() {
        #expect(TimeSpanValue(.milliseconds(1_500)).ticks == 15_000_000)
        #expect(TimeSpanValue(.nanoseconds(199)).ticks == 1)
        #expect(TimeSpanValue(.nanoseconds(-199)).ticks == -1)
        #expect(TimeSpanValue(.seconds(Int64.max)).ticks == .max)
        #expect(TimeSpanValue(.seconds(Int64.min)).ticks == .min)
    }

    @Test func `each day of four centuries is read back`() {
        var day = Fixture.date("1899-12-31").ticks
        let end = Fixture.date("2301-01-01").ticks
        var previous = ""
        while day <= end {
            var scope = VariableScope()
            scope.set("D", Variable(.date(DateTimeValue(ticks: day, kind: .utc)), .data))
            let text = try? TextExpression("[D.ToString(\"yyyy-MM-dd\")]").evaluate(EvaluationContext(scope: scope))
                .text
            #expect((text ?? "") > previous)
            #expect(text.flatMap(DateTimeValue.init(iso:))?.ticks == day)
            previous = text ?? ""
            day += 864_000_000_000 * 7
        }
    }
}
