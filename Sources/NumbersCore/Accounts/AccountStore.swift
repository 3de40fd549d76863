// What the account endpoints need of storage. Every write returns when it is durable.

package import Platform

/// Why a key could not be made or changed.
package enum KeyChangeRefusal: Error, Sendable, Hashable {
    /// No such key in this account.
    case notFound
    /// The account has as many enabled keys as it may have.
    case tooManyKeys
    /// It is the last usable key that can manage the account.
    case lastManagingKey
    /// The key was revoked by the operator and stays so.
    case revoked
    /// The key can do, or would be able to do, more than the key that asks.
    case widerThanCaller
    /// A test key asks for a change of a live one.
    case testKey
    case unavailable
}

/// One page of an account's ledger, newest first.
package struct LedgerPage: Sendable {
    /// An entry with the display prefix of the key that it was made with.
    package struct Line: Sendable {
        package let entry: LedgerEntry
        package let keyPrefix: String?

        package init(entry: LedgerEntry, keyPrefix: String?) {
            self.entry = entry
            self.keyPrefix = keyPrefix
        }
    }

    /// Lines of a page.
    package static let linesMax = 100

    package let lines: [Line]
    /// The entry to go on before; nil at the end.
    package let nextCursor: Int64?

    package init(lines: [Line], nextCursor: Int64?) {
        self.lines = lines
        self.nextCursor = nextCursor
    }
}

/// What usage is summed up by.
package enum UsageGroup: String, Sendable, Hashable, CaseIterable {
    case day, key, reference, kind
}

/// A sum of usage.
package struct UsageRow: Sendable, Hashable {
    package let group: String
    package let lookups: Int64
    package let billed: MicroUSD

    package init(group: String, lookups: Int64, billed: MicroUSD) {
        self.group = group
        self.lookups = lookups
        self.billed = billed
    }
}

/// Where accounts and keys are kept.
package protocol AccountStore: Sendable {
    /// Opens a free account with its first keys.
    func open(
        _ account: Account, keys: [NewKey], deadline: MonotonicTime
    ) async -> Result<Void, StorageUnavailable>

    func account(_ id: AccountID, deadline: MonotonicTime) async -> Result<AccountProfile?, StorageUnavailable>

    /// Changes what the customer sets. A webhook's secret is sealed before it is kept.
    func update(
        _ id: AccountID, _ patch: AccountPatch, deadline: MonotonicTime
    ) async -> Result<AccountProfile?, AccountChangeRefusal>

    /// The account's keys, oldest first; at most 1,000.
    func keys(of account: AccountID, deadline: MonotonicTime) async -> Result<[KeyRecord], StorageUnavailable>

    func createKey(
        _ key: NewKey, account: AccountID, at: UnixTime, deadline: MonotonicTime
    ) async -> Result<KeyRecord, KeyChangeRefusal>

    /// One key of the account; nil when it has no such key.
    func key(
        _ id: KeyID, of account: AccountID, deadline: MonotonicTime
    ) async -> Result<KeyRecord?, StorageUnavailable>

    /// Changes a key's settings, within those of the key that asks.
    func updateKey(
        _ id: KeyID, account: AccountID, caller: KeySettings, patch: KeyPatch, at: UnixTime, deadline: MonotonicTime
    ) async -> Result<KeyRecord, KeyChangeRefusal>

    /// Gives a key, which must be within the one that asks, a new text; the old one works until `graceUntil`, an older one no more.
    func rotateKey(
        _ id: KeyID, account: AccountID, caller: KeySettings, to key: APIKey, graceUntil: UnixTime, at: UnixTime,
        deadline: MonotonicTime
    ) async -> Result<KeyRecord, KeyChangeRefusal>

    /// A page of the account's ledger before an entry, or from the newest on.
    func ledger(
        of account: AccountID, before cursor: Int64?, limit: Int, deadline: MonotonicTime
    ) async -> Result<LedgerPage, StorageUnavailable>

    /// Billed usage from one instant to another, at most 10,000 rows.
    func usage(
        of account: AccountID, from: UnixTime, to: UnixTime, by group: UsageGroup, deadline: MonotonicTime
    ) async -> Result<[UsageRow], StorageUnavailable>
}
