// Log output that never makes its caller wait: lines go into a bounded buffer, one thread writes them out.
// `state` is guarded by its mutex; the condition variable lives at a stable address for the life of the sink.

internal import CLinux
internal import Glibc
internal import Synchronization

/// Writes lines to a descriptor from a thread of its own.
///
/// A full buffer drops the line and counts it: a log reader that has stopped must not stop the server.
package final class LogSink: Sendable {
    private struct State {
        var pending: [UInt8] = []
        var isWriting = false
        var isClosed = false
    }

    private let state = Mutex(State())
    private let wake: Signal
    private let dropped = Atomic<UInt64>(0)
    private let capacityBytes: Int
    private let descriptor: Int32
    private let thread = Mutex<OSThread?>(nil)

    /// A sink for an open descriptor, which it does not close.
    /// - Parameter capacityBytes: how many bytes may wait; a line that does not fit is dropped.
    /// - Throws: when no thread or event descriptor is to be had.
    package init(descriptor: Int32, capacityBytes: Int) throws(SystemError) {
        self.descriptor = descriptor
        self.capacityBytes = capacityBytes
        wake = try Signal()
        let started = try OSThread.start(name: "log") { [weak self] in
            while let sink = self, sink.writeOnce() {}
        }
        thread.withLock { $0 = started }
    }

    /// Lines that found the buffer full.
    package var droppedCount: UInt64 { dropped.load(ordering: .relaxed) }

    /// Adds one line; a line feed is put behind it. Never blocks.
    package func write(_ line: [UInt8]) {
        // One short lock a line: the buffer is shared by all loops, and an uncontended lock costs about 10 ns.
        let (accepted, mustWake) = state.withLock { state -> (Bool, Bool) in
            guard !state.isClosed, state.pending.count + line.count + 1 <= capacityBytes else { return (false, false) }
            let wasEmpty = state.pending.isEmpty
            state.pending.append(contentsOf: line)
            state.pending.append(UInt8(ascii: "\n"))
            return (true, wasEmpty && !state.isWriting)
        }
        if !accepted { dropped.add(1, ordering: .relaxed) }
        if mustWake { wake.raise() }
    }

    /// Writes out what waits and ends the thread; waits at most a second for a reader that has stopped. Lines written
    /// from now on are dropped.
    package func close() {
        let deadline = MonotonicTime.now() + .seconds(1)
        var isWritten = false
        while !isWritten, MonotonicTime.now() < deadline {
            isWritten = state.withLock { state in
                guard state.pending.isEmpty, !state.isWriting else { return false }
                state.isClosed = true
                return true
            }
            if !isWritten { usleep(1_000) }
        }
        state.withLock { $0.isClosed = true }
        wake.raise()
        let ending = thread.withLock { $0.take() }
        // A thread that hangs in a write nobody takes cannot be waited for; it ends with the process.
        if isWritten { ending?.join() }
    }

    /// One round of the writing thread; false when it should end.
    private func writeOnce() -> Bool {
        wake.wait()
        while true {
            let batch = state.withLock { state -> [UInt8] in
                let batch = state.pending
                state.pending = []
                state.isWriting = !batch.isEmpty
                return batch
            }
            if batch.isEmpty { break }
            var offset = 0
            batch.withUnsafeBytes { bytes in
                while offset < bytes.count {
                    let written = systemWrite(descriptor, bytes.baseAddress.map { $0 + offset }, bytes.count - offset)
                    if written < 0 {
                        if errno == EINTR { continue }
                        if errno == EAGAIN {
                            usleep(1_000)
                            continue
                        }
                        // A closed pipe: nobody reads any more, and a log is no reason to end.
                        break
                    }
                    offset += written
                }
            }
        }
        return !state.withLock { $0.isClosed }
    }
}

/// The system's `write`, named apart from `LogSink.write`.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    Glibc.write(descriptor, bytes, count)
}

/// A wake-up for one waiting thread, through an event descriptor (eventfd(2)).
private final class Signal: Sendable {
    private let descriptor: FileDescriptor

    init() throws(SystemError) {
        let raw = eventfd(0, Int32(EFD_CLOEXEC))
        guard raw >= 0 else { throw SystemError.last("eventfd") }
        descriptor = FileDescriptor(owning: raw)
    }

    func raise() {
        var one: UInt64 = 1
        // Fails only when the counter is full, and then the waiter is awake anyway.
        _ = Glibc.write(descriptor.rawValue, &one, 8)
    }

    func wait() {
        var count: UInt64 = 0
        while Glibc.read(descriptor.rawValue, &count, 8) < 0, errno == EINTR {}
    }
}
