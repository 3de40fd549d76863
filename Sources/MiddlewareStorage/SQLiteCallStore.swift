// Calls, contexts and chats of a running server. Holds no mutable state of its own.

package import CRMMiddleware
package import NumbersCore
package import Platform
package import SQLiteDatabase

/// Keeps calls through the group-commit writer and lists them through the readers.
package struct SQLiteCallStore: CallStore {
    private let writer: DatabaseWriter
    private let readers: ReaderPool
    private let clock: Clock
    private let random: RandomSource

    package init(writer: DatabaseWriter, readers: ReaderPool, clock: Clock, random: RandomSource) {
        self.writer = writer
        self.readers = readers
        self.clock = clock
        self.random = random
    }

    package func save(
        _ report: ReportedCall, plan: NumberingPlan, deadline: MonotonicTime
    ) async -> Result<PhoneCall, StorageUnavailable> {
        let (clock, random) = (clock, random)
        return await writer.write(deadline: deadline) { connection throws(DatabaseError) in
            // The time is taken here, where reports stand in line: the order of arrival is the order of the times.
            let now = clock.wall()
            let arrival = CallTable.Arrival(
                at: now, callID: UniqueID(at: now, random: random), segmentID: UniqueID(at: now, random: random),
                plan: plan)
            return try CallTable.save(report, arrival, on: connection)
        }.mapError { _ in StorageUnavailable() }
    }

    package func list(
        _ query: CallListQuery, of workspace: WorkspaceID, deadline: MonotonicTime
    ) async -> Result<CallPage, StorageUnavailable> {
        await readers.read(deadline: deadline) { connection throws(DatabaseError) in
            try CallListing.page(query, of: workspace, on: connection)
        }.mapError { _ in StorageUnavailable() }
    }

    package func save(
        _ context: CallContextDraft, of workspace: WorkspaceID, deadline: MonotonicTime
    ) async -> Result<UniqueID, StorageUnavailable> {
        let (clock, random) = (clock, random)
        return await writer.write(deadline: deadline) { connection throws(DatabaseError) in
            let now = clock.wall()
            return try ContextTable.save(
                context, of: workspace, id: UniqueID(at: now, random: random), at: now, on: connection)
        }.mapError { _ in StorageUnavailable() }
    }

    package func save(
        _ chat: ChatDraft, of workspace: Workspace, deadline: MonotonicTime
    ) async -> Result<Chat, StorageUnavailable> {
        let (clock, random) = (clock, random)
        return await writer.write(deadline: deadline) { connection throws(DatabaseError) in
            let now = clock.wall()
            return try ChatTable.save(
                chat, of: workspace, id: UniqueID(at: now, random: random), at: now, on: connection)
        }.mapError { _ in StorageUnavailable() }
    }
}
