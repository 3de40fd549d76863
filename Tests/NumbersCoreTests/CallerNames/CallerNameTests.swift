import NumbersCore
import Testing

@Suite struct CallerNameTests {
    @Test(
        "white space is collapsed, control and invisible characters go",
        arguments: [
            ("ACME", "ACME"), ("  ACME  Ltd ", "ACME Ltd"), ("ACME\tLtd\r\n", "ACME Ltd"), ("A\u{A0}B", "A B"),
            ("A\u{2003}\u{3000}B", "A B"), ("A\u{7}B", "AB"), ("A\u{0}B", "A B"), ("A\u{200B}B", "AB"),
            ("\u{202E}evil", "evil"), ("A\u{2066}B\u{2069}", "AB"), ("A\u{FEFF}B", "AB"), ("A\u{E000}B", "AB"),
            ("Größe & Söhne", "Größe & Söhne"), ("株式会社", "株式会社"), ("e\u{301}", "e\u{301}"), ("😀", "😀"), ("1", "1"),
            ("A\u{2028}B\u{85}C", "A B C"), ("\u{7} A", "A"), ("A \u{7}", "A"),
        ])
    func cleans(raw: String, text: String) {
        #expect(CallerName(raw).map { Array($0.text.unicodeScalars) } == Array(text.unicodeScalars))
    }

    @Test(
        "nothing usable is no name",
        arguments: ["", " ", "\t\n", "\u{0}", "\u{200B}", "\u{202E}\u{7}", "\u{FEFF} \u{A0}", "\u{FFFFF}"])
    func empty(raw: String) {
        #expect(CallerName(raw) == nil)
    }

    @Test(
        "a name has up to 255 characters, cut at a character and without a space at its end",
        arguments: [254, 255, 256, 1_000])
    func length(count: Int) {
        for letter in ["x", "é", "e\u{301}", "👩🏽"] {
            let name = CallerName(String(repeating: letter, count: count))
            #expect(name?.text == String(repeating: letter, count: min(count, 255)))
        }
        #expect(CallerName(String(repeating: "x", count: 254) + " y")?.text == String(repeating: "x", count: 254))
    }

    @Test("a suppressed number has no name, whatever is recorded")
    func suppressed() throws {
        let known = KnownName(name: try #require(CallerName("ACME")), source: .override, asOf: "2026-01-02")
        #expect(NumberRecord(isSuppressed: true, name: known).name == nil)
        #expect(NumberRecord(isSuppressed: false, name: known).name == known)
        #expect(NumberRecord.none == NumberRecord(isSuppressed: false, name: nil))
    }
}
