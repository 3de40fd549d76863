import CRMMiddleware
import NumbersCore
import Platform
import Testing

@Suite struct ContextAccessTests {
    private static let now = UnixTime(seconds: 1_767_323_045)
    private static let start = MonotonicTime(nanoseconds: 1_000_000_000_000)

    private struct Gate {
        let store = FakeTokenStore()
        let access: ContextAccess
        let secret = ContextSecret(random: .system)
        let token: UniqueID

        init(expiresIn: Duration? = nil, isRevoked: Bool = false, requestsPerMinute: Int = 600) {
            access = ContextAccess(store: store, limits: WorkspaceLimits(), requestsPerMinute: requestsPerMinute)
            token = UniqueID(random: .system)
            let now = ContextAccessTests.now
            let record = ContextTokenRecord(
                token: token, workspace: WorkspaceID(value: 7), createdAt: now, expiresAt: expiresIn.map { now + $0 },
                revokedAt: isRevoked ? now : nil)
            let stored = StoredContextToken(record: record, secretHash: secret.hash, workspace: .sample())
            store.state.withLock { [token] in $0.contextTokens[token] = stored }
        }

        /// nil when it is let in.
        func denial(
            _ token: String?, _ secret: String?, address: UInt32 = 0xC000_0201, after: Duration = .zero
        ) async -> ContextDenial? {
            let result = await access.admit(
                token: token, secret: secret, address: .v4(address), time: ContextAccessTests.start + after,
                now: ContextAccessTests.now + after
            ).value
            switch result {
            case .success: return nil
            case .failure(let denial): return denial
            }
        }

        func denial(after: Duration = .zero) async -> ContextDenial? {
            await denial(token.description, secret.reveal(), after: after)
        }
    }

    @Test("the token and its secret let in, until it expires")
    func admitted() async {
        let gate = Gate(expiresIn: .seconds(60))
        for _ in 0..<3 { #expect(await gate.denial() == nil) }
        #expect(gate.store.reads == 1)
        #expect(await gate.denial(after: .milliseconds(59_999)) == nil)
        #expect(await gate.denial(after: .seconds(60)) == .unknown)
        #expect(await gate.denial(gate.token.description.uppercased(), gate.secret.reveal()) == nil)
    }

    @Test("whatever is wrong, the denial is the same")
    func unknown() async {
        let gate = Gate()
        let token = gate.token.description
        let rows: [(String?, String?)] = [
            (nil, nil), (token, nil), (nil, gate.secret.reveal()), ("", ""), ("x", gate.secret.reveal()),
            (token, "x"), (token, ContextSecret(random: .system).reveal()), (token, gate.secret.reveal() + "0"),
            (UniqueID(random: .system).description, gate.secret.reveal()), (gate.secret.reveal(), token),
        ]
        for (index, row) in rows.enumerated() {
            #expect(await gate.denial(row.0, row.1, address: UInt32(index)) == .unknown, "\(index)")
        }
        #expect(await Gate(isRevoked: true).denial() == .unknown)
        let down = Gate()
        down.store.state.withLock { $0.isDown = true }
        #expect(await down.denial() == .unavailable)
    }

    @Test("after ten failures of an address unknown tokens are not looked up; known ones go on")
    func limited() async {
        let gate = Gate()
        #expect(await gate.denial() == nil)
        for _ in 0..<ContextAccess.failuresPerMinute {
            #expect(await gate.denial(UniqueID(random: .system).description, gate.secret.reveal()) == .unknown)
        }
        let reads = gate.store.reads
        #expect(reads == 1 + ContextAccess.failuresPerMinute)
        for _ in 0..<5 {
            #expect(await gate.denial(UniqueID(random: .system).description, gate.secret.reveal()) == .unknown)
        }
        #expect(gate.store.reads == reads)
        #expect(await gate.denial() == nil)
        #expect(
            await gate.denial(UniqueID(random: .system).description, gate.secret.reveal(), after: .seconds(61))
                == .unknown)
        #expect(gate.store.reads == reads + 1)
    }

    @Test("a change is seen, and the limit is the workspace's")
    func changed() async {
        let gate = Gate(requestsPerMinute: 2)
        #expect(await gate.denial() == nil)
        gate.store.state.withLock { $0.contextTokens = [:] }
        gate.access.apply(changed: [WorkspaceID(value: 8)], revision: 2)
        #expect(await gate.denial() == nil)
        guard case .rateLimitedWorkspace = await gate.denial() else {
            Issue.record("a third request was let in")
            return
        }
        gate.access.apply(changed: [WorkspaceID(value: 7)], revision: 3)
        #expect(await gate.denial() == .unknown)
    }
}
