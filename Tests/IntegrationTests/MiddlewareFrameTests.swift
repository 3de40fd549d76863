import Foundation
import JSONText
import TestSupport
import Testing

@Suite("Starting MiddlewareServer, and what its HTTP layer answers", .timeLimit(.minutes(3)))
struct MiddlewareFrameTests {
    @Test("--help tells the options of every server and those of this one, with its own defaults")
    func help() throws {
        let result = try Program.run("MiddlewareServer", ["--help"])
        #expect(result.exitCode == 0)
        for word in [
            "--listen", "127.0.0.1:8081", "--database", "numbers-middleware.sqlite", "--config", "--public-url",
            "--trusted-proxy", "--max-body-bytes", "65536", "--requests-per-minute", "600", "--token-life",
            "--metrics-allow", "NUMBERS_MIDDLEWARE_",
        ] { #expect(result.output.contains(word), "\(word)") }
    }

    @Test(
        "A wrong option, value or variable exits 64 and says what was meant",
        arguments: [
            (["--lissten", "127.0.0.1:0"], [:], "--listen"), (["--requests-per-minute", "0"], [:], "--requests-per"),
            (["--listen", "localhost"], [:], "--listen"), (["--token-life", "31d"], [:], "--token-life"),
            ([], ["NUMBERS_MIDDLEWARE_LOOPS": "many"], "NUMBERS_MIDDLEWARE_LOOPS"),
            ([], ["NUMBERS_MIDDLEWARE_TOKEN_LIVE": "1h"], "NUMBERS_MIDDLEWARE_TOKEN_LIFE"), (["extra"], [:], "extra"),
        ] as [([String], [String: String], String)])
    func usage(arguments: [String], environment: [String: String], mentioned: String) throws {
        let result = try Program.run("MiddlewareServer", arguments, environment: environment, seconds: 10)
        #expect(result.exitCode == 64 && result.errors.contains(mentioned), "\(result.errors)")
        #expect(result.output.isEmpty)
    }

    @Test("A database of the lookup service, and one that is in use, are refused by name")
    func databases() throws {
        let first = try MiddlewareFixture()
        let second = try Program.run(
            "MiddlewareServer", ["--listen", "127.0.0.1:0", "--database", first.database], seconds: 10)
        #expect(second.exitCode == 1 && second.errors.contains("pid \(first.server.processID)"), "\(second.errors)")
        let path = first.folder.file("lookup.sqlite")
        _ = try Program.run("nocli", ["--database", path, "database", "migrate"])
        let other = try Program.run(
            "MiddlewareServer", ["--listen", "127.0.0.1:0", "--database", path], seconds: 10)
        #expect(other.exitCode == 65 && other.errors.contains("LookupServer"), "\(other.errors)")
        #expect(try first.get("/api/health").status == 200)
    }

    @Test("The first line names the server; health tells its state, and SIGTERM ends it with 0")
    func life() throws {
        let fixture = try MiddlewareFixture()
        let line = try #require(try JSONValue(parsing: Array(fixture.server.firstLine.utf8)).object)
        #expect(line["server"]?.string == "MiddlewareServer")
        #expect(line["url"]?.string == line["listening"]?.string.map { "http://\($0)" })
        let health = try fixture.get("/api/health")
        #expect(health.status == 200 && health["status"]?.string == "ok" && health["db"]?.string == "up")
        #expect(health.json?.members.map(\.name) == ["status", "db", "version", "metadata_version", "time"])
        #expect(try fixture.get("/api/health?live").text == "{\"status\":\"ok\"}")
        fixture.server.signal(SIGTERM)
        #expect(fixture.server.waitForExit() == 0 && fixture.server.errors.contains("\"stopped\""))
    }

    @Test("Metrics are for loopback, and not for who comes through a proxy nobody trusts")
    func metrics() throws {
        let fixture = try MiddlewareFixture()
        let open = try fixture.get("/metrics")
        #expect(open.status == 200 && open.text.contains("numbers_database_up 1"))
        let forwarded = try fixture.get("/metrics", fields: [("X-Forwarded-For", "192.0.2.1")])
        #expect(forwarded.status == 403 && forwarded["error"]?.string == "network_forbidden")
    }

    @Test(
        "What the HTTP layer finds wrong has message and error, and nothing else",
        arguments: [
            ("GET /nowhere HTTP/1.1\r\nHost: t\r\n\r\n", 404, "not_found"),
            ("DELETE /oauth/token HTTP/1.1\r\nHost: t\r\n\r\n", 405, "method_not_allowed"),
            ("BREW /oauth/token HTTP/1.1\r\nHost: t\r\n\r\n", 501, "not_implemented"),
            ("GET / HTTP/1.1\r\n\r\n", 400, "invalid_request"),
            ("GET / HTTP/3.0\r\nHost: t\r\n\r\n", 505, "version_not_supported"),
            ("POST /oauth/token HTTP/1.1\r\nHost: t\r\nContent-Length: 65537\r\n\r\n", 413, "payload_too_large"),
            ("POST /oauth/token HTTP/1.1\r\nHost: t\r\nContent-Length: 1x\r\n\r\n", 400, "invalid_request"),
            ("GET /LONG HTTP/1.1\r\nHost: t\r\n\r\n", 414, "uri_too_long"),
            ("GET / HTTP/1.1\r\nHost: t\r\nX: LONGLONGLONGLONG\r\n\r\n", 431, "headers_too_large"),
        ])
    func faults(request: String, status: Int, code: String) throws {
        let fixture = try MiddlewareFixture()
        let connection = try fixture.client.connect()
        try connection.send(request.replacing("LONG", with: String(repeating: "x", count: 9_000)))
        let answer = Answer(try connection.readResponse())
        #expect(answer.status == status && answer["error"]?.string == code, "\(answer.text)")
        #expect(answer.json?.members.map(\.name) == ["message", "error"])
        #expect(answer.field("Content-Type") == "application/json" && answer.field("X-Request-Id") != nil)
        #expect((answer.field("Allow") == "POST") == (status == 405))
    }
}
