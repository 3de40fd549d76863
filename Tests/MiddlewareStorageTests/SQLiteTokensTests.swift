import CFaultVFS
import CRMMiddleware
import MiddlewareStorage
import NumbersCore
import Platform
import SQLiteDatabase
import Testing

@Suite struct SQLiteTokensTests {
    /// The port as the server has it.
    private struct Store {
        let writer: DatabaseWriter
        let readers: ReaderPool
        let tokens: SQLiteTokens

        init(_ office: TokenOffice, vfs: String? = nil) throws {
            let options = DatabaseOptions(older: .refuse, vfs: vfs)
            writer = try DatabaseWriter(
                schema: MiddlewareSchema.schema, path: office.path, options: options, limits: DatabaseWriter.Limits(),
                clock: .system)
            readers = try ReaderPool(path: office.path, options: options, count: 1, queueLimit: 64, clock: .system)
            tokens = SQLiteTokens(writer: writer, readers: readers)
        }

        func close() {
            #expect(writer.stop(deadline: deadline) && readers.stop(deadline: deadline))
        }

        var deadline: MonotonicTime { MonotonicTime.now() + .seconds(20) }
    }

    @Test func `what is issued is found with its workspace, and no more once it has ended`() async throws {
        let office = try TokenOffice()
        let store = try Store(office)
        let hash = AccessToken(random: .system).hash
        let record = office.record()
        #expect(try await store.tokens.issue(record, hash: hash, deadline: store.deadline).get())
        let (found, revision) = try await store.tokens.token(for: hash, deadline: store.deadline).get()
        #expect(found?.record == record && found?.workspace.id == office.workspace)
        #expect(try await store.tokens.client(office.client, deadline: store.deadline).get()?.record.scopes == .lookup)
        try await store.tokens.end(hash, of: office.client, at: office.now, deadline: store.deadline).get()
        let (gone, later) = try await store.tokens.token(for: hash, deadline: store.deadline).get()
        #expect(gone == nil && later > revision)
        let context = try #require(try office.desk.createContextToken(workspace: office.workspace, life: nil))
        let (token, _) = try await store.tokens.contextToken(context.record.token, deadline: store.deadline).get()
        #expect(token?.secretHash == context.secret.hash && token?.workspace.id == office.workspace)
        let (none, _) = try await store.tokens.contextToken(UniqueID(random: .system), deadline: store.deadline).get()
        #expect(none == nil)
        store.close()
    }

    @Test(arguments: [FAULT_IO_ERROR, FAULT_SHORT_WRITE, FAULT_DISK_FULL], [false, true])
    func `whichever write or sync fails, an answered token is on disk, and a refused one does no harm`(
        error: FaultError, isPersistent: Bool
    ) async throws {
        var k: Int64 = 1
        while try await faultRound(k, error, isPersistent: isPersistent) {
            k += 1
            try #require(k < 200)
        }
        // Each token writes and syncs at least once.
        #expect(k > 4)
    }

    /// Three tokens with the k-th operation failing; whether there were that many.
    private func faultRound(_ k: Int64, _ error: FaultError, isPersistent: Bool) async throws -> Bool {
        let office = try TokenOffice()
        let faults = try TokenFaults()
        var answered: [SecretHash] = []
        var refused = 0
        let fired: Bool
        do {
            let store = try Store(office, vfs: faults.name)
            fault_vfs_arm(faults.vfs, Int32(FAULT_WRITE | FAULT_SYNC), k, isPersistent ? 1 : 0, error)
            for _ in 0..<3 {
                let hash = AccessToken(random: .system).hash
                switch await store.tokens.issue(office.record(), hash: hash, deadline: store.deadline) {
                case .success(let isStored):
                    #expect(isStored)
                    answered.append(hash)
                case .failure: refused += 1
                }
            }
            fired = fault_vfs_fired(faults.vfs) > 0
            fault_vfs_disarm(faults.vfs)
            // With the disk well again the same writer goes on.
            let last = AccessToken(random: .system).hash
            #expect(try await store.tokens.issue(office.record(), hash: last, deadline: store.deadline).get())
            answered.append(last)
            store.close()
        }
        let found = try office.desk.tokens(of: office.workspace).count
        #expect(found == answered.count, "k = \(k): nothing of a refused transaction is kept")
        for hash in answered { #expect(try TokenTable.find(hash: hash, on: office.connection) != nil, "k = \(k)") }
        #expect(try office.connection.integrityCheck() == [], "k = \(k)")
        #expect(fired == (refused > 0) || !isPersistent, "k = \(k)")
        return fired
    }
}
