// What an administrator sees and does of the outbox.

package import CRMMiddleware
internal import Platform
package import SQLiteDatabase

extension MiddlewareDesk {
    /// Deliveries of a workspace, newest first.
    package func deliveries(
        of workspace: WorkspaceID, state: Delivery.State?, connector: ConnectorID?, limit: Int
    ) throws(DatabaseError) -> [Delivery] {
        try connection.readTransaction { () throws(DatabaseError) in
            try DeliveryTable.list(of: workspace, state: state, connector: connector, limit: limit, on: connection)
        }
    }

    package func retryDelivery(_ id: DeliveryID) throws(DatabaseError) -> DeliveryTable.Change {
        let now = clock.wall()
        return try change { () throws(DatabaseError) in try DeliveryTable.retry(id, at: now, on: connection) }
    }

    package func dropDelivery(_ id: DeliveryID) throws(DatabaseError) -> DeliveryTable.Change {
        let now = clock.wall()
        return try change { () throws(DatabaseError) in try DeliveryTable.drop(id, at: now, on: connection) }
    }

    /// Tries all dead deliveries of a workspace, or of one of its connectors, again.
    /// - Returns: how many.
    package func retryDeadDeliveries(
        of workspace: WorkspaceID, connector: ConnectorID?
    ) throws(DatabaseError) -> Int {
        let now = clock.wall()
        var total = 0
        // Block by block, so that a running server's writer comes in between.
        while true {
            let count = try connection.transaction { () throws(DatabaseError) in
                let count = try DeliveryTable.retryDead(of: workspace, connector: connector, at: now, on: connection)
                if count > 0 { try MiddlewareChanges.note(.delivery(workspace), at: now, on: connection) }
                return count
            }
            total += count
            if count < DeliveryTable.sweepMax { return total }
        }
    }

    /// Makes a change and notes it for the running server.
    private func change(
        _ body: () throws(DatabaseError) -> DeliveryTable.Change
    ) throws(DatabaseError) -> DeliveryTable.Change {
        let now = clock.wall()
        return try connection.transaction { () throws(DatabaseError) in
            let change = try body()
            if case .done(let delivery) = change {
                try MiddlewareChanges.note(.delivery(delivery.workspace), at: now, on: connection)
            }
            return change
        }
    }
}
