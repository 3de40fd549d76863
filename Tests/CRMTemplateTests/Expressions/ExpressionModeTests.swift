import CRMTemplate
import Testing

@Suite struct ExpressionModeTests {
    /// Minus and dot: A=5, B=3, Page=0, S=no-answer; Foo and Inbound are unknown.
    @Test(
        arguments: [
            ("[[A]-[B]]", "2"), ("[Page-1]", "-1"), ("[2026-03-04]", ""), ("[IIf([S]==no-answer,1,2)]", "1"),
            ("[IIf([A]==5,2026-03-04,x)]", "2026-03-04"), ("[Foo+1]", "Foo1"), ("[Inbound]", ""),
            ("[IIf([S]==Inbound,1,Inbound)]", "Inbound"),
            ("[A-B]", "2"), ("[A-1]", "4"), ("[A-B-1]", "1"), ("[A - B]", "2"), ("[A -B]", "2"), ("[[A] - 1]", "4"),
            ("[[A]-1]", "4"), ("[(A)-1]", "4"), ("[[A]-[B]-1]", "1"), ("[[A]-5-3]", "-3"), ("[5-[B]]", "2"),
            ("[5 - 3]", "2"),
            ("[5-3]", "2"), ("[A-5-3]", "-3"), ("[Foo-1]", ""), ("[no-answer]", ""), ("[IIf(true,Foo-1,x)]", "Foo-1"),
            ("[IIf(true,5-3,x)]", "5-3"), ("[IIf(true,A-B,x)]", "2"), ("[IIf(true,A-x,y)]", "A-x"),
            ("[IIf(true,-5,x)]", "-5"),
            ("[IIf(true,[A]-\"x\",y)]", "5-x"), ("[IIf(true,[A] - \"x\",y)]", "5-x"),
            ("[IIf(true,[A]-^^x^^,y)]", "5-x"),
            ("[IIf(true,-,x)]", "-"), ("[IIf(true,a.b,x)]", "a.b"), ("[IIf(true,[A].b,x)]", "5.b"),
            ("[A==5-3]", "False"),
            ("[1.5-0.5]", "1"), ("[A - -1]", "6"), ("[A+-1]", "5-1"), ("[[A]--1]", "6"), ("[\"a\"-b]", "a-b"),
            ("[Kept-1]", "kept"), ("[kept-1]", "kept"), ("[Kept-1+1]", "kept1"),
            ("[A-]", ""), ("[-A]", ""), ("[--]", ""), ("[-]", ""), ("[A--B]", ""), ("[1-2-3-4-5-6-7-8-9-10-11]", ""),
            ("[555-0100]", "455"), ("[+B-[A]-1]", nil), ("[A-x]", ""), ("[IIf(true,2026-[A],x)]", "2021"),
        ] as [(String, String?)]) func `minus is a letter inside a word and an operator elsewhere`(
            source: String, expected: String?
        ) throws
    {
        let scope = Fixture.scope([
            "A": .text("5"), "B": .text("3"), "Page": .integer(0), "S": .text("no-answer"), "Kept-1": .text("kept"),
            "Kept": .integer(9),
        ])
        let result = try? Fixture.text(source, EvaluationContext(scope: scope))
        #expect(result == expected)
    }

    @Test(
        arguments: [
            // IIf, its words and its arguments.
            ("[IIf(true,a,b)]", "a"), ("[IIf(False,a,b)]", "b"), ("[iif(true,a,b)]", "a"), ("[IIf (true,a,b)]", "a"),
            ("[IIf(Flag,a,b)]", "a"), ("[IIf([Flag],a,b)]", "a"), ("[IIf([Yes],a,b)]", "a"), ("[IIf([No],a,b)]", "b"),
            ("[IIf(\"true\",a,b)]", "a"), ("[IIf(true,,b)]", ""), ("[IIf(false,a,)]", ""), ("[IIf(true, ,b)]", ""),
            ("[IIf(true,[],b)]", ""), ("[IIf( true , a , b )]", "a"), ("[IIf(\ntrue,\r\n\ta,b)]", "a"),
            ("[IIf(true,[A],b)]", "x"), ("[IIf(true,A,b)]", "x"), ("[IIf(true,a,b)]", "a"), ("[page+1]", "1"),
            ("[1+PAGE]", "1"), ("[IIf(true,\"A\",b)]", "A"),
            ("[IIf(true,\"[A]\",b)]", "x"), ("[IIf(true,\"a[A]b[Missing]c\",b)]", "axbc"),
            ("[IIf(true,\"{{A}}\",b)]", "[A]"),
            ("[IIf(true,\"say ^^hi^^\",b)]", "say \"hi\""), ("[IIf(true,^^a,b^^,c)]", "a,b"),
            ("[IIf(true,\"a]b\",c)]", "a]b"),
            ("[IIf(true,\"a[b\",c)]", "a[b"), ("[IIf(true,\"a\nb<br/>\",c)]", "a\nb<br/>"),
            ("[IIf(true,\"\\\",c)]", "\\"),
            ("[IIf(true,{{a}},c)]", "[a]"), ("[IIf(true,'a',c)]", "'a'"),
            ("[IIf(true,a:b/c?d;e%f#g,h)]", "a:b/c?d;e%f#g"),
            ("[IIf(false,a,[IIf(true,b,c)])]", "b"), ("[IIf(false,a,IIf(false,b,c))]", "c"),
            ("[IIf([A]==x,lead,contact)]", "lead"), ("[IIf([A]==y,lead,contact)]", "contact"),
            ("[IIf([TS].get_TotalSeconds()>0,Ok,Missed)]", "Ok"), ("[IIf([Page] > 0, True, False)]", "False"),
            ("[IIf([L]==Lead,a,b)]", "b"), ("[IIf([L]==lead,a,b)]", "a"),
            // Lazy: the other branch would fail.
            ("[IIf(true,a,[[Missing].ToString(\"d\")])]", "a"), ("[IIf(false,[[A].Substring(9)],b)]", "b"),
            ("[IIf(true||[Null].ToString(\"d\"),a,b)]", "a"), ("[IIf(false&&[Null].ToString(\"d\"),a,b)]", "b"),
            // Concatenation.
            ("[[A][A]]", "xx"), ("[[A]b[A]]", "xbx"), ("[\"a\"\"b\"]", "ab"), ("[[A](\"b\")]", "xb"), ("[[A] b]", "xb"),
            ("[a b]", "ab"), ("[foo bar]", "foobar"), ("[foo [A]]", "foox"), ("[[A]1]", "x1"), ("[1 2]", "12"),
            ("[foo(1)]", nil), ("[[A].Trim()b]", "xb"),
            // Sums.
            ("[1+2]", "3"), ("[Page+1]", "1"), ("[Page + 1]", "1"), ("[[Page]+1+1]", "2"), ("[\"a\"+1+2]", "a12"),
            ("[1+2+\"a\"]", "3a"), ("[Five+1]", "51"), ("[[Five]+[Five]]", "55"), ("[Three+Three]", "6"),
            ("[Half+1]", "1.5"), ("[0.1+0.2]", "0.30000000000000004"), ("[Sent+1]", "1.2345678901234567E+19"),
            ("[Name+\"!\"]", "Ann Example!"), ("[Missing+1]", "Missing1"), ("[Null+1]", "1"), ("[[Missing]+1]", "1"),
            ("[9223372036854775806+1]", "9223372036854775807"), ("[[TS]+[TS]]", "00:03:00.8000000"),
            ("[[D]+[TS]]", "03/04/2026 05:07:37"), ("[[D]-[TS]]", "03/04/2026 05:04:36"), ("[[D]-[D]]", "00:00:00"),
            ("[[TS]-[TS]]", "00:00:00"), ("[[Five]-[Three]]", "2"), ("[Half - 1]", "-0.5"),
            // Methods without brackets around the name.
            ("[Number.Replace(\"+\",\"\")]", "4312"), ("[Name.ToUpper().Replace(\" \",\"_\")]", "ANN_EXAMPLE"),
            ("[[Number] .Replace(\"+\",\"\")]", "4312"), ("[[Number]\n.Replace (\"+\",\"\")]", "4312"),
            ("[\"abc\".ToUpper()]", "ABC"), ("[(A).ToUpper()]", "X"), ("[5.ToString(\"F1\")]", "5.0"),
            ("[1.5.ToString(\"F2\")]", "1.50"), ("[IIf(true,a,b).ToUpper()]", "A"),
            ("[[Number].Replace(\"+\",\"\").Substring(1).PadLeft(5,\"0\")]", "00312"),
        ] as [(String, String?)]) func `an expression has the value its grammar gives it`(
            source: String, expected: String?
        ) throws
    {
        let result = try? Fixture.text(source)
        #expect(result == expected)
    }

    @Test(arguments: [
        ("[Flag]!=True||[Missing]==\"\"", true), ("true", true), ("False", false), ("[Flag]", true), ("Flag", true),
        ("[[Flag]]", true), ("[Yes]", true), ("[No]", false), (" true ", true), ("\"True\"", true),
        ("\"fALSE\"", false),
        ("[A]==x", true), ("[A]==\"x\"", true), ("[A]==X", false), ("[A]==\"X\"", false), ("[A]!=x", false),
        ("[A] == x", true), ("x==[A]", true), ("[A]==y", false), ("[A]!=\"\"", true), ("[Empty]==\"\"", true),
        ("[Missing]==\"\"", true), ("[Missing]!=\"\"", false), ("[Missing]==[Null]", true),
        ("[Missing]==Missing", false),
        // Booleans: the bare words compare as such, quoted text as text.
        ("[Flag]==True", true), ("[Flag]==true", true), ("[Flag]==TRUE", true), ("[Flag]==\"True\"", true),
        ("[Flag]==\"true\"", false), ("[Flag]!=True", false), ("[Flag]==False", false), ("[Missing]==True", false),
        ("[Missing]!=True", true), ("[Missing]==False", false), ("[A]==False", false), ("[A]!=False", true),
        ("[Yes]==true", true), ("[Yes]==\"True\"", true), ("[Yes]==\"true\"", false), ("[No]==\"false\"", false),
        ("[No]==False", true), ("[Yes]==[Flag]", true), ("[Yes]==[Lower]", false), ("[Lower]==True", true),
        ("true==True", true), ("true==\"true\"", false), ("true==\"True\"", true), ("[IIf(true,True,x)]==true", true),
        ("[IIf([Dir]==Inbound,[Dir]!=Inbound,False)]==True", false), ("([A]==x)==True", true),
        ("([A]==x)==[Flag]", true),
        // Numbers: text for ==, size for the others.
        ("[Five]==5", true), ("[Three]==3", true), ("[Three]==3.0", false), ("[Three]==\"3\"", true),
        ("[Zeros]==007", true),
        ("[Zeros]==7", false), ("[Zeros]>=7", true), ("[Zeros]<=7", true), ("[Page]>0", false), ("[Page]>=0", true),
        ("[Page]<1", true), ("[Page]<=-1", false), ("[Five]>[Three]", true), ("10>9", true), ("\"10\">\"9\"", true),
        ("[Five] > 4.9", true), ("[Half]<1", true), ("[A]>w", true), ("[A]>y", false), ("[Name]<B", true),
        ("[Sent]>12345678901234567", true), ("-1<0", true), ("[Missing]>0", false), ("[Missing]<0", true),
        ("[TS].get_TotalSeconds()>90", true), ("[D]>[D]", false), ("[D]>=[D]", true), ("[TS]<[TS]", false),
        ("[D]==\"03/04/2026 05:06:07\"", true),
        // Precedence: + before comparison before && before ||.
        ("[Page]+1==1", true), ("1==[Page]+1", true), ("false&&false||true", true), ("true||false&&false", true),
        ("(true||false)&&false", false), ("[A]==x&&[Five]==5", true), ("[A]==x&&[Five]==6||[Yes]", true),
        ("[A]==x || [A]==y", true), ("[A]==y||[A]==z||[A]==x", true),
        // Other forms templates use.
        ("[IIf([Flag]!=True||[Missing]==\"\",True,[IIf([Mail]==\"\",True,False)])]", true),
        ("[IIf([Page]>0,True,False)]", false), ("[Dir]==Inbound", true), ("[Dir]==\"Inbound\"", true),
        ("[Name].Contains(\"Ann\")", true), ("[Name].StartsWith(\"Bob\")", false),
        ("[Name].ToLower()==\"ann example\"", true),
        ("[Number].Substring(0,1)==\"+\"", true), ("[S]==no-answer", true), ("[Composed]==\"é\"", true),
        ("[Composed]==\"e\u{301}\"", false),
    ]) func `a condition holds or not`(source: String, expected: Bool) throws {
        var scope = Fixture.scope
        scope.set("Lower", Variable(.text("true"), .data))
        scope.set("Zeros", Variable(.text("007"), .data))
        scope.set("Composed", Variable(.text("é"), .data))
        let context = EvaluationContext(scope: scope)
        #expect(try Fixture.condition(source, context) == expected)
    }

    @Test(arguments: [("Outbound", true), ("Inbound", false)])
    func `an inner IIf decides for one direction`(direction: String, expected: Bool) throws {
        var scope = Fixture.scope(["Flag": .text("True"), "Dir": .text("Inbound")])
        scope.set("CD", Variable(.text(direction), .data))
        let source = "[Flag]!=True||[IIf([Dir]==Inbound,[CD]!=Inbound,False)]==True"
        #expect(try Fixture.condition(source, EvaluationContext(scope: scope)) == expected)
    }

    @Test(arguments: [
        ("[A]", "not-boolean"), ("x", "not-boolean"), ("", "unexpected"), (" ", "unexpected"),
        ("[Missing]", "not-boolean"),
        ("[]", "not-boolean"), ("1", "not-boolean"), ("0", "not-boolean"), ("[Page]", "not-boolean"),
        ("[D]", "not-boolean"), ("[TS]", "not-boolean"), ("\"\"", "not-boolean"), ("\" true\"", "not-boolean"),
        ("[A]||true", "not-boolean"), ("false||[A]", "not-boolean"), ("true&&[A]", "not-boolean"),
        ("[Page]&&true", "not-boolean"),
        ("[IIf([A],True,False)]", "not-boolean"), ("[IIf(true,[A],False)]", "not-boolean"),
        ("[A]=x", "unexpected"), ("[A]==", "unexpected"), ("==x", "unexpected"), ("[A]===x", "unexpected"),
        ("[A]==x==x", "unexpected"), ("[A]!x", "unexpected"), ("![Flag]", "unexpected"), ("[A]|[A]", "unexpected"),
        ("[A]&[A]", "unexpected"), ("[A]==x]", "unbalanced-bracket"), ("]", "unexpected"), ("[A", "unbalanced-bracket"),
        ("([A]==x", "unbalanced-parenthesis"), ("[A]==x)", "unexpected"), ("[A]==\"x", "unbalanced-quote"),
        ("[A]==x,", "unexpected"), ("[A]<>x", "unexpected"), ("[A]=>x", "unexpected"), ("true||", "unexpected"),
        ("||true", "unexpected"), ("[A]-[A]==x", "not-number"), ("[A]-1>0", "not-number"), ("[D]-1>0", "not-number"),
        ("1-[D]>0", "not-number"), ("[Null]-1>0", "not-number"), ("[Yes]-1>0", "not-number"),
        ("9223372036854775807+1>0", "out-of-range"), ("-9223372036854775807 - 2>0", "out-of-range"),
        ("[A].Foo()", "unknown-method"), ("Foo()", "unknown-function"), ("[A].Trim", "not-boolean"),
        ("true true", "not-boolean"), ("[A].ToString(\"d\")==x", "wrong-type"),
        ("[Null].ToString(\"d\")==x", "null-method"),
    ]) func `a condition that is none is refused`(source: String, code: String) {
        #expect(Fixture.conditionFailure(source) == code)
    }

    @Test(
        arguments: [
            ("", nil), ("  ", nil), ("12", 12), ("[Five]", 5), ("[Three]", 3), ("[Missing]", nil), ("[Empty]", nil),
            ("[A]", nil),
            (" 12 ", 12), ("[TS].get_TotalSeconds()", 90), ("3599.9", 3599), ("-1", -1), ("[Five]-1", 4),
            ("[Page]+1", 1),
            ("Five", 5), ("[Sent]", nil), ("12px", nil), ("[Yes]", nil), ("[D]", nil), ("1e3", 1000), ("\"1e3\"", 1000),
            ("\" 7 \"", 7), ("\"+7\"", 7), ("\"0x7\"", nil), ("\"inf\"", nil), ("\"nan\"", nil), ("\"1e999\"", nil),
            ("\"\"", nil),
            ("\"1.\"", nil), ("\".5\"", nil), ("\"1_000\"", nil), ("\"1,000\"", nil), ("\"--1\"", nil), ("\"٣\"", nil),
        ] as [(String, Int64?)]) func `a number expression is a whole number or nothing`(
            source: String, expected: Int64?
        ) throws
    {
        #expect(try NumberExpression(source).evaluate(Fixture.context) == expected)
    }

    @Test(arguments: ["[", "[A==]", "12,", "[A]-1", "[[A].Foo()]", ")", "[Page]>"])
    func `a bad number expression is refused`(source: String) {
        let expression = NumberExpression(source)
        #expect(throws: ExpressionError.self) { try expression.evaluate(Fixture.context) }
    }

    @Test(
        arguments: [
            ("[A]", [("A", true, nil)]), ("a[A]b[B]", [("A", true, nil), ("B", true, nil)]), ("plain", []), ("[]", []),
            ("[12]", []), ("[true]", []), ("[\"A\"]", []), ("[\"x[A]y\"]", [("A", true, nil)]),
            ("[IIf([A]==b,c,[D])]", [("A", true, nil), ("b", false, nil), ("c", false, nil), ("D", true, nil)]),
            ("[Page-1]", [("Page-1", true, "Page")]), ("[Page+1]", [("Page", false, nil)]),
            ("[A.Trim()]", [("A", true, nil)]),
            ("[[A].Replace(b,\"[C]\")]", [("A", true, nil), ("b", false, nil), ("C", true, nil)]),
            ("[EscapedNumber]", [("EscapedNumber", true, nil)]), ("[5-3]", []),
            ("[2026-03-04]", [("2026-03-04", true, "2026-03")]),
        ] as [(String, [(String, Bool, String?)])]) func `references tell what is read`(
            source: String, expected: [(String, Bool, String?)]
        )
    {
        let references = TextExpression(source).references
        #expect(references.map(\.name) == expected.map(\.0))
        #expect(references.map(\.isCertain) == expected.map(\.1))
        #expect(references.map(\.minuend) == expected.map(\.2))
        let bytes = Array(source.utf8)
        for reference in references {
            #expect(bytes[reference.offset...].starts(with: reference.name.utf8))
        }
    }

    @Test func `a runaway evaluation is stopped`() {
        var limits = ExpressionLimits.standard
        limits.steps = 100
        let context = EvaluationContext(scope: Fixture.scope, limits: limits)
        func brackets(_ count: Int) -> String { String(repeating: "[A]", count: count) }
        // One step for each bracket, one for the text and one for its 64 bytes.
        #expect(Fixture.failure(brackets(97), context).hasPrefix("no error"))
        #expect(Fixture.failure(brackets(98), context).hasPrefix("no error"))
        #expect(Fixture.failure(brackets(99), context) == "too-many-steps")
    }

    @Test func `no text grows above the limit`() {
        var limits = ExpressionLimits.standard
        limits.outputBytes = 10
        let context = EvaluationContext(scope: Fixture.scope, limits: limits)
        for (source, isRefused) in [
            ("[A]12345678", false), ("[A]123456789", false), ("[A]1234567890", true), ("[[A].PadLeft(10)]", false),
            ("[[A].PadLeft(11)]", true), ("[\"aaaaa\".Replace(\"a\",\"xx\")]", false),
            ("[\"aaaaaa\".Replace(\"a\",\"xx\")]", true),
            ("[\"12345\"+\"67890\"]", false), ("[\"12345\"+\"678901\"]", true), ("[\"12345\"\"678901\"]", true),
            ("[\"12345\".Insert(0,\"678901\")]", true), ("[IIf([\"12345678901\"]==x,a,b)]", false),
        ] {
            #expect((Fixture.failure(source, context) == "too-long") == isRefused, "\(source)")
        }
    }
}
