import JSONText
import Testing

private enum Tag: String, CaseIterable { case spam, scam, other }

/// The words of the error a reading throws, or `ok`.
private func words(_ text: String, _ read: (JSONFields) throws(JSONInputError) -> Void) -> String {
    do {
        try read(try JSONFields(parsing: Array(text.utf8)))
        return "ok"
    } catch {
        return error.description
    }
}

@Suite struct JSONFieldsTests {
    @Test(
        "a body must be one JSON object",
        arguments: [
            ("[]", "the body: expected an object, found an array"),
            ("null", "the body: expected an object, found null"),
            ("\"x\"", "the body: expected an object, found a string"),
            (
                "{",
                "invalid JSON at line 1, column 2: expected a name in double quotes or '}', found the end of the input"
            ),
            ("", "invalid JSON at line 1, column 1: expected a value, found the end of the input"),
            ("{}", "ok"),
        ])
    func body(text: String, expected: String) {
        #expect(words(text) { _ throws(JSONInputError) in } == expected)
    }

    @Test(
        "an array of strings is bounded in count and length and names the element that is wrong",
        arguments: [
            ("{}", "field `numbers`: expected an array of 1 to 3 strings, found no such field"),
            ("{\"numbers\":null}", "field `numbers`: expected an array of 1 to 3 strings, found null"),
            (
                "{\"numbers\":\"+16462345678\"}",
                "field `numbers`: expected an array of 1 to 3 strings, found a string"
            ),
            (
                "{\"numbers\":[]}",
                "field `numbers`: expected an array of 1 to 3 strings, found an array of 0"
            ),
            (
                "{\"numbers\":[\"1\",\"2\",\"3\",\"4\"]}",
                "field `numbers`: expected an array of 1 to 3 strings, found an array of 4"
            ),
            (
                "{\"numbers\":[\"1\",2]}",
                "field `numbers[1]`: expected a string of at most 5 characters, found a number"
            ),
            (
                "{\"numbers\":[\"123456\"]}",
                "field `numbers[0]`: expected a string of at most 5 characters, found one of 6"
            ),
            ("{\"numbers\":[\"1\",\"12345\",\"\"]}", "ok"),
        ])
    func strings(text: String, expected: String) {
        #expect(
            words(text) { fields throws(JSONInputError) in
                _ = try fields.strings("numbers", count: 1...3, length: 0...5)
            } == expected)
    }

    @Test(
        "a string is bounded in characters, not bytes",
        arguments: [
            ("{\"name\":\"éé\"}", "ok"),
            (
                "{\"name\":\"ééé\"}", "field `name`: expected a string of 1 to 2 characters, found one of 3"
            ),
            (
                "{\"name\":\"\"}",
                "field `name`: expected a string of 1 to 2 characters, found an empty string"
            ),
            ("{\"name\":{}}", "field `name`: expected a string of 1 to 2 characters, found an object"),
            ("{\"name\":true}", "field `name`: expected a string of 1 to 2 characters, found a boolean"),
            ("{\"name\":null}", "field `name`: expected a string of 1 to 2 characters, found null"),
        ])
    func string(text: String, expected: String) {
        #expect(
            words(text) { fields throws(JSONInputError) in _ = try fields.string("name", length: 1...2) }
                == expected)
    }

    @Test(
        "a whole number is bounded, and a long one is not repeated in the words",
        arguments: [
            ("{\"limit\":1}", "ok"), ("{\"limit\":600}", "ok"), ("{\"limit\":6e2}", "ok"),
            ("{\"limit\":0}", "field `limit`: expected a whole number from 1 to 600, found 0"),
            ("{\"limit\":601}", "field `limit`: expected a whole number from 1 to 600, found 601"),
            ("{\"limit\":-5}", "field `limit`: expected a whole number from 1 to 600, found -5"),
            (
                "{\"limit\":16462345678}",
                "field `limit`: expected a whole number from 1 to 600, found a number of 11 digits"
            ),
            (
                "{\"limit\":1.5}",
                "field `limit`: expected a whole number from 1 to 600, found a number that is not whole or too large"
            ),
            (
                "{\"limit\":99999999999999999999}",
                "field `limit`: expected a whole number from 1 to 600, found a number of 20 digits"
            ),
            (
                "{\"limit\":\"60\"}", "field `limit`: expected a whole number from 1 to 600, found a string"
            ),
        ])
    func integer(text: String, expected: String) {
        #expect(
            words(text) { fields throws(JSONInputError) in _ = try fields.integer("limit", in: 1...600) }
                == expected)
    }

    @Test(
        "a choice is one of its list, byte for byte",
        arguments: [
            ("{\"tag\":\"spam\"}", "ok"),
            (
                "{\"tag\":\"Spam\"}",
                "field `tag`: expected one of `spam`, `scam`, `other`, found another string"
            ),
            ("{\"tag\":1}", "field `tag`: expected one of `spam`, `scam`, `other`, found a number"),
            ("{}", "field `tag`: expected one of `spam`, `scam`, `other`, found no such field"),
        ])
    func choice(text: String, expected: String) {
        #expect(
            words(text) { fields throws(JSONInputError) in _ = try fields.choice("tag", as: Tag.self) }
                == expected)
    }

    @Test("an unknown field is named with those that are known, unless its name could be a secret")
    func unknown() {
        let known: [StaticString] = ["name", "email"]
        let refuse = { (fields: JSONFields) throws(JSONInputError) in
            try fields.refuseUnknown(known: known)
        }
        #expect(words("{\"email\":1,\"name\":null}", refuse) == "ok")
        #expect(words("{\"nmae\":1}", refuse) == "unknown field `nmae`; known are `name`, `email`")
        #expect(
            words("{\"+16462345678\":1}", refuse)
                == "unknown field of 12 bytes; known are `name`, `email`")
        #expect(
            words("{\"a\":1}") { fields throws(JSONInputError) in try fields.refuseUnknown(known: []) }
                == "unknown field `a`; none is known here")
    }

    @Test("absent and null are nil to the optional readers, and told apart by has")
    func optional() throws {
        let fields = try JSONFields(
            parsing: Array(#"{"s":null,"t":"x","n":5,"b":true,"a":["y"],"o":{},"c":"scam"}"#.utf8))
        #expect(try fields.optionalString("s", length: 0...9) == nil)
        #expect(try fields.optionalString("missing", length: 0...9) == nil)
        #expect(fields.has("s") && !fields.has("missing"))
        #expect(fields.value("s") == .null)
        #expect(try fields.optionalString("t", length: 0...9) == "x")
        #expect(try fields.optionalInteger("n", in: 0...9) == 5)
        #expect(try fields.optionalInteger("s", in: 0...9) == nil)
        #expect(try fields.optionalBoolean("b") == true)
        #expect(try fields.optionalBoolean("s") == nil)
        #expect(try fields.optionalStrings("a", count: 1...1, length: 1...1) == ["y"])
        #expect(try fields.optionalStrings("s", count: 1...1, length: 1...1) == nil)
        #expect(try fields.optionalFields("o")?.object.count == 0)
        #expect(try fields.optionalFields("s") == nil)
        #expect(try fields.optionalChoice("c", as: Tag.self) == .scam)
        #expect(try fields.optionalChoice("s", as: Tag.self) == nil)
        #expect(throws: JSONInputError.self) { _ = try fields.optionalBoolean("t") }
        #expect(throws: JSONInputError.self) { _ = try fields.optionalInteger("n", in: 6...9) }
    }

    @Test("a field of an inner object is named by its whole path")
    func paths() {
        let text = #"{"key":{"use_cases":["spam","x"]},"rows":[{"n":1},{"n":2}],"flag":0}"#
        let choices = words(text) { fields throws(JSONInputError) in
            _ = try fields.fields("key").choices("use_cases", as: Tag.self, count: 1...5)
        }
        #expect(
            choices
                == "field `key.use_cases[1]`: expected one of `spam`, `scam`, `other`, found another string"
        )
        let rows = words(text) { fields throws(JSONInputError) in
            for row in try fields.rows("rows", count: 1...9) { _ = try row.integer("n", in: 1...1) }
        }
        #expect(rows == "field `rows[1].n`: expected a whole number from 1 to 1, found 2")
        let unknown = words(text) { fields throws(JSONInputError) in
            try fields.fields("key").refuseUnknown(known: ["a"])
        }
        #expect(unknown == "field `key`: unknown field `use_cases`; known are `a`")
        let boolean = words(text) { fields throws(JSONInputError) in _ = try fields.boolean("flag") }
        #expect(boolean == "field `flag`: expected true or false, found a number")
        let own = words(text) { fields throws(JSONInputError) in
            throw try fields.fields("key").error(
                "networks", expected: "a CIDR block", found: "another string")
        }
        #expect(own == "field `key.networks`: expected a CIDR block, found another string")
    }

    @Test("the words for a range fit its open and closed ends")
    func ranges() {
        let text = "{\"s\":1,\"a\":1,\"n\":true}"
        let cases: [(String, (JSONFields) throws(JSONInputError) -> Void)] = [
            ("a string", { f throws(JSONInputError) in _ = try f.string("s", length: 0...Int.max) }),
            (
                "a string of at least 2 characters",
                { f throws(JSONInputError) in _ = try f.string("s", length: 2...Int.max) }
            ),
            (
                "an array of strings",
                { f throws(JSONInputError) in _ = try f.strings("a", count: 0...Int.max, length: 0...1) }
            ),
            (
                "an array of at least 1 strings",
                { f throws(JSONInputError) in _ = try f.strings("a", count: 1...Int.max, length: 0...1) }
            ),
            (
                "an array of at most 9 objects",
                { f throws(JSONInputError) in _ = try f.rows("a", count: 0...9) }
            ),
            (
                "a whole number",
                { f throws(JSONInputError) in _ = try f.integer("n", in: Int64.min...Int64.max) }
            ),
            (
                "a whole number from 0",
                { f throws(JSONInputError) in _ = try f.integer("n", in: 0...Int64.max) }
            ),
            (
                "a whole number up to 9",
                { f throws(JSONInputError) in _ = try f.integer("n", in: Int64.min...9) }
            ),
        ]
        for (expected, read) in cases {
            #expect(words(text, read).contains("expected \(expected), found a"))
        }
    }
}
