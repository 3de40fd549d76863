import CRMMiddleware
import CRMTemplate
import Platform
import Testing

@Suite struct ConnectorAuthorizationTests {
    private let crm = StubCRM()
    private let store = MemoryConnectors()
    private static let redirect = "https://pbx.test/api/crm/oauth/callback"

    private static let scenarios = """
        <Scenario Id="Trade" Type="REST"><Request Url="https://crm.test/token" RequestType="Post" \
        RequestEncoding="UrlEncoded" ResponseType="Json"><PostValues Key=""><Value Key="code">[code]</Value>\
        <Value Key="to">[RedirectUri]</Value></PostValues></Request>\
        <Rules><Rule Type="Any">refresh_token</Rule></Rules>\
        <Variables><Variable Name="Token" Path="refresh_token"/></Variables>\
        <Outputs AllowEmpty="false"><Output Type="Result" Value="[Token]"/></Outputs></Scenario>
        """
    private static let parameters = """
        <Parameter Name="Access" Type="OAuth" Parent="General Configuration" Title="Access" \
        RequestUrl="https://crm.test/authorize" \
        RequestUrlParameters="state=[State]&amp;redirect_uri=[RedirectUri]" ResponseScenario="Trade"/>
        """

    private static let workspace = Workspace(
        id: WorkspaceID(value: 5), name: "W", settings: WorkspaceSettings(), createdAt: UnixTime(seconds: 0))
    private static let record = ConnectorRecord(
        id: ConnectorID(value: 8), workspace: workspace.id, kind: .template, name: "Our <CRM>", priority: 1,
        features: .all, template: SampleCRM.template(scenarios, parameters: parameters),
        createdAt: UnixTime(seconds: 0))

    /// Begins an authorization and returns its state, the text.
    private func begin(expiresIn: Duration = .seconds(600)) throws -> String {
        store.state.withLock { $0.records[Self.workspace.id] = [Self.record] }
        let assembly = ConnectorSetup.assembly(crm)
        let instance = try assembly.instance(Self.record, of: Self.workspace).get()
        let begun = try ConnectorAuthorization.begin(instance, parameter: "Access", redirectURI: Self.redirect)
        #expect(begun.url.hasPrefix("https://crm.test/authorize?state="))
        let state = String(begun.url.dropFirst("https://crm.test/authorize?state=".count).prefix { $0 != "&" })
        #expect(SHA256Digest.of(state) == begun.state)
        let pending = PendingAuthorization(
            workspace: Self.workspace.id, connector: Self.record.id, parameter: "Access", redirectURI: Self.redirect,
            expiresAt: UnixTime.now() + expiresIn)
        store.state.withLock { $0.states[begun.state] = pending }
        return state
    }

    private func complete(
        _ query: [(name: String, value: String)], hasKey: Bool = true
    ) async -> ConnectorAuthorization.Outcome {
        let authorization = ConnectorAuthorization(
            store: store, assembly: ConnectorSetup.assembly(crm), hasKey: hasKey, clock: .system)
        return await authorization.complete(
            query, workspaceOf: { _ in Self.workspace }, deadline: MonotonicTime.now() + .seconds(20))
    }

    @Test func `an answer is traded for the secret, once`() async throws {
        crm["POST https://crm.test/token"] = .status(200, "{\"refresh_token\":\"r-1\"}")
        let state = try begin()
        let query = [(name: "code", value: "c-1"), (name: "state", value: state)]
        #expect(await complete(query) == .done("Our <CRM>"))
        #expect(store.state.withLock { $0.kept } == ["Access": "r-1"])
        #expect(crm.form == ["code": "c-1", "to": Self.redirect])
        #expect(await complete(query) == .refused)
        #expect(crm.requests.count == 1)
    }

    @Test func `whatever does not belong to a state under way runs nothing`() async throws {
        let state = try begin()
        let other = String(state.reversed())
        for query: [(name: String, value: String)] in [
            [], [("code", "c")], [("state", "")], [("code", "c"), ("state", "x")],
            [("code", "c"), ("state", String(state.dropLast()))],
            [("code", "c"), ("state", other)], [("code", "c"), ("State", state)],
            [("code", "c"), ("state", state), ("state", state)],
            [("error", "access_denied")], [("error", "access_denied"), ("state", other)],
            [("state", state), ("code", String(repeating: "c", count: 4_093))],
            [("state", state)] + (0..<20).map { ("p\($0)", "x") },
        ] {
            #expect(await complete(query) == .refused)
        }
        #expect(crm.requests.isEmpty)
        // None of it used the state up.
        crm["POST https://crm.test/token"] = .status(200, "{\"refresh_token\":\"r-1\"}")
        let longest: [(name: String, value: String)] =
            [("state", state), ("code", String(repeating: "c", count: 4_092))] + (0..<18).map { ("p\($0)", "x") }
        #expect(await complete(longest) == .done("Our <CRM>"))
    }

    @Test func `a state is over after its time`() async throws {
        let state = try begin(expiresIn: .zero)
        #expect(await complete([("code", "c"), ("state", state)]) == .refused)
        #expect(crm.requests.isEmpty)
    }

    @Test func `a refusal of the provider ends the flow, its word made harmless`() async throws {
        let state = try begin()
        #expect(
            await complete([("error", "denied\u{7}\nü"), ("state", state)]) == .denied("denied????"))
        #expect(await complete([("code", "c"), ("state", state)]) == .refused)
        #expect(crm.requests.isEmpty)
    }

    @Test func `a template may join something of its own to the state`() async throws {
        crm["POST https://crm.test/token"] = .status(200, "{\"refresh_token\":\"r-1\"}")
        for join: @Sendable (String) -> String in [{ "site-1:\($0)" }, { "\($0):site-1" }] {
            let state = try begin()
            #expect(await complete([("code", "c"), ("state", join(state))]) == .done("Our <CRM>"))
        }
    }

    @Test func `what goes wrong is told, and nothing is kept`() async throws {
        crm["POST https://crm.test/token"] = .status(400, "{\"error\":\"invalid_grant\"}")
        guard case .failed = await complete([("code", "c"), ("state", try begin())]) else {
            Issue.record("a refused code did not fail")
            return
        }
        guard case .failed = await complete([("code", "c"), ("state", try begin())], hasKey: false) else {
            Issue.record("a server without a key did not fail")
            return
        }
        let state = try begin()
        store.state.withLock { $0.records = [:] }
        guard case .failed = await complete([("code", "c"), ("state", state)]) else {
            Issue.record("a removed connector did not fail")
            return
        }
        #expect(store.state.withLock { $0.kept } == [:])
    }

    @Test func `a callback cannot put values in the place of parameters or predefined variables`() async throws {
        crm["POST https://crm.test/token"] = .status(200, "{\"refresh_token\":\"r-1\"}")
        let state = try begin()
        let query = [
            (name: "code", value: "c"), (name: "RedirectUri", value: "https://evil.test/"),
            (name: "redirecturi", value: "https://evil.test/"), (name: "Access", value: "mine"),
            (name: "state", value: state),
        ]
        #expect(await complete(query) == .done("Our <CRM>"))
        #expect(crm.form == ["code": "c", "to": Self.redirect])
    }
}
