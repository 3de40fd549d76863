import Testing

@testable import NumbersCore

@Suite("Batch rows")
struct BatchRowTests {
    @Test("Every row is the reference's")
    func reference() {
        #expect(ExpectedRow.all.count > 3000)
        var wrong = 0
        for row in ExpectedRow.all where BatchRow.row(forLine: row.line) != row.columns {
            wrong += 1
            if wrong <= 10 { Issue.record("\(row.line): \(BatchRow.row(forLine: row.line)), expected \(row.columns)") }
        }
        #expect(wrong == 0)
    }

    @Test(
        "A line without a known region is read without one",
        arguments: [
            "4155552671", "4155552671\t", "4155552671\tZZ", "4155552671\tus", "4155552671\tXX", "4155552671\t001",
        ])
    func unknownRegion(line: String) {
        #expect(BatchRow.row(forLine: line) == "invalid_country_code\t-\t-\t-\t-\t-\t-\t-\t-")
    }

    @Test("The region is what follows the last tab")
    func tabInText() {
        let row = BatchRow.row(forLine: "415 555 2671\text 5\tUS")
        #expect(row.hasSuffix("tel:+1-415-555-2671;ext=5"))
    }

    @Test(
        "A refused text gets a dash in every other column",
        arguments: [
            ("", "not_a_number"), ("abc", "not_a_number"), ("+", "not_a_number"), ("1", "not_a_number"),
            ("+999123456", "invalid_country_code"), ("01112", "too_short_after_idd"),
            ("+12345678901234567890", "too_long"),
            (String(repeating: "1", count: 251), "too_long"), (String(repeating: "+", count: 250), "not_a_number"),
            ("01149", "too_short_after_idd"),
        ])
    func refused(text: String, status: String) {
        let expected = status + String(repeating: "\t-", count: 8)
        #expect(BatchRow.row(for: text, region: Region("US")) == expected)
    }
}
