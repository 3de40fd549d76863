import CRMTemplate
import Testing

@Suite struct PassesTests {
    private static func context(_ values: [(String, Value, Origins)]) -> EvaluationContext {
        var scope = VariableScope()
        for (name, value, origins) in values { scope.set(name, Variable(value, origins)) }
        return EvaluationContext(scope: scope)
    }

    /// A parameter with brackets in it, a hostile caller's name, and secrets.
    private static let context = context([
        ("Text", .text("Call from [Name] at [DateTime]"), .parameter), ("Name", .text("[ApiKey]"), .data),
        ("DateTime", .text("04.03.2026 16:05"), .data), ("ApiKey", .text("secret [Name]"), .secret),
        ("Plain", .text("key"), .parameter), ("Link", .text("{{Play}}([Url])"), .parameter),
        ("Url", .text("https://crm.test/r"), .data),
        ("Loop", .text("[Loop][Loop]"), .parameter), ("Half", .text("[Na"), .parameter), ("Rest", .text("me]"), .data),
        ("Rest2", .text("me]"), .parameter), ("Token", .text("[Plain]"), .authentication),
        ("Level1", .text("[Level2]"), .parameter),
        ("Level2", .text("[Level3]"), .parameter), ("Level3", .text("deep"), .parameter),
        ("Bad", .text("[Foo(]"), .parameter),
        ("Both", .text("[Plain]"), [.parameter, .data]), ("Cond", .text("[IIf([Name]==x,a,b)]"), .parameter),
        ("Braces", .text("{{{{a}}}}"), .parameter), ("Use", .text("[[Name].ToLower()]"), .parameter),
        ("Quote", .text("[\"<[Name]>\"]"), .parameter),
    ])

    @Test(arguments: [
        ("[Text]", 1, "Call from [Name] at [DateTime]"), ("[Text]", 0, "Call from [Name] at [DateTime]"),
        ("[Text]", -3, "Call from [Name] at [DateTime]"), ("[Text]", 2, "Call from [ApiKey] at 04.03.2026 16:05"),
        ("[[Text]]", 2, "Call from [ApiKey] at 04.03.2026 16:05"),
        ("[Text]", 16, "Call from [ApiKey] at 04.03.2026 16:05"),
        // Data, secrets and tokens are never code.
        ("[Name]", 2, "[ApiKey]"), ("[Name]", 4, "[ApiKey]"), ("[ApiKey]", 2, "secret [Name]"),
        ("[Token]", 2, "[Plain]"),
        ("[Both]", 2, "[Plain]"), ("x[Name]y", 4, "x[ApiKey]y"), ("[IIf(true,[Name],x)]", 4, "[ApiKey]"),
        ("[[Name].Replace(\"a\",\"b\")]", 4, "[ApiKey]"), ("[[Plain].Replace(\"key\",[Name])]", 4, "[ApiKey]"),
        ("[Name+Plain]", 4, "[ApiKey]key"), ("[\"[Name]\"]", 4, "[ApiKey]"), ("[EscapedName]", 2, "%5BApiKey%5D"),
        ("[[Text].Replace(\"from\",[Name])]", 2, "Call [ApiKey] [Name] at [DateTime]"),
        // Nor does data help to make a bracket.
        ("{{[Name]}}", 2, "[ApiKey]"), ("[Half][Rest]", 1, "[Name]"), ("[Half][Rest2]", 2, "[ApiKey]"),
        ("{{Plain}}", 1, "[Plain]"), ("{{Plain}}", 2, "key"), ("{{[Plain]}}", 2, ""), ("{{{{Plain}}}}", 3, "key"),
        ("{{ [Name] + 1 }}", 2, "[ApiKey]1"), ("{{IIf([Name]==x,a,b)}}", 2, "b"), ("{{\"a[Name]b\"}}", 2, "a[ApiKey]b"),
        ("{{[Name].ToUpper()}}", 2, "[APIKEY]"), ("{{x[Name]}}", 2, "x[ApiKey]"), ("{{Api[Name]}}", 2, "Api[ApiKey]"),
        // The escapes are undone in the pass they appear in.
        ("[Link]", 1, "{{Play}}([Url])"), ("[Link]", 2, "[Play](https://crm.test/r)"), ("[Braces]", 2, "[[a]]"),
        ("[Braces]", 3, ""),
        ("[Level1]", 1, "[Level2]"), ("[Level1]", 2, "[Level3]"), ("[Level1]", 3, "deep"), ("[Level1]", 4, "deep"),
        ("[Cond]", 2, "b"), ("[Use]", 2, "[apikey]"), ("[Quote]", 2, "<[ApiKey]>"),
        ("[\"Note: [Text]\"]", 2, "Note: Call from [ApiKey] at 04.03.2026 16:05"),
    ]) func `a pass reads what the template and plain parameters wrote and nothing else`(
        source: String, passes: Int, expected: String
    ) throws {
        #expect(try Fixture.text(source, passes: passes, Self.context) == expected)
    }

    @Test(arguments: [
        ("[Half]x", 2, "unbalanced-bracket"), ("[Half][Rest]", 2, "unbalanced-bracket"),
        ("[Bad]", 2, "unknown-function"),
        ("{{", 2, "unbalanced-bracket"), ("{{[Name]", 2, "unbalanced-bracket"), ("[Loop]", 16, "too-long"),
        ("a", 17, "too-many-passes"),
        ("a", Int.max, "too-many-passes"), ("{{\"[Name]}}", 2, "unbalanced-quote"),
    ]) func `a later pass fails as the first does`(source: String, passes: Int, code: String) {
        var context = Self.context
        context.limits.outputBytes = 65_536
        #expect(Fixture.failure(source, passes: passes, context) == code)
    }

    @Test func `an error of a later pass names the pass and no value`() {
        let expression = TextExpression("[Bad]", passes: 2)
        #expect(expression.error == nil)
        let error = #expect(throws: ExpressionError.self) { try expression.evaluate(Self.context) }
        #expect(error?.message.hasPrefix("pass 2, byte 1 of its text: 'Foo' is no function") == true)
        #expect(error?.offset == 0)
    }

    @Test func `passes are bounded`() {
        let limit = ExpressionLimits.standard.passes
        #expect(TextExpression("a", passes: limit - 1).error == nil)
        #expect(TextExpression("a", passes: limit).error == nil)
        #expect(TextExpression("a", passes: limit + 1).error?.code == "too-many-passes")
        #expect(TextExpression("a", passes: 0).passes == 1)
    }

    @Test(
        arguments: [
            ("a", 1, [("a", Origins.template)]), ("[Name]", 1, [("[ApiKey]", .data)]),
            ("a[Name]b", 1, [("a", .template), ("[ApiKey]", .data), ("b", .template)]),
            ("[ApiKey]", 1, [("secret [Name]", .secret)]),
            (
                "[Text]", 2,
                [
                    ("Call from ", .parameter), ("[ApiKey]", [.data, .parameter]), (" at ", .parameter),
                    ("04.03.2026 16:05", [.data, .parameter]),
                ]
            ),
            ("[\"a[ApiKey]\"]", 1, [("a", .template), ("secret [Name]", .secret)]),
            ("[Plain+Name]", 1, [("key", .parameter), ("[ApiKey]", .data)]),
            ("[IIf([Name]==x,a,b)]", 1, [("b", .template)]),
            ("[[Plain].Replace(\"z\",[ApiKey])]", 1, [("key", [.parameter, .secret])]),
            ("[[Name]==x]", 1, [("False", .data)]), ("[EscapedApiKey]", 1, [("secret%20%5BName%5D", .secret)]),
            ("[Missing]", 1, []),
        ] as [(String, Int, [(String, Origins)])]) func `each piece tells where it came from`(
            source: String, passes: Int, expected: [(String, Origins)]
        ) throws
    {
        let pieces = try TextExpression(source, passes: passes).evaluate(Self.context).pieces
        #expect(pieces.map(\.text) == expected.map(\.0))
        #expect(zip(pieces, expected).allSatisfy { $0.origins == $1.1 || $0.origins.union(.parameter) == $1.1 })
        for (piece, row) in zip(pieces, expected) {
            #expect(piece.origins.contains(.data) == row.1.contains(.data))
            #expect(piece.origins.contains(.secret) == row.1.contains(.secret))
        }
    }
}
