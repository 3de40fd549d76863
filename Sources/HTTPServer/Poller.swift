// One epoll set. Owned by one loop and used on its thread only, but for `wake`.

internal import CLinux
internal import Glibc
internal import Platform

/// Tells which descriptors have something to do. Level-triggered but for the wake-up.
struct Poller: ~Copyable {
    /// Events taken from the kernel in one turn.
    private static let eventsMax = 256
    static let readable = EPOLLIN.rawValue
    static let writable = EPOLLOUT.rawValue
    /// Both directions are closed, or the connection has failed. Reported always.
    static let broken = EPOLLERR.rawValue | EPOLLHUP.rawValue

    /// Of several sets that watch one descriptor only some are told (epoll_ctl(2)).
    static let exclusive = EPOLLEXCLUSIVE.rawValue

    private let set: FileDescriptor
    private let events: UnsafeMutableBufferPointer<epoll_event>

    init() throws(SystemError) {
        let raw = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard raw >= 0 else { throw SystemError.last("epoll_create1") }
        set = FileDescriptor(owning: raw)
        // Freed in deinit; only `wait` and `event` use it, below the count of the last wait.
        events = .allocate(capacity: Self.eventsMax)
    }

    deinit { events.deallocate() }

    /// Starts watching; `ticket` comes back with every event.
    @inline(never)
    borrowing func add(_ descriptor: Int32, ticket: UInt64, interest: UInt32) throws(SystemError) {
        var event = epoll_event()
        event.events = interest
        event.data.u64 = ticket
        guard epoll_ctl(set.rawValue, EPOLL_CTL_ADD, descriptor, &event) == 0 else {
            throw SystemError.last("epoll_ctl")
        }
    }

    /// Watches a descriptor whose wake-ups need no reading: each one is reported once (edge-triggered).
    borrowing func addWakeUp(_ descriptor: Int32, ticket: UInt64) throws(SystemError) {
        try add(descriptor, ticket: ticket, interest: EPOLLIN.rawValue | EPOLLET.rawValue)
    }

    /// Changes what is watched for. The descriptor is in the set, so this cannot fail but by a mistake.
    @inline(never)
    borrowing func change(_ descriptor: Int32, ticket: UInt64, interest: UInt32) {
        var event = epoll_event()
        event.events = interest
        event.data.u64 = ticket
        let code = epoll_ctl(set.rawValue, EPOLL_CTL_MOD, descriptor, &event)
        precondition(code == 0 || errno == ENOMEM, "epoll_ctl MOD failed with \(errno)")
    }

    borrowing func remove(_ descriptor: Int32) {
        var event = epoll_event()
        _ = epoll_ctl(set.rawValue, EPOLL_CTL_DEL, descriptor, &event)
    }

    /// Waits for events, at most `milliseconds` (-1: for ever), and returns how many there are.
    @inline(never)
    borrowing func wait(milliseconds: Int32) -> Int {
        let count = epoll_wait(set.rawValue, events.baseAddress, Int32(Self.eventsMax), milliseconds)
        if count >= 0 { return Int(count) }
        // A signal: the loop looks at its clock and comes back.
        precondition(errno == EINTR, "epoll_wait failed with \(errno)")
        return 0
    }

    /// One of the events of the last `wait`.
    borrowing func event(_ index: Int) -> (ticket: UInt64, events: UInt32) {
        // epoll_event is packed on x86-64; both fields are read by value.
        (events[index].data.u64, events[index].events)
    }
}
