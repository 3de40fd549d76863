import CRMMiddleware
import NumbersCore
import Platform
import SQLiteDatabase
import TestSupport
import Testing

@testable import MiddlewareStorage

@Suite struct ContactTableTests {
    private static let now = UnixTime(seconds: 1_767_323_045)
    private static let first = WorkspaceID(value: 7)
    private static let second = WorkspaceID(value: 8)
    private let folder: TestFolder
    private let connection: Connection
    private let desk: MiddlewareDesk

    init() throws {
        folder = try TestFolder()
        connection = try MiddlewareSchema.schema.open(
            path: folder.file("m.sqlite"), options: DatabaseOptions(older: .migrate))
        desk = MiddlewareDesk(
            connection: connection, clock: Clock(wall: { Self.now }, monotonic: { MonotonicTime(nanoseconds: 1) }),
            random: .system)
        for id in [Self.first, Self.second] {
            try WorkspaceTable.insert(
                Workspace(id: id, name: "W", settings: WorkspaceSettings(), createdAt: Self.now), on: connection)
        }
    }

    private static func entry(
        _ entity: String, _ numbers: [String], email: String? = nil, name: String = "A"
    ) -> BookEntry {
        var contact = CRMContact()
        contact.lastName = name
        contact.email = email
        for (line, number) in zip(CRMContact.Line.allCases, numbers) { contact.lines[line] = number }
        return BookEntry(entityID: entity, contact: contact)
    }

    private func put(_ entries: BookEntry..., country: String? = "FR", in workspace: WorkspaceID = first) throws {
        try desk.importContacts(
            entries, country: country.flatMap { Region($0) }, workspace: workspace, plan: .builtIn)
    }

    private func found(
        _ number: String?, email: String? = nil, in id: WorkspaceID = first,
        _ change: (inout WorkspaceSettings) -> Void = { _ in }
    ) throws -> [String] {
        var settings = WorkspaceSettings()
        settings.defaultCountry = Region("FR")
        change(&settings)
        let query = ContactQuery(
            number: number.map { PartyNumber($0, country: settings.defaultCountry, plan: .builtIn) }, email: email,
            displayName: nil)
        return try desk.contacts(
            query, workspace: Workspace(id: id, name: "W", settings: settings, createdAt: Self.now), plan: .builtIn
        ).map(\.entityID)
    }

    @Test func `everything of a contact comes back as it was put in`() throws {
        var contact = CRMContact()
        contact.firstName = "Ann"
        contact.lastName = "O'Hara \"x\" \u{0}\u{1F600}"
        contact.civility = "Dr"
        contact.email = "Ann@Example.org"
        contact.company = "Acme"
        contact.title = "Boss"
        contact.entityType = "contact"
        contact.entityURL = "https://crm.example/1"
        for (index, line) in CRMContact.Line.allCases.enumerated() { contact.lines[line] = "+3314200000\(index)" }
        contact.custom = [CRMContact.CustomField("b", "1"), CRMContact.CustomField("a", "")]
        try put(BookEntry(entityID: "e", contact: contact))
        let query = ContactQuery(
            number: PartyNumber("+33142000008", country: nil, plan: .builtIn), email: nil, displayName: nil)
        #expect(
            try ContactTable.candidates(query, workspace: Self.first, on: connection)
                == [BookEntry(entityID: "e", contact: contact)])
        var seen = contact
        seen.id = UniqueID(naming: "x")
        seen.connector = ConnectorID(value: 5)
        seen.match = .suffix
        seen.entityID = "e"
        #expect(ContactText.decode(ContactText.encode([seen, CRMContact()])) == [seen, CRMContact()])
    }

    @Test(arguments: ["", "{}", "[1]", "[{", "null", "[{\"numbers\":[]},3]"])
    func `a text that is no list of contacts is none`(_ text: String) {
        #expect(ContactText.decode(text) == nil)
    }

    @Test(
        arguments: [
            ("+33142000000", ["exact", "national", "spelled"]), ("0142000000", ["exact", "national", "spelled"]),
            ("101", ["extension"]), ("1010", []), ("0101", []), ("+33142000001", []), ("42000000", []), ("", []),
            ("anonymous", []), ("+49142000000", ["foreign"]), ("7", ["one"]), ("07", []), ("00", []),
        ] as [(String, [String])])
    func `a number finds the contacts that have it, however it is written`(_ number: String, _ expected: [String])
        throws
    {
        try put(
            Self.entry("exact", ["+33142000000"]), Self.entry("national", ["0611111111", "01 42 00 00 00"]),
            Self.entry("spelled", ["+33 (0)1.42.00.00.00"]), Self.entry("extension", ["101"]),
            Self.entry("foreign", ["+49142000000"]), Self.entry("none", ["anonymous", "-"]), Self.entry("one", ["7"]))
        #expect(try found(number).sorted() == expected.sorted())
    }

    @Test func `last digits are enough when the workspace says so`() throws {
        try put(Self.entry("exact", ["+33142000000"]), Self.entry("foreign", ["+49142000000"]))
        #expect(try found("+33142000000") { $0.suffixDigits = 8 } == ["exact", "foreign"])
        #expect(try found("2000000") { $0.suffixDigits = 7 }.sorted() == ["exact", "foreign"])
        #expect(try found("2000000") { $0.suffixDigits = 8 }.isEmpty)
    }

    @Test func `numbers that were put in without a country are found when there is one`() throws {
        try put(Self.entry("a", ["01 42 00 00 00"]), country: nil)
        #expect(try found("+33142000000") == ["a"])
        #expect(try found("+33142000000") { $0.defaultCountry = Region("DE") }.isEmpty)
    }

    @Test func `an address is found without regard to case`() throws {
        try put(Self.entry("a", [], email: " Ann@Example.ORG "), Self.entry("b", [], email: "bob@example.org"))
        #expect(try found(nil, email: "ann@example.org") == ["a"])
        #expect(try found(nil, email: "example.org").isEmpty)
    }

    @Test func `the same entity is put in place of the earlier one, numbers included`() throws {
        try put(Self.entry("a", ["+33142000000", "0142000001 ext. 5", "101"], email: "old@example.org"))
        try put(Self.entry("a", ["+33142000002"], email: "new@example.org", name: "B"))
        for number in ["+33142000000", "+33142000001", "101"] { #expect(try found(number).isEmpty) }
        #expect(try found("+33142000002") == ["a"] && found(nil, email: "old@example.org").isEmpty)
        #expect(try desk.contactCount(of: Self.first) == 1)
        let rows = try connection.first("SELECT count(*) FROM contact_numbers") { row throws(DatabaseError) in
            row.integer(0)
        }
        #expect(rows == 1)
    }

    @Test func `workspaces share nothing`() throws {
        try put(Self.entry("a", ["+33142000000"], email: "a@example.org"))
        try put(Self.entry("a", ["+33142000009"]), in: Self.second)
        #expect(try found("+33142000000", email: "a@example.org", in: Self.second).isEmpty)
        #expect(try found("+33142000009").isEmpty && found("+33142000009", in: Self.second) == ["a"])
    }

    @Test(arguments: [199, 200, 201])
    func `a switchboard's number gives so many contacts and no more`(_ count: Int) throws {
        for index in 0..<count { try put(Self.entry("e\(index)", ["+33142000000"])) }
        // Those with another whole number give way.
        for index in 0..<5 { try put(Self.entry("f\(index)", ["+49142000000"])) }
        let query = ContactQuery(
            number: PartyNumber("+33142000000", country: nil, plan: .builtIn), email: nil, displayName: nil)
        let found = try ContactTable.candidates(query, workspace: Self.first, on: connection)
        #expect(found.count == min(count + 5, 200) && found[0].entityID == "e0")
        #expect(found.filter { $0.entityID.hasPrefix("e") }.count == min(count, 200))
    }

    @Test func `an import is noted in the change feed`() throws {
        try put(Self.entry("a", []))
        let kinds = try connection.all("SELECT kind || ' ' || subject FROM changes") { row throws(DatabaseError) in
            row.text(0)
        }
        #expect(kinds == ["contacts 7"])
    }

    @Test(
        arguments: [
            """
            EXPLAIN QUERY PLAN SELECT contact_id FROM contact_numbers
            WHERE workspace_id = 1 AND ending = 1 AND e164 = 1 ORDER BY contact_id LIMIT 9
            """,
            """
            EXPLAIN QUERY PLAN SELECT contact_id FROM contact_numbers
            WHERE workspace_id = 1 AND ending = 1 AND e164 <> 1 LIMIT 9
            """,
            """
            EXPLAIN QUERY PLAN SELECT id FROM contacts
            WHERE workspace_id = 1 AND email_key = 'a' ORDER BY id LIMIT 9
            """,
            """
            EXPLAIN QUERY PLAN SELECT at FROM seen_contacts
            WHERE workspace_id = 1 ORDER BY at DESC LIMIT 1 OFFSET 9
            """,
            "EXPLAIN QUERY PLAN SELECT id FROM seen_contacts WHERE at <= 1 LIMIT 9",
            "EXPLAIN QUERY PLAN SELECT workspace_id, number FROM shown_contacts WHERE at <= 1 LIMIT 9",
            "EXPLAIN QUERY PLAN DELETE FROM contact_creations WHERE workspace_id = 1 AND key = 'a'",
        ] as [Plan])
    func `no statement reads a table without an index`(_ plan: Plan) throws {
        let steps = try connection.all(plan.sql) { row throws(DatabaseError) in row.text(3) }
        #expect(!steps.isEmpty && !steps.contains { $0.contains("SCAN") || $0.contains("TEMP B-TREE") }, "\(steps)")
    }

    struct Plan: ExpressibleByStringLiteral, Sendable, CustomTestStringConvertible {
        let sql: StaticString
        init(stringLiteral sql: StaticString) { self.sql = sql }
        var testDescription: String { sql.description }
    }
}
