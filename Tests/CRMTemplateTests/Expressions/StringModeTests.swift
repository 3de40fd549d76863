import CRMTemplate
import Testing

@Suite struct StringModeTests {
    @Test(arguments: [
        // The documentation's vectors.
        ("u/[Number]?a[]", "u/+4312?a"),
        ("f{{0}}{{k}}=[A]", "f[0][k]=x"),
        ("p=[[Number].Replace(\"+\",\"%2B\")]", "p=%2B4312"),
        ("p=[Page+1]", "p=1"),
        ("[[D].ToString(\"HHmm\")].[[D].ToString(\"yy\")]", "0506.26"),
        ("[[[TS].get_TotalSeconds()].ToString(\"F0\")]", "90"),
        ("{ \"k\": ^^[A]^^, \"o\": { \"p\": 1 } }", "{ \"k\": \"x\", \"o\": { \"p\": 1 } }"),
        ("[IIf([A]==x,in,out)]/[IIf([A]!=x,\"a, b\",\"\")]", "in/"),
        // What is copied.
        ("", ""), ("plain", "plain"), ("]", "]"), ("a]b", "a]b"), ("{", "{"), ("}", "}"), ("{ {", "{ {"),
        ("} }", "} }"),
        ("^", "^"), ("(a,b) + c.d", "(a,b) + c.d"), ("\"[A]\"", "\"x\""), ("'[A]'", "'x'"), ("é😀", "é😀"),
        ("a\r\nb\tc", "a\r\nb\tc"), ("[A].Trim()", "x.Trim()"), ("[A]+1", "x+1"), ("[A]-1", "x-1"), ("-[A]", "-x"),
        ("q=FIND {[Number]} IN PHONE(Id,Name)", "q=FIND {+4312} IN PHONE(Id,Name)"),
        // The escapes, greedy from the left.
        ("{{", "["), ("}}", "]"), ("^^", "\""), ("{{{", "[{"), ("}}}", "]}"), ("{{{{", "[["), ("{{}}", "[]"),
        ("^^^", "\"^"), ("{{[A]}}", "[x]"), ("{[A]}", "{x}"), ("{{[A]", "[x"), ("[A]}}", "x]"), ("{}{}", "{}{}"),
        // Brackets.
        ("[A][A]", "xx"), ("[[A]]", "x"), ("[[[[A]]]]", "x"), ("[ A ]", "x"), ("[\tA\n]", "x"), ("[[ A ] ]", "x"),
        ("[]", ""), ("[ ]", ""), ("a[]b[]c", "abc"), ("[[]]", ""), ("[a]", "x"), ("[NUMBER]", "+4312"),
        ("[Missing]", ""), ("[Null]", ""), ("[Empty]", ""), ("[12]", "12"), ("[007]", "007"), ("[-5]", "-5"),
        ("[1.50]", "1.50"), ("[Contact::Id]", "77"), ("[contact::ID]", "77"), ("[\"A\"]", "A"), ("[\"\"]", ""),
        ("[Yes]/[No]", "True/False"), ("[Sent]", "12345678901234567890"), ("[Half]", "0.5"), ("[Three]", "3"),
        ("[D]", "03/04/2026 05:06:07"), ("[TS]", "00:01:30.4000000"), ("[true]", "True"), ("[FALSE]", "False"),
        ("[EscapedNumber]", "%2B4312"), ("[EscapedMail]", "ann%2Bx%40crm.test"), ("[escapedUmlaut]", "Gr%C3%BC%C3%9Fe"),
        ("[EscapedMissing]", ""), ("[EscapedD]", "03%2F04%2F2026%2005%3A06%3A07"), ("[Escaped]", ""),
    ]) func `literal text is copied and brackets are replaced by their value`(
        source: String, expected: String
    ) throws {
        #expect(try Fixture.text(source) == expected)
    }

    @Test(arguments: [
        ("[", "unbalanced-bracket", 0), ("a[", "unbalanced-bracket", 1), ("[A", "unbalanced-bracket", 0),
        ("[[A]", "unbalanced-bracket", 0), ("x[ [A] ", "unbalanced-bracket", 1), ("[A]]]]][", "unbalanced-bracket", 7),
        ("[A=x]", "unexpected", 2), ("[A!x]", "unexpected", 2), ("[A|x]", "unexpected", 2), ("[A&x]", "unexpected", 2),
        ("[A==]", "unexpected", 4), ("[==A]", "unexpected", 1), ("[A+]", "unexpected", 3), ("[+A]", "unexpected", 1),
        ("[,]", "unexpected", 1), ("[A,A]", "unexpected", 2), ("[)]", "unexpected", 1), ("[A)]", "unexpected", 2),
        ("[(A]", "unexpected", 3), ("[()]", "unexpected", 2), ("[(A", "unbalanced-parenthesis", 1),
        ("[A||]", "unexpected", 4), ("[||A]", "unexpected", 1), ("[A&&]", "unexpected", 4),
        ("[A==x==x]", "unexpected", 5), ("[A>x>x]", "unexpected", 4), ("[A>=]", "unexpected", 4),
        ("[\"A]", "unbalanced-quote", 1), ("[A\"]", "unbalanced-quote", 2), ("[^^A]", "unbalanced-quote", 1),
        ("[Foo(A)]", "unknown-function", 1), ("[replaceq(A)]", "unknown-function", 1),
        ("[Replace(A)]", "unknown-function", 1),
        ("[.Trim()]", "unknown-function", 1), ("[[A].Foo()]", "unknown-method", 5),
        ("[[A].replace(a,b)]", "unknown-method", 5),
        ("[[A].Split(x)]", "unknown-method", 5), ("[A.Foo()]", "unknown-method", 3),
        ("[[A].Replace(a)]", "argument-count", 5), ("[[A].Replace()]", "argument-count", 5),
        ("[[A].Replace(a,b,c)]", "argument-count", 5), ("[[A].ToUpper(a)]", "argument-count", 5),
        ("[IIf()]", "argument-count", 1), ("[IIf(A)]", "argument-count", 1), ("[IIf(A,B)]", "argument-count", 1),
        ("[IIf(A,B,C,D)]", "argument-count", 1), ("[IIf(A,B,C]", "unexpected", 10),
        ("[IIf(A,B,C", "unbalanced-parenthesis", 4), ("[[A].Trim(]", "unexpected", 10),
        ("[[A].Trim(", "unbalanced-parenthesis", 9), ("[A]{{[", "unbalanced-bracket", 5),
        ("[\"[A\"+\"]\"", "unbalanced-bracket", 0), ("[\"x[A=]\"]", "unexpected", 5),
        ("[\"[A B(]\"]", "unknown-function", 5),
        ("{ \"a\": [1,2] }", "unexpected", 9), ("[{ \"a\": 1 }", "unbalanced-bracket", 0),
    ]) func `a bad expression is refused where it stands`(source: String, code: String, offset: Int) {
        let expression = TextExpression(source)
        #expect(expression.error?.code == code)
        #expect(expression.error?.offset == offset)
        let thrown = #expect(throws: ExpressionError.self) { try expression.evaluate(Fixture.context) }
        #expect(thrown == expression.error)
        let thrownAgain = #expect(throws: ExpressionError.self) { try expression.evaluateValue(Fixture.context) }
        #expect(thrownAgain == expression.error)
    }

    @Test(arguments: [
        ("[A", "expected ']' for this '[', found the end; a literal bracket is written '{{'"),
        ("[A=x]", "found a single '='; '==' compares, and a text with '=' in it needs quotes"),
        ("[A==]", "expected a value, found ']'"),
        ("[A,x]", "expected an operator or ']' for a '[' before it, found ','"),
        ("[\"A]", "expected a closing quote for this one, found the end"),
        (
            "[Foo(1)]",
            "'Foo' is no function; there is IIf(condition, then, else), and a text with parentheses in it needs quotes"
        ),
        ("[Replace(1,2)]", "'Replace' is called on a value: [[Name].Replace(…)]"),
        ("[[A].Repalce(1,2)]", "'Repalce' is no method that is known here; did you mean 'Replace'?"),
        ("[[A].Length()]", "'Length' is no method that is known here; did you mean 'get_Length'?"),
        ("[[A].Frobnicate()]", "'Frobnicate' is no method that is known here"),
        ("[[A].Replace(1)]", "Replace takes 2 arguments, found 1"),
        ("[[A].Substring()]", "Substring takes 1 or 2 arguments, found 0"),
        ("[[A].ToUpper(1)]", "ToUpper takes no argument, found 1"),
        ("[IIf(1,2)]", "IIf takes 3 arguments (condition, then, else), found 2"),
    ]) func `an error says what was found and what was expected`(source: String, message: String) {
        #expect(TextExpression(source).error?.message == message)
    }

    @Test func `a source may be as long as the limit and no longer`() {
        let limit = ExpressionLimits.standard.sourceBytes
        for (length, code) in [(limit - 1, nil), (limit, nil), (limit + 1, "too-long")] {
            #expect(TextExpression(String(repeating: "a", count: length)).error?.code == code)
        }
    }

    @Test(arguments: [("[", "]"), ("[IIf(true,", ",x)]"), ("[(", ")]"), ("[[A].Replace(\"x\",", ")]")])
    func `nesting is bounded`(open: String, close: String) throws {
        func nested(_ depth: Int) -> String {
            "[" + String(repeating: open, count: depth) + "A" + String(repeating: close, count: depth) + "]"
        }
        // Each of these opens one or two levels; the outer bracket is one.
        let perLevel = open.filter { $0 == "[" || $0 == "(" }.count - (open.contains("[A]") ? 1 : 0)
        let limit = (ExpressionLimits.standard.nestingDepth - 1) / perLevel
        #expect(TextExpression(nested(limit - 1)).error == nil)
        #expect(TextExpression(nested(limit + 1)).error?.code == "too-deep")
        #expect(TextExpression(nested(10_000)).error?.code == "too-deep")
    }

    @Test func `one bracket keeps its type`() throws {
        func value(_ source: String, passes: Int = 1) throws -> Value {
            try TextExpression(source, passes: passes).evaluateValue(Fixture.context).value
        }
        #expect(try value("[Page]") == .integer(0))
        #expect(try value("[[D]]") == .date(Fixture.date))
        #expect(try value("[Yes]") == .boolean(true))
        #expect(try value("[Sent]") == .numeral("12345678901234567890"))
        #expect(try value("[D]", passes: 2) == .date(Fixture.date))
        #expect(try value("[Three]-[Three]") == .text("3-3"))
        #expect(try value("[[Three]-[Three]]") == .integer(0))
        #expect(try value("[Missing]") == .null)
        #expect(try value("[A]") == .text("x"))
        #expect(try value("a[A]") == .text("ax"))
        #expect(try value("") == .text(""))
    }
}
