// TLS on one connection of a server, without a socket: records in, bytes out, and back. Confined to its port's thread.

internal import COpenSSL
package import Platform

/// What a handshake has agreed on.
package struct TLSAgreement: Hashable, Sendable {
    package enum Version: String, Hashable, Sendable, CaseIterable {
        case tls12 = "1.2"
        case tls13 = "1.3"
    }

    package let version: Version
    /// Whether it went on from an earlier session, without proof by certificate.
    package let isResumed: Bool

    package init(version: Version, isResumed: Bool) {
        self.version = version
        self.isResumed = isResumed
    }
}

/// The server's side of one TLS connection.
package final class TLSSession {
    /// What came of some records.
    package enum Outcome: Hashable, Sendable {
        /// So many bytes lie in the port's `plaintext`; 0 while a record is not complete.
        case bytes(Int)
        /// As `bytes`, and the client has said that nothing will follow (close_notify).
        case ended(Int)
        /// Not TLS: what has come is the beginning of a request in the clear.
        case cleartext
        /// The client broke the rules; an alert that says so may be in the port's `output`.
        case failed(Failure)
    }

    /// Why a connection cannot go on, for counting.
    package enum Failure: String, Hashable, Sendable, CaseIterable {
        /// No protocol version, cipher, group or signature in common.
        case noAgreement = "no_agreement"
        /// ALPN without `http/1.1`.
        case noApplicationProtocol = "no_application_protocol"
        /// The client refused, most often the certificate.
        case alert
        /// Anything that is not TLS, or not what comes next in it.
        case malformed
    }

    private enum State { case begun, handshake, open, ended, failed }

    private let ssl: OpaquePointer
    private let port: TLSPort
    /// Held because OpenSSL's callbacks find it by its address.
    private let context: TLSContext
    private var state = State.begun

    /// - Throws: `ENOMEM` when OpenSSL has no memory.
    package init(_ context: TLSContext, port: TLSPort) throws(SystemError) {
        OpenSSLError.clear()
        guard let ssl = SSL_new(context.first) else {
            OpenSSLError.clear()
            throw Self.noMemory
        }
        guard let bio = BIO_new(port.method) else {
            SSL_free(ssl)
            throw Self.noMemory
        }
        self.ssl = ssl
        self.port = port
        self.context = context
        // The session holds its port, so the address stays good.
        BIO_set_data(bio, Unmanaged.passUnretained(port).toOpaque())
        BIO_set_init(bio, 1)
        // One reference serves for both directions (SSL_set_bio(3)).
        SSL_set_bio(ssl, bio, bio)
        SSL_set_accept_state(ssl)
    }

    deinit { SSL_free(ssl) }

    private static let noMemory = SystemError(code: 12, operation: "SSL_new")

    /// Whether the handshake is over and bytes can be sent.
    package var isOpen: Bool { state == .open || state == .ended }

    /// What was agreed on; nil before the end of the handshake.
    package var agreement: TLSAgreement? {
        guard isOpen else { return nil }
        return TLSAgreement(
            version: SSL_version(ssl) == TLS1_3_VERSION ? .tls13 : .tls12, isResumed: SSL_session_reused(ssl) == 1)
    }

    /// Takes records as they come, cut anywhere; what has to be sent in return is appended to the port's `output`.
    /// - Parameter records: not empty, and at most as many bytes as the port was made for.
    package func receive(_ records: UnsafeRawBufferPointer) -> Outcome {
        switch state {
        case .ended: return .ended(0)
        case .failed: return .failed(.malformed)
        case .begun:
            // A first record is a handshake's (22) or an alert (21); a method's name is in capitals.
            if let first = records.first, (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(first) {
                state = .failed
                return .cleartext
            }
            state = .handshake
        case .handshake, .open: break
        }
        return port.withInput(records) { drain() }
    }

    private func drain() -> Outcome {
        var count = 0
        while true {
            var taken = 0
            OpenSSLError.clear()
            // There is always room: the port's buffer holds everything one call can decrypt.
            let code = SSL_read_ex(
                ssl, port.plaintext.baseAddress.map { $0 + count }, port.plaintext.count - count, &taken)
            if state == .handshake, SSL_is_init_finished(ssl) == 1 { state = .open }
            if code == 1 {
                count += taken
                continue
            }
            switch SSL_get_error(ssl, code) {
            case SSL_ERROR_WANT_READ: return .bytes(count)
            case SSL_ERROR_ZERO_RETURN:
                state = .ended
                return .ended(count)
            default:
                state = .failed
                return .failed(Self.failure())
            }
        }
    }

    private static func failure() -> Failure {
        let reason = OpenSSLError.lastReasonCode()
        OpenSSLError.clear()
        switch reason {
        case SSL_R_NO_APPLICATION_PROTOCOL: return .noApplicationProtocol
        case SSL_R_NO_SHARED_CIPHER, SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_NO_SUITABLE_KEY_SHARE,
            SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS, SSL_R_VERSION_TOO_LOW, SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM,
            SSL_R_NO_SHARED_GROUPS:
            return .noAgreement
        // Alerts of the other side are their number above this base.
        case SSL_AD_REASON_OFFSET...(SSL_AD_REASON_OFFSET + 255): return .alert
        default: return .malformed
        }
    }

    /// Encrypts all of it; the records are appended to the port's `output`. False when the session cannot go on.
    package func send(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard isOpen else { return false }
        guard bytes.count > 0 else { return true }
        OpenSSLError.clear()
        var written = 0
        guard SSL_write_ex(ssl, bytes.baseAddress, bytes.count, &written) == 1, written == bytes.count else {
            OpenSSLError.clear()
            state = .failed
            return false
        }
        return true
    }

    /// Says that nothing more will be sent (close_notify); once is enough, and before the handshake's end there is nobody
    /// to say it to.
    package func endOutput() {
        guard isOpen, SSL_get_shutdown(ssl) & SSL_SENT_SHUTDOWN == 0 else { return }
        OpenSSLError.clear()
        _ = SSL_shutdown(ssl)
        OpenSSLError.clear()
    }
}
