import Glibc
import Platform
import SQLiteDatabase
import Testing

/// A writer on a scratch file, on a disk that can be made to fail.
struct WriterFixture {
    let scratch = ScratchDirectory()
    let disk = FaultDisk()
    let writer: DatabaseWriter

    var path: String { scratch.file("a.db") }

    init(limits: DatabaseWriter.Limits = .init()) throws {
        // Made on the sound disk, so that the sweeps begin with the writer's own work.
        _ = try Samples.schema.open(path: scratch.file("a.db"), options: Samples.options)
        var options = Samples.options
        options.vfs = disk.name
        writer = try DatabaseWriter(
            schema: Samples.schema, path: scratch.file("a.db"), options: options, limits: limits, clock: .system)
    }

    func insert(_ job: Int64, within milliseconds: Int = 10_000) async -> Result<Int64, WriteFailure> {
        await writer.write(deadline: after(milliseconds: milliseconds)) { connection throws(DatabaseError) in
            try Samples.insertPair(job, on: connection)
            return job
        }
    }

    /// What the file holds, read past the failing disk.
    func pairs() throws -> [Int64: Int64] {
        try Samples.pairCounts(on: Connection(path: path, mode: .readOnly, busyTimeout: .seconds(5)))
    }

    func stop() -> Bool { writer.stop(deadline: after(milliseconds: 10_000)) }
}

@Suite(.timeLimit(.minutes(3))) struct DatabaseWriterTests {
    private static let onPurpose = DatabaseError(extendedCode: 1, message: "on purpose")

    @Test func `a value comes back once its change is there for others`() async throws {
        let fixture = try WriterFixture()
        #expect(await fixture.insert(7) == .success(7))
        #expect(try fixture.pairs() == [7: 2])
        #expect(fixture.stop())
    }

    @Test func `a lone write is answered after one sync of the log, and never before it`() async throws {
        let fixture = try WriterFixture(limits: .init(logFramesIdle: 1_000_000, logFramesBusy: 1_000_000))
        // The first write of a new log also syncs the log's header.
        #expect(await fixture.insert(0) == .success(0))
        for job in 1...20 as ClosedRange<Int64> {
            let before = fixture.disk.logSyncs
            #expect(await fixture.insert(job) == .success(job))
            #expect(fixture.disk.logSyncs == before + 1)
        }
        #expect(fixture.stop())
    }

    @Test func `what waits is committed together, with one sync`() async throws {
        let fixture = try WriterFixture()
        #expect(await fixture.insert(0) == .success(0))
        fixture.disk.stallSyncs(milliseconds: 60_000)
        let first = Task { await fixture.insert(1) }
        await fixture.disk.untilStalled()
        let rest = (2...41 as ClosedRange<Int64>).map { job in Task { await fixture.insert(job) } }
        while fixture.writer.metrics.queueDepth < 40 { try await Task.sleep(for: .milliseconds(1)) }
        let before = fixture.disk.logSyncs
        fixture.disk.release()
        #expect(await first.value == .success(1))
        for (job, task) in zip(2...41 as ClosedRange<Int64>, rest) { #expect(await task.value == .success(job)) }
        // That of the first, which was being held up, and one for the other forty.
        #expect(fixture.disk.logSyncs == before + 2)
        #expect(try fixture.pairs().count == 42)
        #expect(fixture.stop())
    }

    @Test("a batch holds at most so many", arguments: [(9, 1), (10, 1), (11, 2), (20, 2), (21, 3)] as [(Int, Int)])
    func batchLimit(jobs: Int, batches: Int) async throws {
        let fixture = try WriterFixture(limits: .init(batch: 10))
        #expect(await fixture.insert(0) == .success(0))
        fixture.disk.stallSyncs(milliseconds: 60_000)
        let first = Task { await fixture.insert(-1) }
        await fixture.disk.untilStalled()
        let rest = (1...jobs).map { job in Task { await fixture.insert(Int64(job)) } }
        while fixture.writer.metrics.queueDepth < jobs { try await Task.sleep(for: .milliseconds(1)) }
        let before = fixture.disk.logSyncs
        fixture.disk.release()
        _ = await first.value
        for task in rest { _ = await task.value }
        #expect(fixture.disk.logSyncs == before + 1 + batches)
        #expect(fixture.stop())
    }

    @Test("a full queue refuses at once", arguments: [4, 5, 6])
    func queueLimit(jobs: Int) async throws {
        let fixture = try WriterFixture(limits: .init(queue: 5))
        fixture.disk.stallSyncs(milliseconds: 60_000)
        let first = Task { await fixture.insert(0) }
        await fixture.disk.untilStalled()
        let waiting = (1...min(jobs, 5)).map { job in Task { await fixture.insert(Int64(job)) } }
        while fixture.writer.metrics.queueDepth < waiting.count { try await Task.sleep(for: .milliseconds(1)) }
        if jobs > 5 {
            #expect(await fixture.insert(99) == .failure(.overloaded))
            #expect(fixture.writer.metrics.overloads == 1)
        }
        fixture.disk.release()
        #expect(await first.value == .success(0))
        for task in waiting { await #expect(throws: Never.self) { try await task.value.get() } }
        #expect(try fixture.pairs().keys.sorted() == (0...Int64(min(jobs, 5))).map { $0 })
        #expect(fixture.stop())
    }

    @Test func `a job that fails takes only its own changes with it`() async throws {
        let fixture = try WriterFixture()
        fixture.disk.stallSyncs(milliseconds: 60_000)
        let first = Task { await fixture.insert(0) }
        await fixture.disk.untilStalled()
        let tasks = (1...6 as ClosedRange<Int64>).map { job in
            Task {
                await fixture.writer.write(deadline: after(milliseconds: 10_000)) { connection throws(DatabaseError) in
                    try Samples.insertPair(job, on: connection)
                    switch job {
                    case 2: throw Self.onPurpose
                    case 4: try Samples.insertPair(job, on: connection)
                    default: break
                    }
                }
            }
        }
        while fixture.writer.metrics.queueDepth < 6 { try await Task.sleep(for: .milliseconds(1)) }
        fixture.disk.release()
        #expect(await first.value == .success(0))
        for (job, task) in zip(1...6, tasks) {
            switch (job, await task.value) {
            case (2, .failure(.failed(let error))): #expect(error == Self.onPurpose)
            case (4, .failure(.failed(let error))): #expect(error.isUniqueViolation)
            case (_, .success): #expect(job != 2 && job != 4)
            default: Issue.record("job \(job) ended in another way")
            }
        }
        #expect(try fixture.pairs() == [0: 2, 1: 2, 3: 2, 5: 2, 6: 2])
        #expect(fixture.stop())
    }

    @Test func `a lone job that fails leaves nothing, and costs no sync`() async throws {
        let fixture = try WriterFixture()
        #expect(await fixture.insert(0) == .success(0))
        let syncs = fixture.disk.syncs
        let result = await fixture.writer.write(deadline: after(milliseconds: 10_000)) {
            connection throws(DatabaseError) -> Int in
            try Samples.insertPair(1, on: connection)
            throw Self.onPurpose
        }
        #expect(result == .failure(.failed(Self.onPurpose)))
        #expect(fixture.disk.syncs == syncs)
        #expect(await fixture.insert(1) == .success(1))
        #expect(fixture.stop())
    }

    @Test func `a deadline that has passed is answered and the body never runs`() async throws {
        let fixture = try WriterFixture()
        for _ in 0..<100 {
            #expect(await fixture.insert(1, within: -1) == .failure(.timedOut(mayCommit: false)))
        }
        #expect(try fixture.pairs().isEmpty)
        #expect(await fixture.insert(1) == .success(1))
        #expect(fixture.stop())
    }

    @Test func `while a sync hangs, deadlines are kept: begun jobs may commit, others never will`() async throws {
        let fixture = try WriterFixture()
        fixture.disk.stallSyncs(milliseconds: 60_000)
        let started = MonotonicTime.now()
        let begun = Task { await fixture.insert(1, within: 150) }
        await fixture.disk.untilStalled()
        #expect(fixture.writer.metrics.busyFor > .zero)
        let waiting = (2...20 as ClosedRange<Int64>).map { job in Task { await fixture.insert(job, within: 100) } }
        let patient = Task { await fixture.insert(21) }
        for task in waiting { #expect(await task.value == .failure(.timedOut(mayCommit: false))) }
        #expect(await begun.value == .failure(.timedOut(mayCommit: true)))
        #expect(started.duration(to: .now()) >= .milliseconds(100))
        // All are answered, and the sync hangs as before.
        #expect(fixture.disk.stalled == 1 && fixture.writer.metrics.busyFor > .zero)
        fixture.disk.release()
        #expect(await patient.value == .success(21))
        // The job that had begun did commit, those that had not did not.
        #expect(try fixture.pairs() == [1: 2, 21: 2])
        #expect(fixture.writer.metrics.timeouts == 20)
        #expect(fixture.writer.metrics.busyFor == .zero)
        #expect(fixture.stop())
    }

    @Test func `stop finishes what waits and refuses what comes later`() async throws {
        let fixture = try WriterFixture()
        fixture.disk.stallSyncs(milliseconds: 60_000)
        let first = Task { await fixture.insert(99) }
        await fixture.disk.untilStalled()
        let tasks = (0..<9).map { job in Task { await fixture.insert(Int64(job)) } }
        while fixture.writer.metrics.queueDepth < 9 { try await Task.sleep(for: .milliseconds(1)) }
        #expect(fixture.writer.stop(deadline: after(milliseconds: 20)) == false)
        #expect(await fixture.insert(100) == .failure(.stopped))
        fixture.disk.release()
        #expect(await first.value == .success(99))
        for (job, task) in tasks.enumerated() { #expect(await task.value == .success(Int64(job))) }
        #expect(fixture.stop())
        #expect(try fixture.pairs().count == 10)
    }

    @Test func `a writer that is let go of without a stop ends its threads`() async throws {
        let scratch = ScratchDirectory()
        do {
            let writer = try DatabaseWriter(
                schema: Samples.schema, path: scratch.file("a.db"), options: Samples.options, limits: .init(),
                clock: .system)
            _ = await writer.write(deadline: after(milliseconds: 10_000)) { connection throws(DatabaseError) in
                try Samples.insertPair(1, on: connection)
            }
        }
        // The last connection takes the log with it when it is closed.
        let deadline = after(milliseconds: 10_000)
        while scratch.entries != ["a.db"], MonotonicTime.now() < deadline {
            try await Task.sleep(for: .milliseconds(1))
        }
        #expect(scratch.entries == ["a.db"])
    }

    @Test func `a file that is refused is refused by the writer`() {
        let scratch = ScratchDirectory()
        write(Array(repeating: 65, count: 1_000), to: scratch.file("a.db"))
        #expect(throws: DatabaseOpenError.notADatabase(path: scratch.file("a.db"))) {
            _ = try DatabaseWriter(
                schema: Samples.schema, path: scratch.file("a.db"), options: Samples.options, limits: .init(),
                clock: .system)
        }
    }

    @Test func `two writers on one file take turns`() async throws {
        let fixture = try WriterFixture()
        let second = try DatabaseWriter(
            schema: Samples.schema, path: fixture.path, options: Samples.options, limits: .init(), clock: .system)
        await withTaskGroup(of: Void.self) { group in
            for worker in 0..<8 {
                group.addTask {
                    for turn in 0..<25 {
                        let job = Int64(worker * 25 + turn)
                        let writer = worker % 2 == 0 ? fixture.writer : second
                        let result = await writer.write(deadline: after(milliseconds: 30_000)) {
                            connection throws(DatabaseError) in try Samples.insertPair(job, on: connection)
                        }
                        #expect(throws: Never.self) { try result.get() }
                    }
                }
            }
        }
        #expect(try fixture.pairs().count == 200)
        #expect(fixture.stop())
        #expect(second.stop(deadline: after(milliseconds: 10_000)))
    }

    @Test func `a tool that writes beside a busy server gets its turn`() async throws {
        let fixture = try WriterFixture()
        let isDone = Counter()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<4 {
                group.addTask {
                    var job = Int64(worker) << 32
                    while isDone.value == 0 {
                        #expect(await fixture.insert(job) == .success(job))
                        job += 1
                    }
                }
            }
            group.addTask {
                defer { isDone.add() }
                let tool = try Samples.schema.open(path: fixture.path, options: DatabaseOptions(older: .refuse))
                for job in 1...20 as ClosedRange<Int64> {
                    try tool.transaction { () throws(DatabaseError) in try Samples.insertPair(-job, on: tool) }
                }
            }
            try await group.waitForAll()
        }
        #expect(try fixture.pairs().keys.filter { $0 < 0 }.count == 20)
        #expect(fixture.stop())
    }

    @Test func `the log stays bounded while writes and reads go on`() async throws {
        let fixture = try WriterFixture(
            limits: .init(logFramesIdle: 50, logFramesBusy: 200, logFramesMax: 400, quiet: .milliseconds(1)))
        let pool = try ReaderPool(
            path: fixture.path, options: Samples.options, count: 2, queueLimit: 100, clock: .system)
        let isDone = Counter()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    while isDone.value == 0 {
                        let result = await pool.read(deadline: after(milliseconds: 10_000)) {
                            connection throws(DatabaseError) in try Samples.pairCounts(on: connection).count
                        }
                        #expect(throws: Never.self) { try result.get() }
                    }
                }
            }
            group.addTask {
                for job in 0..<400 as Range<Int64> {
                    #expect(await fixture.insert(job) == .success(job))
                    #expect(fixture.writer.metrics.logFrames.value < 600)
                }
                isDone.add()
            }
        }
        #expect(fixture.writer.metrics.checkpointMicroseconds.snapshot.count > 0)
        #expect(contents(of: fixture.path + "-wal").count < 700 * 4_200)
        #expect(pool.stop(deadline: after(milliseconds: 10_000)))
        #expect(fixture.stop())
    }

    @Test func `an idle writer moves the log into the database`() async throws {
        let fixture = try WriterFixture(limits: .init(logFramesIdle: 5, quiet: .milliseconds(5)))
        for job in 0..<20 as Range<Int64> { #expect(await fixture.insert(job) == .success(job)) }
        let deadline = after(milliseconds: 10_000)
        while fixture.writer.metrics.checkpointMicroseconds.snapshot.count == 0, MonotonicTime.now() < deadline {
            try await Task.sleep(for: .milliseconds(1))
        }
        #expect(fixture.writer.metrics.checkpointMicroseconds.snapshot.count > 0)
        #expect(fixture.stop())
    }

    /// Many tasks, short deadlines, a disk that stalls now and then: each waiter is answered once (a second answer
    /// would crash, a missing one would hang), and the answer agrees with the file.
    @Test func `answers and file agree under many turns`() async throws {
        let fixture = try WriterFixture(limits: .init(queue: 24, batch: 7, logFramesIdle: 20, logFramesBusy: 40))
        var given: [Int64: Result<Int64, WriteFailure>] = [:]
        await withTaskGroup(of: [Int64: Result<Int64, WriteFailure>].self) { group in
            for worker in 0..<32 {
                group.addTask {
                    var answers: [Int64: Result<Int64, WriteFailure>] = [:]
                    for turn in 0..<40 {
                        let job = Int64(worker * 1_000 + turn)
                        answers[job] = await fixture.insert(job, within: turn % 3 == 0 ? turn % 7 : 10_000)
                    }
                    return answers
                }
            }
            group.addTask {
                for turn in 0..<15 {
                    fixture.disk.stallSyncs(milliseconds: turn % 3 == 0 ? 0 : 8)
                    try? await Task.sleep(for: .milliseconds(6))  // Never cancelled.
                }
                fixture.disk.release()
                return [:]
            }
            for await answers in group { given.merge(answers) { first, _ in first } }
        }
        #expect(fixture.stop())
        let found = try fixture.pairs()
        #expect(given.count == 32 * 40)
        for (job, answer) in given {
            switch answer {
            case .success(let value): #expect(value == job && found[job] == 2)
            case .failure(.timedOut(mayCommit: true)): #expect(found[job] == nil || found[job] == 2)
            case .failure: #expect(found[job] == nil)
            }
        }
    }
}
