// Access granted by a user: the address, the state, the callback, the parameter's value.

import CRMTemplate
import Platform
import Testing

@Suite("Access granted by a user", .timeLimit(.minutes(1)))
struct AuthorizationTests {
    private static let callback = "https://pbx.crm.test/callback?x=1"
    private static let usual =
        "response_type=code&client_id=[ClientId]&redirect_uri=[RedirectUri]&state=[State]"
    /// What the tests' source of random bytes gives.
    private static let state = Hex.encode((0..<32).map { UInt8($0) })

    private func sample(
        url: String = "https://login.crm.test/authorize", parameters: String = usual,
        response: Scenario? = nil, responseID: String = "Trade"
    ) -> Template {
        template(
            [
                response
                    ?? scenario(
                        "Trade", "https://login.crm.test/token", method: .post,
                        message: "[code]|[state]|[RedirectUri]|[ClientId]|[Number]|[EscapedClientId]|[Secret]|[extra]",
                        rules: ["Any refresh_token"], variables: ["Refresh refresh_token"],
                        outputs: ["Result [Refresh]"]),
                scenario("", "https://crm.test/", rules: ["Any id"]),
            ],
            parameters: [
                parameter("ClientId", .string, "id &1"), parameter("Secret", .password, "s3cret-value"),
                parameter(
                    "Token", .oauth,
                    oauth: Parameter.OAuth(
                        requestURL: TextExpression(url), requestURLParameters: TextExpression(parameters),
                        responseScenario: responseID)),
            ], authentication: .scenario(id: "Nowhere"))
    }

    @Test(arguments: [
        (
            "https://login.crm.test/authorize", usual,
            "https://login.crm.test/authorize?response_type=code&client_id=id%20%261&redirect_uri=https%3A%2F%2Fpbx.crm.test%2Fcallback%3Fx%3D1&state=\(state)"
        ),
        // The state joined to the address it comes back to.
        (
            "https://login.crm.test/a?b=c", "redirect_uri=[RedirectUri]%26state=[State]",
            "https://login.crm.test/a?b=c&redirect_uri=https%3A%2F%2Fpbx.crm.test%2Fcallback%3Fx%3D1%2526state%3D\(state)"
        ),
        ("https://login.crm.test/[[State].Replace(\"&\",\"=\")]", "", "https://login.crm.test/\(state)"),
        (
            "https://login.crm.test/", "a=[[State].Replace(\"&\",\"=\")]&b&=c&&d=",
            "https://login.crm.test/?a=\(state)&b=&=c&d="
        ),
        ("HTTPS://login.crm.test/", "s=[State]", "HTTPS://login.crm.test/?s=\(state)"),
    ])
    func `the address holds each parameter escaped, and RequestUrl as it is`(
        url: String, parameters: String, expected: String
    ) throws {
        let instance = instance(sample(url: url, parameters: parameters), ScriptedTransport([:]))
        let begun = try instance.beginAuthorization(parameter: "Token", redirectURI: Self.callback)
        #expect(begun.url == expected)
        #expect(begun.state == Self.state)
    }

    @Test(arguments: [
        ("Token", "javascript:alert([State])", usual), ("Token", "/authorize", usual), ("Token", "", usual),
        ("Token", "https://login.crm.test/\n", usual), ("Token", "https://login.crm.test/ x", usual),
        ("Token", "https://login.crm.test/[", usual), ("Token", "https://login.crm.test/", "state=[[State].Nope()]"),
        ("Token", "https://login.crm.test/", "client_id=[ClientId]"), ("Token", "https://login.crm.test/", ""),
        ("Secret", "https://login.crm.test/", usual), ("token", "https://login.crm.test/", usual),
        ("Nothing", "https://login.crm.test/", usual),
    ])
    func `what cannot be opened, or does not pass the state on, is refused`(
        parameter: String, url: String, parameters: String
    ) {
        let instance = instance(sample(url: url, parameters: parameters), ScriptedTransport([:]))
        #expect(throws: AuthorizationError.self) {
            try instance.beginAuthorization(parameter: parameter, redirectURI: Self.callback)
        }
    }

    private func complete(
        _ query: [(name: String, value: String)],
        _ answer: ScriptedTransport.Answer = .json(#"{"refresh_token":"refresh-1"}"#),
        template: Template? = nil, parameter: String = "Token", state: String = AuthorizationTests.state
    ) async -> (result: AuthorizationResult, transport: ScriptedTransport) {
        let time = HeldTime()
        let transport = ScriptedTransport(["POST *": [answer]], time: time)
        let result = await instance(template ?? sample(), transport, time: time).completeAuthorization(
            parameter: parameter, state: state, query: query, redirectURI: Self.callback, recordsTrace: true)
        return (result, transport)
    }

    @Test func `the callback's parameters become variables and the scenario's Result the value`() async {
        let (result, transport) = await complete([("code", "c0de-1"), ("state", Self.state), ("extra", "more")])
        #expect(result.value?.revealText() == "refresh-1")
        #expect(result.error == nil)
        #expect(
            transport.requests.map(\.body.text) == [
                "c0de-1|\(Self.state)|\(Self.callback)|id &1||id%20%261|s3cret-value|more"
            ])
        #expect(transport.requests[0].headers.allSatisfy { $0.name != "Authorization" })
        #expect(result.run.results == [])
    }

    @Test func `the callback shadows neither parameters nor what the engine sets`() async {
        let names = [
            "ClientId", "clientid", "Secret", "RedirectUri", "redirecturi", "Number", "EscapedClientId",
            "escapedclientid", "",
        ]
        let (result, transport) = await complete([("code", "c"), ("state", Self.state)] + names.map { ($0, "evil") })
        #expect(
            transport.requests.map(\.body.text) == ["c|\(Self.state)|\(Self.callback)|id &1||id%20%261|s3cret-value|"])
        #expect(result.value != nil)
    }

    @Test(
        arguments: [
            [("code", "c")], [("code", "c"), ("state", "")], [("code", "c"), ("state", "other")],
            [("state", String(state.dropLast()))],
            [("State", state)], [("code", state)], [("code", "c"), ("state", state.uppercased())], [],
        ] as [[(name: String, value: String)]])
    func `another state is refused without asking the provider`(query: [(name: String, value: String)]) async {
        let (result, transport) = await complete(query)
        #expect(result.value == nil)
        #expect(result.error?.message.contains("state") == true)
        #expect(transport.lines == [])
    }

    @Test(arguments: ["https://pbx.crm.test/callback|\(state)", "\(state)|https://pbx.crm.test/callback"])
    func `the state may be joined to something else`(text: String) async {
        #expect(await complete([("code", "c"), ("state", text)]).result.value != nil)
    }

    @Test func `an empty state never fits`() async {
        #expect(await complete([("code", "c"), ("state", "")], state: "").result.value == nil)
    }

    @Test func `a provider's refusal is told in harmless words`() async {
        let (result, transport) = await complete([("error", "access_denied\u{1B}[2Jé"), ("state", Self.state)])
        #expect(result.error?.message == "the provider refused: access_denied?[2J??")
        #expect(transport.lines == [])
    }

    @Test(arguments: [
        ScriptedTransport.Answer.status(400, #"{"error":"invalid_grant"}"#), .failure(.cannotConnect), .json("{}"),
        .json(#"{"refresh_token":""}"#), .json("nothing"),
    ])
    func `without a Result there is no value`(answer: ScriptedTransport.Answer) async {
        let (result, transport) = await complete([("code", "c0de-1"), ("state", Self.state)], answer)
        #expect(result.value == nil)
        #expect(result.error != nil)
        #expect(transport.lines == ["POST https://login.crm.test/token"])
    }

    @Test(arguments: [("Trade", "Secret"), ("Trade", "Nothing"), ("trade", "Token"), ("", "Token")])
    func `a parameter or scenario that does not exist is told`(responseID: String, parameter: String) async {
        let (result, transport) = await complete(
            [("code", "c"), ("state", Self.state)], template: sample(responseID: responseID), parameter: parameter)
        #expect(result.value == nil)
        #expect(result.error != nil)
        #expect(transport.lines == [])
    }

    @Test(arguments: [(-1, true), (0, true), (1, false)])
    func `what a callback brings is bounded in number and length`(more: Int, isTaken: Bool) async {
        let many = [("state", Self.state)] + (0..<(31 + more)).map { ("p\($0)", "v") }
        #expect((await complete(many).result.value != nil) == isTaken)
        let long = [("state", Self.state), ("code", String(repeating: "c", count: 8_192 - 4 + more))]
        #expect((await complete(long).result.value != nil) == isTaken)
    }

    @Test func `neither the code nor the token stands in the trace`() async {
        let (result, _) = await complete([("code", "c0de-123"), ("state", Self.state)])
        let told = "\(String(describing: result.run)) \(String(describing: result.value))"
        for secret in ["c0de-123", "refresh-1", "s3cret-value", Self.state] {
            #expect(!told.contains(secret), "\(secret)")
        }
        #expect(result.run.trace != nil)
    }
}
