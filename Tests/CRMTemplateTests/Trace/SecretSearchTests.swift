// Secrets are found in every form in which a text may hold them, in time that no text makes long.

import CRMTemplate
import Testing

@Suite("Looking for secrets", .timeLimit(.minutes(1)))
struct SecretSearchTests {
    private static let secret = #"p w/"ä&<+"#

    @Test(arguments: [
        // The secret; the text; what is shown.
        (secret, "a \(secret) b", "a <redacted> b"),
        (secret, "k=p%20w%2F%22%C3%A4%26%3C%2B&x", "k=<redacted>&x"),
        (secret, "k=p%20w%2f%22%c3%a4%26%3c%2b&x", "k=<redacted>&x"),
        (secret, "k=p+w%2F%22%C3%A4%26%3C%2B&x", "k=<redacted>&x"),
        (secret, #"{"k":"p w/\"ä&<+"}"#, #"{"k":"<redacted>"}"#),
        (secret, #"{"k":"p w\/\"ä&<+"}"#, #"{"k":"<redacted>"}"#),
        (secret, "<b>p w/&quot;ä&amp;&lt;+</b>", "<b><redacted></b>"),
        ("secret", "secretsecret", "<redacted><redacted>"), ("ababab", "abababab", "<redacted>"),
        ("aaaaaa", "xaaaaaaaay", "x<redacted>y"), ("secret", "secre", "secre"), ("secret", "", ""),
        ("secre", "secre", "secre"),
    ])
    func `each form is hidden`(secret: String, text: String, shown: String) {
        #expect(SecretSearch([secret]).hidden(text) == shown)
    }

    @Test(arguments: 4_095...4_098) func `of a long secret the beginning is compared, and all of it hidden`(count: Int)
    {
        let secret = String((0..<count).map { Character(Unicode.Scalar(UInt8(97 + $0 * $0 % 23))) })
        let search = SecretSearch([secret])
        #expect(search.hidden("<" + secret + ">") == "<<redacted>>")
        #expect(search.hidden("<" + secret.prefix(4_094) + ">") == "<" + secret.prefix(4_094) + ">")
        #expect(search.hidden(Array(secret.utf8), upTo: 3) == Array("<redacted>".utf8))
    }

    @Test func `a long secret that repeats itself takes no more time than the text is long`() {
        // Compared letter by letter at every place this would be 10^12 steps.
        let search = SecretSearch([String(repeating: "a", count: 1_000_000)])
        let text = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
        for end in [16_384, text.count] { #expect(search.hidden(text, upTo: end) == Array("<redacted>".utf8)) }
    }
}
