import CRMMiddleware
import NumbersCore
import Platform
import Testing

@Suite struct TokenAccessTests {
    private static let now = UnixTime(seconds: 1_767_323_045)
    private static let start = MonotonicTime(nanoseconds: 1_000_000_000_000)
    private static let address = NetworkAddress.v4(0xC000_0201)

    /// A store with one token, and the access to it.
    private struct Gate {
        let store = FakeTokenStore()
        let access: TokenAccess
        let token = AccessToken(random: .system)

        init(scopes: TokenScopes = .lookup, life: Duration = .seconds(60), requestsPerMinute: Int = 600) {
            access = TokenAccess(store: store, limits: WorkspaceLimits(), requestsPerMinute: requestsPerMinute)
            add(token, scopes: scopes, life: life)
        }

        func add(
            _ token: AccessToken, workspace: Int64 = 7, scopes: TokenScopes = .lookup, life: Duration = .seconds(60)
        ) {
            let record = TokenRecord(
                id: TokenID(random: .system), client: ClientID(value: 1), workspace: WorkspaceID(value: workspace),
                scopes: scopes, createdAt: TokenAccessTests.now, expiresAt: TokenAccessTests.now + life)
            store.state.withLock {
                $0.tokens[token.hash] = StoredToken(record: record, workspace: .sample(workspace))
            }
        }

        func admit(
            _ text: String?, address: NetworkAddress = TokenAccessTests.address, after: Duration = .zero
        ) -> Deferred<Result<TokenAdmission, TokenDenial>> {
            access.admit(
                TokenAttempt(
                    text: text, address: address, time: TokenAccessTests.start + after,
                    now: TokenAccessTests.now + after), needing: .lookup)
        }

        func denial(_ text: String?, after: Duration = .zero) async -> TokenDenial? {
            switch await admit(text, after: after).value {
            case .failure(let denial): denial
            case .success: nil
            }
        }
    }

    @Test("a token that was used lately is decided about at once, without a read")
    func known() async throws {
        let gate = Gate()
        #expect(try await gate.admit(gate.token.reveal()).value.get().workspace.id == WorkspaceID(value: 7))
        #expect(gate.store.reads == 1)
        for _ in 0..<10 {
            guard case .ready(.success) = gate.admit(gate.token.reveal()) else {
                Issue.record("a known token waited")
                return
            }
        }
        #expect(gate.store.reads == 1)
    }

    @Test("no token, a malformed one, an unknown one and an expired one are refused")
    func refused() async {
        let gate = Gate()
        #expect(await gate.denial(nil) == .missingToken)
        for text in ["", "x", "nom_", AccessToken(random: .system).reveal(), gate.token.reveal() + "0"] {
            #expect(await gate.denial(text) == .invalidToken, "\(text.count)")
        }
        #expect(await gate.denial(gate.token.reveal(), after: .milliseconds(59_999)) == nil)
        #expect(await gate.denial(gate.token.reveal(), after: .seconds(60)) == .invalidToken)
        #expect(await Gate().denial("nom_" + String(repeating: "0", count: 64), after: .seconds(99)) == .invalidToken)
        let down = Gate()
        down.store.state.withLock { $0.isDown = true }
        #expect(await down.denial(down.token.reveal()) == .unavailable)
    }

    @Test(
        "both scopes are needed",
        arguments: [TokenScopes.client, .crm, .introspect, [.client, .introspect], [.crm, .introspect]])
    func scopes(scopes: TokenScopes) async {
        let gate = Gate(scopes: scopes)
        for _ in 0..<2 {
            guard case .insufficientScope(let rate) = await gate.denial(gate.token.reveal()) else {
                Issue.record("\(scopes) was enough")
                return
            }
            #expect(rate.remaining == 600, "a refused request is not counted")
        }
    }

    @Test("a workspace's limit counts over all its tokens, and no other workspace's")
    func rate() async throws {
        let gate = Gate(requestsPerMinute: 3)
        let (sibling, stranger) = (AccessToken(random: .system), AccessToken(random: .system))
        gate.add(sibling)
        gate.add(stranger, workspace: 8)
        for (token, remaining) in [(gate.token, 2), (sibling, 1), (gate.token, 0)] {
            let rate = try await gate.admit(token.reveal()).value.get().rate
            #expect(rate.remaining == remaining && rate.limit == 3)
        }
        for token in [gate.token, sibling] {
            guard case .rateLimitedWorkspace(let rate) = await gate.denial(token.reveal(), after: .seconds(1)) else {
                Issue.record("a fourth request was let in")
                return
            }
            #expect(rate.retryAfterSeconds == 59)
        }
        #expect(await gate.denial(stranger.reveal()) == nil)
        #expect(await gate.denial(gate.token.reveal(), after: .milliseconds(59_999)) != nil)
        gate.add(gate.token, life: .seconds(600))
        gate.access.forget(WorkspaceID(value: 7))
        #expect(await gate.denial(gate.token.reveal(), after: .seconds(60)) == nil)
    }

    @Test("a token that changed is read again, and the limit goes on counting")
    func forgotten() async throws {
        let gate = Gate(requestsPerMinute: 10)
        _ = try await gate.admit(gate.token.reveal()).value.get()
        gate.store.state.withLock { $0.tokens = [:] }
        #expect(await gate.denial(gate.token.reveal()) == nil, "it is still remembered")
        gate.access.apply(changed: [WorkspaceID(value: 8)], revision: 2)
        #expect(await gate.denial(gate.token.reveal()) == nil, "another workspace's change")
        gate.access.apply(changed: [WorkspaceID(value: 7)], revision: 3)
        #expect(await gate.denial(gate.token.reveal()) == .invalidToken)
        gate.add(gate.token)
        gate.store.state.withLock { $0.revision = 3 }
        #expect(try await gate.admit(gate.token.reveal()).value.get().rate.remaining == 6)
        gate.store.state.withLock { $0.tokens = [:] }
        gate.access.forgetAll(revision: 4)
        #expect(await gate.denial(gate.token.reveal()) == .invalidToken)
    }

    @Test("what was read before a change serves its own request and is not kept")
    func stale() async throws {
        let gate = Gate()
        gate.access.apply(changed: [WorkspaceID(value: 7)], revision: 2)
        _ = try await gate.admit(gate.token.reveal()).value.get()
        _ = try await gate.admit(gate.token.reveal()).value.get()
        #expect(gate.store.reads == 2)
    }

    @Test("sixty failures a minute of one address are told; then it is asked to wait, and who is right is let in")
    func failures() async throws {
        let gate = Gate()
        for _ in 0..<TokenAccess.failuresPerMinute { #expect(await gate.denial("x") == .invalidToken) }
        #expect(await gate.denial(nil) == .rateLimitedAddress(retryAfterSeconds: 60))
        #expect(await gate.denial(gate.token.reveal()) == nil)
        let elsewhere = gate.admit("x", address: .v4(0xC000_0202))
        guard case .failure(.invalidToken) = await elsewhere.value else {
            Issue.record("another address was limited")
            return
        }
    }
}
