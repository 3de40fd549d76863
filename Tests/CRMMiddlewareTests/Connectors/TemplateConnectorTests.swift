import CRMMiddleware
import CRMTemplate
import NumbersCore
import Platform
import Testing

@Suite struct TemplateConnectorTests {
    private static let callVariables = [
        "CallType", "CallDirection", "Number", "Agent", "AgentFirstName", "AgentLastName", "AgentEmail",
        "QueueExtension", "RecordingUrl", "Name", "EntityId", "EntityType", "Contact::CompanyName", "Contact::Club",
        "CallStartTimeUTC", "CallStartTimeLocal", "CallEndTimeUTC", "CallEndTimeLocal", "DateTime", "Duration",
        "DurationTimespan", "Subject", "Body", "CallReference",
    ]
    private static let report = SampleCRM.post("ReportCall", "calls", callVariables)

    // MARK: Lookups

    @Test func `every output has its place in a contact, and the rest is custom`() async throws {
        let setup = ConnectorSetup(SampleCRM.lookups)
        setup.crm["GET https://crm.test/find"] = ConnectorSetup.people([
            [
                "FirstName": "Ann", "LastName": "Able", "CompanyName": "Acme", "Email": "ann@example.com",
                "PhoneBusiness": "1", "PhoneBusiness2": "2", "PhoneMobile": "3", "PhoneMobile2": "4", "PhoneHome": "5",
                "PhoneHome2": "6", "PhoneOther": "7", "FaxBusiness": "8", "FaxHome": "9", "Title": "Dr.",
                "Salutation": "Mrs", "ContactUrl": "https://crm.test/p/1", "EntityId": "1", "EntityType": "Contacts",
                "Pager": "10", "Club": "Gold",
            ]
        ])
        let query = ContactQuery(number: ConnectorSetup.number("+12025550143"), email: nil, displayName: nil)
        let contact = try #require(try await setup.connector.lookup(query, deadline: setup.deadline).get().first)
        #expect(contact.firstName == "Ann")
        #expect(contact.lastName == "Able")
        #expect(contact.company == "Acme")
        #expect(contact.email == "ann@example.com")
        #expect(contact.title == "Dr.")
        #expect(contact.civility == "Mrs")
        #expect(contact.entityURL == "https://crm.test/p/1")
        #expect(contact.entityID == "1")
        #expect(contact.entityType == "Contacts")
        #expect(
            contact.lines == [
                .phoneBusiness1: "1", .phoneBusiness2: "2", .phoneMobile1: "3", .phoneMobile2: "4", .phoneHome1: "5",
                .phoneHome2: "6", .phoneOther1: "7", .faxBusiness1: "8", .faxHome1: "9",
            ])
        #expect(contact.custom == [.init("Pager", "10"), .init("Club", "Gold")])
        #expect(contact.connector == ConnectorSetup.id)
        #expect(contact.match == nil)
        #expect(!contact.isDummy)
        #expect(setup.crm.lines == ["GET https://crm.test/find?tel=%2B12025550143&way=Inbound"])
        // The same record, whatever else changed: the same identifier.
        setup.crm["GET https://crm.test/find"] = ConnectorSetup.people([
            ["LastName": "Baker", "ContactUrl": "https://crm.test/new/1", "EntityId": "1", "EntityType": "Contacts"]
        ])
        #expect(try await setup.connector.lookup(query, deadline: setup.deadline).get().first?.id == contact.id)
    }

    @Test func `a number and an address are looked up both, and one record is one contact`() async throws {
        let setup = ConnectorSetup(SampleCRM.lookups)
        let ann = ["LastName": "Able", "ContactUrl": "https://crm.test/1", "EntityId": "1"]
        let bob = ["LastName": "Bold", "ContactUrl": "https://crm.test/2", "EntityId": "2"]
        setup.crm["GET https://crm.test/find"] = ConnectorSetup.people([ann])
        setup.crm["GET https://crm.test/mail"] = ConnectorSetup.people([bob, ann])
        let query = ContactQuery(
            number: ConnectorSetup.number("+12025550143"), email: "ann@example.com", displayName: nil)
        let found = try await setup.connector.lookup(query, deadline: setup.deadline).get()
        #expect(found.map(\.lastName) == ["Able", "Bold"])
        // What one of the two says counts, also when the other fails.
        setup.crm["GET https://crm.test/mail"] = .status(500, "")
        #expect(try await setup.connector.lookup(query, deadline: setup.deadline).get().map(\.lastName) == ["Able"])
    }

    @Test(arguments: ["anonymous", "", "Unknown caller"])
    func `nobody is looked up for a caller without a number`(_ text: String) async throws {
        let setup = ConnectorSetup(SampleCRM.lookups)
        let query = ContactQuery(number: ConnectorSetup.number(text), email: nil, displayName: nil)
        #expect(try await setup.connector.lookup(query, deadline: setup.deadline).get().isEmpty)
        #expect(setup.crm.requests.isEmpty)
    }

    @Test(arguments: [
        ("https://crm.test/1", "https://crm.test/1"), ("salesforce1://sObject/1/view", "salesforce1://sObject/1/view"),
        ("javascript:alert(1)", nil), ("JavaScript:alert(1)", nil), ("data:text/html,x", nil), ("file:///etc/x", nil),
        ("vbscript:x", nil), ("https://crm.test/a b", nil),
        ("https://crm.test/" + String(repeating: "x", count: 5_000), nil),
    ]) func `a link that is a program, or no link, is left out`(_ address: String, _ expected: String?) async throws {
        let setup = ConnectorSetup(SampleCRM.lookups)
        setup.crm["GET https://crm.test/find"] = ConnectorSetup.people([["LastName": "A", "ContactUrl": address]])
        let query = ContactQuery(number: ConnectorSetup.number("+12025550143"), email: nil, displayName: nil)
        let contact = try #require(try await setup.connector.lookup(query, deadline: setup.deadline).get().first)
        #expect(contact.entityURL == expected)
        #expect(contact.id != nil)
    }

    @Test(arguments: [4_095, 4_096, 4_097, 100_000])
    func `a text of a contact has at most 4096 bytes`(_ count: Int) async throws {
        let setup = ConnectorSetup(SampleCRM.lookups)
        setup.crm["GET https://crm.test/find"] = ConnectorSetup.people([
            ["LastName": String(repeating: "x", count: count), "ContactUrl": "https://crm.test/1"]
        ])
        let query = ContactQuery(number: ConnectorSetup.number("+12025550143"), email: nil, displayName: nil)
        let contact = try #require(try await setup.connector.lookup(query, deadline: setup.deadline).get().first)
        #expect(contact.lastName?.utf8.count == min(count, 4_096))
    }

    @Test(arguments: [
        (StubCRM.Answer.failure(.timedOut), "timeout"), (.failure(.cannotResolve), "unreachable"),
        (.failure(.cannotConnect), "unreachable"), (.failure(.tls), "unreachable"),
        (.failure(.refusedAddress), "refused-address"), (.failure(.tooLarge), "too-large"),
        (.failure(.protocolError), "protocol"), (.failure(.badRedirect), "protocol"),
        (.failure(.overloaded), "overloaded"), (.status(500, ""), "http-500"), (.status(401, ""), "http-401"),
        (.status(429, ""), "http-429"), (.status(302, ""), "http-302"), (.status(200, "<html>"), "template"),
    ]) func `a failed lookup has a stable code and tells nothing of the query`(
        _ answer: StubCRM.Answer, _ code: String
    ) async throws {
        let setup = ConnectorSetup(SampleCRM.lookups)
        setup.crm["GET https://crm.test/find"] = answer
        let query = ContactQuery(number: ConnectorSetup.number("+12025550143"), email: nil, displayName: nil)
        guard case .failure(let failure) = await setup.connector.lookup(query, deadline: setup.deadline) else {
            Issue.record("it did not fail")
            return
        }
        #expect(failure.code == code)
        #expect(!failure.message.contains("2025550143"))
        #expect(!failure.mayHaveArrived)
    }

    @Test func `nobody is no failure, and a lookup ends at its deadline`() async throws {
        let setup = ConnectorSetup(SampleCRM.lookups)
        let query = ContactQuery(number: ConnectorSetup.number("+12025550143"), email: nil, displayName: nil)
        #expect(try await setup.connector.lookup(query, deadline: setup.deadline).get().isEmpty)
        setup.crm["GET https://crm.test/find"] = .status(404, "")
        #expect(try await setup.connector.lookup(query, deadline: setup.deadline).get().isEmpty)
        let past = MonotonicTime.now()
        let late = await setup.connector.lookup(query, deadline: past)
        #expect(throws: ConnectorFailure.self) { try late.get() }
    }

    // MARK: Calls

    @Test(
        arguments: [
            (PhoneCall.Direction.inbound, "completed", nil, "Inbound", "Inbound"),
            (.inbound, "completed", true, "Inbound", "Inbound"), (.inbound, "completed", false, "Missed", "Inbound"),
            (.inbound, "Missed", nil, "Missed", "Inbound"), (.inbound, "busy", nil, "Missed", "Inbound"),
            (.inbound, "no-answer", true, "Inbound", "Inbound"), (.outbound, "completed", nil, "Outbound", "Outbound"),
            (.outbound, "Completed", nil, "Outbound", "Outbound"),
            (.outbound, "failed", nil, "Notanswered", "Outbound"),
            (.outbound, "Notanswered", nil, "Notanswered", "Outbound"),
            (.outbound, "Unanswered", nil, "Notanswered", "Outbound"),
            (.outbound, "completed", false, "Notanswered", "Outbound"),
        ] as [(PhoneCall.Direction, String, Bool?, String, String)])
    func `the kind of a call is its direction and whether somebody answered`(
        _ direction: PhoneCall.Direction, _ status: String, _ answered: Bool?, _ kind: String, _ way: String
    ) async {
        let setup = ConnectorSetup(Self.report)
        let call = setup.call(direction, status) { $0.answered = answered }
        #expect(await setup.connector.deliver(call, deadline: setup.deadline) == .delivered(contact: nil))
        #expect(setup.crm.form["CallType"] == kind)
        #expect(setup.crm.form["CallDirection"] == way)
    }

    @Test func `a call brings every variable, in the workspace's culture and time zone`() async {
        let setup = ConnectorSetup(Self.report) { settings in
            settings.culture = "de-AT"
            settings.timeZone = "Europe/Vienna"
        }
        let call = setup.call { draft in
            draft.duration = 90
            draft.startTime = UnixTime(rfc3339: "2026-03-04T15:00:00Z")
            draft.endTime = UnixTime(rfc3339: "2026-03-04T15:01:40Z")
            draft.subject = "About [Key]"
            draft.body = "Notes & more"
            draft.recordingURL = "https://pbx.test/r/1"
            draft.agentFirstName = "Al"
            draft.agentLastName = "Agent"
            draft.agentEmail = "al@example.com"
            draft.queueExtension = "800"
        }
        #expect(await setup.connector.deliver(call, deadline: setup.deadline) == .delivered(contact: nil))
        #expect(
            setup.crm.form == [
                "CallType": "Inbound", "CallDirection": "Inbound", "Number": "+12025550143", "Agent": "101",
                "AgentFirstName": "Al", "AgentLastName": "Agent", "AgentEmail": "al@example.com",
                "QueueExtension": "800", "RecordingUrl": "https://pbx.test/r/1", "Name": "", "EntityId": "",
                "EntityType": "", "Contact::CompanyName": "", "Contact::Club": "",
                "CallStartTimeUTC": "2026-03-04 15:00:00", "CallStartTimeLocal": "2026-03-04 16:00:00",
                "CallEndTimeUTC": "2026-03-04 15:01:40", "CallEndTimeLocal": "2026-03-04 16:01:40",
                "DateTime": "04.03.2026 16:00", "Duration": "00:01:30", "DurationTimespan": "00:01:30",
                "Subject": "About [Key]", "Body": "Notes & more", "CallReference": call.id.description,
            ])
    }

    @Test(
        arguments: [
            // start, end, duration, answered → start, end, duration; arrival is 15:05:00
            (nil, nil, nil, true, "15:05:00", "15:05:00", "00:00:00"),
            (nil, nil, 60, true, "15:04:00", "15:05:00", "00:01:00"),
            ("15:00:00", nil, 60, true, "15:00:00", "15:01:00", "00:01:00"),
            ("15:00:00", nil, nil, true, "15:00:00", "15:00:00", "00:00:00"),
            (nil, "15:02:00", 60, true, "15:01:00", "15:02:00", "00:01:00"),
            (nil, "15:02:00", nil, true, "15:02:00", "15:02:00", "00:00:00"),
            ("15:00:00", "15:02:00", nil, true, "15:00:00", "15:02:00", "00:02:00"),
            ("15:00:00", "15:02:00", 60, true, "15:00:00", "15:02:00", "00:01:00"),
            ("15:00:00", "15:02:00", nil, false, "15:00:00", "15:02:00", "00:00:00"),
            ("15:00:00", "15:02:00", 30, false, "15:00:00", "15:02:00", "00:00:30"),
            ("15:02:00", "15:00:00", nil, true, "15:02:00", "15:00:00", "00:00:00"),
        ] as [(String?, String?, Int64?, Bool, String, String, String)])
    func `times that are missing are derived from the others, and last from the arrival`(
        _ start: String?, _ end: String?, _ duration: Int64?, _ answered: Bool, _ started: String, _ ended: String,
        _ length: String
    ) async {
        let setup = ConnectorSetup(Self.report)
        let call = setup.call { draft in
            draft.answered = answered
            draft.startTime = start.flatMap { UnixTime(rfc3339: "2026-03-04T\($0)Z") }
            draft.endTime = end.flatMap { UnixTime(rfc3339: "2026-03-04T\($0)Z") }
            draft.duration = duration
        }
        _ = await setup.connector.deliver(call, deadline: setup.deadline)
        #expect(setup.crm.form["CallStartTimeUTC"] == "2026-03-04 \(started)")
        #expect(setup.crm.form["CallEndTimeUTC"] == "2026-03-04 \(ended)")
        #expect(setup.crm.form["Duration"] == length)
    }

    @Test(
        arguments: [
            ("15:00:00", "15:02:00", 30, "15:01:30"), ("15:00:00", "15:02:00", nil, "15:00:00"),
            ("15:00:00", "15:00:10", 30, "15:00:00"), (nil, nil, 30, "15:04:30"),
        ] as [(String?, String?, Int64?, String)])
    func `somebody answered so long before the end as was talked`(
        _ start: String?, _ end: String?, _ duration: Int64?, _ established: String
    ) async {
        let setup = ConnectorSetup(SampleCRM.post("ReportCall", "calls", ["CallEstablishedTimeUTC"]))
        let call = setup.call { draft in
            draft.startTime = start.flatMap { UnixTime(rfc3339: "2026-03-04T\($0)Z") }
            draft.endTime = end.flatMap { UnixTime(rfc3339: "2026-03-04T\($0)Z") }
            draft.duration = duration
        }
        _ = await setup.connector.deliver(call, deadline: setup.deadline)
        #expect(setup.crm.form["CallEstablishedTimeUTC"] == "2026-03-04 \(established)")
    }

    @Test func `numbers come from the ends of the call when the PBX does not say which is which`() async {
        for (direction, number, agent) in [
            (PhoneCall.Direction.inbound, "+12025550143", "101"), (.outbound, "101", "+12025550143"),
        ] {
            let setup = ConnectorSetup(Self.report)
            let call = setup.call(direction, external: nil) { draft in
                draft.numberFrom = ConnectorSetup.number("+12025550143")
                draft.numberTo = ConnectorSetup.number("101")
            }
            _ = await setup.connector.deliver(call, deadline: setup.deadline)
            #expect(setup.crm.form["Number"] == number)
            #expect(setup.crm.form["Agent"] == agent)
        }
    }

    @Test func `the contact is looked up in the same CRM, and whoever has another number is not meant`() async throws {
        let setup = ConnectorSetup(SampleCRM.lookups + Self.report) { $0.defaultCountry = Region("US") }
        setup.crm["GET https://crm.test/find"] = ConnectorSetup.people([
            [
                "LastName": "Other", "ContactUrl": "https://crm.test/9", "EntityId": "9", "EntityType": "Leads",
                "PhoneMobile": "+12025550199",
            ],
            [
                "CompanyName": "Acme", "ContactUrl": "https://crm.test/8", "EntityId": "8", "EntityType": "Accounts",
                "PhoneBusiness": "(202) 555-0143",
            ],
            [
                "FirstName": "Ann", "LastName": "Able", "CompanyName": "Acme", "ContactUrl": "https://crm.test/1",
                "EntityId": "1", "EntityType": "Contacts", "PhoneMobile2": "202 555 0143", "Club": "Gold",
            ],
        ])
        let outcome = await setup.connector.deliver(setup.call(.outbound), deadline: setup.deadline)
        #expect(
            outcome == .delivered(contact: CRMContact.id("Contacts\n1", of: ConnectorSetup.id)))
        #expect(setup.crm.lines.first == "GET https://crm.test/find?tel=%2B12025550143&way=Outbound")
        #expect(setup.crm.form["Name"] == "Ann Able")
        #expect(setup.crm.form["EntityId"] == "1")
        #expect(setup.crm.form["EntityType"] == "Contacts")
        #expect(setup.crm.form["Contact::CompanyName"] == "Acme")
        #expect(setup.crm.form["Contact::Club"] == "Gold")
        // The one that was shown when it rang goes before persons.
        var shown = setup.call()
        shown.contactID = CRMContact.id("Accounts\n8", of: ConnectorSetup.id)
        _ = await setup.connector.deliver(shown, deadline: setup.deadline)
        #expect(setup.crm.form["EntityId"] == "8")
        #expect(setup.crm.form["Name"] == "Acme")
    }

    @Test func `a connector that may not look up journals without a contact`() async {
        let setup = ConnectorSetup(SampleCRM.lookups + Self.report, features: .calls)
        #expect(await setup.connector.deliver(setup.call(), deadline: setup.deadline) == .delivered(contact: nil))
        #expect(setup.crm.lines == ["POST https://crm.test/calls"])
    }

    @Test(
        arguments: [
            (StubCRM.Answer.failure(.cannotConnect), "unreachable"), (.failure(.timedOut), "timeout"),
            (.status(500, ""), "http-500"), (.status(503, ""), "http-503"), (.status(429, ""), "http-429"),
            (.status(401, ""), "http-401"), (.status(403, ""), "http-403"),
            (.failure(.refusedAddress), "refused-address"),
            (.status(400, ""), nil), (.status(422, ""), nil), (.status(404, ""), nil), (.status(200, "[]"), nil),
            (.status(200, "no JSON"), nil),
        ] as [(StubCRM.Answer, String?)])
    func `a CRM that is down is tried later, and one that cannot answer the lookup gets the call without a contact`(
        _ answer: StubCRM.Answer, _ code: String?
    ) async {
        let setup = ConnectorSetup(SampleCRM.lookups + Self.report)
        setup.crm["GET https://crm.test/find"] = answer
        let outcome = await setup.connector.deliver(setup.call(), deadline: setup.deadline)
        if let code {
            guard case .failed(let failure) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(failure.code == code)
            #expect(!failure.mayHaveArrived)
            #expect(setup.crm.requests.count == 1)
        } else {
            #expect(outcome == .delivered(contact: nil))
        }
    }

    @Test(arguments: [
        (StubCRM.Answer.failure(.cannotResolve), false), (.failure(.cannotConnect), false), (.failure(.tls), false),
        (.failure(.refusedAddress), false), (.failure(.overloaded), false), (.failure(.timedOut), true),
        (.failure(.protocolError), true), (.failure(.tooLarge), true), (.failure(.cancelled), true),
        (.status(400, ""), false), (.status(401, ""), false), (.status(404, ""), false), (.status(429, ""), false),
        (.status(500, ""), true), (.status(502, ""), true), (.status(303, ""), true),
    ]) func `a delivery that failed may have arrived unless nothing can have been done`(
        _ answer: StubCRM.Answer, _ mayHaveArrived: Bool
    ) async {
        let setup = ConnectorSetup(Self.report)
        setup.crm["POST https://crm.test/calls"] = answer
        guard case .failed(let failure) = await setup.connector.deliver(setup.call(), deadline: setup.deadline) else {
            Issue.record("it did not fail")
            return
        }
        #expect(failure.mayHaveArrived == mayHaveArrived)
    }

    @Test func `what was read before a journal entry could be written counts for nothing`() async {
        let chain = """
            <Scenario Id="ReportCall" Type="REST"><Request Url="https://crm.test/who" RequestType="Get" \
            ResponseType="Json"/><Rules><Rule Type="Any">id</Rule></Rules><Variables><Variable Name="Id" Path="id"/>\
            </Variables><Outputs Next="Write" AllowEmpty="false"/></Scenario>
            """ + SampleCRM.post("Write", "calls", ["Number"])
        let setup = ConnectorSetup(chain)
        setup.crm["GET https://crm.test/who"] = .status(200, "{\"id\":1}")
        setup.crm["POST https://crm.test/calls"] = .failure(.cannotConnect)
        guard case .failed(let failure) = await setup.connector.deliver(setup.call(), deadline: setup.deadline) else {
            Issue.record("it did not fail")
            return
        }
        #expect(!failure.mayHaveArrived)
        // A template that journals by a GET may have done it.
        let getting = ConnectorSetup(
            """
            <Scenario Id="ReportCall" Type="REST"><Request Url="https://crm.test/log?n=[Number]" RequestType="Get" \
            ResponseType="Json"/><Rules/><Variables/><Outputs/></Scenario>
            """)
        getting.crm["GET https://crm.test/log"] = .failure(.timedOut)
        guard case .failed(let other) = await getting.connector.deliver(getting.call(), deadline: getting.deadline)
        else {
            Issue.record("it did not fail")
            return
        }
        #expect(other.mayHaveArrived)
    }

    @Test func `internal calls, and what the template does not want, are skipped`() async {
        let setup = ConnectorSetup(Self.report)
        #expect(await setup.connector.deliver(setup.call(.internal), deadline: setup.deadline) == .skipped)
        #expect(await setup.connector.deliver(setup.chat(), deadline: setup.deadline) == .skipped)
        #expect(setup.crm.requests.isEmpty)
        let skipping = ConnectorSetup(
            SampleCRM.post("ReportCall", "calls", ["Number"], skipIf: "[CallType]==&quot;Inbound&quot;"))
        #expect(await skipping.connector.deliver(skipping.call(), deadline: skipping.deadline) == .skipped)
        let off = ConnectorSetup(Self.report, features: .lookup)
        #expect(await off.connector.deliver(off.call(), deadline: off.deadline) == .skipped)
        #expect(off.connector.features == [])
    }

    @Test func `a parameter of the template goes before a variable of ours of the same name`() async {
        let setup = ConnectorSetup(
            Self.report,
            parameters: """
                <Parameter Name="subject" Type="String" Parent="General Configuration" Title="S" Default=""/>
                <Parameter Name="Body" Type="String" Parent="General Configuration" Title="B" Default="Call of the PBX"/>
                """, values: [ConnectorParameter("subject", .plain("Our subject"))])
        let call = setup.call { draft in
            draft.subject = "Theirs"
            draft.body = "Theirs"
        }
        _ = await setup.connector.deliver(call, deadline: setup.deadline)
        #expect(setup.crm.form["Subject"] == "Our subject")
        #expect(setup.crm.form["Body"] == "Call of the PBX")
        #expect(setup.crm.form["CallReference"] == call.id.description)
    }

    // MARK: Chats

    private static let chatReport = SampleCRM.post(
        "ReportChat", "chats",
        [
            "Number", "Email", "Name", "ChatMessages", "ChatStartTimeUTC", "ChatEndTimeUTC", "Duration", "Agent",
            "AgentFirstName", "AgentLastName", "AgentEmail", "QueueExtension", "EntityId", "EntityType", "Subject",
            "CallReference",
        ])

    @Test func `a chat brings every variable, its record from a lookup by e-mail`() async {
        let setup = ConnectorSetup(SampleCRM.lookups + Self.chatReport)
        setup.crm["GET https://crm.test/mail"] = ConnectorSetup.people([
            ["LastName": "Other", "ContactUrl": "https://crm.test/9", "EntityId": "9", "Email": "bob@example.com"],
            [
                "LastName": "Able", "ContactUrl": "https://crm.test/1", "EntityId": "1", "EntityType": "Contacts",
                "Email": "Ann@Example.com",
            ],
        ])
        let chat = setup.chat { draft in
            draft.numberExternal = ConnectorSetup.number("+12025550143")
            draft.name = "Annie"
            draft.startTime = UnixTime(rfc3339: "2026-03-04T15:00:00Z")
            draft.duration = 120
            draft.chatMessages = "Hello 😀 there"
            draft.agent = "101"
            draft.agentFirstName = "Al"
            draft.agentLastName = "Agent"
            draft.agentEmail = "al@example.com"
            draft.queueExtension = "800"
            draft.subject = "Help"
        }
        let outcome = await setup.connector.deliver(chat, deadline: setup.deadline)
        #expect(outcome == .delivered(contact: CRMContact.id("Contacts\n1", of: ConnectorSetup.id)))
        #expect(setup.crm.lines == ["GET https://crm.test/mail?m=ann%40example.com", "POST https://crm.test/chats"])
        #expect(
            setup.crm.form == [
                "Number": "+12025550143", "Email": "ann@example.com", "Name": "Annie",
                "ChatMessages": "Hello  there", "ChatStartTimeUTC": "2026-03-04 15:00:00",
                "ChatEndTimeUTC": "2026-03-04 15:02:00", "Duration": "00:02:00", "Agent": "101",
                "AgentFirstName": "Al", "AgentLastName": "Agent", "AgentEmail": "al@example.com",
                "QueueExtension": "800", "EntityId": "1", "EntityType": "Contacts", "Subject": "Help",
                "CallReference": chat.id.description,
            ])
    }

    @Test func `a record that the PBX names is not looked up`() async {
        let setup = ConnectorSetup(SampleCRM.lookups + Self.chatReport)
        let chat = setup.chat { draft in
            draft.entityType = "Leads"
            draft.entityID = "7"
        }
        let outcome = await setup.connector.deliver(chat, deadline: setup.deadline)
        #expect(outcome == .delivered(contact: CRMContact.id("Leads\n7", of: ConnectorSetup.id)))
        #expect(setup.crm.lines == ["POST https://crm.test/chats"])
        #expect(setup.crm.form["EntityId"] == "7")
        #expect(setup.crm.form["EntityType"] == "Leads")
    }

    // MARK: Creation

    private static let created =
        """
        <Rules><Rule Type="Any">id</Rule></Rules><Variables><Variable Name="Id" Path="id"/></Variables>
        <Outputs AllowEmpty="false"><Output Type="ContactUrl" Value="https://crm.test/p/[Id]"/>\
        <Output Type="EntityId" Value="[Id]"/><Output Type="LastName" Value="Saved"/></Outputs>
        """
    private static let creationVariables = [
        "FirstName", "LastName", "Email", "Number", "Company", "Civility", "PhoneBusiness", "PhoneMobile",
        "CustomValue", "CallDirection",
    ]

    private func draft() -> ContactDraft {
        var draft = ContactDraft(lastName: "Able")
        draft.firstName = "Ann"
        draft.civility = "Mrs"
        draft.email = "ann@example.com"
        draft.phone = ConnectorSetup.number("+12025550101")
        draft.phoneMobile = ConnectorSetup.number("+12025550102")
        draft.customValue = "x"
        draft.direction = .outbound
        return draft
    }

    @Test func `a contact is created with everything that is known of it`() async throws {
        let setup = ConnectorSetup(
            SampleCRM.post(
                "CreateContactRecordFromClient", "contacts", Self.creationVariables, output: Self.created)
                + SampleCRM.post("CreateContactRecord", "other", ["Number"]))
        setup.crm["POST https://crm.test/contacts"] = .status(201, "{\"id\":7}")
        let contact = try await setup.connector.create(draft(), deadline: setup.deadline).get()
        #expect(contact.id == CRMContact.id("\n7", of: ConnectorSetup.id))
        #expect(contact.lastName == "Saved")
        #expect(contact.entityURL == "https://crm.test/p/7")
        #expect(
            setup.crm.form == [
                "FirstName": "Ann", "LastName": "Able", "Email": "ann@example.com", "Number": "+12025550102",
                "Company": "", "Civility": "Mrs", "PhoneBusiness": "", "PhoneMobile": "+12025550102",
                "CustomValue": "x", "CallDirection": "Outbound",
            ])
    }

    @Test func `a template that creates for calls only gets number and direction`() async throws {
        let setup = ConnectorSetup(
            SampleCRM.post("CreateContactRecord", "contacts", Self.creationVariables, output: Self.created))
        setup.crm["POST https://crm.test/contacts"] = .status(201, "{\"id\":7}")
        _ = try await setup.connector.create(draft(), deadline: setup.deadline).get()
        #expect(setup.crm.form["Number"] == "+12025550102")
        #expect(setup.crm.form["CallDirection"] == "Outbound")
        #expect(setup.crm.form["LastName"] == "")
        let outcome = await setup.connector.create(ContactDraft(lastName: "Able"), deadline: setup.deadline)
        #expect(throws: ConnectorFailure.self) { try outcome.get() }
    }

    @Test func `a CRM that gives nothing back has the contact all the same`() async throws {
        let setup = ConnectorSetup(SampleCRM.post("CreateContactRecordFromClient", "contacts", ["LastName"]))
        let first = try await setup.connector.create(draft(), deadline: setup.deadline).get()
        #expect(first.lastName == "Able")
        #expect(first.firstName == "Ann")
        #expect(first.lines[.phoneMobile1] == "+12025550102")
        #expect(first.id != nil)
        let second = try await setup.connector.create(draft(), deadline: setup.deadline).get()
        #expect(first.id == second.id)
    }

    @Test(arguments: [
        (StubCRM.Answer.status(500, ""), "http-500", true), (.status(400, ""), "http-400", false),
        (.failure(.cannotConnect), "unreachable", false), (.failure(.timedOut), "timeout", true),
    ]) func `a creation that failed says whether it may have happened`(
        _ answer: StubCRM.Answer, _ code: String, _ mayHaveArrived: Bool
    ) async {
        let setup = ConnectorSetup(
            SampleCRM.post("CreateContactRecordFromClient", "contacts", ["LastName"], output: Self.created))
        setup.crm["POST https://crm.test/contacts"] = answer
        guard case .failure(let failure) = await setup.connector.create(draft(), deadline: setup.deadline) else {
            Issue.record("it did not fail")
            return
        }
        #expect(failure.code == code)
        #expect(failure.mayHaveArrived == mayHaveArrived)
    }

    @Test func `a template without a scenario for it, or one that may not, creates nothing`() async {
        for setup in [
            ConnectorSetup(SampleCRM.lookups),
            ConnectorSetup(
                SampleCRM.post("CreateContactRecordFromClient", "contacts", ["LastName"]), features: .lookup),
        ] {
            guard case .failure(let failure) = await setup.connector.create(draft(), deadline: setup.deadline) else {
                Issue.record("it did not fail")
                continue
            }
            #expect(failure.code == "unsupported")
            #expect(setup.crm.requests.isEmpty)
        }
    }
}
