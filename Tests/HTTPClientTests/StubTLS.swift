// Certificates and TLS settings for servers under test. Immutable once made.

internal import CStubTLS
internal import Glibc

/// A certificate and its key, as PEM.
struct StubCertificate: Sendable {
    let certificate: String
    let key: String

    struct Failure: Error {}

    /// - Parameters:
    ///   - names: for whom, as `IP:127.0.0.1,DNS:crm.test`.
    ///   - begins: seconds from now, as `ends`.
    ///   - issuer: nil: it signs itself.
    init(
        names: String? = "IP:127.0.0.1,DNS:crm.test", subject: String = "stub", begins: Int = -3_600, ends: Int = 3_600,
        isAuthority: Bool = false, issuer: StubCertificate? = nil
    ) throws {
        var certificate: UnsafeMutablePointer<CChar>?
        var key: UnsafeMutablePointer<CChar>?
        defer {
            free(certificate)
            free(key)
        }
        guard
            stub_certificate(
                subject, names, begins, ends, isAuthority ? 1 : 0, issuer?.certificate, issuer?.key, &certificate, &key)
                == 1, let certificate, let key
        else { throw Failure() }
        self.certificate = String(cString: certificate)
        self.key = String(cString: key)
    }

    static func authority() throws -> StubCertificate {
        try StubCertificate(names: nil, subject: "Stub authority", isAuthority: true)
    }
}

/// TLS settings of a stub server.
final class StubTLS: @unchecked Sendable {
    // Sendable: OpenSSL counts references to a context and locks what its connections share.
    let context: OpaquePointer

    init(_ own: StubCertificate, http2: Bool = false, clientAuthority: StubCertificate? = nil) throws {
        guard
            let context = stub_context_new(own.certificate, own.key, http2 ? 1 : 0, clientAuthority?.certificate)
        else { throw StubCertificate.Failure() }
        self.context = context
    }

    deinit { stub_context_free(context) }
}
