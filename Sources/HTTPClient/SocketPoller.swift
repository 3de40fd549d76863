// The epoll set of the client's thread. Used on that thread only.

internal import CCurl
internal import CLinux
internal import Glibc
internal import Platform

/// Watches the sockets that libcurl asks for, level-triggered, and the wake-up.
struct SocketPoller: ~Copyable {
    /// Events taken from the kernel in one turn.
    private static let eventsMax = 256

    private let set: FileDescriptor
    private let events: UnsafeMutableBufferPointer<epoll_event>

    init(wakeUp: Int32) throws(SystemError) {
        let raw = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard raw >= 0 else { throw SystemError.last("epoll_create1") }
        let set = FileDescriptor(owning: raw)
        var event = epoll_event()
        event.events = EPOLLIN.rawValue | EPOLLET.rawValue
        event.data.fd = wakeUp
        guard epoll_ctl(raw, EPOLL_CTL_ADD, wakeUp, &event) == 0 else { throw SystemError.last("epoll_ctl") }
        self.set = set
        // Freed in deinit; only `wait` and `event` use it, below the count of the last wait.
        events = .allocate(capacity: Self.eventsMax)
    }

    deinit { events.deallocate() }

    /// Watches a socket for what libcurl names (`CURL_POLL_IN` and the like), or no longer.
    /// - Returns: false when the kernel has no memory for one more.
    @inline(never)
    borrowing func watch(_ socket: Int32, _ what: Int32) -> Bool {
        var event = epoll_event()
        event.data.fd = socket
        switch what {
        case CURL_POLL_IN: event.events = EPOLLIN.rawValue
        case CURL_POLL_OUT: event.events = EPOLLOUT.rawValue
        case CURL_POLL_INOUT: event.events = EPOLLIN.rawValue | EPOLLOUT.rawValue
        default:
            // Fails when the socket is closed already, and then the kernel has taken it out.
            _ = epoll_ctl(set.rawValue, EPOLL_CTL_DEL, socket, &event)
            return true
        }
        if epoll_ctl(set.rawValue, EPOLL_CTL_MOD, socket, &event) == 0 { return true }
        return epoll_ctl(set.rawValue, EPOLL_CTL_ADD, socket, &event) == 0
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

    /// One of the events of the last `wait`, in libcurl's words (`CURL_CSELECT_IN` and the like).
    borrowing func event(_ index: Int) -> (socket: Int32, what: Int32) {
        let bits = events[index].events
        var what: Int32 = 0
        if bits & EPOLLIN.rawValue != 0 { what |= CURL_CSELECT_IN }
        if bits & EPOLLOUT.rawValue != 0 { what |= CURL_CSELECT_OUT }
        if bits & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0 { what |= CURL_CSELECT_ERR }
        return (events[index].data.fd, what)
    }
}
