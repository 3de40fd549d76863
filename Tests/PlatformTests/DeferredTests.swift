import Platform
import Testing

@Suite struct DeferredTests {
    private static func isReady(_ value: Deferred<some Sendable>) -> Bool {
        switch value {
        case .ready: true
        case .pending, .promised: false
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

    @Test("a promise is kept through map and flatMap, whoever keeps it and when", arguments: [false, true])
    func promised(later: Bool) async throws {
        let value = Deferred<Int>.promised { tell in
            guard later else { return tell { 20 } }
            Task.detached { tell { 20 } }
        }
        let mapped = value.map { $0 + 1 }
        #expect(!Self.isReady(mapped))
        #expect(await mapped.value == 21)
        #expect(await mapped.flatMap { .ready($0 * 2) }.value == 42)
        #expect(await mapped.flatMap { step in .promised { tell in tell { step * 3 } } }.value == 63)
        #expect(await Deferred.ready(1).flatMap { _ in value }.value == 20)
    }

    @Test("a promise begins when there is somebody to tell, and every step runs once, where the value is wanted")
    func promisedLazily() {
        let counter = Counter()
        let value = Deferred<Int>.promised { tell in
            counter.add()
            tell {
                counter.add()
                return 1
            }
        }.map { value -> Int in
            counter.add()
            return value + 1
        }
        #expect(counter.value == 0)
        guard case .promised(let begin) = value else { return #expect(Bool(false), "not a promise any more") }
        let made = Monitor<Deferred<Int>.Make?>(nil)
        begin { make in made.withLock { $0 = make } }
        // It has begun, and nothing has been made of it yet.
        #expect(counter.value == 1)
        #expect(made.withLock { $0 }?() == 2)
        #expect(counter.value == 3)
    }
}
