import NumbersCore
import Platform
import Testing

@Suite struct SupplierAnswerTests {
    /// What an answer was read as, in a few words.
    private static func word(_ answer: SupplierAnswer) -> String {
        switch answer {
        case .named(let name): name.name.text
        case .unnamed: "-"
        case .unreadable(let fault): "!" + fault.rawValue
        }
    }

    private static func read(
        _ body: String, status: Int = 200, form: SupplierAnswerForm = .plain, words: [String] = [],
        number: String = "+14155552671"
    ) throws -> SupplierAnswer {
        SupplierAnswer.read(
            status: status, body: Array(body.utf8), supplier: try .sample(form: form, noNameWords: words),
            question: try .sample(number))
    }

    @Test(
        "plain text is a name, no name, or no answer",
        arguments: [
            ("ACME CORP", "ACME CORP"), ("  ACME   CORP    ", "ACME CORP"), ("ACME CORP\r\n", "ACME CORP"),
            ("Größe & Söhne", "Größe & Söhne"), ("", "-"), ("   ", "-"), ("\r\n", "-"), ("12125551234", "-"),
            ("+1 212-555-1234", "-"), ("UNAVAILABLE", "-"), ("unknown", "-"), ("Wireless Caller", "-"),
            ("WIRELESS-CALLER ", "-"), ("Unknown Name", "-"), ("N/A", "-"), ("PRIVATE", "-"), ("anonymous", "-"),
            ("TOLL FREE CALL", "-"), ("-", "-"), ("...", "-"), ("<html><body>ACME", "!html"),
            ("\n <!DOCTYPE html>", "!html"), ("\u{FEFF}<html>", "!html"), ("<b>ACME</b>", "!html"),
            ("{\"name\":\"ACME\"}", "!text"), ("[1]", "!text"), ("ERROR: invalid key", "!text"),
            ("ACME\nCORP", "!text"), (String(repeating: "x", count: 121), "!text"),
        ])
    func plain(body: String, expected: String) throws {
        #expect(Self.word(try Self.read(body)) == expected)
    }

    @Test("bytes that are no UTF-8 are no name")
    func bytes() throws {
        let answer = SupplierAnswer.read(
            status: 200, body: [0x41, 0xff, 0x42], supplier: try .sample(),
            question: try .sample("+14155552671"))
        #expect(answer == .unreadable(.text))
    }

    @Test(
        "a JSON answer has its name at the end of the path",
        arguments: [
            (#"{"name":"ACME"}"#, "name", "ACME"), (#"{"a":{"b":"ACME"}}"#, "a.b", "ACME"),
            (#"{"r":[{"n":"X"},{"n":"ACME"}]}"#, "r.1.n", "ACME"), (#"[{"n":"ACME"}]"#, "0.n", "ACME"),
            (#"{"n":"\u0041CME  "}"#, "n", "ACME"), (#"{"n":null}"#, "n", "-"), (#"{"n":""}"#, "n", "-"),
            (#"{"a":null}"#, "a.b", "-"), (#"{"data":{}}"#, "data.cnam", "-"), (#"{"r":[]}"#, "r.0.n", "-"),
            (#"{"n":"Unknown"}"#, "n", "-"), (#"{"n":5}"#, "n", "!document"), (#"{"n":true}"#, "n", "!document"),
            (#"{"n":{"x":1}}"#, "n", "!document"), (#"{"n":["ACME"]}"#, "n", "!document"),
            (#"{"a":"x"}"#, "a.b", "!document"), (#"{"r":[1]}"#, "r.x", "!document"), ("ACME", "n", "!document"),
            ("\"ACME\"", "n", "!document"), ("", "n", "!document"), (#"{"n":"ACME""#, "n", "!document"),
            (#"{"error":"bad key"}"#, "n", "!document"), (#"{"errors":[{"code":1}]}"#, "n", "!document"),
            (#"{"errors":[],"a":1}"#, "n", "!document"), (#"{"error":null}"#, "n", "!document"),
            (#"{"errors":[],"n":null}"#, "n", "-"), (#"{"error":null}"#, "n?", "-"), ("{}", "n", "-"),
            ("{}", "n?", "-"),
            (#"{"name":"ACME"}"#, "n", "!document"), (#"{"name":"ACME"}"#, "n?", "-"),
            (#"{"results":{"n":"ACME"}}"#, "data.n", "!document"), (#"{"results":{"n":"ACME"}}"#, "data?.n", "-"),
            (#"{"data":{"name":"ACME"}}"#, "data.n", "-"), (#"{"data":{"n":"ACME"}}"#, "data?.n", "ACME"),
            (#"{"error":"bad key"}"#, "n?", "!document"), (#"{"n":"ACME"}"#, "n?", "ACME"),
            (#"[{"name":"ACME"}]"#, "0.n", "-"), ("[]", "0.n", "-"),
            (#"{"error":"late","n":"ACME"}"#, "n", "ACME"), ("<html>", "n", "!html"),
        ])
    func json(body: String, path: String, expected: String) throws {
        #expect(Self.word(try Self.read(body, form: try #require(.json(path: path)))) == expected)
    }

    @Test(
        "a path is written as it was read",
        arguments: ["n", "n?", "data.n", "data?.n", "results.0.name", "a.b?"])
    func path(text: String) throws {
        #expect(try #require(SupplierAnswerForm.json(path: text)).path == text)
    }

    @Test(
        "what is no path is refused",
        arguments: ["", ".", "a.", ".a", "?", "?.a", "a..b", String(repeating: "a.", count: 16) + "a"])
    func noPath(text: String) { #expect(SupplierAnswerForm.json(path: text) == nil) }

    @Test(
        "the status decides before the body",
        arguments: [
            (204, "", "-"), (404, "", "-"), (404, "{}", "-"), (404, "<html>", "!html"), (401, "ACME", "!refused"),
            (402, "ACME", "!refused"), (403, "ACME", "!refused"), (429, "ACME", "!throttled"), (500, "ACME", "!status"),
            (302, "ACME", "!status"), (201, "ACME", "!status"), (503, "<html>", "!status"),
        ])
    func status(status: Int, body: String, expected: String) throws {
        #expect(Self.word(try Self.read(body, status: status)) == expected)
    }

    @Test(
        "LAST,FIRST is put right, and only that",
        arguments: [
            ("SMITH,JOHN", "JOHN SMITH"), ("SMITH, JOHN A  ", "JOHN A SMITH"), ("ADAMS,JOSHUA   ", "JOSHUA ADAMS"),
            ("O'BRIEN,MARY-ANN", "MARY-ANN O'BRIEN"), ("VAN DYKE,DICK", "DICK VAN DYKE"),
            ("Müller,Jörg", "Jörg Müller"),
            ("ACME,INC", "ACME,INC"), ("ACME, INC.", "ACME, INC."), ("JONES,JR", "JONES,JR"),
            ("DOE,JANE,MD", "DOE,JANE,MD"),
            ("SMITH,", "SMITH,"), (",JOHN", ",JOHN"), ("HILL,3M", "HILL,3M"), ("B & B,CLEANING", "B & B,CLEANING"),
            ("SMITH JOHN", "SMITH JOHN"), ("PAPA JOHN", "PAPA JOHN"), ("BANK OF SOME,TOWN", "BANK OF SOME,TOWN"),
        ])
    func order(text: String, expected: String) throws {
        let answer = try Self.read(text)
        #expect(Self.word(answer) == expected)
        guard case .named(let name) = answer else { return }
        #expect(name.raw == CallerName(text)?.text)
    }

    @Test(
        "a city and its state is no name, a person of that name is one",
        arguments: [
            ("NEW YORK     NY", "+16462345678", "-"), ("PHOENIX      AZ", "+16462345678", "-"),
            ("SAN FRANCISCO, CA", "+14155552671", "-"), ("San Francisco CA", "+14155552671", "-"),
            ("SAN FRANCISC CA", "+14155552671", "-"), ("SMITH, AL", "+14155552671", "AL SMITH"),
            ("JOHNSON PAUL MD", "+14155552671", "JOHNSON PAUL MD"), ("CHICAGO PIZZA", "+13125551234", "CHICAGO PIZZA"),
            ("LEE        MAE", "+14155552671", "LEE MAE"),
        ])
    func places(text: String, number: String, expected: String) throws {
        #expect(Self.word(try Self.read(text, number: number)) == expected)
    }

    @Test("the operator's own words mean no name too")
    func ownWords() throws {
        #expect(Self.word(try Self.read("Not in  database!", words: ["not in database"])) == "-")
        #expect(Self.word(try Self.read("Not in databases", words: ["not in database"])) == "Not in databases")
    }

    @Test("a body beyond the bound is not looked at", arguments: [0, 1])
    func bound(over: Int) throws {
        let start = #"{"n":"ACME","x":""#
        let fill = String(repeating: "x", count: SupplierAnswer.bodyBytesMax - start.utf8.count - 2 + over)
        let answer = try Self.read(start + fill + "\"}", form: .json(["n"]))
        #expect(Self.word(answer) == (over == 0 ? "ACME" : "!document"))
    }
}
