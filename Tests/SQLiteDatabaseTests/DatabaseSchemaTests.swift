import Glibc
import Platform
import SQLiteDatabase
import Testing

@Suite struct DatabaseSchemaTests {
    private func refusal(
        _ path: String, schema: DatabaseSchema = Samples.schema, older: DatabaseOptions.Older = .migrate
    ) -> DatabaseOpenError? {
        do throws(DatabaseOpenError) {
            _ = try schema.open(path: path, options: DatabaseOptions(older: older, busyTimeout: .milliseconds(50)))
            return nil
        } catch {
            return error
        }
    }

    private static let second = Migration(
        version: 2, summary: "colours", sql: "CREATE TABLE colours (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID")

    private static func schema(_ migrations: [Migration]) -> DatabaseSchema {
        DatabaseSchema(applicationID: Samples.productID, productName: "TestServer", migrations: migrations)
    }

    @Test func `a new file gets the mark, the schema, a log, and is its owner's alone`() throws {
        let scratch = ScratchDirectory()
        let path = scratch.file("a.db")
        let connection = try Samples.schema.open(path: path, options: Samples.options)
        func pragma(_ sql: StaticString) throws -> SQLValue? {
            try connection.first(sql) { row throws(DatabaseError) in row.value(0) }
        }
        #expect(try pragma("PRAGMA application_id") == .integer(Int64(Samples.productID)))
        #expect(try pragma("PRAGMA user_version") == 1)
        #expect(try pragma("PRAGMA journal_mode") == "wal")
        #expect(try pragma("PRAGMA foreign_keys") == 1)
        #expect(try pragma("PRAGMA synchronous") == 2)
        try Samples.insertPair(1, on: connection)
        for name in scratch.entries {
            var information = stat()
            #expect(stat(scratch.file(name), &information) == 0)
            #expect(information.st_mode & 0o777 == 0o600, "\(name)")
        }
        #expect(scratch.entries == ["a.db", "a.db-shm", "a.db-wal"])
    }

    @Test func `opening twice changes nothing, an older schema gets what it lacks`() throws {
        let scratch = ScratchDirectory()
        let path = scratch.file("a.db")
        do {
            let connection = try Samples.schema.open(path: path, options: Samples.options)
            try Samples.insertPair(1, on: connection)
        }
        let older = DatabaseOptions(older: .refuse)
        _ = try Samples.schema.open(path: path, options: older)
        let newer = Self.schema([Samples.pairs, Self.second])
        #expect(
            refusal(path, schema: newer, older: .refuse)
                == .olderSchema(path: path, found: 1, known: 2, product: "TestServer"))
        let connection = try newer.open(path: path, options: Samples.options)
        #expect(try Samples.pairCounts(on: connection) == [1: 2])
        try connection.run("INSERT INTO colours VALUES ('red')")
        // Foreign keys, off while migrating, are on again.
        #expect(try connection.first("PRAGMA foreign_keys") { row throws(DatabaseError) in row.integer(0) } == 1)
    }

    @Test func `a newer schema is refused with both versions and left as it is`() throws {
        let scratch = ScratchDirectory()
        let path = scratch.file("a.db")
        _ = try Self.schema([Samples.pairs, Self.second]).open(path: path, options: Samples.options)
        let before = digest(of: path)
        let found = refusal(path)
        #expect(found == .newerSchema(path: path, found: 2, known: 1, product: "TestServer"))
        let text = found?.description ?? ""
        #expect(text.contains("schema version 2") && text.contains("up to 1") && text.contains("backup"))
        #expect(digest(of: path) == before)
    }

    @Test func `another product's file is refused by name and left as it is`() throws {
        let scratch = ScratchDirectory()
        let path = scratch.file("a.db")
        let other = DatabaseSchema(
            applicationID: Samples.otherID, productName: "OtherServer", migrations: [Samples.pairs, Self.second])
        _ = try other.open(path: path, options: Samples.options)
        let before = digest(of: path)
        // The product is looked at before the version, which here is newer as well.
        let found = refusal(path)
        #expect(found == .otherProduct(path: path, product: "OtherServer", expected: "TestServer"))
        #expect(found?.description.contains("found one of OtherServer") == true)
        #expect(digest(of: path) == before)
        #expect(scratch.entries.filter { $0.hasSuffix("-wal") }.allSatisfy { contents(of: scratch.file($0)).isEmpty })
    }

    @Test func `another product's log is not moved into its file`() throws {
        let scratch = ScratchDirectory()
        let source = scratch.file("source.db")
        let path = scratch.file("a.db")
        let other = DatabaseSchema(
            applicationID: Samples.otherID, productName: "OtherServer", migrations: [Samples.pairs])
        let connection = try other.open(path: source, options: Samples.options)
        try Samples.insertPair(1, on: connection)
        copyDatabase(at: source, to: path)
        let before = [digest(of: path), digest(of: path + "-wal")]
        #expect(contents(of: path + "-wal").count > 4_096)
        #expect(refusal(path) == .otherProduct(path: path, product: "OtherServer", expected: "TestServer"))
        #expect([digest(of: path), digest(of: path + "-wal")] == before)
    }

    @Test(
        "a SQLite file of another program is refused",
        arguments: [
            ("PRAGMA application_id = 77; CREATE TABLE a (b)", 77), ("PRAGMA application_id = 77", 77),
            ("CREATE TABLE a (b)", 0), ("PRAGMA user_version = 3", 0), ("PRAGMA application_id = -1", -1),
        ] as [(String, Int32)])
    func foreign(sql: String, id: Int32) throws {
        let scratch = ScratchDirectory()
        let path = scratch.file("a.db")
        do {
            let connection = try Connection(path: path, mode: .readWriteCreate, busyTimeout: .zero)
            try connection.execute(sql)
        }
        let before = digest(of: path)
        #expect(refusal(path) == .foreignDatabase(path: path, applicationID: id, expected: "TestServer"))
        #expect(digest(of: path) == before)
    }

    @Test(
        "a file of junk is refused and left as it is", arguments: [1, 15, 16, 99, 100, 511, 512, 4_095, 4_096, 70_000])
    func junk(count: Int) {
        let scratch = ScratchDirectory()
        let path = scratch.file("a.db")
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ 65) }
        write(bytes, to: path)
        #expect(refusal(path) == .notADatabase(path: path))
        #expect(contents(of: path).elementsEqual(bytes))
    }

    @Test func `a file that is cut off or overwritten inside is refused as damaged or foreign`() throws {
        let scratch = ScratchDirectory()
        let path = scratch.file("a.db")
        do {
            let connection = try Samples.schema.open(path: path, options: Samples.options)
            for job in 0..<200 { try Samples.insertPair(Int64(job), on: connection) }
        }
        var bytes = contents(of: path)
        for index in 100..<200 { bytes[index] = 0xff }
        write(bytes, to: path)
        guard case .corrupt? = refusal(path) else {
            Issue.record("expected a refusal as damaged")
            return
        }
    }

    @Test func `an empty file becomes a database, but not for a tool that only uses one`() {
        let scratch = ScratchDirectory()
        let path = scratch.file("a.db")
        write([], to: path)
        #expect(
            refusal(path, older: .refuse) == .olderSchema(path: path, found: 0, known: 1, product: "TestServer"))
        #expect(refusal(path) == nil)
        #expect(refusal(path, older: .refuse) == nil)
    }

    @Test func `missing files and directories are told apart`() {
        let scratch = ScratchDirectory()
        let path = scratch.file("a.db")
        #expect(refusal(path, older: .refuse) == .missing(path: path))
        let nested = scratch.file("no/such/a.db")
        #expect(refusal(nested) == .directoryMissing(path: nested, directory: scratch.file("no/such")))
        #expect(refusal(nested, older: .refuse) == .directoryMissing(path: nested, directory: scratch.file("no/such")))
        #expect(refusal(scratch.path) == .notAFile(path: scratch.path))
        #expect(refusal("/dev/null") == .notAFile(path: "/dev/null"))
        #expect(scratch.entries.isEmpty)
    }

    @Test func `files that this user cannot read or write are refused with the reason`() async {
        // In a process of its own, which gives up the right to read everything.
        await #expect(processExitsWith: .exitCode(0)) {
            let scratch = ScratchDirectory()
            chmod(scratch.path, 0o777)
            let path = scratch.file("a.db")
            do { _ = try Samples.schema.open(path: path, options: Samples.options) }
            func refused() -> DatabaseOpenError? {
                do throws(DatabaseOpenError) {
                    _ = try Samples.schema.open(path: path, options: Samples.options)
                    return nil
                } catch {
                    return error
                }
            }
            let nobody: uid_t = 65_534
            chmod(path, 0o600)
            guard geteuid() != 0 || seteuid(nobody) == 0 else { exit(2) }
            if geteuid() == nobody {
                guard refused() == .unreadable(path: path, reason: "Permission denied") else { exit(3) }
                seteuid(0)
                chmod(path, 0o444)
                seteuid(nobody)
            } else {
                chmod(path, 0o444)
            }
            guard refused() == .readOnly(path: path, reason: "Permission denied") else { exit(4) }
            guard geteuid() == nobody else { exit(0) }
            seteuid(0)
            chmod(path, 0o666)
            chmod(scratch.path, 0o755)
            seteuid(nobody)
            guard refused() == .readOnly(path: path, reason: "\(scratch.path): Permission denied") else { exit(5) }
            seteuid(0)
            unlink(path)
            seteuid(nobody)
            guard refused() == .readOnly(path: path, reason: "\(scratch.path): Permission denied") else { exit(6) }
            seteuid(0)
            rmdir(scratch.path)
            exit(0)
        }
    }

    @Test(
        "a migration that fails is undone whole, those before it stay",
        arguments: [
            "CREATE TABLE colours (name TEXT) STRICT; INSERT INTO nosuch VALUES (1)",
            "CREATE TABLE colours (name TEXT) STRICT; SELECT",
            "INSERT INTO pairs VALUES (1, 'c', x'00')",
            """
            CREATE TABLE parents (id INTEGER PRIMARY KEY) STRICT;
            CREATE TABLE children (parent INTEGER REFERENCES parents (id)) STRICT;
            INSERT INTO children VALUES (5)
            """,
        ] as [StaticString])
    func failingMigration(sql: StaticString) throws {
        let scratch = ScratchDirectory()
        let path = scratch.file("a.db")
        let schema = Self.schema([Samples.pairs, Migration(version: 2, summary: "bad", sql: sql)])
        guard case .migrationFailed(path, 2, "bad", _)? = refusal(path, schema: schema) else {
            Issue.record("expected a failed migration")
            return
        }
        let connection = try Samples.schema.open(path: path, options: DatabaseOptions(older: .refuse))
        let tables = try connection.all("SELECT name FROM sqlite_schema WHERE type = 'table'") {
            row throws(DatabaseError) in row.text(0)
        }
        #expect(tables == ["pairs"])
    }

    @Test func `a migration that ends its transaction is refused`() {
        let scratch = ScratchDirectory()
        let schema = Self.schema([Samples.pairs, Migration(version: 2, summary: "bad", sql: "COMMIT")])
        guard case .migrationFailed(_, 2, _, _)? = refusal(scratch.file("a.db"), schema: schema) else {
            Issue.record("expected a failed migration")
            return
        }
    }

    @Test func `a table with children can be rebuilt`() throws {
        let scratch = ScratchDirectory()
        let tables = Migration(
            version: 1, summary: "tables",
            sql: """
                CREATE TABLE parents (id INTEGER PRIMARY KEY) STRICT;
                CREATE TABLE children (parent INTEGER NOT NULL REFERENCES parents (id)) STRICT;
                INSERT INTO parents VALUES (1);
                INSERT INTO children VALUES (1);
                """)
        let rebuild = Migration(
            version: 2, summary: "names",
            sql: """
                CREATE TABLE new_parents (id INTEGER PRIMARY KEY, name TEXT) STRICT;
                INSERT INTO new_parents SELECT id, NULL FROM parents;
                DROP TABLE parents;
                ALTER TABLE new_parents RENAME TO parents;
                """)
        _ = try Self.schema([tables]).open(path: scratch.file("a.db"), options: Samples.options)
        let connection = try Self.schema([tables, rebuild]).open(path: scratch.file("a.db"), options: Samples.options)
        #expect(try connection.run("UPDATE parents SET name = 'x'") == 1)
        #expect(throws: DatabaseError.self) { try connection.run("INSERT INTO children VALUES (2)") }
    }

    @Test func `many may make the same database at the same moment`() async throws {
        for _ in 0..<10 {
            let scratch = ScratchDirectory()
            let path = scratch.file("a.db")
            let schema = Self.schema([Samples.pairs, Self.second])
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask { _ = try schema.open(path: path, options: Samples.options) }
                }
                try await group.waitForAll()
            }
            _ = try schema.open(path: path, options: DatabaseOptions(older: .refuse))
        }
    }

    @Test func `a locked database is refused as busy`() throws {
        let scratch = ScratchDirectory()
        let path = scratch.file("a.db")
        let holder = try Connection(path: path, mode: .readWriteCreate, busyTimeout: .zero)
        try holder.execute("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; CREATE TABLE x (a)")
        #expect(refusal(path) == .busy(path: path))
    }

    @Test("every refusal says which file, and what to do", arguments: Self.refusals)
    func words(refusal: DatabaseOpenError) {
        let text = refusal.description
        #expect(text.hasPrefix("/data/a.db: "))
        #expect(text.hasSuffix("."))
        #expect(!text.contains("\n"))
    }

    private static let refusals: [DatabaseOpenError] = [
        .missing(path: "/data/a.db"), .directoryMissing(path: "/data/a.db", directory: "/data"),
        .notAFile(path: "/data/a.db"), .unreadable(path: "/data/a.db", reason: "r"),
        .readOnly(path: "/data/a.db", reason: "r"), .notADatabase(path: "/data/a.db"),
        .foreignDatabase(path: "/data/a.db", applicationID: 1, expected: "P"),
        .otherProduct(path: "/data/a.db", product: "Q", expected: "P"),
        .newerSchema(path: "/data/a.db", found: 2, known: 1, product: "P"),
        .olderSchema(path: "/data/a.db", found: 1, known: 2, product: "P"),
        .corrupt(path: "/data/a.db", error: DatabaseError(extendedCode: 11, message: "m")), .busy(path: "/data/a.db"),
        .full(path: "/data/a.db"), .noWriteAheadLog(path: "/data/a.db", found: "delete"),
        .migrationFailed(
            path: "/data/a.db", version: 2, summary: "s", error: DatabaseError(extendedCode: 1, message: "m")),
        .failed(path: "/data/a.db", error: DatabaseError(extendedCode: 1, message: "m")),
    ]
}
