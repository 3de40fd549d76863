import CRMTemplate
import Testing

@Suite struct ResponseLimitsTests {
    @Test(arguments: [(2, true), (3, true), (4, false)]) func `bytes are bounded`(count: Int, fits: Bool) throws {
        var limits = ResponseLimits.standard
        limits.bytes = 3
        let json = "[" + String(repeating: " ", count: count - 2) + "]"
        if fits {
            #expect(try !Answers.tree(json, limits: limits).isEmpty)
        } else {
            let error = #expect(throws: ResponseError.self) { try Answers.tree(json, limits: limits) }
            #expect(
                error == ResponseError(code: "too-large", message: "expected at most 3 bytes, found 4", position: nil))
        }
    }

    @Test(arguments: [(127, true), (128, true), (129, false), (100_000, false)])
    func `nesting is bounded`(depth: Int, fits: Bool) throws {
        let json = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        #expect(((try? Answers.tree(json)) != nil) == fits)
        let objects = String(repeating: "{\"a\":", count: depth) + "1" + String(repeating: "}", count: depth)
        #expect(((try? Answers.tree(objects)) != nil) == fits)
    }

    @Test(arguments: [(3, true), (4, true), (5, false)]) func `values are bounded`(count: Int, fits: Bool) throws {
        var limits = ResponseLimits.standard
        limits.values = 5
        let values = Array(repeating: "1", count: count).joined(separator: ",")
        #expect(((try? Answers.tree("[\(values)]", limits: limits)) != nil) == fits)
    }

    @Test func `every array of the deepest tree can be walked`() throws {
        var limits = ResponseLimits.standard
        for depth in [1, 2, 128, 512] {
            limits.depth = depth
            let json = String(repeating: "[", count: depth) + "1" + String(repeating: "]", count: depth)
            let records = try Answers.records(json, ["Any "], limits: limits)
            #expect(records == [String(repeating: "[0]", count: depth)])
        }
    }

    @Test(arguments: [(0, 1), (1, 1), (512, 512), (513, 512), (-5, 1), (Int.max, 512)])
    func `the depth is kept between 1 and 512`(asked: Int, depth: Int) {
        let limits = ResponseLimits(
            bytes: 1, depth: asked, values: 1, records: 1, places: 1, steps: 1, variableSteps: 1)
        #expect(limits.depth == depth)
    }

    @Test(arguments: [
        ("[1,\n  x]", "expected a value, found 'x'", 2, 3),
        ("{\"a\":1", "expected ',' or '}', found the end of the input", 1, 7),
        ("<html>", "expected a value, found '<'", 1, 1),
        ("[\"secret\n\"]", "expected control characters in strings to be escaped, found a line break", 1, 9),
    ]) func `an answer that is no JSON is refused with its place and none of its content`(
        json: String, message: String, line: Int, column: Int
    ) {
        let error = #expect(throws: ResponseError.self) { try Answers.tree(json) }
        #expect(
            error
                == ResponseError(
                    code: "invalid-json", message: message, position: SourcePosition(line: line, column: column)))
    }

    @Test func `a value is looked for in the record's own answer only`() throws {
        let one = try Answers.tree(#"[{"a":1}]"#)
        let other = try Answers.tree("[]")
        let record = try #require(
            try one.records(passing: Answers.groups(["Any a"]), matching: Answers.matching(), explains: false)
                .records.first)
        let reading = try other.value(of: Answers.variable("a"), in: record, matching: Answers.matching())
        #expect(reading.value == .null)
        #expect(
            try ResponseTree.empty.value(of: Answers.variable("a"), in: record, matching: Answers.matching()).value
                == .null)
        #expect(String(decoding: other.json(of: record), as: UTF8.self) == #"{"a":1}"#)
    }
}
