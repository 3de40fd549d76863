// One certificate chain with its key, read and checked. Owns OpenSSL's objects; immutable after init.

internal import COpenSSL
internal import Glibc
internal import Platform

/// A certificate, the chain behind it and the key, as OpenSSL holds them.
final class ServerIdentity: @unchecked Sendable {
    // Sendable: the three are never changed after init, and OpenSSL counts references to them atomically.
    let certificate: OpaquePointer
    let chain: [OpaquePointer]
    let key: OpaquePointer
    let summary: CertificateSummary
    /// Which kind of key it is (RSA, elliptic curve, Ed25519 …), as OpenSSL numbers them.
    let keyKind: Int32
    /// The names in lower case, for comparing.
    private let names: Set<String>

    /// A chain of five with RSA-4096 keys takes 12 KiB; a bundle of a whole trust store, taken by mistake, 220.
    static let fileBytesMax = 131_072
    /// Certificates of one file: longer chains than this no client accepts.
    static let chainMax = 10
    /// Names of one certificate kept for the summary.
    private static let namesMax = 100

    /// Reads both files.
    /// - Throws: with the file, what was found and what was expected.
    init(_ files: CertificateFiles, now: UnixTime) throws(CertificateFailure) {
        var certificates = try Self.certificates(files.certificate)
        let first = certificates.removeFirst()
        let read: (key: OpaquePointer, warning: String?)
        do throws(CertificateFailure) {
            read = try Self.key(files.key)
        } catch {
            Self.free([first] + certificates)
            throw error
        }
        let key = read.key
        var failure: CertificateFailure?
        if X509_check_private_key(first, key) != 1 {
            OpenSSLError.clear()
            let place = certificates.firstIndex { X509_check_private_key($0, key) == 1 }
            OpenSSLError.clear()
            if let place {
                failure = CertificateFailure(
                    path: files.certificate,
                    reason: "certificate \(place + 2) belongs to the key; the server's own certificate must come first")
            } else {
                failure = CertificateFailure(
                    path: files.key,
                    reason: "this key does not belong to the certificate in \(files.certificate); expected its "
                        + "private key")
            }
        }
        if let failure {
            Self.free([first] + certificates)
            EVP_PKEY_free(key)
            throw failure
        }
        certificate = first
        chain = certificates
        self.key = key
        let summary = Self.summary(files.certificate, [first] + certificates, now: now)
        self.summary = read.warning.map { summary.adding(warning: $0) } ?? summary
        keyKind = EVP_PKEY_get_base_id(key)
        names = Set(summary.names.map { $0.lowercased() })
    }

    deinit {
        Self.free([certificate] + chain)
        EVP_PKEY_free(key)
    }

    /// Whether a client that asks for this name may be shown the certificate; the name is in lower case or not.
    func covers(_ name: UnsafePointer<CChar>, wildcards: Bool) -> Bool {
        // RFC 6125 §6.4.3: the wildcard is a whole left-most label.
        let flags = wildcards ? X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS : X509_CHECK_FLAG_NO_WILDCARDS
        return X509_check_host(certificate, name, 0, UInt32(flags), nil) == 1
    }

    /// Whether it is for every name that `other` is for; one without names stands in for nobody and nobody for it.
    func hasNames(of other: ServerIdentity) -> Bool { !other.names.isEmpty && other.names.isSubset(of: names) }

    private static func free(_ certificates: [OpaquePointer]) {
        for certificate in certificates { X509_free(certificate) }
    }

    // MARK: Files

    private static func certificates(_ path: String) throws(CertificateFailure) -> [OpaquePointer] {
        let bytes = try read(path).bytes
        var found: [OpaquePointer] = []
        do throws(CertificateFailure) {
            try withMemory(bytes) { bio throws(CertificateFailure) in
                OpenSSLError.clear()
                while let certificate = PEM_read_bio_X509(bio, nil, nil, nil) {
                    found.append(certificate)
                    guard found.count <= chainMax else {
                        throw CertificateFailure(
                            path: path,
                            reason: "more than \(chainMax) certificates found; expected the server's own, then those "
                                + "between it and a root")
                    }
                }
                let code = OpenSSLError.lastReasonCode()
                let reason = OpenSSLError.takeReason()
                // PEM_R_NO_START_LINE is how the end of the file is told.
                guard code == PEM_R_NO_START_LINE else {
                    throw CertificateFailure(
                        path: path, reason: "certificate \(found.count + 1) of this file cannot be read: \(reason)")
                }
            }
            guard !found.isEmpty else {
                throw CertificateFailure(
                    path: path,
                    reason: "no certificate found (\(content(bytes))); expected PEM that begins with "
                        + "-----BEGIN CERTIFICATE-----")
            }
        } catch {
            free(found)
            throw error
        }
        return found
    }

    /// - Returns: the key, and what is doubtful about its file.
    private static func key(_ path: String) throws(CertificateFailure) -> (key: OpaquePointer, warning: String?) {
        var file = try read(path)
        // The text of a key does not stay behind in memory; OpenSSL wipes its own.
        defer { wipe(&file.bytes) }
        OpenSSLError.clear()
        let isLocked = contains(file.bytes, "ENCRYPTED")
        let key = withMemory(file.bytes) { bio in
            // A passphrase is never asked for: the callback says that there is none.
            PEM_read_bio_PrivateKey(bio, nil, { _, _, _, _ in -1 }, nil)
        }
        let reason = OpenSSLError.takeReason()
        if let key { return (key, doubt(about: path, file.mode)) }
        if isLocked {
            throw CertificateFailure(
                path: path, reason: "the private key has a passphrase; expected one without (openssl pkey removes it)")
        }
        // OpenSSL 3 calls every other file "unsupported", whatever is in it.
        if !contains(file.bytes, "PRIVATE KEY-----") {
            throw CertificateFailure(
                path: path,
                reason: "no private key found (\(content(file.bytes))); expected PEM that begins with "
                    + "-----BEGIN PRIVATE KEY-----")
        }
        throw CertificateFailure(path: path, reason: "the private key cannot be read: \(reason)")
    }

    /// A key that others can read is taken all the same: it worked yesterday, and a server that does not start helps
    /// nobody. The rule is that of the key for secrets at rest.
    private static func doubt(about path: String, _ mode: mode_t) -> String? {
        guard mode & S_IFMT == S_IFREG, mode & 0o027 != 0 else { return nil }
        return "others can read or change its key \(path) (mode \(String(mode & 0o777, radix: 8))); chmod 600"
    }

    /// Overwrites bytes where they are. They must not have been copied.
    private static func wipe(_ bytes: inout [UInt8]) {
        bytes.withUnsafeMutableBytes { buffer in
            if let base = buffer.baseAddress { explicit_bzero(base, buffer.count) }
        }
    }

    /// What a file that is not the right one seems to be.
    private static func content(_ bytes: [UInt8]) -> String {
        if bytes.isEmpty { return "the file is empty" }
        if contains(bytes, "PRIVATE KEY-----") { return "it holds a private key" }
        if contains(bytes, "BEGIN CERTIFICATE REQUEST") { return "it holds a request for a certificate" }
        if contains(bytes, "BEGIN CERTIFICATE") { return "it holds a certificate" }
        return bytes.first == 0x30 ? "it looks like DER" : "it holds no PEM of that kind"
    }

    private static func contains(_ bytes: [UInt8], _ text: StaticString) -> Bool {
        text.withUTF8Buffer { wanted in
            guard bytes.count >= wanted.count else { return false }
            for start in 0...(bytes.count - wanted.count)
            where bytes[start] == wanted[0] && bytes[start..<start + wanted.count].elementsEqual(wanted) {
                return true
            }
            return false
        }
    }

    private static func withMemory<Result, Failure: Error>(
        _ bytes: [UInt8], _ body: (OpaquePointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        // OpenSSL takes a copy: an empty array has no address to give it.
        guard let bio = BIO_new(BIO_s_mem()) else { preconditionFailure("no memory for a certificate") }
        defer { BIO_free(bio) }
        _ = BIO_write(bio, bytes, Int32(bytes.count))
        return try body(bio)
    }

    /// The content of a file, in the one buffer that it was read into: what is wiped there is nowhere else.
    private static func read(_ path: String) throws(CertificateFailure) -> (bytes: [UInt8], mode: mode_t) {
        let raw = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard raw >= 0 else {
            throw CertificateFailure(path: path, reason: "cannot be opened: \(SystemError.last("open").reason)")
        }
        let descriptor = FileDescriptor(owning: raw)
        var status = stat()
        guard fstat(descriptor.rawValue, &status) == 0 else {
            throw CertificateFailure(path: path, reason: "cannot be read: \(SystemError.last("fstat").reason)")
        }
        var bytes = [UInt8](repeating: 0, count: fileBytesMax + 1)
        var count = 0
        while count < bytes.count {
            let part = bytes.withUnsafeMutableBytes {
                Glibc.read(descriptor.rawValue, $0.baseAddress.map { $0 + count }, $0.count - count)
            }
            if part < 0 {
                if errno == EINTR { continue }
                throw CertificateFailure(path: path, reason: "cannot be read: \(SystemError.last("read").reason)")
            }
            if part == 0 { break }
            count += part
        }
        guard count <= fileBytesMax else {
            wipe(&bytes)
            throw CertificateFailure(
                path: path, reason: "more than \(fileBytesMax) bytes found; expected one certificate chain or one key")
        }
        // Shortened in place: what is cut off was never written.
        bytes.removeLast(bytes.count - count)
        return (bytes, status.st_mode)
    }

    // MARK: What it is

    private static func summary(_ path: String, _ all: [OpaquePointer], now: UnixTime) -> CertificateSummary {
        let begins = time(X509_get0_notBefore(all[0]))
        let expires = time(X509_get0_notAfter(all[0]))
        var warnings: [String] = []
        if expires <= now { warnings.append("it expired on \(expires.rfc3339())") }
        if begins > now { warnings.append("it is valid only from \(begins.rfc3339())") }
        for index in 1..<max(1, all.count) where !isIssuer(all[index], of: all[index - 1]) {
            warnings.append("certificate \(index + 1) of the file is not the issuer of certificate \(index)")
        }
        let names = names(all[0])
        if names.isEmpty { warnings.append("it has no subject alternative name, which clients demand") }
        return CertificateSummary(path: path, names: names, begins: begins, expires: expires, warnings: warnings)
    }

    private static func isIssuer(_ issuer: OpaquePointer, of certificate: OpaquePointer) -> Bool {
        defer { OpenSSLError.clear() }
        return X509_check_issued(issuer, certificate) == X509_V_OK
            && X509_verify(certificate, X509_get0_pubkey(issuer)) == 1
    }

    private static func time(_ time: UnsafePointer<ASN1_TIME>?) -> UnixTime {
        var parts = tm()
        guard let time, ASN1_TIME_to_tm(time, &parts) == 1 else { return UnixTime(seconds: 0) }
        return UnixTime(seconds: Int64(timegm(&parts)))
    }

    /// The DNS names and addresses of the certificate, as OpenSSL prints them: `DNS:a.example, IP Address:192.0.2.1`.
    private static func names(_ certificate: OpaquePointer) -> [String] {
        let place = X509_get_ext_by_NID(certificate, NID_subject_alt_name, -1)
        guard place >= 0, let found = X509_get_ext(certificate, place), let bio = BIO_new(BIO_s_mem()) else {
            return []
        }
        defer { BIO_free(bio) }
        guard X509V3_EXT_print(bio, found, 0, 0) == 1 else { return [] }
        var text = [UInt8](repeating: 0, count: 65_536)
        let count = Int(BIO_read(bio, &text, Int32(text.count)))
        guard count > 0 else { return [] }
        let entries = text[..<count].split(separator: UInt8(ascii: ",")).prefix(namesMax)
        return entries.compactMap { entry in
            guard let colon = entry.firstIndex(of: UInt8(ascii: ":")) else { return nil }
            // What an authority has signed is still not fit for a terminal as it is.
            let name = entry[(colon + 1)...].filter { $0 > 0x20 && $0 < 0x7f }
            return name.isEmpty ? nil : String(decoding: name, as: UTF8.self)
        }
    }
}
