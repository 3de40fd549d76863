// TLS settings for servers under test. Immutable once made.

internal import CStubTLS
internal import TestSupport

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
