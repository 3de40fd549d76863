import JSONText
import Testing

@Suite struct JSONNumberTests {
    @Test(
        "a whole number that fits is read exactly, whatever its spelling",
        arguments: [
            ("0", 0), ("-0", 0), ("0.000", 0), ("0e999", 0), ("12", 12), ("-12", -12), ("12.0", 12),
            ("1.2e1", 12),
            ("120e-1", 12), ("1200E-2", 12), ("1e18", 1_000_000_000_000_000_000),
            ("9223372036854775807", Int64.max),
            ("-9223372036854775808", Int64.min), ("9223372036854775807.00", Int64.max),
            ("0.0000000000000000000000000000012e31", 12),
        ] as [(String, Int64)])
    func whole(text: String, value: Int64) throws {
        #expect(try #require(JSONNumber(text: text)).int64 == value)
    }

    @Test(
        "what is not whole or does not fit is no integer",
        arguments: [
            "0.5", "1.5", "12e-1", "1e-1", "9223372036854775808", "-9223372036854775809", "1e19", "1e400",
            "1e99999999999999999999999", "1e-99999999999999999999999", "-1e-1", "1e9223372036854775807",
            "0.1e-9223372036854775808", "99999999999999999999999999",
        ])
    func notWhole(text: String) throws {
        #expect(try #require(JSONNumber(text: text)).int64 == nil)
    }

    @Test(
        "the nearest double is read",
        arguments: [
            ("1.5", 1.5), ("-0", -0.0), ("1e3", 1000), ("0.1", 0.1), ("1e-400", 0),
            ("1.7976931348623157e308", 1.7976931348623157e308),
        ])
    func double(text: String, value: Double) throws {
        #expect(try #require(JSONNumber(text: text)).double == value)
    }

    @Test("a number beyond every double is no double", arguments: ["1e309", "-1e309", "1e99999"])
    func tooLarge(text: String) throws {
        #expect(try #require(JSONNumber(text: text)).double == nil)
    }

    @Test(
        "only JSON's own spelling is a number",
        arguments: [
            "", "-", "+1", "01", "1.", ".1", "1e", "1e+", " 1", "1 ", "0x1", "1_0", "inf", "nan", "٣",
            "1\n", "--1", "1e1.0",
        ])
    func notANumber(text: String) {
        #expect(JSONNumber(text: text) == nil)
    }

    @Test("machine numbers become numbers, and those JSON cannot write become none")
    func fromMachineNumbers() {
        #expect(JSONNumber(Int64.min).text == "-9223372036854775808")
        #expect(JSONNumber(0.1)?.text == "0.1")
        #expect(JSONNumber(1e20).map { JSONNumber(text: $0.text) != nil } == true)
        #expect(JSONNumber(Double.infinity) == nil)
        #expect(JSONNumber(Double.nan) == nil)
    }
}
