import CRMTemplate
import Testing

@Suite struct CallerNumberTests {
    @Test(arguments: [
        // Number, AsIs, Off, Plus, Zeros.
        ("+15550100", "+15550100", "15550100", "+15550100", "0015550100"),
        ("0015550100", "0015550100", "15550100", "+15550100", "0015550100"),
        ("5550100", "5550100", "5550100", "5550100", "5550100"),
        ("05550100", "05550100", "05550100", "05550100", "05550100"),
        ("+1 (555) 01-00/7.8", "+1555010078", "1555010078", "+1555010078", "001555010078"),
        ("00 43 1", "00431", "431", "+431", "00431"), ("0 0431", "00431", "431", "+431", "00431"),
        ("+", "+", "", "+", "00"), ("00", "00", "", "+", "00"), ("", "", "", "", ""), (" - ", "", "", "", ""),
        ("anonymous", "anonymous", "anonymous", "anonymous", "anonymous"), ("*98#", "*98#", "*98#", "*98#", "*98#"),
        ("+43\u{A0}1\u{202F}2", "+4312", "4312", "+4312", "004312"), ("0+1", "0+1", "0+1", "0+1", "0+1"),
        ("0", "0", "0", "0", "0"), ("+é", "+é", "é", "+é", "00é"),
    ])
    func `The mark of international numbers is written as the template wants it`(
        number: String, asIs: String, off: String, plus: String, zeros: String
    ) {
        let written = NumberElement.Prefix.allCases.map { CallerNumber.written(number, prefix: $0, maxLength: 0) }
        #expect(written == [asIs, off, plus, zeros])
    }

    @Test(arguments: [
        ("+123456789", 6, "456789"), ("+123456789", 8, "23456789"), ("+123456789", 9, "+123456789"),
        ("+123456789", 10, "+123456789"), ("00123456789", 9, "00123456789"), ("00123456789", 8, "23456789"),
        ("0123456789", 6, "456789"), ("+1 555-01.00", 4, "0100"), ("123", 0, "123"), ("123", -1, "123"),
        ("123", .max, "123"), ("123", .min, "123"), ("anonymous", 3, "anonymous"), ("123456#", 3, "456#"),
        ("*1234", 2, "34"), ("", 3, ""), ("+", 1, "+"), ("123", 1, "3"),
    ])
    func `A longer number keeps its last digits and loses its mark`(number: String, maxLength: Int, expected: String) {
        #expect(
            CallerNumber.written(number, prefix: .plus, maxLength: maxLength).replacing("+", with: "00")
                == expected.replacing("+", with: "00"))
        #expect(CallerNumber.written(number, prefix: .asIs, maxLength: maxLength) == expected)
    }
}
