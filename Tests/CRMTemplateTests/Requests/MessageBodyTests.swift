import CRMTemplate
import JSONText
import TestSupport
import Testing

@Suite struct MessageBodyTests {
    private typealias F = RequestFixture

    private static func message(
        _ source: String, _ values: [String: String] = [:], contentType: String = "application/json",
        encoding: RequestTemplate.Encoding = .urlEncoded, passes: Int = 1, recorder: TraceRecorder? = nil
    ) throws -> String {
        try F.build(
            F.request(.post, encoding: encoding, contentType: contentType, message: source, messagePasses: passes),
            values, recorder: recorder
        ).body.text
    }

    @Test func `A message is sent as it is, under any encoding`() throws {
        let source = "{ \"a\": ^^[X]^^, \"b\": {{1}} } "
        for encoding in RequestTemplate.Encoding.allCases {
            #expect(try Self.message(source, ["X": "x y&z"], encoding: encoding) == "{ \"a\": \"x y&z\", \"b\": [1] } ")
        }
    }

    @Test func `Passes are evaluated`() throws {
        #expect(try Self.message("[P]", ["P": "<[X]>", "X": "[P]"], contentType: "text/plain", passes: 2) == "<[P]>")
    }

    @Test func `PostValues come before Message, and GET has neither`() throws {
        let recorder = F.recorder()
        let both = F.request(.post, message: "m", postValues: [F.value("a", "b")])
        #expect(try F.build(both, recorder: recorder).body.text == "a=b")
        #expect(try F.build(F.request(.get, message: "m"), recorder: recorder).body.isEmpty)
        #expect(F.notes(recorder).count == 2)
    }

    @Test(arguments: [
        // A value, and what stands between the quotes.
        (#"x","admin":true,"y":"z"#, #"x\",\"admin\":true,\"y\":\"z"#), ("a\nb", #"a\nb"#),
        ("a\r\n\t\0", #"a\r\n\t\u0000"#),
        (#"\"#, #"\\"#), (#"a\\"#, #"a\\"#), (#"a\\\"#, #"a\\\\"#), (#"\\" ,"#, #"\\\" ,"#), (#"""#, #"\""#),
        // What the template has escaped itself stays.
        (#"a\nb"#, #"a\nb"#), (#"say \"x\""#, #"say \"x\""#), (#"\u00e9"#, #"\u00e9"#), ("ü😀", "ü😀"),
        ("\\\n", #"\\\n"#),
    ])
    func `A value cannot end the string of JSON that it stands in`(value: String, expected: String) throws {
        #expect(try Self.message("{ \"k\": ^^[X]^^ }", ["X": value]) == "{ \"k\": \"\(expected)\" }")
        #expect(try Self.message("{ \"k\": \"a [X]\" }", ["X": value]) == "{ \"k\": \"a \(expected)\" }")
    }

    @Test(arguments: [
        ("text/plain", false), ("", false), ("application/xml", false), ("application/x-www-form-urlencoded", false),
        ("application/json", true), ("Application/JSON; charset=utf-8", true), ("application/vnd.api+json", true),
        ("text/json", true),
    ])
    func `Only JSON is guarded`(contentType: String, isGuarded: Bool) throws {
        let body = try Self.message("\"[X]\"", ["X": "\""], contentType: contentType)
        #expect(body == (isGuarded ? #""\"""# : #"""""#))
    }

    @Test func `The Content-Type of a header counts`() throws {
        let request = F.request(.post, message: "\"[X]\"", headers: [F.header("content-type", "application/json")])
        #expect(try F.build(request, ["X": "\""]).body.text == #""\"""#)
    }

    @Test func `Parameters and the template say what they like`() throws {
        #expect(try Self.message("\"[P]\"", ["P": "\",\""]) == "\"\",\"\"")
    }

    @Test func `Outside of strings values are the template's business`() throws {
        #expect(try Self.message("{ \"n\": [X] }", ["X": "5"]) == "{ \"n\": 5 }")
        #expect(try Self.message("[X]", ["X": #"{"a":"b\"c"}"#]) == #"{"a":"b\"c"}"#)
    }

    @Test func `The guard is told, and secrets stay apart`() throws {
        let recorder = F.recorder()
        let request = F.request(.post, contentType: "application/json", message: "{\"a\":\"[X]\",\"k\":\"[K]\"}")
        let body = try F.build(request, ["X": "\"", "K": "pw"], recorder: recorder).body
        #expect(body.redacted == "{\"a\":\"\\\"\",\"k\":\"<redacted>\"}")
        #expect(F.notes(recorder).count == 1)
    }

    @Test func `Whatever two values hold, the object has the template's members`() throws {
        var random = SplitMix64(seed: 20_261_121)
        let alphabet: [Character] = ["\"", "\\", "\n", "n", "u", "0", ",", ":", "}", "a", "\u{1}", "é"]
        for _ in 0..<2_000 {
            func text() -> String {
                String(
                    (0..<Int.random(in: 0...6, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? "a"
                    })
            }
            let body = try Self.message("{\"a\":\"[X]\",\"b\":\"-[Y][X]\"}", ["X": text(), "Y": text()])
            // An escape that JSON does not know, such as `\a`, makes no JSON at all: that is no other object.
            guard let value = try? JSONValue(parsing: Array(body.utf8)) else { continue }
            #expect(value.object?.members.map(\.name) == ["a", "b"], "\(body)")
        }
    }
}
