import NumbersCore
import Platform
import Testing

/// A store with the keys it was given.
private struct FixedStore: CredentialStore {
    let credentials: [KeyHash: StoredCredential]
    var isDown = false

    func credential(
        for hash: KeyHash, deadline: MonotonicTime
    ) async -> Result<(credential: StoredCredential?, revision: Int64), StorageUnavailable> {
        isDown ? .failure(StorageUnavailable()) : .success((credentials[hash], 1))
    }
}

@Suite struct AccessControlTests {
    private static let text = "nol_0123456789abcdef0123456789abcdef01234567"
    private static let time = MonotonicTime(nanoseconds: 1_000_000_000_000)
    private static let now = UnixTime(seconds: 1_000)

    private static func control(
        _ key: KeyRecord, _ account: Account = .sample(), isDown: Bool = false,
        limiter: AddressLimiter = AddressLimiter()
    ) -> AccessControl {
        let hash = KeyHash(digest: SHA256Digest.of(text))
        let store = FixedStore(credentials: [hash: StoredCredential(key: key, account: account)], isDown: isDown)
        return AccessControl(directory: CredentialDirectory(store: store), failures: limiter)
    }

    private static func request(
        key: String? = text, inURL: Bool = false, from address: NetworkAddress = .v4(0x0a00_0001),
        for useCase: UseCase = .lookup, units: Int = 1, at time: MonotonicTime = time
    ) -> AccessRequest {
        AccessRequest(
            keyText: key, isKeyInURL: inURL, address: address, useCase: useCase, units: units, time: time, now: now)
    }

    private static func denial(_ result: Result<Admission, AccessDenial>) -> AccessDenial? {
        switch result {
        case .success: nil
        case .failure(let denial): denial
        }
    }

    /// What can be wrong with a request, in the order in which it is looked at.
    enum Defect: Int, CaseIterable, Comparable {
        case noKey, malformedKey, unknownKey, disabled, expired, suspended, network, useCase, batch

        static func < (left: Defect, right: Defect) -> Bool { left.rawValue < right.rawValue }

        var denial: AccessDenial {
            switch self {
            case .noKey: .missingKey
            case .malformedKey, .unknownKey, .disabled, .expired: .invalidKey
            case .suspended: .accountSuspended
            case .network: .networkForbidden
            case .useCase: .useCaseForbidden(.lookup)
            case .batch: .batchExceedsLimit(units: 61, limit: 60)
            }
        }
    }

    @Test("each reason to refuse beats all that come after it", arguments: Defect.allCases)
    func order(first: Defect) async throws {
        let defects = Set(Defect.allCases.filter { $0 >= first })
        let block = try #require(NetworkBlock("192.0.2.0/24"))
        let key = KeyRecord.sample(
            settings: KeySettings(
                name: nil, useCases: defects.contains(.useCase) ? UseCases(.parse) : .all,
                expiresAt: defects.contains(.expired) ? Self.now : nil,
                networks: defects.contains(.network) ? [block] : [], isEnabled: !defects.contains(.disabled)))
        let account = Account.sample(isSuspended: defects.contains(.suspended), ownLimit: 60)
        let text =
            first == .noKey
            ? nil
            : first == .malformedKey ? "nol_nothing" : first == .unknownKey ? Self.text.dropLast() + "8" : Self.text
        let result = await Self.control(key, account)
            .admit(Self.request(key: text, units: defects.contains(.batch) ? 61 : 1)).value
        #expect(Self.denial(result) == first.denial)
    }

    @Test("a request without a defect is let in, and told what is left of its limit")
    func admitted() async throws {
        let result = await Self.control(.sample(), .sample(ownLimit: 60)).admit(Self.request(units: 60)).value
        let admission = try result.get()
        #expect(admission.rate.limit == 60)
        #expect(admission.rate.remaining == 0)
        #expect(admission.credential.key.id == KeyID(value: 2))
    }

    @Test("the rate comes last: a request that is refused for any other reason takes nothing from it")
    func rate() async throws {
        let control = Self.control(
            .sample(settings: KeySettings(name: nil, useCases: UseCases(.lookup))), .sample(ownLimit: 2))
        for _ in 0..<5 {
            _ = await control.admit(Self.request(for: .manage)).value
            _ = await control.admit(Self.request(units: 3)).value
        }
        #expect(Self.denial(await control.admit(Self.request(units: 2)).value) == nil)
        guard case .rateLimitedKey(let decision)? = Self.denial(await control.admit(Self.request()).value) else {
            Issue.record("expected a refusal by rate")
            return
        }
        #expect(decision.retryAfterSeconds == 60)
    }

    @Test("what a refused request took is given back once, and other requests keep theirs")
    func refund() async throws {
        let control = Self.control(.sample(), .sample(ownLimit: 10))
        let first = try await control.admit(Self.request(units: 4)).value.get()
        let second = try await control.admit(Self.request(units: 4, at: Self.time + .seconds(1))).value.get()
        #expect(second.rate.remaining == 2)
        let refunded = first.refunded()
        #expect(refunded.rate.remaining == 10)
        #expect(refunded.refunded().rate.remaining == 10)
        let third = try await control.admit(Self.request(units: 6, at: Self.time + .seconds(2))).value.get()
        #expect(third.rate.remaining == 0)
        // The second's four count until second 61.
        let early = await control.admit(Self.request(units: 1, at: Self.time + .seconds(60))).value
        #expect(Self.denial(early) != nil)
    }

    @Test(
        "a key that can manage the account is refused in a URL, whatever it is used for",
        arguments: [
            (UseCases.all, true, UseCase.cid, false), (.all, false, .cid, true), (.cidOnly, true, .cid, true),
            (.cidOnly, false, .cid, true), (UseCases([.cid, .manage]), true, .cid, false),
            (UseCases(.lookup), true, .cid, false),
        ])
    func keyInURL(useCases: UseCases, inURL: Bool, useCase: UseCase, isAdmitted: Bool) async {
        let control = Self.control(.sample(settings: KeySettings(name: nil, useCases: useCases)))
        let denial = Self.denial(await control.admit(Self.request(inURL: inURL, for: useCase)).value)
        #expect(denial == (isAdmitted ? nil : .useCaseForbidden(useCase)))
    }

    @Test("sixty failures a minute and address are told as they are, the next is 429, and a good key still works")
    func failures() async {
        let control = Self.control(.sample())
        let address = NetworkAddress.v4(0xc000_0201)
        for index in 0..<60 {
            let bad: String? = index % 3 == 0 ? nil : index % 3 == 1 ? "nol_x" : String(Self.text.dropLast() + "8")
            let denial = Self.denial(await control.admit(Self.request(key: bad, from: address)).value)
            #expect(denial == (bad == nil ? .missingKey : .invalidKey))
        }
        for bad in [nil, "nol_x", Self.text.dropLast() + "8"] {
            #expect(
                Self.denial(await control.admit(Self.request(key: bad, from: address)).value)
                    == .rateLimitedAddress(retryAfterSeconds: 60))
        }
        #expect(Self.denial(await control.admit(Self.request(from: address)).value) == nil)
        #expect(Self.denial(await control.admit(Self.request(key: nil)).value) == .missingKey)
        let later = Self.request(key: nil, from: address, at: Self.time + .seconds(60))
        #expect(Self.denial(await control.admit(later).value) == .missingKey)
    }

    @Test("a key that cannot be looked up is nobody's failure: the service is unavailable")
    func storageDown() async {
        let limiter = AddressLimiter()
        let control = Self.control(.sample(), isDown: true, limiter: limiter)
        for _ in 0..<70 { #expect(Self.denial(await control.admit(Self.request()).value) == .unavailable) }
    }

    @Test("a key that was used before is decided about without waiting")
    func ready() async {
        let control = Self.control(.sample())
        guard case .pending = control.admit(Self.request()) else {
            Issue.record("the first use asks storage")
            return
        }
        _ = await control.admit(Self.request()).value
        guard case .ready(.success) = control.admit(Self.request()) else {
            Issue.record("the second use is decided at once")
            return
        }
    }
}
