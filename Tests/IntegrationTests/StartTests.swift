import Foundation
import Platform
import SQLiteDatabase
import TestSupport
import Testing

@Suite("Starting LookupServer", .timeLimit(.minutes(3)))
struct StartTests {
    @Test("--help tells every option and exits 0")
    func help() throws {
        let result = try Program.run("LookupServer", ["--help"])
        #expect(result.exitCode == 0)
        for option in [
            "--listen", "--database", "--config", "--max-header-bytes", "--max-header-fields", "--max-target-bytes",
            "--max-body-bytes", "--header-timeout", "--idle-timeout", "--max-connections", "--loops", "--public-url",
            "--trusted-proxy", "--signups-per-hour", "--budget-ms", "--cid-budget-ms", "--nothing-found-free",
            "--metrics-allow", "--metrics-token-file", "--number-plan", "--number-names", "NUMBERS_LOOKUP_",
        ] {
            #expect(result.output.contains(option), "\(option)")
        }
    }

    @Test(
        "A wrong option, value, variable or line exits 64 and says what was meant",
        arguments: [
            (["--lissten", "127.0.0.1:0"], [:], "--listen"),
            (["--listen", "localhost"], [:], "--listen"),
            (["--listen", "127.0.0.1:99999"], [:], "--listen"),
            (["--loops", "0"], [:], "--loops"),
            (["--loops", "two"], [:], "--loops"),
            (["--signups-per-hour", "-1"], [:], "--signups-per-hour"),
            (["--budget-ms", "19"], [:], "--budget-ms"),
            (["--budget-ms", "10001"], [:], "--budget-ms"),
            (["--public-url", "ftp://example.com"], [:], "--public-url"),
            (["--trusted-proxy", "10.0.0.1/8"], [:], "--trusted-proxy"),
            (["--header-timeout", "soon"], [:], "--header-timeout"),
            (["extra"], [:], "extra"),
            (["--listen"], [:], "--listen"),
            ([], ["NUMBERS_LOOKUP_LOOPS": "many"], "NUMBERS_LOOKUP_LOOPS"),
            (["--config", "/nonexistent/file"], [:], "/nonexistent/file"),
        ] as [([String], [String: String], String)])
    func usage(arguments: [String], environment: [String: String], mentioned: String) throws {
        let result = try Program.run("LookupServer", arguments, environment: environment, seconds: 10)
        #expect(result.exitCode == 64, "\(result.errors)")
        #expect(result.errors.contains(mentioned), "\(result.errors)")
        #expect(result.output.isEmpty)
    }

    @Test("An unknown key in the configuration file names file, line and the key that was meant")
    func configurationKey() throws {
        let folder = try TestFolder()
        let file = try folder.write("server.conf", "# comment\nlissten = 127.0.0.1:0\n")
        let result = try Program.run("LookupServer", ["--config", file], seconds: 10)
        #expect(result.exitCode == 64)
        #expect(result.errors.contains("server.conf:2") && result.errors.contains("listen"), "\(result.errors)")
    }

    @Test("A flag stands before the environment, that before the file")
    func precedence() throws {
        let folder = try TestFolder()
        let file = try folder.write("server.conf", "signups-per-hour = 0\ndatabase = \(folder.file("file.sqlite"))\n")
        let fixture = try LookupFixture(
            ["--config", file], environment: ["NUMBERS_LOOKUP_SIGNUPS_PER_HOUR": "1"], folder: folder)
        #expect(try fixture.post("/v1/account/signup", "{}").status == 201)
        #expect(try fixture.post("/v1/account/signup", "{}").status == 429)
        #expect(!FileManager.default.fileExists(atPath: folder.file("file.sqlite")))
    }

    @Test("A port in use is a clear message, also when its owner shares it with SO_REUSEPORT")
    func portInUse() throws {
        // LookupServer's own sockets have SO_REUSEPORT, so a second server is the harder case.
        let first = try LookupFixture()
        let folder = try TestFolder()
        let result = try Program.run(
            "LookupServer",
            ["--listen", first.client.endpoint.description, "--database", folder.file("other.sqlite")], seconds: 10)
        #expect(result.exitCode == 1)
        #expect(result.errors.contains("\(first.client.endpoint)"), "\(result.errors)")
        #expect(result.errors.contains("--listen"), "\(result.errors)")
        #expect(try first.get("/api/health").status == 200)
    }

    @Test("A second server on one database says who has it")
    func secondServer() throws {
        let first = try LookupFixture()
        let result = try Program.run(
            "LookupServer", ["--listen", "127.0.0.1:0", "--database", first.database], seconds: 10)
        #expect(result.exitCode == 1)
        #expect(result.errors.contains("pid \(first.server.processID)"), "\(result.errors)")
        #expect(try first.get("/api/health").status == 200)
    }

    @Test(
        "A file that is no database of ours is refused by name and left as it is",
        arguments: ["junk", "foreign", "newer", "directory", "missing folder"])
    func badDatabase(kind: String) throws {
        let folder = try TestFolder()
        var path = folder.file("lookup.sqlite")
        let mentioned: String
        switch kind {
        case "junk":
            try folder.write("lookup.sqlite", String(repeating: "this is no database ", count: 100))
            mentioned = "lookup.sqlite"
        case "foreign":
            let connection = try Connection(path: path, mode: .readWriteCreate, busyTimeout: .seconds(1))
            try connection.execute("PRAGMA application_id = 1234567; CREATE TABLE t (x)")
            mentioned = "LookupServer"
        case "newer":
            _ = try Program.run("nocli", ["--database", path, "database", "migrate"])
            let connection = try Connection(path: path, mode: .readWrite, busyTimeout: .seconds(1))
            try connection.execute("PRAGMA user_version = 999")
            mentioned = "999"
        case "directory":
            path = folder.path
            mentioned = path
        default:
            path = folder.file("no/such/folder/lookup.sqlite")
            mentioned = "no/such/folder"
        }
        let before = FileManager.default.contents(atPath: path)
        let result = try Program.run(
            "LookupServer", ["--listen", "127.0.0.1:0", "--database", path], seconds: 10)
        // systemd does not start it again after 65: only somebody can put another file there, a folder may yet come.
        #expect(result.exitCode == (kind == "missing folder" ? 1 : 65))
        #expect(result.errors.contains(mentioned), "\(result.errors)")
        if kind == "junk" { #expect(FileManager.default.contents(atPath: path) == before) }
    }

    @Test(
        "A server that cannot start for another reason leaves the database as it is: the release before still takes it",
        arguments: ["LookupServer", "MiddlewareServer"], ["key", "certificate", "token", "port"])
    func untouched(program: String, reason: String) throws {
        let folder = try TestFolder()
        let first = try reason == "port" ? LookupFixture() : nil
        let key = try folder.write("secret.key", String(repeating: "0123456789abcdef", count: 4))
        let options: [String] =
            switch reason {
            case "key": ["--secret-key-file", key]
            case "certificate": ["--tls-certificate", key, "--tls-key", key]
            case "token": ["--metrics-token-file", folder.file("missing")]
            default: []
            }
        #expect(chmod(key, 0o644) == 0)
        let database = folder.file("numbers.sqlite")
        let place = first?.client.endpoint.description ?? "127.0.0.1:0"
        let result = try Program.run(
            program, ["--listen", place, "--database", database] + options, seconds: 20)
        #expect(result.exitCode == 1 && !result.errors.contains("\"started\""), "\(result.errors)")
        #expect(result.errors.contains(reason == "port" ? place : reason), "\(result.errors)")
        #expect(!FileManager.default.fileExists(atPath: database))
    }

    @Test("SIGTERM finishes what is under way and exits 0")
    func terminate() throws {
        let fixture = try LookupFixture()
        let connection = try fixture.client.connect()
        try connection.send(TestClient.bytes("GET", "/api/health"))
        #expect(try connection.readResponse().status == 200)
        fixture.server.signal(SIGTERM)
        #expect(fixture.server.waitForExit() == 0)
        #expect(fixture.server.errors.contains("\"stopped\""))
    }

    @Test("A second SIGTERM ends at once")
    func terminateTwice() throws {
        let fixture = try LookupFixture(["--drain-timeout", "60s", "--header-timeout", "60s"])
        // A request that has begun and does not end keeps the drain waiting.
        let connection = try fixture.client.connect()
        try connection.send("POST /v1/parse HTTP/1.1\r\nHost: t\r\nContent-Length: 100\r\n\r\n{")
        Thread.sleep(forTimeInterval: 0.1)
        fixture.server.signal(SIGTERM)
        #expect(fixture.server.waitForExit(seconds: 0.5) == nil)
        fixture.server.signal(SIGTERM)
        #expect(fixture.server.waitForExit(seconds: 5) == 1)
        _ = connection
    }
}
