// The port of connectors on SQLite. Holds no mutable state of its own.

package import CRMMiddleware
package import NumbersCore
package import Platform
package import SQLiteDatabase

/// The connectors of a running server.
package struct ConnectorsStore: ConnectorStore {
    private let writer: DatabaseWriter
    private let readers: ReaderPool
    private let vault: SecretVault

    package init(writer: DatabaseWriter, readers: ReaderPool, vault: SecretVault) {
        self.writer = writer
        self.readers = readers
        self.vault = vault
    }

    package func enabledConnectors(
        of workspace: WorkspaceID, deadline: MonotonicTime
    ) async -> Result<[ConnectorRecord], StorageUnavailable> {
        let vault = vault
        return await readers.read(deadline: deadline) { connection throws(DatabaseError) in
            try ConnectorTable.all(of: workspace, isEnabledOnly: true, vault: vault, on: connection)
        }.mapError { _ in StorageUnavailable() }
    }

    package func connector(
        _ id: ConnectorID, of workspace: WorkspaceID, deadline: MonotonicTime
    ) async -> Result<ConnectorRecord?, StorageUnavailable> {
        let vault = vault
        return await readers.read(deadline: deadline) { connection throws(DatabaseError) in
            try ConnectorTable.find(id, workspace: workspace, vault: vault, on: connection)
        }.mapError { _ in StorageUnavailable() }
    }

    package func takeAuthorization(
        states: [SHA256Digest], at: UnixTime, deadline: MonotonicTime
    ) async -> Result<(state: SHA256Digest, pending: PendingAuthorization)?, StorageUnavailable> {
        // Anybody may come with a state: one that was never given takes no place among the writes.
        let known = await readers.read(deadline: deadline) { connection throws(DatabaseError) -> [SHA256Digest] in
            var known: [SHA256Digest] = []
            for state in states where try ConnectorTable.has(state: state, on: connection) { known.append(state) }
            return known
        }
        guard case .success(let states) = known else { return .failure(StorageUnavailable()) }
        guard !states.isEmpty else { return .success(nil) }
        return await writer.write(deadline: deadline) {
            connection throws(DatabaseError) -> (state: SHA256Digest, pending: PendingAuthorization)? in
            for state in states {
                if let pending = try ConnectorTable.take(state: state, at: at, on: connection) {
                    return (state, pending)
                }
            }
            return nil
        }.mapError { _ in StorageUnavailable() }
    }

    package func keepSecret(
        _ value: Secret, parameter: String, of connector: ConnectorID, workspace: WorkspaceID, at: UnixTime,
        deadline: MonotonicTime
    ) async -> Result<SecretKeeping, StorageUnavailable> {
        let vault = vault
        var change = ConnectorTable.Change()
        change.parameters = [ConnectorParameter(parameter, .secret(HiddenText(value.revealText())))]
        let changes = change
        return await writer.write(deadline: deadline) { connection throws(DatabaseError) in
            try ConnectorTable.set(
                changes, of: connector, workspace: workspace, vault: vault, at: at, on: connection)
        }.mapError { _ in StorageUnavailable() }
    }
}

extension ConnectorRegistry: MiddlewareChangeListener {
    package func apply(_ subjects: [MiddlewareChanges.Subject], revision _: Int64) {
        for case .connectors(let workspace) in subjects { invalidate(workspace) }
    }

    package func forgetAll(revision _: Int64) { invalidateAll() }
}
