import NumbersCore
import Platform
import Synchronization
import Testing

/// A store whose answer, and what happens while it is on its way, the test decides.
private final class ScriptedStore: CredentialStore {
    struct Script {
        var key: KeyRecord? = .sample()
        var account = Account.sample()
        var revision: Int64 = 5
        var isDown = false
        var meanwhile: @Sendable () -> Void = {}
        var calls = 0
    }

    let script = Mutex(Script())

    func credential(
        for hash: KeyHash, deadline: MonotonicTime
    ) async -> Result<(credential: StoredCredential?, revision: Int64), StorageUnavailable> {
        let script = script.withLock { script in
            script.calls += 1
            return script
        }
        script.meanwhile()
        if script.isDown { return .failure(StorageUnavailable()) }
        return .success((script.key.map { StoredCredential(key: $0, account: script.account) }, script.revision))
    }
}

@Suite struct CredentialDirectoryTests {
    private static let hash = KeyHash(digest: SHA256Digest.of("a key"))
    private static let time = MonotonicTime(nanoseconds: 1_000_000_000_000)

    private static func load(_ directory: CredentialDirectory) async throws -> Credential? {
        try await directory.load(hash, deadline: time, at: time).get()
    }

    @Test("a key found once is known, until its account changes")
    func remembers() async throws {
        let directory = CredentialDirectory(store: ScriptedStore())
        #expect(directory.known(Self.hash) == nil)
        #expect(try await Self.load(directory) != nil)
        #expect(directory.known(Self.hash) != nil)
        directory.apply(changedAccounts: [AccountID(value: 99)], revision: 6)
        #expect(directory.known(Self.hash) != nil)
        directory.apply(changedAccounts: [AccountID(value: 1)], revision: 7)
        #expect(directory.known(Self.hash) == nil)
    }

    @Test("an account can be forgotten at once")
    func forgets() async throws {
        let directory = CredentialDirectory(store: ScriptedStore())
        _ = try await Self.load(directory)
        directory.forget(AccountID(value: 1))
        #expect(directory.known(Self.hash) == nil)
    }

    @Test(
        "all can be forgotten, and what was read before that is not kept either",
        arguments: [(5, true), (6, false)] as [(Int64, Bool)])
    func forgetsAll(revision: Int64, isKept: Bool) async throws {
        let store = ScriptedStore()
        let directory = CredentialDirectory(store: store)
        let first = try #require(try await Self.load(directory))
        #expect(first.take(600, at: Self.time).isAllowed)
        directory.forgetAll(revision: revision)
        #expect(directory.known(Self.hash) == nil)
        #expect(!(try #require(try await Self.load(directory)).take(1, at: Self.time).isAllowed))
        #expect((directory.known(Self.hash) != nil) == isKept)
    }

    @Test("a key that does not exist and a store that is down are not remembered")
    func nothing() async throws {
        let store = ScriptedStore()
        let directory = CredentialDirectory(store: store)
        store.script.withLock { $0.key = nil }
        #expect(try await Self.load(directory) == nil)
        store.script.withLock { $0.isDown = true }
        await #expect(throws: StorageUnavailable.self) { _ = try await Self.load(directory) }
        #expect(directory.known(Self.hash) == nil)
        #expect(store.script.withLock { $0.calls } == 2)
    }

    @Test(
        "what was read before a change that has been applied meanwhile is used once and not kept",
        arguments: [(4, true), (5, true), (6, false), (7, false)] as [(Int64, Bool)])
    func race(appliedMeanwhile: Int64, isKept: Bool) async throws {
        let store = ScriptedStore()
        let directory = CredentialDirectory(store: store)
        store.script.withLock {
            $0.meanwhile = { directory.apply(changedAccounts: [AccountID(value: 1)], revision: appliedMeanwhile) }
        }
        // The store holds the directory through its script, and the directory the store.
        defer { store.script.withLock { $0.meanwhile = {} } }
        #expect(try await Self.load(directory) != nil)
        #expect((directory.known(Self.hash) != nil) == isKept)
    }

    @Test("the limit goes on counting over a change of the key")
    func windowsOutlive() async throws {
        let directory = CredentialDirectory(store: ScriptedStore())
        let first = try #require(try await Self.load(directory))
        #expect(first.take(600, at: Self.time).isAllowed)
        directory.apply(changedAccounts: [AccountID(value: 1)], revision: 5)
        let second = try #require(try await Self.load(directory))
        #expect(second !== first)
        #expect(!second.take(1, at: Self.time).isAllowed)
    }

    @Test("a key's own limit goes on counting over a change of the key")
    func keyWindowOutlives() async throws {
        let store = ScriptedStore()
        store.script.withLock { $0.key = .sample(settings: KeySettings(name: nil, useCases: .all, limit: 3)) }
        let directory = CredentialDirectory(store: store)
        #expect(try #require(try await Self.load(directory)).take(3, at: Self.time).isAllowed)
        directory.forget(AccountID(value: 1))
        #expect(!(try #require(try await Self.load(directory)).take(1, at: Self.time).isAllowed))
    }

    @Test("uses are handed out once, the latest of each key")
    func uses() {
        let directory = CredentialDirectory(store: ScriptedStore())
        directory.noteUse(KeyID(value: 1), at: UnixTime(seconds: 1))
        directory.noteUse(KeyID(value: 2), at: UnixTime(seconds: 2))
        directory.noteUse(KeyID(value: 1), at: UnixTime(seconds: 3))
        #expect(
            directory.takeUses() == [KeyID(value: 1): UnixTime(seconds: 3), KeyID(value: 2): UnixTime(seconds: 2)])
        #expect(directory.takeUses().isEmpty)
    }
}
