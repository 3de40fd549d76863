// What each trigger runs, what it brings, and which results are contacts.

import CRMTemplate
import Platform
import Testing

@Suite("Triggers", .timeLimit(.minutes(1)))
struct TriggeredRunTests {
    private static let ids = [
        "", "LookupByEmail", "", "LookupByEmail_Leads", "SearchContacts", "SearchContactsMore", "GetAllContacts",
        "CreateContactRecord", "CreateContactRecordFromClient", "ReportCall", "ReportCallMissed", "ReportChat",
        "LookupFromCFD_Contacts_LookupID", "auth", "Chained", "lookupbyemail", "reportcall", "ReportCall",
    ]

    @Test(arguments: [
        (Trigger.lookupByNumber, [0, 2]), (.lookupByEmail, [1, 3]), (.searchContacts, [4, 5]), (.getAllContacts, [6]),
        (.createContact, [7]), (.createContactFromClient, [8]), (.reportCall, [9]), (.reportChat, [11]),
        (.callFlow(id: "LookupFromCFD_Contacts_LookupID"), [12]), (.callFlow(id: "LookupFromCFD_Contacts"), []),
        (.callFlow(id: "LookupFromCFD_contacts_LookupID"), []), (.callFlow(id: "auth"), []),
        (.callFlow(id: "ReportCall"), []), (.callFlow(id: ""), []),
    ])
    func `a trigger runs its scenarios in file order and no other`(trigger: Trigger, expected: [Int]) async {
        let sample = template(
            Self.ids.enumerated().map { scenario($1, "https://crm.test/\($0)") }, authentication: .none)
        let time = HeldTime()
        let transport = ScriptedTransport(["GET *": [.json("{}")]], time: time)
        let instance = instance(sample, transport, time: time)
        let result = await instance.run(trigger, RunInputs())
        #expect(transport.lines == expected.map { "GET https://crm.test/\($0)" })
        #expect(result.failures.map(\.code) == (expected.isEmpty ? ["unknown-scenario"] : []))
        #expect(instance.handles(trigger) == !expected.isEmpty)
    }

    @Test(
        arguments: [
            // Prefix, MaxLength of the template, of the settings; the number as it comes; [Number] and [MaxLength].
            (NumberElement.Prefix.asIs, "", 0, "+1 555-0100", "+15550100", "0"),
            (.off, "", 0, "+1 555-0100", "15550100", "0"), (.zeros, "", 0, "+15550100", "0015550100", "0"),
            (.plus, "", 0, "0015550100", "+15550100", "0"), (.asIs, "[MaxLength]", 7, "+15550100", "5550100", "7"),
            (.asIs, "6", 7, "+15550100", "550100", "7"), (.asIs, "[MaxLength]", 0, "+15550100", "+15550100", "0"),
            (.asIs, "x", 4, "+15550100", "+15550100", "4"), (.asIs, "-3", 4, "+15550100", "+15550100", "4"),
            (.asIs, "99999999999999999999", 0, "+15550100", "+15550100", "0"),
            (.asIs, "", -1, "+15550100", "+15550100", "0"),
            (.asIs, "[Digits]", 0, "+15550100", "50100", "0"), (.asIs, "", 0, "", "", "0"),
            (.asIs, "", 0, "anonymous", "anonymous", "0"),
        ] as [(NumberElement.Prefix, String, Int, String, String, String)])
    func `the number is written as the template wants it`(
        prefix: NumberElement.Prefix, own: String, given: Int, number: String, written: String, maxLength: String
    ) async {
        let sample = template(
            [scenario("", "https://crm.test/[Number]/[MaxLength]")], parameters: [parameter("Digits", .integer, "5")],
            prefix: prefix, maxLength: own)
        let (_, lines) = await lookup(sample, ["GET *": [.json("{}")]], number: number, maxLength: given)
        #expect(lines == ["GET https://crm.test/\(written)/\(maxLength)"])
    }

    @Test(arguments: [
        // Template's MaxLength, the settings', the CRM's number: found by the rule, accepted as a contact.
        ("", 0, "+15550100", true, true), ("", 0, "0015550100", true, true), ("", 0, "5550100", false, false),
        ("7", 0, "5550100", true, true), ("[MaxLength]", 7, "5550100", true, true),
        // The rule goes by the settings where the template has none; acceptance stays exact.
        ("", 7, "5550100", true, false), ("", 7, "+15550100", true, true), ("8", 0, "5550100", false, false),
        ("", 0, "+15550101", false, false),
    ])
    func `rules go by the length of template or settings, acceptance by the template's alone`(
        own: String, given: Int, number: String, isFound: Bool, isAccepted: Bool
    ) async {
        let sample = template(
            [
                scenario(
                    "", "https://crm.test/", rules: ["Number people.phone"], variables: peopleVariables,
                    outputs: peopleOutputs)
            ],
            maxLength: own)
        let script = ["GET *": [ScriptedTransport.Answer.json(people(1...1, phone: number))]]
        let strict = await lookup(sample, script, maxLength: given, options: RunOptions(acceptsByPhone: true))
        #expect(strict.result.results.count == (isFound ? 1 : 0))
        #expect(strict.result.contacts.count == (isAccepted ? 1 : 0))
        let loose = await lookup(sample, script, maxLength: given)
        #expect(loose.result.contacts.count == (isFound ? 1 : 0))
    }

    @Test(
        arguments: [
            (["FirstName a", "PhoneHome [Number]"], false), (["ContactUrl u", "PhoneHome [Number]"], false),
            (["ContactUrl u", "FirstName a"], false), (["ContactUrl u", "FirstName a", "PhoneHome 123"], false),
            (["ContactUrl u", "Title a", "PhoneHome [Number]"], false),
            (["ContactUrl u", "FirstName a", "Phone x"], false),
            (["ContactUrl u", "FirstName a", "PhoneHome [Number]"], true),
            (["ContactUrl u", "CompanyName a", "FaxBusiness [Number]"], true),
            (["ContactUrl u", "LastName a", "PhoneMobile 123", "PhoneOther [Number]"], true),
        ] as [([String], Bool)])
    func `a contact has a ContactUrl, a name and the searched number`(outputs: [String], isContact: Bool) async {
        let (result, _) = await lookup(
            template([scenario(outputs: outputs, allowsEmpty: true)]), ["GET *": [.json("{}")]],
            options: RunOptions(acceptsByPhone: true))
        #expect(result.contacts.count == (isContact ? 1 : 0))
        #expect(result.results.count == 1)
    }

    @Test(arguments: [
        (Trigger.lookupByEmail, "LookupByEmail", 1), (.searchContacts, "SearchContacts", 1),
        (.createContact, "CreateContactRecord", 1), (.createContactFromClient, "CreateContactRecordFromClient", 1),
        (.getAllContacts, "GetAllContacts", 1), (.reportCall, "ReportCall", 0), (.reportChat, "ReportChat", 0),
    ])
    func `numbers are compared for lookups by number only, and journals give no contacts`(
        trigger: Trigger, id: String, contacts: Int
    ) async {
        let time = HeldTime()
        let instance = instance(
            template([scenario(id, outputs: ["ContactUrl u", "FirstName a"], allowsEmpty: true)]),
            ScriptedTransport(["GET *": [.json("{}")]], time: time), time: time)
        let result = await instance.run(trigger, RunInputs(), options: RunOptions(acceptsByPhone: true))
        #expect(result.contacts.count == contacts)
        #expect(result.results.count == 1)
    }

    @Test func `a call is reported with and without Rules and Outputs`() async {
        let report = "https://crm.test/calls?type=[CallType]"
        let cases: [(Scenario, lines: Int)] = [
            (scenario("ReportCall", report, method: .post, message: "{}"), 1),
            (scenario("ReportCall", report, method: .post, message: "{}", rules: ["Any id"]), 1),
            (scenario("ReportCall", report, method: .post, message: "{}", next: "Other"), 1),
            (scenario("ReportCall", report, method: .post, message: "{}", next: "Other", allowsEmpty: true), 2),
            (scenario("ReportCall", report, method: .post, message: "{}", rules: ["Any id"], next: "Other"), 2),
            (
                scenario(
                    "ReportCall", report, method: .post, message: "{}", skipIf: "[CallType]!=Missed", next: "Other",
                    allowsEmpty: true), 1
            ),
            (scenario("ReportCall", report, method: .post, message: "{}", skipIf: "[CallType]==Inbound"), 0),
        ]
        for (index, (first, lines)) in cases.enumerated() {
            let time = HeldTime()
            let transport = ScriptedTransport(
                ["POST *": [.json(#"{"id":1}"#, status: 201)], "GET *": [.json("{}")]], time: time)
            let instance = instance(
                template([first, scenario("Other", "https://crm.test/other")]), transport, time: time)
            let result = await instance.run(
                .reportCall, RunInputs(["CallType": .text("Inbound")]), options: RunOptions(priority: .delivery))
            #expect(transport.lines.count == lines, "case \(index)")
            #expect(result.failures == [], "case \(index)")
            #expect(result.contacts == [])
        }
    }

    @Test(arguments: [(false, "hi "), (true, "hi \u{1F600}")])
    func `emoji reach the messages of a chat only where the CRM takes them`(supported: Bool, expected: String) async {
        let time = HeldTime()
        let transport = ScriptedTransport(["POST *": [.json("{}")]], time: time)
        let instance = instance(
            template(
                [scenario("ReportChat", "https://crm.test/", method: .post, message: "[ChatMessages]|[Name]")],
                emojis: supported), transport, time: time)
        _ = await instance.run(
            .reportChat, RunInputs(["ChatMessages": .text("hi \u{1F600}"), "Name": .text("Ann \u{1F600}")]))
        #expect(transport.requests.first?.body.text == expected + "|Ann \u{1F600}")
    }

    @Test func `a call flow gets the records as they came, of the last scenario in a chain`() async {
        let sample = template([
            scenario("LookupFromCFD_A_LookupNumber", "https://crm.test/a", rules: ["Any people.id"], allowsEmpty: true),
            scenario(
                "LookupFromCFD_A_LookupID", "https://crm.test/a", rules: ["Any people.id"],
                variables: ["Pid people.id"], next: "More"),
            scenario("More", "https://crm.test/b/[Pid]", rules: ["Any name"]),
        ])
        for (id, records) in [
            ("LookupFromCFD_A_LookupNumber", [#"{"id":1.50}"#, #"{"id":2}"#]),
            ("LookupFromCFD_A_LookupID", [#"{"name":"One"}"#]),
        ] {
            let time = HeldTime()
            let transport = ScriptedTransport(
                [
                    "GET https://crm.test/a": [.json(#"{"people":[{"id":1.50},{"id":2},{"id":null}]}"#)],
                    "GET https://crm.test/b/1.50": [.json(#"{"name":"One"}"#)], "GET *": [.json("{}")],
                ], time: time)
            let result = await instance(sample, transport, time: time).run(.callFlow(id: id), .callFlow(entityID: "1"))
            #expect(result.records.map { String(decoding: $0, as: UTF8.self) } == records)
            #expect(result.contacts == [])
            #expect(result.failures == [])
        }
    }

    @Test func `parameters have their defaults, and those that the template does not have are told`() async {
        let sample = template(
            [scenario("", "https://crm.test/[A]/[B]/[C]/[D]")],
            parameters: [
                parameter("A", .string, "a"), parameter("B", .string, "b"), parameter("C", .boolean, "false"),
                parameter("D", .boolean),
            ])
        let time = HeldTime()
        let transport = ScriptedTransport(["GET *": [.json("{}")]], time: time)
        let instance = instance(
            sample, transport, time: time, parameters: ["B": "x", "Z": "1", "a": "2", "D": "TRUE"])
        _ = await instance.run(.lookupByNumber, RunInputs())
        #expect(transport.lines == ["GET https://crm.test/a/x/False/True"])
        #expect(instance.unknownParameters == ["Z", "a"])
    }

    @Test func `what a call brings shadows parameters, and what scenarios set shadows both`() async {
        let sample = template(
            [
                scenario(
                    "", "https://crm.test/[Name]/[Number]", rules: ["Any people.id"],
                    variables: ["Name people.first", "Number people.id"], next: "B"),
                scenario("B", "https://crm.test/b/[Name]/[Number]"),
                scenario("", "https://crm.test/c/[Name]/[Number]"),
            ], parameters: [parameter("Name", .string, "p")])
        let time = HeldTime()
        let transport = ScriptedTransport(["GET *": [.json(people(1...1))]], time: time)
        _ = await instance(sample, transport, time: time).run(
            .lookupByNumber, RunInputs(["Name": .text("call"), "Number": .text("1")]))
        #expect(
            transport.lines.map { String($0.dropFirst("GET https://crm.test/".count)) } == [
                "call/1", "b/Ann1/1", "c/call/1",
            ])
    }

    @Test func `a number or page size that cannot be evaluated is told, and the run goes on`() async {
        let (result, lines) = await lookup(
            template([scenario("", "https://crm.test/")], maxLength: "[A].Nope()"), ["GET *": [.json("{}")]])
        #expect(result.failures.map(\.code) == ["expression"])
        #expect(lines.count == 1)
    }
}
