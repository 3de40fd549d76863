// Log output that never makes its caller wait: lines go into a bounded buffer, one thread writes them out.
// `state` is guarded by its monitor.

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
        var thread: OSThread?
    }

    /// The monitor's condition: there is something to write, or the end has come.
    private static let work = 0

    private let state = Monitor(State(), conditions: 1)
    private let dropped = Atomic<UInt64>(0)
    private let capacityBytes: Int
    private let descriptor: Int32

    /// A sink for an open descriptor, which it does not close.
    /// - Parameter capacityBytes: how many bytes may wait; a line that does not fit is dropped.
    /// - Throws: when no thread or event descriptor is to be had.
    package init(descriptor: Int32, capacityBytes: Int) throws(SystemError) {
        self.descriptor = descriptor
        self.capacityBytes = capacityBytes
        let state = state
        let thread = try OSThread.start(name: "log") { Self.writeLines(of: state, to: descriptor) }
        state.withLock { $0.thread = thread }
    }

    /// Lines that found the buffer full.
    package var droppedCount: UInt64 { dropped.load(ordering: .relaxed) }

    /// Adds one line; a line feed is put behind it. Never blocks.
    package func write(_ line: [UInt8]) {
        // One short lock a line: the buffer is shared by all loops, and an uncontended lock costs about 20 ns.
        let (accepted, mustWake) = state.withLock { state -> (Bool, Bool) in
            guard !state.isClosed, state.pending.count + line.count + 1 <= capacityBytes else { return (false, false) }
            let wasEmpty = state.pending.isEmpty
            state.pending.append(contentsOf: line)
            state.pending.append(UInt8(ascii: "\n"))
            return (true, wasEmpty && !state.isWriting)
        }
        if !accepted { dropped.add(1, ordering: .relaxed) }
        if mustWake { state.signal(Self.work) }
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
        let ending = state.withLock { state in
            state.isClosed = true
            return state.thread.take()
        }
        state.signal(Self.work)
        // A thread that hangs in a write nobody takes cannot be waited for.
        if isWritten { ending?.join() } else { ending?.detach() }
    }

    /// The thread's work: takes what waits and writes it, until the sink is closed.
    private static func writeLines(of state: Monitor<State>, to descriptor: Int32) {
        while true {
            let batch: [UInt8]? = state.wait(work) { state, _ in
                state.isWriting = false
                if state.pending.isEmpty { return state.isClosed ? .done(nil) : .wait(until: nil) }
                let batch = state.pending
                state.pending = []
                state.isWriting = true
                return .done(batch)
            }
            guard let batch else { return }
            write(batch, to: descriptor)
        }
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) {
        var offset = 0
        bytes.withUnsafeBytes { bytes in
            while offset < bytes.count {
                let written = Glibc.write(descriptor, bytes.baseAddress.map { $0 + offset }, bytes.count - offset)
                if written < 0 {
                    if errno == EINTR { continue }
                    if errno == EAGAIN {
                        usleep(1_000)
                        continue
                    }
                    // A closed pipe: nobody reads any more, and a log is no reason to end.
                    return
                }
                offset += written
            }
        }
    }
}
