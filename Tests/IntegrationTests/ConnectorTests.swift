import Foundation
import HTTPWire
import JSONText
import Platform
import TestSupport
import Testing

/// A template connector from nocli to a CRM and back, by the real programs.
@Suite("Connectors of the real middleware", .timeLimit(.minutes(3)))
struct ConnectorTests {
    private static let key = String(repeating: "0123456789abcdef", count: 4)

    private static func template(_ port: UInt16) -> String {
        """
        <Crm Name="Stub" Version="1" Country="US" SupportsEmojis="false">
        <Number Prefix="AsIs" MaxLength=""/><Connection MaxConcurrentRequests="2"/>
        <Parameters>
        <Parameter Name="Password" Type="Password" Parent="General Configuration" Title="Password" Default=""/>
        <Parameter Name="Access" Type="OAuth" Parent="General Configuration" Title="Access" \
        RequestUrl="http://127.0.0.1:\(port)/authorize" \
        RequestUrlParameters="state=[State]&amp;redirect_uri=[RedirectUri]" ResponseScenario="Trade"/>
        </Parameters><Authentication Type="No"/><Scenarios>
        <Scenario Id="" Type="REST"><Request Url="http://127.0.0.1:\(port)/find?tel=[EscapedNumber]" \
        RequestType="Get" ResponseType="Json"><Headers><Value Key="Authorization">Bearer [Password]</Value></Headers>\
        </Request><Rules><Rule Type="Any">people.id</Rule></Rules>
        <Variables><Variable Name="Id" Path="people.id"/><Variable Name="Last" Path="people.last"/>\
        <Variable Name="Tel" Path="people.tel"/></Variables>
        <Outputs AllowEmpty="false"><Output Type="ContactUrl" Value="http://127.0.0.1:\(port)/p/[Id]"/>\
        <Output Type="EntityId" Value="[Id]"/><Output Type="LastName" Value="[Last]"/>\
        <Output Type="PhoneMobile" Value="[Tel]"/></Outputs></Scenario>
        <Scenario Id="Trade" Type="REST"><Request Url="http://127.0.0.1:\(port)/token" RequestType="Post" \
        RequestEncoding="UrlEncoded" ResponseType="Json"><PostValues Key=""><Value Key="code">[code]</Value>\
        </PostValues></Request><Rules><Rule Type="Any">refresh_token</Rule></Rules>
        <Variables><Variable Name="Token" Path="refresh_token"/></Variables>
        <Outputs AllowEmpty="false"><Output Type="Result" Value="[Token]"/></Outputs></Scenario>
        </Scenarios></Crm>
        """
    }

    @Test func `a template connector is added, tested, searched, changed and removed; OAuth is granted once`() throws {
        let crm = try StubCRMServer([
            "GET /find": (.ok, "{\"people\":[{\"id\":7,\"last\":\"Able\",\"tel\":\"+1 (202) 555-0143\"}]}"),
            "POST /token": (.ok, "{\"refresh_token\":\"refresh-1\"}"),
        ])
        let folder = try TestFolder()
        let keyFile = try folder.write("key", Self.key + "\n")
        #expect(chmod(keyFile, 0o600) == 0)
        let template = try folder.write("crm.xml", Self.template(crm.port))
        let secrets = try folder.write("crm.params", "Password = hunter2-very-secret\n")
        let fixture = try MiddlewareFixture(
            [
                "--secret-key-file", keyFile, "--allow-network", "127.0.0.0/8", "--public-url",
                "https://pbx.example",
            ], folder: folder)
        let tenant = try fixture.tenant()
        let added = try fixture.nocliJSON(
            "connector", "add", "--workspace", tenant.workspace, "--template", template, "--param-file", secrets,
            "--secret-key-file", keyFile)
        let id = try #require(added["connector_id"]?.string)
        #expect(added["features"]?.array?.map(\.string) == ["lookup"])

        // What nocli shows has no secret.
        let shown = try fixture.nocli("connector", "show", id, "--secret-key-file", keyFile)
        #expect(shown.output.contains("<redacted>"))
        #expect(!shown.output.contains("hunter2"))
        let test = try fixture.nocliJSON(
            "connector", "test", id, "--number", "+12025550143", "--allow-network", "127.0.0.0/8",
            "--secret-key-file", keyFile)
        #expect(test["ok"]?.bool == true)
        #expect(test["contacts"]?.array?.first?.object?["last_name"]?.string == "Able")
        #expect(test["contacts"]?.array?.first?.object?["match"]?.string == "exact")
        #expect(crm.requests.last?.authorization == "Bearer hunter2-very-secret")
        // The CRM answers everybody with this contact; a search would leave it out.
        let other = try fixture.nocli(
            "connector", "test", id, "--number", "+12025550144", "--allow-network", "127.0.0.0/8",
            "--secret-key-file", keyFile)
        #expect(other.output.contains("None has what was asked for"), "\(other.output)")
        // nocli serves nobody, so there is no trace.
        #expect(crm.requests.last?.traceParent == nil)

        // The server finds it, compared in E.164.
        let path = "/api/crm/lookup/contacts/search?phone=%2B12025550143"
        let found = try fixture.eventually {
            try fixture.get(path, token: tenant.token)["contacts"]?.array?.first?.object?["connector"]?.string == id
        }
        #expect(found)

        // A search that has to ask the CRM tells it the trace of its caller.
        let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        _ = try fixture.get(
            "/api/crm/lookup/contacts/search?phone=%2B12025550199", token: tenant.token,
            fields: [("traceparent", trace)])
        let told = crm.requests.last { $0.line.hasPrefix("GET /find") }?.traceParent
        #expect(told?.hasPrefix(trace.prefix(36)) == true && told != trace, "\(told ?? "none")")

        // Access is granted once; what does not belong to it does nothing.
        let begun = try fixture.nocliJSON(
            "connector", "authorize", id, "--public-url", "https://pbx.example", "--secret-key-file", keyFile)
        #expect(begun["redirect_uri"]?.string == "https://pbx.example/api/crm/oauth/callback")
        let url = try #require(begun["url"]?.string)
        let start = try #require(url.firstRange(of: "state=")).upperBound
        let state = String(url[start...].prefix { $0 != "&" })
        let callback = "/api/crm/oauth/callback?code=provider-code-1&state="
        #expect(try fixture.client.get(callback + String(state.reversed())).status == 400)
        let granted = try fixture.client.get(callback + state)
        #expect(granted.status == 200)
        #expect(granted.field("referrer-policy") == "no-referrer")
        #expect(granted.field("cache-control") == "no-store")
        #expect(granted.field("content-security-policy")?.contains("default-src 'none'") == true)
        #expect(try fixture.client.get(callback + state).status == 400)
        #expect(crm.requests.filter { $0.line == "POST /token" }.map(\.body) == ["code=provider-code-1"])
        let after = try fixture.nocliJSON("connector", "show", id, "--secret-key-file", keyFile)
        let access = after["parameters"]?.array?.first { $0.object?["name"]?.string == "Access" }?.object
        #expect(access?["set"]?.bool == true)
        #expect(access?["value"]?.isNull != false)

        // Neither the code nor the state is in the access log.
        #expect(fixture.server.errors.contains("oauth_callback"))
        #expect(!fixture.server.errors.contains("provider-code-1"))
        #expect(!fixture.server.errors.contains(state))

        try fixture.nocli("connector", "remove", id)
        let gone = try fixture.eventually {
            try fixture.get(path, token: tenant.token)["contacts"]?.array?.first?.object?["connector"]?.string != id
        }
        #expect(gone)
    }

    @Test func `the key may come from the environment, and without a public address no access is granted`() throws {
        let fixture = try MiddlewareFixture(environment: ["NUMBERS_MIDDLEWARE_SECRET_KEY": Self.key])
        #expect(!fixture.server.errors.contains("no_secret_key"))
        #expect(try fixture.client.get("/api/crm/oauth/callback?code=a&state=b").status == 503)
        #expect(try fixture.client.get("/metrics").text.contains("{client=\"connectors\""))
    }

    @Test func `a key that is none keeps the server from starting`() throws {
        #expect(throws: (any Error).self) {
            _ = try MiddlewareFixture(environment: ["NUMBERS_MIDDLEWARE_SECRET_KEY": "password"])
        }
    }
}
