import CRMMiddleware
import Platform
import Testing

@Suite struct IssuedSecretTests {
    private static let digits = String(repeating: "0a", count: 32)

    @Test("an issued text begins with its prefix, has 256 random bits, and reads back with the same hash")
    func made() throws {
        let texts = [
            AccessToken(random: .system).reveal(), ClientSecret(random: .system).reveal(),
            ContextSecret(random: .system).reveal(),
        ]
        for (text, prefix) in zip(texts, ["nom_", "nom_secret_", "nom_context_"]) {
            #expect(text.hasPrefix(prefix) && text.utf8.count == prefix.utf8.count + 64)
            #expect(Redaction.redact("x \(text) y") == "x nom_<redacted> y")
        }
        let token = AccessToken(random: .system)
        #expect(AccessToken(token.reveal())?.hash == token.hash)
        #expect(SecretHash(presented: token.reveal()) == token.hash)
        #expect(AccessToken(random: .system).hash != token.hash)
    }

    @Test("an issued text is never printed by accident")
    func hidden() {
        let token = AccessToken(random: .system)
        var dumped = ""
        dump(token, to: &dumped)
        for text in ["\(token)", String(reflecting: token), "\([token])", dumped] {
            #expect(!text.contains(token.reveal()) && !text.contains(token.reveal().dropFirst(4).prefix(8)))
        }
    }

    @Test(
        "what is not exactly of the form is no token",
        arguments: [
            // D stands for all 64 digits, C for 63 of them.
            "", "nom_", "D", "nom_C", "nom_D0", "NOM_D", "nom_Cg", "nom_Cé", " nom_D", "nom_D ", "nol_D",
            "nom_secret_D", "nom_context_D", "nom_C\0", "nom_CA",
        ])
    func refused(text: String) {
        let text = text.replacing("D", with: Self.digits).replacing("C", with: Self.digits.dropLast())
        #expect(AccessToken(text) == nil)
    }
}
