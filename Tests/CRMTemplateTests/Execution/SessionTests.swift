// Authentication by scenario: when there is a login, who shares it, what it gives, and what nobody sees.

import CRMTemplate
import Platform
import Testing

@Suite("Sessions", .timeLimit(.minutes(1)))
struct SessionTests {
    private static let loginURL = "https://login.crm.test/token"

    private func login(
        outputs: [String] = ["Bearer [Token]"], variables: [String] = ["Token access_token", "Url instance_url"],
        next: String? = nil, rules: [String] = ["Any access_token"], allowsEmpty: Bool = false
    ) -> Scenario {
        scenario(
            "Auth", Self.loginURL, method: .post, message: "[Secret]", rules: rules, variables: variables,
            outputs: outputs, next: next, allowsEmpty: allowsEmpty)
    }

    private func sample(_ login: Scenario, find: Scenario? = nil, others: [Scenario] = [], places: Int = 4) -> Template
    {
        template(
            [
                login,
                find
                    ?? scenario(
                        "", "https://crm.test/find", rules: ["Any people.id"], variables: peopleVariables,
                        outputs: peopleOutputs),
            ] + others, parameters: [parameter("Secret", .password, "s3cret-value")],
            authentication: .scenario(id: "Auth"), places: places)
    }

    private func token(_ token: String, takes: Duration = .zero, gate: Gate? = nil, more: String = "")
        -> ScriptedTransport.Answer
    {
        .json(
            #"{"access_token":"\#(token)","instance_url":"https://eu1.crm.test"\#(more)}"#, takes: takes, gate: gate)
    }

    private func authorization(_ transport: ScriptedTransport) -> [String?] {
        transport.requests.filter { $0.method == "GET" }.map { request in
            request.headers.first { $0.name == "Authorization" }?.value.text
        }
    }

    private func logins(_ transport: ScriptedTransport) -> Int {
        transport.lines.count { $0 == "POST " + Self.loginURL }
    }

    @Test func `the first run logs in, without the headers that come of it, and the next ones do not`() async {
        let time = HeldTime()
        let transport = ScriptedTransport(
            ["POST \(Self.loginURL)": [token("t1")], "GET *": [.json(people(1...1))]], time: time)
        let instance = instance(sample(login()), transport, time: time)
        for _ in 0..<3 {
            let result = await instance.run(.lookupByNumber, RunInputs())
            #expect(result.contacts.count == 1)
            #expect(result.failures == [])
        }
        #expect(logins(transport) == 1)
        #expect(transport.requests[0].headers.allSatisfy { $0.name != "Authorization" })
        #expect(transport.requests[0].body.text == "s3cret-value")
        #expect(authorization(transport) == ["Bearer t1", "Bearer t1", "Bearer t1"])
    }

    @Test(
        arguments: [
            // BearerExpiration; seconds later; logins.
            (nil, 3_599, 1), (nil, 3_600, 2), (nil, 3_601, 2), ("60", 59, 1), ("60", 60, 2), ("60", 61, 2),
            ("120.5", 120, 1), ("120.5", 121, 2), ("", 3_599, 1), ("soon", 3_599, 1), ("soon", 3_600, 2), ("0", 0, 2),
            ("-5", 0, 2), ("nan", 3_599, 1), ("inf", 3_599, 1), ("1e300", 31_000_000, 1),
            ("99999999999999999999", 1, 1),
            (" 60 ", 60, 2),
        ] as [(String?, Int, Int)])
    func `a session lasts as long as BearerExpiration says, or an hour`(expiration: String?, later: Int, count: Int)
        async
    {
        let time = HeldTime()
        let transport = ScriptedTransport(
            ["POST \(Self.loginURL)": [token("t1"), token("t2")], "GET *": [.json("{}")]], time: time)
        let outputs = ["Bearer [Token]"] + (expiration.map { ["BearerExpiration \($0)"] } ?? [])
        let instance = instance(sample(login(outputs: outputs)), transport, time: time)
        _ = await instance.run(.lookupByNumber, RunInputs())
        time.advance(by: .seconds(later))
        let result = await instance.run(.lookupByNumber, RunInputs(), options: RunOptions(recordsTrace: true))
        #expect(logins(transport) == count)
        #expect(authorization(transport).last == "Bearer t\(count)")
        #expect(steps(result.trace) == (count == 1 ? [.cached] : [.expired, .started, .succeeded]))
    }

    @Test(arguments: [
        // What the login answers for expires_in; BearerExpiration; seconds later; logins.
        ("120", "[Expires]-60", 59, 1), ("120", "[Expires]-60", 60, 2), ("120", "[[Expires]-60]", 60, 2),
        ("\"120\"", "[Expires] - 60", 60, 2), ("7", "IIf([Expires]==7,30,90)", 30, 2),
        ("8", "IIf([Expires]==7,30,90)", 89, 1), ("\"soon\"", "[Expires]-60", 3_599, 1), ("120", "[Expires]", 119, 1),
        ("120", "[Expires] s", 3_599, 1),
    ])
    func `BearerExpiration is a number expression`(expires: String, source: String, later: Int, count: Int) async {
        let time = HeldTime()
        let answer = ScriptedTransport.Answer.json("{\"access_token\":\"t\",\"expires_in\":\(expires)}")
        let transport = ScriptedTransport(
            ["POST \(Self.loginURL)": [answer, answer], "GET *": [.json("{}")]], time: time)
        let login = login(
            outputs: ["Bearer [Token]", "BearerExpiration \(source)"],
            variables: ["Token access_token", "Expires expires_in"])
        let instance = instance(sample(login), transport, time: time)
        _ = await instance.run(.lookupByNumber, RunInputs())
        time.advance(by: .seconds(later))
        _ = await instance.run(.lookupByNumber, RunInputs())
        #expect(logins(transport) == count)
    }

    @Test func `a session lasts from when the login began`() async {
        let time = HeldTime()
        let transport = ScriptedTransport(
            ["POST \(Self.loginURL)": [token("t1", takes: .seconds(4)), token("t2")], "GET *": [.json("{}")]],
            time: time)
        let instance = instance(
            sample(login(outputs: ["Bearer [Token]", "BearerExpiration 60"])), transport, time: time)
        _ = await instance.run(.lookupByNumber, RunInputs())
        time.advance(by: .seconds(56))
        _ = await instance.run(.lookupByNumber, RunInputs())
        #expect(logins(transport) == 2)
    }

    @Test func `runs that need a session at the same time share one login`() async {
        let time = HeldTime()
        let gate = Gate()
        let transport = ScriptedTransport(
            ["POST \(Self.loginURL)": [token("t1", gate: gate), token("t2")], "GET *": [.json(people(1...1))]],
            time: time)
        let instance = instance(sample(login(), places: 16), transport, time: time)
        let tasks = (0..<16).map { _ in
            Task { await instance.run(.lookupByNumber, RunInputs(), options: RunOptions(recordsTrace: true)) }
        }
        await eventually { time.sleeping == 16 && gate.arrivals == 1 }
        gate.open()
        var starters = 0
        for task in tasks {
            let result = await task.value
            #expect(result.contacts.count == 1)
            if steps(result.trace) == [.started, .succeeded] {
                starters += 1
                #expect(result.exchanges.map(\.method) == ["POST", "GET"])
            } else {
                #expect(steps(result.trace) == [.shared, .succeeded])
                #expect(result.exchanges.map(\.method) == ["GET"])
            }
        }
        #expect(starters == 1)
        #expect(logins(transport) == 1)
        #expect(authorization(transport) == Array(repeating: "Bearer t1", count: 16))
        #expect(time.sleeping == 0)
    }

    @Test func `a 401 renews the session once and repeats the request once`() async {
        let time = HeldTime()
        let transport = ScriptedTransport(
            [
                "POST \(Self.loginURL)": [token("t1"), token("t2"), token("t3")],
                "GET *": [.json(people(1...1)), .status(401), .json(people(2...2)), .status(401)],
            ], time: time)
        let instance = instance(sample(login()), transport, time: time)
        _ = await instance.run(.lookupByNumber, RunInputs())
        let renewed = await instance.run(.lookupByNumber, RunInputs(), options: RunOptions(recordsTrace: true))
        #expect(renewed.contacts.compactMap { $0["FirstName"] } == ["Ann2"])
        #expect(renewed.failures == [])
        #expect(authorization(transport) == ["Bearer t1", "Bearer t1", "Bearer t2"])
        #expect(steps(renewed.trace) == [.cached, .refreshedAfterRefusal, .started, .succeeded])
        #expect(renewed.exchanges.map(\.status) == [401, 200, 200])
        // Refused ever after: one more login later, and then none for five seconds, whoever runs.
        time.advance(by: .seconds(5))
        let refused = await instance.run(.lookupByNumber, RunInputs())
        #expect(refused.failures.map(\.code) == ["http-status"])
        #expect(refused.exchanges.map(\.status) == [401, 200, 401])
        time.advance(by: .seconds(4))
        let again = await instance.run(.lookupByNumber, RunInputs())
        #expect(again.exchanges.map(\.status) == [401])
        #expect(logins(transport) == 3)
        time.advance(by: .seconds(1))
        _ = await instance.run(.lookupByNumber, RunInputs())
        #expect(logins(transport) == 4)
    }

    @Test func `a run renews its session once, whatever else is refused`() async {
        let time = HeldTime()
        let transport = ScriptedTransport(
            [
                "POST \(Self.loginURL)": [token("t1"), token("t2"), token("t3")],
                "GET https://crm.test/a": [.status(401), .json("{}")], "GET https://crm.test/b": [.status(401)],
            ], time: time)
        let instance = instance(
            sample(login(), find: scenario("", "https://crm.test/a"), others: [scenario("", "https://crm.test/b")]),
            transport, time: time)
        let result = await instance.run(.lookupByNumber, RunInputs())
        #expect(logins(transport) == 2)
        #expect(result.failures.map(\.code) == ["http-status"])
    }

    @Test func `runs that are refused at the same time share the new login`() async {
        let time = HeldTime()
        let gate = Gate()
        let refusals = Gate()
        let transport = ScriptedTransport(
            [
                "POST \(Self.loginURL)": [token("t1"), token("t2", gate: gate)],
                "GET *": [
                    .json("{}"), ScriptedTransport.Answer(status: 401, gate: refusals),
                    ScriptedTransport.Answer(status: 401, gate: refusals), .json(people(1...1)),
                ],
            ], time: time)
        let instance = instance(sample(login()), transport, time: time)
        _ = await instance.run(.lookupByNumber, RunInputs())
        let tasks = (0..<2).map { _ in Task { await instance.run(.lookupByNumber, RunInputs()) } }
        await eventually { refusals.arrivals == 2 }
        refusals.open()
        await eventually { gate.arrivals == 1 && time.sleeping == 2 }
        gate.open()
        for task in tasks { #expect(await task.value.contacts.count == 1) }
        #expect(logins(transport) == 2)
    }

    @Test func `variables of the chain are made anew with the session`() async {
        let time = HeldTime()
        let transport = ScriptedTransport(
            [
                "POST \(Self.loginURL)": [
                    .json(#"{"access_token":"t1","key":"k1"}"#), .json(#"{"access_token":"t2","key":"k2"}"#),
                ],
                "GET https://crm.test/find": [.json(people(1...2))],
                "GET https://crm.test/more/k1/1/Ann1": [.status(401)],
                "GET https://crm.test/more/k2/1/Ann1": [.json(people(1...1))],
                "GET https://crm.test/more/k2/2/Ann2": [.json(people(2...2))],
            ], time: time)
        let instance = instance(
            sample(
                login(variables: ["Token access_token", "Key key"]),
                find: scenario(
                    "", "https://crm.test/find", rules: ["Any people.id"], variables: peopleVariables, next: "More"),
                others: [
                    scenario(
                        "More", "https://crm.test/more/[Key]/[Pid]/[First]", rules: ["Any people.id"],
                        outputs: peopleOutputs)
                ]), transport, time: time)
        let result = await instance.run(.lookupByNumber, RunInputs())
        #expect(result.contacts.compactMap { $0["FirstName"] } == ["Ann1", "Ann2"])
        #expect(result.failures == [])
    }

    @Test func `a failed login ends the run, and is tried again after five seconds`() async {
        let time = HeldTime()
        let transport = ScriptedTransport(
            ["POST \(Self.loginURL)": [.status(500), token("t1")], "GET *": [.json(people(1...1))]], time: time)
        let instance = instance(sample(login(), others: [scenario("", "https://crm.test/b")]), transport, time: time)
        let options = RunOptions(recordsTrace: true)
        let first = await instance.run(.lookupByNumber, RunInputs(), options: options)
        #expect(first.failures.map(\.code) == ["authentication"])
        #expect(steps(first.trace) == [.started, .failed])
        time.advance(by: .milliseconds(4_999))
        let second = await instance.run(.lookupByNumber, RunInputs(), options: options)
        #expect(second.failures.map(\.code) == ["authentication"])
        #expect(steps(second.trace) == [.backingOff])
        #expect(second.exchanges == [])
        #expect(logins(transport) == 1)
        time.advance(by: .milliseconds(1))
        let third = await instance.run(.lookupByNumber, RunInputs(), options: options)
        #expect(third.contacts.count == 1)
        #expect(logins(transport) == 2)
    }

    @Test func `a slow login ends the run at its deadline, goes on, and serves the next run`() async {
        let time = HeldTime()
        let gate = Gate()
        let transport = ScriptedTransport(
            ["POST \(Self.loginURL)": [token("t1", gate: gate)], "GET *": [.json(people(1...1))]], time: time)
        let instance = instance(sample(login()), transport, time: time)
        let slow = Task { await instance.run(.lookupByNumber, RunInputs(), options: RunOptions(deadline: .seconds(3))) }
        await eventually { gate.arrivals == 1 && time.sleeping == 1 }
        time.advance(by: .seconds(3))
        let late = await slow.value
        #expect(late.failures.map(\.code) == ["deadline"])
        #expect(late.contacts == [])
        // Another run joins the same login.
        let joining = Task { await instance.run(.lookupByNumber, RunInputs()) }
        await eventually { time.sleeping == 1 }
        gate.open()
        #expect(await joining.value.contacts.count == 1)
        #expect(await instance.run(.lookupByNumber, RunInputs()).contacts.count == 1)
        #expect(logins(transport) == 1)
    }

    @Test func `a cancelled run leaves its login to the others`() async {
        let time = HeldTime()
        let gate = Gate()
        let transport = ScriptedTransport(
            ["POST \(Self.loginURL)": [token("t1", gate: gate)], "GET *": [.json(people(1...1))]], time: time)
        let instance = instance(sample(login()), transport, time: time)
        let first = Task { await instance.run(.lookupByNumber, RunInputs()) }
        await eventually { gate.arrivals == 1 && time.sleeping == 1 }
        first.cancel()
        #expect(await first.value.failures.map(\.code) == ["cancelled"])
        gate.open()
        #expect(await instance.run(.lookupByNumber, RunInputs()).contacts.count == 1)
        #expect(logins(transport) == 1)
    }

    @Test func `a login that never ends is given up, and the back-off begins`() async {
        let time = HeldTime()
        let transport = ScriptedTransport(
            ["POST \(Self.loginURL)": [token("t1", takes: .seconds(60)), token("t2")], "GET *": [.json("{}")]],
            time: time)
        let instance = instance(sample(login()), transport, time: time)
        let first = await instance.run(.lookupByNumber, RunInputs(), options: RunOptions(deadline: .seconds(600)))
        #expect(first.failures.map(\.code) == ["authentication"])
        let second = await instance.run(.lookupByNumber, RunInputs())
        #expect(second.failures.map(\.code) == ["authentication"])
        #expect(logins(transport) == 1)
    }

    @Test(
        arguments: [
            // Outputs; the login's answer; header name and value, nil: the login failed.
            (["Bearer [Token]"], "t1", "Authorization", "Bearer t1"),
            (["HeaderName X-Session", "HeaderValue key=[Token]"], "t1", "X-Session", "key=t1"),
            (["Bearer [Missing]"], "t1", "", nil), (["HeaderName X-Session"], "t1", "", nil),
            (["HeaderValue [Token]"], "t1", "", nil), (["HeaderName [Missing]", "HeaderValue [Token]"], "t1", "", nil),
            (["BearerExpiration 60"], "t1", "", ""), ([], "t1", "", ""),
            (["bearer [Token]"], "t1", "", ""),
        ] as [([String], String, String, String?)])
    func `a login gives a bearer, a header of its own, or at least variables`(
        outputs: [String], answer: String, name: String, value: String?
    ) async {
        let time = HeldTime()
        let transport = ScriptedTransport(
            ["POST \(Self.loginURL)": [token(answer)], "GET *": [.json(people(1...1))]], time: time)
        let instance = instance(sample(login(outputs: outputs)), transport, time: time)
        let result = await instance.run(.lookupByNumber, RunInputs())
        #expect(result.failures.map(\.code) == (value == nil ? ["authentication"] : []))
        let header = transport.requests.last?.headers.first { $0.name == name }
        #expect(header?.value.text == (name.isEmpty ? nil : value))
        if let header { #expect(header.value.origins.contains(.secret) && !header.value.redacted.contains("t1")) }
    }

    @Test(arguments: [
        ScriptedTransport.Answer.status(401), .status(403, "{}"), .failure(.timedOut), .json("{}"), .json("nothing"),
        .json(#"{"access_token":null}"#), .json(""),
    ])
    func `a login that gives nothing fails`(answer: ScriptedTransport.Answer) async {
        let time = HeldTime()
        let transport = ScriptedTransport(["POST *": [answer], "GET *": [.json("{}")]], time: time)
        let instance = instance(sample(login()), transport, time: time)
        let result = await instance.run(.lookupByNumber, RunInputs())
        #expect(result.failures.map(\.code) == ["authentication"])
        #expect(transport.lines == ["POST \(Self.loginURL)"])
    }

    @Test func `an authentication scenario that does not exist is told`() async {
        let time = HeldTime()
        let transport = ScriptedTransport(["GET *": [.json("{}")]], time: time)
        let instance = instance(
            template([scenario("", "https://crm.test/")], authentication: .scenario(id: "Auth")), transport, time: time)
        let result = await instance.run(.lookupByNumber, RunInputs())
        #expect(result.failures.map(\.code) == ["unknown-scenario"])
        #expect(transport.lines == [])
        let usual = ScriptedTransport(["POST *": [token("t1")], "GET *": [.json("{}")]], time: time)
        _ = await CRMTemplateTests.instance(
            template([login(), scenario("", "https://crm.test/")], authentication: .scenario(id: "auth")), usual,
            time: time
        ).run(.lookupByNumber, RunInputs())
        #expect(usual.lines == ["POST \(Self.loginURL)", "GET https://crm.test/"])
    }

    @Test func `all variables of the login's chain are visible, its outputs beside Next count`() async {
        let time = HeldTime()
        let transport = ScriptedTransport(
            [
                "POST \(Self.loginURL)": [token("t1")],
                "GET https://eu1.crm.test/session?t=t1": [.json(#"{"sid":"s99"}"#)],
                "GET https://eu1.crm.test/find/s99/t1": [.json(people(1...1))],
            ], time: time)
        let instance = instance(
            sample(
                login(outputs: ["HeaderName X-Sid", "HeaderValue [Sid]/[Token]"], next: "Session"),
                find: scenario(
                    "", "[Url]/find/[Sid]/[Token]", rules: ["Any people.id"], variables: peopleVariables,
                    outputs: peopleOutputs),
                others: [
                    scenario("Session", "[Url]/session?t=[Token]", rules: ["Any sid"], variables: ["Sid sid"])
                ]), transport, time: time)
        let result = await instance.run(.lookupByNumber, RunInputs())
        #expect(result.contacts.count == 1)
        #expect(result.failures == [])
        #expect(transport.requests.last?.headers.first { $0.name == "X-Sid" }?.value.text == "s99/t1")
        // Of the login's own answers only a plain address may be shown.
        #expect(transport.requests.last?.url.redacted == "https://eu1.crm.test/find/<redacted>/<redacted>")
    }

    @Test(arguments: [
        ("[Number]==0", ["POST", "GET"]), ("[Number]!=0", []), ("[Token]==t1", ["POST"]),
        ("[Token]==t2", ["POST", "GET"]),
        ("[token]==t1", ["POST"]),
    ])
    func `a skipped scenario needs no login unless the condition reads what the login sets`(
        skipIf: String, methods: [String]
    ) async {
        let time = HeldTime()
        let transport = ScriptedTransport(["POST *": [token("t1")], "GET *": [.json("{}")]], time: time)
        let instance = instance(
            sample(login(), find: scenario("", "https://crm.test/", skipIf: skipIf)), transport, time: time)
        let result = await instance.run(.lookupByNumber, RunInputs(["Number": .text("1")]))
        #expect(transport.requests.map(\.method) == methods)
        #expect(result.failures == [])
    }

    @Test func `Basic is sent with every request, and a request's own Authorization wins`() async {
        let time = HeldTime()
        let transport = ScriptedTransport(["GET *": [.json("{}")]], time: time)
        let instance = instance(
            template(
                [
                    scenario("", "https://crm.test/a"),
                    scenario("", "https://crm.test/b", headers: [("Authorization", "Own x")]),
                ], parameters: [parameter("Key", .password, "abc")], authentication: .basic(TextExpression("[Key]:X"))),
            transport, time: time)
        _ = await instance.run(.lookupByNumber, RunInputs())
        #expect(authorization(transport) == ["Basic YWJjOlg=", "Own x"])
    }

    @Test func `no secret stands in a trace, a failure or a list of requests`() async {
        let time = HeldTime()
        let transport = ScriptedTransport(
            [
                "POST \(Self.loginURL)": [
                    ScriptedTransport.Answer(
                        status: 200,
                        body: #"{"access_token":"tok-123456","instance_url":"https://eu1.crm.test","expires_in":3600}"#,
                        headers: [("Set-Cookie", "sid=cookie-7890"), ("Content-Type", "application/json")])
                ],
                "GET *": [
                    // The CRM repeats what it was sent.
                    ScriptedTransport.Answer(
                        status: 200,
                        body: #"{"people":[{"id":"tok-123456","first":"s3cret-value","phone":"client-secret-1"}]}"#,
                        headers: [("X-Echo", "Bearer tok-123456"), ("Set-Cookie", "sid=cookie-7890")])
                ],
            ], time: time)
        let sample = template(
            [
                login(
                    outputs: ["Bearer [Token]", "BearerExpiration [Expires]"],
                    variables: ["Token access_token", "Url instance_url", "Expires expires_in"]),
                scenario(
                    "", "[Url]/find?key=[Secret]&c=[ClientSecret]&t=[EscapedToken]", headers: [("X-Key", "[Secret]")],
                    rules: ["Any people.id", "Equals=[Secret] people.first"], variables: peopleVariables,
                    outputs: peopleOutputs + ["Custom [Token][Secret]"]),
            ],
            parameters: [
                parameter("Secret", .password, "s3cret-value"), parameter("ClientSecret", .string, "client-secret-1"),
            ], authentication: .scenario(id: "Auth"))
        let result = await instance(sample, transport, time: time).run(
            .lookupByNumber, RunInputs(), options: RunOptions(recordsTrace: true))
        #expect(result.contacts.count == 1)
        let told = "\(String(describing: result.trace)) \(result.exchanges) \(result.failures)"
        for secret in ["tok-123456", "s3cret-value", "client-secret-1", "cookie-7890"] {
            #expect(!told.contains(secret), "\(secret)")
        }
        #expect(told.contains("https://eu1.crm.test/find?key="))
        #expect(result.trace.map { TraceTree.render($0, colour: false, width: 100).contains("s3cret-value") } == false)
    }

    /// The authentication steps of a trace, in order.
    private func steps(_ trace: Trace?) -> [Trace.AuthenticationStep] {
        func collect(_ steps: [Trace.Step]) -> [Trace.AuthenticationStep] {
            steps.flatMap { step -> [Trace.AuthenticationStep] in
                if case .authentication(let what) = step.event { return [what] + collect(step.steps) }
                return collect(step.steps)
            }
        }
        return collect(trace?.steps ?? [])
    }
}
