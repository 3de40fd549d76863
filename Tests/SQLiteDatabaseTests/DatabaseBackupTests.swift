import Glibc
import Platform
import SQLiteDatabase
import Testing

@Suite(.timeLimit(.minutes(3))) struct DatabaseBackupTests {
    private let scratch = ScratchDirectory()
    private var path: String { scratch.file("a.db") }
    private var target: String { scratch.file("b.db") }

    private func failure(_ source: Connection, to target: String, _ existing: BackupTarget = .refuseExisting)
        -> BackupError?
    {
        do throws(BackupError) {
            try source.backup(to: target, existing: existing) { _, _ in }
            return nil
        } catch {
            return error
        }
    }

    @Test func `a backup is a whole database of its own, for its owner's eyes`() throws {
        let source = try Samples.schema.open(path: path, options: Samples.options)
        // More than one step of the copy.
        for job in 0..<120 as Range<Int64> { try Samples.insertPair(job, fillerBytes: 30_000, on: source) }
        var steps: [(copied: Int, total: Int)] = []
        try source.backup(to: target, existing: .refuseExisting) { steps.append(($0, $1)) }
        #expect(steps.count > 1)
        #expect(zip(steps, steps.dropFirst()).allSatisfy { $0.copied < $1.copied && $0.total == $1.total })
        #expect(steps.last?.copied == steps.last?.total)
        var information = stat()
        #expect(stat(target, &information) == 0)
        #expect(information.st_mode & 0o777 == 0o600)
        #expect(scratch.entries.filter { $0.contains("partial") }.isEmpty)
        let copy = try Samples.schema.open(path: target, options: DatabaseOptions(older: .refuse))
        #expect(try copy.integrityCheck().isEmpty)
        #expect(try Samples.pairCounts(on: copy).count == 120)
    }

    @Test func `a backup made while others write holds one moment, and ends`() async throws {
        let source = try Samples.schema.open(path: path, options: Samples.options)
        for job in 0..<100 as Range<Int64> { try Samples.insertPair(job, fillerBytes: 30_000, on: source) }
        let writer = try DatabaseWriter(
            schema: Samples.schema, path: path, options: Samples.options, limits: .init(logFramesBusy: 20),
            clock: .system)
        // A write between every two steps of the copy.
        var job: Int64 = 1_000
        var failures: [WriteFailure] = []
        let writing = Task {
            for job in 1_000..<1_060 as Range<Int64> {
                let result = await writer.write(deadline: after(milliseconds: 10_000)) {
                    connection throws(DatabaseError) in try Samples.insertPair(job, on: connection)
                }
                #expect(throws: Never.self) { try result.get() }
            }
        }
        let other = try Samples.schema.open(path: path, options: Samples.options)
        try source.backup(to: target, existing: .refuseExisting) { _, _ in
            job += 1_000
            do throws(DatabaseError) {
                try Samples.insertPair(job, on: other)
            } catch {
                failures.append(.failed(error))
            }
        }
        #expect(failures.isEmpty && job > 2_000)
        await writing.value
        let copy = try Samples.schema.open(path: target, options: DatabaseOptions(older: .refuse))
        #expect(try copy.integrityCheck().isEmpty)
        let counts = try Samples.pairCounts(on: copy)
        #expect(counts.values.allSatisfy { $0 == 2 })
        #expect((0..<100).allSatisfy { counts[Int64($0)] == 2 })
        // What the progress report wrote came after the start.
        #expect(counts[2_000] == nil)
        #expect(try Samples.pairCounts(on: source).count > 160)
        #expect(writer.stop(deadline: after(milliseconds: 10_000)))
    }

    @Test func `a target that exists is refused, or replaced when that is asked for`() throws {
        let source = try Samples.schema.open(path: path, options: Samples.options)
        write([1, 2, 3], to: target)
        #expect(failure(source, to: target) == .exists(path: target))
        #expect(contents(of: target) == [1, 2, 3])
        #expect(failure(source, to: target, .replaceExisting) == nil)
        _ = try Samples.schema.open(path: target, options: DatabaseOptions(older: .refuse))
    }

    @Test("the database and the files beside it are never the target", arguments: ["", "-wal", "-shm"])
    func ownFiles(suffix: String) throws {
        let source = try Samples.schema.open(path: path, options: Samples.options)
        try Samples.insertPair(1, on: source)
        for existing in [BackupTarget.refuseExisting, .replaceExisting] {
            #expect(failure(source, to: path + suffix, existing) == .isSource(path: path + suffix))
        }
        symlink(path + suffix, target)
        #expect(failure(source, to: target, .replaceExisting) == .isSource(path: target))
    }

    @Test func `no directory, no permission, no leftovers`() throws {
        let source = try Samples.schema.open(path: path, options: Samples.options)
        let missing = scratch.file("no/b.db")
        #expect(failure(source, to: missing) == .directoryMissing(path: missing, directory: scratch.file("no")))
        // A directory in the target's place lets the copy be made and the rename fail.
        mkdir(target, 0o700)
        guard case .system(let error)? = failure(source, to: target, .replaceExisting) else {
            Issue.record("expected the rename to fail")
            return
        }
        #expect(error.operation == "rename")
        #expect(scratch.entries.filter { $0.contains("partial") }.isEmpty)
        rmdir(target)
    }

    @Test func `a backup from the middle of a damaged file fails and leaves nothing`() throws {
        let source = try Samples.schema.open(path: path, options: Samples.options)
        try source.transaction { () throws(DatabaseError) in
            // A connection in a transaction of its own cannot begin the copy's.
            guard case .failed? = failure(source, to: target) else {
                Issue.record("expected a failure")
                return
            }
        }
        #expect(scratch.entries.filter { $0.contains("b.db") }.isEmpty)
    }
}
