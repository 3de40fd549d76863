import CRMTemplate
import Platform
import Testing

@testable import CRMMiddleware

@Suite(.timeLimit(.minutes(1))) struct BellTests {
    private static let far = MonotonicTime.now() + .seconds(3_600)

    @Test func `a ring wakes who waits, and one that came before does too`() async {
        let bell = Bell()
        bell.ring()
        bell.ring()
        await bell.wait(until: Self.far, alarm: .system)
        let waiting = Task { await bell.wait(until: Self.far, alarm: .system) }
        try? await Task.sleep(for: .milliseconds(5))
        bell.ring()
        await waiting.value
    }

    @Test func `the instant ends a wait, and leaves no ring behind`() async {
        let bell = Bell()
        await bell.wait(until: .now() + .milliseconds(2), alarm: .system)
        let start = MonotonicTime.now()
        await bell.wait(until: start + .milliseconds(30), alarm: .system)
        #expect(start.duration(to: .now()) >= .milliseconds(30))
    }

    @Test func `the timer of a wait that was ended by a ring rings nobody`() async {
        let bell = Bell()
        // An alarm that returns at once when it is cancelled, as all do.
        for _ in 0..<200 {
            bell.ring()
            await bell.wait(until: Self.far, alarm: .system)
        }
        try? await Task.sleep(for: .milliseconds(5))
        let start = MonotonicTime.now()
        await bell.wait(until: start + .milliseconds(20), alarm: .system)
        #expect(start.duration(to: .now()) >= .milliseconds(20))
    }

    @Test func `any number of rings from anywhere lose no wait`() async {
        let bell = Bell()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 { group.addTask { for _ in 0..<500 { bell.ring() } } }
            group.addTask {
                for _ in 0..<100 { await bell.wait(until: .now() + .milliseconds(1), alarm: .system) }
            }
        }
    }
}
