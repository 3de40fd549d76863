// The account and key ports on SQLite. Holds no mutable state of its own.

package import NumbersCore
package import Platform
package import SQLiteDatabase

/// Accounts, keys and statements of a running server.
package struct SQLiteAccounts: AccountStore, CredentialStore {
    private let writer: DatabaseWriter
    private let readers: ReaderPool
    private let vault: SecretVault

    /// - Parameter vault: seals the secrets of webhooks.
    package init(writer: DatabaseWriter, readers: ReaderPool, vault: SecretVault) {
        self.writer = writer
        self.readers = readers
        self.vault = vault
    }

    package func credential(
        for hash: KeyHash, deadline: MonotonicTime
    ) async -> Result<(credential: StoredCredential?, revision: Int64), StorageUnavailable> {
        await readers.read(deadline: deadline) { connection throws(DatabaseError) in
            (
                credential: try KeyTable.credential(for: hash, on: connection),
                revision: try ChangeFeed.revision(on: connection)
            )
        }.mapError { _ in StorageUnavailable() }
    }

    package func open(
        _ account: Account, keys: [NewKey], deadline: MonotonicTime
    ) async -> Result<Void, StorageUnavailable> {
        await writer.write(deadline: deadline) { connection throws(DatabaseError) in
            try AccountTable.insert(account, on: connection)
            for key in keys { try KeyTable.insert(key, account: account.id, at: account.createdAt, on: connection) }
        }.mapError { _ in StorageUnavailable() }
    }

    package func account(
        _ id: AccountID, deadline: MonotonicTime
    ) async -> Result<AccountProfile?, StorageUnavailable> {
        await readers.read(deadline: deadline) { connection throws(DatabaseError) in
            try AccountTable.profile(id, on: connection)
        }.mapError { _ in StorageUnavailable() }
    }

    package func update(
        _ id: AccountID, _ patch: AccountPatch, deadline: MonotonicTime
    ) async -> Result<AccountProfile?, AccountChangeRefusal> {
        var sealed: [UInt8]?
        if case .some(.some(let webhook)) = patch.webhook {
            guard let bytes = vault.seal(webhook.secret, at: AccountTable.webhookSecretPlace(id)) else {
                return .failure(.noSecretKey)
            }
            sealed = bytes
        }
        let sealedSecret = sealed
        return await writer.write(deadline: deadline) { connection throws(DatabaseError) in
            try AccountTable.update(id, patch, sealedSecret: sealedSecret, on: connection)
        }.mapError { _ in .unavailable }
    }

    package func keys(of account: AccountID, deadline: MonotonicTime) async -> Result<[KeyRecord], StorageUnavailable> {
        await readers.read(deadline: deadline) { connection throws(DatabaseError) in
            try KeyTable.all(of: account, on: connection)
        }.mapError { _ in StorageUnavailable() }
    }

    package func createKey(
        _ key: NewKey, account: AccountID, at: UnixTime, deadline: MonotonicTime
    ) async -> Result<KeyRecord, KeyChangeRefusal> {
        await change(deadline) { connection throws(DatabaseError) in
            try KeyTable.create(key, account: account, at: at, on: connection)
        }
    }

    package func key(
        _ id: KeyID, of account: AccountID, deadline: MonotonicTime
    ) async -> Result<KeyRecord?, StorageUnavailable> {
        await readers.read(deadline: deadline) { connection throws(DatabaseError) in
            try KeyTable.find(id, account: account, on: connection)
        }.mapError { _ in StorageUnavailable() }
    }

    package func updateKey(
        _ id: KeyID, account: AccountID, caller: KeySettings, patch: KeyPatch, at: UnixTime, deadline: MonotonicTime
    ) async -> Result<KeyRecord, KeyChangeRefusal> {
        await change(deadline) { connection throws(DatabaseError) in
            try KeyTable.update(id, account: account, caller: caller, patch: patch, at: at, on: connection)
        }
    }

    package func rotateKey(
        _ id: KeyID, account: AccountID, caller: KeySettings, to key: APIKey, graceUntil: UnixTime, at: UnixTime,
        deadline: MonotonicTime
    ) async -> Result<KeyRecord, KeyChangeRefusal> {
        await change(deadline) { connection throws(DatabaseError) in
            try KeyTable.rotate(
                id, account: account, caller: caller, to: key, graceUntil: graceUntil, at: at, on: connection)
        }
    }

    private func change(
        _ deadline: MonotonicTime,
        _ body: @escaping @Sendable (Connection) throws(DatabaseError) -> Result<KeyRecord, KeyChangeRefusal>
    ) async -> Result<KeyRecord, KeyChangeRefusal> {
        switch await writer.write(deadline: deadline, body) {
        case .success(let outcome): outcome
        case .failure: .failure(.unavailable)
        }
    }

    package func ledger(
        of account: AccountID, before cursor: Int64?, limit: Int, deadline: MonotonicTime
    ) async -> Result<LedgerPage, StorageUnavailable> {
        await readers.read(deadline: deadline) { connection throws(DatabaseError) in
            try Statements.page(of: account, before: cursor, limit: limit, on: connection)
        }.mapError { _ in StorageUnavailable() }
    }

    package func usage(
        of account: AccountID, from: UnixTime, to: UnixTime, by group: UsageGroup, deadline: MonotonicTime
    ) async -> Result<[UsageRow], StorageUnavailable> {
        await readers.read(deadline: deadline) { connection throws(DatabaseError) in
            try Statements.usage(of: account, from: from, to: to, by: group, on: connection)
        }.mapError { _ in StorageUnavailable() }
    }
}

/// What the operator knows about numbers, for a running server.
package struct SQLiteCallerNames: CallerNameStore {
    private let readers: ReaderPool
    private let countsFreeReports: Bool

    /// - Parameter countsFreeReports: whether reports of free accounts count for a score.
    package init(readers: ReaderPool, countsFreeReports: Bool = false) {
        self.readers = readers
        self.countsFreeReports = countsFreeReports
    }

    package func records(
        for numbers: [E164], deadline: MonotonicTime
    ) async -> Result<(records: [NumberRecord], revision: Int64), StorageUnavailable> {
        await readers.read(deadline: deadline) { connection throws(DatabaseError) in
            var records: [NumberRecord] = []
            for number in numbers {
                records.append(
                    try NameTables.record(of: number, countsFreeReports: countsFreeReports, on: connection))
            }
            return (records: records, revision: try ChangeFeed.revision(on: connection))
        }.mapError { _ in StorageUnavailable() }
    }
}
