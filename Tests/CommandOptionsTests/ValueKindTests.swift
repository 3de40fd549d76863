import CommandOptions
import Testing

private enum Tier: String, CaseIterable, Sendable { case free, standard }

@Suite struct ValueKindTests {
    @Test(
        "a whole number is decimal digits in its range",
        arguments: [
            ("1", 1), ("600", 600), ("007", 7), ("0", nil), ("601", nil), ("-1", nil), ("+5", nil),
            (" 5", nil), ("5 ", nil),
            ("", nil), ("-", nil), ("5.0", nil), ("0x5", nil), ("1e2", nil), ("1_0", nil), ("٣", nil),
            ("５", nil),
            ("99999999999999999999", nil), ("5\0", nil),
        ] as [(String, Int?)])
    func integer(text: String, value: Int?) {
        #expect(ValueKind<Int>.integer(1...600).read(text) == value)
    }

    @Test("a whole number's words fit its open and closed ends")
    func integerWords() {
        #expect(ValueKind<Int>.integer(Int.min...Int.max).expectation == "a whole number")
        #expect(ValueKind<Int>.integer(0...Int.max).expectation == "a whole number from 0")
        #expect(ValueKind<Int>.integer(Int.min...9).expectation == "a whole number up to 9")
        #expect(ValueKind<Int>.integer(-9...9).expectation == "a whole number from -9 to 9")
        #expect(ValueKind<Int>.integer(-9...9).read("-9") == -9)
    }

    @Test(
        "a time is a whole number with a unit, seconds without one",
        arguments: [
            ("10s", 10_000), ("10", 10_000), ("500ms", 500), ("2m", 120_000), ("1h", 3_600_000),
            ("100ms", 100), ("99ms", nil),
            ("3601s", nil), ("61m", nil), ("", nil), ("s", nil), ("-1s", nil), ("1.5s", nil),
            ("10 s", nil), ("10S", nil),
            ("1d", nil), ("1sec", nil), ("99999999999999999999s", nil), ("9223372036854775807h", nil),
            ("1e3", nil),
        ] as [(String, Int64?)])
    func duration(text: String, milliseconds: Int64?) {
        let kind = ValueKind<Duration>.duration(.milliseconds(100) ... .seconds(3600))
        #expect(kind.read(text) == milliseconds.map { Duration.milliseconds($0) })
        #expect(kind.expectation == "a time from 100ms to 1h, such as 10s, 500ms or 2m")
    }

    @Test(
        "a time's shortest spelling reads back",
        arguments: ["0s", "1ms", "1500ms", "10s", "90s", "2m", "1h", "25h", "61m"])
    func durationText(text: String) throws {
        #expect(DurationText.short(try #require(DurationText.read(text))) == text)
    }

    @Test("texts, paths, booleans and choices keep their rules")
    func others() {
        #expect(ValueKind<String>.text.read("Ann é") == "Ann é")
        for text in ["", "a\nb", "\u{7F}", "a\0"] { #expect(ValueKind<String>.text.read(text) == nil) }
        #expect(ValueKind<String>.path.read("/a b") == "/a b")
        for text in ["", "a\0b", String(repeating: "a", count: 4096)] {
            #expect(ValueKind<String>.path.read(text) == nil)
        }
        for text in ["true", "yes", "on", "1"] { #expect(ValueKind<Bool>.boolean.read(text) == true) }
        for text in ["false", "no", "off", "0"] { #expect(ValueKind<Bool>.boolean.read(text) == false) }
        for text in ["", "TRUE", "y", "2"] { #expect(ValueKind<Bool>.boolean.read(text) == nil) }
        #expect(ValueKind<Tier>.choice().read("free") == .free)
        #expect(ValueKind<Tier>.choice().read("Free") == nil)
        #expect(ValueKind<Tier>.choice().expectation == "one of free, standard")
        #expect(ValueKind<Int>.integer(1...2).placeholder("PORT").placeholder == "PORT")
    }
}
