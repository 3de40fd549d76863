import NumbersCore
import Platform
import Testing

@testable import CRMMiddleware

@Suite struct ContactSearchTests {
    fileprivate static let number = "+33142000000"
    private func status(_ answer: ContactAnswer) -> String { answer.rendered.status }

    // MARK: Who is asked

    @Test func `a contact is found by its number, however the CRM writes it`() async throws {
        let crm = FakeConnector(
            1, kind: .template, .contacts([.person("Durand", "(0)1 42 00 00 00"), .person("X", "0143000000")]))
        let fixture = SearchFixture([crm])
        let answer = try await fixture.find(Self.number)
        #expect(answer.contacts.map(\.lastName) == ["Durand"])
        #expect(answer.contacts[0].match == .exact && answer.contacts[0].connector == crm.id)
        #expect(status(answer) == "conn_0000000000000001;state=ok;ms=0")
        #expect(crm.queries == [fixture.query(Self.number)])
    }

    @Test func `without lookups nobody is asked, and the placeholder is answered`() async throws {
        let crm = FakeConnector(1, .contacts([.person("A", Self.number)]))
        let answer = try await SearchFixture([crm]) { $0.contactLookup = false }.find(Self.number)
        #expect(answer.contacts.map(\.isDummy) == [true] && crm.queries.isEmpty && status(answer).isEmpty)
    }

    @Test func `a connector without the feature is not asked`() async throws {
        let crm = FakeConnector(1, features: [.create, .calls], .contacts([.person("A", Self.number)]))
        let answer = try await SearchFixture([crm]).find(Self.number)
        #expect(answer.contacts.map(\.isDummy) == [true] && crm.queries.isEmpty)
    }

    @Test func `all connectors are asked at once`() async throws {
        let hanging = (1...8).map { FakeConnector(Int64($0), .hang) }
        let fixture = SearchFixture(hanging) { $0.lookupDeadlineMilliseconds = 100 }
        _ = try await fixture.find(Self.number, hanging: 8)
        // None has answered, so none was waited for before the next was asked.
        #expect(hanging.allSatisfy { $0.queries.count == 1 })
    }

    @Test func `a number without a digit is nobody's, and no connector is asked`() async throws {
        let crm = FakeConnector(1, .contacts([.person("A", "anonymous")]))
        let answer = try await SearchFixture([crm]).find("anonymous")
        #expect(answer.contacts.map(\.lastName) == ["anonymous"] && answer.contacts[0].isDummy)
        #expect(crm.queries.isEmpty)
    }

    @Test func `storage that cannot tell the connectors is not taken for nobody`() async throws {
        let fixture = SearchFixture(nil)
        await #expect(throws: SearchFixture.Unavailable.self) { try await fixture.find(Self.number) }
        #expect(fixture.search.metrics.unavailable.value == 1)
    }

    // MARK: Connectors that know without being asked

    @Test func `what a connector knows is answered without a question, and compared like any answer`() async throws {
        let book = FakeConnector(1, kind: .builtin, .hangForever)
        book.knows([.person("Other", "+33143000000"), .person("Known", "01 42 00 00 00")])
        let crm = FakeConnector(2, .contacts([.person("Asked", Self.number)]))
        let fixture = SearchFixture([book, crm])
        let answer = try await fixture.find(Self.number)
        #expect(answer.contacts.map(\.lastName) == ["Known", "Asked"] && book.queries.isEmpty)
        #expect(answer.contacts[0].match == .exact && answer.contacts[0].connector == book.id)
        #expect(status(answer) == "conn_0000000000000001;state=ok;ms=0, conn_0000000000000002;state=ok;ms=0")
        // And remembered like any answer.
        book.knows(nil)
        #expect(status(try await fixture.find(Self.number)).hasPrefix("conn_0000000000000001;state=cached;ms=0"))
        #expect(book.queries.isEmpty && fixture.search.load.flights == 0)
    }

    @Test func `where all connectors know that nobody has the number, nobody is waited for`() async throws {
        let book = FakeConnector(1, kind: .builtin, .hangForever)
        book.knows([])
        let fixture = SearchFixture([book])
        let answer = try await fixture.find(Self.number)
        #expect(answer.contacts.map(\.isDummy) == [true] && book.queries.isEmpty)
        #expect(status(answer) == "conn_0000000000000001;state=none;ms=0")
    }

    @Test func `what a connector knew before its contacts changed is not remembered`() async throws {
        let book = FakeConnector(1, kind: .builtin, .contacts([.person("New", Self.number)]))
        book.knows([])
        let fixture = SearchFixture([book])
        _ = try await fixture.find(Self.number)
        book.knows(nil)
        fixture.search.builtinContactsChanged(fixture.workspace.id)
        #expect(try await fixture.names(Self.number) == ["New"])
    }

    // MARK: Connectors that do not do as they should

    @Test(
        arguments: [
            (.hang, "timeout"), (.hangForever, "timeout"), (.slow(.seconds(3_600), []), "timeout"),
            (.failure(ConnectorFailure(code: "http-500", message: "")), "failed;code=http-500"),
            (.failure(ConnectorFailure(code: "timeout", message: "")), "timeout"),
            (.failure(ConnectorFailure(code: "a b;c\r\nX: y", message: "")), "failed;code=a-b-c-----y"),
            (.failure(ConnectorFailure(code: "", message: "")), "failed;code=unknown"),
        ] as [(FakeConnector.Answer, String)])
    func `a connector that fails or hangs costs its own answer and nothing else`(
        _ fault: FakeConnector.Answer, _ state: String
    ) async throws {
        let bad = FakeConnector(1, fault)
        let good = FakeConnector(2, .contacts([.person("Good", Self.number)]))
        let fixture = SearchFixture([bad, good]) { $0.lookupDeadlineMilliseconds = 100 }
        let answer: ContactAnswer
        if case .failure = fault {
            answer = try await fixture.find(Self.number)
        } else {
            // What is written down was handed over before.
            answer = try await fixture.find(Self.number, hanging: 1) { !fixture.store.changes.isEmpty }
        }
        #expect(answer.contacts.map(\.lastName) == ["Good"])
        let parts = status(answer).split(separator: ", ").map(String.init)
        #expect(parts.count == 2 && parts[0].hasPrefix("conn_0000000000000001;state=\(state);ms="))
        #expect(parts[1].hasPrefix("conn_0000000000000002;state=ok;ms="))
    }

    @Test func `with nobody but hanging connectors the placeholder comes at the deadline`() async throws {
        let fixture = SearchFixture([FakeConnector(1, .hang)]) { $0.lookupDeadlineMilliseconds = 60 }
        async let answer = fixture.find(Self.number)
        #expect(await eventually { fixture.held.sleepers == 1 })
        fixture.held.advance(.milliseconds(60) - .nanoseconds(1))
        #expect(fixture.held.sleepers == 1)
        fixture.held.advance(.nanoseconds(1))
        #expect(try await answer.contacts.map(\.isDummy) == [true])
    }

    @Test func `an answer after the deadline is there for the next call`() async throws {
        let crm = FakeConnector(1, .held([.person("Late", Self.number)]))
        let fixture = SearchFixture([crm]) { $0.lookupDeadlineMilliseconds = 50 }
        #expect(try await fixture.find(Self.number, hanging: 1).contacts[0].isDummy)
        crm.release()
        #expect(await eventually { fixture.search.load.flights == 0 })
        let answer = try await fixture.find(Self.number)
        #expect(answer.contacts.map(\.lastName) == ["Late"] && crm.queries.count == 1)
        #expect(status(answer) == "conn_0000000000000001;state=cached;ms=0")
    }

    @Test func `of questions that nobody waits for only a few go on, the others are cancelled`() async throws {
        let crm = FakeConnector(1, .hang)
        let fixture = SearchFixture([crm]) { $0.lookupDeadlineMilliseconds = 50 }
        for index in 0..<6 { _ = try await fixture.find("+3314200000\(index)", hanging: min(index, 4) + 1) }
        #expect(fixture.search.load.flights == 4)
        #expect(await eventually { crm.cancelled == 2 })
    }

    @Test func `a question that outlives every bound does not block the number for ever`() async throws {
        let crm = FakeConnector(1, .hangForever)
        let fixture = SearchFixture([crm]) { $0.lookupDeadlineMilliseconds = 50 }
        _ = try await fixture.find(Self.number, hanging: 1)
        crm.answer(.contacts([.person("Back", Self.number)]))
        // Still joined to the one that hangs.
        #expect(try await fixture.find(Self.number, hanging: 1).contacts[0].isDummy)
        fixture.held.advance(.seconds(10))
        #expect(try await fixture.names(Self.number) == ["Back"])
    }

    @Test func `more questions than a workspace may have under way are refused, not queued`() async throws {
        var limits = ContactIndex.Limits()
        limits.flightsPerWorkspace = 2
        limits.stragglersPerConnector = 2
        let fixture = SearchFixture([FakeConnector(1, .hang)], limits: limits) { $0.lookupDeadlineMilliseconds = 50 }
        for index in 0..<2 { _ = try await fixture.find("+3314200000\(index)", hanging: index + 1) }
        let answer = try await fixture.find("+33142000009")
        #expect(status(answer) == "conn_0000000000000001;state=failed;code=overloaded;ms=0")
        #expect(fixture.search.metrics.refused.value == 1)
    }

    @Test func `the same number asked twice at a time is one question`() async throws {
        let crm = FakeConnector(1, .slow(.milliseconds(80), [.person("One", Self.number)]))
        let fixture = SearchFixture([crm])
        async let first = fixture.names(Self.number)
        async let second = fixture.names("01 42 00 00 00")
        let both = try await (first, second)
        #expect(both.0 == ["One"] && both.1 == ["One"] && crm.queries.count == 1)
    }

    // MARK: Stages

    @Test func `the paid source is asked only when nobody else knows`() async throws {
        let crm = FakeConnector(1, .contacts([.person("Known", Self.number)]))
        let paid = FakeConnector(2, kind: .numbers, .contacts([.person("Paid")]))
        let fixture = SearchFixture([paid, crm])
        #expect(try await fixture.names(Self.number) == ["Known"] && paid.queries.isEmpty)
        #expect(try await fixture.names("+33142000009") == ["Paid"] && paid.queries.count == 1)
        #expect(try await fixture.find("+33142000009").contacts[0].match == .exact)
    }

    @Test(arguments: ["101", nil] as [String?])
    func `the paid source is not asked for extensions and addresses`(_ number: String?) async throws {
        let paid = FakeConnector(2, kind: .numbers, .contacts([.person("Paid")]))
        let answer = try await SearchFixture([paid]).find(number, email: number == nil ? "a@b.example" : nil)
        #expect(answer.contacts.map(\.isDummy) == [true] && paid.queries.isEmpty)
    }

    @Test func `the paid source gets what is left of the deadline`() async throws {
        let crm = FakeConnector(1, .hang)
        let paid = FakeConnector(2, kind: .numbers, .contacts([.person("Paid")]))
        let fixture = SearchFixture([crm, paid]) { $0.lookupDeadlineMilliseconds = 60 }
        let fixed = fixture.held
        async let answer = fixture.find(Self.number)
        // The held clock says that the time is over when the first stage ends.
        #expect(await eventually { !crm.queries.isEmpty })
        fixed.advance(.milliseconds(60))
        #expect(try await answer.contacts[0].isDummy && paid.queries.isEmpty)
        #expect(status(try await answer).contains("conn_0000000000000002;state=timeout"))
    }

    @Test func `the paid source is asked once a day`() async throws {
        let paid = FakeConnector(2, kind: .numbers, .contacts([.person("Paid")]))
        let fixture = SearchFixture([paid])
        for _ in 0..<5 {
            #expect(try await fixture.names(Self.number) == ["Paid"])
            fixture.held.advance(.seconds(5 * 3_600 - 1))
        }
        #expect(paid.queries.count == 1)
        #expect(try await fixture.names(Self.number) == ["Paid"] && paid.queries.count == 2)
    }

    @Test func `the pattern comes last before the placeholder, with exactly one contact`() async throws {
        let crm = FakeConnector(1, .contacts([.person("Known", Self.number)]))
        var first = CRMContact()
        first.lastName = "Ann"
        first.entityURL = "https://crm.example/33142000009"
        let pattern = FakeConnector(2, kind: .url, .contacts([first, .person("Second")]))
        let fixture = SearchFixture([pattern, crm])
        #expect(try await fixture.names(Self.number) == ["Known"] && pattern.queries.isEmpty)
        let answer = try await fixture.find("+33142000009", name: "Ann")
        #expect(answer.contacts.map(\.lastName) == ["Ann"] && answer.contacts[0].match == nil)
        #expect(pattern.queries == [fixture.query("+33142000009", name: "Ann")])
        // Another name, another contact: nothing of it is kept but under its own text.
        _ = try await fixture.find("+33142000009", name: "Bob")
        #expect(pattern.queries.count == 2)
    }

    // MARK: The placeholder

    @Test(
        arguments: [
            ("+33142000009", nil, "Ann", "Ann", "+33142000009"),
            ("01 42 00 00 09", nil, nil, "01 42 00 00 09", "01 42 00 00 09"),
            (nil, "a@b.example", nil, "a@b.example", nil), ("101", "a@b.example", nil, "101", "101"),
            ("anonymous", nil, nil, "anonymous", "anonymous"),
        ] as [(String?, String?, String?, String, String?)])
    func `the placeholder has the name or the number as given`(
        _ number: String?, _ email: String?, _ name: String?, _ lastName: String, _ phone: String?
    ) async throws {
        let fixture = SearchFixture([]) { $0.dummyURL = "https://crm.example/new" }
        let answer = try await fixture.find(number, email: email, name: name, as: "text")
        var expected = CRMContact()
        expected.isDummy = true
        expected.lastName = lastName
        if let phone { expected.lines = [.phoneBusiness1: phone] }
        expected.entityURL = "https://crm.example/new"
        #expect(answer.contacts == [expected])
        #expect(fixture.search.remembered("text", workspace: fixture.workspace, now: fixture.held.now) == nil)
        await fixture.journal.flush()
        #expect(fixture.store.changes.isEmpty)
    }

    @Test func `a workspace can do without the placeholder`() async throws {
        #expect(try await SearchFixture([]) { $0.dummy = false }.find(Self.number).contacts.isEmpty)
    }

    // MARK: Order

    @Test func `exact before suffix, priority, persons before companies, the CRM's own order`() async throws {
        let first = FakeConnector(
            1,
            .contacts([
                .person("Suffix", "+49142000000", entity: "s"), .company("Company", Self.number),
                .person("First", Self.number, entity: "a"), .person("Second", "0142000000", entity: "b"),
            ]))
        let second = FakeConnector(2, .contacts([.person("Other", Self.number, entity: "o")]))
        let fixture = SearchFixture([first, second]) { $0.suffixDigits = 8 }
        #expect(try await fixture.names(Self.number) == ["First", "Second", "Company", "Other", "Suffix"])
        #expect(try await fixture.find(Self.number).contacts.map(\.match) == [.exact, .exact, .exact, .exact, .suffix])
    }

    @Test func `the contact of the last call is first, from its call on`() async throws {
        let people = ["A", "B", "C"].map { CRMContact.person($0, Self.number) }
        let fixture = SearchFixture([FakeConnector(1, .contacts(people))])
        #expect(try await fixture.find(Self.number, as: "q").contacts.map(\.lastName) == ["A", "B", "C"])
        #expect(fixture.search.remembered("q", workspace: fixture.workspace, now: fixture.held.now) != nil)
        let number = PartyNumber(Self.number, country: nil, plan: .builtIn)
        fixture.search.callSaved(number, workspace: fixture.workspace.id, contact: people[2].id)
        #expect(fixture.search.remembered("q", workspace: fixture.workspace, now: fixture.held.now) == nil)
        #expect(try await fixture.names(Self.number) == ["C", "A", "B"])
        fixture.held.advance(.seconds(1))
        fixture.search.callSaved(number, workspace: fixture.workspace.id, contact: people[1].id)
        #expect(try await fixture.names(Self.number) == ["B", "C", "A"])
    }

    @Test(arguments: [(9, 9), (10, 10), (11, 10), (50, 10), (1_000, 10)])
    func `at most ten contacts are answered`(_ count: Int, _ expected: Int) async throws {
        let people = (0..<count).map { CRMContact.person("P\($0)", Self.number) }
        #expect(try await SearchFixture([FakeConnector(1, .contacts(people))]).names(Self.number).count == expected)
    }

    @Test func `one record is answered once, two connectors' records are two`() async throws {
        let twice = [CRMContact.person("A", Self.number, entity: "1"), .person("A", Self.number, entity: "1")]
        var account = CRMContact.person("A", Self.number, entity: "1")
        account.entityType = "account"
        let fixture = SearchFixture([
            FakeConnector(1, .contacts(twice + [account])), FakeConnector(2, .contacts(twice)),
        ])
        #expect(try await fixture.names(Self.number) == ["A", "A", "A"])
    }

    @Test func `number and address give the union, the number's first`() async throws {
        let byBoth = CRMContact.person("Both", Self.number, email: "a@b.example")
        let byEmail = CRMContact.person("Mail", "0143000000", email: "A@B.example")
        let fixture = SearchFixture([FakeConnector(1, .contacts([byEmail, byBoth]))])
        #expect(try await fixture.names(Self.number, email: "a@b.example") == ["Both", "Mail"])
        #expect(try await fixture.names(nil, email: "a@b.example") == ["Mail", "Both"])
        #expect(try await fixture.names(Self.number) == ["Both"])
    }

    // MARK: The index

    @Test func `a repeated caller is answered from memory for a minute, then answered and asked for at once`()
        async throws
    {
        let crm = FakeConnector(1, .contacts([.person("Old", Self.number)]))
        let fixture = SearchFixture([crm])
        _ = try await fixture.find(Self.number)
        fixture.held.advance(.milliseconds(59_999))
        guard
            case .ready(.answered(let fresh)) = fixture.search.search(
                fixture.query(Self.number), as: nil, workspace: fixture.workspace, start: fixture.held.now)
        else { return #expect(Bool(false), "not in memory") }
        #expect(status(fresh).contains("state=cached") && crm.queries.count == 1)
        crm.answer(.contacts([.person("New", Self.number)]))
        fixture.held.advance(.milliseconds(1))
        let stale = try await fixture.find(Self.number)
        #expect(stale.contacts[0].lastName == "Old" && status(stale).contains("state=stale"))
        #expect(await eventually { crm.queries.count == 2 && fixture.search.load.flights == 0 })
        #expect(try await fixture.names(Self.number) == ["New"] && crm.queries.count == 2)
    }

    @Test func `a stale answer is good for a day and asked for anew once, not once for each caller`() async throws {
        let crm = FakeConnector(1, .contacts([.person("Old", Self.number)]))
        let fixture = SearchFixture([crm])
        _ = try await fixture.find(Self.number)
        crm.answer(.failure(ConnectorFailure(code: "http-500", message: "")))
        fixture.held.advance(.seconds(24 * 3_600) - .nanoseconds(1))
        for _ in 0..<3 { #expect(try await fixture.names(Self.number) == ["Old"]) }
        #expect(await eventually { fixture.search.load.flights == 0 } && crm.queries.count == 2)
        fixture.held.advance(.nanoseconds(1))
        #expect(try await fixture.find(Self.number).contacts[0].isDummy && crm.queries.count == 3)
    }

    @Test func `nobody is believed for a quarter of a minute and never answered stale`() async throws {
        let crm = FakeConnector(1, .contacts([]))
        let fixture = SearchFixture([crm])
        _ = try await fixture.find(Self.number)
        crm.answer(.contacts([.person("Now", Self.number)]))
        fixture.held.advance(.seconds(15) - .nanoseconds(1))
        #expect(try await fixture.find(Self.number).contacts[0].isDummy && crm.queries.count == 1)
        fixture.held.advance(.nanoseconds(1))
        #expect(try await fixture.names(Self.number) == ["Now"])
    }

    @Test func `a failure is not remembered as nobody`() async throws {
        let crm = FakeConnector(1, .failure(ConnectorFailure(code: "http-500", message: "")))
        let fixture = SearchFixture([crm]) { $0.dummy = false }
        #expect(try await fixture.find(Self.number, as: "q").contacts.isEmpty)
        #expect(fixture.search.remembered("q", workspace: fixture.workspace, now: fixture.held.now) == nil)
        crm.answer(.contacts([.person("Now", Self.number)]))
        #expect(try await fixture.names(Self.number) == ["Now"])
    }

    @Test func `what was seen before a restart is answered at once`() async throws {
        let crm = FakeConnector(1, .hang)
        let fixture = SearchFixture([crm]) { $0.lookupDeadlineMilliseconds = 50 }
        func seen(_ number: String, rules: String = "FR 0", ago: Duration) {
            fixture.store.put(
                SeenContacts(
                    workspace: fixture.workspace.id, connector: crm.id, key: .number(number),
                    rules: AnswerRules(stored: rules),
                    contacts: [.person("Seen", number)], at: HeldClock.wallStart - ago))
        }
        seen("+33142000001", ago: .seconds(59))
        seen("+33142000002", ago: .seconds(3_600))
        seen("+33142000003", ago: .seconds(24 * 3_600))
        seen("+33142000004", rules: "DE 0", ago: .seconds(1))
        #expect(status(try await fixture.find("+33142000001")).contains("state=cached"))
        // The second one is asked for anew meanwhile.
        #expect(status(try await fixture.find("+33142000002")).contains("state=stale"))
        #expect(status(try await fixture.find("+33142000003", hanging: 2)).contains("state=timeout"))
        #expect(status(try await fixture.find("+33142000004", hanging: 3)).contains("state=timeout"))
    }

    @Test func `what storage said counts also when something changed while it was read`() async throws {
        let paid = FakeConnector(1, kind: .numbers, .contacts([.person("Bought", Self.number)]))
        let fixture = SearchFixture([paid])
        fixture.store.put(
            SeenContacts(
                workspace: fixture.workspace.id, connector: paid.id, key: .number(Self.number),
                rules: AnswerRules(boughtFrom: "https://numbers.test"), contacts: [.person("Seen", Self.number)],
                at: HeldClock.wallStart - .seconds(60)))
        // As it is when a server has just started and takes its first look at the feed of changes.
        fixture.store.once { [search = fixture.search] in search.forgetAll() }
        #expect(try await fixture.names(Self.number) == ["Seen"])
        #expect(paid.queries.isEmpty)
    }

    @Test func `the end waits for what is being written`() async throws {
        let fixture = SearchFixture([FakeConnector(1, .contacts([.person("A", Self.number)]))])
        fixture.store.setWriting(.milliseconds(200))
        _ = try await fixture.find(Self.number)
        // The journal has taken the changes by itself, and writes them.
        #expect(await eventually { fixture.store.writes == 1 })
        await fixture.journal.flush()
        #expect(fixture.store.changes.count == 2)
    }

    @Test func `storage is not asked about keys that it has nothing of`() async throws {
        let fixture = SearchFixture([FakeConnector(1, .contacts([]))])
        fixture.store.put(
            SeenContacts(
                workspace: fixture.workspace.id, connector: ConnectorID(value: 1), key: .number("+33142000001"),
                rules: AnswerRules(stored: "FR 0"), contacts: [.person("Seen", "+33142000001")], at: HeldClock.wallStart
            ))
        _ = try await fixture.find("+33142000099")
        // Which keys it has is read behind the first search.
        #expect(await eventually { fixture.search.index.knowsStored(fixture.workspace.id) })
        let reads = fixture.store.reads
        for last in 10..<60 { _ = try await fixture.find("+331420000\(last)") }
        #expect(fixture.store.reads <= reads + 5)
        #expect(fixture.store.keyReads == 1)
        // What it has is still answered.
        #expect(status(try await fixture.find("+33142000001")).contains("state=cached"))
        #expect(fixture.store.reads > reads)
    }

    @Test func `what is stored while it is read what is stored is asked for, too, also when memory has lost it`()
        async throws
    {
        let person = CRMContact.person("A", Self.number)
        let limits = ContactIndex.Limits(keysPerWorkspace: 4)
        let fixture = SearchFixture([FakeConnector(1, .contacts([person]))], limits: limits)
        let (index, id) = (fixture.search.index, fixture.workspace.id)
        #expect(index.beginsReadingStored(id, now: fixture.held.now, interval: .seconds(10)))
        // Not by two at once, and not again too soon.
        #expect(!index.beginsReadingStored(id, now: fixture.held.now + .seconds(60), interval: .seconds(10)))
        _ = try await fixture.find(Self.number)
        index.keep(stored: [.number("+33142000001")], workspace: id)
        for last in 10..<30 { _ = index.unloaded([.number("+331420000\(last)")], workspace: id) }
        #expect(index.unloaded([.number(Self.number)], workspace: id) == [.number(Self.number)])
        #expect(index.unloaded([.number("+33142000001")], workspace: id) == [.number("+33142000001")])
        #expect(!index.beginsReadingStored(id, now: fixture.held.now + .seconds(60), interval: .seconds(10)))
    }

    @Test func `stored keys that cannot be read are tried again later, and storage is asked meanwhile`() {
        let index = ContactIndex(limits: ContactIndex.Limits())
        let id = WorkspaceID(value: 7)
        let start = MonotonicTime(nanoseconds: 1_000_000_000_000)
        #expect(index.beginsReadingStored(id, now: start, interval: .seconds(10)))
        index.keep(stored: nil, workspace: id)
        #expect(index.unloaded([.number(Self.number)], workspace: id) == [.number(Self.number)])
        #expect(!index.beginsReadingStored(id, now: start + .seconds(10) - .nanoseconds(1), interval: .seconds(10)))
        #expect(index.beginsReadingStored(id, now: start + .seconds(10), interval: .seconds(10)))
        index.keep(stored: [], workspace: id)
        #expect(index.unloaded([.number("+33142000001")], workspace: id) == [])
        // Anything may have changed: nothing is known any more.
        index.forgetAll()
        #expect(index.unloaded([.number("+33142000002")], workspace: id) == [.number("+33142000002")])
    }

    @Test func `a search on an executor of its own asks connectors there`() async throws {
        let crm = FakeConnector(1, .contacts([.person("A", Self.number)]))
        let other = FakeConnector(2, .slow(.milliseconds(1), [.person("B", Self.number)]))
        let fixture = SearchFixture([crm, other])
        let executor = CountingExecutor()
        let names = try await withTaskExecutorPreference(executor) { try await fixture.names(Self.number) }
        #expect(names.sorted() == ["A", "B"])
        // The slow one came back there, although the task of its question was nobody's child.
        #expect(executor.jobs >= 2)
    }

    @Test func `storage that is down costs only the memory of earlier runs`() async throws {
        let crm = FakeConnector(1, .contacts([.person("A", Self.number), .person("B", Self.number)]))
        let fixture = SearchFixture([crm])
        fixture.store.setDown(true)
        #expect(try await fixture.names(Self.number) == ["A", "B"])
        await fixture.journal.flush()
        #expect(fixture.journal.lost.value > 0)
    }

    @Test func `what was seen and shown is written down, the built-in book's own answers are not`() async throws {
        let person = CRMContact.person("A", Self.number)
        let fixture = SearchFixture([FakeConnector(1, .contacts([person]))])
        _ = try await fixture.find(Self.number)
        await fixture.journal.flush()
        let id = try #require(person.id)
        #expect(await eventually { fixture.store.changes.count == 2 })
        #expect(
            fixture.store.changes.contains(
                .shown(fixture.workspace.id, number: Self.number, contact: id, at: HeldClock.wallStart)))
        let builtin = SearchFixture([FakeConnector(1, kind: .builtin, .contacts([person]))])
        _ = try await builtin.find(Self.number)
        #expect(await eventually { builtin.search.load.flights == 0 })
        await builtin.journal.flush()
        #expect(builtin.store.changes.count == 1)
    }

    // MARK: Forgetting

    enum Change: CaseIterable {
        case contact, connectors, settings, book, all, other, otherWorkspace

        func happen(to fixture: SearchFixture) {
            let (search, id) = (fixture.search, fixture.workspace.id)
            switch self {
            case .contact: search.contactChanged([.number(ContactSearchTests.number)], workspace: id)
            case .connectors: search.connectorsChanged(id)
            case .settings: search.settingsChanged(id)
            case .book: search.builtinContactsChanged(id)
            case .all: search.forgetAll()
            case .other: search.contactChanged([.number("+33142000009"), .email("a@b.example")], workspace: id)
            case .otherWorkspace: search.connectorsChanged(WorkspaceID(value: 8))
            }
        }
    }

    @Test func `a change is followed by a new question, another workspace's is not`() async throws {
        for change in Change.allCases {
            let crm = FakeConnector(1, kind: .builtin, .contacts([.person("A", Self.number)]))
            let fixture = SearchFixture([crm])
            _ = try await fixture.find(Self.number, as: "q")
            #expect(fixture.search.remembered("q", workspace: fixture.workspace, now: fixture.held.now) != nil)
            change.happen(to: fixture)
            let isKept = change == .other || change == .otherWorkspace
            let isRemembered =
                fixture.search.remembered("q", workspace: fixture.workspace, now: fixture.held.now) != nil
            #expect(isRemembered == isKept, "\(change)")
            _ = try await fixture.find(Self.number)
            // Settings decide what is made of the answers, which are still true.
            #expect(crm.queries.count == (isKept || change == .settings ? 1 : 2), "\(change)")
        }
    }

    @Test(arguments: Change.allCases)
    func `what was bought is not bought again, whatever changes`(_ change: Change) async throws {
        let crm = FakeConnector(1, .contacts([]))
        let paid = FakeConnector(2, kind: .numbers, .contacts([.person("Paid")]))
        let fixture = SearchFixture([crm, paid])
        #expect(try await fixture.names(Self.number) == ["Paid"])
        change.happen(to: fixture)
        #expect(try await fixture.names(Self.number) == ["Paid"])
        #expect(paid.queries.count == 1)
        // A CRM that knows the number by now comes first all the same.
        fixture.held.advance(.seconds(16))
        crm.answer(.contacts([.person("Known", Self.number)]))
        #expect(try await fixture.names(Self.number) == ["Known"])
    }

    @Test(arguments: Change.allCases)
    func `what is being bought while something changes is bought once`(_ change: Change) async throws {
        let paid = FakeConnector(1, kind: .numbers, .held([.person("Paid")]))
        let fixture = SearchFixture([paid])
        async let first = fixture.names(Self.number)
        #expect(await eventually { !paid.queries.isEmpty })
        change.happen(to: fixture)
        async let second = fixture.names(Self.number)
        try await Task.sleep(for: .milliseconds(20))
        paid.release()
        #expect(try await first == ["Paid"])
        #expect(try await second == ["Paid"])
        #expect(try await fixture.names(Self.number) == ["Paid"])
        #expect(paid.queries.count == 1)
    }

    @Test func `another seller is asked anew, the same one with another key is not`() async throws {
        for (seller, asked) in [("https://numbers.test", 0), ("https://other.test", 1)] {
            let paid = FakeConnector(1, kind: .numbers, from: seller, .contacts([.person("New")]))
            let fixture = SearchFixture([paid])
            fixture.store.put(
                SeenContacts(
                    workspace: fixture.workspace.id, connector: paid.id, key: .number(Self.number),
                    rules: AnswerRules(boughtFrom: "https://numbers.test"), contacts: [.person("Old", Self.number)],
                    at: HeldClock.wallStart - .seconds(60)))
            #expect(try await fixture.names(Self.number) == [asked == 0 ? "Old" : "New"])
            #expect(paid.queries.count == asked)
        }
    }

    @Test func `what was asked before a change and answered after it is not kept`() async throws {
        let crm = FakeConnector(1, .held([.person("Old", Self.number)]))
        let fixture = SearchFixture([crm])
        async let first = fixture.find(Self.number, as: "q")
        #expect(await eventually { !crm.queries.isEmpty })
        fixture.search.contactChanged([.number(Self.number)], workspace: fixture.workspace.id)
        crm.release()
        #expect(try await first.contacts[0].lastName == "Old")
        crm.answer(.contacts([.person("New", Self.number)]))
        #expect(fixture.search.remembered("q", workspace: fixture.workspace, now: fixture.held.now) == nil)
        #expect(try await fixture.names(Self.number) == ["New"])
    }

    @Test(arguments: [true, false])
    func `who asks after a change does not get what was asked before it`(_ isOfConnectors: Bool) async throws {
        let crm = FakeConnector(1, .held([.person("Old", Self.number)]))
        let fixture = SearchFixture([crm])
        async let first = fixture.find(Self.number, as: "q")
        #expect(await eventually { !crm.queries.isEmpty })
        crm.answer(.contacts([.person("New", Self.number)]))
        if isOfConnectors {
            fixture.search.connectorsChanged(fixture.workspace.id)
        } else {
            fixture.search.contactChanged([.number(Self.number)], workspace: fixture.workspace.id)
        }
        #expect(try await fixture.names(Self.number) == ["New"])
        crm.release()
        #expect(try await first.contacts[0].lastName == "Old")
        // The key is known again, but not since before the first one asked.
        #expect(fixture.search.remembered("q", workspace: fixture.workspace, now: fixture.held.now) == nil)
        #expect(try await fixture.names(Self.number) == ["New"] && crm.queries.count == 2)
    }

    @Test func `workspaces share nothing`() async throws {
        let crm = FakeConnector(1, .contacts([.person("A", Self.number)]))
        let fixture = SearchFixture([crm])
        _ = try await fixture.find(Self.number, as: "q")
        let other = Workspace(
            id: WorkspaceID(value: 8), name: "V", settings: fixture.workspace.settings,
            createdAt: fixture.workspace.createdAt)
        #expect(fixture.search.remembered("q", workspace: other, now: fixture.held.now) == nil)
        let number = PartyNumber(Self.number, country: nil, plan: .builtIn)
        #expect(fixture.search.shown(for: number, workspace: fixture.workspace.id) != nil)
        #expect(fixture.search.shown(for: number, workspace: other.id) == nil)
        let answer = fixture.search.search(
            fixture.query(Self.number), as: nil, workspace: other, start: fixture.held.now)
        guard case .pending = answer else { return #expect(Bool(false), "answered from another workspace's memory") }
    }

    // MARK: Bounds

    @Test func `what is remembered stays within its bounds, and one workspace does not push out another`() async throws
    {
        var limits = ContactIndex.Limits()
        limits.bytesPerWorkspace = 64 << 10
        limits.bytes = 128 << 10
        let crm = FakeConnector(1, kind: .builtin, .contacts([]))
        let fixture = SearchFixture([crm], limits: limits) { $0.dummy = false }
        let quiet = Workspace(
            id: WorkspaceID(value: 8), name: "V", settings: fixture.workspace.settings,
            createdAt: fixture.workspace.createdAt)
        _ = await fixture.search.search(
            fixture.query(Self.number), as: "q", workspace: quiet, start: fixture.held.now
        ).value
        for index in 0..<2_000 {
            _ = try await fixture.find("+331420\(10_000 + index)", as: "q\(index)")
            #expect(fixture.search.load.bytes <= limits.bytes)
        }
        #expect(fixture.search.remembered("q", workspace: quiet, now: fixture.held.now) != nil)
        #expect(fixture.search.remembered("q1999", workspace: fixture.workspace, now: fixture.held.now) != nil)
        #expect(fixture.search.remembered("q0", workspace: fixture.workspace, now: fixture.held.now) == nil)
    }
}

/// Runs jobs where all tasks run, and counts them.
private final class CountingExecutor: TaskExecutor {
    private let count = Monitor(0)
    var jobs: Int { count.withLock { $0 } }

    func enqueue(_ job: consuming ExecutorJob) {
        count.withLock { $0 += 1 }
        let job = UnownedJob(job)
        Task.detached { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
