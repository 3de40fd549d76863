// Where an operator keeps one certificate and its key, and what can be wrong with them. Immutable values.

package import Platform

/// The two PEM files of one certificate.
package struct CertificateFiles: Hashable, Sendable {
    /// The server's certificate, then those of the authorities between it and a root.
    package let certificate: String
    /// The private key, without a passphrase.
    package let key: String

    package init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }
}

/// Why certificates cannot be used: the file, what was found in it, and what was expected.
package struct CertificateFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file it is about.
    package let path: String
    /// What was found and what was expected; never a byte of a key.
    package let reason: String

    package init(path: String, reason: String) {
        self.path = path
        self.reason = reason
    }

    package var description: String { "\(path): \(reason)" }
}

/// What the operator is told about a certificate in use.
package struct CertificateSummary: Hashable, Sendable {
    /// The file it came from.
    package let path: String
    /// The names it is for, as its own extension lists them.
    package let names: [String]
    /// When it begins to be valid.
    package let begins: UnixTime
    /// When it ends to be valid.
    package let expires: UnixTime
    /// What works but is not as it should be: most often some clients will refuse it. Empty is as it should be.
    package private(set) var warnings: [String]

    func adding(warning: String) -> CertificateSummary {
        var copy = self
        copy.warnings.append(warning)
        return copy
    }
}
