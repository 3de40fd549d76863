import Glibc
import Platform
import SQLiteDatabase
import Testing

/// A body that stays where it is until it is let go.
private final class Gate: Sendable {
    private let reached = Counter()
    private let opened = Counter()

    var isOpen: Bool { opened.value > 0 }
    func open() { opened.add() }

    var body: @Sendable (Connection) throws(DatabaseError) -> Int {
        { _ throws(DatabaseError) in
            self.reached.add()
            while !self.isOpen { usleep(1_000) }
            return -1
        }
    }

    func untilReached() async throws {
        while reached.value == 0 { try await Task.sleep(for: .milliseconds(1)) }
    }
}

@Suite(.timeLimit(.minutes(3))) struct ReaderPoolTests {
    private let scratch = ScratchDirectory()
    private var path: String { scratch.file("a.db") }

    private func pool(count: Int = 2, queueLimit: Int = 10) throws -> ReaderPool {
        try ReaderPool(path: path, options: Samples.options, count: count, queueLimit: queueLimit, clock: .system)
    }

    private func database() throws -> Connection { try Samples.schema.open(path: path, options: Samples.options) }

    /// Runs until it is stopped.
    private static let endless: @Sendable (Connection) throws(DatabaseError) -> Int = {
        connection throws(DatabaseError) in
        try connection.run("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n")
    }

    @Test func `a body reads what is committed, on one snapshot, and cannot write`() async throws {
        let writer = try database()
        try Samples.insertPair(1, on: writer)
        let pool = try pool()
        let counts = await pool.read(deadline: after(milliseconds: 10_000)) { connection throws(DatabaseError) in
            #expect(connection.isInTransaction)
            return try Samples.pairCounts(on: connection)
        }
        #expect(counts == .success([1: 2]))
        let write = await pool.read(deadline: after(milliseconds: 10_000)) { connection throws(DatabaseError) in
            try Samples.insertPair(2, on: connection)
        }
        guard case .failure(.failed(let error)) = write else {
            Issue.record("a reader has written")
            return
        }
        #expect(error.kind == .readOnly)
        let again = pool.readNow(deadline: after(milliseconds: 10_000)) { connection throws(DatabaseError) in
            try Samples.pairCounts(on: connection)
        }
        #expect(again == .success([1: 2]))
        #expect(pool.stop(deadline: after(milliseconds: 10_000)))
    }

    @Test func `a query past its deadline is stopped and its reader is free again`() async throws {
        _ = try database()
        let pool = try pool(count: 1)
        for _ in 0..<3 {
            #expect(await pool.read(deadline: after(milliseconds: 30), Self.endless) == .failure(.timedOut))
        }
        let next = await pool.read(deadline: after(milliseconds: 10_000)) { connection throws(DatabaseError) in
            try Samples.pairCounts(on: connection).count
        }
        #expect(next == .success(0))
        #expect(pool.stop(deadline: after(milliseconds: 10_000)))
    }

    @Test("a full queue refuses at once", arguments: [2, 3, 4])
    func queueLimit(jobs: Int) async throws {
        _ = try database()
        let pool = try pool(count: 1, queueLimit: 3)
        let gate = Gate()
        let running = Task { await pool.read(deadline: after(milliseconds: 60_000), gate.body) }
        try await gate.untilReached()
        let waiting = (0..<min(jobs, 3)).map { index in
            Task {
                await pool.read(deadline: after(milliseconds: 60_000)) { _ throws(DatabaseError) in index }
            }
        }
        while pool.queueDepth < waiting.count { try await Task.sleep(for: .milliseconds(1)) }
        if jobs > 3 {
            let one = await pool.read(deadline: after(milliseconds: 60_000)) { _ throws(DatabaseError) in 9 }
            #expect(one == .failure(.overloaded))
            #expect(pool.overloads == 1)
        }
        gate.open()
        #expect(await running.value == .success(-1))
        for (index, task) in waiting.enumerated() { #expect(await task.value == .success(index)) }
        #expect(pool.stop(deadline: after(milliseconds: 10_000)))
    }

    @Test func `bodies that wait for a reader keep their own deadlines, and so do those that run`() async throws {
        _ = try database()
        let pool = try pool(count: 1)
        let gate = Gate()
        let running = Task { await pool.read(deadline: after(milliseconds: 100), gate.body) }
        try await gate.untilReached()
        let waiting = await pool.read(deadline: after(milliseconds: 50)) { _ throws(DatabaseError) in 1 }
        #expect(waiting == .failure(.timedOut))
        // The body does not look at its deadline, and is still running; its waiter is not.
        #expect(await running.value == .failure(.timedOut))
        #expect(!gate.isOpen)
        gate.open()
        #expect(pool.timeouts == 2)
        #expect(pool.stop(deadline: after(milliseconds: 10_000)))
    }

    @Test func `a stopped pool finishes what waits and refuses what comes`() async throws {
        _ = try database()
        let pool = try pool(count: 1)
        let gate = Gate()
        let running = Task { await pool.read(deadline: after(milliseconds: 60_000), gate.body) }
        try await gate.untilReached()
        let waiting = Task { await pool.read(deadline: after(milliseconds: 60_000)) { _ throws(DatabaseError) in 1 } }
        while pool.queueDepth == 0 { try await Task.sleep(for: .milliseconds(1)) }
        #expect(pool.stop(deadline: after(milliseconds: 10)) == false)
        let late = await pool.read(deadline: after(milliseconds: 60_000)) { _ throws(DatabaseError) in 1 }
        #expect(late == .failure(.stopped))
        gate.open()
        #expect(await running.value == .success(-1))
        #expect(await waiting.value == .success(1))
        #expect(pool.stop(deadline: after(milliseconds: 10_000)))
    }

    @Test func `a database that is not there or not one is refused`() {
        #expect(throws: DatabaseOpenError.self) { _ = try pool() }
        write(Array(repeating: 65, count: 5_000), to: path)
        #expect(throws: DatabaseOpenError.notADatabase(path: path)) { _ = try pool() }
    }

    @Test func `readers see a consistent state while the writer writes`() async throws {
        let connection = try database()
        try connection.run("INSERT INTO pairs VALUES (0, 'a', x'00'), (0, 'b', x'00')")
        let fixture = try DatabaseWriter(
            schema: Samples.schema, path: path, options: Samples.options, limits: .init(logFramesBusy: 20),
            clock: .system)
        let pool = try pool(count: 3, queueLimit: 100)
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for job in 1...150 as ClosedRange<Int64> {
                    let result = await fixture.write(deadline: after(milliseconds: 10_000)) {
                        connection throws(DatabaseError) in try Samples.insertPair(job, on: connection)
                    }
                    #expect(throws: Never.self) { try result.get() }
                }
            }
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<60 {
                        let result = await pool.read(deadline: after(milliseconds: 10_000)) {
                            connection throws(DatabaseError) in
                            let first = try Samples.pairCounts(on: connection)
                            let second = try Samples.pairCounts(on: connection)
                            return first == second && first.values.allSatisfy { $0 == 2 }
                        }
                        #expect(result == .success(true))
                    }
                }
            }
        }
        #expect(pool.stop(deadline: after(milliseconds: 10_000)))
        #expect(fixture.stop(deadline: after(milliseconds: 10_000)))
    }
}
