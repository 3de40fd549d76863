import NumbersCore
import Platform
import Synchronization
import Testing

@testable import CRMMiddleware

@Suite struct ContactCreationTests {
    /// Contacts made, in memory.
    private final class FakeCreations: ContactCreationStore {
        private struct Row {
            let workspace: WorkspaceID
            let key: String
            let contact: CRMContact
            let at: UnixTime
        }
        private struct State {
            var rows: [Row] = []
            var forgotten: [ContactKey] = []
            var isDown = false
        }
        private let state = Mutex(State())
        func setDown() { state.withLock { $0.isDown = true } }
        var forgotten: [ContactKey] { state.withLock { $0.forgotten } }

        func created(
            _ key: String, workspace: WorkspaceID, since: UnixTime, deadline: MonotonicTime
        ) async -> Result<CRMContact?, StorageUnavailable> {
            state.withLock { state in
                if state.isDown { return .failure(StorageUnavailable()) }
                return .success(
                    state.rows.last { $0.workspace == workspace && $0.key == key && $0.at > since }?.contact)
            }
        }

        func record(
            _ contact: CRMContact, key: String, workspace: WorkspaceID, forgetting keys: [ContactKey], at: UnixTime,
            deadline: MonotonicTime
        ) async -> Result<Void, StorageUnavailable> {
            state.withLock { state in
                state.rows.append(Row(workspace: workspace, key: key, contact: contact, at: at))
                state.forgotten += keys
            }
            return .success(())
        }
    }

    private static let number = "+33142000000"
    private let store = FakeCreations()

    private func fixture(
        _ connectors: [any Connector]?, _ change: (inout WorkspaceSettings) -> Void = { _ in }
    ) -> (SearchFixture, ContactCreation) {
        let fixture = SearchFixture(connectors, change)
        return (fixture, creation(fixture))
    }

    private func creation(_ fixture: SearchFixture) -> ContactCreation {
        ContactCreation(search: fixture.search, source: fixture.source, store: store, clock: fixture.held.clock)
    }

    private func draft(_ name: String, _ number: String? = number) -> ContactDraft {
        var draft = ContactDraft(lastName: name)
        draft.phone = number.map { PartyNumber($0, country: Region("FR"), plan: .builtIn) }
        return draft
    }

    private static let failure = ConnectorFailure(code: "http-500", message: "secret body")

    @Test func `the first connector that can makes it, and no other does`() async throws {
        let none = FakeConnector(1, features: [.lookup])
        let bad = FakeConnector(2)
        bad.creates(.failure(Self.failure))
        let good = FakeConnector(3)
        good.creates(.success(.person("Martin", Self.number)))
        let last = FakeConnector(4)
        let (fixture, creation) = fixture([none, bad, good, last])
        let outcome = await creation.create(draft("Martin"), workspace: fixture.workspace, start: fixture.held.now)
        var expected = CRMContact.person("Martin", Self.number)
        expected.connector = good.id
        #expect(outcome == .created(expected))
        #expect(none.drafts.isEmpty && bad.drafts.count == 1 && good.drafts.count == 1 && last.drafts.isEmpty)
        #expect(fixture.search.metrics.created.value == 1)
    }

    @Test func `what no connector makes is refused, with their words and no others`() async throws {
        let (off, first) = fixture([FakeConnector(1)]) { $0.contactCreation = false }
        #expect(
            await first.create(draft("A"), workspace: off.workspace, start: off.held.now)
                == .refused("Contact creation is switched off for this workspace."))
        let (none, second) = fixture([FakeConnector(1, features: [.lookup])])
        #expect(
            await second.create(draft("A"), workspace: none.workspace, start: none.held.now)
                == .refused("No connector of this workspace creates contacts."))
        let bad = FakeConnector(1)
        bad.creates(.failure(Self.failure))
        let (failing, third) = fixture([bad])
        #expect(
            await third.create(draft("A"), workspace: failing.workspace, start: failing.held.now)
                == .refused("No connector created the contact (conn_0000000000000001: http-500)."))
        // A failure is not remembered.
        bad.creates(.success(.person("A")))
        guard case .created = await third.create(draft("A"), workspace: failing.workspace, start: failing.held.now)
        else { return #expect(Bool(false), "not made") }
    }

    @Test func `what one CRM may have made is not made in another`() async throws {
        let lost = FakeConnector(1)
        lost.creates(.failure(ConnectorFailure(code: "timeout", message: "", mayHaveArrived: true)))
        let other = FakeConnector(2)
        let (fixture, creation) = fixture([lost, other])
        let outcome = await creation.create(draft("A"), workspace: fixture.workspace, start: fixture.held.now)
        guard case .refused = outcome else { return #expect(Bool(false), "made") }
        #expect(other.drafts.isEmpty)
    }

    @Test func `storage that is down is not taken for a contact that is not there`() async throws {
        let crm = FakeConnector(1)
        let (fixture, creation) = fixture([crm])
        store.setDown()
        #expect(
            await creation.create(draft("A"), workspace: fixture.workspace, start: fixture.held.now) == .unavailable)
        let (unknown, second) = self.fixture(nil)
        #expect(
            await second.create(draft("A"), workspace: unknown.workspace, start: unknown.held.now) == .unavailable)
        #expect(crm.drafts.isEmpty)
    }

    @Test(
        arguments: [
            ("MARTIN", "01 42 00 00 00", 59_999, true), ("martin", number, 60_000, false),
            ("Martin", "+33142000001", 0, false),
            ("Martino", number, 0, false), ("Martin", nil, 0, false),
        ] as [(String, String?, Int, Bool)])
    func `number and last name are the same contact for a minute`(
        _ name: String, _ number: String?, _ milliseconds: Int, _ isSame: Bool
    ) async throws {
        for isRestarted in [false, true] {
            let crm = FakeConnector(1)
            crm.creates(.success(.person("Martin", Self.number)))
            let (fixture, creation) = ContactCreationTests().fixture([crm])
            let store = FakeCreations()
            let first = ContactCreation(
                search: fixture.search, source: fixture.source, store: store, clock: fixture.held.clock)
            let second = ContactCreation(
                search: fixture.search, source: fixture.source, store: store, clock: fixture.held.clock)
            _ = creation
            let made = await first.create(draft("Martin"), workspace: fixture.workspace, start: fixture.held.now)
            fixture.held.advance(.milliseconds(milliseconds))
            let again = await (isRestarted ? second : first)
                .create(draft(name, number), workspace: fixture.workspace, start: fixture.held.now)
            #expect(made == again)
            #expect(crm.drafts.count == (isSame ? 1 : 2), "\(name) \(isRestarted)")
        }
    }

    @Test func `two at the same moment are one, in another workspace they are two`() async throws {
        let crm = FakeConnector(1)
        crm.creates(.success(.person("Martin", Self.number)), after: .milliseconds(80))
        let (fixture, creation) = fixture([crm])
        let workspace = fixture.workspace
        let start = fixture.held.now
        let draft = draft("Martin")
        await withTaskGroup(of: ContactCreation.Outcome.self) { group in
            for _ in 0..<8 { group.addTask { await creation.create(draft, workspace: workspace, start: start) } }
            for await outcome in group {
                guard case .created = outcome else { return #expect(Bool(false), "not made") }
            }
        }
        #expect(crm.drafts.count == 1)
        let other = Workspace(
            id: WorkspaceID(value: 8), name: "V", settings: workspace.settings, createdAt: workspace.createdAt)
        _ = await creation.create(draft, workspace: other, start: start)
        #expect(crm.drafts.count == 2)
    }

    @Test func `a contact that is made is found at once`() async throws {
        let crm = FakeConnector(1)
        crm.creates(.success(.person("Martin", Self.number)))
        let (fixture, creation) = fixture([crm])
        #expect(try await fixture.find(Self.number).contacts[0].isDummy)
        #expect(try await fixture.find(nil, email: "a@b.example").contacts[0].isDummy)
        var draft = draft("Martin")
        draft.email = "A@b.example"
        _ = await creation.create(draft, workspace: fixture.workspace, start: fixture.held.now)
        crm.answer(.contacts([.person("Martin", Self.number, email: "a@B.example")]))
        #expect(try await fixture.names(Self.number) == ["Martin"])
        #expect(try await fixture.names(nil, email: "a@b.example") == ["Martin"])
        #expect(store.forgotten == [.number(Self.number), .email("a@b.example")])
    }
}
