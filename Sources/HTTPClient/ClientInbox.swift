// How tasks reach the client's thread. `state` is guarded by its monitor, the two flags are atomics.

internal import CLinux
internal import Glibc
internal import Platform
internal import Synchronization

/// What a task may want of the client's thread.
enum ClientItem {
    case start(Submission)
    /// The caller of this request waits no longer.
    case cancel(UInt64)
    /// End everything and the thread.
    case stop
}

/// A request on its way to the client's thread.
struct Submission: Sendable {
    typealias Outcome = Result<ClientResponse, ClientError>

    let id: UInt64
    let request: CheckedRequest
    let deadline: MonotonicTime
    let isCancelled: Flag
    /// Resumed exactly once.
    let continuation: CheckedContinuation<Outcome, Never>
}

/// A switch that is only ever turned on.
final class Flag: Sendable {
    private let value = Atomic<Bool>(false)
    func set() { value.store(true, ordering: .sequentiallyConsistent) }
    var isSet: Bool { value.load(ordering: .sequentiallyConsistent) }
}

/// A queue into the client's thread that wakes it only when it sleeps: a burst costs one write to the event descriptor.
final class ClientInbox: Sendable {
    private struct State {
        var items: [ClientItem] = []
        var isClosed = false
    }

    private let state = Monitor(State())
    private let hasItems = Atomic<Bool>(false)
    private let isSleeping = Atomic<Bool>(false)
    private let wakeUp: FileDescriptor

    init() throws(SystemError) {
        let raw = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard raw >= 0 else { throw SystemError.last("eventfd") }
        wakeUp = FileDescriptor(owning: raw)
    }

    /// The descriptor the thread watches, edge-triggered; it is never read, its count cannot overflow in practice.
    var descriptor: Int32 { wakeUp.rawValue }

    /// Adds an item, from any thread; false when the client is closed, and nobody will look at it.
    func append(_ item: ClientItem) -> Bool {
        let accepted = state.withLock { state in
            if state.isClosed { return false }
            state.items.append(item)
            return true
        }
        guard accepted else { return false }
        // Sequentially consistent on both sides: either the thread sees the item before it sleeps, or this sees that it
        // sleeps.
        hasItems.store(true, ordering: .sequentiallyConsistent)
        guard isSleeping.exchange(false, ordering: .sequentiallyConsistent) else { return true }
        var one: UInt64 = 1
        _ = Glibc.write(wakeUp.rawValue, &one, 8)
        return true
    }

    /// Says that the thread is about to sleep; false when it must not, because something is there.
    func prepareToSleep() -> Bool {
        isSleeping.store(true, ordering: .sequentiallyConsistent)
        guard hasItems.load(ordering: .sequentiallyConsistent) else { return true }
        isSleeping.store(false, ordering: .sequentiallyConsistent)
        return false
    }

    /// Says that the thread is awake again.
    func awake() { isSleeping.store(false, ordering: .sequentiallyConsistent) }

    /// Takes everything out, in order, into `taken`, which must be empty; the two arrays change places.
    func take(into taken: inout [ClientItem]) {
        guard hasItems.load(ordering: .relaxed) else { return }
        state.withLock { state in
            swap(&state.items, &taken)
            hasItems.store(false, ordering: .sequentiallyConsistent)
        }
    }

    /// Takes nothing more, and gives back what was not looked at.
    func close() -> [ClientItem] {
        state.withLock { state in
            state.isClosed = true
            let rest = state.items
            state.items = []
            return rest
        }
    }
}
