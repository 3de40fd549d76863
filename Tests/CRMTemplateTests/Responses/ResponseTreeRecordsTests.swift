import CRMTemplate
import Testing

@Suite struct ResponseTreeRecordsTests {
    @Test(arguments: [
        (["Any result.firstName"], "", 0, ["result[0]", "result[1]"]),
        (["Any result"], "", 0, ["result[0]", "result[1]"]),
        (["Equals Lecter result.lastName"], "", 0, ["result[1]"]),
        (["Equals lecter result.lastName"], "", 0, []),
        (
            ["Any result.communicationItems.value"], "", 0,
            [
                "result[0].communicationItems[0]", "result[0].communicationItems[1]",
                "result[0].communicationItems[2]", "result[1].communicationItems[0]",
            ]
        ),
        (
            ["Equals Phone result.communicationItems.type", "Number result.communicationItems.value"], "987654", 0,
            ["result[0].communicationItems[2]"]
        ),
        (
            ["Equals Phone result.communicationItems.type", "Number result.communicationItems.value"], "123456", 6,
            ["result[0].communicationItems[0]", "result[1].communicationItems[0]"]
        ),
        (
            ["Equals Phone result.communicationItems.type", "Number result.communicationItems.value"], "123456", 0,
            ["result[0].communicationItems[0]"]
        ),
        (["Equals Email result.communicationItems.type", "Number result.communicationItems.value"], "987654", 0, []),
    ]) func `the example of the documentation gives its records`(
        rules: [String], number: String, maxLength: Int, records: [String]
    ) throws {
        #expect(try Answers.records(Answers.people, rules, number: number, maxLength: maxLength) == records)
    }

    @Test(arguments: [
        // A6: present and not null.
        (#"{"a":""}"#, "a", [""]), (#"{"a":false}"#, "a", [""]), (#"{"a":0}"#, "a", [""]), (#"{"a":{}}"#, "a", [""]),
        (#"{"a":null}"#, "a", []), (#"{"a":[]}"#, "a", []), (#"{"b":1}"#, "a", []), (#"{"a":[null]}"#, "a", []),
        (#"{"a":[null,1]}"#, "a", ["a[1]"]), (#"{"a":[[],[1,2]]}"#, "a", ["a[1][0]", "a[1][1]"]),
        // The root, whatever it is.
        ("{}", "", [""]), ("[]", "", []), ("1", "", [""]), ("null", "", []), ("[1,2]", "", ["[0]", "[1]"]),
        (#"[{"id":1},{"id":2},{}]"#, "id", ["[0]", "[1]"]), ("", "", []), (" \r\n\t", "", []),
        // Paths that end too early or go too far, and names that are no positions.
        (#"{"a":{"b":1}}"#, "a.b.c", []), (#"{"a":{"b":1}}"#, "a", [""]), (#"{"a":[1]}"#, "a.0", []),
        (#"{"a":[1]}"#, "a[0]", []), (#"{"a":{"0":1}}"#, "a.0", [""]), (#"{"a[0]":1}"#, "a[0]", [""]),
        (#"{"pictures":{"128":"x"}}"#, "pictures.128", [""]), (#"{"A":1}"#, "a", []), (#"{"a":1}"#, "a.", []),
        (#"{"a":{"":1}}"#, "a.", [""]), (#"{"a":{"":{"b":1}}}"#, "a..b", [""]),
        // Names with escapes are their text, and of equal names the last counts.
        (#"{"\u0061":1}"#, "a", [""]), (#"{"a":1,"a":null}"#, "a", []), (#"{"a":null,"\u0061":1}"#, "a", [""]),
        (#"{"n\u00e9":1}"#, "n\u{E9}", [""]), (#"{"né":1}"#, "ne\u{301}", []),
    ]) func `Any passes at what is there and not null`(json: String, path: String, records: [String]) throws {
        #expect(try Answers.records(json, ["Any " + path]) == records)
    }

    @Test(arguments: [
        (#"{"a":"x"}"#, "x", true), (#"{"a":"X"}"#, "x", false), (#"{"a":"x "}"#, "x", false),
        (#"{"a":1.50}"#, "1.50", true), (#"{"a":1.5}"#, "1.50", false), (#"{"a":1e2}"#, "100", false),
        (#"{"a":true}"#, "True", true), (#"{"a":true}"#, "true", false), (#"{"a":false}"#, "False", true),
        (#"{"a":null}"#, "", true), (#"{"a":""}"#, "", true), (#"{"a":{}}"#, "", false), (#"{"a":[]}"#, "", false),
        (#"{}"#, "", false), (#"{"a":["y","x"]}"#, "x", true), (#"{"a":"\u0078"}"#, "x", true),
        (#"{"a":"é"}"#, "e\u{301}", false),
    ]) func `Equals compares the leaf's text byte for byte`(json: String, ethalon: String, passes: Bool) throws {
        #expect(try Answers.records(json, ["Equals \(ethalon) a"]).isEmpty == !passes)
    }

    @Test(arguments: [
        (#"{"a":"+1 555 0100"}"#, "15550100", true), (#"{"a":15550100}"#, "+15550100", true),
        (#"{"a":["x","15550100"]}"#, "15550100", true), (#"{"a":1555010.0}"#, "15550100", false),
        (#"{"a":1.5550100e7}"#, "15550100", false), (#"{"a":-15550100}"#, "15550100", false),
        (#"{"a":true}"#, "1", false), (#"{"a":null}"#, "", false), (#"{"a":""}"#, "", false),
        (#"{"a":{"b":"1"}}"#, "1", false), (#"{"a":"\u0031"}"#, "1", true),
    ]) func `Number compares texts and whole numbers as telephone numbers`(
        json: String, number: String, passes: Bool
    ) throws {
        #expect(try Answers.records(json, ["Number a"], number: number).isEmpty == !passes)
    }

    @Test func `a rule for the destination's address passes nowhere`() throws {
        #expect(try Answers.records(#"{"a":"x"}"#, ["DestinationEmail a"]) == [])
        #expect(try Answers.records(#"{"a":"x"}"#, ["DestinationEmail a|Any a"]) == [""])
    }

    @Test(arguments: [
        // One of the rules of a group is enough; equal places are one record.
        (["Any p.a|Any p.b"], ["p[0]", "p[1]"]), (["Any p.b|Any p.a|Any p.a"], ["p[0]", "p[1]"]),
        // A place inside another is a record of its own.
        (["Any p.a|Any p.q.c"], ["p[0]", "p[0].q[0]", "p[0].q[1]", "p[1].q[0]"]),
        // Every group has to agree.
        (["Any p.a", "Any p.b"], []), (["Any p.a", "Any p.q.c"], ["p[0].q[0]", "p[0].q[1]"]),
        (["Any p.q.c", "Any p.a"], ["p[0].q[0]", "p[0].q[1]"]), (["Any p.b", "Any p.q.c"], ["p[1].q[0]"]),
        (["Equals 2 p.q.c", "Any p.q.d"], ["p[0].q[1]"]), (["Equals 1 p.q.c", "Any p.q.d"], []),
        // Arrays side by side: every pair within the arrays they share.
        (
            ["Any p.q.c", "Any p.r"],
            ["p[0].q[0], p[0].r[0]", "p[0].q[0], p[0].r[1]", "p[0].q[1], p[0].r[0]", "p[0].q[1], p[0].r[1]"]
        ),
        (["Equals 2 p.q.c", "Equals y p.r"], ["p[0].q[1], p[0].r[1]"]),
        (["Any p.a", "Any s"], ["p[0], s[0]", "p[0], s[1]"]),
        (["Any s", "Any p.a", "Equals 2 p.q.c"], ["p[0].q[1], s[0]", "p[0].q[1], s[1]"]),
        (["Any p.a", "Any t"], ["p[0]"]), (["Any t"], [""]), (["Any p.a", "Any missing"], []),
        // Without rules there are no records.
        ([], []), ([""], []), (["", "Any t"], [""]),
    ]) func `groups agree on every array they share`(rules: [String], records: [String]) throws {
        let json = """
            {"p":[{"a":1,"q":[{"c":1},{"c":2,"d":1}],"r":["x","y"]},{"b":1,"q":[{"c":3}],"r":[]}],"s":[1,2],"t":1}
            """
        #expect(try Answers.records(json, rules) == records)
    }

    @Test(arguments: [
        ("a.0", ["a[0]"]), ("a[0]", ["a[0]"]), ("a.1.b", ["a[1]"]), ("a[1].b", ["a[1]"]), ("a[2]", []),
        ("a.9999999999", []), ("a[-1]", []), ("a.c", []), ("m[0][1]", ["m[0][1]"]), ("m.1.0", ["m[1][0]"]),
        ("o.0", [""]), ("o[0]", [""]), ("a", ["a[0]", "a[1]"]),
    ]) func `positions choose elements where they are allowed`(path: String, records: [String]) throws {
        let json = #"{"a":[{"b":1},{"b":2}],"m":[[1,2],[3]],"o":{"0":1}}"#
        #expect(try Answers.records(json, ["Any " + path], style: .positions) == records)
    }

    @Test func `records that would be too many are cut off, and it is told`() throws {
        var limits = ResponseLimits.standard
        for (most, cut) in [(4, false), (3, false), (2, true), (1, true), (0, true)] {
            limits.records = most
            let tree = try Answers.tree("[1,2,3]", limits: limits)
            for rules in [["Any "], ["Any ", "Any "]] {
                let outcome = try tree.records(
                    passing: Answers.groups(rules), matching: Answers.matching(), explains: false)
                #expect(outcome.records.map(\.description) == Array(["[0]", "[1]", "[2]"].prefix(most)))
                #expect(outcome.isCut == cut)
            }
        }
    }

    @Test func `places that would be too many are cut off, and it is told`() throws {
        var limits = ResponseLimits.standard
        // Each place counts one, and one for its array.
        for (most, count) in [(7, 3), (6, 3), (5, 2), (2, 1), (1, 0)] {
            limits.places = most
            let outcome = try Answers.tree("[1,2,3]", limits: limits).records(
                passing: Answers.groups(["Any "]), matching: Answers.matching(), explains: false)
            #expect(outcome.records.count == count && outcome.isCut == (count < 3))
        }
    }

    @Test func `looking at more nodes than allowed ends, and it is told`() throws {
        var limits = ResponseLimits.standard
        // The array, and each of its elements.
        for (most, count) in [(5, 3), (4, 3), (3, 2), (1, 0), (0, 0)] {
            limits.steps = most
            let outcome = try Answers.tree("[1,2,3]", limits: limits).records(
                passing: Answers.groups(["Any "]), matching: Answers.matching(), explains: false)
            #expect(outcome.records.count == count && outcome.isCut == (count < 3))
        }
    }

    @Test func `two large arrays side by side end at the limit of records`() throws {
        let many = Array(repeating: "1", count: 20_000).joined(separator: ",")
        let outcome = try Answers.tree("{\"a\":[\(many)],\"b\":[\(many)],\"c\":[\(many)]}").records(
            passing: Answers.groups(["Any a", "Any b", "Any c"]), matching: Answers.matching(), explains: false)
        #expect(outcome.records.count == ResponseLimits.standard.records && outcome.isCut)
    }

    @Test func `pairs of places that a third group refuses end at the limit of steps`() throws {
        let many = Array(repeating: "1", count: 2_000).joined(separator: ",")
        var limits = ResponseLimits.standard
        limits.steps = 200_000
        let json = "{\"p\":[{\"q\":[\(many)]},{\"r\":1}],\"s\":[\(many)]}"
        for (rules, cut) in [(["Any p.q", "Any s", "Any p.r"], true), (["Any p.q", "Any p.r", "Any s"], false)] {
            let outcome = try Answers.tree(json, limits: limits).records(
                passing: Answers.groups(rules), matching: Answers.matching(), explains: false)
            #expect(outcome.records.isEmpty && outcome.isCut == cut)
        }
    }
}
