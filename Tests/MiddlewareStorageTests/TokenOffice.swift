import CFaultVFS
import CRMMiddleware
import MiddlewareStorage
import Platform
import SQLiteDatabase
import TestSupport
import Testing

/// A fresh database with an administrator's desk on it, a workspace and a client.
final class TokenOffice {
    let folder: TestFolder
    let time = HandTime()
    let connection: Connection
    let desk: MiddlewareDesk
    let workspace: WorkspaceID
    let client: ClientID

    var path: String { folder.file("middleware.sqlite") }
    var now: UnixTime { time.now }

    init() throws {
        folder = try TestFolder()
        connection = try MiddlewareSchema.schema.open(
            path: folder.file("middleware.sqlite"), options: DatabaseOptions(older: .migrate))
        desk = MiddlewareDesk(connection: connection, clock: time.clock, random: .system)
        workspace = try desk.createWorkspace(name: "W").id
        client = try #require(try desk.createClient(workspace: workspace, scopes: .lookup, name: nil)).record.id
    }

    /// A token of the client that begins now.
    func record(_ client: ClientID? = nil, life: Duration = .seconds(60), at: UnixTime? = nil) -> TokenRecord {
        TokenRecord(
            id: TokenID(random: .system), client: client ?? self.client, workspace: workspace, scopes: .lookup,
            createdAt: at ?? now, expiresAt: (at ?? now) + life)
    }

    /// Issues a token and returns its hash.
    @discardableResult
    func issue(_ client: ClientID? = nil, life: Duration = .seconds(60), at: UnixTime? = nil) throws -> SecretHash {
        let hash = AccessToken(random: .system).hash
        #expect(try TokenTable.insert(record(client, life: life, at: at), hash: hash, on: connection))
        return hash
    }

    func count(_ table: StaticString) throws -> Int64 {
        try #require(try connection.first(table) { row throws(DatabaseError) in row.integer(0) })
    }

    /// The changes that some work notes.
    func changes(_ work: () throws -> Void) throws -> [MiddlewareChanges.Subject] {
        let before = try ChangeTable.revision(on: connection)
        try work()
        return try ChangeTable.changes(after: before, on: connection).changes.compactMap {
            MiddlewareChanges.Subject($0)
        }
    }
}

/// A registered fault VFS; every connection must be closed before it goes.
final class TokenFaults: Sendable {
    let name = "tokens-\(Hex.encode(RandomSource.system.integer()))"
    // Sendable: the functions of the VFS may be called from any thread, and the pointer never changes.
    nonisolated(unsafe) let vfs: OpaquePointer

    init() throws { vfs = try #require(fault_vfs_create(name)) }
    deinit { fault_vfs_destroy(vfs) }
}
