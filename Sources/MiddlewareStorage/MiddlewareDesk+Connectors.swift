// What an administrator does with connectors and secrets, each operation one write transaction.

package import CRMMiddleware
package import Platform
package import SQLiteDatabase

extension MiddlewareDesk {
    /// Why a connector was not added.
    package enum ConnectorRefusal: Error, Sendable, Hashable {
        case noWorkspace
        /// The workspace has ``ConnectorTable/countMax`` already.
        case tooMany
        /// The workspace has the built-in contacts already.
        case secondBuiltIn
        /// It has secrets, and no key was given.
        case noKey
    }

    /// Adds a connector to its workspace.
    package func addConnector(
        _ record: ConnectorRecord, vault: SecretVault
    ) throws(DatabaseError) -> Result<Void, ConnectorRefusal> {
        try connection.transaction { () throws(DatabaseError) in
            guard try WorkspaceTable.find(record.workspace, on: connection) != nil else {
                return .failure(.noWorkspace)
            }
            guard try ConnectorTable.count(of: record.workspace, on: connection) < ConnectorTable.countMax else {
                return .failure(.tooMany)
            }
            if record.kind == .builtin {
                let all = try ConnectorTable.all(of: record.workspace, vault: vault, on: connection)
                if all.contains(where: { $0.kind == .builtin }) { return .failure(.secondBuiltIn) }
            }
            switch try ConnectorTable.insert(record, vault: vault, at: clock.wall(), on: connection) {
            case .kept: return .success(())
            case .noKey, .noConnector: return .failure(.noKey)
            }
        }
    }

    /// A connector of any workspace; nil when there is none.
    package func connector(_ id: ConnectorID, vault: SecretVault) throws(DatabaseError) -> ConnectorRecord? {
        guard let workspace = try ConnectorTable.workspace(of: id, on: connection) else { return nil }
        return try ConnectorTable.find(id, workspace: workspace, vault: vault, on: connection)
    }

    /// The connectors of a workspace in the order they are asked.
    package func connectors(of workspace: WorkspaceID, vault: SecretVault) throws(DatabaseError) -> [ConnectorRecord] {
        try ConnectorTable.all(of: workspace, vault: vault, on: connection)
    }

    /// Changes a connector, all of it or nothing.
    package func setConnector(
        _ change: ConnectorTable.Change, of record: ConnectorRecord, vault: SecretVault
    ) throws(DatabaseError) -> SecretKeeping {
        try connection.transaction { () throws(DatabaseError) in
            try ConnectorTable.set(
                change, of: record.id, workspace: record.workspace, vault: vault, at: clock.wall(), on: connection)
        }
    }

    /// Removes a connector for good; false when there is none.
    package func removeConnector(_ id: ConnectorID) throws(DatabaseError) -> Bool {
        try connection.transaction { () throws(DatabaseError) in
            guard let workspace = try ConnectorTable.workspace(of: id, on: connection) else { return false }
            return try ConnectorTable.remove(id, workspace: workspace, at: clock.wall(), on: connection)
        }
    }

    /// Keeps the state of an authorization that was begun.
    package func keepAuthorization(
        _ pending: PendingAuthorization, state: SHA256Digest
    ) throws(DatabaseError) {
        try connection.transaction { () throws(DatabaseError) in
            _ = try ConnectorTable.sweepStates(now: clock.wall(), on: connection)
            try ConnectorTable.keep(pending, state: state, on: connection)
        }
    }

    // MARK: Secrets

    /// How many values are sealed.
    package func sealedCount() throws(DatabaseError) -> Int64 { try ConnectorTable.sealedCount(on: connection) }

    /// Seals every secret with another key, in one transaction: all or none.
    /// - Parameter progress: how many are done.
    /// - Returns: how many there were, or the first that could not be opened; then nothing was changed.
    package func rotateSecrets(
        from old: SecretVault, to new: SecretVault, progress: (Int64) -> Void
    ) throws(DatabaseError) -> Result<Int64, UnopenedSecret> {
        try connection.transaction { () throws(DatabaseError) in
            try connection.trial { () throws(DatabaseError) -> Trial<Result<Int64, UnopenedSecret>> in
                let count = try ConnectorTable.sealedCount(on: connection)
                let fault = try ConnectorTable.reseal(
                    from: old, to: new, at: clock.wall(), on: connection, progress: progress)
                return fault.map { .undo(.failure($0)) } ?? .keep(.success(count))
            }
        }
    }
}
