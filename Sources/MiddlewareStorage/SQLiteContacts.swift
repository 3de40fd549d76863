// The ports of the contacts on SQLite. Holds no mutable state of its own.

package import CRMMiddleware
package import NumbersCore
package import Platform
package import SQLiteDatabase

/// The built-in book, contacts seen, and contacts made, of a running server.
package struct SQLiteContacts: ContactBook, SeenContactStore, ContactCreationStore {
    private let writer: DatabaseWriter
    private let readers: ReaderPool
    private let plan: PresentPlan
    private let clock: Clock
    private let emptyBooks: EmptyBooks
    private let growth = SeenGrowth()

    /// - Parameter emptyBooks: is told elsewhere what other processes change.
    package init(
        writer: DatabaseWriter, readers: ReaderPool, emptyBooks: EmptyBooks, plan: PresentPlan, clock: Clock
    ) {
        self.writer = writer
        self.readers = readers
        self.emptyBooks = emptyBooks
        self.plan = plan
        self.clock = clock
    }

    // MARK: The book

    package func isKnownEmpty(_ workspace: WorkspaceID) -> Bool { emptyBooks.contains(workspace) }

    package func candidates(
        _ query: ContactQuery, workspace: WorkspaceID, deadline: MonotonicTime
    ) async -> Result<[BookEntry], StorageUnavailable> {
        if emptyBooks.contains(workspace) { return .success([]) }
        let generation = emptyBooks.generation
        let read = await readers.read(deadline: deadline) { connection throws(DatabaseError) in
            let entries = try ContactTable.candidates(query, workspace: workspace, on: connection)
            let isEmpty = entries.isEmpty ? try ContactTable.isEmpty(workspace, on: connection) : false
            return (entries, isEmpty: isEmpty)
        }
        guard case .success(let (entries, isEmpty)) = read else { return .failure(StorageUnavailable()) }
        if isEmpty { emptyBooks.insert(workspace, readAt: generation) }
        return .success(entries)
    }

    package func add(
        _ entry: BookEntry, country: Region?, workspace: WorkspaceID, deadline: MonotonicTime
    ) async -> Result<Void, StorageUnavailable> {
        let (plan, now) = (plan.value, clock.wall())
        // Also when it is not certain what became of it.
        defer { emptyBooks.changed(workspace) }
        return await writer.write(deadline: deadline) { connection throws(DatabaseError) in
            try ContactTable.put(
                entry, country: country, workspace: workspace, at: now, plan: plan, on: connection)
        }.mapError { _ in StorageUnavailable() }
    }

    // MARK: Contacts seen

    package func seen(
        _ keys: [ContactKey], workspace: WorkspaceID, deadline: MonotonicTime
    ) async -> Result<[SeenContacts], StorageUnavailable> {
        let since = clock.wall() - SeenContactTable.seenLifetime
        return await readers.read(deadline: deadline) { connection throws(DatabaseError) in
            try SeenContactTable.seen(keys, workspace: workspace, since: since, on: connection)
        }.mapError { _ in StorageUnavailable() }
    }

    package func storedKeys(
        of workspace: WorkspaceID, deadline: MonotonicTime
    ) async -> Result<[ContactKey], StorageUnavailable> {
        await readers.read(deadline: deadline) { connection throws(DatabaseError) in
            try SeenContactTable.keys(of: workspace, on: connection)
        }.mapError { _ in StorageUnavailable() }
    }

    package func lastCalls(
        with contacts: [UniqueID], workspace: WorkspaceID, deadline: MonotonicTime
    ) async -> Result<[UniqueID: UnixTime], StorageUnavailable> {
        await readers.read(deadline: deadline) { connection throws(DatabaseError) in
            try SeenContactTable.lastCalls(with: contacts, workspace: workspace, on: connection)
        }.mapError { _ in StorageUnavailable() }
    }

    package func apply(_ changes: [SeenChange], deadline: MonotonicTime) async -> Result<Void, StorageUnavailable> {
        await writer.write(deadline: deadline) { connection throws(DatabaseError) in
            try SeenContactTable.apply(changes, growth: growth, on: connection)
        }.mapError { _ in StorageUnavailable() }
    }

    // MARK: Contacts made

    package func created(
        _ key: String, workspace: WorkspaceID, since: UnixTime, deadline: MonotonicTime
    ) async -> Result<CRMContact?, StorageUnavailable> {
        await readers.read(deadline: deadline) { connection throws(DatabaseError) in
            let text = try connection.first(
                "SELECT contact FROM contact_creations WHERE workspace_id = ? AND key = ? AND at > ?",
                .integer(workspace.value), .text(key), .integer(since.microseconds)
            ) { row throws(DatabaseError) in row.text(0) }
            return text.flatMap { ContactText.decode($0) }?.first
        }.mapError { _ in StorageUnavailable() }
    }

    package func record(
        _ contact: CRMContact, key: String, workspace: WorkspaceID, forgetting keys: [ContactKey], at: UnixTime,
        deadline: MonotonicTime
    ) async -> Result<Void, StorageUnavailable> {
        await writer.write(deadline: deadline) { connection throws(DatabaseError) in
            try connection.run(
                """
                INSERT INTO contact_creations (workspace_id, key, contact, at) VALUES (?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET contact = excluded.contact, at = excluded.at
                """, .integer(workspace.value), .text(key), .text(ContactText.encode([contact])),
                .integer(at.microseconds))
            try SeenContactTable.forget(keys, workspace: workspace, on: connection)
        }.mapError { _ in StorageUnavailable() }
    }
}
