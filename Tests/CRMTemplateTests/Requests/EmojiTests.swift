import CRMTemplate
import Testing

@Suite struct EmojiTests {
    @Test(arguments: [
        "😀", "👍🏽", "👩‍👩‍👧‍👦", "🏳️‍🌈", "❤️", "❤️‍🔥", "❤‍🔥", "🇦🇹", "🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}",
        "1️⃣", "#⃣", "*️⃣", "☎️", "©️", "⌚", "🌶", "🌶️", "☝🏻", "🧑🏿‍🚀", "✅", "🇦", "☝🏻‍♀️", "\u{1F004}", "😀\u{FE0F}",
    ])
    func `A whole emoji goes`(emoji: String) {
        #expect(Emoji.removed(from: "a\(emoji)b") == "ab")
        #expect(Emoji.removed(from: emoji + emoji) == "")
    }

    @Test(arguments: [
        "plain", "0123456789 #*", "©®™", "→←↔", "☎", "❤", "☎\u{FE0E}", "⌚\u{FE0E}", "äöü ñ ß", "日本語", "العربية",
        "עברית",
        "e\u{301}", "a\r\nb", "", "\u{200D}", "\u{FE0F}", "1\u{FE0F}", "½²‰", "a\u{200D}b", "𝒳", "𠮷", "‼", "ℹ",
    ])
    func `What is text stays`(text: String) {
        #expect(Array(Emoji.removed(from: text).utf8) == Array(text.utf8))
    }

    @Test func `A skin tone without an emoji goes alone`() {
        #expect(Emoji.removed(from: "a🏽b 🏽") == "ab ")
        #expect(Emoji.removed(from: "🏽") == "")
        #expect(Emoji.removed(from: "1🏽") == "1")
    }

    @Test func `Lines stay where they were`() {
        #expect(Emoji.removed(from: "Ann: hi 👋\r\nBob: 👍\n\nAnn: ok") == "Ann: hi \r\nBob: \n\nAnn: ok")
    }
}
