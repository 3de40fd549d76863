import JSONText
import Testing

@Suite struct JSONObjectTests {
    @Test("members keep their order; setting replaces in place, appends, or removes")
    func order() {
        var object = JSONObject([("b", .integer(1)), ("a", .integer(2)), ("b", .integer(3))])
        #expect(object.members.map(\.name) == ["b", "a"])
        #expect(object["b"] == .integer(3))
        object["c"] = .null
        object["b"] = .bool(true)
        object["x"] = nil
        #expect(object.members.map(\.name) == ["b", "a", "c"])
        object["b"] = nil
        #expect(object.members.map(\.name) == ["a", "c"])
        #expect(object.count == 2)
        #expect(object["missing"] == nil)
    }

    @Test("names and strings are compared byte for byte, not by canonical equivalence")
    func bytes() {
        let object = JSONObject([("\u{E9}", .integer(1)), ("e\u{301}", .integer(2))])
        #expect(object.count == 2)
        #expect(object["e\u{301}"] == .integer(2))
        #expect(JSONValue.string("\u{E9}") != JSONValue.string("e\u{301}"))
    }

    @Test("values of different kinds or spellings differ")
    func inequality() throws {
        let values: [JSONValue] = [
            .null, .bool(true), .bool(false), .integer(1), .number(try #require(JSONNumber(text: "1.0"))),
            .string("1"),
            .array([]), .array([.null]), .object(JSONObject()), .object(JSONObject([("a", .null)])),
            .object(JSONObject([("a", .null), ("b", .null)])),
            .object(JSONObject([("b", .null), ("a", .null)])),
        ]
        for (i, left) in values.enumerated() {
            for (j, right) in values.enumerated() { #expect((left == right) == (i == j)) }
        }
    }

    @Test("each accessor reads its own kind and nothing else")
    func accessors() {
        let object = JSONObject([("a", .null)])
        #expect(JSONValue.string("x").string == "x")
        #expect(JSONValue.bool(false).bool == false)
        #expect(JSONValue.integer(7).number?.int64 == 7)
        #expect(JSONValue.array([.null]).array == [.null])
        #expect(JSONValue.object(object).object == object)
        #expect(JSONValue.null.isNull)
        for value in [JSONValue.null, .integer(1)] {
            #expect(value.string == nil && value.bool == nil && value.array == nil && value.object == nil)
        }
        #expect(JSONValue.string("1").number == nil)
        #expect(!JSONValue.bool(false).isNull)
    }
}
