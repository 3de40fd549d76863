import NumbersCore
import Testing

@Suite struct EmailAddressTests {
    @Test(
        "a dot-atom and a domain of two labels or more is an address",
        arguments: [
            "a@b.c", "first.last@example.com", "first+tag@example.co.uk", "!#$%&'*+-/=?^_`{|}~@example.com",
            "1@2.3", "a@xn--bcher-kva.example", "A@EXAMPLE.COM", "a@b-c.example",
        ])
    func accepts(text: String) {
        #expect(EmailAddress(text)?.text == text)
    }

    @Test(
        "other text is no address",
        arguments: [
            "", "@", "a", "a@", "@b.c", "a@b", "a@b.", "a@.b", "a@b..c", "a@@b.c", "a@b@c.d", ".a@b.c", "a.@b.c",
            "a..b@b.c", "a b@c.d", " a@b.c", "a@b.c ", "a@b.c\n", "a@b.c\r\nBcc: x@y.z", "a\u{0}@b.c", "\"a b\"@c.d",
            "a@[192.0.2.1]", "a@-b.c", "a@b-.c", "a@b_c.d", "ü@b.c", "a@ü.c", "a,b@c.d", "<a@b.c>", "a(x)@b.c",
            "a@b.c,d",
            "a;b@c.d", "a@b.c/d", "mailto:a@b.c",
        ])
    func refuses(text: String) {
        #expect(EmailAddress(text) == nil)
    }

    @Test(
        "the local part has up to 64 bytes, a label up to 63, the whole up to 254",
        arguments: [
            (63, 63, 0, true), (64, 63, 0, true), (65, 63, 0, false), (1, 62, 0, true), (1, 64, 0, false),
            (64, 61, 253, true), (64, 61, 254, true), (64, 61, 255, false),
        ])
    func lengths(local: Int, label: Int, total: Int, isAddress: Bool) {
        var text = String(repeating: "a", count: local) + "@" + String(repeating: "b", count: label) + ".example"
        while text.utf8.count < total { text += text.utf8.count + 2 > total ? "c" : ".c" }
        #expect((EmailAddress(text) != nil) == isAddress)
    }
}
