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
}
