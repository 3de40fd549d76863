import Glibc
import Platform
import SQLiteDatabase
import Testing

@Suite struct ConnectionTests {
    @Test(
        "a value comes back as it was bound",
        arguments: [
            SQLValue.null, .integer(0), .integer(-1), .integer(.max), .integer(.min), .real(0.1), .real(-.infinity),
            .real(.greatestFiniteMagnitude), .text(""), .text("a"), .text("a\0b"), .text("\0"), .text("é日本🙂"),
            .text("it's \"quoted\""), .blob([]), .blob([0]), .blob([0xff, 0, 1]),
            .blob(Array(repeating: 7, count: 100_000)), .text(String(repeating: "x", count: 100_000)),
        ])
    func roundTrip(value: SQLValue) throws {
        let connection = try Samples.memory()
        try connection.run("INSERT INTO t (value) VALUES (?)", value)
        #expect(try connection.first("SELECT value FROM t") { row throws(DatabaseError) in row.value(0) } == value)
    }

    @Test func `a NaN is stored as NULL`() throws {
        let connection = try Samples.memory()
        let found = try connection.first("SELECT ?", .real(.nan)) { row throws(DatabaseError) in row.isNull(0) }
        #expect(found == true)
    }

    @Test("the number of values must be the number of parameters", arguments: [0, 1, 3, 10])
    func parameterCount(count: Int) throws {
        let connection = try Samples.memory()
        let error = #expect(throws: DatabaseError.self) {
            try connection.run(
                "INSERT INTO t (id, value) VALUES (?, ?)", bindings: Array(repeating: .integer(1), count: count))
        }
        #expect(error?.kind == .misuse)
        // The statement is as good as new.
        #expect(try connection.run("INSERT INTO t (id, value) VALUES (?, ?)", 1, 2) == 1)
    }

    @Test(
        "a column of another type is an error, not a zero",
        arguments: [
            (SQLValue.null, "integer"), (.text("1"), "integer"), (.real(1), "integer"), (.blob([1]), "integer"),
            (.null, "text"), (.integer(1), "text"), (.blob([65]), "text"), (.null, "blob"), (.text("a"), "blob"),
            (.null, "real"), (.text("1"), "real"), (.text("1"), "optionalInteger"), (.integer(1), "optionalText"),
            (.text("x"), "optionalBlob"),
        ] as [(SQLValue, String)])
    func mismatch(value: SQLValue, accessor: String) throws {
        let connection = try Samples.memory()
        let error = #expect(throws: DatabaseError.self) {
            _ = try connection.first("SELECT ? AS field", value) { row throws(DatabaseError) in
                switch accessor {
                case "integer": _ = row.integer(0)
                case "text": _ = row.text(0)
                case "blob": _ = row.blob(0)
                case "real": _ = row.real(0)
                case "optionalInteger": _ = row.optionalInteger(0)
                case "optionalText": _ = row.optionalText(0)
                default: _ = row.optionalBlob(0)
                }
            }
        }
        #expect(error?.kind == .misuse)
        #expect(error?.message.hasPrefix("column 0 (field): expected ") == true)
    }

    @Test func `optional accessors give nil for NULL, and the value otherwise`() throws {
        let connection = try Samples.memory()
        let nothing = try connection.first("SELECT NULL") { row throws(DatabaseError) in
            row.optionalInteger(0) == nil && row.optionalText(0) == nil && row.optionalBlob(0) == nil
                && row.optionalReal(0) == nil && row.isNull(0)
        }
        #expect(nothing == true)
        let something = try connection.first("SELECT 1, 'a', x'02', 0.5, 7") { row throws(DatabaseError) in
            row.optionalInteger(0) == 1 && row.optionalText(1) == "a" && row.optionalBlob(2) == [2]
                && row.optionalReal(3) == 0.5 && row.real(4) == 7 && row.columnCount == 5
        }
        #expect(something == true)
    }

    @Test func `run counts the rows of its own statement`() throws {
        let connection = try Samples.memory()
        #expect(try connection.run("INSERT INTO t (value) VALUES (1), (2), (3)") == 3)
        #expect(try connection.run("UPDATE t SET value = value + 10 WHERE value > 1") == 2)
        #expect(try connection.run("DELETE FROM t WHERE value = 99") == 0)
        #expect(try connection.run("SELECT * FROM t") == 0)
        #expect(connection.lastInsertRowID == 3)
    }

    @Test func `first with RETURNING changes every row it matches`() throws {
        let connection = try Samples.memory()
        try connection.run("INSERT INTO t (value) VALUES (1), (2), (3)")
        let first = try connection.first("UPDATE t SET value = value * 10 RETURNING value") {
            row throws(DatabaseError) in
            row.integer(0)
        }
        #expect(first == 10)
        let values = try connection.all("SELECT value FROM t ORDER BY id") { row throws(DatabaseError) in row.integer(0)
        }
        #expect(values == [10, 20, 30])
    }

    @Test func `each stops when it is told, and the same statement can run inside itself`() throws {
        let connection = try Samples.memory()
        try connection.run("INSERT INTO t (value) VALUES (1), (2), (3)")
        var pairs: [[Int64]] = []
        func inner(_ outer: Int64) throws(DatabaseError) {
            try values { value throws(DatabaseError) in
                pairs.append([outer, value])
                return value == 2 ? .stop : .next
            }
        }
        func values(_ body: (Int64) throws(DatabaseError) -> RowStep) throws(DatabaseError) {
            try connection.each("SELECT value FROM t ORDER BY id") { row throws(DatabaseError) in
                try body(row.integer(0))
            }
        }
        try values { value throws(DatabaseError) in
            try inner(value)
            return .next
        }
        #expect(pairs == [[1, 1], [1, 2], [2, 1], [2, 2], [3, 1], [3, 2]])
    }

    @Test func `an error keeps the statement and never the values`() throws {
        let connection = try Samples.memory()
        try connection.run("INSERT INTO t (value) VALUES (?)", "secret-value")
        let error = #expect(throws: DatabaseError.self) {
            try connection.run("INSERT INTO t (value) VALUES (?)", "secret-value")
        }
        #expect(error?.kind == .constraint)
        #expect(error?.isUniqueViolation == true)
        #expect(error?.sql == "INSERT INTO t (value) VALUES (?)")
        #expect(error?.description.contains("secret") == false)
    }

    @Test(
        "an error is of the kind that its code says",
        arguments: [
            (5, DatabaseError.Kind.busy), (517, .busy), (6, .busy), (13, .full), (10, .ioError), (778, .ioError),
            (1034, .ioError), (14, .ioError), (11, .corrupt), (267, .corrupt), (19, .constraint), (787, .constraint),
            (26, .notADatabase), (8, .readOnly), (1032, .readOnly), (9, .interrupted), (21, .misuse), (1, .misuse),
            (7, .other), (4, .other), (15, .busy), (3, .readOnly),
        ] as [(Int32, DatabaseError.Kind)])
    func kinds(code: Int32, kind: DatabaseError.Kind) {
        #expect(DatabaseError(extendedCode: code, message: "").kind == kind)
    }

    @Test(
        "what the connection must not do",
        arguments: [
            "SELECT nosuch FROM t", "SELEC 1", "SELECT \"a string\"", "INSERT INTO t (value) VALUES (\"a string\")",
            "INSERT INTO sqlite_schema (type, name, tbl_name, rootpage, sql) VALUES ('table', 'x', 'x', 3, '')",
            "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = ''", "SELECT ?",
            "INSERT INTO child VALUES (1)", "INSERT INTO typed VALUES ('text')",
        ])
    func refused(sql: String) throws {
        let connection = try Samples.memory()
        try connection.execute("CREATE TABLE child (parent INTEGER REFERENCES t (id)) STRICT")
        try connection.execute("CREATE TABLE typed (value INTEGER) STRICT")
        #expect(throws: DatabaseError.self) { try connection.execute(sql) }
    }

    @Test("statements that hold no statement do nothing", arguments: ["", " ", ";", ";;", "-- only this", "/* x */;"])
    func empty(sql: String) throws {
        try Samples.memory().execute(sql)
    }

    @Test func `settings of a connection`() throws {
        let connection = try Samples.memory()
        func pragma(_ sql: StaticString) throws -> Int64? {
            try connection.first(sql) { row throws(DatabaseError) in row.integer(0) }
        }
        #expect(try pragma("PRAGMA foreign_keys") == 1)
        #expect(try pragma("PRAGMA trusted_schema") == 0)
        #expect(try pragma("PRAGMA synchronous") == 2)
    }

    @Test("a path is a path, never a URI or nothing", arguments: ["", "a\0b"])
    func badPath(path: String) {
        let error = #expect(throws: DatabaseError.self) {
            _ = try Connection(path: path, mode: .readWriteCreate, busyTimeout: .zero)
        }
        #expect(error?.kind == .ioError)
    }

    @Test func `a path that looks like a URI with options is a file's name`() throws {
        let scratch = ScratchDirectory()
        let name = "file:x?mode=memory"
        let connection = try Connection(path: scratch.file(name), mode: .readWriteCreate, busyTimeout: .zero)
        try connection.execute("CREATE TABLE t (a)")
        #expect(scratch.entries == [name])
    }

    @Test func `a missing file is not made unless asked for`() throws {
        let scratch = ScratchDirectory()
        for mode in [Connection.Mode.readWrite, .readOnly] {
            #expect(throws: DatabaseError.self) {
                _ = try Connection(path: scratch.file("none.db"), mode: mode, busyTimeout: .zero)
            }
        }
        #expect(scratch.entries.isEmpty)
    }

    @Test func `the data version moves when another connection commits`() throws {
        let scratch = ScratchDirectory()
        let first = try Samples.schema.open(path: scratch.file("a.db"), options: Samples.options)
        let second = try Samples.schema.open(path: scratch.file("a.db"), options: Samples.options)
        let before = try first.dataVersion()
        try Samples.insertPair(1, on: first)
        #expect(try first.dataVersion() == before)
        try Samples.insertPair(2, on: second)
        #expect(try first.dataVersion() != before)
    }

    @Test func `a statement past its deadline is stopped, and the next one runs`() throws {
        let connection = try Samples.memory()
        connection.setDeadline(after(milliseconds: 20))
        let started = MonotonicTime.now()
        let error = #expect(throws: DatabaseError.self) {
            try connection.run(
                "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n")
        }
        #expect(error?.kind == .interrupted)
        #expect(started.duration(to: .now()) < .seconds(5))
        connection.setDeadline(nil)
        #expect(try connection.run("INSERT INTO t (value) VALUES (1)") == 1)
    }

    @Test func `more statements than the cache begins with`() throws {
        let connection = try Samples.memory()
        let literals: [StaticString] = [
            "SELECT 1", "SELECT 2", "SELECT 3", "SELECT 4", "SELECT 5", "SELECT 6", "SELECT 7", "SELECT 8", "SELECT 9",
            "SELECT 10", "SELECT 11", "SELECT 12", "SELECT 13", "SELECT 14", "SELECT 15", "SELECT 16", "SELECT 17",
            "SELECT 18", "SELECT 19", "SELECT 20", "SELECT 21", "SELECT 22", "SELECT 23", "SELECT 24", "SELECT 25",
            "SELECT 26", "SELECT 27", "SELECT 28", "SELECT 29", "SELECT 30", "SELECT 31", "SELECT 32", "SELECT 33",
            "SELECT 34", "SELECT 35", "SELECT 36", "SELECT 37", "SELECT 38", "SELECT 39", "SELECT 40", "SELECT 41",
            "SELECT 42", "SELECT 43", "SELECT 44", "SELECT 45", "SELECT 46", "SELECT 47", "SELECT 48", "SELECT 49",
            "SELECT 50", "SELECT 51", "SELECT 52", "SELECT 53", "SELECT 54", "SELECT 55", "SELECT 56", "SELECT 57",
            "SELECT 58", "SELECT 59", "SELECT 60", "SELECT 61", "SELECT 62", "SELECT 63", "SELECT 64", "SELECT 65",
            "SELECT 66", "SELECT 67", "SELECT 68", "SELECT 69", "SELECT 70",
        ]
        for _ in 0..<2 {
            for (index, literal) in literals.enumerated() {
                let value = try connection.first(literal) { row throws(DatabaseError) in row.integer(0) }
                #expect(value == Int64(index) + 1)
            }
        }
    }
}
