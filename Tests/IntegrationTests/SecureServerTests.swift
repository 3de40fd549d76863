import Foundation
import JSONText
import Platform
import TestSupport
import Testing

@Suite("A server with TLS", .timeLimit(.minutes(3)))
struct SecureServerTests {
    private let authority: StubCertificate
    private let folder: TestFolder

    init() throws {
        authority = try StubCertificate.authority()
        folder = try TestFolder()
    }

    /// Writes a certificate and its key, and returns the options that name them.
    private func write(_ name: String, subject: String) throws -> [String] {
        let made = try StubCertificate(names: "DNS:\(name).test", subject: subject, issuer: authority)
        return [
            "--tls-certificate", try folder.write(name + ".pem", made.certificate),
            "--tls-key", try folder.write(name + ".key", made.key),
        ]
    }

    private func connect(_ fixture: LookupFixture, _ name: String) throws -> SecureConnection {
        try SecureConnection(fixture.client.endpoint, TLSClient(authority: authority, name: name))
    }

    @Test("Requests are answered over TLS, under each of its names, and the first line says https")
    func answers() throws {
        let fixture = try LookupFixture(
            write("a", subject: "first") + write("b", subject: "second"), folder: folder)
        let line = try JSONValue(parsing: Array(fixture.server.firstLine.utf8))
        #expect(line.object?["url"]?.string == "https://\(fixture.client.endpoint)")
        for (name, subject) in [("a.test", "first"), ("b.test", "second")] {
            let connection = try connect(fixture, name)
            #expect(connection.client.peer.name == subject)
            try connection.send(TestClient.bytes("GET", "/api/health"))
            #expect(try connection.readResponse().status == 200)
            // Without a public URL the documents say how they were asked for.
            try connection.send(TestClient.bytes("GET", "/integrations/3cx/numbers-online.crm.xml"))
            #expect(try connection.readResponse().text.contains("https://test"))
        }
        #expect(try fixture.client.get("/api/health").status == 400)
        fixture.server.signal(SIGTERM)
        #expect(fixture.server.waitForExit() == 0)
    }

    @Test("SIGHUP takes new certificates, and keeps the present ones when the new are bad")
    func reloads() throws {
        let fixture = try LookupFixture(write("a", subject: "first"), folder: folder)
        let kept = try connect(fixture, "a.test")
        _ = try write("a", subject: "second")
        fixture.server.signal(SIGHUP)
        #expect(try fixture.eventually { try connect(fixture, "a.test").client.peer.name == "second" })
        try folder.write("a.key", "nothing\n")
        fixture.server.signal(SIGHUP)
        #expect(try fixture.eventually { fixture.server.errors.contains("certificate_refused") })
        #expect(fixture.server.errors.contains("no private key found"))
        #expect(try connect(fixture, "a.test").client.peer.name == "second")
        try kept.send(TestClient.bytes("GET", "/api/health"))
        #expect(try kept.readResponse().status == 200)
    }

    @Test("A server does not start on certificates it cannot use")
    func refuses() throws {
        let good = try write("a", subject: "first")
        let rows: [([String], Int32, String)] = [
            (Array(good[..<2]), 64, "--tls-certificate names 1 and --tls-key 0"),
            (Array(good[2...]), 64, "--tls-certificate names 0 and --tls-key 1"),
            (good + Array(good[2...]), 64, "--tls-certificate names 1 and --tls-key 2"),
            (Array(repeating: good, count: 65).flatMap { $0 }, 64, "names 65 files; expected at most 64"),
            (["--tls-certificate", good[3], "--tls-key", good[3]], 1, "no certificate found (it holds a private key)"),
            (["--tls-certificate", good[1], "--tls-key", folder.file("absent")], 1, "No such file or directory"),
        ]
        for (options, code, message) in rows {
            let result = try Program.run(
                "LookupServer", ["--listen", "127.0.0.1:0", "--database", folder.file("x.sqlite")] + options)
            #expect(result.exitCode == code && result.errors.contains(message), "\(result.errors)")
        }
    }
}
