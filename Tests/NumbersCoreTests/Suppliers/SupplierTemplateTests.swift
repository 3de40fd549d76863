import NumbersCore
import Platform
import Testing

@Suite struct SupplierTemplateTests {
    private static let secrets = SupplierSecrets(["KEY": Secret("a b&c"), "USER": Secret("u"), "PASS": Secret("p:q")])

    private static func question(_ number: String) throws -> SupplierQuestion {
        try .sample(number)
    }

    @Test(
        "a URL's places are filled in and percent-encoded",
        arguments: [
            ("https://a.example/{e164}", "+14155552671", "https://a.example/%2B14155552671"),
            ("https://a.example/?n={digits}&c={country}", "+14155552671", "https://a.example/?n=14155552671&c=US"),
            (
                "http://a.example:8080/{national}?k={secret:KEY}", "+390669812345",
                "http://a.example:8080/0669812345?k=a%20b%26c"
            ),
            ("https://a.example/{national}?c={country}", "+80012345678", "https://a.example/12345678?c="),
            ("https://a.example?n={digits}{digits}", "+4930123456", "https://a.example?n=49301234564930123456"),
        ])
    func url(text: String, number: String, expected: String) throws {
        #expect(try SupplierTemplate(url: text).url(for: Self.question(number), secrets: Self.secrets) == expected)
    }

    @Test(
        "a URL that lets the number choose the host, or cannot be sent, is refused",
        arguments: [
            "", "a.example/{e164}", "ftp://a.example/{e164}", "https://{e164}/", "https://{digits}.example/",
            "https:///{e164}", "https://u:p@a.example/{e164}", "https://a.example/{e164}#x", "https://a.example/",
            "https://a.example/{country}", "https://a.example/{e164", "https://a.example/e164}", "https://a.example/{}",
            "https://a.example/{E164}", "https://a.example/{{e164}}", "https://a.example/{secret:}{e164}",
            "https://a.example/{secret:a b}{e164}", "https://a.example/{basic:USER:PASS}{e164}",
            "https://a.example/ {e164}", "https://a.example/ä{e164}", "https://a.example/\r\n{e164}",
            "https://a.example/{e164}" + String(repeating: "x", count: SupplierTemplate.bytesMax),
        ])
    func badURL(text: String) {
        #expect(throws: SupplierTemplateFault.self) { try SupplierTemplate(url: text) }
    }

    @Test("a URL may have as many bytes as the bound says and not one more")
    func length() throws {
        let start = "https://a.example/{e164}"
        let fill = String(repeating: "x", count: SupplierTemplate.bytesMax - start.utf8.count)
        #expect((try? SupplierTemplate(url: start + fill)) != nil)
        #expect((try? SupplierTemplate(url: start + fill + "x")) == nil)
    }

    @Test("a header takes secrets as they are, and two of them as RFC 7617 wants")
    func header() throws {
        let question = try Self.question("+14155552671")
        let bearer = try SupplierTemplate(header: "Bearer {secret:KEY}")
        #expect(bearer.header(for: question, secrets: Self.secrets) == "Bearer a b&c")
        let basic = try SupplierTemplate(header: "Basic {basic:USER:PASS}")
        #expect(basic.header(for: question, secrets: Self.secrets) == "Basic dTpwOnE=")
        #expect(basic.secretNames == ["USER", "PASS"])
        #expect(basic.header(for: question, secrets: .none) == nil)
        #expect(throws: SupplierTemplateFault.self) { try SupplierTemplate(header: "a\r\nb: c") }
    }

    @Test(
        "secrets are lines NAME=value; messages never show a value",
        arguments: [
            ("KEY=x=y\n# note\n\nB=1", ["B", "KEY"]), ("KEY=x\r\n", ["KEY"]), ("", []),
        ] as [(String, [String])])
    func secretFile(text: String, names: [String]) throws {
        #expect(try SupplierSecrets.parsing(text).get().names == names)
    }

    @Test(
        "a file with another line is refused",
        arguments: [
            "hunter2", "KEY=", "A B=hunter2", "=hunter2", "KEY=hunter2\nKEY=hunter2", "KEY=hunter2\u{7}", "KEY=hünter2",
        ])
    func badSecretFile(text: String) {
        guard case .failure(let fault) = SupplierSecrets.parsing(text) else { return #expect(Bool(false)) }
        #expect(!fault.reason.contains("nter2"))
    }
}
