// Certificates for servers under test, made on the spot. Immutable once made.

internal import CStubTLS
internal import Glibc

/// A certificate and its key, as PEM.
package struct StubCertificate: Sendable {
    /// The certificate.
    package let certificate: String
    /// Its key.
    package let key: String

    /// OpenSSL would not make it.
    package struct Failure: Error {
        package init() {}
    }

    /// Makes a key and a certificate for it.
    /// - Parameters:
    ///   - names: for whom, as `IP:127.0.0.1,DNS:crm.test`.
    ///   - begins: seconds from now, as `ends`.
    ///   - issuer: nil: it signs itself.
    ///   - isRSA: with a key for RSA (2,048 bits), otherwise for ECDSA (P-256).
    package init(
        names: String? = "IP:127.0.0.1,DNS:crm.test", subject: String = "stub", begins: Int = -3_600, ends: Int = 3_600,
        isAuthority: Bool = false, issuer: StubCertificate? = nil, isRSA: Bool = false
    ) throws {
        var certificate: UnsafeMutablePointer<CChar>?
        var key: UnsafeMutablePointer<CChar>?
        defer {
            free(certificate)
            free(key)
        }
        guard
            stub_certificate(
                subject, names, begins, ends, isAuthority ? 1 : 0, isRSA ? 1 : 0, issuer?.certificate, issuer?.key,
                &certificate, &key) == 1, let certificate, let key
        else { throw Failure() }
        self.certificate = String(cString: certificate)
        self.key = String(cString: key)
    }

    /// One that signs itself and others.
    package static func authority() throws -> StubCertificate {
        try StubCertificate(names: nil, subject: "Stub authority", isAuthority: true)
    }
}
