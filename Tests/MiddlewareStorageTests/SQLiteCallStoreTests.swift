import CFaultVFS
import CRMMiddleware
import MiddlewareStorage
import NumbersCore
import Platform
import SQLiteDatabase
import Synchronization
import TestSupport
import Testing

/// A registered VFS with a name of its own; unregistered when the test lets go of it.
private final class FailingDisk: @unchecked Sendable {
    // Sendable: the C side guards its state with a mutex, and the pointer never changes.
    let vfs: OpaquePointer
    let name: String

    private static let serial = Atomic<Int>(0)

    init() throws {
        name = "calls-fault-\(Self.serial.add(1, ordering: .relaxed).newValue)"
        vfs = try #require(fault_vfs_create(name))
    }

    deinit { fault_vfs_destroy(vfs) }
}

@Suite(.timeLimit(.minutes(3))) struct SQLiteCallStoreTests {
    /// A store over a database of its own.
    private final class Fixture: Sendable {
        let folder: TestFolder
        let workspace = CallFixture.workspace(7)
        let writer: DatabaseWriter
        let readers: ReaderPool
        let store: SQLiteCallStore

        init(vfs: String? = nil) throws {
            folder = try TestFolder()
            let path = folder.file("middleware.sqlite")
            let options = DatabaseOptions(older: .migrate, vfs: vfs)
            let connection = try MiddlewareSchema.schema.open(path: path, options: options)
            try WorkspaceTable.insert(workspace, on: connection)
            try connection.run(
                """
                INSERT INTO connectors (id, workspace_id, kind, name, priority, features, enabled, revision, created_at)
                VALUES (21, 7, 'template', 'C', 0, 15, 1, 0, 0)
                """)
            writer = try DatabaseWriter(
                schema: MiddlewareSchema.schema, path: path, options: options, limits: .init(), clock: .system)
            readers = try ReaderPool(path: path, options: options, count: 1, queueLimit: 1_024, clock: .system)
            store = SQLiteCallStore(writer: writer, readers: readers, clock: .system, random: .system)
        }

        deinit {
            _ = writer.stop(deadline: .now() + .seconds(10))
            _ = readers.stop(deadline: .now() + .seconds(10))
        }

        var deadline: MonotonicTime { .now() + .seconds(60) }

        func save(_ report: ReportedCall) async -> Result<PhoneCall, StorageUnavailable> {
            await store.save(report, plan: .builtIn, deadline: deadline)
        }

        func integer(_ sql: StaticString) async throws -> Int64 {
            try await readers.read(deadline: deadline) { connection throws(DatabaseError) in
                try connection.first(sql) { row throws(DatabaseError) in row.integer(0) } ?? -1
            }.get()
        }
    }

    @Test func `reports of one moment from many sides are one call`() async throws {
        let fixture = try Fixture()
        let start = UnixTime(seconds: 1_767_323_045)
        let ids = try await withThrowingTaskGroup(of: UniqueID.self) { group in
            for index in 0..<200 {
                group.addTask {
                    let report = CallFixture.report(fixture.workspace, start: start + .milliseconds(index)) {
                        $0.numberInternal = PartyNumber(given: "\(100 + index)", e164: nil)
                    }
                    return try await fixture.save(report).get().id
                }
            }
            return try await group.reduce(into: Set<UniqueID>()) { $0.insert($1) }
        }
        #expect(ids.count == 1)
        #expect(try await fixture.integer("SELECT merged_reports FROM calls") == 200)
        #expect(try await fixture.integer("SELECT count(*) FROM call_segments") == 200)
        #expect(try await fixture.integer("SELECT count(*) FROM deliveries") == 1)
    }

    /// For every k: the k-th write or sync fails. A report that was answered is there whole, one that was refused is
    /// not there at all.
    @Test(arguments: [FAULT_WRITE, FAULT_SYNC]) func `a report is stored whole or not at all`(_ kind: Int) async throws
    {
        var k: Int64 = 1
        while try await runOnce(kind, k) {
            k += 1
            try #require(k < 500, "the sweep does not end")
        }
        #expect(k > (kind == FAULT_WRITE ? 20 : 3))
    }

    /// One run; false when the k-th operation was never reached.
    private func runOnce(_ kind: Int, _ k: Int64) async throws -> Bool {
        let disk = try FailingDisk()
        let fixture = try Fixture(vfs: disk.name)
        var context = CallContextDraft(
            direction: .inbound, external: PartyNumber("+33142000000", country: nil, plan: .builtIn))
        context.data = [ContextPair("subject", "Two words")]
        _ = try await fixture.store.save(context, of: fixture.workspace.id, deadline: fixture.deadline).get()
        let start = UnixTime(seconds: 1_767_323_045)
        fault_vfs_arm(disk.vfs, Int32(kind), k, 0, FAULT_IO_ERROR)
        var stored: Int64 = 0
        for offset in [0, 1, 600] {
            let report = CallFixture.report(fixture.workspace, start: start + .seconds(offset)) { $0.duration = 5 }
            if case .success = await fixture.save(report) { stored += 1 }
        }
        let fired = fault_vfs_fired(disk.vfs) > 0
        fault_vfs_disarm(disk.vfs)
        let reports = try await fixture.integer("SELECT coalesce(sum(merged_reports), 0) FROM calls")
        #expect(reports == stored, "k = \(k)")
        #expect(try await fixture.integer("SELECT count(*) FROM call_segments") == stored, "k = \(k)")
        let calls = try await fixture.integer("SELECT count(*) FROM calls")
        #expect(try await fixture.integer("SELECT count(*) FROM deliveries") == calls, "k = \(k)")
        // The context belongs to the first call that was stored, and is free if none was.
        #expect(
            try await fixture.integer("SELECT count(*) FROM call_contexts WHERE taken_by IS NOT NULL") == min(1, calls),
            "k = \(k)")
        #expect(try await fixture.integer("SELECT count(*) FROM call_words") == 2 * min(1, calls), "k = \(k)")
        return fired
    }
}
