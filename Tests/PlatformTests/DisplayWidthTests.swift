import Platform
import Testing

@Suite struct DisplayWidthTests {
    @Test(
        "text is as wide as a terminal draws it",
        arguments: [
            ("", 0), ("abc", 3), ("é", 1), ("e\u{301}", 1), ("東京", 4), ("한글", 4), ("\u{1112}\u{1161}\u{11AB}", 2),
            ("😀", 2),
            ("ａ", 2), ("a\u{200D}b", 2), ("±", 1), ("…", 1), ("ไทย", 3), ("กำ", 2), ("שלום", 4),
        ])
    func width(text: String, columns: Int) {
        #expect(DisplayWidth.columns(text) == columns)
    }

    @Test("what would steer a terminal is replaced")
    func safe() {
        #expect(terminalSafe("a\u{1B}[2Jb\r\n\u{7F}\u{9B}\u{202E}\u{2028}c") == "a?[2Jb?????" + "?c")
        #expect(terminalSafe("Ünï 東京 😀") == "Ünï 東京 😀")
    }
}
