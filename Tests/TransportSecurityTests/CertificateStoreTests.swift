import Glibc
import Platform
import TestSupport
import Testing
import TransportSecurity

@Suite struct `A certificate store` {
    private let authority: Authority
    private let files: CertificateFiles

    init() throws {
        authority = try Authority()
        files = try authority.files("server", names: "DNS:a.test,DNS:*.b.test,IP:127.0.0.1")
    }

    /// The common name a client is shown, and how many certificates with it.
    private func shown(_ store: CertificateStore, _ name: String?) throws -> (name: String, count: Int) {
        let client = try TLSClient(authority: authority.authority, name: name)
        let pair = try SessionPair(store, client)
        do throws(TLSClient.Failure) { try pair.exchange() } catch {
            // The wrong name: what was shown is told all the same.
            return ("refused", 0)
        }
        return client.peer
    }

    @Test func `tells what it has read`() throws {
        let store = try authority.store([files])
        let summary = try #require(store.present.certificates.first)
        #expect(summary.names == ["a.test", "*.b.test", "127.0.0.1"])
        #expect(summary.path == files.certificate && summary.warnings.isEmpty)
        #expect(abs(summary.expires.seconds - UnixTime.now().seconds - 3_600) < 60)
        let peer = try shown(store, "a.test")
        #expect(peer.name == "server" && peer.count == 2)
    }

    @Test func `warns of a certificate that clients will refuse`() throws {
        let old = try authority.files("old", names: "DNS:a.test", ends: -60)
        let young = try StubCertificate(names: "DNS:a.test", begins: 600, ends: 3_600)
        let nameless = try StubCertificate(names: nil, issuer: authority.authority)
        let stranger = try StubCertificate.authority()
        func summary(_ files: CertificateFiles) throws -> [String] {
            try #require(authority.store([files]).present.certificates.first).warnings
        }
        #expect(try summary(old).first?.hasPrefix("it expired on ") == true)
        func write(_ text: String, _ key: String) throws -> CertificateFiles {
            CertificateFiles(
                certificate: try authority.folder.write("w.pem", text), key: try authority.key("w.key", key))
        }
        #expect(try summary(write(young.certificate, young.key)).first?.hasPrefix("it is valid only from ") == true)
        #expect(
            try summary(write(nameless.certificate, nameless.key))
                == ["it has no subject alternative name, which clients demand"])
        let issued = try StubCertificate(names: "DNS:a.test", issuer: authority.authority)
        #expect(
            try summary(write(issued.certificate + stranger.certificate, issued.key))
                == ["certificate 2 of the file is not the issuer of certificate 1"])
    }

    @Test(
        arguments: [
            (0o600, false), (0o400, false), (0o640, false), (0o440, false), (0o644, true), (0o604, true), (0o620, true),
            (0o602, true), (0o660, true), (0o601, true),
        ] as [(mode_t, Bool)])
    func `warns of a key that others can read or change`(mode: mode_t, isDoubtful: Bool) throws {
        let own = try StubCertificate(names: "DNS:a.test", issuer: authority.authority)
        let files = CertificateFiles(
            certificate: try authority.folder.write("m.pem", own.certificate),
            key: try authority.key("m.key", own.key, mode: mode))
        let warnings = try #require(authority.store([files]).present.certificates.first).warnings
        #expect(
            warnings
                == (isDoubtful
                    ? ["others can read or change its key \(files.key) (mode \(String(mode, radix: 8))); chmod 600"]
                    : []))
    }

    @Test func `says which file cannot be used, what is in it, and what was expected`() throws {
        let folder = authority.folder
        let own = try StubCertificate(names: "DNS:a.test", issuer: authority.authority)
        let other = try StubCertificate(names: "DNS:a.test", issuer: authority.authority)
        let certificate = own.certificate
        let broken = certificate.replacing("MII", with: "M+I", maxReplacements: 1)
        let request = "-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----\n"
        let locked = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n"
        let rows: [(certificate: String, key: String, isCertificate: Bool, reason: String)] = [
            ("", own.key, true, "no certificate found (the file is empty)"),
            ("hello\n", own.key, true, "no certificate found (it holds no PEM of that kind)"),
            ("0\u{82}", own.key, true, "no certificate found (it looks like DER)"),
            (own.key, own.key, true, "no certificate found (it holds a private key)"),
            (request, own.key, true, "no certificate found (it holds a request for a certificate)"),
            (broken, own.key, true, "certificate 1 of this file cannot be read"),
            (certificate + broken, own.key, true, "certificate 2 of this file cannot be read"),
            (String(certificate.dropLast(30)), own.key, true, "certificate 1 of this file cannot be read"),
            (authority.authority.certificate + certificate, own.key, true, "certificate 2 belongs to the key"),
            (String(repeating: certificate, count: 11), own.key, true, "more than 10 certificates found"),
            (String(repeating: "\n", count: 131_073), own.key, true, "more than 131072 bytes found"),
            (certificate, "", false, "no private key found (the file is empty)"),
            (certificate, certificate, false, "no private key found (it holds a certificate)"),
            (certificate, locked, false, "the private key has a passphrase"),
            (certificate, String(own.key.dropLast(40)), false, "the private key cannot be read"),
            (certificate, other.key, false, "this key does not belong to the certificate in "),
        ]
        for (number, row) in rows.enumerated() {
            let files = CertificateFiles(
                certificate: try folder.write("\(number).pem", row.certificate),
                key: try folder.write("\(number).key", row.key))
            let error = #expect(throws: CertificateFailure.self) { try authority.store([files]) }
            #expect(error?.path == (row.isCertificate ? files.certificate : files.key), "row \(number): \(error)")
            #expect(error?.reason.hasPrefix(row.reason) == true, "row \(number): \(error)")
        }
        let absent = CertificateFiles(certificate: folder.file("absent"), key: files.key)
        let error = #expect(throws: CertificateFailure.self) { try authority.store([files, absent]) }
        #expect(error?.description == "\(folder.file("absent")): cannot be opened: No such file or directory")
        #expect(throws: CertificateFailure.self) {
            try authority.store([CertificateFiles(certificate: folder.path, key: files.key)])
        }
    }

    @Test func `takes ten certificates in one file`() throws {
        let own = try StubCertificate(names: "DNS:a.test", issuer: authority.authority)
        let text = own.certificate + String(repeating: authority.authority.certificate, count: 9)
        let files = CertificateFiles(
            certificate: try authority.folder.write("ten.pem", text),
            key: try authority.folder.write("ten.key", own.key))
        #expect(try shown(authority.store([files]), "a.test").count == 10)
    }

    @Test func `shows each client the certificate of the name it asks for`() throws {
        let store = try authority.store([
            files, authority.files("second", names: "DNS:c.test,DNS:x.b.test"),
            authority.files("third", names: "DNS:*.c.test"),
        ])
        let rows: [(String?, String)] = [
            ("a.test", "server"), ("A.Test", "server"), ("y.b.test", "server"), ("x.b.test", "second"),
            ("c.test", "second"), ("d.c.test", "third"), (nil, "server"), ("e.d.c.test", "refused"),
            ("unknown.test", "refused"), ("b.test", "refused"),
        ]
        for (name, expected) in rows { #expect(try shown(store, name).name == expected, "\(name ?? "none")") }
    }

    /// What a client is shown that can check only one kind of key.
    private func shown(_ store: CertificateStore, _ name: String?, rsa: Bool) throws -> String {
        let client = try TLSClient(
            authority: authority.authority, name: name, version: 12,
            ciphers: rsa ? "ECDHE-RSA-AES128-GCM-SHA256" : "ECDHE-ECDSA-AES128-GCM-SHA256")
        let pair = try SessionPair(store, client)
        do throws(TLSClient.Failure) { try pair.exchange() } catch { return "refused" }
        return client.peer.name
    }

    @Test func `shows each client the kind of key it can check, in whatever order the files are given`() throws {
        let names = "DNS:a.test,DNS:*.b.test,IP:127.0.0.1"
        let rsa = try authority.files("rsa", names: names.replacing("a.test", with: "A.test"), isRSA: true)
        for files in [[files, rsa], [rsa, files]] {
            let store = try authority.store(files)
            #expect(store.present.certificates.allSatisfy { $0.warnings.isEmpty })
            for name in ["a.test", "x.b.test"] {
                #expect(try shown(store, name, rsa: true) == "rsa")
                #expect(try shown(store, name, rsa: false) == "server")
            }
            // Each brings its own chain; without a name it is the same pair.
            #expect(try shown(store, "a.test").count == 2)
            #expect(try ["rsa", "server"].contains(shown(store, nil).name))
        }
    }

    @Test func `lets a certificate of another kind stand in only where it has all names`() throws {
        let wide = try authority.files("wide", names: "DNS:a.test,DNS:w.test", isRSA: true)
        let narrow = try authority.files("narrow", names: "DNS:a.test")
        let other = try authority.files("other", names: "DNS:o.test")
        let rows: [(name: String, rsa: Bool, expected: String)] = [
            ("a.test", true, "wide"), ("a.test", false, "narrow"), ("w.test", true, "wide"),
            ("w.test", false, "refused"), ("o.test", false, "other"), ("o.test", true, "refused"),
        ]
        for files in [[wide, narrow, other], [other, narrow, wide]] {
            let store = try authority.store(files)
            for row in rows {
                #expect(try shown(store, row.name, rsa: row.rsa) == row.expected, "\(row)")
            }
        }
    }

    @Test func `warns of a certificate that another one hides`() throws {
        let double = try authority.files("double", names: "DNS:a.test")
        let rsa = try authority.files("rsa", names: "DNS:a.test", isRSA: true)
        let store = try authority.store([files, rsa, double])
        #expect(
            store.present.certificates.map(\.warnings) == [
                [], [], ["no client is shown it: \(files.certificate) has the same kind of key and all of its names"],
            ])
        #expect(try shown(store, "a.test", rsa: false) == "server")
    }

    @Test func `takes changed files, and keeps what it has when one of them is bad`() throws {
        let store = try authority.store([files])
        let before = try SessionPair(store, TLSClient(authority: authority.authority, name: "a.test"))
        try before.exchange()
        let next = try StubCertificate(names: "DNS:a.test", subject: "next", issuer: authority.authority)
        try authority.folder.write("server.pem", next.certificate)
        let error = #expect(throws: CertificateFailure.self) { try store.reload() }
        #expect(error?.path == files.key)
        #expect(try shown(store, "a.test").name == "server")
        try authority.folder.write("server.key", next.key)
        #expect(try store.reload().map(\.names) == [["a.test"]])
        #expect(try shown(store, "a.test") == ("next", 1))
        // The connection from before goes on.
        before.client.send([1])
        try before.exchange()
        #expect(before.received == [1] && before.send([2]))
        var text = MetricsText()
        store.write(to: &text)
        let metrics = String(decoding: text.bytes, as: UTF8.self)
        #expect(metrics.contains("tls_certificate_reloads_total{result=\"taken\"} 1\n"))
        #expect(metrics.contains("tls_certificate_reloads_total{result=\"refused\"} 1\n"))
        #expect(metrics.contains("tls_certificate_expiry_timestamp_seconds{certificate=\"1\"} "))
    }
}
