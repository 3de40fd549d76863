import CRMTemplate
import Platform
import Testing

@Suite struct FormatTests {
    private static func formatted(
        _ value: Value, _ format: String, _ culture: Culture = .invariant
    ) throws(ExpressionError) -> String {
        var scope = VariableScope()
        scope.set("V", Variable(value, .data))
        scope.set("F", Variable(.text(format), .template))
        return try Fixture.text("[[V].ToString([F])]", EvaluationContext(scope: scope, culture: culture))
    }

    private static func failure(_ value: Value, _ format: String) -> String {
        do {
            return "no error: " + (try formatted(value, format))
        } catch {
            return error.code
        }
    }

    /// 2026-03-04T05:06:07.0890000, in UTC and two hours east of it.
    private static let utc = DateTimeValue(ticks: Fixture.date.ticks + 890_000, kind: .utc)
    private static let east = DateTimeValue(ticks: utc.ticks, kind: .local(offsetSeconds: 7_200))
    private static let west = DateTimeValue(ticks: utc.ticks, kind: .local(offsetSeconds: -12_600))
    private static let noon = Fixture.date("2026-11-21T12:00:00Z")
    private static let midnight = Fixture.date("0009-01-01")

    @Test(
        arguments: [
            // Formats in use.
            ("yyyy-MM-dd", "2026-03-04"), ("yyyy-MM-ddTHH:mm:ssZ", "2026-03-04T05:06:07Z"),
            ("yyyy-MM-ddTHH:mmZ", "2026-03-04T05:06Z"),
            ("yyyy-MM-dd HH:mm:ss", "2026-03-04 05:06:07"), ("yyyyMMddHHmmss", "20260304050607"),
            ("MMddHHmmss", "0304050607"), ("yy", "26"), ("t", "05:06"),
            // Standard.
            ("", "03/04/2026 05:06:07"), ("d", "03/04/2026"), ("D", "Wednesday, 04 March 2026"), ("T", "05:06:07"),
            ("f", "Wednesday, 04 March 2026 05:06"),
            ("F", "Wednesday, 04 March 2026 05:06:07"), ("g", "03/04/2026 05:06"), ("G", "03/04/2026 05:06:07"),
            ("M", "March 04"), ("m", "March 04"),
            ("R", "Wed, 04 Mar 2026 05:06:07 GMT"), ("r", "Wed, 04 Mar 2026 05:06:07 GMT"),
            ("s", "2026-03-04T05:06:07"), ("u", "2026-03-04 05:06:07Z"),
            ("U", "Wednesday, 04 March 2026 05:06:07"), ("Y", "2026 March"), ("y", "2026 March"),
            ("O", "2026-03-04T05:06:07.0890000Z"), ("o", "2026-03-04T05:06:07.0890000Z"),
            // Custom.
            ("%d", "4"), ("dd", "04"), ("ddd", "Wed"), ("dddd", "Wednesday"), ("ddddd", "Wednesday"), ("%M", "3"),
            ("MM", "03"), ("MMM", "Mar"), ("MMMM", "March"),
            ("%y", "26"), ("yyy", "2026"), ("yyyyy", "02026"), ("%h", "5"), ("hh", "05"), ("hhhh", "05"), ("%H", "5"),
            ("HH", "05"), ("%m", "6"), ("mm", "06"), ("%s", "7"), ("ss", "07"),
            ("%f", "0"), ("ff", "08"), ("fff", "089"), ("fffffff", "0890000"), ("%F", ""), ("FF", "08"), ("FFF", "089"),
            ("FFFFFFF", "089"), ("s.F", "7"), ("s.FF", "7.08"), ("s.f", "7.0"),
            ("%t", "A"), ("tt", "AM"), ("%z", "+0"), ("zz", "+00"), ("zzz", "+00:00"), ("%K", "Z"), ("KK", "ZZ"),
            ("%g", "A.D."), ("%:", ":"), ("%/", "/"), ("dd/MM/yyyy", "04/03/2026"),
            ("'d'd", "d4"), ("\"d\"d", "d4"), ("\\dd", "d4"), ("'it\\'s' d", "it's 4"), ("d'", nil), ("''yy", "26"),
            ("yyyy年M月d日", "2026年3月4日"), ("yyyy-MM-ddTHH:mm:ss.fffK", "2026-03-04T05:06:07.089Z"),
            ("HH'h'mm", "05h06"), ("HHhmm", "05506"), ("d.M.", "4.3."), ("W", nil), ("WW", "WW"), (" d", " 4"),
            ("d ", "4 "), ("😀d", "😀4"), ("TZ-", "TZ-"),
        ] as [(String, String?)]) func `a date is written by its format`(format: String, expected: String?)
    {
        let result = try? Self.formatted(.date(Self.utc), format)
        #expect(result == expected)
    }

    @Test(arguments: [
        ("zzz", "+02:00", "-03:30"), ("%z", "+2", "-3"), ("zz", "+02", "-03"), ("%K", "+02:00", "-03:30"),
        ("O", "2026-03-04T05:06:07.0890000+02:00", "2026-03-04T05:06:07.0890000-03:30"),
        ("U", "Wednesday, 04 March 2026 03:06:07", "Wednesday, 04 March 2026 08:36:07"),
        ("u", "2026-03-04 05:06:07Z", "2026-03-04 05:06:07Z"),
        ("yyyy-MM-ddTHH:mm:ssZ", "2026-03-04T05:06:07Z", "2026-03-04T05:06:07Z"),
    ]) func `a clock of a place tells its distance from UTC`(format: String, east: String, west: String) throws {
        #expect(try Self.formatted(.date(Self.east), format) == east)
        #expect(try Self.formatted(.date(Self.west), format) == west)
    }

    @Test func `twelve stands for noon and midnight`() throws {
        #expect(try Self.formatted(.date(Self.noon), "h tt") == "12 PM")
        #expect(try Self.formatted(.date(Self.midnight), "hh tt HH y yy yyy yyyy ddd") == "12 AM 00 9 09 009 0009 Thu")
    }

    @Test(arguments: [
        "q", "A", "Z", "'", "\"", "\\", "%", "1", " ", "-", "é", "%%", "d%", "d\\", "d'x", "d\"x", "'x\\", "ffffffff",
        "FFFFFFFFFF", String(repeating: "y", count: 65), String(repeating: "d", count: 4_097), "😀",
    ]) func `a bad date format is an error`(format: String) {
        #expect(
            Self.failure(.date(Self.utc), format)
                == (format == "😀" ? "no error: 😀" : format == "é" ? "no error: é" : "bad-format"))
    }

    @Test func `the bounds of date formats`() throws {
        #expect(try Self.formatted(.date(Self.utc), String(repeating: "y", count: 64)).utf8.count == 64)
        #expect(try Self.formatted(.date(Self.utc), String(repeating: "x", count: 4_096)).utf8.count == 4_096)
        #expect(Self.failure(.date(Self.utc), String(repeating: "x", count: 4_097)) == "bad-format")
    }

    @Test(arguments: [
        ("de-AT", "04.03.2026 16:05", "04.03.2026", "16:05", "16:05:07"),
        ("de-DE", "04.03.2026 16:05", "04.03.2026", "16:05", "16:05:07"),
        ("en-US", "3/4/2026 4:05 PM", "3/4/2026", "4:05 PM", "4:05:07 PM"),
        ("en-GB", "04/03/2026 16:05", "04/03/2026", "16:05", "16:05:07"),
        ("fr-FR", "04/03/2026 16:05", "04/03/2026", "16:05", "16:05:07"),
        ("nl-NL", "04-03-2026 16:05", "04-03-2026", "16:05", "16:05:07"),
        ("en_US", "3/4/2026 4:05 PM", "3/4/2026", "4:05 PM", "4:05:07 PM"),
        ("fi-FI", "4.3.2026 16.05", "4.3.2026", "16.05", "16.05.07"),
    ]) func `a culture writes dates its way`(
        name: String, general: String, shortDate: String, shortTime: String, longTime: String
    ) throws {
        let culture = try #require(Culture(name))
        let date = Fixture.date("2026-03-04T16:05:07+01:00")
        #expect(culture.shortDateTime(date) == general)
        #expect(try Self.formatted(.date(date), "g", culture) == general)
        #expect(try Self.formatted(.date(date), "d", culture) == shortDate)
        #expect(try Self.formatted(.date(date), "t", culture) == shortTime)
        #expect(try Self.formatted(.date(date), "T", culture) == longTime)
    }

    @Test(arguments: [
        ("de-AT", "D", "Mittwoch, 4. März 2026"), ("de-AT", "M", "4. März"), ("de-AT", "Y", "März 2026"),
        ("de-AT", "dd/MM/yyyy HH:mm", "04.03.2026 16:05"), ("de-AT", "dddd", "Mittwoch"),
        ("de-DE", "MMMM", "März"), ("nl-NL", "dd/MM", "04-03"), ("fi-FI", "HH:mm", "16.05"),
        ("fi-FI", "MMMM", "maaliskuu"), ("fi-FI", "d MMMM", "4 maaliskuuta"), ("en-US", "tt", "PM"),
        ("en-US", "f", "Wednesday, March 4, 2026 4:05 PM"), ("de-AT", "s", "2026-03-04T16:05:07"),
        ("de-AT", "R", "Wed, 04 Mar 2026 16:05:07 GMT"), ("de-AT", "O", "2026-03-04T16:05:07.0000000+01:00"),
        ("th-TH", "yyyy", "2026"), ("ar-SA", "yyyy-MM-dd", "2026-03-04"), ("hu-HU", "d", "2026. 03. 04."),
    ]) func `names and separators are the culture's`(name: String, format: String, expected: String) throws {
        let culture = try #require(Culture(name))
        #expect(
            try Self.formatted(.date(Fixture.date("2026-03-04T16:05:07+01:00")), format, culture) == expected)
    }

    @Test func `what is in UTC is written for machines`() throws {
        let culture = try #require(Culture("de-AT"))
        #expect(try Self.formatted(.date(Self.utc), "dd/MM/yyyy", culture) == "04/03/2026")
        #expect(try Self.formatted(.date(Self.utc), "g", culture) == "03/04/2026 05:06")
        #expect(Value.date(Self.east).text(in: culture) == "03/04/2026 05:06:07")
        #expect(Value.double(1.5).text(in: culture) == "1.5")
    }

    @Test(arguments: [
        "", "x", "xx", "xx-YY", "de-AT-x-private-and-long-names-here", "deu-AT-1-2", "../../etc", "de AT", "d",
        "english", "\u{0}", "de\u{0}", "🇦🇹", "-", "--", "_de",
    ])
    func `a culture that is none is refused`(name: String) {
        if name == "_de" {
            #expect(Culture(name)?.name == "-de")
        } else {
            #expect(Culture(name) == nil)
        }
    }

    @Test(arguments: [
        ("c", "1.02:03:04.5670000", "-00:01:30"), ("", "1.02:03:04.5670000", "-00:01:30"),
        ("t", "1.02:03:04.5670000", "-00:01:30"), ("g", "1:2:03:04.567", "-0:01:30"),
        ("G", "1:02:03:04.5670000", "-0:00:01:30.0000000"),
        ("hh\\:mm", "02:03", "00:01"), ("hh\\:mm\\:ss", "02:03:04", "00:01:30"), ("h'h'mm", "2h03", "0h01"),
        ("%d", "1", "0"), ("dd", "01", "00"), ("dddddddd", "00000001", "00000000"), ("%h", "2", "0"), ("%m", "3", "1"),
        ("%s", "4", "30"), ("ss\\.fff", "04.567", "30.000"), ("ss\\.FFF", "04.567", "30"),
        ("fffffff", "5670000", "0000000"), ("%F", "5", ""), ("\"x\"d", "x1", "x0"),
    ]) func `a length of time is written by its format`(format: String, long: String, negative: String) throws {
        let span = TimeSpanValue(ticks: ((26 * 60 + 3) * 60 + 4) * 10_000_000 + 5_670_000)
        #expect(try Self.formatted(.span(span), format) == long)
        #expect(try Self.formatted(.span(TimeSpanValue(seconds: -90)), format) == negative)
    }

    @Test(arguments: [
        "hh:mm", "h:mm", "x", "F0", "D", "yyyy", "hh mm", "hhh", "mmm", "sss", "ddddddddd", "ffffffff", "%", "%%", "h%",
        "h\\", "'h", "é", "hhé", "0", "HH", "hh.mm", String(repeating: "h", count: 4_097),
    ])
    func `a bad format of a length of time is an error`(format: String) {
        #expect(Self.failure(.span(TimeSpanValue(seconds: 90)), format) == "bad-format")
    }

    @Test(
        arguments: [
            (Value.double(90.4), "F0", "90"), (.double(90.5), "F0", "91"), (.double(2.5), "F0", "3"),
            (.double(-2.5), "F0", "-3"), (.double(0.5), "F0", "1"), (.double(-0.4), "F0", "0"),
            (.double(0.125), "F2", "0.13"), (.double(2.675), "F2", "2.67"),
            (.double(1234.5), "F", "1234.50"), (.double(0.1), "F20", "0.10000000000000000555"),
            (.double(1e22), "F0", "10000000000000000000000"), (.double(999.5), "F0", "1000"),
            (.double(.leastNonzeroMagnitude), "F3", "0.000"),
            (.integer(5), "F2", "5.00"), (.integer(.min), "F1", "-9223372036854775808.0"),
            (.integer(.max), "N0", "9,223,372,036,854,775,807"),
            (.numeral("12345678901234567890"), "F0", "12345678901234567890"),
            (.numeral("1.005"), "F2", "1.01"), (.numeral("1e3"), "F0", "1000"), (.numeral("1E-3"), "F4", "0.0010"),
            (.numeral("-0"), "F0", "0"), (.numeral("-12.5e1"), "N1", "-125.0"),
            (.double(1234.567), "N", "1,234.57"), (.double(1234567.891), "N1", "1,234,567.9"),
            (.double(-1234), "N0", "-1,234"), (.integer(0), "N2", "0.00"), (.integer(123), "N0", "123"),
            (.integer(5), "D", "5"), (.integer(5), "D3", "005"), (.integer(-5), "D3", "-005"),
            (.integer(.min), "D", "-9223372036854775808"), (.numeral("7"), "D2", "07"), (.integer(255), "X", "FF"),
            (.integer(255), "x4", "00ff"), (.integer(-1), "X", "FFFFFFFFFFFFFFFF"),
            (.double(1234.5), "G", "1234.5"), (.double(1234.5), "G2", "1.2E+03"), (.integer(12345), "G3", "1.23E+04"),
            (.integer(12345), "G", "12345"), (.double(0.00001), "G", "1E-05"), (.double(0.0001), "G", "0.0001"),
            (.double(1e15), "R", "1E+15"), (.double(1e14), "r", "100000000000000"),
            (.numeral("12345678901234567890"), "G", "12345678901234567890"), (.double(0.1), "g", "0.1"),
            (.double(1e-5), "g", "1e-05"), (.double(1234.5), "E2", "1.23E+003"), (.double(0), "E2", "0.00E+000"),
            (.double(-0.00123), "e3", "-1.230e-003"),
            (.double(0.1234), "P", "12.34 %"), (.double(0.5), "P0", "50 %"), (.double(-0.5), "P0", "-50 %"),
            (.double(1234.5), "C", "¤1,234.50"), (.double(-1), "C0", "(¤1)"), (.double(1.5), "", "1.5"),
            (.double(-0.0), "G", "-0"),
            // Custom.
            (.integer(5), "0", "5"), (.integer(5), "000", "005"), (.integer(5), "#", "5"), (.integer(0), "#", ""),
            (.integer(0), "0", "0"), (.double(1.5), "0", "2"), (.double(1.25), "0.0", "1.3"),
            (.double(1.2), "0.00", "1.20"), (.double(1.2), "0.##", "1.2"), (.integer(1), "0.##", "1"),
            (.double(0.5), "#.##", ".5"), (.double(0.5), "0.##", "0.5"), (.integer(1_234_567), "#,##0", "1,234,567"),
            (.integer(123), "#,##0", "123"), (.double(1234.5), "#,##0.00", "1,234.50"),
            (.integer(1_234_567), "0,", "1235"), (.integer(1_234_567), "0,,", "1"), (.double(0.5), "0%", "50%"),
            (.double(0.5), "0‰", "500‰"), (.integer(5), "0 'pcs'", "5 pcs"), (.integer(5), "\\#0", "#5"),
            (.integer(-5), "0", "-5"), (.integer(-5), "0;(0)", "(5)"), (.integer(5), "0;(0)", "5"),
            (.integer(0), "0;(0);zero", "zero"), (.integer(0), "0;(0)", "0"), (.integer(-5), "0;;zero", "-5"),
            (.integer(4312), "+00 000", "+04 312"), (.integer(5_550_100), "000-0000", "555-0100"),
            (.double(1234.5), "0.0E+0", "1.2E+3"), (.integer(1234), "0E0", "1E3"),
            (.double(0.00012), "0.0E-00", "1.2E-04"), (.integer(5), "abc", "abc"), (.integer(-5), "abc", "-abc"),
            (.integer(12), "0.0.0", "12.00"), (.double(-0.4), "0", "0"), (.integer(1234), "#,#", "1,234"),
            (.integer(12), "00;0", "12"), (.integer(86), "###0", "86"), (.integer(1), "E", "1.000000E+000"),
            (.integer(7), "é0", "é7"),
        ] as [(Value, String, String)]) func `a number is written by its format`(
            value: Value, format: String, expected: String
        ) throws
    {
        #expect(try Self.formatted(value, format) == expected)
    }

    @Test(arguments: [
        ("de-AT", "F2", "1234,50"), ("de-DE", "N2", "1.234,50"), ("de-DE", "#,##0.0", "1.234,5"),
        ("en-US", "N1", "1,234.5"), ("en-US", "C", "$1,234.50"), ("de-DE", "C", "1.234,50 €"),
        ("en-US", "P0", "123,450%"), ("hi-IN", "N0", "1,235"),
    ]) func `a culture writes numbers its way`(name: String, format: String, expected: String) throws {
        #expect(try Self.formatted(.double(1234.5), format, try #require(Culture(name))) == expected)
    }

    @Test func `groups may differ in size`() throws {
        #expect(try Self.formatted(.integer(123_456_789), "N0", try #require(Culture("hi-IN"))) == "12,34,56,789")
        #expect(try Self.formatted(.integer(123_456_789), "#,##0", try #require(Culture("hi-IN"))) == "12,34,56,789")
    }

    @Test(
        arguments: [
            (Value.integer(1), "A", "bad-format"), (.integer(1), "Q2", "bad-format"),
            (.integer(1), "F1000", "bad-format"), (.integer(1), "F99999999999999999999", "bad-format"),
            (.double(1), "D", "bad-format"), (.double(1.5), "X", "bad-format"), (.numeral("1.5"), "D", "bad-format"),
            (.numeral("99999999999999999999"), "D", "bad-format"), (.integer(1), "0'x", "bad-format"),
            (.integer(1), "0\"x", "bad-format"), (.integer(1), String(repeating: "0", count: 4_097), "bad-format"),
            (.numeral("1e9999"), "F0", "out-of-range"),
            (.numeral("1e99999999999999999999"), "F0", "out-of-range"),
            (.numeral("-1e-9223372036854775808"), "F0", "out-of-range"), (.double(.nan), "F0", "out-of-range"),
            (.double(.infinity), "0", "out-of-range"), (.numeral("x"), "F0", "out-of-range"),
            (.numeral(""), "F0", "out-of-range"),
            (.numeral("1.2.3"), "0", "out-of-range"),
            (.numeral(String(repeating: "9", count: 3_000)), "N", "out-of-range"),
            (.integer(1), "F-1", "no error: F-1"), (.integer(1), "z", "bad-format"), (.integer(1), "B", "bad-format"),
        ] as [(Value, String, String)]) func `a bad number format is an error`(
            value: Value, format: String, code: String
        )
    {
        #expect(Self.failure(value, format) == code)
    }

    @Test func `the bounds of number formats`() throws {
        #expect(try Self.formatted(.integer(1), "F998").utf8.count == 1_000)
        #expect(try Self.formatted(.integer(1), "F999").utf8.count == 1_001)
        #expect(Self.failure(.integer(1), "F1000") == "bad-format")
        let percents = String(repeating: "%", count: 14)
        #expect(try Self.formatted(.integer(1), "0" + percents).hasPrefix("1" + String(repeating: "0", count: 28)))
        #expect(try Self.formatted(.integer(1), "0%" + percents).hasPrefix("1" + String(repeating: "0", count: 30)))
        #expect(Self.failure(.integer(1), "0%%" + percents) == "bad-format")
        #expect(try Self.formatted(.double(.greatestFiniteMagnitude), "F0").utf8.count == 309)
        #expect(try Self.formatted(.numeral("1e1099"), "F0").utf8.count == 1_100)
        #expect(Self.failure(.numeral("1e1100"), "F0") == "out-of-range")
    }

    @Test(
        arguments: [
            (1.0, "1"), (90.4, "90.4"), (0.1, "0.1"), (-0.5, "-0.5"), (1e14, "100000000000000"), (1e15, "1E+15"),
            (1.5e300, "1.5E+300"), (0.0001, "0.0001"), (0.00001, "1E-05"), (123456789012345.6, "123456789012345.6"),
            (.nan, "NaN"), (.infinity, "Infinity"), (-.infinity, "-Infinity"), (0, "0"),
            (.leastNonzeroMagnitude, "5E-324"), (1.7976931348623157e308, "1.7976931348623157E+308"),
        ] as [(Double, String)]) func `a double without a format is the shortest text that leads back`(
            value: Double, expected: String
        )
    {
        #expect(Value.double(value).text() == expected)
    }
}
