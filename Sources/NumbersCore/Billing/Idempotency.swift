// Idempotency keys: the same request answered once. `RequestsInFlight` guards its set with a mutex; the rest is values.

package import Platform

/// A client's idempotency key: 1 to 255 printable ASCII characters, unique to one request of its account.
package struct IdempotencyKey: Hashable, Sendable {
    package let text: String

    package init?(_ text: String) {
        guard (1...255).contains(text.utf8.count), text.utf8.allSatisfy({ $0 >= 0x20 && $0 <= 0x7e }) else {
            return nil
        }
        self.text = text
    }

    private init(sandboxed key: IdempotencyKey) { text = "\u{1}" + key.text }

    /// The same key of a test key's request. What the sandbox answered is never replayed to a live key, nor the other way
    /// round; no client can send the character that tells them apart.
    package var inSandbox: IdempotencyKey { IdempotencyKey(sandboxed: self) }
}

/// An answer kept for replay, to be stored in the transaction of its own charge.
package struct StoredReply: Sendable {
    /// How long a reply is replayed.
    package static let lifetime: Duration = .seconds(24 * 60 * 60)
    /// How many an account keeps; the oldest goes first.
    package static let perAccountMax = 100_000

    package let account: AccountID
    package let key: IdempotencyKey
    /// SHA-256 over method, canonical path, decoded sorted query and hash of the body.
    package let fingerprint: SHA256Digest
    /// The body of the 200, byte for byte.
    package let body: [UInt8]
    package let at: UnixTime

    package init(account: AccountID, key: IdempotencyKey, fingerprint: SHA256Digest, body: [UInt8], at: UnixTime) {
        self.account = account
        self.key = key
        self.fingerprint = fingerprint
        self.body = body
        self.at = at
    }
}

/// Where replies are kept.
package protocol ReplyArchive: Sendable {
    /// The reply stored under a key within its lifetime, or nil.
    func reply(
        account: AccountID, key: IdempotencyKey, now: UnixTime, deadline: MonotonicTime
    ) async -> Result<StoredReply?, StorageUnavailable>

    /// Stores a reply that has no charge; an unexpired reply under the same key stays as it is.
    func store(_ reply: StoredReply, deadline: MonotonicTime) async -> Result<Void, StorageUnavailable>
}

/// Storage that did not answer in time or failed; the reason is in the log.
package struct StorageUnavailable: Error, Hashable, Sendable {
    package init() {}
}

/// The requests at work under an idempotency key, so that a second one is refused instead of charged.
package final class RequestsInFlight: Sendable {
    private struct Entry: Hashable {
        let account: AccountID
        let key: IdempotencyKey
    }

    private let entries = Monitor<Set<Entry>>([])

    package init() {}

    /// Marks a request as begun; false when one under the same key is still at work. The number of entries is bounded
    /// by the number of connections.
    package func begin(account: AccountID, key: IdempotencyKey) -> Bool {
        entries.withLock { $0.insert(Entry(account: account, key: key)).inserted }
    }

    package func end(account: AccountID, key: IdempotencyKey) {
        entries.withLock { _ = $0.remove(Entry(account: account, key: key)) }
    }
}
