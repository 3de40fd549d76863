// Signals as values read by one thread. They must be blocked before any other thread starts, so that all inherit it.

internal import CLinux
internal import Glibc

/// The signals a server answers to.
package enum ServerSignal: Int32, Sendable, CaseIterable {
    /// End: `SIGTERM`, sent by service supervisors.
    case terminate = 15
    /// End: `SIGINT`, Ctrl-C in a terminal.
    case interrupt = 2
    /// Read settings and certificates anew: `SIGHUP`.
    case hangUp = 1
}

/// Delivers signals one at a time to whoever waits (signalfd(2)).
package struct SignalSource: ~Copyable, Sendable {
    private let descriptor: FileDescriptor

    /// Blocks the server signals for this thread and all it starts, and ignores `SIGPIPE`: a write to a closed
    /// connection is an error value, not an end.
    package init() throws(SystemError) {
        no_ignore_signal(SIGPIPE)
        var set = sigset_t()
        let numbers = ServerSignal.allCases.map(\.rawValue)
        no_sigset_of(&set, numbers, Int32(numbers.count))
        let code = pthread_sigmask(SIG_BLOCK, &set, nil)
        guard code == 0 else { throw SystemError(code: code, operation: "pthread_sigmask") }
        let raw = signalfd(-1, &set, Int32(SFD_CLOEXEC))
        guard raw >= 0 else { throw SystemError.last("signalfd") }
        descriptor = FileDescriptor(owning: raw)
    }

    /// Waits for the next signal. The one wait without a deadline: it ends when somebody wants the program to end.
    package borrowing func next() -> ServerSignal {
        while true {
            if let signal = next(within: .seconds(3_600)) { return signal }
        }
    }

    /// Waits for the next signal at most so long; nil when none came.
    package borrowing func next(within duration: Duration) -> ServerSignal? {
        var waiting = pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)
        // A negative time would be poll's word for ever.
        guard poll(&waiting, 1, Int32(clamping: max(0, duration.wholeMilliseconds))) > 0 else { return nil }
        var information = signalfd_siginfo()
        let count = read(descriptor.rawValue, &information, MemoryLayout<signalfd_siginfo>.size)
        guard count == MemoryLayout<signalfd_siginfo>.size else { return nil }
        return ServerSignal(rawValue: Int32(bitPattern: information.ssi_signo))
    }
}
