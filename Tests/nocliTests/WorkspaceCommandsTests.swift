import CRMMiddleware
import Platform
import Testing

@Suite struct WorkspaceCommandsTests {
    /// A harness with one workspace in a database of the middleware.
    private static func harness() throws -> (harness: CommandLineHarness, workspace: String) {
        let harness = try CommandLineHarness()
        let made = harness.run("workspace", "create", "--name", "Harbor Light Books", "--json")
        try #require(made.code == 0, "\(made.error)")
        let list = harness.run("workspace", "list", "--json").output
        let id = try #require(list.firstRange(of: "ws_")).lowerBound
        return (harness, String(list[id...].prefix(19)))
    }

    @Test("a workspace is made with everything at its default, in a database that is made when it is missing")
    func create() throws {
        let (harness, id) = try Self.harness()
        let settings = """
            "settings":{"contact_lookup":"on","contact_creation":"on","call_logging":"on","chat_logging":"on",\
            "dummy":"on","chats_without_email":"off","dummy_url":"","default_country":"","suffix_digits":"0",\
            "merge_seconds":"10","culture":"","time_zone":"UTC","max_length":"0","lookup_deadline_ms":"2000"}
            """
        let workspace = """
            {"workspace_id":"\(id)","name":"Harbor Light Books","created_at":"2026-01-02T03:04:05Z",\(settings)}
            """
        #expect(harness.run("workspace", "show", id, "--json").output == workspace + "\n")
        #expect(harness.run("workspace", "list", "--json").output == "{\"workspaces\":[\(workspace)]}\n")
        #expect(
            harness.run("workspace", "create", "--name", "X").output.contains("nocli client create --workspace ws_"))
        let missing = harness.call(["--database", "\(harness.directory)/none.db", "workspace", "list"])
        #expect(missing.code == 1 && missing.error.contains("no such database"))
        let variable = ["NUMBERS_MIDDLEWARE_DATABASE": harness.database]
        #expect(harness.call(["workspace", "show", id], environment: variable).code == 0)
        #expect(harness.call(["workspace", "list"]).error.contains("set NUMBERS_MIDDLEWARE_DATABASE"))
    }

    @Test("show tells every setting with its value")
    func show() throws {
        let (harness, id) = try Self.harness()
        let text = harness.run("workspace", "show", id).output
        for name in WorkspaceSettings.Name.allCases { #expect(text.contains(name.rawValue), "\(name)") }
    }

    @Test("several settings are set at once, and an empty value is the default")
    func set() throws {
        let (harness, id) = try Self.harness()
        let result = harness.run(
            "workspace", "set", id, "call_logging=off", "default_country=FR", "dummy_url=https://crm.example/?a=b",
            "suffix_digits=9", "--json")
        #expect(result.code == 0, "\(result.error)")
        for member in [
            "\"call_logging\":\"off\"", "\"default_country\":\"FR\"", "\"dummy_url\":\"https://crm.example/?a=b\"",
            "\"suffix_digits\":\"9\"", "\"dummy\":\"on\"",
        ] { #expect(result.output.contains(member), "\(member)") }
        #expect(harness.run("workspace", "set", id, "default_country=", "--json").output.contains("country\":\"\""))
    }

    @Test(
        "one wrong setting and nothing is changed",
        arguments: [
            ("call_loging=off", "there is no setting call_loging; did you mean call_logging?"),
            ("something=1", "there is no setting something; it is one of contact_lookup, "),
            ("call_logging=perhaps", "call_logging: expected on or off"),
            ("call_logging=", "call_logging: expected on or off"),
            ("default_country=FRA", "default_country: expected a country of two letters like FR"),
            ("default_country=ZZ", "default_country: expected a country of two letters like FR"),
            ("suffix_digits=5", "suffix_digits: expected 0, or 6 to 15"),
            ("suffix_digits=16", "suffix_digits: expected"),
            ("merge_seconds=3601", "merge_seconds: expected 0 to 3600"),
            ("merge_seconds=-1", "merge_seconds: expected"), ("lookup_deadline_ms=49", "lookup_deadline_ms: expected"),
            ("time_zone=Mars/Base", "time_zone: expected"), ("culture=xx-YY-zz-1", "culture: expected"),
            ("dummy_url=ftp://x", "dummy_url: expected"), ("dummy=off", "the setting dummy is given twice"),
            ("dummy", "expected a setting and its value"), ("=x", "expected a setting and its value"),
        ])
    func refused(setting: String, words: String) throws {
        let (harness, id) = try Self.harness()
        let before = harness.run("workspace", "show", id, "--json").output
        let result = harness.run("workspace", "set", id, "dummy=off", "chat_logging=off", setting)
        #expect(result.code == 64 && result.error.contains(words), "\(result.error)")
        #expect(harness.run("workspace", "show", id, "--json").output == before)
    }

    @Test("a workspace that is not there is told as such by every command")
    func unknown() throws {
        let (harness, _) = try Self.harness()
        let id = "ws_0000000000000001"
        for call in [
            ["workspace", "show", id], ["workspace", "set", id, "dummy=off"], ["client", "list", "--workspace", id],
            ["client", "create", "--workspace", id], ["token", "list", "--workspace", id],
            ["context-token", "create", "--workspace", id], ["context-token", "list", "--workspace", id],
        ] {
            let result = harness.call(["--database", harness.database] + call)
            #expect(result.code == 1 && result.error.contains("there is no workspace \(id)"), "\(call)")
        }
        for wrong in ["7", "ws_1", "acct_0000000000000001", "WS_0000000000000001"] {
            #expect(harness.run("workspace", "show", wrong).code == 64)
        }
    }

    // MARK: Clients and tokens

    @Test("a client's secret is shown once, and its scopes are those asked for")
    func clients() throws {
        let (harness, id) = try Self.harness()
        let made = harness.run("client", "create", "--workspace", id, "--scopes", "crm client", "--json").output
        let secret = try #require(made.firstRange(of: "nom_secret_")).lowerBound
        let text = String(made[secret...].prefix(11 + 64))
        #expect(made.contains("\"scopes\":\"client crm\"") && made.contains("\"workspace_id\":\"\(id)\""))
        let client = String(made[try #require(made.firstRange(of: "client_0")).lowerBound...].prefix(23))
        for arguments in [["client", "list", "--workspace", id], ["client", "list", "--workspace", id, "--json"]] {
            let list = harness.call(["--database", harness.database] + arguments).output
            #expect(list.contains(client) && !list.contains(text) && !list.contains("secret"))
        }
        for scopes in ["", "admin", "client,crm", "client crm admin"] {
            #expect(harness.run("client", "create", "--workspace", id, "--scopes", scopes).code == 64, "\(scopes)")
        }
        #expect(
            harness.run("client", "revoke", client).output
                == "\(client) is revoked. A running server refuses it and its tokens within a second.\n")
        #expect(harness.run("client", "list", "--workspace", id).output.contains("revoked"))
        #expect(harness.run("client", "revoke", "client_0000000000000001").code == 1)
        #expect(harness.run("client", "revoke", text).code == 64)
        #expect(harness.run("token", "list", "--workspace", id).output == "The workspace has no live tokens.\n")
        #expect(harness.run("token", "revoke", "tok_0000000000000001").code == 1)
        #expect(harness.run("token", "revoke", "nom_" + String(repeating: "0", count: 64)).code == 64)
    }

    @Test("a context token's secret is shown once, and it ends when it is told to")
    func contextTokens() throws {
        let (harness, id) = try Self.harness()
        let made = harness.run(
            "context-token", "create", "--workspace", id, "--expires-in-days", "30", "--json"
        ).output
        let secret = String(made[try #require(made.firstRange(of: "nom_context_")).lowerBound...].prefix(12 + 64))
        #expect(made.contains("\"expires_at\":\"2026-02-01T03:04:05Z\""))
        let token = String(made.dropFirst("{\"token\":\"".count).prefix(36))
        #expect(UniqueID(token) != nil)
        let list = harness.run("context-token", "list", "--workspace", id, "--json").output
        #expect(list.contains(token) && !list.contains(secret))
        #expect(harness.run("context-token", "create", "--workspace", id).output.contains("Expires    never"))
        #expect(harness.run("context-token", "revoke", token).code == 0)
        #expect(harness.run("context-token", "list", "--workspace", id).output.contains("revoked"))
        for days in ["0", "-1", "3651", "soon"] {
            let result = harness.run("context-token", "create", "--workspace", id, "--expires-in-days", days)
            #expect(result.code == 64, "\(days)")
        }
        #expect(harness.run("context-token", "revoke", "00000000-0000-4000-8000-000000000000").code == 1)
        #expect(harness.run("context-token", "revoke", secret).code == 64)
    }
}
