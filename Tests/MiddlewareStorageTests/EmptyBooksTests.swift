import CRMMiddleware
import NumbersCore
import Platform
import SQLiteDatabase
import TestSupport
import Testing

@testable import MiddlewareStorage

@Suite struct EmptyBooksTests {
    private static let first = WorkspaceID(value: 1)
    private static let second = WorkspaceID(value: 2)

    @Test func `what was read before a change counts for nothing`() {
        let books = EmptyBooks()
        let before = books.generation
        books.changed(Self.first)
        books.insert(Self.first, readAt: before)
        #expect(!books.contains(Self.first))
        books.insert(Self.first, readAt: books.generation)
        #expect(books.contains(Self.first) && !books.contains(Self.second))
    }

    @Test func `only a change of the workspace's contacts is one`() {
        let books = EmptyBooks()
        let changes: [(MiddlewareChanges.Subject, isForgotten: Bool)] = [
            (.workspace(Self.first), false), (.connectors(Self.first), false), (.contacts(Self.second), false),
            (.contacts(Self.first), true),
        ]
        for (change, isForgotten) in changes {
            books.insert(Self.first, readAt: books.generation)
            books.apply([change], revision: 1)
            #expect(books.contains(Self.first) != isForgotten, "\(change)")
        }
        books.insert(Self.first, readAt: books.generation)
        books.forgetAll(revision: 2)
        #expect(!books.contains(Self.first))
    }

    @Test func `as many workspaces are remembered as the bound says`() {
        let books = EmptyBooks()
        func fill(_ count: Int) {
            for id in 1...count { books.insert(WorkspaceID(value: Int64(id)), readAt: books.generation) }
        }
        fill(EmptyBooks.workspacesMax)
        #expect(books.contains(Self.first))
        books.insert(WorkspaceID(value: 1_000_000), readAt: books.generation)
        #expect(!books.contains(Self.first) && books.contains(WorkspaceID(value: 1_000_000)))
    }

    @Test func `a search that finds an empty book asks again only after something was put into it`() async throws {
        let folder = try TestFolder()
        let clock = Clock.system
        let options = DatabaseOptions(older: .migrate)
        let path = folder.file("m.sqlite")
        let writer = try DatabaseWriter(
            schema: MiddlewareSchema.schema, path: path, options: options, limits: DatabaseWriter.Limits(), clock: clock
        )
        let readers = try ReaderPool(path: path, options: options, count: 1, queueLimit: 8, clock: clock)
        let books = EmptyBooks()
        let store = SQLiteContacts(
            writer: writer, readers: readers, emptyBooks: books, plan: PresentPlan(.builtIn), clock: clock)
        // Nothing here is about time; a busy machine may take its own.
        let deadline = MonotonicTime.now() + .seconds(3_600)
        _ = await writer.write(deadline: deadline) { connection throws(DatabaseError) in
            for id in 1...2 {
                try connection.run(
                    "INSERT INTO workspaces (id, name, created_at) VALUES (?, 'W', 0)", .integer(Int64(id)))
            }
        }
        let number = PartyNumber("+33142000000", country: nil, plan: .builtIn)
        let query = ContactQuery(number: number, email: nil, displayName: nil)
        func names(_ workspace: WorkspaceID) async throws -> [String?] {
            try await store.candidates(query, workspace: workspace, deadline: deadline).get().map(\.contact.lastName)
        }
        @Sendable func entry(_ name: String, _ number: String) -> BookEntry {
            var contact = CRMContact()
            contact.lastName = name
            contact.lines[.phoneBusiness1] = number
            return BookEntry(entityID: name, contact: contact)
        }
        #expect(try await names(Self.first) == [])
        #expect(books.contains(Self.first) && !books.contains(Self.second))
        // Another program puts one in; until the server is told, it does not look.
        _ = await writer.write(deadline: deadline) { connection throws(DatabaseError) in
            try ContactTable.put(
                entry("A", "+33142000000"), country: nil, workspace: Self.first, at: clock.wall(), plan: .builtIn,
                on: connection)
        }
        #expect(try await names(Self.first) == [])
        books.apply([.contacts(Self.first)], revision: 1)
        #expect(try await names(Self.first) == ["A"])
        // A book with contacts is not empty because nobody has the number.
        #expect(try await names(Self.second) == [])
        try await store.add(
            entry("B", "+33142000099"), country: nil, workspace: Self.second, deadline: deadline
        ).get()
        #expect(try await names(Self.second) == [])
        #expect(!books.contains(Self.second))
        try await store.add(
            entry("C", "+33142000000"), country: nil, workspace: Self.second, deadline: deadline
        ).get()
        #expect(try await names(Self.second) == ["C"])
        _ = writer.stop(deadline: deadline)
        _ = readers.stop(deadline: deadline)
    }
}
