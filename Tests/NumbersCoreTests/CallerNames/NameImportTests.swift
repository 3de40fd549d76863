import NumbersCore
import Testing

@Suite struct NameImportTests {
    private static func outcome(
        _ header: [String], _ row: [String], country: String? = nil
    ) -> String {
        let columns: NameImportColumns
        switch NameImportColumns.parsing(header) {
        case .failure(let fault): return "header: " + fault.reason
        case .success(let found): columns = found
        }
        switch columns.name(in: row, country: country.flatMap { Region($0) }, today: "2026-11-21", plan: .builtIn) {
        case .failure(let fault): return fault.reason
        case .success(let entry): return "\(entry.number.text)|\(entry.name.text)|\(entry.asOf)"
        }
    }

    @Test(
        "columns are found by their titles, in any order and among others",
        arguments: [
            (["number", "name"], ["+14155552671", "ACME"], "+14155552671|ACME|2026-11-21"),
            (["Number", "NAME", "As_Of"], ["+14155552671", "ACME", "2025-01-31"], "+14155552671|ACME|2025-01-31"),
            (
                ["id", "name", "note", "number"], ["1", " ACME  Ltd ", "", "0014155552671"],
                "+14155552671|ACME Ltd|2026-11-21"
            ),
            (["number", "name", "as_of"], ["+14155552671", "ACME", ""], "+14155552671|ACME|2026-11-21"),
            (
                ["number", "name", "as_of"], ["+14155552671", "ACME", "2025-01-31T23:30:00-02:00"],
                "+14155552671|ACME|2025-02-01"
            ),
        ])
    func accepts(header: [String], row: [String], expected: String) {
        #expect(Self.outcome(header, row) == expected)
    }

    @Test("national numbers are read in the country of the import, and only there")
    func country() {
        #expect(
            Self.outcome(["number", "name"], ["(415) 555-2671", "ACME"], country: "US")
                == "+14155552671|ACME|2026-11-21")
        #expect(
            Self.outcome(["number", "name"], ["(415) 555-2671", "ACME"])
                == "the number is not valid, or has no country code and no country was given")
    }

    @Test(
        "a header without the two columns is refused with what was found, without showing a number",
        arguments: [
            ([], "found "), (["number"], "found number"), (["name"], "found name"), (["num", "nom"], "found num,nom"),
            (["+14155552671", "ACME"], "found +1…71,ACME"), ([" number", "name"], "found  number,name"),
        ])
    func badHeader(header: [String], found: String) {
        #expect(
            Self.outcome(header, []) == "header: expected a header with the columns number,name[,as_of], " + found)
    }

    @Test(
        "a name of digits is one, unless it is the number, and a day may have begun elsewhere",
        arguments: [
            ["+14155552671", "1&1", ""], ["+14155552671", "411", ""], ["+14155552671", "ACME", "2026-11-22"],
        ])
    func oddNames(row: [String]) {
        #expect(Self.outcome(["number", "name", "as_of"], row).hasPrefix("+14155552671|\(row[1])|2026-11-2"))
    }

    @Test(
        "a bad row says what is wrong with it, without showing a number",
        arguments: [
            ([], "expected 3 fields, found 0"), (["+14155552671", "ACME"], "expected 3 fields, found 2"),
            (["+14155552671", "ACME", "", ""], "expected 3 fields, found 4"),
            (["", "ACME", ""], "the number is not valid"),
            (["+1415", "ACME", ""], "the number is not valid"),
            (["ACME", "+14155552671", ""], "the number is not valid"),
            (["+14155552671", "Unknown", ""], "what stands for the name is no name"),
            (["+14155552671", "WIRELESS CALLER", ""], "what stands for the name is no name"),
            (["+14155552671", "4155552671", ""], "what stands for the name is no name"),
            (["+14155552671", "+1 (415) 555-2671", ""], "what stands for the name is no name"),
            (["+14155552671", "ACME", "2099-01-01"], "as_of is in the future"),
            (["+14155552671", "ACME", "2026-11-23"], "as_of is in the future"),
            (["+14155552671", "", ""], "the name is empty"), (["+14155552671", " \u{200B}", ""], "the name is empty"),
            (["+14155552671", "ACME", "31.01.2025"], "expected as_of as a date like 2026-01-31"),
            (["+14155552671", "ACME", "2025-02-29"], "expected as_of as a date like 2026-01-31"),
            (["+14155552671", "ACME", " "], "expected as_of as a date like 2026-01-31"),
        ])
    func badRows(row: [String], reason: String) {
        #expect(Self.outcome(["number", "name", "as_of"], row) == reason)
    }
}
