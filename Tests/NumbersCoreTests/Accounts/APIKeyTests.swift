import NumbersCore
import Platform
import Testing

@Suite struct APIKeyTests {
    private static let digits = "0123456789abcdef0123456789abcdef01234567"

    @Test(
        "a key is nol_ or nol_test_ and forty lower-case hexadecimal digits; its prefix is what may be shown",
        arguments: [
            ("nol_", false, "nol_01234567"), ("nol_test_", true, "nol_test_01234567"),
        ])
    func reads(mark: String, isTest: Bool, prefix: String) throws {
        let key = try #require(APIKey(mark + Self.digits))
        #expect(key.isTest == isTest)
        #expect(key.displayPrefix == prefix)
        #expect(key.reveal() == mark + Self.digits)
        #expect(key.hash == KeyHash(digest: SHA256Digest.of(mark + Self.digits)))
    }

    @Test(
        "other text is no key",
        arguments: [
            "", "nol_", "nol_test_", "D", "nolD", "nol-D", "NOL_D", "Nol_D", " nol_D", "nol_D ", "nol_D\n", "nol_ D",
            "nol_Da", "nol_test_Da", "nol_TEST_D", "nol_test-D", "nol_live_D", "nol_nol_D", "nol_\u{301}D",
            "nol_D\u{0}",
            "nol_\u{FF11}D",
        ])
    func refuses(form: String) {
        #expect(APIKey(form.replacing("D", with: Self.digits)) == nil)
    }

    @Test("each wrong digit, and each wrong count of digits, makes it no key")
    func wrongDigits() {
        for count in [0, 1, 39, 41, 80] {
            #expect(APIKey("nol_" + String(repeating: "a", count: count)) == nil)
        }
        for bad in ["g", "A", "F", "-", "_", " ", "é", "\u{0}"] {
            for index in [0, 20, 39] {
                var text = Array(Self.digits).map(String.init)
                text[index] = bad
                #expect(APIKey("nol_" + text.joined()) == nil)
            }
        }
    }

    @Test("a new key has 160 random bits and reads back", arguments: [false, true])
    func creates(isTest: Bool) throws {
        let random = RandomSource { $0.copyBytes(from: (0..<$0.count).map { UInt8($0 + 1) }) }
        let key = APIKey(random: random, isTest: isTest)
        #expect(key.reveal() == (isTest ? "nol_test_" : "nol_") + "0102030405060708090a0b0c0d0e0f1011121314")
        let again = try #require(APIKey(key.reveal()))
        #expect(again.hash == key.hash)
        #expect(again.displayPrefix == key.displayPrefix)
        #expect(APIKey(random: .system, isTest: isTest).hash != APIKey(random: .system, isTest: isTest).hash)
    }

    @Test("printing a key shows its prefix and nothing more")
    func neverPrinted() throws {
        let key = try #require(APIKey("nol_" + Self.digits))
        var dumped = ""
        dump(key, to: &dumped)
        let texts = ["\(key)", String(reflecting: key), dumped, "\([key])", "\(Optional(key) as Any)"]
        for text in texts {
            #expect(text.contains("nol_01234567"))
            #expect(!text.contains("nol_012345678"))
        }
    }
}
