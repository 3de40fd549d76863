import Glibc
import Platform
import Testing

@Suite struct OSThreadTests {
    @Test("a thread runs its body once, and join waits for its end")
    func runs() throws {
        let counter = Counter()
        let thread = try OSThread.start(name: "a name longer than fifteen bytes") {
            usleep(20_000)
            counter.add()
        }
        thread.join()
        #expect(counter.value == 1)
    }

    @Test("a stack that cannot be had is an error value")
    func refused() {
        #expect(throws: SystemError.self) { _ = try OSThread.start(name: "huge", stackBytes: 1 << 50) {} }
    }
}
