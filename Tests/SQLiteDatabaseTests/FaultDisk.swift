// The failing disk as Swift sees it.

import CFaultVFS
import Synchronization

/// A registered VFS with a name of its own; unregistered when the test lets go of it.
final class FaultDisk: @unchecked Sendable {
    // Sendable: the C side guards its state with a mutex, and the pointer never changes.
    private let vfs: OpaquePointer
    let name: String

    private static let serial = Atomic<Int>(0)

    enum Operations: Int32, Sendable, CaseIterable {
        case writes = 1
        case syncs = 2
        case both = 3
    }

    enum Fault: Sendable, CaseIterable {
        case inputOutput, shortWrite, full

        fileprivate var code: FaultError {
            switch self {
            case .inputOutput: FAULT_IO_ERROR
            case .shortWrite: FAULT_SHORT_WRITE
            case .full: FAULT_DISK_FULL
            }
        }
    }

    init() {
        name = "fault-\(Self.serial.add(1, ordering: .relaxed).newValue)"
        guard let created = fault_vfs_create(name) else { preconditionFailure("no memory for a VFS") }
        vfs = created
    }

    deinit { fault_vfs_destroy(vfs) }

    func fail(_ operations: Operations, at k: Int, once: Bool, _ fault: Fault) {
        fault_vfs_arm(vfs, operations.rawValue, Int64(k), once ? 0 : 1, fault.code)
    }

    func recover() { fault_vfs_disarm(vfs) }

    var fired: Int { Int(fault_vfs_fired(vfs)) }
    var writes: Int { Int(fault_vfs_count(vfs, Operations.writes.rawValue)) }
    var syncs: Int { Int(fault_vfs_count(vfs, Operations.syncs.rawValue)) }
    var logSyncs: Int { Int(fault_vfs_log_syncs(vfs)) }

    func stallSyncs(milliseconds: Int) { fault_vfs_stall_syncs(vfs, Int32(milliseconds)) }
    func release() { fault_vfs_stall_syncs(vfs, 0) }
    var stalled: Int { Int(fault_vfs_stalled(vfs)) }

    /// Waits until a sync is being held up.
    func untilStalled() async {
        while stalled == 0 { try? await Task.sleep(for: .milliseconds(1)) }  // Never cancelled in these tests.
    }
}
