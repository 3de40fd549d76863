// The PEM texts that libcurl reads at every TLS connection, at addresses that stay. Owned by the client's thread.

internal import Glibc
internal import Platform

/// Own authorities and the client's identity, as C wants them; wiped when it goes.
final class TLSMaterial {
    let authorities: UnsafeRawBufferPointer?
    let certificateChain: UnsafeRawBufferPointer?
    let privateKey: UnsafeRawBufferPointer?

    init(_ settings: ClientSettings) {
        authorities = settings.certificateAuthorities.map(Self.copy)
        certificateChain = settings.identity.map { Self.copy($0.certificateChain) }
        privateKey = settings.identity.map { Self.copy($0.privateKey.reveal()) }
    }

    deinit {
        for buffer in [authorities, certificateChain, privateKey] {
            guard let buffer, let base = buffer.baseAddress else { continue }
            // The buffers were allocated writable here, and libcurl is done with them.
            explicit_bzero(UnsafeMutableRawPointer(mutating: base), buffer.count)
            buffer.deallocate()
        }
    }

    private static func copy(_ bytes: [UInt8]) -> UnsafeRawBufferPointer {
        // At least one byte, so that there is an address: an empty text is an error for libcurl to tell, not "none".
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, bytes.count), alignment: 1)
        buffer.initializeMemory(as: UInt8.self, repeating: 0)
        buffer.copyBytes(from: bytes)
        return UnsafeRawBufferPointer(buffer)
    }
}
