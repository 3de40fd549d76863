import CRMMiddleware
import NumbersCore
import Platform

/// Clients and tokens in memory, and how often each was read.
final class FakeTokenStore: TokenStore {
    struct State {
        var tokens: [SecretHash: StoredToken] = [:]
        var clients: [ClientID: StoredClient] = [:]
        var contextTokens: [UniqueID: StoredContextToken] = [:]
        var revision: Int64 = 1
        var reads = 0
        var isDown = false
        var isRevokedMeanwhile = false
    }

    let state = Monitor(State())

    var reads: Int { state.withLock { $0.reads } }

    func token(
        for hash: SecretHash, deadline: MonotonicTime
    ) async -> Result<(token: StoredToken?, revision: Int64), StorageUnavailable> {
        state.withLock { state in
            state.reads += 1
            return state.isDown
                ? .failure(StorageUnavailable()) : .success((token: state.tokens[hash], revision: state.revision))
        }
    }

    func client(_ id: ClientID, deadline: MonotonicTime) async -> Result<StoredClient?, StorageUnavailable> {
        state.withLock { state in
            state.reads += 1
            return state.isDown ? .failure(StorageUnavailable()) : .success(state.clients[id])
        }
    }

    func issue(
        _ token: TokenRecord, hash: SecretHash, deadline: MonotonicTime
    ) async -> Result<Bool, StorageUnavailable> {
        state.withLock { state in
            if state.isDown { return .failure(StorageUnavailable()) }
            if state.isRevokedMeanwhile { return .success(false) }
            state.tokens[hash] = StoredToken(record: token, workspace: .sample(token.workspace.value))
            return .success(true)
        }
    }

    func end(
        _ hash: SecretHash, of client: ClientID, at: UnixTime, deadline: MonotonicTime
    ) async -> Result<Void, StorageUnavailable> {
        state.withLock { state in
            if state.isDown { return .failure(StorageUnavailable()) }
            if state.tokens[hash]?.record.client == client { state.tokens[hash] = nil }
            return .success(())
        }
    }

    func contextToken(
        _ token: UniqueID, deadline: MonotonicTime
    ) async -> Result<(token: StoredContextToken?, revision: Int64), StorageUnavailable> {
        state.withLock { state in
            state.reads += 1
            return state.isDown
                ? .failure(StorageUnavailable())
                : .success((token: state.contextTokens[token], revision: state.revision))
        }
    }
}

extension Workspace {
    static func sample(_ id: Int64 = 7) -> Workspace {
        Workspace(
            id: WorkspaceID(value: id), name: "W", settings: WorkspaceSettings(), createdAt: UnixTime(seconds: 0))
    }
}
