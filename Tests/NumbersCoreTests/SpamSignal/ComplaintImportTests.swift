import NumbersCore
import Platform
import Testing

@Suite struct ComplaintImportTests {
    private static let now = UnixTime(seconds: 1_767_323_045)
    private static let header = ["number", "count", "last_seen", "source"]

    private static func read(_ row: [String], country: String? = nil) throws -> Result<Complaint, ImportFault> {
        try ComplaintImportColumns.parsing(header).get().complaint(
            in: row, country: country.flatMap { Region($0) }, now: now, plan: .builtIn)
    }

    @Test("a row is number, count, day and list")
    func good() throws {
        let complaint = try Self.read(["(202) 555-0143", "12", "2025-12-31", " ftc  2026 "], country: "US").get()
        #expect(complaint.number.text == "+12025550143" && complaint.count == 12)
        #expect(complaint.lastSeen.rfc3339Date() == "2025-12-31" && complaint.source == "ftc 2026")
        // Tomorrow is today somewhere.
        #expect(throws: Never.self) { try Self.read(["+12025550143", "1", "2026-01-03", "a"]).get() }
        let columns = try ComplaintImportColumns.parsing(["Source", "x", "LAST_SEEN", "Count", "Number"]).get()
        let other = try columns.complaint(
            in: ["a", "", "2026-01-01T10:00:00Z", "1000000000", "+12025550143"], country: nil, now: Self.now,
            plan: .builtIn
        ).get()
        #expect(other.count == 1_000_000_000 && other.source == "a")
        #expect(throws: Never.self) {
            try Self.read(["+12025550143", "1", "2026-01-01", String(repeating: "x", count: 64)]).get()
        }
    }

    @Test(
        "a row that is not what it has to be is left out with its reason",
        arguments: [
            (["nonsense", "1", "2026-01-01", "a"], "the number is not valid"),
            (["2025550143", "1", "2026-01-01", "a"], "the number is not valid"),
            (["+12025550143", "", "2026-01-01", "a"], "expected count as a whole number from 1 to 1000000000"),
            (["+12025550143", "0", "2026-01-01", "a"], "expected count as a whole number from 1 to 1000000000"),
            (["+12025550143", "-1", "2026-01-01", "a"], "expected count as a whole number from 1 to 1000000000"),
            (["+12025550143", "+1", "2026-01-01", "a"], "expected count as a whole number from 1 to 1000000000"),
            (["+12025550143", "1.5", "2026-01-01", "a"], "expected count as a whole number from 1 to 1000000000"),
            (
                ["+12025550143", "1000000001", "2026-01-01", "a"],
                "expected count as a whole number from 1 to 1000000000"
            ),
            (
                ["+12025550143", "99999999999999999999", "2026-01-01", "a"],
                "expected count as a whole number from 1 to 1000000000"
            ),
            (["+12025550143", "1", "", "a"], "expected last_seen as a date like 2026-01-31"),
            (["+12025550143", "1", "yesterday", "a"], "expected last_seen as a date like 2026-01-31"),
            (["+12025550143", "1", "2026-02-30", "a"], "expected last_seen as a date like 2026-01-31"),
            (["+12025550143", "1", "2026-01-04", "a"], "last_seen is in the future"),
            (["+12025550143", "1", "2026-01-01", " "], "the source is empty"),
            (
                ["+12025550143", "1", "2026-01-01", String(repeating: "x", count: 65)],
                "the source has more than 64 characters"
            ),
            (["+12025550143", "1", "2026-01-01"], "expected 4 fields, found 3"),
            (["+12025550143", "1", "2026-01-01", "a", ""], "expected 4 fields, found 5"),
        ])
    func bad(row: [String], reason: String) throws {
        #expect(try Self.read(row) == .failure(ImportFault(reason: reason)))
    }

    @Test("a header without one of the four is refused, and no number is shown", arguments: 0..<4)
    func header(missing: Int) {
        var header = Self.header
        header[missing] = "+12025550143"
        guard case .failure(let fault) = ComplaintImportColumns.parsing(header) else {
            return #expect(Bool(false), "no failure")
        }
        #expect(fault.reason.hasPrefix("expected a header with the columns number,count,last_seen,source, found "))
        #expect(!fault.reason.contains("2025550143"))
    }
}
