import CRMTemplate
import Testing

@Suite struct PhoneMatchTests {
    @Test(arguments: [
        // Left, right, digits that have to agree, whether they are equal.
        ("123456", "+1123456", 6, true), ("123456", "123456", 6, true), ("123456", "987654", 6, false),
        ("123456", "+1123456", 0, false), ("123456", "+1123456", 7, false), ("1123456", "+1123456", 7, true),
        ("+15550100", "0015550100", 0, true), ("+15550100", "1 (555) 01-00", 0, true),
        ("+15550100", "15550101", 0, false), ("+15550100", "115550100", 0, false),
        ("15550100", "+1/555.0100", 0, true), ("5550100", "5550100", 20, true), ("5550100", "15550100", 20, false),
        // Fewer digits than have to agree: only the same number is equal.
        ("0100", "0100", 6, true), ("0100", "555010100", 6, false), ("555010100", "0100", 6, false),
        // A leading 00 stands for the plus sign and is no digit to be compared.
        ("9900123", "00123", 5, false), ("00123", "123", 0, true), ("0123", "123", 0, false),
        ("000123", "0123", 0, true), ("0000", "00", 0, false), ("0000", "0000", 0, true), ("00", "00", 0, false),
        // Texts without digits.
        ("", "", 0, false), ("", "1", 1, false), ("1", "", 1, false), ("+", "+", 0, false), ("Ann", "Ann", 3, false),
        ("+1", "1", -1, true), ("15550100", "25550100", -1, false), ("15550100", "15550100", Int.max, true),
    ]) func `numbers are equal by their digits`(left: String, right: String, maxLength: Int, equal: Bool) {
        #expect(PhoneMatch.areEqual(left, right, maxLength: maxLength) == equal)
        #expect(PhoneMatch.areEqual(right, left, maxLength: maxLength) == equal)
    }
}
