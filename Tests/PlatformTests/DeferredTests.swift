import Platform
import Testing

@Suite struct DeferredTests {
    private static func isReady(_ value: Deferred<some Sendable>) -> Bool {
        switch value {
        case .ready: true
        case .pending: false
        }
    }

    @Test("what is ready stays ready through map and flatMap")
    func ready() async {
        let value = Deferred.ready(20).map { $0 + 1 }.flatMap { .ready($0 * 2) }
        #expect(Self.isReady(value))
        #expect(await value.value == 42)
    }

    @Test("what needs waiting is waited for, whichever step brings it in")
    func pending() async {
        let first = Deferred<Int>.pending { 20 }.map { $0 + 1 }.flatMap { .ready($0 * 2) }
        #expect(!Self.isReady(first))
        #expect(await first.value == 42)
        let second = Deferred.ready(21).flatMap { value in Deferred.pending { value * 2 } }
        #expect(!Self.isReady(second))
        #expect(await second.value == 42)
    }

    @Test("pending work does not run before it is asked for")
    func lazy() async {
        let counter = Counter()
        let value = Deferred<Void>.pending { counter.add() }.map { counter.add() }
        #expect(counter.value == 0)
        await value.value
        #expect(counter.value == 2)
    }
}
