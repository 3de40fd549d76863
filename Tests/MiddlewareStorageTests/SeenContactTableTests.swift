import CRMMiddleware
import NumbersCore
import Platform
import SQLiteDatabase
import TestSupport
import Testing

@testable import MiddlewareStorage

@Suite struct SeenContactTableTests {
    private static let now = UnixTime(seconds: 1_767_323_045)
    private static let first = WorkspaceID(value: 7)
    private static let second = WorkspaceID(value: 8)
    private let folder: TestFolder
    private let connection: Connection

    init() throws {
        folder = try TestFolder()
        connection = try MiddlewareSchema.schema.open(
            path: folder.file("m.sqlite"), options: DatabaseOptions(older: .migrate))
        for id in [Self.first, Self.second] {
            try WorkspaceTable.insert(
                Workspace(id: id, name: "W", settings: WorkspaceSettings(), createdAt: Self.now), on: connection)
        }
    }

    private static func contact(_ name: String) -> CRMContact {
        var contact = CRMContact()
        contact.lastName = name
        contact.id = UniqueID(naming: name)
        return contact
    }

    private func seen(
        _ key: ContactKey, _ names: [String], connector: Int64 = 1, workspace: WorkspaceID = first,
        rules: String = "FR 0", ago: Duration = .zero
    ) -> SeenContacts {
        SeenContacts(
            workspace: workspace, connector: ConnectorID(value: connector), key: key,
            rules: AnswerRules(stored: rules),
            contacts: names.map(Self.contact), at: Self.now - ago)
    }

    private func read(_ keys: ContactKey..., in workspace: WorkspaceID = first) throws -> [SeenContacts] {
        try SeenContactTable.seen(
            keys, workspace: workspace, since: Self.now - SeenContactTable.seenLifetime, on: connection)
    }

    private func count(_ table: StaticString) throws -> Int64? {
        try connection.first(table) { row throws(DatabaseError) in row.integer(0) }
    }

    @Test func `what was seen comes back by key, the newest of each connector`() throws {
        let mail = ContactKey.email("+331")
        let number = ContactKey.number("+331")
        try SeenContactTable.apply(
            [
                .seen(seen(number, ["Old"])), .seen(seen(number, ["New"])),
                .seen(seen(number, ["Other"], connector: 2)),
                .seen(seen(mail, ["Mail"])), .seen(seen(number, ["V"], workspace: Self.second)),
            ], on: connection)
        #expect(try read(number) == [seen(number, ["New"]), seen(number, ["Other"], connector: 2)])
        #expect(try read(mail) == [seen(mail, ["Mail"])])
        #expect(try read(number, mail).count == 3)
        #expect(try read(number, in: Self.second) == [seen(number, ["V"], workspace: Self.second)])
    }

    @Test func `what is forgotten, or is nobody any more, does not come back`() throws {
        let (one, two) = (ContactKey.number("+331"), ContactKey.number("+332"))
        try SeenContactTable.apply(
            [.seen(seen(one, ["A"])), .seen(seen(one, ["B"], connector: 2)), .seen(seen(two, ["C"]))], on: connection)
        try SeenContactTable.apply([.seen(seen(one, []))], on: connection)
        #expect(try read(one).map(\.connector.value) == [2])
        try SeenContactTable.apply([.forgotten(Self.second, one)], on: connection)
        #expect(try read(one).count == 1)
        try SeenContactTable.apply([.forgotten(Self.first, one)], on: connection)
        #expect(try read(one).isEmpty && read(two).count == 1)
        try SeenContactTable.apply([.allForgotten(Self.first)], on: connection)
        #expect(try read(two).isEmpty)
    }

    @Test(arguments: [false, true])
    func `what was bought is not forgotten, only replaced`(_ isOne: Bool) throws {
        let key = ContactKey.number("+331")
        let bought = seen(key, ["Bought"], connector: 2, rules: "bought from https://numbers.test")
        try SeenContactTable.apply(
            [
                .seen(seen(key, ["A"])), .seen(bought), .seen(seen(key, ["B"], connector: 3, rules: "bought")),
                isOne ? .forgotten(Self.first, key) : .allForgotten(Self.first),
            ], on: connection)
        #expect(try read(key) == [bought])
        try SeenContactTable.apply([.seen(seen(key, [], connector: 2, rules: "bought from x"))], on: connection)
        #expect(try read(key).isEmpty)
    }

    @Test func `a workspace that is not there takes nothing and fails nothing`() throws {
        let gone = WorkspaceID(value: 9)
        try SeenContactTable.apply(
            [
                .seen(seen(.number("+331"), ["A"], workspace: gone)),
                .shown(gone, number: "+331", contact: UniqueID(naming: "A"), at: Self.now),
                .called(gone, contact: UniqueID(naming: "A"), at: Self.now), .allForgotten(gone),
            ], on: connection)
        #expect(try count("SELECT count(*) FROM seen_contacts") == 0)
    }

    @Test func `the contact shown for a number is the last one, of its own workspace`() throws {
        let (a, b) = (UniqueID(naming: "a"), UniqueID(naming: "b"))
        try SeenContactTable.apply(
            [
                .shown(Self.first, number: "+331", contact: a, at: Self.now),
                .shown(Self.first, number: "+331", contact: b, at: Self.now),
                .shown(Self.second, number: "+332", contact: a, at: Self.now),
            ], on: connection)
        #expect(try SeenContactTable.shown(for: "+331", workspace: Self.first, on: connection) == b)
        #expect(try SeenContactTable.shown(for: "+332", workspace: Self.first, on: connection) == nil)
        #expect(try SeenContactTable.shown(for: "+332", workspace: Self.second, on: connection) == a)
    }

    @Test func `the last call of a contact counts, whatever order they are written in`() throws {
        let (a, b) = (UniqueID(naming: "a"), UniqueID(naming: "b"))
        try SeenContactTable.apply(
            [
                .called(Self.first, contact: a, at: Self.now),
                .called(Self.first, contact: a, at: Self.now - .seconds(5)),
                .called(Self.second, contact: b, at: Self.now),
            ], on: connection)
        #expect(
            try SeenContactTable.lastCalls(with: [a, b], workspace: Self.first, on: connection) == [a: Self.now])
    }

    @Test func `what has expired is dropped, to the microsecond`() throws {
        func id(_ name: String) -> UniqueID { UniqueID(naming: name) }
        let tick = Duration.microseconds(1)
        try SeenContactTable.apply(
            [
                .seen(seen(.number("+331"), ["A"], ago: SeenContactTable.seenLifetime)),
                .seen(seen(.number("+332"), ["A"], ago: SeenContactTable.seenLifetime - tick)),
                .shown(Self.first, number: "+331", contact: id("a"), at: Self.now - SeenContactTable.shownLifetime),
                .shown(
                    Self.first, number: "+332", contact: id("a"), at: Self.now - SeenContactTable.shownLifetime + tick),
                .called(Self.first, contact: id("a"), at: Self.now - SeenContactTable.calledLifetime),
                .called(Self.first, contact: id("b"), at: Self.now - SeenContactTable.calledLifetime + tick),
            ], on: connection)
        #expect(try read(.number("+331")).isEmpty && read(.number("+332")).count == 1)
        #expect(try SeenContactTable.sweep(now: Self.now, on: connection) == 1)
        #expect(try SeenContactTable.sweep(now: Self.now, on: connection) == 0)
        #expect(try count("SELECT count(*) FROM seen_contacts") == 1)
        #expect(try count("SELECT count(*) FROM shown_contacts") == 1)
        #expect(try count("SELECT count(*) FROM called_contacts") == 1)
    }

    @Test(.timeLimit(.minutes(1)))
    func `a workspace keeps so many answers and drops its oldest, not another's`() throws {
        try SeenContactTable.apply([.seen(seen(.number("v"), ["V"], workspace: Self.second))], on: connection)
        try connection.run(
            """
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
            INSERT INTO seen_contacts (workspace_id, key_kind, key, connector_id, rules, contacts, at)
            SELECT 7, 0, 'k' || i, 1, '', '[]', i FROM n
            """, .integer(Int64(SeenContactTable.seenMax) - 1))
        try SeenContactTable.apply([.seen(seen(.number("a"), ["A"]))], on: connection)
        #expect(try count("SELECT count(*) FROM seen_contacts WHERE workspace_id = 7") == 50_000)
        try SeenContactTable.apply([.seen(seen(.number("b"), ["B"]))], on: connection)
        #expect(try count("SELECT count(*) FROM seen_contacts WHERE workspace_id = 7") == 50_000)
        #expect(try count("SELECT min(at) FROM seen_contacts WHERE workspace_id = 7") == 2)
        #expect(try read(.number("v"), in: Self.second).count == 1)
    }

    @Test func `a contact made is known for a minute, also after a restart`() async throws {
        let path = folder.file("m.sqlite")
        let clock = Clock(wall: { Self.now }, monotonic: MonotonicTime.now)
        let options = DatabaseOptions(older: .migrate)
        let writer = try DatabaseWriter(
            schema: MiddlewareSchema.schema, path: path, options: options, limits: DatabaseWriter.Limits(), clock: clock
        )
        let readers = try ReaderPool(path: path, options: options, count: 1, queueLimit: 8, clock: clock)
        let store = SQLiteContacts(
            writer: writer, readers: readers, emptyBooks: EmptyBooks(), plan: PresentPlan(.builtIn), clock: clock)
        // Nothing here is about time; a busy machine may take its own.
        let deadline = MonotonicTime.now() + .seconds(3_600)
        let key = ContactKey.number("+331")
        _ = await store.apply([.seen(seen(key, ["A"]))], deadline: deadline)
        for name in ["Old", "New"] {
            _ = await store.record(
                Self.contact(name), key: "k", workspace: Self.first, forgetting: [key], at: Self.now, deadline: deadline
            )
        }
        func made(_ key: String, _ workspace: WorkspaceID, since: UnixTime) async throws -> String? {
            try await store.created(key, workspace: workspace, since: since, deadline: deadline).get()?.lastName
        }
        #expect(try await made("k", Self.first, since: Self.now - .microseconds(1)) == "New")
        #expect(try await made("k", Self.first, since: Self.now) == nil)
        #expect(try await made("k", Self.second, since: Self.now - .seconds(1)) == nil)
        #expect(try await made("j", Self.first, since: Self.now - .seconds(1)) == nil)
        #expect(try await store.seen([key], workspace: Self.first, deadline: deadline).get().isEmpty)
        _ = writer.stop(deadline: deadline)
        _ = readers.stop(deadline: deadline)
    }
}
