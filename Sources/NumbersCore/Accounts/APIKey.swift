// API keys: their text exists once, at creation; everything later knows the hash. Immutable.

package import Platform

/// The SHA-256 hash that a key is stored and found by.
package struct KeyHash: Hashable, Sendable {
    package let digest: SHA256Digest
    package init(digest: SHA256Digest) { self.digest = digest }
}

/// A key as its owner holds it: `nol_` or `nol_test_`, and 40 lower-case hexadecimal digits. Prints its prefix only.
package struct APIKey: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let secret: Secret
    /// Whether it is a test key, which never bills.
    package let isTest: Bool
    /// `nol_` and the first eight digits: enough to recognise a key by, too little to use it.
    package let displayPrefix: String

    /// Reads a key; nil when the text is not of the form.
    package init?(_ text: String) {
        let digits: Substring
        if text.hasPrefix("nol_test_") {
            digits = text.dropFirst(9)
            isTest = true
        } else if text.hasPrefix("nol_") {
            digits = text.dropFirst(4)
            isTest = false
        } else {
            return nil
        }
        guard digits.utf8.count == 40,
            digits.utf8.allSatisfy({ ($0 >= 0x30 && $0 <= 0x39) || ($0 >= 0x61 && $0 <= 0x66) })
        else { return nil }
        secret = Secret(text)
        displayPrefix = (isTest ? "nol_test_" : "nol_") + digits.prefix(8)
    }

    /// Makes a new key from 160 random bits.
    package init(random: RandomSource, isTest: Bool) {
        let digits = Hex.encode(random.bytes(20))
        let mark = isTest ? "nol_test_" : "nol_"
        secret = Secret(mark + digits)
        displayPrefix = mark + digits.prefix(8)
        self.isTest = isTest
    }

    /// The whole key, for the one answer that shows it.
    package func reveal() -> String { secret.revealText() }

    /// What it is stored and found by.
    package var hash: KeyHash { KeyHash(digest: SHA256Digest.of(secret.reveal())) }

    package var description: String { displayPrefix + "…" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
