// Inputs near those of a corpus, for the short random run of the tests. A value.

/// Changes inputs at random: bytes, runs, words of the languages in question, parts of other inputs.
package struct FuzzMutator {
    private let corpus: [[UInt8]]

    /// What lone random bytes would take long to find.
    private static let words = [
        "[", "]", "{{", "}}", "^^", "\"", "\\", "\n%%\n", "IIf(", "[D]", "[Steer]", "[K]", "[P]", ".Replace(\"",
        ".ToString(\"F0\")",
        "||", "==", "!=", "&&", "-", "<!DOCTYPE", "<![CDATA[", "-->", "<!--", "&#x10FFFF;", "&amp;", "xmlns:x=\"y\"",
        "{\"a\":", "[1,", "null", "1e999", "\\u0000", "\\uD800", "\u{FEFF}", "\u{2028}", "\r\n", "\0", "\u{7F}",
        "Any ", "Equals [E] ", "Number ", "= ", "a.b", "://", "@", "%2e%2e/", "..", "#", "?", ":80", "é", "😀",
        "HTTP/1.1\r\n", "HTTP/1.0\r\n", "\r\n\r\n", "Host: h\r\n", "Content-Length: ", "Transfer-Encoding: chunked\r\n",
        "Connection: close\r\n", "Expect: 100-continue\r\n", "0\r\n\r\n", "gzip", ";q=0", "W/\"", ", ", "\t", "GET / ",
    ].map { Array($0.utf8) }

    package init(corpus: [[UInt8]]) { self.corpus = corpus.isEmpty ? [[]] : corpus }

    /// One input made of one or two of the corpus.
    package func next(using random: inout some RandomNumberGenerator) -> [UInt8] {
        var bytes = corpus[Int.random(in: 0..<corpus.count, using: &random)]
        for _ in 0...Int.random(in: 0...4, using: &random) { change(&bytes, &random) }
        return Array(bytes.prefix(FuzzTarget.inputBytesMax))
    }

    private func change(_ bytes: inout [UInt8], _ random: inout some RandomNumberGenerator) {
        let place = Int.random(in: 0...bytes.count, using: &random)
        let end = min(bytes.count, place + Int.random(in: 0...16, using: &random))
        switch Int.random(in: 0..<6, using: &random) {
        case 0: if place < bytes.count { bytes[place] = UInt8.random(in: .min ... .max, using: &random) }
        case 1: bytes.removeSubrange(place..<end)
        case 2: bytes.insert(contentsOf: bytes[place..<end], at: place)
        case 3: bytes.insert(UInt8.random(in: .min ... .max, using: &random), at: place)
        case 4: bytes.insert(contentsOf: Self.words[Int.random(in: 0..<Self.words.count, using: &random)], at: place)
        case _:
            let other = corpus[Int.random(in: 0..<corpus.count, using: &random)]
            let cut = Int.random(in: 0...other.count, using: &random)
            bytes.replaceSubrange(place..., with: other[cut...])
        }
    }
}
