// The keys that requests have used lately, in memory, so that a known key is checked without a database read.
// One mutex guards the tables; it is held for a dictionary look-up, about 50 ns.

package import Platform

/// A key and its account as storage has them at one revision of the change feed.
package struct StoredCredential: Sendable {
    package let key: KeyRecord
    package let account: Account

    package init(key: KeyRecord, account: Account) {
        self.key = key
        self.account = account
    }
}

/// Where keys are found by hash.
package protocol CredentialStore: Sendable {
    /// The key and the revision of the change feed that the answer belongs to; nil when no such key exists.
    func credential(
        for hash: KeyHash, deadline: MonotonicTime
    ) async -> Result<(credential: StoredCredential?, revision: Int64), StorageUnavailable>
}

/// Finds credentials by the hash of the key presented.
package final class CredentialDirectory: Sendable {
    /// Keys kept in memory, at some 600 bytes each. Beyond that the whole table is dropped and fills anew.
    private static let keysMax = 65_536

    private struct State {
        var credentials: [KeyHash: Credential] = [:]
        var hashesByAccount: [AccountID: Set<KeyHash>] = [:]
        var accountWindows: [AccountID: SharedRateWindow] = [:]
        var keyWindows: [KeyID: SharedRateWindow] = [:]
        var usedKeys: [KeyID: UnixTime] = [:]
        var appliedRevision: Int64 = 0
    }

    private let state = Monitor(State())
    private let store: any CredentialStore

    package init(store: any CredentialStore) { self.store = store }

    /// The credential of a key that was used lately.
    package func known(_ hash: KeyHash) -> Credential? { state.withLock { $0.credentials[hash] } }

    /// The credential from storage; nil when no such key exists.
    package func load(
        _ hash: KeyHash, deadline: MonotonicTime, at time: MonotonicTime
    ) async -> Result<Credential?, StorageUnavailable> {
        switch await store.credential(for: hash, deadline: deadline) {
        case .failure(let failure): return .failure(failure)
        case .success((nil, _)): return .success(nil)
        case .success((let stored?, let revision)):
            return .success(state.withLock { remember(stored, hash, revision: revision, at: time, in: &$0) })
        }
    }

    /// Forgets what changed, at the latest the revision named.
    package func apply(changedAccounts: some Sequence<AccountID>, revision: Int64) {
        state.withLock { state in
            state.appliedRevision = max(state.appliedRevision, revision)
            for account in changedAccounts { Self.forget(account, in: &state) }
        }
    }

    /// Forgets every credential, at the latest the revision named; the limits go on counting.
    package func forgetAll(revision: Int64) {
        state.withLock { state in
            state.appliedRevision = max(state.appliedRevision, revision)
            state.credentials = [:]
            state.hashesByAccount = [:]
        }
    }

    /// Forgets one account at once; for changes made by this process.
    package func forget(_ account: AccountID) { state.withLock { Self.forget(account, in: &$0) } }

    /// Notes that a key was used.
    package func noteUse(_ key: KeyID, at time: UnixTime) {
        state.withLock { state in
            // Bounded like the credentials; a key that does not fit is noted at its next use.
            if state.usedKeys.count < Self.keysMax || state.usedKeys[key] != nil { state.usedKeys[key] = time }
        }
    }

    /// Takes the uses noted since the last call, for storage.
    package func takeUses() -> [KeyID: UnixTime] {
        state.withLock { state in
            let uses = state.usedKeys
            state.usedKeys = [:]
            return uses
        }
    }

    private static func forget(_ account: AccountID, in state: inout State) {
        for hash in state.hashesByAccount.removeValue(forKey: account) ?? [] { state.credentials[hash] = nil }
    }

    private func remember(
        _ stored: StoredCredential, _ hash: KeyHash, revision: Int64, at time: MonotonicTime, in state: inout State
    ) -> Credential {
        if state.credentials.count >= Self.keysMax {
            state.credentials = [:]
            state.hashesByAccount = [:]
        }
        // The windows outlive the credentials: a changed key must not get a fresh limit.
        if state.accountWindows.count >= Self.keysMax {
            state.accountWindows = state.accountWindows.filter { !$0.value.isIdle(at: time) }
        }
        if state.keyWindows.count >= Self.keysMax {
            state.keyWindows = state.keyWindows.filter { !$0.value.isIdle(at: time) }
        }
        let accountWindow = Self.window(stored.account.id, in: &state.accountWindows)
        let keyWindow = stored.key.limit == nil ? nil : Self.window(stored.key.id, in: &state.keyWindows)
        let credential = Credential(
            key: stored.key, account: stored.account, accountWindow: accountWindow, keyWindow: keyWindow)
        // Read before a change that has been applied since: good for this request, not for keeping.
        if revision >= state.appliedRevision {
            state.credentials[hash] = credential
            state.hashesByAccount[stored.account.id, default: []].insert(hash)
        }
        return credential
    }

    private static func window<ID: Hashable>(_ id: ID, in windows: inout [ID: SharedRateWindow]) -> SharedRateWindow {
        if let window = windows[id] { return window }
        let window = SharedRateWindow()
        windows[id] = window
        return window
    }
}
