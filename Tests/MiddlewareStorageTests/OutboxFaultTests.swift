import CFaultVFS
import CRMMiddleware
import Glibc
import MiddlewareStorage
import Platform
import SQLiteDatabase
import Synchronization
import Testing

/// A registered VFS with a name of its own; unregistered when the test lets go of it.
private final class FailingDisk: @unchecked Sendable {
    // Sendable: the C side guards its state with a mutex, and the pointer never changes.
    let vfs: OpaquePointer
    let name: String

    private static let serial = Atomic<Int>(0)

    init() throws {
        name = "outbox-fault-\(Self.serial.add(1, ordering: .relaxed).newValue)"
        vfs = try #require(fault_vfs_create(name))
    }

    deinit { fault_vfs_destroy(vfs) }
}

/// For every k: the k-th write or sync fails, once or from then on until the disk is well again. No delivery is lost,
/// none is settled that the CRM was not told of, and none is told twice: the server goes on, so it always knows.
@Suite(.timeLimit(.minutes(3))) struct OutboxFaultTests {
    struct Sweep: Sendable, CustomTestStringConvertible {
        let operation: Int
        let once: Bool

        var testDescription: String { "\(operation == FAULT_SYNC ? "syncs" : "writes")\(once ? " once" : "")" }
    }

    static let sweeps = [FAULT_WRITE, FAULT_SYNC].flatMap { operation in
        [true, false].map { Sweep(operation: Int(operation), once: $0) }
    }

    @Test(arguments: Self.sweeps) func `every k-th operation fails`(sweep: Sweep) async throws {
        var k = 1
        while try await runOnce(sweep, k: k) {
            k += 1
            try #require(k < 500, "the sweep does not end")
        }
        // Fewer operations than this would mean that the sweep has missed beginnings or ends.
        #expect(k > 8)
    }

    /// One run; false when the k-th operation was never reached.
    private func runOnce(_ sweep: Sweep, k: Int) async throws -> Bool {
        let disk = try FailingDisk()
        let crm = FakeCRM(ConnectorID(value: 21))
        let fixture = try OutboxFixture([crm], vfs: disk.name)
        var calls: [UniqueID] = []
        for contact in ["a", "a", "b", "b", "c"] { calls.append(try await fixture.call(contact)) }
        let flaky = calls[2]
        crm.behave { call, attempt in call == flaky && attempt == 1 ? .failed(.down) : .delivered(contact: nil) }
        fault_vfs_arm(disk.vfs, Int32(sweep.operation), Int64(k), sweep.once ? 0 : 1, FAULT_IO_ERROR)
        let outbox = fixture.start()
        try await fixture.later(.seconds(sweep.once ? 120 : 20), isRequired: false) {
            try await fixture.deliveries(.pending).isEmpty
        }
        let fired = fault_vfs_fired(disk.vfs) > 0
        // Whatever is on disk as settled, the CRM was told before.
        let told = Set(crm.told)
        for delivery in try await fixture.deliveries(.delivered) {
            #expect(told.contains(delivery.subject.id), "\(sweep.testDescription), k = \(k)")
        }
        fault_vfs_disarm(disk.vfs)
        try await fixture.later { try await fixture.deliveries(.pending).isEmpty }
        await outbox.stop()
        #expect(try await fixture.deliveries(.delivered).count == calls.count, "\(sweep.testDescription), k = \(k)")
        for call in calls {
            let expected = call == flaky ? 2 : 1
            #expect(crm.told.count { $0 == call } == expected, "\(sweep.testDescription), k = \(k)")
        }
        for pair in [[calls[0], calls[1]], [flaky, flaky, calls[3]]] {
            #expect(crm.told.filter { pair.contains($0) } == pair, "\(sweep.testDescription), k = \(k)")
        }
        return fired
    }
}
