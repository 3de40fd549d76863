import CRMMiddleware
import Testing

@Suite struct WorkspaceMemoryTests {
    private static let (one, two) = (WorkspaceID(value: 1), WorkspaceID(value: 2))

    @Test("a value is known until something of its workspace changes")
    func changes() {
        let memory = WorkspaceMemory<Int, String>(countMax: 10)
        memory.remember("a", for: 1, of: Self.one, revision: 0)
        memory.remember("b", for: 2, of: Self.two, revision: 0)
        #expect(memory.known(1) == "a" && memory.known(2) == "b" && memory.known(3) == nil)
        memory.apply(changed: [Self.one], revision: 5)
        #expect(memory.known(1) == nil && memory.known(2) == "b")
        memory.remember("old", for: 1, of: Self.one, revision: 4)
        #expect(memory.known(1) == nil)
        memory.remember("new", for: 1, of: Self.one, revision: 5)
        #expect(memory.known(1) == "new")
        memory.forget(Self.two)
        #expect(memory.known(1) == "new" && memory.known(2) == nil)
        memory.forgetAll(revision: 3)
        #expect(memory.known(1) == nil)
        memory.remember("old", for: 1, of: Self.one, revision: 4)
        #expect(memory.known(1) == nil, "the revision never falls")
    }

    @Test("beyond its bound it begins anew")
    func bound() {
        let memory = WorkspaceMemory<Int, Int>(countMax: 3)
        for key in 1...3 { memory.remember(key, for: key, of: Self.one, revision: 0) }
        memory.remember(30, for: 3, of: Self.one, revision: 0)
        #expect(memory.known(1) == 1 && memory.known(3) == 30, "a value in place of another is not one more")
        memory.remember(4, for: 4, of: Self.one, revision: 0)
        #expect(memory.known(4) == 4 && (1...3).allSatisfy { memory.known($0) == nil })
    }
}
