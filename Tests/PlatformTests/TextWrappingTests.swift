import Platform
import Testing

@Suite struct TextWrappingTests {
    @Test(arguments: [
        ("", 10, [""]),
        ("one two", 10, ["one two"]),
        ("one two", 7, ["one two"]),
        ("one two", 6, ["one", "two"]),
        ("one two", 3, ["one", "two"]),
        ("one two", 2, ["on", "e", "tw", "o"]),
        ("a bb ccc dddd", 6, ["a bb", "ccc", "dddd"]),
        ("abcdefghij k", 4, ["abcd", "efgh", "ij k"]),
        ("x abcdefghij", 4, ["x", "abcd", "efgh", "ij"]),
        ("a  b", 2, ["a ", "b"]),
        ("東京都 大阪", 4, ["東京", "都", "大阪"]),
        ("e\u{301}e\u{301}e\u{301}", 2, ["e\u{301}e\u{301}", "e\u{301}"]),
        ("ab", 0, ["a", "b"]),
        ("東", 1, ["東"]),
    ])
    func `text is broken between words, and inside a word only when it is longer than a line`(
        text: String, columns: Int, lines: [String]
    ) {
        #expect(TextWrapping.lines(text, columns: columns) == lines)
    }

    @Test func `no line is wider than asked for, and nothing but spaces is lost`() {
        let text = "The rule Number people.phones.number found no number equal to +4312345678: it compared 12."
        for columns in 1...100 {
            let lines = TextWrapping.lines(text, columns: columns)
            #expect(lines.allSatisfy { DisplayWidth.columns($0) <= columns })
            #expect(lines.joined().filter { $0 != " " } == text.filter { $0 != " " })
        }
    }
}
