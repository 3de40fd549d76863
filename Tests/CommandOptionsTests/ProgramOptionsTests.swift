import CommandOptions
import Testing

private let listen: Option<String> = .value(
    "listen",
    ValueKind(placeholder: "HOST:PORT", expects: "HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080") {
        $0.contains(":") ? $0 : nil
    }, default: "127.0.0.1:8080", help: "address to listen on")
private let database: Option<String> = .required("database", .path, help: "the database file")
private let config: Option<String?> = .optional("config", .path, help: "a file of options")
private let body: Option<Int> = .value(
    "max-body-bytes", .integer(1...1000), default: "100", help: "largest body")
private let timeout: Option<Duration?> = .optional(
    "idle-timeout", .duration(.seconds(1) ... .seconds(60)), help: "idle time")
private let proxies: Option<[String]> = .list(
    "trusted-proxy", .text.placeholder("CIDR"), help: "a proxy to believe")
private let free: Option<Bool> = .flag(
    "nothing-found-free", help: "charge nothing when nothing was found")

private let program = ProgramOptions(
    name: "Server", summary: "answers", environmentPrefix: "APP_",
    sections: [
        OptionSection(
            "Network", [listen.declaration, proxies.declaration, body.declaration, timeout.declaration]),
        OptionSection("Storage", [database.declaration, config.declaration, free.declaration]),
    ],
    configuration: config)

/// What a call comes to: the values, the error's first line, or the name of the other requests.
private func outcome(_ line: String, environment: [String: String] = [:], file: String? = nil)
    -> String
{
    let arguments = line.split(separator: " ").map(String.init)
    do {
        let request = try program.parse(arguments: arguments, environment: environment) { path in
            file.map { .success(Array($0.utf8)) }
                ?? .failure(ConfigurationReadError(reason: "no such file"))
        }
        switch request {
        case .help: return "help"
        case .version: return "version"
        case .run(let values):
            let timeout = values[timeout].map(DurationText.short) ?? "-"
            let proxies = values[proxies].joined(separator: "+")
            return
                "\(values[listen]) \(values[database]) \(values[body]) \(timeout) [\(proxies)] \(values[free])"
        }
    } catch {
        let lines = error.description.split(separator: "\n")
        #expect(lines.count == 2 && lines[1] == "Run 'Server --help' to see what is possible.")
        return String(lines[0])
    }
}

@Suite struct ProgramOptionsTests {
    @Test(
        "flags are read in both spellings and in any order",
        arguments: [
            ("--database a", "127.0.0.1:8080 a 100 - [] false"),
            ("--database=a --listen [::1]:0", "[::1]:0 a 100 - [] false"),
            ("--nothing-found-free --database a=b", "127.0.0.1:8080 a=b 100 - [] true"),
            ("--nothing-found-free=false --database a", "127.0.0.1:8080 a 100 - [] false"),
            ("--nothing-found-free --nothing-found-free --database a", "127.0.0.1:8080 a 100 - [] true"),
            ("--trusted-proxy x --database a --trusted-proxy=y", "127.0.0.1:8080 a 100 - [x+y] false"),
            ("--database a --max-body-bytes 1000 --idle-timeout 2s", "127.0.0.1:8080 a 1000 2s [] false"),
            ("--database a --help", "help"), ("-h", "help"), ("--version", "version"),
            ("--database=--x", "127.0.0.1:8080 --x 100 - [] false"),
        ])
    func flags(line: String, expected: String) {
        #expect(outcome(line) == expected)
    }

    @Test(
        "a wrong flag is refused with what was found, what is expected, and what was meant",
        arguments: [
            ("", "Server: --database FILE is missing"),
            ("--lisen x", "Server: unknown option --lisen; did you mean --listen?"),
            ("--Listen x", "Server: unknown option --Listen; did you mean --listen?"),
            (
                "--max_body_bytes 5",
                "Server: unknown option --max_body_bytes; did you mean --max-body-bytes?"
            ),
            ("--data x", "Server: unknown option --data; did you mean --database?"),
            ("--hlep", "Server: unknown option --hlep; did you mean --help?"),
            ("--colour", "Server: unknown option --colour"), ("--=x", "Server: unknown option --"),
            ("-v", "Server: unexpected argument `-v`"), ("serve", "Server: unexpected argument `serve`"),
            ("-- --listen", "Server: unexpected argument `--listen`"),
            (
                "--listen",
                "Server: --listen needs a value (--listen HOST:PORT): expected HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080, found nothing"
            ),
            (
                "--database --listen x",
                "Server: --database needs a value (--database FILE): expected a file path, found nothing"
            ),
            (
                "--listen 8080",
                "Server: --listen: expected HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080, found `8080`"
            ),
            ("--database=", "Server: --database: expected a file path, found nothing"),
            (
                "--max-body-bytes 1001",
                "Server: --max-body-bytes: expected a whole number from 1 to 1000, found `1001`"
            ),
            (
                "--max-body-bytes -5",
                "Server: --max-body-bytes: expected a whole number from 1 to 1000, found `-5`"
            ),
            (
                "--idle-timeout 1d",
                "Server: --idle-timeout: expected a time from 1s to 1m, such as 10s, 500ms or 2m, found `1d`"
            ),
            (
                "--nothing-found-free=maybe",
                "Server: --nothing-found-free: expected true or false, found `maybe`"
            ),
            (
                "--nothing-found-free --nothing-found-free=false",
                "Server: --nothing-found-free is given twice"
            ),
            ("--database a --database a", "Server: --database is given twice"),
            (
                "--max-body-bytes nol_00112233",
                "Server: --max-body-bytes: expected a whole number from 1 to 1000, found `<redacted>`"
            ),
            (
                "--max-body-bytes \u{1B}[2J",
                "Server: --max-body-bytes: expected a whole number from 1 to 1000, found `?[2J`"
            ),
        ])
    func wrongFlags(line: String, expected: String) {
        #expect(outcome(line) == expected)
    }

    @Test("a long wrong value is shortened in the message")
    func longValue() {
        let words = outcome("--max-body-bytes " + String(repeating: "9", count: 10_000))
        #expect(words.hasSuffix("found `" + String(repeating: "9", count: 80) + "…`"))
        #expect(outcome("--" + String(repeating: "x", count: 10_000)).utf8.count < 200)
    }

    @Test("a flag stands before a variable, a variable before the file, the file before the default")
    func precedence() {
        let file = "database = f\nmax-body-bytes = 3\nlisten = f:3\n"
        let variables = ["APP_DATABASE": "e", "APP_MAX_BODY_BYTES": "2"]
        #expect(
            outcome("--config c --database g", environment: variables, file: file) == "f:3 g 2 - [] false"
        )
        #expect(outcome("--config c", environment: variables, file: file) == "f:3 e 2 - [] false")
        #expect(outcome("--config c", file: file) == "f:3 f 3 - [] false")
        #expect(outcome("", environment: ["APP_CONFIG": "c"], file: file) == "f:3 f 3 - [] false")
        #expect(outcome("--database g", environment: variables) == "127.0.0.1:8080 g 2 - [] false")
    }

    @Test("a list is taken whole from the first source that has it")
    func lists() {
        let file = "database = f\ntrusted-proxy = a, b\ntrusted-proxy = c\n"
        #expect(outcome("--config c", file: file) == "127.0.0.1:8080 f 100 - [a+b+c] false")
        #expect(
            outcome("--config c", environment: ["APP_TRUSTED_PROXY": "x,y"], file: file).contains("[x+y]")
        )
        #expect(
            outcome("--config c --trusted-proxy z", environment: ["APP_TRUSTED_PROXY": "x"], file: file)
                .contains("[z]"))
        #expect(
            outcome("", environment: ["APP_TRUSTED_PROXY": "x,,y"])
                == "Server: APP_TRUSTED_PROXY: expected a text that is not empty, without control characters, found nothing"
        )
    }

    @Test(
        "a wrong variable is refused by its name; one of another program is left alone",
        arguments: [
            (
                "APP_MAX_BODY_BYTES", "x",
                "Server: APP_MAX_BODY_BYTES: expected a whole number from 1 to 1000, found `x`"
            ),
            (
                "APP_NOTHING_FOUND_FREE", "2",
                "Server: APP_NOTHING_FOUND_FREE: expected true or false, found `2`"
            ),
            (
                "APP_LISTN", "x", "Server: unknown environment variable APP_LISTN; did you mean APP_LISTEN?"
            ),
            ("APP_SERVICE_HOST", "10.0.0.1", "127.0.0.1:8080 a 100 - [] false"),
            ("OTHER_LISTN", "x", "127.0.0.1:8080 a 100 - [] false"),
            ("APP_MAX_BODY_BYTES", "", "127.0.0.1:8080 a 100 - [] false"),
            ("APP_NOTHING_FOUND_FREE", "yes", "127.0.0.1:8080 a 100 - [] true"),
        ])
    func variables(name: String, value: String, expected: String) {
        #expect(outcome("--database a", environment: [name: value]) == expected)
    }

    @Test("a wrong variable is refused also where a flag overrides it")
    func overriddenVariable() {
        let words = outcome("--database a --max-body-bytes 5", environment: ["APP_MAX_BODY_BYTES": "x"])
        #expect(words.hasPrefix("Server: APP_MAX_BODY_BYTES: expected"))
    }

    @Test(
        "a file's lines are read with comments, quotes, spaces and carriage returns",
        arguments: [
            ("database = a", "127.0.0.1:8080 a 100 - [] false"),
            ("database=a", "127.0.0.1:8080 a 100 - [] false"),
            ("# c\n\n  \n\tdatabase\t=\ta b \r\n", "127.0.0.1:8080 a b 100 - [] false"),
            ("database = a # comment", "127.0.0.1:8080 a 100 - [] false"),
            ("database = a#b", "127.0.0.1:8080 a#b 100 - [] false"),
            ("database = \" a # b \" # comment", "127.0.0.1:8080  a # b  100 - [] false"),
            ("database = a=b\nnothing-found-free = on", "127.0.0.1:8080 a=b 100 - [] true"),
        ])
    func file(text: String, expected: String) {
        #expect(outcome("--config c", file: text) == expected)
    }

    @Test(
        "a wrong line is refused with its file and number",
        arguments: [
            ("database", "Server: c:1: expected `key = value`, found no `=`"),
            ("database = a\n = b", "Server: c:2: expected `key = value`, found nothing before the `=`"),
            ("\n\ndatabse = a", "Server: c:3: unknown key `databse`; did you mean database?"),
            ("APP_DATABASE = a", "Server: c:1: unknown key `APP_DATABASE`"),
            ("--database = a", "Server: c:1: unknown key `--database`; did you mean database?"),
            ("config = d", "Server: c:1: unknown key `config`"),
            ("database =", "Server: c:1: `database`: expected a file path, found nothing"),
            ("database = \"\"", "Server: c:1: `database`: expected a file path, found nothing"),
            ("database = \"a", "Server: c:1: expected a second double quote, found the end of the line"),
            ("database = \"a\" b", "Server: c:1: expected nothing behind the value's closing quote"),
            (
                "database = a\ndatabase = b",
                "Server: c:2: `database`: given a second time, first at c:1: `database`"
            ),
            (
                "max-body-bytes = 1k",
                "Server: c:1: `max-body-bytes`: expected a whole number from 1 to 1000, found `1k`"
            ),
            ("[server]\n", "Server: c:1: expected `key = value`, found no `=`"),
        ])
    func wrongFile(text: String, expected: String) {
        #expect(outcome("--config c", file: text) == expected)
    }

    @Test("bytes that are not UTF-8 and files that cannot be read are named")
    func unreadableFile() {
        #expect(outcome("--config /x/c") == "Server: --config: cannot read /x/c: no such file")
        #expect(
            outcome("", environment: ["APP_CONFIG": "c"])
                == "Server: APP_CONFIG: cannot read c: no such file")
        #expect(throws: UsageError.self) {
            _ = try program.parse(arguments: ["--config", "c"], environment: [:]) { _ in
                .success([0x61, 0xFF])
            }
        }
        #expect(
            ConfigurationReader.read("/nowhere/at/all")
                == .failure(ConfigurationReadError(reason: "no such file")))
        #expect(
            ConfigurationReader.read("/") == .failure(ConfigurationReadError(reason: "it is a directory"))
        )
        #expect(
            ConfigurationReader.read("/dev/zero")
                == .failure(ConfigurationReadError(reason: "larger than 1048576 bytes")))
    }

    @Test("the help text is aligned and tells defaults, repetition and the other sources")
    func help() {
        #expect(
            program.help == """
                Server: answers

                Usage: Server [OPTION]...

                Network:
                  --listen HOST:PORT       address to listen on (default 127.0.0.1:8080)
                  --trusted-proxy CIDR...  a proxy to believe (can be repeated)
                  --max-body-bytes N       largest body (default 100)
                  --idle-timeout TIME      idle time

                Storage:
                  --database FILE          the database file (required)
                  --config FILE            a file of options
                  --nothing-found-free     charge nothing when nothing was found

                Other:
                  --help                   show this text
                  --version                show the version

                Every option can also be an environment variable (--listen is APP_LISTEN) or a
                line of the file that --config names (listen = HOST:PORT). A flag stands before
                a variable, a variable before the file, the file before the default. In the
                file, # begins a comment. An option that can be repeated takes several values,
                in a variable or line separated by commas.

                """)
    }

    @Test("a rule of the program's own is told the same way")
    func ownRule() {
        #expect(
            program.error("--tls-key needs --tls-certificate").description
                == "Server: --tls-key needs --tls-certificate\nRun 'Server --help' to see what is possible."
        )
        #expect(program.variable(of: "max-body-bytes") == "APP_MAX_BODY_BYTES")
    }

    @Test("whether an option was given is known apart from its value")
    func given() throws {
        let request = try program.parse(arguments: ["--database", "a"], environment: [:]) { _ in
            .success([])
        }
        guard case .run(let values) = request else {
            Issue.record("not a run")
            return
        }
        #expect(values.isGiven(database) && !values.isGiven(listen))
    }
}
