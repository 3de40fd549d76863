import HTTPClient
import HTTPWire
import Platform
import Testing

/// The guard where it counts: on the address that is connected to.
@Suite struct GuardedConnectionTests {
    @Test(arguments: [
        "127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0", "%31%32%37.0.0.1",
        "[::1]", "[::ffff:127.0.0.1]", "[::127.0.0.1]", "[64:ff9b::127.0.0.1]", "[::]",
        "LOCALHOST.", "10.0.0.1", "169.254.169.254", "192.168.0.1", "[fe80::1]", "[fd00:ec2::254]",
    ])
    func `no spelling of a refused address is connected to`(host: String) async throws {
        let server = try StubServer { connection, _ in connection.answerAll("inside") }
        let client = try Fixture.client(open: [])
        let error = try #require(
            await client.outcome(ClientRequest(.get, "http://\(host):\(server.port)/")).error)
        #expect([.refusedAddress, .cannotResolve, .invalidRequest].contains(error.kind), "\(error)")
        #expect(!error.mayHaveArrived)
        #expect(server.acceptedCount == 0)
        #expect(client.metrics.connectionsOpened.value == 0)
    }

    @Test func `the message names the address and the way out, not the path`() async throws {
        let client = try Fixture.client(open: [])
        let error = await client.outcome(ClientRequest(.get, "http://127.0.0.1:9/secret")).error
        #expect(
            error?.message
                == "127.0.0.1:9 is at 127.0.0.1, which is not a public address (loopback); the operator can open it "
                + "with --allow-network.")
        #expect(client.metrics.refusedAddresses.value == 1)
    }

    @Test func `of the addresses of a name only those that are not refused are tried`() async throws {
        let outside = try StubServer { connection, _ in connection.answerAll("outside") }
        let inside = try StubServer(lastByte: 2, port: outside.port) { connection, _ in connection.answerAll("inside") }
        let both = [try #require(NetworkAddress("127.0.0.2")), try #require(NetworkAddress("127.0.0.1"))]
        let client = try Fixture.client(open: ["127.0.0.1"]) { $0.resolve = { _ in both } }
        #expect(await client.outcome(ClientRequest(.get, "http://crm.test:\(outside.port)/")).text == "outside")
        #expect(inside.acceptedCount == 0)
    }

    @Test func `a name that changes its address to a refused one is not followed there`() async throws {
        let outside = try StubServer { connection, _ in
            _ = connection.readHead()
            connection.answer("200 OK", ["Connection: close"], Array("outside".utf8))
        }
        let inside = try StubServer(lastByte: 2, port: outside.port) { connection, _ in connection.answerAll("inside") }
        let addresses = Monitor(try #require(NetworkAddress("127.0.0.1")))
        let client = try Fixture.client(open: ["127.0.0.1"]) {
            $0.resolve = { _ in [addresses.withLock { $0 }] }
        }
        let request = ClientRequest(.get, "http://crm.test:\(outside.port)/")
        #expect(await client.outcome(request).text == "outside")
        let changed = try #require(NetworkAddress("127.0.0.2"))
        addresses.withLock { $0 = changed }
        #expect(await client.outcome(request).error?.kind == .refusedAddress)
        #expect(inside.acceptedCount == 0)
    }

    @Test func `a redirect to a refused address is not followed`() async throws {
        let inside = try StubServer(lastByte: 2) { connection, _ in connection.answerAll("inside") }
        let insidePort = inside.port
        let outside = try StubServer { connection, number in
            _ = connection.readHead()
            let host = ["127.0.0.2", "[::ffff:127.0.0.2]", "127.2", "crm.test"][number % 4]
            connection.answer("302 Found", ["Location: http://\(host):\(insidePort)/", "Connection: close"])
        }
        let address = try #require(NetworkAddress("127.0.0.2"))
        let client = try Fixture.client(open: ["127.0.0.1"]) { $0.resolve = { $0 == "crm.test" ? [address] : nil } }
        for _ in 0..<4 {
            let error = await client.outcome(
                ClientRequest(.get, "http://127.0.0.1:\(outside.port)/", redirects: .follow(max: 3))
            ).error
            #expect(error?.kind == .refusedAddress)
            #expect(error?.mayHaveArrived == true)
        }
        #expect(inside.acceptedCount == 0)
    }

    @Test func `proxies of the environment are not used`() async {
        // In a process of its own: the environment is everybody's. Nobody listens where the variables point.
        await #expect(processExitsWith: .success) {
            for name in ["http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
                setEnvironment(name, "http://127.0.0.1:1")
            }
            let server = try StubServer { connection, _ in connection.answerAll("direct") }
            let client = try Fixture.client()
            let outcome = await client.outcome(ClientRequest(.get, "http://127.0.0.1:\(server.port)/"))
            #expect(outcome.text == "direct")
        }
    }
}
