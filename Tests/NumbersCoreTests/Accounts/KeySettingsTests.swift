import NumbersCore
import Platform
import Testing

@Suite struct KeySettingsTests {
    private static func settings() throws -> KeySettings {
        KeySettings(
            name: "desk", useCases: [UseCases(.lookup), UseCases(.cid)], limit: 10, dailyCap: MicroUSD(micros: 5),
            expiresAt: UnixTime(seconds: 100), networks: [try #require(NetworkBlock("10.0.0.0/8"))], isEnabled: true,
            isTest: true)
    }

    @Test("an empty patch changes nothing")
    func empty() throws {
        #expect(KeyPatch().applied(to: try Self.settings()) == (try Self.settings()))
    }

    @Test("each field of a patch changes its setting and no other")
    func fields() throws {
        let before = try Self.settings()
        var expected = before
        var patch = KeyPatch()
        patch.name = "front"
        expected.name = "front"
        #expect(patch.applied(to: before) == expected)
        patch.useCases = UseCases(.parse)
        expected.useCases = UseCases(.parse)
        patch.limit = 3
        expected.limit = 3
        patch.dailyCap = MicroUSD(micros: 7)
        expected.dailyCap = MicroUSD(micros: 7)
        patch.expiresAt = UnixTime(seconds: 200)
        expected.expiresAt = UnixTime(seconds: 200)
        patch.networks = []
        expected.networks = []
        patch.isEnabled = false
        expected.isEnabled = false
        #expect(patch.applied(to: before) == expected)
        #expect(patch.applied(to: before).isTest)
    }

    @Test("an inner nil takes a setting away")
    func removal() throws {
        var patch = KeyPatch()
        patch.name = .some(nil)
        patch.limit = .some(nil)
        patch.dailyCap = .some(nil)
        patch.expiresAt = .some(nil)
        let after = patch.applied(to: try Self.settings())
        #expect(after.name == nil && after.limit == nil && after.dailyCap == nil && after.expiresAt == nil)
        #expect(after.useCases == (try Self.settings()).useCases)
    }

    @Test("the use cases of a set are those it was made of, in their fixed order")
    func useCases() {
        for bits in 0..<32 {
            let cases = UseCase.allCases.enumerated().filter { bits & 1 << $0.offset != 0 }.map(\.element)
            let set = UseCases(cases.reversed())
            #expect(set.cases == cases)
            #expect(set.rawValue == Int64(bits))
            #expect(set.names == cases.map(\.rawValue))
            for useCase in UseCase.allCases { #expect(set.allows(useCase) == cases.contains(useCase)) }
        }
        #expect(UseCases.all.names == ["parse", "lookup", "cid", "report", "manage"])
        #expect(UseCases.cidOnly.names == ["cid"])
    }

    @Test(
        "a key opens doors until the instant it expires, unless it is disabled",
        arguments: [
            (true, nil, true), (false, nil, false), (true, 101, true), (true, 100, false), (true, 99, false),
            (false, 101, false),
        ] as [(Bool, Int64?, Bool)])
    func usable(isEnabled: Bool, expires: Int64?, isUsable: Bool) {
        let record = KeyRecord.sample(
            settings: KeySettings(
                name: nil, useCases: .all, expiresAt: expires.map { UnixTime(seconds: $0) }, isEnabled: isEnabled))
        #expect(record.isUsable(at: UnixTime(seconds: 100)) == isUsable)
    }
}
