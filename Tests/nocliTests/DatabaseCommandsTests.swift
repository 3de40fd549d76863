import MiddlewareStorage
import NumbersStorage
import SQLiteDatabase
import Testing

@Suite struct DatabaseCommandsTests {
    @Test("a database is made, found up to date, copied and checked")
    func lifecycle() throws {
        let harness = try CommandLineHarness()
        let version = LookupSchema.schema.latestVersion
        for _ in 0..<2 {
            #expect(
                harness.run("database", "migrate").output
                    == "\(harness.database) is a database of LookupServer with schema version \(version).\n")
        }
        #expect(
            harness.run("database", "migrate", "--json").output
                == "{\"database\":\"\(harness.database)\",\"product\":\"LookupServer\",\"version\":\(version)}\n")
        let id = try harness.openAccount()
        let copy = "\(harness.directory)/copy.db"
        #expect(
            harness.run("database", "backup", copy).output
                == "Copied to \(copy). Prove the copy with: nocli --database \(copy) ledger verify\n")
        #expect(harness.call(["--database", copy, "account", "show", id]).code == 0)
        let again = harness.run("database", "backup", copy)
        #expect(again.error == "nocli: \(copy): exists already. Name another file, or remove it first.\n")
        #expect(again.code == 1)
        let replaced = harness.run("database", "backup", copy, "--replace", "--json")
        #expect(replaced.output.hasPrefix("{\"backup\":\"\(copy)\",\"pages\":") && replaced.code == 0)
        #expect(harness.run("database", "check").output == "No problem found.\n")
        #expect(harness.run("database", "check", "--json").output == "{\"ok\":true,\"problems\":[]}\n")
    }

    @Test("the file of the middleware is known by what it says, and a new one by what is asked for")
    func middleware() throws {
        let harness = try CommandLineHarness()
        let path = "\(harness.directory)/middleware.db"
        let version = MiddlewareSchema.schema.latestVersion
        let made = "\(path) is a database of MiddlewareServer with schema version \(version).\n"
        #expect(harness.call(["--database", path, "database", "migrate", "--product", "middleware"]).output == made)
        #expect(harness.call(["--database", path, "database", "migrate"]).output == made)
        #expect(harness.call(["--database", path, "database", "check"]).output == "No problem found.\n")
        let copy = "\(harness.directory)/copy.db"
        #expect(
            harness.call(["--database", path, "database", "backup", copy]).output
                == "Copied to \(copy). Prove the copy with: nocli --database \(copy) database check\n")
        let other = harness.call(["--database", path, "database", "migrate", "--product", "lookup"])
        #expect(
            other.code == 65 && other.error.contains("expected a database of LookupServer, found one of Middleware"))
        #expect(harness.call(["--database", path, "account", "list"]).code == 65)
        #expect(harness.call(["--database", path, "workspace", "list"]).code == 0)
        let variables = ["NUMBERS_LOOKUP_DATABASE": harness.database, "NUMBERS_MIDDLEWARE_DATABASE": path]
        #expect(harness.call(["database", "migrate"], environment: variables).output.contains("of LookupServer"))
        #expect(
            harness.call(["database", "migrate", "--product", "middleware"], environment: variables).output == made)
        #expect(
            harness.call(["database", "migrate"], environment: ["NUMBERS_MIDDLEWARE_DATABASE": path]).output == made)
        let nothing = harness.call(["database", "check"])
        #expect(
            nothing.code == 64
                && nothing.error.contains("set NUMBERS_LOOKUP_DATABASE or NUMBERS_MIDDLEWARE_DATABASE"))
        let neither = harness.call(["database", "check", "--product", "both"])
        #expect(neither.code == 64)
    }

    @Test("a copy never replaces the database itself, and needs its directory")
    func wrongTargets() throws {
        let harness = try CommandLineHarness()
        harness.run("database", "migrate")
        let itself = harness.run("database", "backup", harness.database, "--replace")
        #expect(itself.error.hasPrefix("nocli: \(harness.database): is the database itself.") && itself.code == 1)
        let nowhere = harness.run("database", "backup", "\(harness.directory)/none/copy.db")
        #expect(nowhere.error.contains("does not exist. Create it, or name another file.") && nowhere.code == 1)
    }

    @Test("a damaged file is found")
    func damaged() throws {
        let harness = try CommandLineHarness()
        _ = try harness.openAccount()
        do {
            let connection = try Connection(path: harness.database, mode: .readWrite, busyTimeout: .zero)
            try connection.execute("PRAGMA foreign_keys = OFF; UPDATE keys SET account_id = 5")
        }
        let result = harness.run("database", "check", "--json")
        #expect(result.output.hasPrefix("{\"ok\":false,\"problems\":[\"row "))
        #expect(result.error == "nocli: \(harness.database): 2 problems. Stop the server and restore a backup.\n")
        #expect(result.code == 65)
    }

    @Test("an older schema is refused where it would be changed unasked, and can be copied before it is migrated")
    func olderSchema() throws {
        let harness = try CommandLineHarness()
        let path = try harness.file("old.db", "")
        do {
            let connection = try Connection(path: path, mode: .readWrite, busyTimeout: .zero)
            try connection.execute(
                "PRAGMA application_id = \(LookupSchema.applicationID); CREATE TABLE t (x INTEGER) STRICT")
        }
        let list = harness.call(["--database", path, "account", "list"])
        #expect(
            list.error.contains("has schema version 0, this release of LookupServer needs version") && list.code == 1)
        #expect(harness.call(["--database", path, "database", "backup", "\(harness.directory)/copy.db"]).code == 0)
        #expect(harness.call(["--database", path, "database", "check"]).code == 0)
        #expect(harness.call(["--database", path, "database", "migrate"]).code == 0)
        #expect(harness.call(["--database", path, "account", "list"]).code == 0)
    }

    @Test("files that are not LookupServer's are refused and left as they are")
    func foreignFiles() throws {
        let harness = try CommandLineHarness()
        let text = try harness.file("notes.txt", String(repeating: "no database\n", count: 100))
        let foreign = try harness.file("foreign.db", "")
        do {
            let connection = try Connection(path: foreign, mode: .readWrite, busyTimeout: .zero)
            try connection.execute("PRAGMA application_id = 7; CREATE TABLE t (x INTEGER) STRICT")
        }
        let newer = try harness.file("newer.db", "")
        do {
            let connection = try Connection(path: newer, mode: .readWrite, busyTimeout: .zero)
            try connection.execute(
                "PRAGMA application_id = \(LookupSchema.applicationID); PRAGMA user_version = 999; CREATE TABLE t (x INTEGER) STRICT"
            )
        }
        let cases = [
            (text, "expected a SQLite database, found another kind of file"),
            (
                foreign,
                "expected a database of LookupServer, found a SQLite database of another program (application_id 7)"
            ),
            (newer, "has schema version 999, this release of LookupServer knows versions up to"),
            (harness.directory, "expected a database file, found something that is not a regular file"),
            ("\(harness.directory)/none/x.db", "does not exist"), ("\(harness.directory)/none.db", "no such database"),
        ]
        for (path, words) in cases {
            let commands = [
                ["account", "list"], ["database", "check"], ["database", "backup", "\(harness.directory)/b.db"],
            ]
            for command in commands {
                let result = harness.call(["--database", path] + command)
                #expect(result.error.hasPrefix("nocli: \(path)"))
                #expect(result.error.contains(words), "\(result.error)")
                let isThere = [text, foreign, harness.directory].contains(path)
                #expect(result.code == (isThere ? 65 : 1) && result.output == "")
            }
        }
        for (path, code) in [(text, 65), (foreign, 65), (newer, 1)] as [(String, Int32)] {
            #expect(harness.call(["--database", path, "database", "migrate"]).code == code)
            #expect(harness.call(["--database", path, "account", "create", "--name", "A"]).code == code)
        }
    }
}
