import CRMTemplate
import CommandOptions
import Platform
import Testing

@testable import nocli

@Suite struct RunGivenTests {
    /// What `template run` makes of its options, at 2026-01-02T03:04:05Z.
    private func run(
        _ trigger: TriggerChoice, _ options: [String] = [], set: [String] = [], zone: String = "UTC",
        culture: String? = nil, scenarios: [String] = []
    ) throws -> RunGiven.Run {
        let language = CommandLanguage(
            program: "nocli", summary: "", globals: [GlobalOptions.json.declaration],
            groups: [TemplateCommands.family.group])
        guard case .run(let call) = try language.parse(["template", "run", "x.xml"] + options) else {
            throw CommandFailure.failed("not a run")
        }
        let console = Console(write: { _ in }, writeError: { _ in }, usesColor: false, showsProgress: false)
        let surroundings = ProcessSurroundings(
            environment: [:], console: console, readInput: { _ in [] },
            clock: Clock(wall: { CommandLineHarness.now }, monotonic: { MonotonicTime(nanoseconds: 1) }),
            random: .system)
        let place = RunGiven.Place(
            culture: culture.flatMap { Culture($0) } ?? .invariant, zone: try #require(CivilZone(zone)))
        return try RunGiven.run(
            trigger, try set.map { try #require(Assignment($0)) }, of: template(scenarios), at: place,
            CommandContext(invocation: call, surroundings: surroundings))
    }

    private func template(_ ids: [String]) -> Template {
        let none = NumberExpression("")
        let here = SourcePosition(line: 1, column: 1)
        return Template(
            name: "Demo", version: 1, country: "", supportsEmojis: true, supportsTranscription: false,
            listPageSize: none, number: NumberElement(prefix: .asIs, maxLength: none), maxConcurrentRequests: 2,
            parameters: [], authentication: .none,
            scenarios: ids.enumerated().map { index, id in
                Scenario(
                    id: id, kind: .rest, entityID: "", entityOrder: TextExpression(""), request: nil, ruleGroups: [],
                    variables: [], outputs: nil, position: here, index: index)
            })
    }

    private func text(_ run: RunGiven.Run, _ name: String) -> String? {
        run.inputs[name]?.text(in: .invariant)
    }

    private func refusal(_ trigger: TriggerChoice, _ options: [String] = [], set: [String] = []) -> String {
        let failure = #expect(throws: CommandFailure.self) { try run(trigger, options, set: set) }
        #expect(failure?.exitCode == .usage)
        return String((failure?.message ?? "").prefix { $0 != "\n" })
    }

    @Test func `a lookup has a number and a direction`() throws {
        let inbound = try run(.lookup, ["--number", "+4312345678"])
        #expect(inbound.trigger == .lookupByNumber && inbound.notes.isEmpty)
        #expect(text(inbound, "Number") == "+4312345678" && text(inbound, "CallDirection") == "Inbound")
        let outbound = try run(.create, set: ["number=12", "CallDirection=outbound", "Foo=1"])
        #expect(outbound.trigger == .createContact && text(outbound, "Number") == "12")
        #expect(text(outbound, "CallDirection") == "Outbound" && text(outbound, "Foo") == "1")
    }

    @Test func `what a trigger cannot do without has to be given`() {
        #expect(refusal(.lookup) == "nocli: --number NUMBER is missing: the number that calls")
        #expect(refusal(.create) == "nocli: --number NUMBER is missing: the number that calls")
        #expect(refusal(.email) == "nocli: --email ADDRESS is missing: the address to look up")
        #expect(refusal(.search) == "nocli: --search TEXT is missing: what to look for")
        #expect(refusal(.cfd) == "nocli: a call-flow lookup needs one of --number, --entity-id and --query")
        #expect(refusal(.cfd, ["--number", "1", "--query", "x"]).contains("needs one of"))
    }

    @Test func `searches and e-mail lookups have what they look for`() throws {
        #expect(text(try run(.email, ["--email", "ann@example.com"]), "Email") == "ann@example.com")
        #expect(text(try run(.search, ["--search", "Ann"]), "SearchText") == "Ann")
        #expect(try run(.contacts).trigger == .getAllContacts)
        let created = try run(.createFromClient, ["--number", "12"], set: ["FirstName=Ann", "company=Example"])
        #expect(
            text(created, "FirstName") == "Ann" && text(created, "Company") == "Example"
                && text(created, "Number") == "12")
    }

    @Test func `a call is an answered one that has just ended, unless it is said otherwise`() throws {
        let call = try run(.reportCall, ["--number", "+4312345678"], zone: "Europe/Vienna")
        #expect(text(call, "CallType") == "Inbound" && text(call, "Duration") == "00:01:30")
        #expect(text(call, "CallEndTimeUTC") == "01/02/2026 03:04:05")
        #expect(text(call, "CallEstablishedTimeUTC") == "01/02/2026 03:02:35")
        #expect(text(call, "CallStartTimeUTC") == "01/02/2026 03:02:27")
        #expect(text(call, "CallStartTimeLocal") == "01/02/2026 04:02:27")
        #expect(text(call, "Agent") == "101" && text(call, "EntityId") == "")
        #expect(call.notes.isEmpty)
        let example = try run(.reportCall)
        #expect(text(example, "Number") == RunGiven.exampleNumber)
        #expect(example.notes == ["no --number was given: the call is with +12025550143"])
    }

    @Test func `times and lengths of a call follow from each other`() throws {
        let timed = try run(
            .reportCall, set: ["CallStartTimeLocal=2026-07-01 12:00", "Duration=0:02:30", "QueueExtension=800"],
            zone: "Europe/Vienna")
        #expect(text(timed, "CallStartTimeUTC") == "07/01/2026 10:00:00")
        #expect(text(timed, "CallEstablishedTimeUTC") == "07/01/2026 10:00:08")
        #expect(text(timed, "CallEndTimeUTC") == "07/01/2026 10:02:38")
        #expect(text(timed, "DurationSeconds") == "150" && text(timed, "QueueExtension") == "800")
        let ended = try run(.reportCall, set: ["CallEndTimeUTC=2026-03-04T05:06:07Z", "DurationSeconds=60"])
        #expect(text(ended, "CallEstablishedTimeUTC") == "03/04/2026 05:05:07")
        let answered = try run(
            .reportCall, set: ["CallEstablishedTimeUTC=2026-03-04T05:06:07Z", "DurationTimespan=1m"])
        #expect(text(answered, "CallStartTimeUTC") == "03/04/2026 05:05:59")
        #expect(text(answered, "CallEndTimeUTC") == "03/04/2026 05:07:07")
    }

    @Test(arguments: [("Missed", "Inbound"), ("notanswered", "Outbound"), ("Unanswered", "Outbound")])
    func `a call that nobody answered has no time of an answer`(type: String, direction: String) throws {
        let call = try run(.reportCall, set: ["CallType=\(type)"])
        #expect(text(call, "CallDirection") == direction && text(call, "Duration") == "00:00:00")
        #expect(call.inputs["CallEstablishedTimeUTC"] == nil && call.inputs["CallEndTimeUTC"] != nil)
    }

    /// Start and end at this distance in seconds, what is said of the duration, and what the duration is.
    @Test(arguments: [
        (90, "0:01:30", "00:01:30"), (98, "0:01:30", "00:01:30"), (40, "0:01:30", "00:01:30"), (90, nil, "00:01:30"),
        (300, nil, "00:01:30"), (5, nil, "00:00:05"), (5, "0", "00:00:00"),
    ])
    func `a duration that is set stays, whatever the times`(seconds: Int, duration: String?, expected: String) throws {
        let times = [
            "CallStartTimeUTC=2026-03-04T05:00:00Z",
            "CallEndTimeUTC=2026-03-04T05:0\(seconds / 60):\(seconds % 60 < 10 ? "0" : "")\(seconds % 60)Z",
        ]
        let call = try run(.reportCall, set: times + (duration.map { ["Duration=\($0)"] } ?? []))
        #expect(text(call, "Duration") == expected)
        #expect(text(call, "CallStartTimeUTC") == "03/04/2026 05:00:00")
        let missed = try run(
            .reportCall, set: times + ["CallType=Missed"] + (duration.map { ["Duration=\($0)"] } ?? []))
        #expect(text(missed, "Duration") == (duration == nil ? "00:00:00" : expected))
    }

    @Test func `a page is a number, and MaxLength is the PBX's`() throws {
        #expect(try run(.lookup, ["--number", "12"], set: ["page=3"]).inputs["Page"] == .integer(3))
        #expect(try run(.contacts, set: ["Page=0", "PageSize=50"]).inputs["PageSize"] == .integer(50))
        let cut = try run(.lookup, ["--number", "12"], set: ["MaxLength=6"])
        #expect(cut.maxLength == 6 && cut.inputs["MaxLength"] == nil)
        #expect(try run(.lookup, ["--number", "12"]).maxLength == nil)
        #expect(refusal(.lookup, ["--number", "12"], set: ["Page=x"]).contains("expected a whole number"))
        #expect(refusal(.lookup, ["--number", "12"], set: ["MaxLength=100"]).contains("from 0 to 99"))
    }

    @Test func `the direction alone makes an outbound call`() throws {
        #expect(text(try run(.reportCall, set: ["CallDirection=Outbound"]), "CallType") == "Outbound")
    }

    @Test func `a matched contact is set by its outputs`() throws {
        let call = try run(.reportCall, set: ["EntityId=7", "entitytype=Contacts", "Contact::ContactID=8"])
        #expect(text(call, "EntityId") == "7" && text(call, "EntityType") == "Contacts")
        #expect(text(call, "Contact::ContactID") == "8")
    }

    @Test func `a chat has messages and a customer`() throws {
        let chat = try run(.reportChat, set: ["ChatMessages=Customer: Hi\nAgent: Hello", "Name=Ann Example"])
        #expect(text(chat, "Email") == "customer@example.com" && chat.notes.count == 1)
        #expect(text(chat, "ChatMessages") == "Customer: Hi\nAgent: Hello" && text(chat, "Name") == "Ann Example")
        #expect(text(chat, "ChatStartTimeUTC") == "01/02/2026 03:02:35")
        #expect(try run(.reportChat, ["--number", "12"]).notes.isEmpty)
    }

    @Test(arguments: [
        ("CallType=Ringing", "--set CallType=…: expected Inbound, Outbound, Missed, Notanswered"),
        ("CallDirection=Sideways", "--set CallDirection=…: expected Inbound or Outbound"),
        ("Duration=ninety", "--set Duration=…: expected a length of time such as 0:01:30, 90 or 2m"),
        (
            "CallStartTimeUTC=noon",
            "--set CallStartTimeUTC=…: expected a time such as 2026-03-04T05:06:07Z or 2026-03-04 05:06"
        ),
        ("CallEndTimeUTCMillis=noon", "--set CallEndTimeUTCMillis=…: expected a whole number"),
    ])
    func `a value that cannot be is refused, and not repeated`(assignment: String, message: String) {
        #expect(refusal(.reportCall, set: [assignment]) == "nocli: \(message)")
    }

    @Test func `two times for one moment are refused`() {
        let both = ["CallStartTimeUTC=2026-03-04T05:06:07Z", "CallStartTimeLocal=2026-03-04 05:06:08"]
        #expect(refusal(.reportCall, set: both).contains("two different times"))
    }

    @Test func `a variable that looks like a slip of the finger is set all the same, and told`() throws {
        let call = try run(.reportCall, ["--number", "1"], set: ["Sumary=x"])
        #expect(text(call, "Sumary") == "x")
        #expect(call.notes == ["Sumary is no variable of this trigger; did you mean Summary?"])
    }

    @Test func `a call-flow lookup finds its scenario`() throws {
        let ids = [
            "LookupFromCFD_Contacts_LookupNumber", "LookupFromCFD_Leads_LookupNumber", "LookupFromCFD_Leads_LookupID",
            "LookupFromCFD_Contacts_LookupFreeQuery",
        ]
        let number = try run(.cfd, ["--number", "12"], scenarios: ids)
        #expect(number.trigger == .callFlow(id: ids[0]) && text(number, "Number") == "12")
        #expect(
            number.notes == [
                "LookupFromCFD_Contacts_LookupNumber is run; the template also has LookupFromCFD_Leads_LookupNumber: choose with --entity"
            ])
        let lead = try run(.cfd, ["--number", "12", "--entity", "Leads"], scenarios: ids)
        #expect(lead.trigger == .callFlow(id: ids[1]) && lead.notes.isEmpty)
        #expect(try run(.cfd, ["--entity-id", "7"], scenarios: ids).trigger == .callFlow(id: ids[2]))
        let query = try run(.cfd, ["--query", "Ann"], scenarios: ids)
        #expect(query.trigger == .callFlow(id: ids[3]) && text(query, "Query") == "Ann")
        let wrong = #expect(throws: CommandFailure.self) {
            try run(.cfd, ["--number", "12", "--entity", "Lead"], scenarios: ids)
        }
        #expect(wrong?.message.contains("no scenario LookupFromCFD_Lead_LookupNumber; did you mean Leads?") == true)
    }
}
