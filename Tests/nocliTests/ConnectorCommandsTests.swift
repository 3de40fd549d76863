import Glibc
import TestSupport
import Testing

@testable import nocli

@Suite struct ConnectorCommandsTests {
    private static let template = """
        <Crm Name="Acme CRM" Version="1" Country="US" SupportsEmojis="false">
        <Number Prefix="AsIs" MaxLength=""/><Connection MaxConcurrentRequests="2"/>
        <Parameters>
        <Parameter Name="ApiKey" Type="String" Parent="General Configuration" Title="Key" Default=""/>
        <Parameter Name="Site" Type="String" Parent="General Configuration" Title="Site" Default=""/>
        </Parameters><Authentication Type="No"/><Scenarios>
        <Scenario Id="" Type="REST"><Request \
        Url="https://crm.test/find?tel=[EscapedNumber]&amp;s=[Site]&amp;k=[ApiKey]" \
        RequestType="Get" ResponseType="Json"/><Rules><Rule Type="Any">id</Rule></Rules>
        <Variables><Variable Name="Id" Path="id"/></Variables>
        <Outputs AllowEmpty="false"><Output Type="ContactUrl" Value="https://crm.test/[Id]"/>\
        <Output Type="LastName" Value="[Id]"/><Output Type="PhoneBusiness" Value="[Number]"/></Outputs></Scenario>
        </Scenarios></Crm>
        """

    /// A workspace, a template and a key for secrets.
    private struct Setup {
        let harness: CommandLineHarness
        let workspace: String
        let template: String
        let key: String

        init() throws {
            harness = try CommandLineHarness()
            workspace = try Self.identifier("ws_", harness.run("workspace", "create", "--name", "W", "--json"))
            template = try harness.file("crm.xml", ConnectorCommandsTests.template)
            key = try Self.keyFile("key", String(repeating: "fedcba9876543210", count: 4), harness)
        }

        static func keyFile(_ name: String, _ text: String, _ harness: CommandLineHarness) throws -> String {
            let path = try harness.file(name, text)
            try #require(chmod(path, 0o600) == 0)
            return path
        }

        static func identifier(_ prefix: String, _ result: CallResult) throws -> String {
            try #require(result.code == 0, "\(result.error)")
            let start = try #require(result.output.firstRange(of: "\"" + prefix)).lowerBound
            return String(result.output[start...].dropFirst().prefix { $0 != "\"" })
        }

        func add(_ parameters: String, withKey: Bool = true, _ more: [String] = []) throws -> CallResult {
            let file = try harness.file("crm.params", parameters)
            return harness.call(
                [
                    "--database", harness.database, "connector", "add", "--workspace", workspace, "--template",
                    template, "--param-file", file, "--json",
                ] + (withKey ? ["--secret-key-file", key] : []) + more)
        }
    }

    @Test func `a connector is added with its secrets sealed, shown without them, and removed`() throws {
        let setup = try Setup()
        let harness = setup.harness
        let added = try setup.add("apikey = hunter2-secret\nSite = one\n")
        let id = try Setup.identifier("conn_", added)
        #expect(added.output.contains("\"features\":[\"lookup\"]"))
        #expect(!added.output.contains("hunter2"))
        for shown in [
            harness.run("connector", "show", id, "--secret-key-file", setup.key),
            harness.run("connector", "show", id, "--secret-key-file", setup.key, "--json"),
            harness.run("connector", "list", "--workspace", setup.workspace, "--secret-key-file", setup.key),
            harness.run("connector", "show", id),
        ] {
            #expect(shown.code == 0, "\(shown.error)")
            #expect(!shown.output.contains("hunter2"))
        }
        #expect(harness.run("connector", "show", id, "--secret-key-file", setup.key).output.contains("<redacted>"))
        // Without the key it is told that it cannot work.
        #expect(harness.run("connector", "list", "--workspace", setup.workspace).output.contains("failed"))
        let set = harness.run(
            "connector", "set", id, "priority=7", "enabled=off", "param.Site=two", "--secret-key-file", setup.key)
        #expect(set.code == 0, "\(set.error)")
        #expect(set.output.contains("two"))
        #expect(harness.run("connector", "remove", id).code == 0)
        #expect(harness.run("connector", "show", id).code == 1)
    }

    @Test func `nothing secret is stored without a key, and none is taken from the command line`() throws {
        let setup = try Setup()
        let refused = try setup.add("ApiKey = hunter2-secret\n", withKey: false)
        #expect(refused.code == 1)
        #expect(refused.error.contains("secret generate-key"))
        #expect(!refused.error.contains("hunter2"))
        let id = try Setup.identifier("conn_", try setup.add("Site = one\n", withKey: false))
        let set = setup.harness.run(
            "connector", "set", id, "param.ApiKey=hunter2-secret", "--secret-key-file", setup.key)
        #expect(set.code == 64)
        #expect(set.error.contains("--param-file"))
        #expect(!set.error.contains("hunter2"))
    }

    @Test func `parameters that are not secret are taken from the command line, before those of the file`() throws {
        let setup = try Setup()
        // In any case, as in the file; what has an equals sign in its value keeps it.
        let added = try setup.add("ApiKey = hunter2-secret\nSite = file\n", ["--param", "site=one=two"])
        let id = try Setup.identifier("conn_", added)
        let shown = setup.harness.run("connector", "show", id, "--secret-key-file", setup.key)
        #expect(shown.output.contains("one=two") && !shown.output.contains("file"), "\(shown.output)")
        // The secret of the file is there all the same.
        #expect(!added.error.contains("ApiKey has no value"))
    }

    @Test(arguments: [
        ("ApiKey=hunter2-secret", 64, "--param-file"), ("apikey=hunter2-secret", 64, "--param-file"),
        ("ApiKey=", 64, "--param-file"), ("Sites=hunter2-secret", 65, "Site"), ("Site", 64, "--param"),
        ("=hunter2-secret", 64, "--param"),
        ("", 64, "--param"),
    ])
    func `a secret, an unknown name or no assignment on the command line stores nothing`(
        _ text: String, _ code: Int32, _ word: String
    ) throws {
        let setup = try Setup()
        let refused = try setup.add("Site = one\n", ["--param", text])
        #expect(refused.code == code, "\(refused.error)")
        #expect(refused.error.contains(word), "\(refused.error)")
        #expect(!refused.error.contains("hunter2"))
        let list = setup.harness.run("connector", "list", "--workspace", setup.workspace)
        #expect(!list.output.contains("template"))
    }

    @Test func `unknown parameters and missing ones are told`() throws {
        let setup = try Setup()
        let unknown = try setup.add("ApiKye = x\n")
        #expect(unknown.code == 65)
        #expect(unknown.error.contains("ApiKye"))
        #expect(unknown.error.contains("ApiKey"))
        let missing = try setup.add("Site = one\n")
        #expect(missing.code == 0)
        #expect(missing.error.contains("ApiKey has no value"))
    }

    @Test func `a template with errors is refused with their places`() throws {
        let setup = try Setup()
        let broken = try setup.harness.file(
            "broken.xml", Self.template.replacing("[EscapedNumber]", with: "[EscapedNumber"))
        let result = setup.harness.run("connector", "add", "--workspace", setup.workspace, "--template", broken)
        #expect(result.code == 65)
        #expect(result.error.contains("broken.xml:"))
        let list = setup.harness.run("connector", "list", "--workspace", setup.workspace)
        #expect(!list.output.contains("template"))
    }

    @Test(arguments: [
        ["--kind", "url"], ["--kind", "numbers"], ["--kind", "template"], [],
        ["--kind", "url", "--url", "https://crm.test/"], ["--kind", "url", "--url", "https://{phone}.test/"],
        ["--kind", "url", "--url", "https://crm.test/{phone}", "--key-file", "x"],
        ["--kind", "url", "--url", "https://crm.test/{phone}", "--param", "Site=one"],
        ["--kind", "numbers", "--lookup-url", "ftp://x", "--key-file", "x"], ["--kind", "nothing"],
        ["--kind", "url", "--url", "https://crm.test/{phone}", "--features", "everything"],
        ["--kind", "url", "--url", "https://crm.test/{phone}", "--priority", "10000"],
    ]) func `what is missing or belongs to another kind is wrong usage`(_ options: [String]) throws {
        let setup = try Setup()
        let result = setup.harness.call(
            ["--database", setup.harness.database, "connector", "add", "--workspace", setup.workspace] + options)
        #expect(result.code == 64, "\(result.error)")
    }

    @Test func `a link needs no key, and a second set of built-in contacts is refused`() throws {
        let setup = try Setup()
        let link = setup.harness.run(
            "connector", "add", "--workspace", setup.workspace, "--kind", "url", "--url",
            "https://crm.test/?p={phone}", "--features", "lookup,calls", "--json")
        let id = try Setup.identifier("conn_", link)
        #expect(link.output.contains("\"priority\":800"))
        #expect(link.error.contains("calls"))
        let test = setup.harness.run("connector", "test", id, "--number", "+12025550143")
        #expect(test.code == 0, "\(test.error)")
        #expect(test.output.contains("https://crm.test/?p=%2B12025550143"))
        let second = setup.harness.run("connector", "add", "--workspace", setup.workspace, "--kind", "builtin")
        #expect(second.code == 1)
    }

    @Test func `a key is never overwritten, and rotating seals everything anew`() throws {
        let setup = try Setup()
        #expect(setup.harness.run("secret", "generate-key", setup.key).code == 1)
        #expect(setup.harness.run("secret", "generate-key", setup.key + "2").code == 0)
        let id = try Setup.identifier("conn_", try setup.add("ApiKey = hunter2-secret\n"))
        let other = try Setup.keyFile("other", String(repeating: "0123456789abcdef", count: 4), setup.harness)
        let wrong = setup.harness.run("secret", "rotate-key", "--old", other, "--new", setup.key)
        #expect(wrong.code == 65)
        #expect(wrong.error.contains("nothing was changed"))
        let rotated = setup.harness.run("secret", "rotate-key", "--old", setup.key, "--new", other)
        #expect(rotated.code == 0, "\(rotated.error)")
        #expect(rotated.output.contains("1 secret "))
        let shown = setup.harness.run("connector", "show", id, "--secret-key-file", other)
        #expect(!shown.output.contains("Problem"))
        let old = setup.harness.run("connector", "show", id, "--secret-key-file", setup.key)
        #expect(old.output.contains("Problem"))
    }
}
