import Platform
import Testing

@Suite struct SecretTests {
    private struct Holder {
        let name = "holder"
        let secret = Secret("hunter2")
    }

    private enum Wrapped: Error { case failure(Secret) }

    @Test("no way of printing a secret shows it, also from inside of something else")
    func neverPrinted() {
        let secret = Secret("hunter2")
        var dumped = ""
        dump(secret, to: &dumped)
        var dumpedHolder = ""
        dump(Holder(), to: &dumpedHolder)
        let texts = [
            "\(secret)", String(describing: secret), String(reflecting: secret), secret.description,
            secret.debugDescription, dumped, dumpedHolder, "\(Holder())", String(reflecting: Holder()),
            "\(Optional(secret) as Any)", "\([secret])", "\(["key": secret])", "\(Wrapped.failure(secret))",
            String(reflecting: Wrapped.failure(secret)),
            Mirror(reflecting: secret).children.map { "\($0)" }.joined(),
        ]
        for text in texts {
            #expect(!text.contains("hunter2"), "\(text)")
            // Nor as a list of its bytes.
            #expect(!text.contains("104"), "\(text)")
        }
        #expect("\(secret)" == "<redacted>")
    }

    @Test("the secret is there for whoever asks by name")
    func revealed() {
        #expect(Secret("hunter2").revealText() == "hunter2")
        #expect(Secret([0, 255]).reveal() == [0, 255])
        #expect(Secret("").reveal().isEmpty)
    }
}
