import Glibc
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
