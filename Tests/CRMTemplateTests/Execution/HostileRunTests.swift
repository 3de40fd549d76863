// Runs against a CRM, a caller or a template that means harm: what leaks, what reaches a login, what grows.

import CRMTemplate
import Platform
import Testing

/// Fails every request with words that name the host.
private struct Unreachable: TemplateTransport {
    func send(_ request: TemplateRequest, deadline: MonotonicTime) async throws(TransportFailure) -> TemplateResponse {
        throw TransportFailure(.cannotConnect, request.url.text + " takes no connection")
    }
}

@Suite("Hostile runs", .timeLimit(.minutes(1)))
struct HostileRunTests {
    private let number = "+4312345678"

    @Test func `an answer that repeats a secret as it was sent is not shown`() async {
        let forms = [
            "pass word/1", "pass%20word%2F1", "pass%20word/1", "pass+word%2F1", #"pass word\/1"#,
            // user:pass word/1
            "dXNlcjpwYXNzIHdvcmQvMQ==", "plain-api-key", "plain%2Dapi%2Dkey",
        ]
        let transport = ScriptedTransport([
            "GET *": [
                .json(
                    #"{"people":[{"id":1,"first":""# + forms.joined(separator: " ").replacing("\\", with: "\\")
                        + #"","phone":"+15550100"}]}"#)
            ]
        ])
        let sample = template(
            [
                scenario(
                    "", "https://crm.test/[Secret]/find?key=[EscapedSecret]", headers: [("X-Api-Key", "[Key]")],
                    rules: ["Any people.id"], variables: peopleVariables, outputs: peopleOutputs)
            ],
            parameters: [parameter("Secret", .password, "pass word/1"), parameter("Key", .string, "plain-api-key")],
            authentication: .basic(TextExpression("user:[Secret]")))
        let result = await instance(sample, transport).run(
            .lookupByNumber, RunInputs(), options: RunOptions(recordsTrace: true))
        #expect(result.failures == [])
        let told = "\(String(describing: result.trace)) \(result.exchanges)"
        for form in forms where form != "plain%2Dapi%2Dkey" { #expect(!told.contains(form), "\(form)") }
        #expect(result.exchanges.map(\.url) == ["https://crm.test/<redacted>/find?key=<redacted>"])
    }

    @Test func `a secret that became part of a failure is not told`() async {
        let time = HeldTime()
        let sample = template(
            [scenario("", "https://[Secret].crm.test/")], parameters: [parameter("Secret", .password, "tenant-secret")])
        let instance = TemplateInstance(
            template: sample, parameters: [:], settings: InstanceSettings(), transport: Unreachable(),
            clock: time.clock, alarm: time.alarm)
        let result = await instance.run(.lookupByNumber, RunInputs(), options: RunOptions(recordsTrace: true))
        #expect(result.failures.map(\.message) == ["https://<redacted>.crm.test/ takes no connection"])
        #expect(!"\(String(describing: result.trace)) \(result.exchanges)".contains("tenant-secret"))
    }

    @Test func `a login sees nothing of the call that began it`() async {
        let names = [
            "Number", "EscapedNumber", "CallDirection", "Name", "Email", "Agent", "SearchText", "DateTime", "EntityId",
            "Contact::Id", "FoundRecordCount", "ChatMessages",
        ]
        let text = names.map { "[\($0)]" }.joined(separator: "|")
        let time = HeldTime()
        let transport = ScriptedTransport(
            ["POST *": [.json(#"{"token":"t0k3n-of-all"}"#)], "GET *": [.json(people(1...1))]], time: time)
        let sample = template(
            [
                scenario(
                    "Auth", "https://login.crm.test/?" + text, method: .post, message: text,
                    headers: [("X-Seen", "[Number][Email]")],
                    rules: ["Any token"], variables: ["Token token", "Seen [Number]"], next: "More"),
                // What the second step of the chain sees is what the first has set, and no more.
                scenario(
                    "More", "https://login.crm.test/more?" + text, method: .post, message: text,
                    skipIf: "[Number]!=\"\"",
                    rules: ["Any token"], outputs: ["Bearer [Token]"]),
                scenario(
                    "", "https://crm.test/[Number]", rules: ["Any people.id"], variables: peopleVariables,
                    outputs: peopleOutputs),
            ], authentication: .scenario(id: "Auth"))
        var inputs = RunInputs.lookup(number: number, direction: .inbound)
        for name in names where !name.hasPrefix("Escaped") && name != "FoundRecordCount" {
            inputs[name] = .text(name == "Number" ? number : "evil-\(name)")
        }
        let instance = instance(sample, transport, time: time)
        let result = await instance.run(.lookupByNumber, inputs)
        #expect(result.failures == [])
        let logins = transport.requests.filter { $0.method == "POST" }
        #expect(logins.count == 2)
        let empty = String(repeating: "%7C", count: names.count - 1)
        #expect(logins.map(\.url.text) == ["https://login.crm.test/?\(empty)", "https://login.crm.test/more?\(empty)"])
        for login in logins {
            #expect(login.body.text == String(repeating: "|", count: names.count - 1))
            #expect(login.headers.allSatisfy { $0.name != "X-Seen" && $0.name != "Authorization" })
            #expect(login.givesSecrets)
        }
        #expect(transport.lines.last == "GET https://crm.test/\(number)")
        #expect(transport.requests.last?.givesSecrets == false)
    }

    @Test func `one set of parameter values never sees the session of another`() async {
        let time = HeldTime()
        let transport = ScriptedTransport(
            [
                "POST https://login.crm.test/?u=ann-key": [.json(#"{"token":"token-of-ann"}"#)],
                "POST https://login.crm.test/?u=bob-key": [.json(#"{"token":"token-of-bob"}"#)],
                "GET *": [.json(people(1...1))],
            ], time: time)
        let sample = template(
            [
                scenario(
                    "Auth", "https://login.crm.test/?u=[User]", method: .post, rules: ["Any token"],
                    variables: ["Token token"], outputs: ["Bearer [Token]"]),
                scenario("", "https://crm.test/[User]"),
            ], parameters: [parameter("User")], authentication: .scenario(id: "Auth"))
        for user in ["ann", "bob"] {
            let one = instance(sample, transport, time: time, parameters: ["User": "\(user)-key"])
            for _ in 0..<2 { _ = await one.run(.lookupByNumber, RunInputs()) }
        }
        let sent = transport.requests.filter { $0.method == "GET" }.map { request in
            "\(request.url.text) \(request.headers.first { $0.name == "Authorization" }?.value.text ?? "")"
        }
        #expect(
            sent == [
                "https://crm.test/ann-key Bearer token-of-ann", "https://crm.test/ann-key Bearer token-of-ann",
                "https://crm.test/bob-key Bearer token-of-bob", "https://crm.test/bob-key Bearer token-of-bob",
            ])
    }

    @Test(arguments: [(-1, 0), (0, 2), (1, 2)])
    func `results that hold too much end the run`(more: Int, expected: Int) async {
        // FirstName, ContactUrl and phone of each of the two.
        let each = "Ann1".utf8.count + "https://crm.test/p/1".utf8.count + "+15550100".utf8.count
        let (result, _) = await lookup(
            template([scenario(rules: ["Any people.id"], variables: peopleVariables, outputs: peopleOutputs)]),
            ["GET *": [.json(people(1...2))]], limits: limits { $0.resultBytes = 2 * each + more })
        #expect(result.contacts.count == expected)
        #expect(result.failures.map(\.code) == (expected == 0 ? ["limit"] : []))
    }

    @Test func `what is told of requests is bounded, whatever a CRM makes of their URLs`() async {
        let long = String(repeating: "x", count: 60_000)
        let pages = (0..<100).map { page in
            ScriptedTransport.Answer.json(#"{"people":[{"id":"\#(page)\#(long)","first":"a"}]}"#)
        }
        let time = HeldTime()
        let transport = ScriptedTransport(["GET https://crm.test/page*": pages, "GET *": [.json("{}")]], time: time)
        let sample = template(
            [
                scenario(
                    "GetAllContacts", "https://crm.test/page[Page]", rules: ["Any people.id"],
                    variables: ["Pid people.id"], next: "More"),
                scenario("More", "https://crm.test/more/[Pid]", outputs: ["FirstName [Pid]"], allowsEmpty: true),
            ], listPageSize: "1")
        let result = await instance(sample, transport, time: time, limits: limits { $0.pages = 100 }).run(
            .getAllContacts, RunInputs())
        #expect(transport.lines.count > 150)
        #expect(result.exchanges.reduce(0) { $0 + $1.url.utf8.count } <= 4_194_304)
        #expect(result.exchanges.count > 60)
    }
}
