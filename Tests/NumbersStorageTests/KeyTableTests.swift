import NumbersCore
import Platform
import SQLiteDatabase
import Testing

@testable import NumbersStorage

@Suite struct KeyTableTests {
    private static func credential(_ key: APIKey, _ office: Office) throws -> StoredCredential? {
        try KeyTable.credential(for: key.hash, on: office.connection)
    }

    private static func works(_ key: APIKey, _ office: Office) throws -> Bool {
        try credential(key, office)?.key.isUsable(at: office.time.now) ?? false
    }

    private static func update(
        _ id: KeyID, _ account: AccountID, _ office: Office, _ change: (inout KeyPatch) -> Void
    ) throws -> Result<KeyRecord, KeyChangeRefusal> {
        var patch = KeyPatch()
        change(&patch)
        return try office.connection.transaction { () throws(DatabaseError) in
            try KeyTable.update(
                id, account: account, caller: KeySettings(name: nil, useCases: .all), patch: patch, at: office.time.now,
                on: office.connection)
        }
    }

    private static func refusal(_ result: Result<some Any, KeyChangeRefusal>) -> KeyChangeRefusal? {
        switch result {
        case .success: nil
        case .failure(let refusal): refusal
        }
    }

    @Test("a key is stored as its hash and found by it, with all its settings")
    func settings() throws {
        let office = try Office()
        let account = try office.account().account.id
        let settings = KeySettings(
            name: "desk", useCases: UseCases([.cid, .parse]), limit: 7, dailyCap: MicroUSD(micros: 9),
            expiresAt: office.time.now + .seconds(60),
            networks: [try #require(NetworkBlock("10.0.0.0/8")), try #require(NetworkBlock("2001:db8::/32"))],
            isTest: true)
        let issued = try office.desk.createKey(account: account, settings: settings).get()
        #expect(KeySettings(issued.record) == settings)
        let found = try #require(try Self.credential(issued.key, office))
        #expect(found.key == issued.record)
        #expect(found.account.id == account)
        #expect(issued.key.isTest)
        let text = issued.key.reveal()
        let leaks = try office.connection.first(
            "SELECT count(*) FROM keys WHERE instr(CAST(hash AS TEXT), ?1) OR instr(prefix, ?1)",
            .text(String(text.dropFirst(17)))
        ) { row throws(DatabaseError) in row.integer(0) }
        #expect(leaks == 0)
        #expect(try Self.credential(try #require(APIKey("nol_" + String(repeating: "0", count: 40))), office) == nil)
    }

    @Test(
        "networks that cannot be read close the key instead of opening it wide",
        arguments: ["10.0.0.0/8 nonsense", "x", "10.0.0.1/8"])
    func brokenNetworks(text: String) throws {
        let office = try Office()
        let account = try office.account()
        try office.connection.run("UPDATE keys SET networks = ?", .text(text))
        #expect(try !Self.works(account.key, office))
    }

    @Test("an account has at most 25 enabled keys; disabled ones do not count")
    func enabledMax() throws {
        let office = try Office()
        let opened = try office.account()
        let account = opened.account.id
        var ids: [KeyID] = []
        // Two keys come with the account.
        for _ in 3...25 {
            ids.append(
                try office.desk.createKey(account: account, settings: KeySettings(name: nil, useCases: .cidOnly)).get()
                    .record.id)
        }
        let settings = KeySettings(name: nil, useCases: .cidOnly)
        #expect(Self.refusal(try office.desk.createKey(account: account, settings: settings)) == .tooManyKeys)
        var disabled = settings
        disabled.isEnabled = false
        let sleeping = try office.desk.createKey(account: account, settings: disabled).get().record.id
        #expect(Self.refusal(try Self.update(sleeping, account, office) { $0.isEnabled = true }) == .tooManyKeys)
        #expect(Self.refusal(try Self.update(sleeping, account, office) { $0.name = "still asleep" }) == nil)
        #expect(Self.refusal(try Self.update(ids[0], account, office) { $0.isEnabled = false }) == nil)
        #expect(Self.refusal(try Self.update(sleeping, account, office) { $0.isEnabled = true }) == nil)
        #expect(Self.refusal(try office.desk.createKey(account: account, settings: settings)) == .tooManyKeys)
        #expect(try office.desk.revokeKey(ids[1]))
        #expect(Self.refusal(try office.desk.createKey(account: account, settings: settings)) == nil)
        #expect(Self.refusal(try office.desk.createKey(account: AccountID(value: 3), settings: settings)) == .notFound)
    }

    @Test("the last key that manages an account cannot give that up, by any change")
    func lastManaging() throws {
        let office = try Office()
        let opened = try office.account()
        let account = opened.account.id
        func changes() -> [(inout KeyPatch) -> Void] {
            [
                { $0.isEnabled = false }, { $0.useCases = UseCases(.lookup) }, { $0.expiresAt = office.time.now },
                { $0.expiresAt = office.time.now - .seconds(1) }, { $0.expiresAt = office.time.now + .seconds(86_400) },
            ]
        }
        for change in changes() {
            #expect(Self.refusal(try Self.update(opened.keyID, account, office, change)) == .lastManagingKey)
        }
        #expect(Self.refusal(try Self.update(opened.keyID, account, office) { $0.useCases = UseCases(.manage) }) == nil)
        // A second managing key counts only when it is live, has no end, and is switched on.
        for settings in [
            KeySettings(name: nil, useCases: UseCases(.manage), expiresAt: office.time.now + .seconds(10)),
            KeySettings(name: nil, useCases: UseCases(.manage), isTest: true),
            KeySettings(name: nil, useCases: UseCases(.manage), isEnabled: false),
        ] {
            _ = try office.desk.createKey(account: account, settings: settings).get()
            #expect(
                Self.refusal(try Self.update(opened.keyID, account, office) { $0.isEnabled = false })
                    == .lastManagingKey)
        }
        let second = try office.desk.createKey(
            account: account, settings: KeySettings(name: nil, useCases: UseCases(.manage))
        ).get().record.id
        #expect(Self.refusal(try Self.update(opened.keyID, account, office) { $0.isEnabled = false }) == nil)
        #expect(Self.refusal(try Self.update(opened.keyID, account, office) { $0.isEnabled = true }) == nil)
        #expect(Self.refusal(try Self.update(second, account, office) { $0.isEnabled = false }) == nil)
        // Another account's managing key is none of this one's.
        _ = try office.account()
        #expect(
            Self.refusal(try Self.update(opened.keyID, account, office) { $0.isEnabled = false }) == .lastManagingKey)
        // The operator can end it all the same.
        #expect(try office.desk.revokeKey(opened.keyID))
    }

    @Test("a key of another account is not found, like one that does not exist")
    func foreign() throws {
        let office = try Office()
        let one = try office.account()
        let other = try office.account()
        #expect(Self.refusal(try Self.update(one.keyID, other.account.id, office) { $0.name = "mine" }) == .notFound)
        #expect(
            Self.refusal(try Self.update(KeyID(value: 1), one.account.id, office) { $0.name = "mine" }) == .notFound)
        #expect(Self.refusal(try office.desk.rotateKey(KeyID(value: 1), graceSeconds: 0)) == .notFound)
        #expect(try !office.desk.revokeKey(KeyID(value: 1)))
        #expect(try KeyTable.find(one.keyID, account: other.account.id, on: office.connection) == nil)
    }

    @Test("after a rotation both keys work until the grace ends; the new one goes on")
    func grace() throws {
        let office = try Office()
        let opened = try office.account()
        let rotated = try office.desk.rotateKey(opened.keyID, graceSeconds: 60).get()
        #expect(rotated.record.id == opened.keyID)
        #expect(rotated.record.displayPrefix == rotated.key.displayPrefix)
        #expect(try Self.works(opened.key, office) && Self.works(rotated.key, office))
        office.time.advance(.microseconds(59_999_999))
        #expect(try Self.works(opened.key, office))
        office.time.advance(.microseconds(1))
        #expect(try !Self.works(opened.key, office) && Self.works(rotated.key, office))
    }

    @Test("a second rotation ends the first grace at once")
    func secondRotation() throws {
        let office = try Office()
        let opened = try office.account()
        let second = try office.desk.rotateKey(opened.keyID, graceSeconds: 86_400).get()
        let third = try office.desk.rotateKey(opened.keyID, graceSeconds: 86_400).get()
        #expect(try !Self.works(opened.key, office))
        #expect(try Self.works(second.key, office) && Self.works(third.key, office))
        let fourth = try office.desk.rotateKey(opened.keyID, graceSeconds: 0).get()
        #expect(try !Self.works(second.key, office) && !Self.works(third.key, office) && Self.works(fourth.key, office))
    }

    @Test("a grace lengthens no key's life, and ends with its key")
    func graceAndExpiry() throws {
        let office = try Office()
        let opened = try office.account()
        _ = try office.desk.createKey(
            account: opened.account.id, settings: KeySettings(name: nil, useCases: UseCases(.manage))
        ).get()
        _ = try Self.update(opened.keyID, opened.account.id, office) { $0.expiresAt = office.time.now + .seconds(10) }
            .get()
        let rotated = try office.desk.rotateKey(opened.keyID, graceSeconds: 60).get()
        office.time.advance(.seconds(10))
        #expect(try !Self.works(opened.key, office) && !Self.works(rotated.key, office))
        let other = try office.account()
        let next = try office.desk.rotateKey(other.keyID, graceSeconds: 60).get()
        #expect(try office.desk.revokeKey(other.keyID))
        #expect(try !Self.works(other.key, office) && !Self.works(next.key, office))
    }

    @Test("a test key stays one when it is rotated")
    func testKeys() throws {
        let office = try Office()
        let account = try office.account().account.id
        let key = try office.desk.createKey(
            account: account, settings: KeySettings(name: nil, useCases: .all, isTest: true)
        ).get()
        #expect(try office.desk.rotateKey(key.record.id, graceSeconds: 0).get().key.isTest)
    }

    @Test("what the operator has revoked stays so: no change, no rotation, no enabling")
    func revoked() throws {
        let office = try Office()
        let opened = try office.account()
        #expect(try office.desk.revokeKey(opened.cidKeyID))
        #expect(try office.desk.revokeKey(opened.cidKeyID))
        #expect(
            Self.refusal(try Self.update(opened.cidKeyID, opened.account.id, office) { $0.isEnabled = true })
                == .revoked)
        #expect(Self.refusal(try Self.update(opened.cidKeyID, opened.account.id, office) { $0.name = "x" }) == .revoked)
        #expect(Self.refusal(try office.desk.rotateKey(opened.cidKeyID, graceSeconds: 0)) == .revoked)
        #expect(try !Self.works(opened.cidKey, office))
    }

    @Test("the last use only moves forward, and unknown keys are passed over")
    func lastUse() throws {
        let office = try Office()
        let opened = try office.account()
        for (seconds, expected) in [(Int64(5), Int64(5)), (3, 5), (9, 9)] {
            try KeyTable.noteUses(
                [opened.keyID: UnixTime(seconds: seconds), KeyID(value: 1): UnixTime(seconds: 1)], on: office.connection
            )
            let key = try KeyTable.find(opened.keyID, account: opened.account.id, on: office.connection)
            #expect(key?.lastUsedAt == UnixTime(seconds: expected))
        }
    }

    @Test("every change is noted in the change feed, and what changed nothing is not")
    func changes() throws {
        let office = try Office()
        let opened = try office.account()
        let subject = ChangeFeed.Subject.account(opened.account.id)
        func changed(_ work: () throws -> Void) throws -> [ChangeFeed.Subject] {
            let before = try ChangeFeed.revision(on: office.connection)
            try work()
            return try ChangeFeed.changes(after: before, on: office.connection).subjects
        }
        #expect(
            try changed {
                _ = try office.desk.createKey(
                    account: opened.account.id, settings: KeySettings(name: nil, useCases: .all)
                ).get()
            } == [subject])
        #expect(
            try changed { _ = try Self.update(opened.keyID, opened.account.id, office) { $0.name = "x" }.get() } == [
                subject
            ])
        #expect(try changed { _ = try office.desk.rotateKey(opened.keyID, graceSeconds: 0).get() } == [subject])
        #expect(try changed { _ = try office.desk.revokeKey(opened.keyID) } == [subject])
        #expect(try changed { _ = try office.desk.revokeKey(KeyID(value: 1)) } == [])
        #expect(try changed { _ = try office.desk.rotateKey(KeyID(value: 1), graceSeconds: 0) } == [])
    }

    @Test("a key changes and rotates only what is within its own rights")
    func callers() throws {
        let office = try Office()
        let opened = try office.account()
        let account = opened.account.id
        let narrow = KeySettings(
            name: nil, useCases: [UseCases(.manage), UseCases(.cid)], limit: 5, dailyCap: MicroUSD(micros: 2_000),
            networks: [NetworkBlock("192.0.2.0/24")].compactMap { $0 })
        let own = try office.desk.createKey(account: account, settings: narrow).get().record.id
        func change(_ id: KeyID, _ set: (inout KeyPatch) -> Void) throws -> KeyChangeRefusal? {
            var patch = KeyPatch()
            set(&patch)
            return try office.connection.transaction { () throws(DatabaseError) in
                Self.refusal(
                    try KeyTable.update(
                        id, account: account, caller: narrow, patch: patch, at: office.time.now,
                        on: office.connection))
            }
        }
        for set: (inout KeyPatch) -> Void in [
            { $0.limit = .some(nil) }, { $0.limit = .some(6) }, { $0.dailyCap = .some(nil) },
            { $0.dailyCap = .some(MicroUSD(micros: 2_001)) }, { $0.networks = [] },
            { $0.networks = [NetworkBlock("192.0.0.0/16")].compactMap { $0 } },
            { $0.useCases = [UseCases(.manage), UseCases(.lookup)] },
        ] {
            #expect(try change(own, set) == .widerThanCaller)
        }
        #expect(try change(own) { $0.limit = .some(5) } == nil)
        #expect(try change(own) { $0.networks = [NetworkBlock("192.0.2.128/25")].compactMap { $0 } } == nil)
        // The account's first key can do more: it may be renamed, and nothing else.
        #expect(try change(opened.keyID) { $0.name = .some("renamed") } == nil)
        #expect(try change(opened.keyID) { $0.isEnabled = true } == .widerThanCaller)
        let text = APIKey(random: .system, isTest: false)
        for (id, refusal) in [(opened.keyID, KeyChangeRefusal.widerThanCaller), (own, nil)] {
            let result = try office.connection.transaction { () throws(DatabaseError) in
                try KeyTable.rotate(
                    id, account: account, caller: narrow, to: text, graceUntil: office.time.now, at: office.time.now,
                    on: office.connection)
            }
            #expect(Self.refusal(result) == refusal)
        }
    }
}
