import NumbersCore
import Testing

@Suite struct CallerIDTextTests {
    private static func body(
        _ name: String?, number: String = "+14155552671", miss: CallerIDText.Miss = .unavailable, length: Int = 64,
        ascii: Bool = false, tag: CallerIDText.SpamTag? = nil, score: Int? = nil
    ) -> String {
        CallerIDText(miss: miss, spamTag: tag, maxLength: length, isASCII: ascii).body(
            name.flatMap { CallerName($0) }, score.map { SpamScore(score: $0, source: .complaints) }, number: number)
    }

    @Test(
        "a name is the body, without what a dialplan, a printf or a shell acts on",
        arguments: [
            ("ACME Corp", "ACME Corp"), ("O'Brien", "OBrien"), ("O’Brien & Söhne", "OBrien & Söhne"),
            ("${IFS}rm", "IFSrm"), ("$(x)", "(x)"), ("%s%n", "sn"), ("\"; x", "; x"), ("a\\b", "ab"), ("`id`", "id"),
            ("“Q”", "Q"), ("$ ACME $", "ACME"), ("a $ b", "a b"), ("100% Fun", "100 Fun"), ("11", "11"), ("1 A", "1 A"),
            ("UNKNOWN CALLER", "UNKNOWN CALLER"), ("Unavailable Ltd", "Unavailable Ltd"), ("株式会社", "株式会社"),
        ])
    func safe(name: String, body: String) {
        #expect(Self.body(name) == body)
    }

    @Test(
        "a name that a PBX takes for none, or of which nothing is left, is none",
        arguments: [
            "1", "UNKNOWN", "unknown", "Unknown ", "UNAVAILABLE", "unavailable", "$1", "'1'", "\"UNKNOWN\"", "${}", "%",
            "'", "$ %", "{ 1 }",
        ])
    func sentinels(name: String) {
        #expect(Self.body(name) == "UNAVAILABLE")
        #expect(Self.body(name, miss: .empty) == "")
        #expect(Self.body(name, miss: .number) == "+14155552671")
        #expect(Self.body(name, miss: .text("Line 1")) == "Line 1")
    }

    @Test(
        "without a name the body is what miss says, made as safe as a name",
        arguments: [
            (CallerIDText.Miss.unavailable, "+14155552671", "UNAVAILABLE"), (.empty, "+14155552671", ""),
            (.number, "+14155552671", "+14155552671"), (.number, "anonymous", "anonymous"),
            (.number, "1", "UNAVAILABLE"),
            (.number, "", "UNAVAILABLE"), (.text("Trunk 7"), "x", "Trunk 7"), (.text(""), "x", "UNAVAILABLE"),
            (.text("UNKNOWN"), "x", "UNAVAILABLE"), (.text("${x}"), "x", "x"), (.text(" a \u{7} "), "x", "a"),
            // Hostile caller ids.
            (.number, "1&calc", "1&calc"), (.number, "\";x", ";x"), (.number, "$(x)", "(x)"), (.number, "${x}", "x"),
            (.number, "%s%n", "sn"), (.number, "\r\nX: y", "X: y"), (.number, "a\u{0}b", "ab"),
            (.number, String(repeating: "8", count: 40), String(repeating: "8", count: 40)),
            (.number, String(repeating: "9", count: 300), String(repeating: "9", count: 64)),
        ])
    func miss(miss: CallerIDText.Miss, number: String, body: String) {
        #expect(Self.body(nil, number: number, miss: miss) == body)
    }

    @Test(
        "the body has at most so many characters, 1 to 255, and no space at its end",
        arguments: [
            (-1, 1), (0, 1), (1, 1), (2, 2), (63, 63), (64, 64), (65, 65), (254, 254), (255, 255), (256, 255),
            (.max, 255),
        ])
    func length(asked: Int, characters: Int) {
        let name = String(repeating: "ä", count: 255)
        #expect(Self.body(name, length: asked) == String(name.prefix(characters)))
        #expect(CallerIDText(miss: .empty, spamTag: nil, maxLength: asked, isASCII: false).maxLength == characters)
    }

    @Test("a cut leaves no space at the end, and no half character")
    func cuts() {
        #expect(Self.body("ab cd", length: 3) == "ab")
        #expect(Self.body("👩🏽👩🏽", length: 1) == "👩🏽")
        #expect(CallerIDText.standard.maxLength == 64)
    }

    @Test("the body stays under 1,024 bytes however large its characters are")
    func bytes() {
        let wide = String(repeating: "𒀀", count: 255)
        #expect(Self.body(wide, length: 255) == String(repeating: "𒀀", count: 250))
        let stacked = "a" + String(repeating: "\u{301}", count: 600)
        #expect(Self.body(stacked + "b", length: 255) == "UNAVAILABLE")
    }

    @Test(
        "the tag stands before the name, or alone, from its threshold on",
        arguments: [
            ("ACME", 79, "ACME"), ("ACME", 80, "SPAM? ACME"), ("ACME", 81, "SPAM? ACME"), ("ACME", nil, "ACME"),
            (nil, 80, "SPAM?"), (nil, 79, "UNAVAILABLE"), (nil, nil, "UNAVAILABLE"), ("UNKNOWN", 80, "SPAM?"),
            ("1", 99, "SPAM?"),
        ] as [(String?, Int?, String)])
    func spamTag(name: String?, score: Int?, body: String) {
        #expect(Self.body(name, tag: CallerIDText.SpamTag(text: "SPAM?", threshold: 80), score: score) == body)
        #expect(Self.body("ACME", score: 99) == "ACME")
    }

    @Test(
        "a tag is made as safe as a name, and one of which nothing is left is no tag",
        arguments: [
            ("${x}", "x ACME"), ("%", "ACME"), ("", "ACME"), (" ", "ACME"), ("1", "1 ACME"), ("\r\nX:", "X: ACME"),
        ])
    func hostileTag(tag: String, body: String) {
        #expect(Self.body("ACME", tag: CallerIDText.SpamTag(text: tag, threshold: 1), score: 50) == body)
    }

    @Test(
        "ascii=1 writes every name in ASCII letters",
        arguments: [
            ("Größe", "Grosse"), ("Москва", "Moskva"), ("Ærø", "AEro"), ("Łódź", "Lodz"), ("‘x’", "x"), ("½", "1/2"),
            ("Αθήνα", "Athena"), ("ACME", "ACME"), ("😀 Ltd", "Ltd"), ("“Q” – R", "Q - R"), ("ﬁn", "fin"),
        ])
    func ascii(name: String, body: String) {
        #expect(Self.body(name, ascii: true) == body)
    }

    @Test(
        "transliteration brings nothing dangerous back in, and its result can be none",
        arguments: ["＄{x}", "％s", "＇x＇", "＂", "＼", "１", "😀"])
    func asciiSafety(name: String) {
        let body = Self.body(name, ascii: true)
        #expect(body.unicodeScalars.allSatisfy { $0.isASCII && !"$%'\"\\`{}".unicodeScalars.contains($0) })
        #expect(body != "1" && !body.isEmpty)
    }
}
