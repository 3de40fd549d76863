import HTTPClient
import HTTPWire
import Platform
import Testing

@Suite struct RetryTests {
    /// A server whose connections fail as a test says before one answers.
    private func ask(
        _ method: HTTPMethod, _ policy: RetryPolicy, within duration: Duration = .seconds(30), failures: Int,
        fail: @escaping @Sendable (StubConnection) -> Void
    ) async throws -> (outcome: Result<ClientResponse, ClientError>, requestCount: Int, client: HTTPClient) {
        let heads = Seen<String>()
        let server = try StubServer { connection, _ in
            guard let head = connection.readHead() else { return }
            heads.add(head)
            if heads.all.count > failures {
                connection.answer("200 OK", ["Connection: close"], Array("at last".utf8))
            } else {
                fail(connection)
            }
        }
        let client = try Fixture.client()
        let outcome = await client.outcome(
            ClientRequest(method, "http://127.0.0.1:\(server.port)/", retries: policy), within: duration)
        return (outcome, heads.all.count, client)
    }

    private static let quick = RetryPolicy.attempts(max: 3, baseDelay: .milliseconds(1))

    @Test(arguments: ["502 Bad Gateway", "503 Service Unavailable", "504 Gateway Timeout", ""])
    func `an idempotent request is sent again when it failed for a passing reason`(status: String) async throws {
        for method in [HTTPMethod.get, .head, .put, .delete, .options] {
            let (outcome, count, client) = try await ask(method, Self.quick, failures: 2) { connection in
                if status.isEmpty { return }
                connection.answer(status, ["Connection: close"])
            }
            #expect(outcome.status == 200)
            #expect((try? outcome.get())?.retryCount == 2)
            #expect(count == 3)
            #expect(client.metrics.retries.value == 2)
        }
    }

    @Test func `the last failure is handed over when the tries are used up`() async throws {
        let (outcome, count, _) = try await ask(.get, Self.quick, failures: 3) { connection in
            connection.answer("503 Service Unavailable", ["Connection: close"])
        }
        #expect(outcome.status == 503)
        #expect(count == 3)
        let (broken, brokenCount, _) = try await ask(.get, Self.quick, failures: 3) { $0.resetOnClose() }
        #expect(broken.error?.kind == .connectionLost)
        #expect(brokenCount == 3)
    }

    @Test func `no policy, no second request`() async throws {
        for policy in [RetryPolicy.never, .staleConnection] {
            let (outcome, count, _) = try await ask(.get, policy, failures: 1) { _ in }
            #expect(outcome.error?.kind == .connectionLost)
            #expect(count == 1)
        }
    }

    @Test(arguments: [HTTPMethod.post, .patch, .other("REPORT")])
    func `what is not idempotent is never sent again, whatever the policy says`(method: HTTPMethod) async throws {
        for policy in [RetryPolicy.never, .staleConnection, Self.quick] {
            let (outcome, count, client) = try await ask(method, policy, failures: 1) { connection in
                connection.answer("503 Service Unavailable", ["Connection: close"])
            }
            #expect(outcome.status == 503)
            #expect(count == 1)
            let (broken, brokenCount, _) = try await ask(method, policy, failures: 1) { _ in }
            #expect(broken.error?.kind == .connectionLost)
            #expect(brokenCount == 1)
            #expect(client.metrics.retries.value == 0)
        }
    }

    @Test(arguments: ["400 Bad Request", "429 Too Many Requests", "500 Internal Server Error", "501 Not Implemented"])
    func `a failure that does not pass by itself is handed over at once`(status: String) async throws {
        let (outcome, count, _) = try await ask(.get, Self.quick, failures: 1) { connection in
            connection.answer(status, ["Connection: close"])
        }
        #expect(outcome.status == Int(status.prefix(3)))
        #expect(count == 1)
    }

    @Test func `a wait that would pass the deadline is not begun`() async throws {
        let (outcome, count, _) = try await ask(.get, Self.quick, within: .seconds(20), failures: 1) { connection in
            connection.answer("503 Service Unavailable", ["Retry-After: 60", "Connection: close"])
        }
        #expect(outcome.status == 503)
        #expect(count == 1)
    }

    @Test(arguments: ["0", "-1", "soon", "99999999999999999999", "Wed, 21 Oct 2026 07:28:00 GMT", ""])
    func `a Retry-After that is no number of seconds is not looked at`(text: String) async throws {
        let (outcome, count, _) = try await ask(.get, Self.quick, failures: 1) { connection in
            connection.answer("503 Service Unavailable", ["Retry-After: \(text)", "Connection: close"])
        }
        #expect(outcome.status == 200)
        #expect(count == 2)
    }

    /// A server that answers once on a connection and closes it when the second request has been read.
    private func stale(
        _ method: HTTPMethod, _ policy: RetryPolicy
    ) async throws -> (outcome: Result<ClientResponse, ClientError>, requestCount: Int) {
        let heads = Seen<String>()
        let server = try StubServer { connection, number in
            guard let head = connection.readHead() else { return }
            heads.add(head)
            connection.answer("200 OK", [], Array("\(number)".utf8))
            guard let next = connection.readHead() else { return }
            heads.add(next)
        }
        let client = try Fixture.client()
        let url = "http://127.0.0.1:\(server.port)/"
        #expect(await client.outcome(ClientRequest(.get, url)).text == "0")
        let outcome = await client.outcome(ClientRequest(method, url, retries: policy))
        return (outcome, heads.all.count)
    }

    @Test(arguments: [HTTPMethod.get, .put, .post])
    func `a delivery is not repeated even when a kept connection turned out to be closed`(
        method: HTTPMethod
    ) async throws {
        let (outcome, count) = try await stale(method, .never)
        #expect(outcome.error?.kind == .connectionLost)
        #expect(outcome.error?.mayHaveArrived == true)
        #expect(count == 2)
    }

    @Test func `a lookup goes on over a new connection when a kept one turned out to be closed`() async throws {
        let (outcome, count) = try await stale(.get, .staleConnection)
        #expect(outcome.text == "1")
        #expect((try? outcome.get())?.retryCount == 1)
        #expect(count == 3)
        let (post, postCount) = try await stale(.post, .staleConnection)
        #expect(post.error?.kind == .connectionLost)
        #expect(postCount == 2)
    }
}
