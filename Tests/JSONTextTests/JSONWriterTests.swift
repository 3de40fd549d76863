import JSONText
import Testing

private func written(layout: JSONWriter.Layout = .compact, _ body: (inout JSONWriter) -> Void)
    -> String
{
    var writer = JSONWriter(reserving: 64, layout: layout)
    body(&writer)
    return String(decoding: writer.finish(), as: UTF8.self)
}

@Suite struct JSONWriterTests {
    @Test("commas come by themselves, in every order of values and brackets")
    func commas() {
        let text = written { json in
            json.beginObject()
            json.field("a", 1)
            json.key("b")
            json.beginArray()
            json.beginObject()
            json.endObject()
            json.beginArray()
            json.endArray()
            json.string("x")
            json.token("y")
            json.null()
            json.raw(Array("[7]".utf8))
            json.endArray()
            json.field("c", true)
            json.field("d", nil as String?)
            json.field("e", nil as Int64?)
            json.field("f", nil as Bool?)
            json.field("g", ["p", "q"])
            json.field("h", [])
            json.endObject()
        }
        #expect(
            text
                == #"{"a":1,"b":[{},[],"x","y",null,[7]],"c":true,"d":null,"e":null,"f":null,"g":["p","q"],"h":[]}"#
        )
    }

    @Test("for people, every member stands on its own line and empty brackets stay together")
    func indented() {
        let text = written(layout: .indented) { json in
            json.beginObject()
            json.field("a", 1)
            json.key("b")
            json.beginArray()
            json.integer(1)
            json.beginObject()
            json.endObject()
            json.endArray()
            json.key("c")
            json.beginArray()
            json.endArray()
            json.endObject()
        }
        #expect(text == "{\n  \"a\": 1,\n  \"b\": [\n    1,\n    {}\n  ],\n  \"c\": []\n}")
    }

    @Test(
        "whole numbers of every width are written in full",
        arguments: [
            (0, "0"), (7, "7"), (-1, "-1"), (4_000, "4000"), (Int64.max, "9223372036854775807"),
            (Int64.min, "-9223372036854775808"),
        ] as [(Int64, String)])
    func integers(value: Int64, text: String) {
        #expect(written { $0.integer(value) } == text)
    }

    @Test("the narrowest and the widest whole numbers are written in full")
    func extremeIntegers() {
        #expect(written { $0.integer(UInt64.max) } == "18446744073709551615")
        #expect(written { $0.integer(Int8.min) } == "-128")
        #expect(written { $0.integer(Int128.min) } == "-170141183460469231731687303715884105728")
    }

    @Test(
        "what must be escaped is escaped, at the start, in the middle and at the end",
        arguments: [
            ("", ""), ("plain", "plain"), ("\"", "\\\""), ("a\"b\\c", "a\\\"b\\\\c"), ("\n", "\\n"),
            ("\u{0}\u{1F}", "\\u0000\\u001f"), ("\u{7F}", "\\u007f"), ("é\n😀", "é\\n😀"),
            ("\u{2028}", "\\u2028"),
            ("a\u{2029}b", "a\\u2029b"), ("\u{2027}\u{202A}€", "\u{2027}\u{202A}€"),
            ("</script>", "</script>"),
            ("\u{8}\u{C}\r\t", "\\b\\f\\r\\t"),
        ])
    func escapes(text: String, expected: String) {
        #expect(written { $0.string(text) } == "\"\(expected)\"")
        #expect(written { $0.key(dynamic: text) } == "\"\(expected)\":")
    }

    @Test("a text of any length, with an escape at any place or none, is written whole")
    func everyLength() throws {
        for length in 0...70 {
            for place in -1..<length {
                for special in ["\"", "\u{2028}", "\u{2026}", "é"] {
                    let head = String(repeating: "a", count: max(0, place))
                    let tail = String(repeating: "b", count: length - max(0, place))
                    let text = place < 0 ? tail : head + special + tail
                    var writer = JSONWriter()
                    writer.beginArray()
                    writer.string(text)
                    writer.string(text)
                    writer.integer(length)
                    writer.endArray()
                    let expected: JSONValue = .array([.string(text), .string(text), .integer(Int64(length))])
                    #expect(try JSONValue(parsing: writer.finish()) == expected)
                }
            }
        }
    }

    @Test("names of every length are written whole")
    func longNames() {
        var writer = JSONWriter()
        writer.beginObject()
        for _ in 0..<200 {
            writer.key("")
            writer.token("")
            writer.key("a_name_that_is_longer_than_a_word_of_the_machine_and_then_some")
            writer.token("fixed_line_or_mobile")
        }
        writer.endObject()
        // `"":"",` is 6 bytes, the other member 62 + 20 with four quotes, a colon and a comma; the last comma is not written.
        #expect(writer.bytes.count == 2 + 200 * (6 + 88) - 1)
    }

    @Test("a writer appends to what is there")
    func appending() {
        var writer = JSONWriter(appendingTo: Array("data: ".utf8))
        writer.string("x")
        #expect(String(decoding: writer.bytes, as: UTF8.self) == "data: \"x\"")
    }

    @Test("random values survive writing and reading, in both layouts")
    func roundTrip() throws {
        let seed: UInt64 = 0x5EED_0001
        var random = SplitMix64(state: seed)
        for _ in 0..<500 {
            let value = randomValue(&random, depth: 0)
            for layout in [JSONWriter.Layout.compact, .indented] {
                var writer = JSONWriter(layout: layout)
                writer.value(value)
                let again = try JSONValue(parsing: writer.finish())
                #expect(again == value, "seed \(seed)")
            }
        }
    }

    private func randomValue(_ random: inout SplitMix64, depth: Int) -> JSONValue {
        switch Int.random(in: 0..<(depth < 5 ? 7 : 5), using: &random) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &random))
        case 2: return .integer(Int64.random(in: Int64.min...Int64.max, using: &random))
        case 3: return JSONNumber(Double(bitPattern: random.next())).map(JSONValue.number) ?? .null
        case 4: return .string(randomText(&random))
        case 5:
            let count = Int.random(in: 0...4, using: &random)
            return .array((0..<count).map { _ in randomValue(&random, depth: depth + 1) })
        default:
            let count = Int.random(in: 0...20, using: &random)
            return .object(
                JSONObject(
                    (0..<count).map { _ in (randomText(&random), randomValue(&random, depth: depth + 3)) }))
        }
    }

    private func randomText(_ random: inout SplitMix64) -> String {
        var text = ""
        for _ in 0..<Int.random(in: 0...12, using: &random) {
            let ceiling: UInt32 = Bool.random(using: &random) ? 0x80 : 0x110000
            if let scalar = Unicode.Scalar(UInt32.random(in: 0..<ceiling, using: &random)) {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}

/// A small generator with a fixed sequence for a seed.
private struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
