// Texts that let somebody in: each exists once, when it is issued; everything later knows its hash. Immutable.

package import Platform

/// The SHA-256 hash that an issued text is stored and found by. Two of them are compared in constant time.
package struct SecretHash: Hashable, Sendable {
    package let digest: SHA256Digest

    package init(digest: SHA256Digest) { self.digest = digest }

    /// The hash of a text as it was presented, whatever it is.
    package init(presented text: String) { digest = SHA256Digest.of(text) }
}

/// A text of 256 random bits: a prefix and 64 lower-case hexadecimal digits. Prints its prefix only, and the log masks
/// it wherever it stands, for every prefix begins with `nom_`.
package protocol IssuedSecret: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// What the text begins with, its last underscore included.
    static var prefix: String { get }

    var secret: Secret { get }
    init(secret: Secret)
}

/// Random bytes of an issued text.
private let secretBytes = 32

extension IssuedSecret {
    /// A new text.
    package init(random: RandomSource) {
        self.init(secret: Secret(Self.prefix + Hex.encode(random.bytes(secretBytes))))
    }

    /// Reads a text; nil when it is not of the form.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == Self.prefix.utf8.count + 2 * secretBytes, bytes.starts(with: Self.prefix.utf8),
            bytes[Self.prefix.utf8.count...].allSatisfy({
                (0x30...0x39).contains($0) || (0x61...0x66).contains($0)
            })
        else { return nil }
        self.init(secret: Secret(bytes))
    }

    /// The whole text, for the one answer that shows it.
    package func reveal() -> String { secret.revealText() }

    /// What it is stored and found by.
    package var hash: SecretHash { SecretHash(digest: SHA256Digest.of(secret.reveal())) }

    package var description: String { Self.prefix + "…" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// What a request shows to be let in (RFC 6750).
package struct AccessToken: IssuedSecret {
    package static let prefix = "nom_"
    package let secret: Secret
    package init(secret: Secret) { self.secret = secret }
}

/// What a client shows to get tokens: its `client_secret`.
package struct ClientSecret: IssuedSecret {
    package static let prefix = "nom_secret_"
    package let secret: Secret
    package init(secret: Secret) { self.secret = secret }
}

/// The second half of a context token, as it stands in a path.
package struct ContextSecret: IssuedSecret {
    package static let prefix = "nom_context_"
    package let secret: Secret
    package init(secret: Secret) { self.secret = secret }
}
