import Platform
import SQLiteDatabase
import Testing

@Suite struct TransactionTests {
    private static let failure = DatabaseError(extendedCode: 1, message: "on purpose")

    private func count(_ connection: Connection) throws -> Int64? {
        try connection.first("SELECT count(*) FROM t") { row throws(DatabaseError) in row.integer(0) }
    }

    @Test func `a transaction keeps all, or nothing when it throws`() throws {
        let connection = try Samples.memory()
        try connection.transaction { () throws(DatabaseError) in
            #expect(connection.isInTransaction)
            try connection.run("INSERT INTO t (value) VALUES (1)")
        }
        let error = #expect(throws: DatabaseError.self) {
            try connection.transaction { () throws(DatabaseError) in
                try connection.run("INSERT INTO t (value) VALUES (2)")
                throw Self.failure
            }
        }
        #expect(error == Self.failure)
        #expect(!connection.isInTransaction)
        #expect(try count(connection) == 1)
    }

    @Test func `a savepoint that throws undoes only itself, at any depth`() throws {
        let connection = try Samples.memory()
        try connection.transaction { () throws(DatabaseError) in
            try connection.run("INSERT INTO t (value) VALUES (1)")
            do throws(DatabaseError) {
                try connection.savepoint { () throws(DatabaseError) in
                    try connection.run("INSERT INTO t (value) VALUES (2)")
                    try connection.savepoint { () throws(DatabaseError) in
                        try connection.run("INSERT INTO t (value) VALUES (3)")
                    }
                    throw Self.failure
                }
            } catch {
                #expect(error == Self.failure)
            }
            try connection.savepoint { () throws(DatabaseError) in
                try connection.run("INSERT INTO t (value) VALUES (4)")
            }
        }
        let values = try connection.all("SELECT value FROM t ORDER BY id") { row throws(DatabaseError) in row.integer(0)
        }
        #expect(values == [1, 4])
    }

    @Test func `a trial keeps or undoes as it says, and gives its value either way`() throws {
        let connection = try Samples.memory()
        let values = try connection.transaction { () throws(DatabaseError) in
            let kept = try connection.trial { () throws(DatabaseError) -> Trial<Int> in
                try connection.run("INSERT INTO t (value) VALUES (1)")
                return .keep(10)
            }
            let undone = try connection.trial { () throws(DatabaseError) -> Trial<Int> in
                try connection.run("INSERT INTO t (value) VALUES (2)")
                return .undo(20)
            }
            return [kept, undone]
        }
        #expect(values == [10, 20])
        #expect(try count(connection) == 1)
    }

    @Test func `a read transaction sees one snapshot`() throws {
        let scratch = ScratchDirectory()
        let writer = try Samples.schema.open(path: scratch.file("a.db"), options: Samples.options)
        let reader = try Connection(path: scratch.file("a.db"), mode: .readOnly, busyTimeout: .zero)
        try reader.readTransaction { () throws(DatabaseError) in
            #expect(try Samples.pairCounts(on: reader).isEmpty)
            try Samples.insertPair(1, on: writer)
            #expect(try Samples.pairCounts(on: reader).isEmpty)
        }
        #expect(try Samples.pairCounts(on: reader) == [1: 2])
        let error = #expect(throws: DatabaseError.self) { try Samples.insertPair(2, on: reader) }
        #expect(error?.kind == .readOnly)
    }

    @Test func `a second writer waits for the first as long as its patience lasts`() throws {
        let scratch = ScratchDirectory()
        var impatient = Samples.options
        impatient.busyTimeout = .milliseconds(30)
        let first = try Samples.schema.open(path: scratch.file("a.db"), options: Samples.options)
        let second = try Samples.schema.open(path: scratch.file("a.db"), options: impatient)
        try first.transaction { () throws(DatabaseError) in
            let started = after(milliseconds: 0)
            do throws(DatabaseError) {
                try Samples.insertPair(1, on: second)
                Issue.record("the lock was not kept")
            } catch {
                #expect(error.kind == .busy)
            }
            #expect(started.duration(to: after(milliseconds: 0)) >= .milliseconds(30))
        }
        try Samples.insertPair(1, on: second)
        #expect(try Samples.pairCounts(on: first) == [1: 2])
    }

    @Test func `a tool that writes a lot keeps the log short by itself`() throws {
        let scratch = ScratchDirectory()
        let path = scratch.file("a.db")
        let connection = try Samples.schema.open(path: path, options: Samples.options)
        // 24 MB in all, of which each transaction rewrites the same pages.
        for turn in 0..<12 as Range<Int64> {
            try connection.transaction { () throws(DatabaseError) in
                try connection.run("DELETE FROM pairs")
                for job in 0..<50 as Range<Int64> {
                    try Samples.insertPair(turn * 50 + job, fillerBytes: 40_000, on: connection)
                }
            }
        }
        let bytes = contents(of: path + "-wal").count
        #expect(bytes > 0 && bytes < 26_000_000)
    }

    @Test func `two processes write one file in turns, and none loses a row`() async throws {
        let scratch = ScratchDirectory()
        let path = scratch.file("a.db")
        let connection = try Samples.schema.open(path: path, options: Samples.options)
        let other = Task {
            _ = await #expect(processExitsWith: .exitCode(0)) { [path = path as String] in
                let connection = try Samples.schema.open(path: path, options: DatabaseOptions(older: .refuse))
                for job in 1_000..<1_200 as Range<Int64> {
                    try connection.transaction { () throws(DatabaseError) in try Samples.insertPair(job, on: connection)
                    }
                }
            }
        }
        for job in 0..<200 as Range<Int64> {
            try connection.transaction { () throws(DatabaseError) in try Samples.insertPair(job, on: connection) }
            try await Task.sleep(for: .microseconds(200))
        }
        await other.value
        let counts = try Samples.pairCounts(on: connection)
        #expect(counts.count == 400 && counts.values.allSatisfy { $0 == 2 })
    }
}
