import Glibc
import Platform
import SQLiteDatabase
import Testing

/// For every k: the k-th write or sync fails, once or from then on. Whatever happens, a job that was answered with a
/// value is in the file, whole; a job that was answered as failed is not; and the writer goes on once the disk does.
@Suite(.timeLimit(.minutes(3))) struct WriterFaultTests {
    struct Sweep: Sendable, CustomTestStringConvertible {
        let operations: FaultDisk.Operations
        let fault: FaultDisk.Fault
        let once: Bool

        var testDescription: String { "\(operations) \(fault) \(once ? "once" : "from then on")" }
    }

    static let sweeps: [Sweep] = FaultDisk.Operations.allCases.flatMap { operations in
        FaultDisk.Fault.allCases.flatMap { fault in
            // A sync can fail in one way only.
            operations == .syncs && fault != .inputOutput
                ? [] : [true, false].map { Sweep(operations: operations, fault: fault, once: $0) }
        }
    }

    private static let rounds = 5
    private static let jobsARound = 3

    @Test(arguments: Self.sweeps) func `every k-th operation fails`(sweep: Sweep) async throws {
        var k = 1
        var uncertain = 0
        while try await runOnce(sweep, k: k, uncertain: &uncertain) {
            k += 1
            try #require(k < 1_000, "the sweep does not end")
        }
        // Fewer operations than this would mean that the sweep has missed commits or checkpoints.
        #expect(k > (sweep.operations == .syncs ? 8 : 20))
        // A commit whose sync failed is written over and synced again, so only a disk that goes on failing its syncs
        // leaves doubt.
        #expect(uncertain == 0 || (!sweep.once && sweep.operations != .writes))
    }

    /// One run; false when the k-th operation was never reached.
    private func runOnce(_ sweep: Sweep, k: Int, uncertain: inout Int) async throws -> Bool {
        // Checkpoints come often, so that their writes and syncs are among those that fail.
        let fixture = try WriterFixture(
            limits: .init(batch: 4, logFramesIdle: 6, logFramesBusy: 8, quiet: .milliseconds(500)))
        var answers: [Int64: Result<Int64, WriteFailure>] = [:]
        fixture.disk.fail(sweep.operations, at: k, once: sweep.once, sweep.fault)
        for round in 0..<Self.rounds {
            let firedBefore = fixture.disk.fired
            await withTaskGroup(of: (Int64, Result<Int64, WriteFailure>).self) { group in
                for index in 0..<Self.jobsARound {
                    let job = Int64(round * Self.jobsARound + index)
                    group.addTask { (job, await fixture.insert(job)) }
                }
                for await (job, answer) in group { answers[job] = answer }
            }
            // What a kill at this moment would leave, right after the first failure and after the last round.
            if fixture.disk.fired > 0, firedBefore == 0 || round == Self.rounds - 1 {
                try check(answers, copyOf: fixture, name: "killed-\(round).db", sweep, k)
            }
        }
        let fired = fixture.disk.fired > 0
        for answer in answers.values {
            switch answer {
            case .success, .failure(.failed): break
            case .failure(.uncertain): uncertain += 1
            case .failure(.overloaded), .failure(.timedOut), .failure(.stopped):
                Issue.record("\(sweep.testDescription), k = \(k): \(answer)")
            }
        }
        // The disk is well again: so is the writer.
        fixture.disk.recover()
        let last: Int64 = 1_000
        answers[last] = await fixture.insert(last)
        #expect(answers[last] == .success(last), "\(sweep.testDescription), k = \(k)")
        #expect(fixture.stop())
        try check(answers, at: fixture.path, sweep, k)
        return fired
    }

    private func check(
        _ answers: [Int64: Result<Int64, WriteFailure>], copyOf fixture: WriterFixture, name: String, _ sweep: Sweep,
        _ k: Int
    ) throws {
        let copy = fixture.scratch.file(name)
        copyDatabase(at: fixture.path, to: copy)
        try check(answers, at: copy, sweep, k)
    }

    private func check(
        _ answers: [Int64: Result<Int64, WriteFailure>], at path: String, _ sweep: Sweep, _ k: Int
    ) throws {
        let connection = try Samples.schema.open(path: path, options: DatabaseOptions(older: .refuse))
        let problems = try connection.integrityCheck()
        #expect(problems.isEmpty, "\(sweep.testDescription), k = \(k)")
        let found = try Samples.pairCounts(on: connection)
        for (job, answer) in answers {
            switch answer {
            case .success: #expect(found[job] == 2, "\(sweep.testDescription), k = \(k), job \(job) was answered")
            case .failure(.uncertain): #expect(found[job] == nil || found[job] == 2)
            case .failure: #expect(found[job] == nil, "\(sweep.testDescription), k = \(k), job \(job): \(answer)")
            }
        }
        #expect(found.keys.allSatisfy { answers[$0] != nil })
    }

    @Test(arguments: Self.sweeps)
    func `making a database fails at every k-th operation`(sweep: Sweep) throws {
        let schema = DatabaseSchema(
            applicationID: Samples.productID, productName: "TestServer",
            migrations: [
                Samples.pairs,
                Migration(
                    version: 2, summary: "more",
                    sql: "CREATE TABLE more (a INTEGER) STRICT; INSERT INTO more VALUES (1)"),
            ])
        for k in 1..<500 {
            let scratch = ScratchDirectory()
            let disk = FaultDisk()
            var options = Samples.options
            options.vfs = disk.name
            disk.fail(sweep.operations, at: k, once: sweep.once, sweep.fault)
            do throws(DatabaseOpenError) {
                _ = try schema.open(path: scratch.file("a.db"), options: options)
            } catch {
                switch error {
                case .full, .failed, .readOnly: break
                default: Issue.record("\(sweep.testDescription), k = \(k): \(error)")
                }
            }
            let fired = disk.fired > 0
            disk.recover()
            // Whatever is there now can be opened and finished.
            let connection = try schema.open(path: scratch.file("a.db"), options: Samples.options)
            #expect(try connection.integrityCheck().isEmpty)
            let rows = try connection.first("SELECT count(*) FROM more") { row throws(DatabaseError) in row.integer(0) }
            #expect(rows == 1)
            if !fired {
                #expect(k > (sweep.operations == .syncs ? 4 : 10))
                return
            }
        }
        Issue.record("the sweep does not end")
    }

    /// As tools write: one connection, one transaction at a time, and no writer that tidies up behind it.
    @Test(arguments: Self.sweeps)
    func `a transaction that failed does not come back, whatever k-th operation did`(sweep: Sweep) throws {
        var doubts = 0
        for k in 1..<500 {
            let scratch = ScratchDirectory()
            let disk = FaultDisk()
            var options = Samples.options
            options.vfs = disk.name
            let path = scratch.file("a.db")
            let connection = try Samples.schema.open(path: path, options: options)
            disk.fail(sweep.operations, at: k, once: sweep.once, sweep.fault)
            var kept: Set<Int64> = []
            var doubtful: Set<Int64> = []
            for job in 0..<4 as Range<Int64> {
                do throws(DatabaseError) {
                    try connection.transaction { () throws(DatabaseError) in
                        try Samples.insertPair(job, fillerBytes: 6_000, on: connection)
                    }
                    kept.insert(job)
                } catch  where error.mayBeKept {
                    #expect(error.description.contains("may have been kept"))
                    doubtful.insert(job)
                } catch {
                    #expect(!error.description.contains("may have been kept"))
                }
                // What a kill at this moment would leave.
                let copy = scratch.file("killed-\(job).db")
                copyDatabase(at: path, to: copy)
                let opened = try Samples.schema.open(path: copy, options: DatabaseOptions(older: .refuse))
                let found = try Samples.pairCounts(on: opened)
                #expect(found.values.allSatisfy { $0 == 2 }, "\(sweep.testDescription), k = \(k)")
                #expect(kept.isSubset(of: found.keys), "\(sweep.testDescription), k = \(k)")
                #expect(kept.union(doubtful).isSuperset(of: found.keys), "\(sweep.testDescription), k = \(k)")
            }
            doubts += doubtful.count
            if disk.fired == 0 {
                #expect(k > (sweep.operations == .syncs ? 4 : 10))
                #expect(doubts == 0 || (!sweep.once && sweep.operations != .writes))
                return
            }
        }
        Issue.record("the sweep does not end")
    }

    @Test func `a full disk fails writes as full, and lets them through once there is room`() async throws {
        let fixture = try WriterFixture()
        #expect(await fixture.insert(1) == .success(1))
        fixture.disk.fail(.writes, at: 1, once: false, .full)
        for job in 2...10 as ClosedRange<Int64> {
            guard case .failure(.failed(let error)) = await fixture.insert(job) else {
                Issue.record("job \(job) was not refused")
                continue
            }
            #expect(error.kind == .full)
        }
        #expect(fixture.writer.metrics.failures.value == 9)
        fixture.disk.recover()
        #expect(await fixture.insert(11) == .success(11))
        #expect(try fixture.pairs() == [1: 2, 11: 2])
        #expect(fixture.stop())
    }

    @Test func `a job too large for the disk takes its batch with it, and only that`() async throws {
        let fixture = try WriterFixture()
        // More pages than the cache holds are written before the commit.
        let big = await fixture.writer.write(deadline: after(milliseconds: 20_000)) {
            connection throws(DatabaseError) -> Int in
            fixture.disk.fail(.writes, at: 3, once: false, .full)
            for job in 0..<300 as Range<Int64> {
                try Samples.insertPair(job, fillerBytes: 60_000, on: connection)
            }
            return 0
        }
        guard case .failure(.failed(let error)) = big else {
            Issue.record("the job was not refused: \(big)")
            return
        }
        #expect(error.kind == .full)
        fixture.disk.recover()
        #expect(await fixture.insert(1_000) == .success(1_000))
        #expect(try fixture.pairs() == [1_000: 2])
        #expect(fixture.stop())
    }

    @Test func `a database that is lost and found again is opened anew`() async throws {
        let fixture = try WriterFixture()
        #expect(await fixture.insert(1) == .success(1))
        fixture.disk.fail(.both, at: 1, once: false, .inputOutput)
        for job in 2...5 as ClosedRange<Int64> {
            await #expect(throws: WriteFailure.self) { try await fixture.insert(job).get() }
        }
        fixture.disk.recover()
        #expect(await fixture.insert(6) == .success(6))
        #expect(fixture.writer.metrics.reopenings.value > 0)
        #expect(try fixture.pairs() == [1: 2, 6: 2])
        #expect(fixture.stop())
    }
}
