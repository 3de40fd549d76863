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

    @Test(
        "an amount in dollars has at most six decimals",
        arguments: [
            ("25", 25_000_000), ("25.00", 25_000_000), ("0.004", 4_000), ("0.000001", 1), ("0", 0),
            ("-1.50", -1_500_000),
            ("-0.5", -500_000), ("100", 100_000_000), ("100.000001", nil), ("0.0000001", nil),
            ("25.", nil), (".5", nil),
            ("$25", nil), ("25,00", nil), ("1.2.3", nil), ("", nil), ("-", nil), ("1.-5", nil),
            ("+1", nil), ("1 000", nil),
            ("9223372036854.775808", nil), ("99999999999999999999", nil), ("1e2", nil),
        ] as [(String, Int64?)])
    func usd(text: String, micros: Int64?) {
        #expect(ValueKind<Int64>.usd(microUSD: -2_000_000...100_000_000).read(text) == micros)
    }

    @Test(
        "an amount is written with two decimals or as many as it needs",
        arguments: [
            (0, "0.00"), (25_000_000, "25.00"), (4_000, "0.004"), (1, "0.000001"), (-1_500_000, "-1.50"),
            (1_230_000, "1.23"),
            (Int64.max, "9223372036854.775807"), (Int64.min, "-9223372036854.775808"),
        ] as [(Int64, String)])
    func usdText(micros: Int64, text: String) {
        #expect(DecimalText.usd(microUSD: micros) == text)
        #expect(DecimalText.microUSD(text) == micros)
    }

    @Test(
        "a host and a port are read, an IPv6 address in brackets",
        arguments: [
            ("127.0.0.1:8080", "127.0.0.1", 8080), ("localhost:0", "localhost", 0),
            ("[::1]:80", "::1", 80),
            ("a-b.example:65535", "a-b.example", 65535),
        ] as [(String, String, UInt16)])
    func hostPort(text: String, host: String, port: UInt16) throws {
        let value = try #require(HostPort(text))
        #expect(value.host == host && value.port == port && value.description == text)
    }

    @Test(
        "what is no host and port is refused",
        arguments: [
            "", "8080", ":8080", "localhost", "localhost:", "localhost:65536", "localhost:-1",
            "localhost:+80", "localhost: 80",
            "localhost:8 ", "::1:80", "[::1]", "[]:80", "[localhost]:80", "http://localhost:80", "a b:80",
            "[::1:80", "*:80",
            "é:80",
        ])
    func notHostPort(text: String) {
        #expect(HostPort(text) == nil)
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
