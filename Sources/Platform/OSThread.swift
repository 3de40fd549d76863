// Threads of the operating system, for the loops and writers that must own one. The closure is handed over once.

internal import CLinux
internal import Glibc

/// A running thread that can be waited for.
package final class OSThread: Sendable {
    private let handle: pthread_t

    private init(handle: pthread_t) { self.handle = handle }

    private final class Start {
        let name: String
        let body: @Sendable () -> Void
        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }

    /// Starts a thread that runs `body` once.
    /// - Parameters:
    ///   - name: shown by `top -H`; the kernel keeps its first 15 bytes.
    ///   - stackBytes: the size of its stack, a multiple of the page size.
    /// - Throws: when the system has no thread left (`EAGAIN`).
    package static func start(
        name: String, stackBytes: Int = 1 << 20, _ body: @escaping @Sendable () -> Void
    ) throws(SystemError) -> OSThread {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, stackBytes)
        var handle = pthread_t()
        let start = Unmanaged.passRetained(Start(name: name, body: body))
        let code = pthread_create(
            &handle, &attributes,
            { argument in
                guard let argument else { return nil }
                let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
                _ = no_set_thread_name(String(decoding: start.name.utf8.prefix(15), as: UTF8.self))
                start.body()
                return nil
            }, start.toOpaque())
        guard code == 0 else {
            start.release()
            throw SystemError(code: code, operation: "pthread_create", context: name)
        }
        return OSThread(handle: handle)
    }

    /// Asks the scheduler for short turns of the calling thread: when it wakes, it is let onto a processor before those
    /// that have longer turns, instead of waiting for the end of theirs. Its share of the processor stays the same. A
    /// system that does not know this, or does not allow it, leaves all as it is.
    package static func takeShortTurns(of duration: Duration) {
        _ = no_set_turn(UInt64(clamping: duration.wholeNanoseconds))
    }

    /// Waits until the thread has ended. May be called once, never from the thread itself.
    package func join() { pthread_join(handle, nil) }

    /// Lets the thread go: the system frees it when it ends. In place of `join`, not beside it.
    package func detach() { pthread_detach(handle) }
}
