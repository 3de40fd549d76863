import NumbersCore
import Platform
import Synchronization
import Testing

/// A store whose answer, and what happens while it is on its way, the test decides.
private final class ScriptedNames: CallerNameStore {
    struct Script {
        var records: [E164: NumberRecord] = [:]
        var revision: Int64 = 5
        var isDown = false
        var meanwhile: @Sendable () -> Void = {}
        var asked: [[E164]] = []
    }

    let script = Mutex(Script())

    func records(
        for numbers: [E164], deadline: MonotonicTime
    ) async -> Result<(records: [NumberRecord], revision: Int64), StorageUnavailable> {
        let script = script.withLock { script in
            script.asked.append(numbers)
            return script
        }
        script.meanwhile()
        if script.isDown { return .failure(StorageUnavailable()) }
        return .success((numbers.map { script.records[$0] ?? .none }, script.revision))
    }
}

@Suite struct CallerNameDirectoryTests {
    private static let deadline = MonotonicTime(nanoseconds: 1)

    private static func number(_ last: UInt64) throws -> E164 { try #require(E164(14_155_550_000 + last)) }

    @Test("only numbers that are not known are asked for, and answers keep the order of the question")
    func order() async throws {
        let store = ScriptedNames()
        let numbers = try (0..<4).map { try Self.number($0) }
        let suppressed = NumberRecord(isSuppressed: true, name: nil)
        store.script.withLock { $0.records = [numbers[2]: suppressed] }
        let directory = CallerNameDirectory(store: store, capacity: 100)
        _ = try await directory.records(for: [numbers[1]], deadline: Self.deadline).get()
        let asked = [numbers[3], numbers[2], numbers[1], numbers[0]]
        #expect(
            try await directory.records(for: asked, deadline: Self.deadline).get() == [.none, suppressed, .none, .none])
        #expect(store.script.withLock { $0.asked } == [[numbers[1]], [numbers[3], numbers[2], numbers[0]]])
        #expect(directory.known(numbers[2]) == suppressed)
        #expect(directory.known(try Self.number(9)) == nil)
        #expect(try await directory.records(for: [], deadline: Self.deadline).get().isEmpty)
    }

    @Test("a change forgets its numbers, or all")
    func changes() async throws {
        let directory = CallerNameDirectory(store: ScriptedNames(), capacity: 100)
        let (one, two) = (try Self.number(1), try Self.number(2))
        _ = try await directory.records(for: [one, two], deadline: Self.deadline).get()
        directory.apply(changedNumbers: [one], revision: 5)
        #expect(directory.known(one) == nil)
        #expect(directory.known(two) != nil)
        directory.apply(changedNumbers: nil, revision: 5)
        #expect(directory.known(two) == nil)
    }

    @Test(
        "what was read before a change that has been applied meanwhile is answered and not kept",
        arguments: [(4, true), (5, true), (6, false)] as [(Int64, Bool)])
    func race(appliedMeanwhile: Int64, isKept: Bool) async throws {
        let store = ScriptedNames()
        let directory = CallerNameDirectory(store: store, capacity: 100)
        store.script.withLock { $0.meanwhile = { directory.apply(changedNumbers: [], revision: appliedMeanwhile) } }
        // The store holds the directory through its script, and the directory the store.
        defer { store.script.withLock { $0.meanwhile = {} } }
        #expect(try await directory.records(for: [try Self.number(1)], deadline: Self.deadline).get() == [.none])
        #expect((directory.known(try Self.number(1)) != nil) == isKept)
    }

    @Test("a store that is down is told, and nothing is kept")
    func down() async throws {
        let store = ScriptedNames()
        store.script.withLock { $0.isDown = true }
        let directory = CallerNameDirectory(store: store, capacity: 100)
        let result = await directory.records(for: [try Self.number(1)], deadline: Self.deadline)
        #expect(throws: StorageUnavailable.self) { try result.get() }
        #expect(directory.known(try Self.number(1)) == nil)
    }

    @Test("no more numbers stay in memory than the capacity, and those asked for again stay longest")
    func capacity() async throws {
        let directory = CallerNameDirectory(store: ScriptedNames(), capacity: 10)
        let favourite = try Self.number(0)
        for last in UInt64(0)..<100 {
            _ = try await directory.records(for: [try Self.number(last)], deadline: Self.deadline).get()
            #expect(directory.known(favourite) != nil)
        }
        let known = try (0..<100).count { directory.known(try Self.number($0)) != nil }
        #expect((2...10).contains(known))
    }
}
