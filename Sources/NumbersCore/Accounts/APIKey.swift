// API keys: their text exists once, at creation; everything later knows the hash. Immutable.

package import Platform

/// The SHA-256 hash that a key is stored and found by.
package struct KeyHash: Hashable, Sendable {
    package let digest: SHA256Digest
    package init(digest: SHA256Digest) { self.digest = digest }

    /// The hash of a key as it was presented; nil when the text is not of a key's form. For every request: makes no key,
    /// and so no copy of the secret.
    package init?(ofPresented text: String) {
        var text = text
        let digest = text.withUTF8 { bytes in
            APIKey.markLength(bytes.span) == nil ? nil : SHA256Digest.of(bytes.span)
        }
        guard let digest else { return nil }
        self.digest = digest
    }
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
        guard let mark = Self.markLength(text.utf8.span) else { return nil }
        isTest = mark == Self.testMark.utf8CodeUnitCount
        secret = Secret(text)
        displayPrefix = String(decoding: text.utf8.prefix(mark + 8), as: UTF8.self)
    }

    private static let mark: StaticString = "nol_"
    private static let testMark: StaticString = "nol_test_"
    private static let digitCount = 40

    /// How many bytes stand in front of a key's digits; nil when the text is not of a key's form.
    fileprivate static func markLength(_ text: Span<UInt8>) -> Int? {
        let mark = text.count == testMark.utf8CodeUnitCount + digitCount ? testMark : mark
        let length = mark.utf8CodeUnitCount
        guard text.count == length + digitCount else { return nil }
        // A literal of more than one character has a pointer that is valid for its length.
        for index in 0..<length where text[index] != mark.utf8Start[index] { return nil }
        for index in length..<text.count {
            let byte = text[index]
            guard (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x66) else { return nil }
        }
        return length
    }

    /// Makes a new key from 160 random bits.
    package init(random: RandomSource, isTest: Bool) {
        let digits = Hex.encode(random.bytes(20))
        let mark = (isTest ? Self.testMark : Self.mark).description
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
