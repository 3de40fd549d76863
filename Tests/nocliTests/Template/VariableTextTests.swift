import CRMTemplate
import Platform
import Testing

@testable import nocli

@Suite struct VariableTextTests {
    @Test(arguments: [
        ("2026-03-04T05:06:07Z", "2026-03-04T05:06:07Z"),
        ("2026-03-04T05:06:07+02:00", "2026-03-04T03:06:07Z"),
        ("2026-03-04T05:06:07", "2026-03-04T04:06:07Z"),
        ("2026-03-04 05:06:07", "2026-03-04T04:06:07Z"),
        ("2026-03-04 05:06", "2026-03-04T04:06:00Z"),
        ("2026-03-04", "2026-03-03T23:00:00Z"),
        // Summer time began on 29 March 2026 at 01:00 UTC and ended on 25 October at 01:00 UTC.
        ("2026-03-29 01:59", "2026-03-29T00:59:00Z"), ("2026-03-29 03:00", "2026-03-29T01:00:00Z"),
        ("2026-07-01 12:00", "2026-07-01T10:00:00Z"), ("2026-10-25 04:00", "2026-10-25T03:00:00Z"),
    ])
    func `a time without a zone is the place's`(text: String, utc: String) throws {
        let zone = try #require(CivilZone("Europe/Vienna"))
        #expect(VariableText.instant(text, in: zone)?.rfc3339() == utc)
    }

    @Test(arguments: [
        "", "now", "2026", "2026-3-4", "2026-02-30", "2026-03-04 25:00", "04.03.2026 05:06", "2026-03-04T", "05:06",
    ])
    func `what is no time is refused`(text: String) {
        #expect(VariableText.instant(text, in: .utc) == nil)
    }

    @Test(arguments: [
        ("0:01:30", 90), ("00:01:30", 90), ("1:30", 90), ("90", 90), ("90s", 90), ("2m", 120), ("1h", 3600),
        ("99:59:59", 359_999), ("0:00", 0), ("0", 0), ("90:00", 5_400),
    ])
    func `a length of time is read as people write it`(text: String, seconds: Int64) {
        #expect(VariableText.duration(text) == .seconds(seconds))
    }

    @Test(arguments: [
        "", ":", "1:", ":30", "1:60", "1:2:60", "1:60:00", "1:2:3:4", "100:00:00", "-1:00", "1:+3", "1.5", "ninety",
        "1:٣0",
    ])
    func `what is no length of time is refused`(text: String) {
        #expect(VariableText.duration(text) == nil)
    }
}
