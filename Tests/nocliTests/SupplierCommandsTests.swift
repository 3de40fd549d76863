import Glibc
import NumbersStorage
import SQLiteDatabase
import Testing

@testable import nocli

@Suite struct SupplierCommandsTests {
    private static let key = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n"

    private static func harness() throws -> CommandLineHarness {
        let harness = try CommandLineHarness()
        harness.run("database", "migrate")
        return harness
    }

    @Test("a supplier is added, listed, switched off and on, and removed")
    func life() throws {
        let harness = try Self.harness()
        #expect(
            harness.run("supplier", "list").output == "There is no supplier. Add one with: nocli supplier preset NAME\n"
        )
        let added = harness.run(
            "supplier", "add", "one", "--url", "https://a.example/{e164}", "--header", "X-A:  b", "--name-path",
            "data.name",
            "--no-name", "NOBODY", "--price-micros", "4000", "--timeout-ms", "700", "--max-concurrent", "9",
            "--countries", "US,CA", "--position", "7", "--json")
        #expect(added.error == "" && added.code == 0)
        #expect(
            added.output
                == #"{"name":"one","url":"https://a.example/{e164}","headers":["X-A: b"],"name_path":"data.name","#
                + #""no_name":["NOBODY"],"price_micros":4000,"timeout_ms":700,"max_concurrent":9,"#
                + #""countries":["CA","US"],"enabled":true,"position":7,"secrets":[]}"# + "\n")
        #expect(harness.run("supplier", "list", "--json").output.contains(#""requests":0,"hits":0,"#))
        #expect(harness.run("supplier", "disable", "one").output == "Supplier one is switched off.\n")
        #expect(harness.run("supplier", "list", "--json").output.contains(#""enabled":false"#))
        #expect(harness.run("supplier", "enable", "one").output == "Supplier one is switched on.\n")
        #expect(harness.run("supplier", "remove", "one").output == "Supplier one and its secrets are forgotten.\n")
        #expect(harness.run("supplier", "remove", "one").error == "nocli: there is no supplier one\n")
    }

    @Test("secrets are read from a file, stored sealed, and never shown")
    func secrets() throws {
        let harness = try Self.harness()
        let secrets = try harness.file("s", "ACCOUNT_SID=hunter1\nAUTH_TOKEN=hunter2\n")
        let key = try harness.file("k", Self.key)
        #expect(
            harness.run("supplier", "preset", "twilio", "--secret-file", secrets).error
                .hasPrefix("nocli: secrets are only stored sealed: name the server's key with --secret-key-file"))
        #expect(chmod(key, 0o600) == 0)
        let added = harness.run(
            "supplier", "preset", "twilio", "--secret-file", secrets, "--secret-key-file", key, "--price-micros",
            "9000",
            "--json")
        #expect(added.code == 0 && added.error == "")
        #expect(added.output.contains(#""price_micros":9000"#))
        #expect(added.output.contains(#""secrets":["ACCOUNT_SID","AUTH_TOKEN"]"#))
        #expect(!added.output.contains("hunter"))
        let listed = harness.run("supplier", "list", "--json", "--secret-key-file", key)
        #expect(listed.output.contains("twilio") && !listed.output.contains("hunter"))
    }

    @Test("a supplier without a price is taken with a warning, and the list says it")
    func noPrice() throws {
        let harness = try Self.harness()
        let added = harness.run("supplier", "add", "one", "--url", "https://a.example/{e164}", "--plain")
        #expect(added.code == 0 && added.output.hasPrefix("Supplier one is asked from now on."))
        #expect(added.error.hasPrefix("nocli: warning: one has no price: "))
        #expect(added.error.contains("nocli supplier set one --price-micros N"))
        #expect(harness.run("supplier", "list").output.contains(" no price "))
        #expect(harness.run("supplier", "set", "one", "--price-micros", "4000").code == 0)
        #expect(!harness.run("supplier", "list").output.contains("no price"))
        let free = harness.run(
            "supplier", "add", "two", "--url", "https://a.example/{e164}", "--plain", "--price-micros", "0")
        #expect(free.code == 0 && free.error == "")
    }

    @Test("a supplier is changed in place: settings, or one secret of two")
    func set() throws {
        let harness = try Self.harness()
        let secrets = try harness.file("s", "ACCOUNT_SID=hunter1\nAUTH_TOKEN=hunter2\n")
        let token = try harness.file("t", "AUTH_TOKEN=hunter3\n")
        let foreign = try harness.file("f", "OTHER=hunter3\n")
        let key = try harness.file("k", Self.key)
        let other = try harness.file("o", String(repeating: "0123456789abcdef", count: 4))
        #expect(chmod(key, 0o600) == 0 && chmod(other, 0o600) == 0)
        harness.run("supplier", "preset", "twilio", "--secret-file", secrets, "--secret-key-file", key)
        #expect(harness.run("supplier", "set", "twilio").code == 64)
        #expect(
            harness.run("supplier", "set", "nobody", "--position", "1").error == "nocli: there is no supplier nobody\n")
        #expect(harness.run("supplier", "set", "twilio", "--timeout-ms", "19").code == 64)
        let set = harness.run(
            "supplier", "set", "twilio", "--timeout-ms", "20", "--max-concurrent", "3", "--countries", "CA",
            "--position",
            "2", "--price-micros", "7", "--json")
        #expect(set.code == 0 && set.error == "")
        #expect(
            set.output.contains(
                #""price_micros":7,"timeout_ms":20,"max_concurrent":3,"countries":["CA"],"enabled":true,"position":2"#))
        let unkeyed = harness.run("supplier", "set", "twilio", "--secret-file", token)
        #expect(unkeyed.code == 1 && unkeyed.error.hasPrefix("nocli: secrets are only stored sealed"))
        let unused = harness.run("supplier", "set", "twilio", "--secret-file", foreign, "--secret-key-file", key)
        #expect(unused.code == 65 && unused.error.contains("ACCOUNT_SID, AUTH_TOKEN"))
        let mixed = harness.run("supplier", "set", "twilio", "--secret-file", token, "--secret-key-file", other)
        #expect(mixed.code == 1 && mixed.error.contains("the secret ACCOUNT_SID of supplier twilio stays"))
        let renewed = harness.run("supplier", "set", "twilio", "--secret-file", token, "--secret-key-file", key)
        #expect(renewed.code == 0 && !(renewed.output + renewed.error).contains("hunter"))
    }

    @Test("a supplier whose secrets another key sealed is shown as sealed, and a test says why it is not asked")
    func sealed() throws {
        let harness = try Self.harness()
        let secrets = try harness.file("s", "ACCOUNT_SID=hunter1\nAUTH_TOKEN=hunter2\n")
        let key = try harness.file("k", Self.key)
        let other = try harness.file("o", String(repeating: "0123456789abcdef", count: 4))
        #expect(chmod(key, 0o600) == 0 && chmod(other, 0o600) == 0)
        harness.run("supplier", "preset", "twilio", "--secret-file", secrets, "--secret-key-file", key)
        #expect(harness.run("supplier", "list", "--json").output.contains(#""state":"on","reason":null"#))
        #expect(
            harness.run("supplier", "list", "--json", "--secret-key-file", key).output
                .contains(#""state":"on","reason":null"#))
        let listed = harness.run("supplier", "list", "--secret-key-file", other).output
        #expect(listed.contains("sealed"))
        #expect(listed.contains("twilio is not asked: its secrets were sealed with another secret key than this one"))
        let tried = harness.run("supplier", "test", "+14155552671", "--secret-key-file", other, "--json").output
        #expect(
            tried.contains(#""outcome":"not asked: its secrets were sealed with another secret key than this one""#))
        let unkeyed = harness.run("supplier", "test", "+14155552671", "--json").output
        #expect(unkeyed.contains(#""outcome":"not asked: its secrets cannot be read without the secret key""#))
        harness.run("supplier", "disable", "twilio")
        #expect(
            harness.run("supplier", "list", "--json", "--secret-key-file", other).output.contains(#""state":"off""#))
    }

    @Test("a supplier whose row cannot be read is named in the list and by a test")
    func unusable() throws {
        let harness = try Self.harness()
        harness.run("supplier", "add", "odd", "--url", "https://a.example/{e164}", "--plain", "--price-micros", "1")
        let connection = try LookupSchema.schema.open(path: harness.database, options: DatabaseOptions(older: .refuse))
        try connection.run("UPDATE suppliers SET headers = 'x'")
        let reason = "headers: expected a JSON array of names and values"
        #expect(
            harness.run("supplier", "list", "--json").output
                == #"{"suppliers":[{"name":"odd","state":"unusable","reason":"\#(reason)"}]}"# + "\n")
        let listed = harness.run("supplier", "list").output
        #expect(listed.contains("unusable") && listed.contains("odd is not asked, what is stored of it cannot be read"))
        #expect(
            harness.run("supplier", "test", "+14155552671").error
                == "nocli: what is stored of supplier odd cannot be read: \(reason)\n")
        #expect(harness.run("supplier", "set", "odd", "--position", "1").error.contains(reason))
        #expect(harness.run("supplier", "remove", "odd").code == 0)
    }

    @Test("rotating the key seals the secrets of suppliers anew, or changes nothing")
    func rotated() throws {
        let harness = try Self.harness()
        let secrets = try harness.file("s", "ACCOUNT_SID=hunter1\nAUTH_TOKEN=hunter2\n")
        let key = try harness.file("k", Self.key)
        let other = try harness.file("o", String(repeating: "0123456789abcdef", count: 4))
        #expect(chmod(key, 0o600) == 0 && chmod(other, 0o600) == 0)
        harness.run("supplier", "preset", "twilio", "--secret-file", secrets, "--secret-key-file", key)
        let wrong = harness.run("secret", "rotate-key", "--old", other, "--new", key)
        #expect(wrong.code == 65)
        #expect(
            wrong.error == "nocli: nothing was changed: secret ACCOUNT_SID of supplier twilio: its secrets were sealed "
                + "with another secret key than this one\n")
        let both = harness.call(
            ["secret", "rotate-key", "--old", key, "--new", other],
            environment: ["NUMBERS_LOOKUP_DATABASE": harness.database, "NUMBERS_MIDDLEWARE_DATABASE": "x"])
        #expect(both.code == 64 && both.error.contains("both set"))
        #expect(harness.call(["secret", "rotate-key", "--old", key, "--new", other]).code == 64)
        let server = try DatabaseLock(database: harness.database, processID: 4_711, now: CommandLineHarness.now)
        let running = harness.run("secret", "rotate-key", "--old", key, "--new", other)
        #expect(
            running.code == 1
                && running.error.hasPrefix(
                    "nocli: nothing was changed: a server uses \(harness.database) (pid 4711 started 2026-")
        )
        server.release()
        let rotated = harness.run("secret", "rotate-key", "--old", key, "--new", other)
        #expect(rotated.output == "2 secrets sealed with the new key. Start the server with it.\n")
        let again = harness.run("secret", "rotate-key", "--old", key, "--new", other)
        #expect(again.code == 65)
        let back = harness.call(
            ["secret", "rotate-key", "--old", other, "--new", key, "--json"],
            environment: ["NUMBERS_LOOKUP_DATABASE": harness.database])
        #expect(back.output == "{\"rotated\":2}\n", "\(back.error)")
    }

    @Test(
        "a wrong description is refused before anything is stored",
        arguments: [
            (["--url", "https://a.example/{e164}"], 64), (["--plain"], 64),
            (["--url", "https://a.example/{e164}", "--plain", "--name-path", "a"], 64),
            (["--url", "https://{e164}/", "--plain"], 64), (["--url", "ftp://a.example/{e164}", "--plain"], 64),
            (["--url", "https://a.example/{e164}", "--plain", "--header", "Host: x"], 64),
            (["--url", "https://a.example/{e164}", "--plain", "--header", "novalue"], 64),
            (["--url", "https://a.example/{e164}", "--plain", "--countries", "US,XX"], 64),
            (["--url", "https://a.example/{e164}", "--plain", "--timeout-ms", "19"], 64),
            (["--url", "https://a.example/{e164}", "--plain", "--timeout-ms", "10001"], 64),
            (["--url", "https://a.example/{e164}", "--plain", "--max-concurrent", "0"], 64),
            (["--url", "https://a.example/{e164}?k={secret:K}", "--plain"], 65),
            (["--url", "https://a.example/{e164}", "--plain", "--secret-file", "/nowhere/at/all"], 65),
        ] as [([String], Int32)])
    func wrong(options: [String], code: Int32) throws {
        let harness = try Self.harness()
        let result = harness.call(["--database", harness.database, "supplier", "add", "one"] + options)
        #expect(result.code == code && result.output == "" && result.error != "")
        #expect(harness.run("supplier", "list", "--json").output == "{\"suppliers\":[]}\n")
    }

    @Test("presets are listed, and a slip in the name is understood")
    func presets() throws {
        let harness = try Self.harness()
        let listed = harness.run("supplier", "presets", "--json").output
        for name in ["opencnam", "telnyx", "twilio", "bandwidth", "bulkvs", "everyoneapi"] {
            #expect(listed.contains("\"name\":\"\(name)\""))
        }
        #expect(harness.run("supplier", "preset", "twillio").error.hasSuffix("Did you mean twilio?\n"))
    }

    @Test("a test needs a valid number and a supplier that is on")
    func test() throws {
        let harness = try Self.harness()
        #expect(harness.run("supplier", "test", "12").code == 65)
        #expect(harness.run("supplier", "test", "+14155552671").error == "nocli: no supplier is switched on\n")
        #expect(
            harness.run("supplier", "test", "+14155552671", "--supplier", "one").error
                == "nocli: there is no supplier one\n")
    }
}
