// The outbox's port on the group-commit writer. Holds no mutable state of its own.

package import CRMMiddleware
package import NumbersCore
package import Platform
package import SQLiteDatabase

/// Deliveries, durable before they are told of.
package struct SQLiteDeliveries: DeliveryStore {
    /// Reads a call or a chat as it is now.
    package typealias ContentReader =
        @Sendable (Delivery.Subject, WorkspaceID, Connection) throws(DatabaseError) -> BegunDelivery.Content

    private let writer: DatabaseWriter
    private let readers: ReaderPool
    private let content: ContentReader

    package init(writer: DatabaseWriter, readers: ReaderPool, content: @escaping ContentReader) {
        self.writer = writer
        self.readers = readers
        self.content = content
    }

    package func lanes(deadline: MonotonicTime) async -> Result<[DeliveryLane], StorageUnavailable> {
        await readers.read(deadline: deadline) { connection throws(DatabaseError) in
            try DeliveryTable.lanes(on: connection)
        }.mapError { _ in StorageUnavailable() }
    }

    package func begin(
        _ claims: [DeliveryClaim], at: UnixTime, deadline: MonotonicTime
    ) async -> Result<[BegunDelivery], StorageUnavailable> {
        let content = content
        // What is delivered is read where it is begun: a report that is merged later finds the delivery tried.
        return await writer.write(deadline: deadline) { connection throws(DatabaseError) -> [BegunDelivery] in
            var workspaces: [WorkspaceID: Workspace] = [:]
            var begun: [BegunDelivery] = []
            for claim in claims {
                for delivery in try DeliveryTable.begin(claim, at: at, on: connection) {
                    if workspaces[delivery.workspace] == nil {
                        workspaces[delivery.workspace] = try WorkspaceTable.find(delivery.workspace, on: connection)
                    }
                    begun.append(
                        BegunDelivery(
                            delivery: delivery, workspace: workspaces[delivery.workspace],
                            content: try content(delivery.subject, delivery.workspace, connection)))
                }
            }
            return begun
        }.mapError { _ in StorageUnavailable() }
    }

    package func settle(
        _ delivery: Delivery, _ settlement: DeliverySettlement, at: UnixTime, deadline: MonotonicTime
    ) async -> Result<Void, StorageUnavailable> {
        await writer.write(deadline: deadline) { connection throws(DatabaseError) in
            try DeliveryTable.settle(delivery, settlement, at: at, on: connection)
        }.mapError { _ in StorageUnavailable() }
    }

    package func recover(at: UnixTime, deadline: MonotonicTime) async -> Result<Int, StorageUnavailable> {
        await writer.write(deadline: deadline) { connection throws(DatabaseError) in
            try DeliveryTable.recover(at: at, on: connection)
        }.mapError { _ in StorageUnavailable() }
    }

    package func release(
        allBut known: Set<DeliveryID>, deadline: MonotonicTime
    ) async -> Result<Void, StorageUnavailable> {
        await writer.write(deadline: deadline) { connection throws(DatabaseError) in
            try DeliveryTable.release(allBut: known, on: connection)
        }.mapError { _ in StorageUnavailable() }
    }

    package func counts(deadline: MonotonicTime) async -> Result<DeliveryCounts, StorageUnavailable> {
        await readers.read(deadline: deadline) { connection throws(DatabaseError) in
            try DeliveryTable.counts(on: connection)
        }.mapError { _ in StorageUnavailable() }
    }
}
