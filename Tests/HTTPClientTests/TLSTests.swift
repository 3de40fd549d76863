import HTTPClient
import HTTPWire
import Platform
import TestSupport
import Testing

@Suite struct TLSTests {
    private static let addresses = [NetworkAddress.v4(0x7f00_0001)]

    /// Asks a server with the certificate, which is called `crm.test` and `127.0.0.1`, trusting only the authority.
    private func ask(
        _ host: String, _ certificate: StubCertificate, trusting authority: StubCertificate?
    ) async throws -> (outcome: Result<ClientResponse, ClientError>, requestCount: Int) {
        let heads = Seen<String>()
        let server = try StubServer(tls: try StubTLS(certificate)) { connection, _ in
            while let head = connection.readHead() {
                heads.add(head)
                connection.answer("200 OK", [], Array("trusted".utf8))
            }
        }
        let client = try Fixture.client {
            if let authority { $0.certificateAuthorities = Array(authority.certificate.utf8) }
            $0.resolve = { $0.hasSuffix(".test") ? Self.addresses : nil }
        }
        let outcome = await client.outcome(
            ClientRequest(
                .post, "https://\(host):\(server.port)/secret", headers: [.init("Authorization", "Bearer secret")],
                body: Array("secret".utf8)))
        return (outcome, heads.all.count)
    }

    @Test(arguments: ["127.0.0.1", "crm.test", "CRM.test"])
    func `a certificate by a trusted authority for this name is accepted`(host: String) async throws {
        let authority = try StubCertificate.authority()
        let (outcome, count) = try await ask(host, StubCertificate(issuer: authority), trusting: authority)
        #expect(outcome.text == "trusted", "\(outcome)")
        #expect(count == 1)
    }

    enum Wrong: CaseIterable {
        case expired, notYetValid, otherName, otherAddress, nameInSubjectOnly, selfSigned, otherAuthority, noAuthority
        case authorityExpired, issuerIsNoAuthority
    }

    @Test(arguments: Wrong.allCases)
    func `a certificate that is not right gets no byte of the request`(wrong: Wrong) async throws {
        let authority = try StubCertificate.authority()
        var trusted: StubCertificate? = authority
        let certificate: StubCertificate
        switch wrong {
        case .expired: certificate = try StubCertificate(begins: -7_200, ends: -3_600, issuer: authority)
        case .notYetValid: certificate = try StubCertificate(begins: 3_600, ends: 7_200, issuer: authority)
        case .otherName: certificate = try StubCertificate(names: "DNS:other.test,DNS:*.crm.test", issuer: authority)
        case .otherAddress: certificate = try StubCertificate(names: "IP:127.0.0.2", issuer: authority)
        case .nameInSubjectOnly:
            certificate = try StubCertificate(names: "DNS:other.test", subject: "crm.test", issuer: authority)
        case .selfSigned: certificate = try StubCertificate()
        case .otherAuthority: certificate = try StubCertificate(issuer: try StubCertificate.authority())
        case .noAuthority:
            certificate = try StubCertificate(issuer: authority)
            trusted = nil
        case .authorityExpired:
            let old = try StubCertificate(
                names: nil, subject: "Old authority", begins: -7_200, ends: -3_600, isAuthority: true)
            trusted = old
            certificate = try StubCertificate(issuer: old)
        case .issuerIsNoAuthority:
            let leaf = try StubCertificate(names: "DNS:other.test", subject: "Leaf", issuer: authority)
            certificate = try StubCertificate(issuer: leaf)
        }
        for host in ["crm.test", "127.0.0.1"] {
            let (outcome, count) = try await ask(host, certificate, trusting: trusted)
            let error = try #require(outcome.error, "\(host)")
            #expect(error.kind == .tls)
            #expect(!error.mayHaveArrived)
            #expect(!error.message.contains("secret"))
            #expect(error.message.contains(host))
            #expect(count == 0)
        }
    }

    @Test func `words of the other side's certificate do not reach the terminal as they are`() async throws {
        let authority = try StubCertificate.authority()
        let certificate = try StubCertificate(
            names: nil, subject: "\u{1b}[31mred\u{7}\n" + String(repeating: "é", count: 10), issuer: authority)
        let (outcome, _) = try await ask("crm.test", certificate, trusting: authority)
        let error = try #require(outcome.error)
        #expect(error.kind == .tls)
        #expect(error.message.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f }, "\(error.message)")
    }

    @Test func `plain HTTP where TLS is expected is a TLS failure`() async throws {
        let server = try StubServer { connection, _ in
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            connection.hang()
        }
        let error = await (try Fixture.client()).outcome(ClientRequest(.get, "https://127.0.0.1:\(server.port)/")).error
        #expect(error?.kind == .tls)
    }

    @Test func `a server that demands a certificate gets the client's own`() async throws {
        let authority = try StubCertificate.authority()
        let own = try StubCertificate(names: "DNS:client.test", subject: "client", issuer: authority)
        let tls = try StubTLS(try StubCertificate(issuer: authority), clientAuthority: authority)
        let server = try StubServer(tls: tls) { connection, _ in connection.answerAll("known") }
        let url = "https://127.0.0.1:\(server.port)/"
        let known = try Fixture.client {
            $0.certificateAuthorities = Array(authority.certificate.utf8)
            $0.identity = .init(certificateChain: Array(own.certificate.utf8), privateKey: Secret(own.key))
        }
        #expect(await known.outcome(ClientRequest(.get, url)).text == "known")
        let unknown = try Fixture.client { $0.certificateAuthorities = Array(authority.certificate.utf8) }
        let error = try #require(await unknown.outcome(ClientRequest(.get, url)).error)
        #expect([.tls, .connectionLost].contains(error.kind), "\(error)")
    }

    @Test func `the client's certificate is not shown to where a redirect points`() async throws {
        let authority = try StubCertificate.authority()
        let own = try StubCertificate(names: "DNS:client.test", subject: "client", issuer: authority)
        let certificate = try StubCertificate(names: "DNS:crm.test,DNS:other.test", issuer: authority)
        let other = try StubServer(tls: try StubTLS(certificate, clientAuthority: authority)) { connection, _ in
            connection.answerAll("known")
        }
        let otherPort = other.port
        let server = try StubServer(tls: try StubTLS(certificate, clientAuthority: authority)) { connection, _ in
            while connection.readHead() != nil {
                connection.answer("302 Found", ["Location: https://other.test:\(otherPort)/"])
            }
        }
        let client = try Fixture.client {
            $0.certificateAuthorities = Array(authority.certificate.utf8)
            $0.identity = .init(certificateChain: Array(own.certificate.utf8), privateKey: Secret(own.key))
            $0.resolve = { _ in Self.addresses }
        }
        let url = "https://crm.test:\(server.port)/"
        // A connection that showed the certificate is open to the other host already; it must not be used.
        #expect(await client.outcome(ClientRequest(.get, "https://other.test:\(otherPort)/")).text == "known")
        let outcome = await client.outcome(ClientRequest(.get, url, redirects: .follow(max: 1)))
        #expect(outcome.text == nil)
        #expect([.tls, .connectionLost].contains(outcome.error?.kind), "\(outcome)")
        #expect(other.acceptedCount == 2)
    }

    @Test func `an identity or authorities that are no PEM fail the request, not the process`() async throws {
        let authority = try StubCertificate.authority()
        let server = try StubServer(tls: try StubTLS(try StubCertificate(issuer: authority))) { connection, _ in
            connection.answerAll("trusted")
        }
        for bytes in [[], Array("no PEM".utf8), [0, 1, 2, 255]] as [[UInt8]] {
            let noAuthority = try Fixture.client { $0.certificateAuthorities = bytes }
            let request = ClientRequest(.get, "https://127.0.0.1:\(server.port)/")
            #expect(await noAuthority.outcome(request).error?.kind == .tls)
            let noIdentity = try Fixture.client {
                $0.certificateAuthorities = Array(authority.certificate.utf8)
                $0.identity = .init(certificateChain: bytes, privateKey: Secret(bytes))
            }
            #expect(await noIdentity.outcome(request).error?.kind == .tls)
        }
    }

    @Test func `sessions and connections are used again`() async throws {
        let authority = try StubCertificate.authority()
        let server = try StubServer(tls: try StubTLS(try StubCertificate(issuer: authority))) { connection, _ in
            connection.answerAll("kept")
        }
        let client = try Fixture.client { $0.certificateAuthorities = Array(authority.certificate.utf8) }
        for _ in 0..<5 {
            let request = ClientRequest(.get, "https://127.0.0.1:\(server.port)/")
            #expect(await client.outcome(request).text == "kept")
        }
        #expect(server.acceptedCount == 1)
    }
}
