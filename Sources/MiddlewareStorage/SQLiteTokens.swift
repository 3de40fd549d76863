// The port of clients and tokens on SQLite. Holds no mutable state of its own.

package import CRMMiddleware
package import NumbersCore
package import Platform
package import SQLiteDatabase

/// Clients and tokens of a running server.
package struct SQLiteTokens: TokenStore {
    private let writer: DatabaseWriter
    private let readers: ReaderPool

    package init(writer: DatabaseWriter, readers: ReaderPool) {
        self.writer = writer
        self.readers = readers
    }

    package func token(
        for hash: SecretHash, deadline: MonotonicTime
    ) async -> Result<(token: StoredToken?, revision: Int64), StorageUnavailable> {
        await readers.read(deadline: deadline) {
            connection throws(DatabaseError) -> (token: StoredToken?, revision: Int64) in
            let revision = try ChangeTable.revision(on: connection)
            guard let record = try TokenTable.find(hash: hash, on: connection),
                let workspace = try WorkspaceTable.find(record.workspace, on: connection)
            else { return (nil, revision) }
            return (StoredToken(record: record, workspace: workspace), revision)
        }.mapError { _ in StorageUnavailable() }
    }

    package func client(
        _ id: ClientID, deadline: MonotonicTime
    ) async -> Result<StoredClient?, StorageUnavailable> {
        await readers.read(deadline: deadline) { connection throws(DatabaseError) in
            try ClientTable.find(id, on: connection)
        }.mapError { _ in StorageUnavailable() }
    }

    package func issue(
        _ token: TokenRecord, hash: SecretHash, deadline: MonotonicTime
    ) async -> Result<Bool, StorageUnavailable> {
        await writer.write(deadline: deadline) { connection throws(DatabaseError) in
            try TokenTable.insert(token, hash: hash, on: connection)
        }.mapError { _ in StorageUnavailable() }
    }

    package func end(
        _ hash: SecretHash, of client: ClientID, at: UnixTime, deadline: MonotonicTime
    ) async -> Result<Void, StorageUnavailable> {
        await writer.write(deadline: deadline) { connection throws(DatabaseError) in
            try TokenTable.end(hash: hash, of: client, at: at, on: connection)
        }.mapError { _ in StorageUnavailable() }
    }

    package func contextToken(
        _ token: UniqueID, deadline: MonotonicTime
    ) async -> Result<(token: StoredContextToken?, revision: Int64), StorageUnavailable> {
        await readers.read(deadline: deadline) {
            connection throws(DatabaseError) -> (token: StoredContextToken?, revision: Int64) in
            let revision = try ChangeTable.revision(on: connection)
            guard let found = try ContextTokenTable.find(token, on: connection),
                let workspace = try WorkspaceTable.find(found.record.workspace, on: connection)
            else { return (nil, revision) }
            return (
                StoredContextToken(record: found.record, secretHash: found.secret, workspace: workspace), revision
            )
        }.mapError { _ in StorageUnavailable() }
    }
}
