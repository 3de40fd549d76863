import CRMMiddleware
import NumbersCore
import Platform
import Testing

@Suite struct TokenServiceTests {
    private static let now = UnixTime(seconds: 1_767_323_045)

    private struct Desk {
        let store = FakeTokenStore()
        let service: TokenService

        init(life: Duration = .seconds(3_600)) {
            service = TokenService(
                store: store, life: life,
                clock: Clock(wall: { TokenServiceTests.now }, monotonic: MonotonicTime.now), random: .system)
        }

        /// Adds a client and returns how it asks.
        func client(_ id: Int64 = 1, workspace: Int64 = 7, scopes: TokenScopes = .lookup, isRevoked: Bool = false)
            -> ClientAttempt
        {
            let secret = ClientSecret(random: .system)
            let record = ClientRecord(
                id: ClientID(value: id), workspace: WorkspaceID(value: workspace), scopes: scopes, name: nil,
                createdAt: TokenServiceTests.now, revokedAt: isRevoked ? TokenServiceTests.now : nil)
            store.state.withLock { $0.clients[record.id] = StoredClient(record: record, secretHash: secret.hash) }
            return attempt(record.id.description, secret.reveal())
        }

        func attempt(_ id: String?, _ secret: String?, address: UInt32 = 1, after: Duration = .zero) -> ClientAttempt {
            let time = MonotonicTime(nanoseconds: 1_000_000_000_000) + after
            return ClientAttempt(
                client: PresentedClient(id: id, secret: secret.map { Secret($0) }), address: .v4(address), time: time,
                deadline: time + .seconds(5))
        }

        func refusal(scope: String? = nil, _ attempt: ClientAttempt) async -> OAuthRefusal? {
            switch await service.issue(scope: scope, attempt) {
            case .success: nil
            case .failure(let refusal): refusal
            }
        }
    }

    @Test("a token has the scopes asked for, all of the client's without any, and never more")
    func scopes() async throws {
        let desk = Desk()
        let client = desk.client()
        for (asked, given) in [(nil, "client crm"), ("crm", "crm"), ("crm client", "client crm")] {
            let issued = try await desk.service.issue(scope: asked, client).get()
            #expect(issued.record.scopes.description == given)
            #expect(issued.record.expiresAt == Self.now + .seconds(3_600) && issued.life == .seconds(3_600))
            #expect(issued.record.workspace == WorkspaceID(value: 7))
            #expect(desk.store.state.withLock { $0.tokens[issued.token.hash]?.record } == issued.record)
        }
        for asked in ["introspect", "client crm introspect", "admin", " ", "CRM"] {
            #expect(await desk.refusal(scope: asked, client) == .invalidScope, "\(asked)")
        }
    }

    @Test("who is not a client, or is one no more, gets nothing")
    func unknown() async {
        let desk = Desk()
        let client = desk.client()
        let revoked = desk.client(2, isRevoked: true)
        let other = desk.client(3)
        let id = ClientID(value: 1).description
        let attempts = [
            desk.attempt(nil, nil, address: 10), desk.attempt(id, nil, address: 11), desk.attempt(id, "", address: 12),
            desk.attempt(id, other.client.secret?.revealText(), address: 13),
            desk.attempt("client_0000000000000009", client.client.secret?.revealText(), address: 14),
            desk.attempt("x", client.client.secret?.revealText(), address: 15), revoked,
        ]
        for attempt in attempts { #expect(await desk.refusal(attempt) == .invalidClient) }
        #expect(await desk.refusal(client) == nil)
        desk.store.state.withLock { $0.isRevokedMeanwhile = true }
        #expect(await desk.refusal(client) == .invalidClient)
        desk.store.state.withLock { $0.isDown = true }
        #expect(await desk.refusal(client) == .unavailable)
    }

    @Test("ten failures a minute and address are told; successes count for nothing")
    func failures() async {
        let desk = Desk()
        let client = desk.client()
        for _ in 0..<30 { #expect(await desk.refusal(client) == nil) }
        for _ in 0..<TokenService.failuresPerMinute {
            #expect(await desk.refusal(desk.attempt("x", "x")) == .invalidClient)
        }
        #expect(await desk.refusal(desk.attempt("x", "x")) == .rateLimitedAddress(retryAfterSeconds: 60))
        #expect(await desk.refusal(desk.attempt("x", "x", address: 2)) == .invalidClient)
        #expect(await desk.refusal(client) == nil)
        #expect(await desk.refusal(desk.attempt("x", "x", after: .seconds(60))) == .invalidClient)
    }

    @Test("a client ends its own tokens and no other's")
    func revoke() async throws {
        let desk = Desk()
        let (one, two) = (desk.client(1), desk.client(2))
        let token = try await desk.service.issue(scope: nil, one).get().token
        for text in [token.reveal(), "x", ""] {
            #expect(try await desk.service.revoke(token: text, two).get() == WorkspaceID(value: 7))
        }
        #expect(desk.store.state.withLock { $0.tokens[token.hash] } != nil)
        _ = try await desk.service.revoke(token: token.reveal(), one).get()
        #expect(desk.store.state.withLock { $0.tokens[token.hash] } == nil)
        guard case .failure(.invalidClient) = await desk.service.revoke(token: "x", desk.attempt(nil, nil)) else {
            Issue.record("an unknown client was let in")
            return
        }
    }

    @Test("only tokens of the client's own workspace are told of, and only to a client with introspect")
    func introspect() async throws {
        let desk = Desk()
        let inspector = desk.client(1, scopes: .introspect)
        let own = try await desk.service.issue(scope: nil, desk.client(2)).get()
        let foreign = try await desk.service.issue(scope: nil, desk.client(3, workspace: 8)).get()
        #expect(try await desk.service.introspect(token: own.token.reveal(), inspector).get() == own.record)
        for text in [foreign.token.reveal(), "x", "", AccessToken(random: .system).reveal()] {
            #expect(try await desk.service.introspect(token: text, inspector).get() == nil)
        }
        desk.store.state.withLock { state in
            let record = TokenRecord(
                id: own.record.id, client: own.record.client, workspace: own.record.workspace,
                scopes: own.record.scopes, createdAt: Self.now, expiresAt: Self.now)
            state.tokens[own.token.hash] = StoredToken(record: record, workspace: .sample())
        }
        #expect(try await desk.service.introspect(token: own.token.reveal(), inspector).get() == nil, "expired")
        guard case .failure(.insufficientScope) = await desk.service.introspect(token: "x", desk.client(4)) else {
            Issue.record("a client without the scope was told")
            return
        }
    }
}
