// Percent-coding, queries and form bodies.

import HTTPWire
import Testing

@Suite struct `Percent-coding` {
    @Test(arguments: [
        ("", ""), ("abc", "abc"), ("a%20b", "a b"), ("%2B1", "+1"), ("a+b", "a+b"), ("%e2%82%ac", "€"),
        ("%EF%BC%91", "１"), ("%00", "\u{0}"), ("100%25", "100%"),
    ])
    func `is decoded in paths`(_ encoded: String, _ decoded: String) throws {
        #expect(try PercentCoding.decode(Array(encoded.utf8).span).utf8.elementsEqual(decoded.utf8))
    }

    @Test(arguments: [
        ("%", 0), ("a%", 1), ("a%2", 1), ("%zz", 0), ("%2g", 0), ("%%20", 0), ("%u00e9", 0), ("ab%+1", 2),
    ])
    func `is refused when digits are missing`(_ encoded: String, _ offset: Int) {
        #expect(throws: HTTPDecodingError.badPercentEncoding(offset: offset)) {
            try PercentCoding.decode(Array(encoded.utf8).span)
        }
    }

    @Test(arguments: ["%ff", "%c0%af", "%ed%a0%80", "%f4%90%80%80", "%e2%82", "a%80"])
    func `is refused when the text is not UTF-8`(_ encoded: String) {
        #expect(throws: HTTPDecodingError.invalidUTF8) { try PercentCoding.decode(Array(encoded.utf8).span) }
    }

    @Test(arguments: ["", "a b", "+1 (415) 555", "é€", "100%", "~a-b.c_d/"])
    func `comes back as it was`(_ text: String) throws {
        let encoded = PercentCoding.encode(text)
        #expect(encoded.utf8.allSatisfy(ByteClass.isTarget))
        #expect(try PercentCoding.decode(Array(encoded.utf8).span) == text)
    }
}

@Suite struct `A query` {
    private func shown(_ query: HTTPQuery) -> String {
        query.pairs.map { "\($0.name)→\($0.value)" }.joined(separator: " ")
    }

    @Test(arguments: [
        ("", ""), ("a=1", "a→1"), ("a=1&b=2", "a→1 b→2"), ("a", "a→"), ("a=", "a→"), ("=1", "→1"), ("&&a=1&", "a→1"),
        ("a=1&a=2", "a→1 a→2"), ("a=b=c", "a→b=c"), ("a=x+y", "a→x y"), ("a=x%2By", "a→x+y"), ("%61=%62", "a→b"),
    ])
    func `is a list of pairs`(_ text: String, _ expected: String) throws {
        let bytes = Array(text.utf8)
        #expect(shown(try HTTPQuery(strict: bytes.span)) == expected)
        #expect(shown(HTTPQuery(lenient: bytes.span)) == expected)
    }

    @Test(arguments: ["a=%", "%zz=1", "a=1&b=%ff", "a=%2"])
    func `is refused whole when one pair cannot be read`(_ text: String) {
        #expect(throws: HTTPDecodingError.self) { try HTTPQuery(strict: Array(text.utf8).span) }
    }

    @Test(arguments: [("a=%", ""), ("a=1&b=%ff&c=3", "a→1 c→3"), ("%zz=1&d=4", "d→4")])
    func `leniently loses only the pairs that cannot be read`(_ text: String, _ expected: String) {
        #expect(shown(HTTPQuery(lenient: Array(text.utf8).span)) == expected)
    }

    @Test func `gives the first of several values, or all`() throws {
        let query = try HTTPQuery(strict: Array("a=1&b=2&a=3&A=4".utf8).span)
        #expect(query["a"] == "1")
        #expect(query["A"] == "4")
        #expect(query["c"] == nil)
        #expect(query.all(named: "a") == ["1", "3"])
    }

    @Test func `does not take look-alike names for each other`() throws {
        let query = try HTTPQuery(strict: Array("e%CC%81=1".utf8).span)
        #expect(query["\u{e9}"] == nil, "equal as text, other bytes")
        #expect(query["e\u{301}"] == "1")
    }
}
