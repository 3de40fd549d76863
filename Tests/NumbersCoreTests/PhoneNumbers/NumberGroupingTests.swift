// Numbers whose digits are grouped well and not so well; the answers are the reference's.

import Testing

@testable import NumbersCore

@Suite("Groups of digits")
struct NumberGroupingTests {
    /// Whether a text is one number when it is asked for strictly, and exactly; it is a valid one in any case.
    private func found(_ text: String, _ region: String) throws -> (isStrict: Bool, isExact: Bool) {
        func count(_ leniency: PhoneNumberFinder.Leniency) -> Int {
            PhoneNumberFinder.matches(in: text, region: Region(region), leniency: leniency).count
        }
        try #require(count(.valid) == 1, "\(text) is a valid number")
        return (count(.strictGrouping) == 1, count(.exactGrouping) == 1)
    }

    @Test(
        "Numbers in the groups of their country, or in none, are found",
        arguments: [
            ("0161 496 0123", "GB"), ("(0161) 496 0123", "GB"), ("01614960123", "GB"), ("+44 161 496 0123", "GB"),
            ("+441614960123", "GB"), ("+44 1614960123", "GB"), ("+44 (0)161 496 0123", "GB"),
            ("\u{FF10}161 496 0123", "GB"), ("0161\u{A0}496\u{A0}0123", "GB"), ("+1 (650) 253.0000", "US"),
            ("650-253 0000", "US"), ("1 650 253 0000", "US"), ("1650 253 0000", "US"), ("01 42 00 00 00", "FR"),
            ("+54 9 11 2345 6789", "AR"), ("+800 1234 5678", "ZZ"), ("+8001234 5678", "ZZ"), ("06 1234 5678", "IT"),
            // An extension is no group of the number, even when it looks like one.
            ("0161 496 0123 x12", "GB"), ("0161 496 0123 x12#", "GB"), ("650 253 0000 x0000", "US"),
            // One slash anywhere; a second one only behind a calling code.
            ("030/901820", "DE"), ("+44/161 496 0123", "GB"), ("+44/161/496 0123", "GB"),
            // An alternate format.
            ("030 901 820", "DE"), ("0049 30 901820", "DE"),
        ])
    func exact(text: String, region: String) throws {
        let found = try found(text, region)
        #expect(found.isStrict && found.isExact)
    }

    @Test(
        "Groups that are run together are found strictly, not exactly",
        arguments: [("0161 4960123", "GB"), ("650 2530000 x12", "US")])
    func strict(text: String, region: String) throws {
        let found = try found(text, region)
        #expect(found.isStrict && !found.isExact)
    }

    @Test(
        "Broken groups are not found",
        arguments: [
            ("0161 49 60 123", "GB"), ("016 1496 0123", "GB"), ("030 90 18 20", "DE"), ("03 0901820", "DE"),
            ("030 9018-20", "DE"), ("65 02 53 00 00", "US"), ("0142 00 00 00", "FR"), ("014 200 0000", "FR"),
            // Nothing behind the area code, but something further on.
            ("650253 0000", "US"),
            // A calling code that is broken itself.
            ("+4 41 614960123", "GB"),
            // Two slashes that are not both before the number, or a third one.
            ("0161/496/0123", "GB"), ("+44/161/496/0123", "GB"), ("0044/161/496 0123", "GB"),
            // Mobile numbers of Argentina lose their 15 when they are read.
            ("011 15 2345 6789", "AR"),
        ])
    func broken(text: String, region: String) throws {
        let found = try found(text, region)
        #expect(!found.isStrict && !found.isExact)
    }

    @Test("Alternate formats are used as often as they fit, and what is left over stays as it is")
    func repeated() throws {
        let tables = NumberingPlan.builtIn.tables
        let record = try #require(tables.callingCode(49))
        let first = tables.callingCode(record, .alternateFirst)
        #expect(tables.callingCode(record, .alternateCount) > 30)
        // The first one of Germany is two, three, and three or four digits.
        for (digits, groups) in [
            ("1234567", "1234567"), ("12345678", "12-345-678"), ("123456789", "12-345-6789"),
            ("1234567890", "12-345-67890"), ("12345678901234567", "12-345-678901-234-567"),
        ] {
            var string = DigitString()
            for byte in digits.utf8 { string.append(byte - 48) }
            #expect(tables.groupedText(of: string, inAlternate: first).string == groups)
        }
    }

    @Test("Countries without alternate formats have none, and none leads outside of the plan")
    func alternates() throws {
        let plan = NumberingPlan.builtIn
        let records = plan.countryCodes.compactMap { plan.tables.callingCode(Int($0)) }
        let counts = records.map { plan.tables.callingCode($0, .alternateCount) }
        #expect(counts.count { $0 > 0 } == 46 && counts.reduce(0, +) == 158)
        #expect(counts.allSatisfy { $0 <= PlanLayout.formatsMax })
    }
}
