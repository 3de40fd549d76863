// How other threads reach a loop. `state` is guarded by its monitor, the two flags are atomics.

internal import CLinux
internal import Glibc
internal import HTTPWire
internal import Platform
internal import Synchronization

/// What other threads may want of a loop.
enum LoopItem {
    /// A job of a task that prefers this loop.
    case job(UnownedJob)
    /// What makes the answer that a handler has promised, or whose task has ended elsewhere, for the connection with
    /// this ticket.
    case answer(UInt64, Reply.Make)
    /// The producer of the content that this connection sends has left something.
    case stream(UInt64)
    /// A producer's task has ended.
    case streamTaskEnded
    /// Take no new connections, finish what is under way, end by the deadline.
    case drain(MonotonicTime)
    /// End now.
    case stop
}

/// A queue into a loop that wakes it only when it sleeps: a burst costs one write to the event descriptor.
final class LoopInbox: Sendable {
    private struct State {
        var items: [LoopItem] = []
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

    /// The descriptor a loop watches, edge-triggered; it is never read, its count cannot overflow in practice (2⁶⁴).
    var descriptor: Int32 { wakeUp.rawValue }

    /// Adds an item, from any thread; false when the loop has ended, and nobody will look at it.
    @discardableResult
    func append(_ item: LoopItem) -> Bool {
        let isAccepted = state.withLock { state in
            if !state.isClosed { state.items.append(item) }
            return !state.isClosed
        }
        guard isAccepted else { return false }
        // Sequentially consistent on both sides: either the loop sees the item before it sleeps, or this sees that
        // it sleeps.
        hasItems.store(true, ordering: .sequentiallyConsistent)
        guard isSleeping.exchange(false, ordering: .sequentiallyConsistent) else { return true }
        var one: UInt64 = 1
        _ = Glibc.write(wakeUp.rawValue, &one, 8)
        return true
    }

    /// Says that the loop is about to sleep; false when it must not, because something is there.
    func prepareToSleep() -> Bool {
        isSleeping.store(true, ordering: .sequentiallyConsistent)
        guard hasItems.load(ordering: .sequentiallyConsistent) else { return true }
        isSleeping.store(false, ordering: .sequentiallyConsistent)
        return false
    }

    /// Says that the loop is awake again.
    func awake() { isSleeping.store(false, ordering: .sequentiallyConsistent) }

    /// Takes everything out, in order, into `taken`, which must be empty; the two arrays change places.
    func take(into taken: inout [LoopItem]) {
        guard hasItems.load(ordering: .relaxed) else { return }
        state.withLock { state in
            swap(&state.items, &taken)
            hasItems.store(false, ordering: .sequentiallyConsistent)
        }
    }

    /// Takes nothing more, and gives back what was not looked at.
    func close() -> [LoopItem] {
        state.withLock { state in
            state.isClosed = true
            defer { state.items = [] }
            return state.items
        }
    }
}
