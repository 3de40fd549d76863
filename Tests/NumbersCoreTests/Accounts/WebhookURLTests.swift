import NumbersCore
import Platform
import Testing

@Suite struct WebhookURLTests {
    @Test(
        "an address is https with a host, in visible ASCII",
        arguments: [
            ("https://example.com/hooks/balance", true), ("HTTPS://example.com", true),
            ("https://example.com:8443/a?b=c", true), ("https://[2001:db8::1]/a", true),
            ("http://example.com/", false), ("https://", false), ("https:///a", false), ("https://:443/", false),
            ("https://user:word@example.com/", false), ("https://example.com/#part", false),
            ("https://example.com/a b", false), ("https://example.com\\@evil.test/", false),
            ("ftp://example.com", false),
            ("example.com", false), ("", false), ("https://ex\u{e4}mple.com/", false),
            ("https://example.com/\n", false),
            ("https://example.com/" + String(repeating: "a", count: 2_028), true),
            ("https://example.com/" + String(repeating: "a", count: 2_029), false),
        ])
    func address(text: String, isOne: Bool) {
        #expect((WebhookURL(text) != nil) == isOne)
    }

    @Test("a new secret is 32 random bytes behind its mark")
    func secret() {
        let secret = WebhookSignature.newSecret(.system).revealText()
        #expect(secret.hasPrefix("whsec_") && secret.utf8.count == 6 + 64)
        #expect(secret != WebhookSignature.newSecret(.system).revealText())
    }
}

@Suite struct StatementMonthTests {
    @Test(
        "a month begins where the one before it ends",
        arguments: [
            ("2026-01", "2026-01-01", "2026-02-01"), ("2026-12", "2026-12-01", "2027-01-01"),
            ("2024-02", "2024-02-01", "2024-03-01"),
        ])
    func bounds(text: String, from: String, to: String) {
        let month = StatementMonth(text)
        #expect(month?.from == UnixTime(rfc3339: from) && month?.to == UnixTime(rfc3339: to))
    }

    @Test(arguments: ["2026-13", "2026-00", "2026-1", "26-01", "2026-01-01", "2026", "", "+026-01", "2026-+1"])
    func `what is no month is none`(text: String) {
        #expect(StatementMonth(text) == nil)
    }
}

@Suite struct CSVCellTests {
    @Test(
        "a cell is never a formula and never leaves its place",
        arguments: [
            ("plain", "plain"), ("", ""), ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@a", "'@a"),
            ("\t=1", "'\t=1"), ("a,b", "\"a,b\""), ("a\"b", "\"a\"\"b\""), ("a\r\nb", "\"a\r\nb\""),
            ("\r=1", "\"'\r=1\""), ("=a,b", "\"'=a,b\""), ("a=1", "a=1"),
        ])
    func cell(text: String, expected: String) {
        #expect(CSVCell.text(text) == expected)
    }
}
