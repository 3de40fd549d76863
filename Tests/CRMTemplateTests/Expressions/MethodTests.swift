import CRMTemplate
import Platform
import Testing

@Suite struct MethodTests {
    private static let context: EvaluationContext = {
        var scope = Fixture.scope
        for (name, value) in [
            ("Hi", Value.text("  Hello, World  ")), ("Slashes", .text("//a/b//")), ("Sharp", .text("Straße ﬁn")),
            ("Cut", .text("a😀b")),
            ("Local", .date(DateTimeValue(ticks: Fixture.date.ticks, kind: .local(offsetSeconds: 3600)))),
            ("Neg", .span(TimeSpanValue(ticks: -904_000_000))),
            ("Long", .span(TimeSpanValue(ticks: 1_234_567_890_123_456))),
            ("First", .date(DateTimeValue(ticks: 0, kind: .utc))),
            ("Last", .date(DateTimeValue(ticks: DateTimeValue.maximumTicks, kind: .utc))),
            ("Leap", .date(Fixture.date("2024-02-29T23:59:59.1234567Z"))),
            ("Least", .span(TimeSpanValue(ticks: .min))),
            ("Most", .span(TimeSpanValue(ticks: .max))), ("BigInt", .integer(.max)), ("SmallInt", .integer(.min)),
            ("Nan", .double(.nan)), ("Inf", .double(.infinity)), ("Huge", .double(1e300)),
            ("Turkish", .text("iI")),
        ] {
            scope.set(name, Variable(value, .data))
        }
        return EvaluationContext(scope: scope, zone: CivilZone("Europe/Vienna") ?? .utc)
    }()

    @Test(
        arguments: [
            // Replace: all places, ordinal; an empty text to look for changes nothing.
            ("[Number].Replace(\"+\",\"00\")", "004312"), ("[Number].Replace(\"\",\"x\")", "+4312"),
            ("[Number].Replace(\"9\",\"x\")", "+4312"),
            ("[\"aaa\"].Replace(\"a\",\"aa\")", "aaaaaa"), ("[\"aaa\"].Replace(\"aa\",\"b\")", "ba"),
            ("[\"abab\"].Replace(\"ab\",\"\")", ""),
            ("[Missing].Replace(\"a\",\"b\")", ""), ("[Null].Replace(\"\",\"b\")", ""),
            ("[\"a\nb\"].Replace(\"\n\",\"<br/>\")", "a<br/>b"),
            ("[\"C:\\x\"].Replace(\"\\\",\"/\")", "C:/x"), ("[\"a^^b\"].Replace(\"^^\",\"'\")", "a'b"),
            ("[\"{{a}}\"].Replace(\"{{\",\"(\")", "(a]"),
            ("[\"{{a}}\"].Replace(\"[\",\"(\")", "(a]"), ("[Umlaut].Replace(\"ü\",\"ue\")", "Grueße"),
            ("[Three].Replace(\"3\",\"4\")", "4"),
            ("[Sent].Replace(\"0\",\"\")", "123456789123456789"), ("[Yes].Replace(\"T\",\"t\")", "true"),
            ("[Number].Replace([A],\"y\")", "+4312"),
            // Substring, Remove, Insert count UTF-16 units.
            ("[\"abc\"].Substring(0)", "abc"), ("[\"abc\"].Substring(1)", "bc"), ("[\"abc\"].Substring(3)", ""),
            ("[\"abc\"].Substring(1,1)", "b"),
            ("[\"abc\"].Substring(3,0)", ""), ("[\"abc\"].Substring(\"1\")", "bc"), ("[Cut].Substring(3)", "b"),
            ("[Cut].Substring(1,2)", "😀"),
            ("[Cut].Substring(2)", "\u{FFFD}b"), ("[Cut].Substring(0,2)", "a\u{FFFD}"),
            ("[Umlaut].Substring(2,1)", "ü"),
            ("[\"abc\"].Remove(1)", "a"), ("[\"abc\"].Remove(0,1)", "bc"), ("[\"abc\"].Remove(3)", "abc"),
            ("[Cut].Remove(1,2)", "ab"),
            ("[\"abc\"].Insert(0,\"x\")", "xabc"), ("[\"abc\"].Insert(3,\"x\")", "abcx"),
            ("[Cut].Insert(3,\"x\")", "a😀xb"),
            ("[\"abc\"].get_Chars(1)", "b"), ("[\"\"].get_Length()", "0"), ("[Cut].get_Length()", "4"),
            ("[Umlaut].get_Length()", "5"),
            ("[Missing].get_Length()", "0"), ("[\"abc\"].Substring([Page])", "abc"), ("[\"abc\"].Substring(1.0)", nil),
            // Trim.
            ("[Hi].Trim()", "Hello, World"), ("[Hi].TrimStart()", "Hello, World  "),
            ("[Hi].TrimEnd()", "  Hello, World"),
            ("[Slashes].Trim(\"/\")", "a/b"), ("[Slashes].TrimStart(\"/\")", "a/b//"),
            ("[Slashes].TrimEnd(\"/\")", "//a/b"),
            ("[\"xyax\"].Trim(\"x\",\"y\")", "a"), ("[\"xyax\"].Trim(\"xy\")", "a"),
            ("[\"\u{A0} a\u{2003}\"].Trim()", "a"),
            ("[\"  \"].Trim()", ""), ("[\"\"].TrimEnd(\"x\")", ""), ("[\"xx\"].Trim(\"x\")", ""),
            ("[\" a \"].Trim(\"\")", "a"),
            // Case: letter by letter.
            ("[Sharp].ToUpper()", "STRAßE ﬁN"), ("[\"ÄÖÜ\"].ToLower()", "äöü"), ("[\"ǆ\"].ToUpper()", "Ǆ"),
            ("[\"İ\"].ToLower()", "İ"),
            ("[Turkish].ToUpper()", "II"), ("[Turkish].ToLowerInvariant()", "ii"), ("[\"é\"].ToUpperInvariant()", "É"),
            // Pad.
            ("[Three].PadLeft(3)", "  3"), ("[Three].PadLeft(3,\"0\")", "003"), ("[Three].PadRight(3,\"0\")", "300"),
            ("[\"abc\"].PadLeft(2)", "abc"),
            ("[\"abc\"].PadLeft(0)", "abc"), ("[Cut].PadLeft(5,\"x\")", "xa😀b"), ("[\"\"].PadRight(2,\"ü\")", "üü"),
            // Search.
            ("[Name].StartsWith(\"Ann\")", "True"), ("[Name].StartsWith(\"ann\")", "False"),
            ("[Name].StartsWith(\"\")", "True"),
            ("[Name].EndsWith(\"ple\")", "True"), ("[Name].EndsWith(\"\")", "True"),
            ("[\"é\"].StartsWith(\"e\")", "False"),
            ("[Name].Contains(\" E\")", "True"), ("[Name].Contains(\"\")", "True"), ("[Name].Contains(\"x\")", "True"),
            ("[Name].Contains(\"X\")", "False"),
            ("[Name].IndexOf(\"n\")", "1"), ("[Name].IndexOf(\"n\",2)", "2"), ("[Name].IndexOf(\"n\",3)", "-1"),
            ("[Name].IndexOf(\"\")", "0"),
            ("[Name].IndexOf(\"\",11)", "11"), ("[Cut].IndexOf(\"b\")", "3"), ("[Cut].IndexOf(\"b\",3)", "3"),
            ("[Name].LastIndexOf(\"e\")", "10"),
            ("[Name].LastIndexOf(\"z\")", "-1"), ("[Cut].LastIndexOf(\"b\")", "3"),
            ("[\"aXbX\"].LastIndexOf(\"X\")", "3"),
            ("[\"aaaaaaaab\"].IndexOf(\"aaab\")", "5"), ("[\"ababac\"].IndexOf(\"abac\")", "2"),
            // Of any value.
            ("[A].ToString()", "x"), ("[Three].ToString()", "3"), ("[D].ToString()", "03/04/2026 05:06:07"),
            ("[Missing].ToString()", ""),
            ("[A].Equals(\"x\")", "True"), ("[A].Equals(\"X\")", "False"), ("[Three].CompareTo(10)", "-1"),
            ("[A].CompareTo(\"x\")", "0"),
            ("[\"b\"].CompareTo(\"a\")", "1"), ("[D].CompareTo([D])", "0"), ("[TS].CompareTo([Neg])", "1"),
            // Dates.
            ("[D].get_Year()", "2026"), ("[D].get_Month()", "3"), ("[D].get_Day()", "4"), ("[D].get_Hour()", "5"),
            ("[D].get_Minute()", "6"),
            ("[D].get_Second()", "7"), ("[Leap].get_Millisecond()", "123"), ("[D].get_DayOfWeek()", "Wednesday"),
            ("[D].get_DayOfYear()", "63"),
            ("[Leap].get_DayOfYear()", "60"), ("[Leap].get_DayOfWeek()", "Thursday"),
            ("[D].get_Date()", "03/04/2026 00:00:00"),
            ("[D].get_TimeOfDay()", "05:06:07"), ("[D].get_Kind()", "Utc"), ("[Local].get_Kind()", "Local"),
            ("[First].get_Ticks()", "0"),
            ("[First].ToString()", "01/01/0001 00:00:00"), ("[Last].ToString()", "12/31/9999 23:59:59"),
            ("[Last].get_Ticks()", "3155378975999999999"),
            ("[D].AddDays(1)", "03/05/2026 05:06:07"), ("[D].AddDays(-4)", "02/28/2026 05:06:07"),
            ("[D].AddDays(0.5)", "03/04/2026 17:06:07"),
            ("[D].AddHours(20)", "03/05/2026 01:06:07"), ("[D].AddMinutes(-7)", "03/04/2026 04:59:07"),
            ("[D].AddSeconds(53)", "03/04/2026 05:07:00"),
            ("[D].AddMilliseconds(1000)", "03/04/2026 05:06:08"), ("[D].AddTicks(10000000)", "03/04/2026 05:06:08"),
            ("[D].AddMonths(1)", "04/04/2026 05:06:07"), ("[D].AddMonths(-3)", "12/04/2025 05:06:07"),
            ("[Leap].AddYears(1)", "02/28/2025 23:59:59"),
            ("[Leap].AddMonths(12)", "02/28/2025 23:59:59"), ("[Leap].AddYears(4)", "02/29/2028 23:59:59"),
            ("[D].AddMonths(0)", "03/04/2026 05:06:07"),
            ("[First].AddYears(9998)", "01/01/9999 00:00:00"), ("[D].AddHours(\"1\")", "03/04/2026 06:06:07"),
            ("[D].Add([TS])", "03/04/2026 05:07:37"), ("[D].Subtract([TS])", "03/04/2026 05:04:36"),
            ("[D].Subtract([D])", "00:00:00"),
            ("[D].Subtract([First]).get_Days()", "739678"), ("[D].ToLocalTime()", "03/04/2026 06:06:07"),
            ("[D].ToLocalTime().get_Kind()", "Local"),
            ("[Local].ToUniversalTime()", "03/04/2026 04:06:07"), ("[Local].ToLocalTime()", "03/04/2026 05:06:07"),
            ("[D].ToUniversalTime()", "03/04/2026 05:06:07"),
            ("[Last].ToLocalTime()", "12/31/9999 23:59:59"), ("[D].ToShortDateString()", "03/04/2026"),
            ("[D].ToLongDateString()", "Wednesday, 04 March 2026"),
            ("[D].ToShortTimeString()", "05:06"), ("[D].ToLongTimeString()", "05:06:07"),
            // Lengths of time.
            ("[TS].get_TotalSeconds()", "90.4"), ("[TS].get_TotalMinutes()", "1.5066666666666666"),
            ("[TS].get_TotalMilliseconds()", "90400"),
            ("[TS].get_TotalHours()", "0.025111111111111112"), ("[TS].get_TotalDays()", "0.0010462962962962963"),
            ("[TS].get_Seconds()", "30"),
            ("[TS].get_Minutes()", "1"), ("[TS].get_Hours()", "0"), ("[TS].get_Days()", "0"),
            ("[TS].get_Milliseconds()", "400"), ("[TS].get_Ticks()", "904000000"),
            ("[Neg].get_Seconds()", "-30"), ("[Neg].get_TotalSeconds()", "-90.4"),
            ("[Neg].Duration()", "00:01:30.4000000"), ("[TS].Negate()", "-00:01:30.4000000"),
            ("[TS].Add([TS])", "00:03:00.8000000"), ("[TS].Subtract([TS])", "00:00:00"), ("[Long].get_Days()", "1428"),
            ("[Least].get_TotalDays()", "-10675199.116730064"),
            ("[Least].ToString()", "-10675199.02:48:05.4775808"), ("[Most].ToString()", "10675199.02:48:05.4775807"),
        ] as [(String, String?)]) func `a method gives what .NET's gives`(source: String, expected: String?)
    {
        let result = try? Fixture.text("[\(source)]", Self.context)
        #expect(result == expected)
    }

    @Test(arguments: [
        ("[A].Substring(2)", "out-of-range"), ("[A].Substring(-1)", "out-of-range"),
        ("[A].Substring(0,2)", "out-of-range"), ("[A].Substring(1,1)", "out-of-range"),
        ("[A].Substring(0,-1)", "out-of-range"), ("[A].Substring(9223372036854775807)", "out-of-range"),
        ("[A].Substring(1,9223372036854775807)", "out-of-range"),
        ("[A].Substring(-9223372036854775808)", "out-of-range"),
        ("[A].Substring(99999999999999999999)", "wrong-argument"), ("[A].Substring(x)", "wrong-argument"),
        ("[A].Substring()", "argument-count"), ("[A].Substring(\"\")", "wrong-argument"),
        ("[A].Substring(0.5)", "wrong-argument"), ("[A].Substring([D])", "wrong-argument"),
        ("[A].Remove(2)", "out-of-range"), ("[A].Remove(0,2)", "out-of-range"), ("[A].Remove(-1)", "out-of-range"),
        ("[A].Insert(2,y)", "out-of-range"),
        ("[A].Insert(-1,y)", "out-of-range"), ("[A].Insert(y,0)", "wrong-argument"),
        ("[A].get_Chars(1)", "out-of-range"), ("[A].get_Chars(-1)", "out-of-range"),
        ("[Empty].get_Chars(0)", "out-of-range"), ("[A].PadLeft(2147483647)", "too-long"),
        ("[A].PadRight(2147483647,\"0\")", "too-long"),
        ("[A].PadLeft(9223372036854775807)", "too-long"), ("[A].PadLeft(-1)", "out-of-range"),
        ("[A].PadLeft(1048577)", "too-long"), ("[A].PadLeft(600000,\"ü\")", "too-long"),
        ("[A].PadLeft(5,\"\")", "wrong-argument"), ("[A].PadLeft(5,\"ab\")", "wrong-argument"),
        ("[A].PadLeft(5,\"😀\")", "wrong-argument"), ("[A].PadLeft(x)", "wrong-argument"),
        ("[A].IndexOf(x,2)", "out-of-range"), ("[A].IndexOf(x,-1)", "out-of-range"),
        ("[A].IndexOf(x,y)", "wrong-argument"), ("[D].Replace(a,b)", "wrong-type"),
        ("[TS].Trim()", "wrong-type"), ("[D].get_Length()", "wrong-type"), ("[TS].PadLeft(3)", "wrong-type"),
        ("[A].get_Year()", "wrong-type"), ("[Three].get_Year()", "wrong-type"),
        ("[TS].get_Year()", "wrong-type"), ("[D].get_TotalSeconds()", "wrong-type"),
        ("[A].get_TotalSeconds()", "wrong-type"), ("[Missing].get_TotalSeconds()", "null-method"),
        ("[Empty].get_TotalSeconds()", "null-method"), ("[Null].AddDays(1)", "null-method"),
        ("[Missing].ToString(\"d\")", "null-method"), ("[Empty].ToString(\"F0\")", "null-method"),
        ("[Null].ToString(\"F0\")", "null-method"), ("[A].ToString(\"F0\")", "wrong-type"),
        ("[Five].ToString(\"F0\")", "wrong-type"), ("[Yes].ToString(\"F0\")", "wrong-type"),
        ("[D].AddDays(x)", "wrong-argument"), ("[D].AddDays(\"\")", "wrong-argument"),
        ("[D].AddDays([D])", "wrong-argument"), ("[D].AddMonths(0.5)", "wrong-argument"),
        ("[D].AddDays(99999999)", "out-of-range"), ("[D].AddDays(-999999)", "out-of-range"),
        ("[D].AddDays([Huge])", "out-of-range"), ("[D].AddDays([Nan])", "wrong-argument"),
        ("[D].AddDays([Inf])", "wrong-argument"), ("[D].AddTicks(9223372036854775807)", "out-of-range"),
        ("[D].AddTicks([SmallInt])", "out-of-range"), ("[D].AddYears(9999)", "out-of-range"),
        ("[D].AddYears([BigInt])", "out-of-range"), ("[D].AddYears([SmallInt])", "out-of-range"),
        ("[D].AddMonths([BigInt])", "out-of-range"), ("[D].AddMonths([SmallInt])", "out-of-range"),
        ("[D].AddMonths(120001)", "out-of-range"), ("[D].AddMonths(-24312)", "out-of-range"),
        ("[Last].AddTicks(1)", "out-of-range"), ("[First].AddTicks(-1)", "out-of-range"),
        ("[Last].AddMonths(1)", "out-of-range"), ("[First].AddMonths(-1)", "out-of-range"),
        ("[D].Add([D])", "wrong-argument"), ("[D].Add(1)", "wrong-argument"), ("[D].Subtract(1)", "wrong-argument"),
        ("[D].Add([Most])", "out-of-range"), ("[D].Subtract([Least])", "out-of-range"),
        ("[TS].Add(1)", "wrong-argument"), ("[TS].Add([D])", "wrong-argument"), ("[Most].Add([TS])", "out-of-range"),
        ("[Least].Negate()", "out-of-range"), ("[Least].Duration()", "out-of-range"),
        ("[TS].Subtract([Least])", "out-of-range"), ("[Least].Subtract([TS])", "out-of-range"),
        ("[A].Add([TS])", "wrong-type"), ("[A].get_Ticks()", "wrong-type"), ("[A].Split(\",\")", "unknown-method"),
        ("[A].trim()", "unknown-method"), ("[A].ToString(1,2)", "argument-count"),
        ("[BigInt]+1", "out-of-range"), ("[SmallInt]-1", "out-of-range"), ("[Huge]-[Nan]", "not-number"),
        ("[Least]-[TS]", "out-of-range"), ("[D]-[Least]", "out-of-range"), ("[D]+[Most]", "out-of-range"),
        ("[D]-1", "not-number"), ("[TS]-1", "not-number"), ("1-[TS]", "not-number"), ("[D]-[A]", "not-number"),
        ("[A]-[D]", "not-number"), ("[Hi]-1", "not-number"),
    ]) func `a method that cannot work is an error`(source: String, code: String) {
        #expect(Fixture.failure("[\(source)]", Self.context) == code)
    }

    @Test(arguments: [
        ("[[Null].ToString(\"d\")]", "ToString needs a date, a length of time or a number, found nothing", 8),
        ("[[Empty].get_TotalSeconds()]", "get_TotalSeconds needs a length of time, found an empty text", 9),
        ("[[A].Substring(9)]", "argument 1 of Substring is not inside the text", 5),
        ("[[A].Substring(x)]", "argument 1 of Substring must be a whole number, found a text", 5),
        ("[[A].PadLeft(2147483647)]", "PadLeft would make a text of more than 1048576 bytes", 5),
        ("[[A].PadLeft(-1)]", "argument 1 of PadLeft must be from 0 to 1048576", 5),
        ("[[A] - 1]", "'-' needs numbers, found a text on the left; a text with '-' in it needs quotes", 5),
        ("[IIf([A],1,2)]", "IIf needs true or false, found a text", 5),
        ("[[D].AddYears(9999)]", "the date is not in the years 1 to 9999", 5),
    ]) func `an error of an evaluation names types and never values`(source: String, message: String, offset: Int) {
        let error = #expect(throws: ExpressionError.self) { try Fixture.text(source, Self.context) }
        #expect(error?.message == message)
        #expect(error?.offset == offset)
    }

    @Test func `letters change case as the culture has it`() throws {
        var context = Self.context
        context.culture = try #require(Culture("tr-TR"))
        #expect(
            try Fixture.text("[Turkish.ToUpper()][Turkish.ToLower()]", context) == "İIıı".replacing("Iıı", with: "Iiı"))
        #expect(try Fixture.text("[Turkish.ToUpperInvariant()]", context) == "II")
    }
}
