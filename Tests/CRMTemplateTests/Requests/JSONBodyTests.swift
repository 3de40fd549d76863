import CRMTemplate
import Testing

@Suite struct JSONBodyTests {
    private typealias F = RequestFixture

    private static func json(_ nodes: [BodyNode], _ values: [String: String] = [:]) throws(RequestError) -> String {
        try F.body(.json, nodes, values).text
    }

    @Test func `Values, objects and arrays nest`() throws {
        let body = try Self.json(
            [
                F.value("a", "1"), F.object("o", [F.value("b", "[X]"), F.object("p", [])]),
                F.array(
                    "tags", [F.value("", "3CX"), F.object("", [F.value("c", "d")]), F.array("", [F.value("", "e")])]),
                F.array("none", []),
            ], ["X": "x"])
        #expect(body == #"{"a":"1","o":{"b":"x","p":{}},"tags":["3CX",{"c":"d"},["e"]],"none":[]}"#)
    }

    @Test(arguments: [
        (#"a"b"#, #"a\"b"#), (#"\"#, #"\\"#), ("a\nb\r\n\t", #"a\nb\r\n\t"#),
        ("\0\u{1}\u{1F}\u{8}\u{C}", #"\u0000\u0001\u001f\b\f"#),
        (#"","admin":true,"x":""#, #"\",\"admin\":true,\"x\":\""#),
        ("</script>ü😀\u{2028}\u{7F}", "</script>ü😀\u{2028}\u{7F}"),
        ("  not trimmed  ", "  not trimmed  "), ("", ""), (#"\u0022"#, #"\\u0022"#),
    ])
    func `Text is escaped, in values and in keys`(text: String, expected: String) throws {
        #expect(try Self.json([F.value("k", "[X]")], ["X": text]) == "{\"k\":\"\(expected)\"}")
        #expect(try Self.json([F.value("[X]", "v")], ["X": text]) == "{\"\(expected)\":\"v\"}")
        #expect(try Self.json([F.array("k", [F.value("", "[X]")])], ["X": text]) == "{\"k\":[\"\(expected)\"]}")
    }

    @Test func `Quotes around a value are part of it`() throws {
        #expect(try Self.json([F.value("k", #""INCOMING""#)]) == #"{"k":"\"INCOMING\""}"#)
    }

    @Test(arguments: [
        ("42", "42"), ("-7", "-7"), ("+5", "5"), (" 5 ", "5"), ("007", "7"), ("0", "0"), ("-0", "0"), ("12.0", "12"),
        ("90.4", "90"), ("90.5", "90"), ("91.5", "92"), ("91.50001", "92"), ("-0.4", "0"), ("-1.6", "-2"),
        ("99.9", "100"), (".5", "0"), ("1e3", "1000"), ("12345678901234567890123", "12345678901234567890123"),
        // What is no number.
        ("", "null"), (" ", "null"), ("abc", "null"), ("12a", "null"), ("1,5", "null"), ("1 2", "null"),
        ("0x10", "null"), ("--1", "null"), ("+-1", "null"), ("1e", "null"), ("e5", "null"), (".", "null"),
        ("1e300", "null"), ("NaN", "null"), ("Infinity", "null"), ("\u{661}", "null"), ("1\0", "null"),
        ("1}", "null"), ("1,\"admin\":true", "null"), ("True", "null"),
    ])
    func `An Integer is a whole number or null`(text: String, expected: String) throws {
        #expect(try Self.json([F.value("k", "[X]", .integer)], ["X": text]) == "{\"k\":\(expected)}")
    }

    @Test(arguments: [
        ("42", "42"), ("1.50", "1.50"), ("-0.5", "-0.5"), (".5", "0.5"), ("5.", "5"), ("+1.5", "1.5"), ("1E5", "1e5"),
        ("1.5e-3", "1.5e-3"), ("007.10", "7.10"), ("0.1234567890123456789", "0.1234567890123456789"),
        ("", "null"), ("abc", "null"), ("1,5", "null"), ("1.2.3", "null"), ("1e999", "null"), ("-1e999", "null"),
        ("nan", "null"), ("inf", "null"), ("1e+", "null"), ("0x1p3", "null"), ("1]", "null"),
    ])
    func `A Double keeps its digits, or is null`(text: String, expected: String) throws {
        #expect(try Self.json([F.value("k", "[X]", .double)], ["X": text]) == "{\"k\":\(expected)}")
    }

    @Test(arguments: [
        ("True", "true"), ("true", "true"), ("FALSE", "false"), (" false ", "false"), ("", "null"), ("1", "null"),
        ("0", "null"), ("yes", "null"), ("truee", "null"), ("true,\"a\":1", "null"),
    ])
    func `A Boolean is true, false or null`(text: String, expected: String) throws {
        #expect(try Self.json([F.value("k", "[X]", .boolean)], ["X": text]) == "{\"k\":\(expected)}")
    }

    @Test(arguments: [511, 512, 513])
    func `A number has a largest number of digits`(count: Int) throws {
        let digits = String(repeating: "9", count: count)
        let expected = count <= 512 ? digits : "null"
        #expect(try Self.json([F.value("k", "[X]", .integer)], ["X": digits]) == "{\"k\":\(expected)}")
    }

    @Test func `A DateTime is a string`() throws {
        #expect(try Self.json([F.value("k", "2026-03-04", .dateTime)]) == #"{"k":"2026-03-04"}"#)
    }

    @Test func `null is told`() throws {
        let recorder = F.recorder()
        _ = try F.body(.json, [F.value("AgentId", "[X]", .integer)], ["X": "secret text"], recorder: recorder)
        let notes = F.notes(recorder)
        #expect(notes.count == 1 && notes[0].contains("AgentId") && !notes[0].contains("secret text"))
    }

    @Test func `Of values with one key the one whose If holds is sent, and of several the last`() throws {
        let cases = ["Inbound", "Missed", "Outbound"].map { F.value("d", "was \($0)", if: "[CallType]==\($0)") }
        #expect(try Self.json(cases, ["CallType": "Missed"]) == #"{"d":"was Missed"}"#)
        #expect(try Self.json(cases, ["CallType": "Other"]) == "{}")
        #expect(try Self.json([F.value("d", "1"), F.value("e", "2"), F.value("d", "3")]) == #"{"e":"2","d":"3"}"#)
        // A letter and its decomposed form are different keys, as bytes are.
        #expect(try Self.json([F.value("\u{E9}", "1"), F.value("e\u{301}", "2")]).utf8.count == 20)
    }

    @Test func `What is not sent takes its children along, and nothing in them is evaluated`() throws {
        let bad = F.value("k", "[Nope(1)]")
        #expect(
            try Self.json([F.object("o", [bad], if: "[X]==1"), F.array("a", [bad], if: "[X]==1")], ["X": "2"]) == "{}")
        #expect(try Self.json([F.object("o", [bad], skipIf: "[X]==2")], ["X": "2"]) == "{}")
        #expect(try Self.json([F.value("a", "1", if: "[X]==2", skipIf: "[X]==2")], ["X": "2"]) == "{}")
        #expect(
            try Self.json([F.array("a", [F.value("", "1", if: "[X]==1"), F.value("", "2")])], ["X": "2"])
                == #"{"a":["2"]}"#)
    }

    @Test func `A lone Object or Array without a key is the body`() throws {
        #expect(try Self.json([F.object("", [F.value("a", "b")])]) == #"{"a":"b"}"#)
        #expect(try Self.json([F.array("", [F.value("", "b")])]) == #"["b"]"#)
        #expect(try Self.json([F.object("", [F.object("", [F.value("a", "b")])])]) == #"{"":{"a":"b"}}"#)
        #expect(try Self.json([F.object("o", [F.value("a", "b")])]) == #"{"o":{"a":"b"}}"#)
        #expect(try Self.json([F.value("", "b")]) == #"{"":"b"}"#)
        // The one that is left after the conditions counts.
        let two = [F.object("", [F.value("a", "1")], if: "[X]==1"), F.object("", [F.value("a", "2")], if: "[X]==2")]
        #expect(try Self.json(two, ["X": "2"]) == #"{"a":"2"}"#)
    }

    @Test func `Passes are evaluated, and data is not`() throws {
        let body = try Self.json([F.value("k", "[P]", passes: 2)], ["P": "{{[X]}}", "X": "[Y]", "Y": "no"])
        #expect(body == #"{"k":"[[Y]]"}"#)
    }

    @Test func `Secrets stay apart`() throws {
        let body = try F.body(.json, [F.value("k", "a[K]b")], ["K": "p\"w"])
        #expect(body.text == #"{"k":"ap\"wb"}"#)
        #expect(body.redacted == #"{"k":"a<redacted>b"}"#)
    }

    @Test(arguments: [7, 8, 9])
    func `A body has a deepest level`(depth: Int) {
        var limits = RequestLimits.standard
        limits.bodyDepth = 8
        var node = F.object("x", [])
        // The root is the first level, the innermost object another.
        for level in 0..<depth - 2 { node = level % 2 == 0 ? F.array("x", [node]) : F.object("x", [node]) }
        for encoding in RequestTemplate.Encoding.allCases {
            let body = try? F.body(encoding, [node], limits: limits)
            #expect((body != nil) == (depth <= 8) || encoding == .urlEncoded)
        }
    }

    @Test(arguments: [31, 32, 33])
    func `A body has a largest size`(count: Int) {
        var limits = RequestLimits.standard
        limits.bodyBytes = 32
        let text = String(repeating: "x", count: count - 8)
        #expect(((try? F.body(.json, [F.value("k", text)], limits: limits)) != nil) == (count <= 32))
        let formText = String(repeating: "x", count: count - 2)
        #expect(((try? F.body(.urlEncoded, [F.value("k", formText)], limits: limits)) != nil) == (count <= 32))
        let message = F.request(.post, message: String(repeating: "x", count: count))
        #expect(((try? F.build(message, limits: limits)) != nil) == (count <= 32))
    }

    @Test func `Conditions are recorded`() throws {
        let recorder = F.recorder()
        _ = try F.body(.json, [F.value("a", "1", if: "[X]==1", skipIf: "[X]==2")], ["X": "1"], recorder: recorder)
        let conditions = recorder.finish().compactMap { step in
            if case .condition(let name, let source, let result, let position) = step.event, position != nil {
                "\(name) \(source) \(result)"
            } else {
                nil
            }
        }
        #expect(conditions == ["If [X]==1 true", "SkipIf [X]==2 false"])
    }

    @Test func `A condition that fails stops the request`() {
        let error = #expect(throws: RequestError.self) {
            try Self.json([F.value("k", "v", if: "[X]||True")], ["X": "text"])
        }
        #expect(error?.failureCode == "expression")
        #expect(error?.message.contains("'k'") == true)
    }
}
