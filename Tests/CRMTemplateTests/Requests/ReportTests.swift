import CRMTemplate
import Platform
import Testing

@Suite struct ReportTests {
    // 4 March 2026, 16:05 in Vienna.
    private static let start = UnixTime(seconds: 1_772_636_700)
    private static let agent = ReportedAgent(
        extension: "101", firstName: "Ann", lastName: "Example", email: "ann@crm.test")

    private static func call(_ kind: CallReport.Kind = .inbound, talk: Int64? = 90) -> CallReport {
        CallReport(
            kind: kind, number: "+15550100", name: "Johnny Bravo", agent: agent, queueExtension: "800", started: start,
            established: talk.map { _ in start + .seconds(10) }, ended: start + .seconds(10 + (talk ?? 0)),
            contact: Contact([
                .init("EntityId", "7"), .init("EntityType", "Contacts"), .init("LastName", "Bravo"),
                .init("ContactID", "9"),
            ]), recordingURL: "https://pbx.test/r?a=1&b=\"2\"", transcription: "t", summary: "s", sentiment: "5")
    }

    private static func inputs(_ call: CallReport) throws -> RunInputs {
        call.inputs(
            culture: try #require(Culture("de-AT")), zone: try #require(CivilZone("Europe/Vienna")))
    }

    @Test func `A call's variables are those of the documentation`() throws {
        let inputs = try Self.inputs(Self.call())
        let texts: [(String, String)] = [
            ("CallType", "Inbound"), ("CallDirection", "Inbound"), ("Number", "+15550100"), ("Name", "Johnny Bravo"),
            ("EntityId", "7"), ("EntityType", "Contacts"), ("Agent", "101"), ("AgentFirstName", "Ann"),
            ("AgentLastName", "Example"), ("AgentEmail", "ann@crm.test"), ("QueueExtension", "800"),
            ("Duration", "00:01:30"), ("DurationTimespan", "00:01:30"), ("DateTime", "04.03.2026 16:05"),
            ("CallStartTimeLocal", "03/04/2026 16:05:00"), ("CallStartTimeUTC", "03/04/2026 15:05:00"),
            ("CallEndTimeLocal", "03/04/2026 16:06:40"), ("CallEndTimeUTC", "03/04/2026 15:06:40"),
            ("CallEstablishedTimeLocal", "03/04/2026 16:05:10"), ("CallEstablishedTimeUTC", "03/04/2026 15:05:10"),
            ("CallStartTimeUTCMillis", "1772636700000"), ("CallEstablishedTimeUTCMillis", "1772636710000"),
            ("CallEndTimeUTCMillis", "1772636800000"), ("DurationSeconds", "90"), ("DurationMinutes", "1"),
            ("RecordingUrl", "https://pbx.test/r?a=1&b=\"2\""),
            (
                "RecordingHyperLink",
                "<a href=\"https://pbx.test/r?a=1&amp;b=&quot;2&quot;\">https://pbx.test/r?a=1&amp;b=&quot;2&quot;</a>"
            ), ("Transcription", "t"), ("Summary", "s"), ("Sentiment", "5"), ("LineBreak", "\n"),
            ("Contact::EntityId", "7"), ("Contact::EntityType", "Contacts"), ("Contact::LastName", "Bravo"),
            ("Contact::ContactID", "9"),
        ]
        for (name, text) in texts {
            #expect(inputs[name]?.text() == text, "\(name)")
        }
        #expect(Set(inputs.values.keys) == Set(texts.map(\.0)))
        #expect(inputs["DurationTimespan"] == .span(TimeSpanValue(seconds: 90)))
    }

    @Test(arguments: [
        (CallReport.Kind.missed, "Missed", "Inbound"), (.notAnswered, "Notanswered", "Outbound"),
        (.outbound, "Outbound", "Outbound"),
    ])
    func `A call that was not answered has no time of an answer and no length`(
        kind: CallReport.Kind, type: String, direction: String
    ) throws {
        var call = Self.call(kind, talk: nil)
        call.contact = nil
        call.recordingURL = ""
        let inputs = try Self.inputs(call)
        #expect(inputs["CallType"] == .text(type))
        #expect(inputs["CallDirection"] == .text(direction))
        #expect(inputs["CallEstablishedTimeUTC"] == nil)
        #expect(inputs["CallEstablishedTimeUTCMillis"] == nil)
        #expect(inputs["Duration"] == .text("00:00:00"))
        #expect(inputs["EntityId"] == .text("") && inputs["EntityType"] == .text(""))
        #expect(inputs["RecordingHyperLink"] == .text(""))
        #expect(inputs.values.keys.allSatisfy { !$0.hasPrefix("Contact::") })
    }

    @Test(arguments: [
        ("Inbound", CallReport.Kind.inbound), ("OUTBOUND", .outbound), ("missed", .missed),
        ("Notanswered", .notAnswered), ("NotAnswered", .notAnswered), ("Unanswered", .notAnswered), ("", nil),
        ("Answered", nil), ("Inbound ", nil), ("Not answered", nil),
    ])
    func `Kinds of calls are read in any case, and Unanswered is accepted`(name: String, kind: CallReport.Kind?) {
        #expect(CallReport.Kind(name: name) == kind)
    }

    @Test(arguments: [
        (Int64(0), "00:00:00", Int64(0)), (59, "00:00:59", 0), (3_599, "00:59:59", 59), (3_600, "01:00:00", 60),
        (90_061, "25:01:01", 1_501), (360_000, "100:00:00", 6_000),
    ])
    func `Duration counts hours on after a day`(seconds: Int64, text: String, minutes: Int64) throws {
        let inputs = try Self.inputs(Self.call(talk: seconds))
        #expect(inputs["Duration"] == .text(text))
        #expect(inputs["DurationSeconds"] == .integer(seconds))
        #expect(inputs["DurationMinutes"] == .integer(minutes))
    }

    @Test func `Times at the ends of their range and out of order trap nowhere`() throws {
        var call = Self.call()
        for time in [Int64.min, -1, 0, Int64.max] {
            call.started = UnixTime(microseconds: time)
            for end in [Int64.min, 0, Int64.max] {
                call.ended = UnixTime(microseconds: end)
                call.established = UnixTime(microseconds: time)
                _ = try Self.inputs(call)
                #expect(call.talkTime >= .zero)
            }
        }
    }

    @Test func `A chat's variables are those of the documentation`() throws {
        let chat = ChatReport(
            number: "+15550100", email: "jb@crm.test", name: "Johnny Bravo", agent: Self.agent, queueExtension: "801",
            started: Self.start, ended: Self.start + .seconds(125), messages: "Ann: hi 👋\nJohnny: ok ©",
            contact: Contact([.init("EntityId", "7")]))
        let zone = try #require(CivilZone("Europe/Vienna"))
        let inputs = chat.inputs(culture: .invariant, zone: zone, supportsEmojis: false)
        let texts: [(String, String)] = [
            ("Number", "+15550100"), ("Email", "jb@crm.test"), ("Name", "Johnny Bravo"), ("Agent", "101"),
            ("AgentFirstName", "Ann"), ("AgentLastName", "Example"), ("AgentEmail", "ann@crm.test"),
            ("QueueExtension", "801"), ("EntityId", "7"), ("EntityType", ""), ("Contact::EntityId", "7"),
            ("ChatMessages", "Ann: hi \nJohnny: ok ©"), ("LineBreak", "\n"), ("Duration", "00:02:05"),
            ("DurationTimespan", "00:02:05"), ("DurationSeconds", "125"), ("DurationMinutes", "2"),
            ("DateTime", "03/04/2026 16:05"), ("ChatStartTimeLocal", "03/04/2026 16:05:00"),
            ("ChatStartTimeUTC", "03/04/2026 15:05:00"), ("ChatEndTimeLocal", "03/04/2026 16:07:05"),
            ("ChatEndTimeUTC", "03/04/2026 15:07:05"),
        ]
        for (name, text) in texts { #expect(inputs[name]?.text() == text, "\(name)") }
        #expect(Set(inputs.values.keys) == Set(texts.map(\.0)))
        let whole = chat.inputs(culture: .invariant, zone: zone, supportsEmojis: true)
        #expect(whole["ChatMessages"] == .text(chat.messages))
    }

    @Test func `Each trigger brings its own variables`() {
        #expect(
            RunInputs.lookup(number: "1", direction: .outbound).values
                == ["Number": .text("1"), "CallDirection": .text("Outbound")])
        #expect(RunInputs.email("a@crm.test").values == ["Email": .text("a@crm.test")])
        #expect(RunInputs.search("x").values == ["SearchText": .text("x")])
        #expect(RunInputs.page(2, size: 50).values == ["Page": .integer(2), "PageSize": .integer(50)])
        #expect(
            RunInputs.create(firstName: "A", lastName: "B", number: "1", email: "e", company: "C").values
                == [
                    "FirstName": .text("A"), "LastName": .text("B"), "Number": .text("1"), "Email": .text("e"),
                    "Company": .text("C"),
                ])
        #expect(
            RunInputs.callFlow(number: "1", entityID: "2", query: "3").values
                == ["Number": .text("1"), "EntityID": .text("2"), "Query": .text("3")])
    }
}
