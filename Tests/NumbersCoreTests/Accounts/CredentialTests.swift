import NumbersCore
import Platform
import Testing

@Suite struct CredentialTests {
    private static let time = MonotonicTime(nanoseconds: 1_000_000_000_000)

    @Test(
        "the limit is the account's, or the key's own when that is lower",
        arguments: [
            (nil, nil, Tier.free, 60), (nil, nil, .standard, 600), (nil, nil, .enterprise, 600), (100, nil, .free, 100),
            (nil, 10, .standard, 10), (nil, 1_000, .standard, 600), (5, 10, .standard, 5),
        ] as [(Int?, Int?, Tier, Int)])
    func limits(own: Int?, key: Int?, tier: Tier, limit: Int) {
        let credential = Credential.sample(
            .sample(tier: tier, ownLimit: own), .sample(settings: KeySettings(name: nil, useCases: .all, limit: key)))
        #expect(credential.limit == limit)
    }

    @Test(
        "only prepaid accounts are billed, and no test key",
        arguments: [
            (Tier.free, false, false), (.standard, false, true), (.enterprise, false, true), (.standard, true, false),
            (.free, true, false),
        ])
    func billed(tier: Tier, isTest: Bool, isBilled: Bool) {
        let key = KeyRecord.sample(settings: KeySettings(name: nil, useCases: .all, isTest: isTest))
        #expect(Credential.sample(.sample(tier: tier), key).isBilled == isBilled)
    }

    @Test("keys of one account share its limit, and a key's own limit comes on top")
    func sharedWindow() {
        let shared = SharedRateWindow()
        let account = Account.sample(ownLimit: 10)
        let open = Credential(key: .sample(id: 2), account: account, accountWindow: shared, keyWindow: nil)
        let narrow = Credential(
            key: .sample(id: 3, settings: KeySettings(name: nil, useCases: .all, limit: 4)), account: account,
            accountWindow: shared, keyWindow: SharedRateWindow())
        #expect(narrow.take(4, at: Self.time).isAllowed)
        #expect(!narrow.take(1, at: Self.time).isAllowed)
        #expect(open.take(5, at: Self.time).isAllowed)
        #expect(!open.take(2, at: Self.time).isAllowed)
        #expect(open.take(1, at: Self.time).isAllowed)
    }

    @Test("a request that the account's limit refuses takes nothing from the key's own, and says so")
    func bothOrNeither() {
        let shared = SharedRateWindow()
        let account = Account.sample(ownLimit: 10)
        let narrow = Credential(
            key: .sample(settings: KeySettings(name: nil, useCases: .all, limit: 8)), account: account,
            accountWindow: shared, keyWindow: SharedRateWindow())
        #expect(shared.take(6, limit: 10, at: Self.time).isAllowed)
        let refused = narrow.take(5, at: Self.time)
        #expect(!refused.isAllowed)
        #expect(refused.limit == 10)
        #expect(refused.remaining == 4)
        // Had the refused five stayed in the key's window, four more would not fit it.
        let taken = narrow.take(4, at: Self.time)
        #expect(taken.isAllowed)
        #expect(taken.remaining == 0)
    }

    @Test("what is told is the scarcer of the two limits")
    func scarcer() {
        let narrow = Credential.sample(
            .sample(ownLimit: 10), .sample(settings: KeySettings(name: nil, useCases: .all, limit: 8)))
        #expect(narrow.take(1, at: Self.time).limit == 8)
        #expect(narrow.take(1, at: Self.time).remaining == 6)
    }

    @Test("a refund goes to both windows")
    func refund() {
        let narrow = Credential.sample(
            .sample(ownLimit: 10), .sample(settings: KeySettings(name: nil, useCases: .all, limit: 4)))
        #expect(narrow.take(4, at: Self.time).isAllowed)
        narrow.giveBack(4, takenAt: Self.time)
        #expect(narrow.take(4, at: Self.time).isAllowed)
    }
}
