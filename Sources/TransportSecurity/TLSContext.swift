// What all TLS connections of a server share: certificates, policy, ticket keys. Immutable after init; a change of
// certificates makes another one, and connections keep the one they began with.

internal import COpenSSL
package import Platform

/// Certificates and policy of a server, ready for connections on any thread.
///
/// The policy is Mozilla's "intermediate" without its finite-field exchanges, which cost the server far more than the
/// client: TLS 1.2 and 1.3, forward secrecy and authenticated encryption only. There is no compression, no renegotiation
/// and no early data.
package final class TLSContext: @unchecked Sendable {
    // Sendable: `contexts` are set up in init and then only read, which OpenSSL allows from any thread.

    /// Certificates of one server: enough for every name of an installation; each costs about 30 KiB.
    package static let certificatesMax = 64
    /// How long a ticket may be used to resume: the life of a ticket's key.
    private static let sessionSeconds = Int(TicketKeys.lifetime.components.seconds)
    private static let ciphers =
        "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
        + "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305"
    private static let groups = "X25519:P-256:P-384"
    /// The one protocol spoken here, as RFC 7301 §3.1 writes lists of them.
    private static let protocols: StaticString = "\u{8}http/1.1"

    /// What is in use, in the order given; the first is shown to clients that ask for no name, or for an unknown one.
    package let certificates: [CertificateSummary]
    private let identities: [ServerIdentity]
    /// For each identity those of other kinds of keys that may stand in for it, itself first: a client gets the one that
    /// it can check.
    private let alternatives: [[Int]]
    private let tickets: TicketKeys
    private var contexts: [OpaquePointer] = []

    /// Reads and checks every file.
    /// - Throws: for the first file that cannot be used.
    package init(_ files: [CertificateFiles], tickets: TicketKeys, now: UnixTime) throws(CertificateFailure) {
        precondition((1...Self.certificatesMax).contains(files.count), "1 to \(Self.certificatesMax) certificates")
        var identities: [ServerIdentity] = []
        for pair in files { identities.append(try ServerIdentity(pair, now: now)) }
        self.identities = identities
        self.tickets = tickets
        alternatives = identities.indices.map { Self.alternatives(to: $0, among: identities) }
        certificates = identities.indices.map { Self.summary(of: $0, among: identities) }
        for places in alternatives { contexts.append(try make(places.map { identities[$0] })) }
    }

    deinit {
        for context in contexts { SSL_CTX_free(context) }
    }

    /// The context new connections begin with; OpenSSL moves them to another one when the client names it.
    var first: OpaquePointer { contexts[0] }

    /// The identity itself and, for every other kind of key, the first one that has all of its names.
    private static func alternatives(to place: Int, among identities: [ServerIdentity]) -> [Int] {
        var kinds: Set = [identities[place].keyKind]
        let others = identities.indices.filter { other in
            identities[other].hasNames(of: identities[place]) && kinds.insert(identities[other].keyKind).inserted
        }
        return [place] + others
    }

    /// What is told of an identity, with a warning when no client can ever be shown it.
    private static func summary(of place: Int, among identities: [ServerIdentity]) -> CertificateSummary {
        let own = identities[place]
        let hiding = identities[..<place].first { $0.keyKind == own.keyKind && $0.hasNames(of: own) }
        guard let hiding else { return own.summary }
        return own.summary.adding(
            warning: "no client is shown it: \(hiding.summary.path) has the same kind of key and all of its names")
    }

    /// - Parameter group: certificates with keys of different kinds; OpenSSL shows each client one that it can check.
    private func make(_ group: [ServerIdentity]) throws(CertificateFailure) -> OpaquePointer {
        let path = group[0].summary.path
        OpenSSLError.clear()
        guard let context = SSL_CTX_new(TLS_server_method()) else {
            throw CertificateFailure(path: path, reason: OpenSSLError.takeReason())
        }
        var isDone =
            no_tls_set_versions(context) == 1 && SSL_CTX_set_cipher_list(context, Self.ciphers) == 1
            && no_tls_set_groups(context, Self.groups) == 1
        for identity in group {
            isDone =
                isDone && SSL_CTX_use_certificate(context, identity.certificate) == 1
                && SSL_CTX_use_PrivateKey(context, identity.key) == 1
            // The chain is that of the certificate set last.
            for certificate in identity.chain { isDone = isDone && no_tls_add_chain(context, certificate) == 1 }
        }
        // Sessions are kept by the clients, in tickets; the server remembers none. The id keeps them apart from those of
        // other programs with the same keys.
        isDone = isDone && SSL_CTX_set_session_id_context(context, [1], 1) == 1
        guard isDone else {
            let reason = OpenSSLError.takeReason()
            SSL_CTX_free(context)
            throw CertificateFailure(path: path, reason: "OpenSSL refuses this certificate: \(reason)")
        }
        no_tls_set_behaviour(context)
        SSL_CTX_set_timeout(context, Self.sessionSeconds)
        // The callbacks find this object by these pointers. It outlives every connection that can call them, because a
        // session holds it.
        let own = Unmanaged.passUnretained(self).toOpaque()
        SSL_CTX_set_ex_data(context, 0, own)
        no_tls_set_name_callback(
            context,
            { ssl, _, argument in
                guard let ssl, let argument else { return SSL_TLSEXT_ERR_NOACK }
                return Unmanaged<TLSContext>.fromOpaque(argument).takeUnretainedValue().chooseCertificate(ssl)
            }, own)
        SSL_CTX_set_alpn_select_cb(
            context,
            { _, chosen, length, offered, count, _ in TLSContext.chooseProtocol(chosen, length, offered, count) },
            nil)
        SSL_CTX_set_tlsext_ticket_key_evp_cb(context) { ssl, name, vector, cipher, mac, isSealing in
            guard let ssl, let name, let vector, let cipher, let mac,
                let own = SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), 0)
            else { return -1 }
            return Unmanaged<TLSContext>.fromOpaque(own).takeUnretainedValue().tickets.prepare(
                name: name, vector: vector, cipher: cipher, mac: mac, isSealing: isSealing != 0)
        }
        return context
    }

    /// RFC 6066 §3: the certificates for the name the client asks for; an exact name before a wildcard, then the choice of
    /// kinds of keys, then the order given.
    private func chooseCertificate(_ ssl: OpaquePointer) -> Int32 {
        guard contexts.count > 1, let name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name) else {
            return SSL_TLSEXT_ERR_OK
        }
        if let place = place(of: name, wildcards: false) ?? place(of: name, wildcards: true) {
            SSL_set_SSL_CTX(ssl, contexts[place])
        }
        return SSL_TLSEXT_ERR_OK
    }

    private func place(of name: UnsafePointer<CChar>, wildcards: Bool) -> Int? {
        var best: Int?
        for (place, identity) in identities.enumerated() where identity.covers(name, wildcards: wildcards) {
            if let best, alternatives[best].count >= alternatives[place].count { continue }
            best = place
        }
        return best
    }

    /// RFC 7301 §3.2: no protocol in common is a fatal `no_application_protocol`.
    private static func chooseProtocol(
        _ chosen: UnsafeMutablePointer<UnsafePointer<UInt8>?>?, _ length: UnsafeMutablePointer<UInt8>?,
        _ offered: UnsafePointer<UInt8>?, _ count: UInt32
    ) -> Int32 {
        let own = UnsafeBufferPointer(start: protocols.utf8Start, count: protocols.utf8CodeUnitCount)
        let list = UnsafeBufferPointer(start: offered, count: Int(count))
        var start = 0
        // OpenSSL has checked that the lengths add up.
        while start < list.count {
            let next = min(start + 1 + Int(list[start]), list.count)
            if UnsafeBufferPointer(rebasing: list[start..<next]).elementsEqual(own) {
                chosen?.pointee = own.baseAddress.map { $0 + 1 }
                length?.pointee = UInt8(own.count - 1)
                return SSL_TLSEXT_ERR_OK
            }
            start = next
        }
        return SSL_TLSEXT_ERR_ALERT_FATAL
    }
}
