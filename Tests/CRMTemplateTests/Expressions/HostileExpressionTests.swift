import CRMTemplate
import Platform
import TestSupport
import Testing

/// Whatever is written and whatever it is given: an evaluation ends, with a text or with an error.
@Suite struct HostileExpressionTests {
    private static let fragments = [
        "[", "]", "(", ")", "{{", "}}", "{", "}", "^^", "^", "\"", ",", ".", "-", "+", "==", "!=", ">", "<", ">=", "<=",
        "||", "&&", "=", "!", "|", "&", " ", "\n",
        "A", "D", "TS", "Null", "Text", "Secret", "Five", "Huge", "Least", "Missing", "Page-1", "2026-03-04", "true",
        "False", "IIf(", "[IIf(true,", "[[D].ToString(\"", "[[TS].ToString(\"", "[[Huge].ToString(\"",
        "\")]", ".Replace(", ".Substring(", ".PadLeft(", ".Insert(", ".Remove(", ".IndexOf(", ".Trim()", ".ToUpper()",
        ".get_Length()", ".AddDays(", ".AddMonths(", ".AddTicks(", ".Add(", ".Subtract(", ".get_TotalSeconds()",
        ".ToLocalTime()",
        ".Negate()", ".CompareTo(", "0", "1", "-1", "9223372036854775807", "-9223372036854775808", "2147483647",
        "1e308", "99999999999999999999", "0.5", "yyyy", "MMMM", "d", "fff", "zzz", "K", "%", "\\", "'", "#,##0.00",
        "F2", "N", "E10", "G",
        "hh\\:mm", "é", "😀", "\u{301}", "\u{0}", "\u{202E}", "Escaped", "EscapedA",
    ]

    private static let context: EvaluationContext = {
        var scope = VariableScope()
        let values: [(String, Value, Origins)] = [
            ("A", .text("x😀[Secret]é"), .data), ("D", .date(Fixture.date), .data),
            ("TS", .span(TimeSpanValue(seconds: 90)), .data), ("Null", .null, .data),
            ("Text", .text("[A]{{[Text]}}^^[[D].ToString(^^yy^^)]"), .parameter),
            ("Secret", .text("[A]"), .secret), ("Five", .numeral("5"), .data), ("Huge", .double(1e308), .data),
            ("Least", .span(TimeSpanValue(ticks: .min)), .data),
        ]
        for (name, value, origins) in values { scope.set(name, Variable(value, origins)) }
        var limits = ExpressionLimits.standard
        limits.steps = 20_000
        limits.outputBytes = 20_000
        return EvaluationContext(scope: scope, culture: Culture("de-AT") ?? .invariant, limits: limits)
    }()

    @Test(arguments: [UInt64(1), 2, 3, 4, 5, 6, 7, 8]) func `random sources end with a text or an error`(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        var evaluated = 0
        for _ in 0..<1_500 {
            var source = Int.random(in: 0..<3, using: &generator) == 0 ? "[" : ""
            for _ in 0..<(1 + Int.random(in: 0..<14, using: &generator)) {
                source += Self.fragments[Int.random(in: 0..<Self.fragments.count, using: &generator)]
            }
            let passes = 1 + Int.random(in: 0..<4, using: &generator)
            let text = TextExpression(source, passes: passes)
            if let result = try? text.evaluate(Self.context) {
                evaluated += 1
                #expect(result.text.utf8.count <= Self.context.limits.outputBytes)
                #expect(result.text == (try? text.evaluate(Self.context).text), "evaluations are the same each time")
            }
            if let error = text.error { #expect((0...source.utf8.count).contains(error.offset), "\(source)") }
            for reference in text.references { #expect(reference.offset < source.utf8.count) }
            _ = try? text.evaluateValue(Self.context)
            _ = try? ConditionExpression(source).evaluate(Self.context)
            _ = try? NumberExpression(source).evaluate(Self.context)
        }
        #expect(evaluated > 75)
    }

    @Test(arguments: [UInt64(11), 12, 13, 14]) func `random formats end with a text or an error`(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        let letters = Array("dfFghHKmMstyz:/%'\"\\.,;#0EePNGRXCcDYoOuU-+ 1259‰é")
        let values: [Value] = [
            .date(Fixture.date), .date(DateTimeValue(ticks: 0, kind: .local(offsetSeconds: .min))),
            .date(DateTimeValue(ticks: .max, kind: .local(offsetSeconds: .max))), .span(TimeSpanValue(ticks: .min)),
            .span(TimeSpanValue(ticks: .max)),
            .integer(.min), .integer(.max), .integer(0), .double(.leastNonzeroMagnitude),
            .double(-.greatestFiniteMagnitude), .double(.nan), .double(0.5), .numeral("-0.000"), .numeral("1e1000"),
            .numeral("9e-1000"),
            .numeral(String(repeating: "9", count: 900)),
        ]
        let expression = TextExpression("[[V].ToString([F])]")
        let cultures = [Culture.invariant, try #require(Culture("de-AT")), try #require(Culture("ar-SA"))]
        for _ in 0..<4_000 {
            var format = ""
            for _ in 0..<Int.random(in: 0..<9, using: &generator) {
                format.append(letters[Int.random(in: 0..<letters.count, using: &generator)])
            }
            var scope = VariableScope()
            scope.set("V", Variable(values[Int.random(in: 0..<values.count, using: &generator)], .data))
            scope.set("F", Variable(.text(format), .template))
            _ = try? expression.evaluate(
                EvaluationContext(
                    scope: scope, culture: cultures[Int.random(in: 0..<cultures.count, using: &generator)]))
        }
    }

    /// Sources whose cost must grow with their length and no faster; each ends in a moment or the suite's time shows it.
    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            ("[", ""), ("]", ""), ("[[A]", "]"), ("[A-", "]"), ("a-", ""), ("[1-1-", "1]"), ("[A+5-3-", "1]"),
            ("(", ""), ("\"", ""), ("[\"", ""), ("[\"[", ""), ("^^", ""), ("[^^", ""), ("[A]+", ""), ("{{", ""),
            ("[1+", "1]"), ("[A||", "A]"),
            ("[A.", "Trim()]"), ("[A].Trim().", ""), ("[[A].Trim()", "]"), ("IIf(", ""), ("[IIf(", ""), ("[a ", "]"),
            ("[a.b", "]"), (" ", "[A]"), ("[ ", "]"), ("[\"a\"+", "\"a\"]"), ("[A][Missing]", ""), ("\u{301}", ""),
            ("[A,", "]"), ("[Foo(", ")]"),
        ]) func `long repetitions are read in linear time`(unit: String, end: String)
    {
        let limit = ExpressionLimits.standard.sourceBytes / 4
        let source = String(repeating: unit, count: (limit - end.utf8.count) / unit.utf8.count) + end
        _ = try? TextExpression(source, passes: 4).evaluate(Self.context)
        _ = try? ConditionExpression(source).evaluate(Self.context)
        // The same inside one bracket.
        let inner = "[" + String(repeating: String(unit.drop { $0 == "[" }), count: limit / unit.utf8.count - 8) + "]"
        _ = try? TextExpression(inner).evaluate(Self.context)
    }

    @Test func `expensive methods count as many steps`() {
        let context = EvaluationContext(scope: Fixture.scope)
        let format = String(repeating: "[[D].ToString(\"yyyy\")]", count: 5_000)
        #expect(Fixture.failure(format, context) == "too-many-steps")
        let pads = "[[A]" + String(repeating: ".PadLeft(1000000).Trim()", count: 200) + "]"
        #expect(Fixture.failure(pads, context) == "too-many-steps")
    }

    @Test func `a text in which nothing can be found is searched once`() throws {
        var scope = Fixture.scope
        scope.set("Hay", Variable(.text(String(repeating: "a", count: 400_000)), .data))
        scope.set("Needle", Variable(.text(String(repeating: "a", count: 200_000) + "b"), .data))
        let context = EvaluationContext(scope: scope)
        #expect(try Fixture.text("[[Hay].IndexOf([Needle])]", context) == "-1")
        #expect(try Fixture.text("[[Hay].LastIndexOf([Needle])]", context) == "-1")
        #expect(try Fixture.text("[[[Hay].Replace([Needle],\"\")].get_Length()]", context) == "400000")
        #expect(try Fixture.text("[[Hay].Contains([Needle])]", context) == "False")
    }

    @Test func `a word of many minuses is text`() throws {
        var scope = VariableScope()
        for index in 0...10 { scope.set("v\(index)", Variable(.integer(100), .data)) }
        let context = EvaluationContext(scope: scope)
        func word(_ minuses: Int) -> String { "[" + (0...minuses).map { "v\($0)" }.joined(separator: "-") + "]" }
        #expect(try Fixture.text(word(7), context) == "-600")
        #expect(try Fixture.text(word(8), context) == "-700")
        #expect(try Fixture.text(word(9), context) == "")
    }

    @Test func `a calculation in one word is short`() throws {
        // A word of that many bytes behind a sign.
        func source(_ count: Int) -> String {
            "[1+" + String(repeating: "1-", count: (count - 1) / 2) + (count % 2 == 0 ? "10" : "1") + "]"
        }
        let context = EvaluationContext(scope: VariableScope())
        #expect(try Fixture.text(source(63), context) == "-29")
        #expect(try Fixture.text(source(64), context) == "-38")
        #expect(try Fixture.text(source(65), context).hasPrefix("11-1-"))
    }
}
