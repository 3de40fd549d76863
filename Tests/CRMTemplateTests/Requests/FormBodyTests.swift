import CRMTemplate
import Testing

@Suite struct FormBodyTests {
    private typealias F = RequestFixture

    private static func form(_ nodes: [BodyNode], _ values: [String: String] = [:]) throws(RequestError) -> String {
        try F.body(.urlEncoded, nodes, values).text
    }

    @Test func `Pairs stand in the order of the file, repeats included`() throws {
        #expect(try Self.form([F.value("b", "1"), F.value("a", "2"), F.value("b", "3")]) == "b=1&a=2&b=3")
        #expect(try Self.form([]) == "")
        #expect(try Self.form([F.value("", "1"), F.value("a", "")]) == "=1&a=")
    }

    @Test(arguments: [
        ("a b", "a+b"), ("a+b", "a%2Bb"), ("a&b=c", "a%26b%3Dc"), ("100%", "100%25"), ("%41", "%2541"),
        ("-._~", "-._~"), ("*'()!", "%2A%27%28%29%21"), ("ü€😀", "%C3%BC%E2%82%AC%F0%9F%98%80"),
        ("a\r\nb", "a%0D%0Ab"), ("\0", "%00"), ("\"INCOMING\"", "%22INCOMING%22"), ("+1 555 0100", "%2B1+555+0100"),
        ("&admin=1", "%26admin%3D1"), ("#;/?:@[]", "%23%3B%2F%3F%3A%40%5B%5D"),
    ])
    func `Keys and values are escaped`(text: String, expected: String) throws {
        #expect(try Self.form([F.value("k", "[X]")], ["X": text]) == "k=\(expected)")
        #expect(try Self.form([F.value("[X]", "v")], ["X": text]) == "\(expected)=v")
    }

    @Test func `Conditions leave pairs out`() throws {
        let nodes = [F.value("a", "1", if: "[X]==1"), F.value("b", "2", skipIf: "[X]==1"), F.value("c", "3")]
        #expect(try Self.form(nodes, ["X": "1"]) == "a=1&c=3")
        #expect(try Self.form(nodes, ["X": "2"]) == "b=2&c=3")
    }

    @Test func `Types mean nothing in a form`() throws {
        #expect(try Self.form([F.value("k", "abc", .integer)]) == "k=abc")
    }

    @Test func `A form has no levels, which is told`() throws {
        let recorder = F.recorder()
        let nodes = [F.object("o", [F.value("a", "1")]), F.array("tags", [F.value("", "x"), F.value("", "y")])]
        #expect(try F.body(.urlEncoded, nodes, recorder: recorder).text == "a=1&tags=x&tags=y")
        #expect(F.notes(recorder).count == 2)
    }

    @Test func `Secrets stay apart`() throws {
        let body = try F.body(.urlEncoded, [F.value("grant", "x"), F.value("secret", "[K]")], ["K": "a b"])
        #expect(body.text == "grant=x&secret=a+b")
        #expect(body.redacted == "grant=x&secret=<redacted>")
    }
}
