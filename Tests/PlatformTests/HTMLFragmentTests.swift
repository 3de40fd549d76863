// Nothing that came from outside becomes markup.

import Platform
import Testing

@Suite struct HTMLFragmentTests {
    @Test(arguments: [
        ("plain", "plain"),
        ("", ""),
        ("<script>", "&lt;script&gt;"),
        ("\" onload='x'", "&quot; onload=&#39;x&#39;"),
        ("a & b &amp;", "a &amp; b &amp;amp;"),
        ("Zoë 電話", "Zoë 電話"),
        ("tab\tnewline\n", "tab\tnewline\n"),
        ("nul\u{0}bell\u{7}del\u{7F}c1\u{85}", "nul\u{FFFD}bell\u{FFFD}del\u{FFFD}c1\u{FFFD}"),
        ("\r\n<", "\r\n&lt;"),
    ])
    func `text shows as it is`(text: String, html: String) {
        #expect(HTMLFragment(escaping: text).html == html)
    }

    @Test func `interpolated text is escaped and interpolated fragments are not`() {
        let text = "<b>"
        let fragment: HTMLFragment = "<i>\(text)</i>"
        let outer: HTMLFragment = "<p title=\"\(text)\">\(fragment) \(7)</p>"
        #expect(outer.html == "<p title=\"&lt;b&gt;\"><i>&lt;b&gt;</i> 7</p>")
    }

    @Test func `fragments join without more escaping`() {
        #expect(HTMLFragment.joined(["<p>a</p>", "<p>\("<")</p>"]).html == "<p>a</p><p>&lt;</p>")
    }
}
