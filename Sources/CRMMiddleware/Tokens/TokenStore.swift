// Where clients and tokens are kept. A port.

package import NumbersCore
package import Platform

/// A token with its workspace as storage has them at one revision of the feed of changes.
package struct StoredToken: Sendable {
    package let record: TokenRecord
    package let workspace: Workspace

    package init(record: TokenRecord, workspace: Workspace) {
        self.record = record
        self.workspace = workspace
    }
}

/// A client with what its secret is known by.
package struct StoredClient: Sendable {
    package let record: ClientRecord
    package let secretHash: SecretHash

    package init(record: ClientRecord, secretHash: SecretHash) {
        self.record = record
        self.secretHash = secretHash
    }
}

/// A context token with its workspace and what its secret is known by.
package struct StoredContextToken: Sendable {
    package let record: ContextTokenRecord
    package let secretHash: SecretHash
    package let workspace: Workspace

    package init(record: ContextTokenRecord, secretHash: SecretHash, workspace: Workspace) {
        self.record = record
        self.secretHash = secretHash
        self.workspace = workspace
    }
}

/// Clients and tokens in storage.
package protocol TokenStore: Sendable {
    /// The token, and the revision that the answer belongs to; nil when it does not exist or its client was revoked.
    func token(
        for hash: SecretHash, deadline: MonotonicTime
    ) async -> Result<(token: StoredToken?, revision: Int64), StorageUnavailable>

    /// The client, revoked or not.
    func client(_ id: ClientID, deadline: MonotonicTime) async -> Result<StoredClient?, StorageUnavailable>

    /// Stores a token, and ends the oldest of the client's tokens when there are too many; false when the client was
    /// revoked meanwhile.
    func issue(
        _ token: TokenRecord, hash: SecretHash, deadline: MonotonicTime
    ) async -> Result<Bool, StorageUnavailable>

    /// Ends a token of a client; one of another client, or none at all, is left as it is.
    func end(
        _ hash: SecretHash, of client: ClientID, at: UnixTime, deadline: MonotonicTime
    ) async -> Result<Void, StorageUnavailable>

    /// The context token, usable or not, and the revision that the answer belongs to.
    func contextToken(
        _ token: UniqueID, deadline: MonotonicTime
    ) async -> Result<(token: StoredContextToken?, revision: Int64), StorageUnavailable>
}
