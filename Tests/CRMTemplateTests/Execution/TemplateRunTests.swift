// Scenarios, their order, their chains, and what comes of them.

import CRMTemplate
import Platform
import Testing

@Suite("A run of scenarios", .timeLimit(.minutes(1)))
struct TemplateRunTests {
    @Test func `a record becomes a contact with the outputs in the order of the template, without empty ones`() async {
        let sample = template([
            scenario(
                rules: ["Any people.id"], variables: peopleVariables,
                outputs: ["ContactUrl https://crm.test/p/[Pid]", "LastName [Nothing]", "FirstName [First]"])
        ])
        let (result, lines) = await lookup(
            sample, ["GET https://crm.test/find?tel=+15550100": [.json(people(1...2))]])
        #expect(lines == ["GET https://crm.test/find?tel=+15550100"])
        #expect(
            result.contacts == [
                Contact([.init("ContactUrl", "https://crm.test/p/1"), .init("FirstName", "Ann1")]),
                Contact([.init("ContactUrl", "https://crm.test/p/2"), .init("FirstName", "Ann2")]),
            ])
        #expect(result.failures == [])
        #expect(
            result.exchanges == [
                .init(method: "GET", url: "https://crm.test/find?tel=+15550100", status: 200)
            ])
        #expect(result.trace == nil)
    }

    @Test func `scenarios without an Id run one after the other, each told how many contacts were found`() async {
        func find(_ path: String) -> Scenario {
            scenario(
                "", "https://crm.test/\(path)?found=[FoundRecordCount]", rules: ["Any people.id"],
                variables: peopleVariables, outputs: peopleOutputs)
        }
        let (result, lines) = await lookup(
            template([find("a"), find("b"), find("c")]),
            [
                "GET https://crm.test/a?found=0": [.json(people(1...2))],
                "GET https://crm.test/b?found=2": [.json(people(2...3))],
                "GET https://crm.test/c?found=3": [.json(people(4...4))],
            ])
        #expect(lines.count == 3)
        // The second contact of both is the same one.
        #expect(result.contacts.compactMap { $0["FirstName"] } == ["Ann1", "Ann2", "Ann3", "Ann4"])
        #expect(result.results.count == 5)
    }

    @Test func `SkipIf sends nothing`() async {
        let second = scenario(
            "", "https://crm.test/b", skipIf: "[IIf([FoundRecordCount]>0,True,False)]", rules: ["Any people.id"],
            variables: peopleVariables, outputs: peopleOutputs)
        let first = scenario(
            "", "https://crm.test/a", rules: ["Any people.id"], variables: peopleVariables, outputs: peopleOutputs)
        let found = await lookup(template([first, second]), ["GET https://crm.test/a": [.json(people(1...1))]])
        #expect(found.lines == ["GET https://crm.test/a"])
        #expect(found.result.failures == [])
        let missing = await lookup(
            template([first, second]),
            ["GET https://crm.test/a": [.json("{}")], "GET https://crm.test/b": [.json(people(7...7))]])
        #expect(missing.lines == ["GET https://crm.test/a", "GET https://crm.test/b"])
        #expect(missing.result.contacts.count == 1)
    }

    @Test(arguments: [
        ("Leads/Contacts", "BAC"), ("Contacts/Leads", "ABC"), ("leads / contacts", "BAC"), ("Leads", "BAC"),
        ("", "ABC"), ("0", "ABC"), ("Accounts/Leads", "BAC"), ("/", "ABC"), ("Leads/Leads/Contacts", "BAC"),
    ])
    func `EntityOrder decides the order, what it does not name follows in file order`(order: String, expected: String)
        async
    {
        let scenarios = [
            scenario("", "https://crm.test/A", entity: "Contacts", order: "[Order]"),
            scenario("", "https://crm.test/B", entity: "Leads", order: "[Order]"),
            scenario("", "https://crm.test/C", order: "[Order]"),
        ]
        let (_, lines) = await lookup(
            template(scenarios, parameters: [parameter("Order", .list)]), ["GET https://crm.test/*": [.json("{}")]],
            parameters: ["Order": order])
        #expect(lines.map { $0.suffix(1) }.joined() == expected)
    }

    @Test func `a chained scenario runs for each record and sees what its parents have set`() async {
        let sample = template([
            scenario(
                "", "https://crm.test/find", rules: ["Any people.id"],
                variables: ["Pid people.id", "Name people.name"],
                next: "Company"),
            scenario(
                "Company", "https://crm.test/company/[Pid]", rules: ["Any name"], variables: ["Name name"],
                next: "Owner"),
            scenario(
                "Owner", "https://crm.test/owner/[Pid]", rules: ["Any owner"], variables: ["Owner owner"],
                outputs: ["ContactUrl https://crm.test/[Pid]", "CompanyName [Name]", "Owner [Owner]"]),
        ])
        let (result, lines) = await lookup(
            sample,
            [
                "GET https://crm.test/find": [.json(#"{"people":[{"id":1,"name":"x"},{"id":2,"name":"y"}]}"#)],
                "GET https://crm.test/company/1": [.json(#"{"name":"One"}"#)],
                "GET https://crm.test/company/2": [.json(#"{"name":"Two"}"#)],
                "GET https://crm.test/owner/1": [.json(#"{"owner":"Ann"}"#)],
                "GET https://crm.test/owner/2": [.json(#"{"owner":null}"#)],
            ])
        #expect(
            lines.map { $0.dropFirst("GET https://crm.test/".count) } == [
                "find", "company/1", "owner/1", "company/2", "owner/2",
            ])
        #expect(
            result.contacts == [
                Contact([
                    .init("ContactUrl", "https://crm.test/1"), .init("CompanyName", "One"), .init("Owner", "Ann"),
                ])
            ])
    }

    @Test(
        arguments: [
            // SkipIf, the company's answer, AllowEmpty: the company's name; nil: no contact.
            (nil, ScriptedTransport.Answer.json(#"{"name":"One"}"#), false, "[One]"),
            (nil, .json(#"{}"#), false, nil), (nil, .json(#"{}"#), true, "[]"),
            (nil, .status(404), false, nil), (nil, .status(404), true, "[]"), (nil, .failure(.timedOut), true, "[]"),
            (nil, .json("not json"), true, "[]"), (nil, .json(""), true, "[]"), (nil, .json(""), false, nil),
            ("[Pid]!=\"\"", .json(#"{"name":"One"}"#), true, "[]"),
            ("[Pid]!=\"\"", .json(#"{"name":"One"}"#), false, nil),
            ("[Pid]==\"\"", .json(#"{"name":"One"}"#), false, "[One]"),
            (nil, .json(#"{"name":"One"}"#), true, "[One]"),
        ] as [(String?, ScriptedTransport.Answer, Bool, String?)])
    func `AllowEmpty goes on with this scenario's variables empty and those of its parents kept`(
        skipIf: String?, answer: ScriptedTransport.Answer, allowsEmpty: Bool, expected: String?
    ) async {
        let sample = template([
            scenario(
                "", "https://crm.test/find", rules: ["Any people.id"],
                variables: peopleVariables + ["CompanyName people.first"], next: "Company"),
            scenario(
                "Company", "https://crm.test/company", skipIf: skipIf, rules: ["Any name"],
                variables: ["CompanyName name"],
                outputs: ["ContactUrl https://crm.test/p/[Pid]", "FirstName {{[CompanyName]}}"],
                allowsEmpty: allowsEmpty),
        ])
        let (result, _) = await lookup(
            sample, ["GET https://crm.test/find": [.json(people(5...5))], "GET https://crm.test/company": [answer]])
        #expect(result.contacts.first?["FirstName"] == expected)
        #expect(result.contacts.first?["ContactUrl"] == expected.map { _ in "https://crm.test/p/5" })
    }

    @Test func `a scenario that fails gives nothing, and the next one still runs`() async {
        let good = scenario(
            "", "https://crm.test/good", rules: ["Any people.id"], variables: peopleVariables, outputs: peopleOutputs)
        let bad: [(String, Scenario, code: String)] = [
            (
                "an output",
                scenario(
                    "", "https://crm.test/bad", rules: ["Any people.id"], variables: peopleVariables,
                    // Fails at the second record only; the first one is given up with it.
                    outputs: [
                        "ContactUrl https://crm.test/x/[Pid]", "FirstName [IIf([Pid]==1,a,[[None].ToString(\"F0\")])]",
                    ]),
                "expression"
            ),
            (
                "SkipIf", scenario("", "https://crm.test/bad", skipIf: "[Missing].Nope()", rules: ["Any people.id"]),
                "expression"
            ),
            ("a URL", scenario("", "https://crm.test/[[Number].Nope()]", outputs: []), "expression"),
            (
                "an ethalon",
                scenario("", "https://crm.test/bad", rules: ["Equals=[[None].Nope()] people.id"], outputs: []),
                "expression"
            ),
            ("a database", scenario("", kind: .database("SQLDatabase"), outputs: []), "not-supported"),
            ("an unknown type", scenario("", kind: .unknown("SOAP"), outputs: []), "not-supported"),
            ("no request", scenario("", outputs: [], hasRequest: false), "request"),
            (
                "an unknown chain",
                scenario("", "https://crm.test/bad", rules: ["Any people.id"], next: "Nowhere"), "unknown-scenario"
            ),
        ]
        for (what, scenario, code) in bad {
            let (result, _) = await lookup(
                template([scenario, good]),
                [
                    "GET https://crm.test/bad": [.json(people(1...2))],
                    "GET https://crm.test/good": [.json(people(9...9))],
                ])
            #expect(result.contacts.map { $0["FirstName"] } == ["Ann9"], "\(what)")
            #expect(result.failures.map(\.code) == [code], "\(what)")
            #expect(result.failures.map(\.scenario) == ["scenario 1"], "\(what)")
        }
    }

    @Test func `a chain that fails for one record leaves the others alone`() async {
        let sample = template([
            scenario("", "https://crm.test/find", rules: ["Any people.id"], variables: peopleVariables, next: "More"),
            scenario(
                "More", "https://crm.test/more/[Pid]", rules: ["Any ok"], variables: ["Ok ok"],
                outputs: [
                    "ContactUrl https://crm.test/p/[Pid]",
                    "FirstName [IIf([Ok]==yes,[First],[[None].ToString(\"F0\")])]",
                ]),
        ])
        let (result, _) = await lookup(
            sample,
            [
                "GET https://crm.test/find": [.json(people(1...3))],
                "GET https://crm.test/more/1": [.json(#"{"ok":"yes"}"#)],
                "GET https://crm.test/more/2": [.json(#"{"ok":"no"}"#)],
                "GET https://crm.test/more/3": [.json(#"{"ok":"yes"}"#)],
            ])
        #expect(result.contacts.compactMap { $0["FirstName"] } == ["Ann1", "Ann3"])
        #expect(result.failures.map(\.scenario) == ["More"])
    }

    @Test(
        arguments: [
            (ScriptedTransport.Answer.status(400), "http-status"), (.status(401), "http-status"),
            (.status(402), "http-status"), (.status(403), "http-status"), (.status(410), "http-status"),
            (.status(302), "http-status"),
            (.status(500, "down"), "http-status"), (.status(199), "http-status"), (.status(300), "http-status"),
            (.failure(.cannotResolve), "transport"), (.failure(.cannotConnect), "transport"),
            (.failure(.tls), "transport"), (.failure(.refusedAddress), "transport"), (.failure(.timedOut), "transport"),
            (.failure(.timedOut, takes: .seconds(10)), "deadline"), (.json("{", takes: .seconds(11)), "deadline"),
            (.json("{"), "response"), (.json("<html>"), "response"), (.json("[1,]"), "response"),
            (.json("\u{FEFF}nothing"), "response"),
        ] as [(ScriptedTransport.Answer, String)])
    func `whatever the CRM does, the run ends with a failure and no contact`(
        answer: ScriptedTransport.Answer, code: String
    ) async {
        let (result, lines) = await lookup(
            template([scenario("", "https://crm.test/a", rules: ["Any people.id"], outputs: peopleOutputs)]),
            ["GET https://crm.test/a": [answer]])
        #expect(result.contacts == [])
        #expect(result.failures.map(\.code) == [code])
        #expect(lines.count == 1)
        #expect(result.exchanges.count == 1)
        #expect(result.exchanges.first?.status == (answer.failure != nil || code == "deadline" ? nil : answer.status))
    }

    @Test func `nobody has the number, says a 404 to a lookup, and fails a report`() async {
        let (result, _) = await lookup(
            template([scenario("", "https://crm.test/a", rules: ["Any people.id"], outputs: peopleOutputs)]),
            ["GET https://crm.test/a": [.status(404)]])
        #expect(result.contacts == [] && result.failures == [])
        #expect(result.exchanges.first?.status == 404)
        let time = HeldTime()
        let transport = ScriptedTransport(["GET https://crm.test/a": [.status(404)]], time: time)
        let reporting = instance(template([scenario("ReportCall", "https://crm.test/a")]), transport, time: time)
        let report = await reporting.run(.reportCall, RunInputs())
        #expect(report.failures.map(\.code) == ["http-status"])
    }

    @Test func `after the deadline nothing more is sent`() async {
        let sample = template([scenario("", "https://crm.test/a"), scenario("", "https://crm.test/b")])
        let late = await lookup(
            sample, ["GET https://crm.test/*": [.json("{}", takes: .milliseconds(3_000))]],
            options: RunOptions(deadline: .milliseconds(6_000)))
        #expect(late.lines.count == 2)
        #expect(late.result.failures.map(\.code) == ["deadline"])
        let early = await lookup(
            sample, ["GET https://crm.test/*": [.json("{}", takes: .milliseconds(3_000))]],
            options: RunOptions(deadline: .milliseconds(6_001)))
        #expect(early.result.failures == [])
        let first = await lookup(
            sample, ["GET https://crm.test/*": [.json("{}", takes: .milliseconds(3_000))]],
            options: RunOptions(deadline: .milliseconds(3_000)))
        #expect(first.lines.count == 1)
    }

    @Test func `a cancelled run stops at its request and tells so`() async {
        let gate = Gate()
        let time = HeldTime()
        let transport = ScriptedTransport(["GET https://crm.test/*": [.json("{}", gate: gate)]], time: time)
        let instance = instance(
            template([scenario("", "https://crm.test/a"), scenario("", "https://crm.test/b")]), transport, time: time)
        let task = Task { await instance.run(.lookupByNumber, RunInputs()) }
        await eventually { gate.arrivals == 1 }
        task.cancel()
        let result = await task.value
        #expect(result.failures.map(\.code) == ["cancelled"])
        #expect(transport.lines == ["GET https://crm.test/a"])
    }

    @Test func `of one output type the last that is not empty counts`() async {
        let sample = template([
            scenario(
                rules: ["Any people.id"], variables: peopleVariables,
                outputs: peopleOutputs + ["FirstName [Unknown]", "FirstName Zoe", "FirstName "])
        ])
        let (result, _) = await lookup(sample, ["GET *": [.json(people(1...1))]])
        #expect(result.contacts.first?["FirstName"] == "Zoe")
        #expect(result.contacts.first?.fields.map(\.name) == ["ContactUrl", "FirstName", "PhoneBusiness"])
    }

    @Test func `outputs beside Next are ignored`() async {
        let sample = template([
            scenario(
                "", "https://crm.test/a", rules: ["Any people.id"], variables: peopleVariables, outputs: peopleOutputs,
                next: "End"),
            scenario("End", "https://crm.test/b", rules: ["Any none"], outputs: ["FirstName x"]),
        ])
        let (result, _) = await lookup(sample, ["GET *": [.json(people(1...1))]])
        #expect(result.results == [])
    }
}
