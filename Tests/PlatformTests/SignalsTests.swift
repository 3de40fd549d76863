import Glibc
import Platform
import Testing

/// Each test runs in a process of its own: the signal mask and the fate of `SIGPIPE` belong to the whole process.
@Suite struct SignalsTests {
    @Test("blocked signals come one after the other as values, others do not")
    func values() async {
        await #expect(processExitsWith: .exitCode(7)) {
            let source = try SignalSource()
            // To this thread alone: the others of the test's process have not inherited the mask.
            for signal in [SIGTERM, SIGINT, SIGHUP] { pthread_kill(pthread_self(), signal) }
            var seen: Set<ServerSignal> = []
            for _ in 0..<3 {
                if let signal = source.next(within: .seconds(5)) { seen.insert(signal) }
            }
            precondition(seen == Set(ServerSignal.allCases))
            exit(7)
        }
    }

    @Test("waiting ends without a signal when the time is up")
    func timeout() async {
        await #expect(processExitsWith: .exitCode(7)) {
            let source = try SignalSource()
            let began = MonotonicTime.now()
            precondition(source.next(within: .milliseconds(50)) == nil)
            precondition(source.next(within: .zero) == nil)
            precondition(source.next(within: .milliseconds(-5_000)) == nil)
            let spent = began.duration(to: .now())
            precondition(spent >= .milliseconds(45) && spent < .seconds(30))
            exit(7)
        }
    }

    @Test("writing to a closed pipe is an error value, not the end of the process")
    func brokenPipe() async {
        await #expect(processExitsWith: .exitCode(7)) {
            let source = try SignalSource()
            var ends: [Int32] = [0, 0]
            precondition(pipe(&ends) == 0)
            close(ends[0])
            var byte: UInt8 = 1
            precondition(write(ends[1], &byte, 1) == -1)
            precondition(errno == EPIPE)
            precondition(source.next(within: .zero) == nil)
            exit(7)
        }
    }
}
