// What an operator sees and does of the outbox. Functions over one connection inside the caller's transaction.

package import CRMMiddleware
package import Platform
package import SQLiteDatabase

extension DeliveryTable {
    /// Rows of one list.
    package static let listMax = 1_000

    /// Deliveries of a workspace, newest first.
    /// - Parameters:
    ///   - state: those in this state; nil: in any.
    ///   - connector: those to this connector; nil: to any.
    package static func list(
        of workspace: WorkspaceID, state: Delivery.State?, connector: ConnectorID?, limit: Int,
        on connection: Connection
    ) throws(DatabaseError) -> [Delivery] {
        let limit = min(limit, listMax)
        var found: [Delivery] = []
        for state in state.map({ [$0] }) ?? Delivery.State.allCases {
            found += try connection.all(
                """
                SELECT id, workspace_id, connector_id, subject_kind, subject_id, contact_key, state, is_head, due_at,
                    attempts, begun_at, may_have_arrived, reason, created_at, settled_at
                FROM deliveries INDEXED BY deliveries_by_workspace
                WHERE workspace_id = ?1 AND state = ?2 AND (?3 IS NULL OR connector_id = ?3)
                ORDER BY id DESC LIMIT ?4
                """, .integer(workspace.value), .text(state.rawValue), .integer(connector?.value),
                .integer(Int64(limit))
            ) { row throws(DatabaseError) in delivery(row) }.compactMap { $0 }
        }
        return Array(found.sorted { $0.id.value > $1.id.value }.prefix(limit))
    }

    /// What became of a change to one delivery.
    package enum Change: Sendable, Hashable {
        case done(Delivery)
        /// It is in a state that the change does not fit.
        case unfit(Delivery.State)
        case notFound
    }

    /// Tries a delivery again: one that was given up, with all its attempts anew and in its old place in the order; a
    /// pending one without further waiting.
    package static func retry(
        _ id: DeliveryID, at: UnixTime, on connection: Connection
    ) throws(DatabaseError) -> Change {
        guard let delivery = try find(id, on: connection) else { return .notFound }
        switch delivery.state {
        case .delivered: return .unfit(.delivered)
        case .pending:
            // An attempt under way stays as it is.
            try connection.run(
                "UPDATE deliveries SET due_at = min(due_at, ?) WHERE id = ? AND state = 'pending'",
                .integer(at.microseconds), .integer(id.value))
        case .dead, .skipped, .dropped: try revive(delivery, at: at, on: connection)
        }
        return try find(id, on: connection).map { .done($0) } ?? .notFound
    }

    /// Tries dead deliveries of a workspace again, at most ``sweepMax``.
    /// - Returns: how many.
    package static func retryDead(
        of workspace: WorkspaceID, connector: ConnectorID?, at: UnixTime, on connection: Connection
    ) throws(DatabaseError) -> Int {
        let dead = try connection.all(
            """
            SELECT id FROM deliveries INDEXED BY deliveries_by_workspace
            WHERE workspace_id = ?1 AND state = 'dead' AND (?2 IS NULL OR connector_id = ?2) ORDER BY id LIMIT ?3
            """, .integer(workspace.value), .integer(connector?.value), .integer(Int64(sweepMax))
        ) { row throws(DatabaseError) in DeliveryID(value: row.integer(0)) }
        for id in dead {
            if let delivery = try find(id, on: connection) { try revive(delivery, at: at, on: connection) }
        }
        return dead.count
    }

    /// Gives a delivery up, pending or dead. An attempt under way is not stopped; if it succeeds, the delivery counts as
    /// delivered.
    package static func drop(
        _ id: DeliveryID, at: UnixTime, on connection: Connection
    ) throws(DatabaseError) -> Change {
        guard let delivery = try find(id, on: connection) else { return .notFound }
        switch delivery.state {
        case .delivered, .skipped, .dropped: return .unfit(delivery.state)
        case .pending, .dead:
            try connection.run(
                """
                UPDATE deliveries SET state = 'dropped', is_head = 0, begun_at = NULL, reason = 'operator',
                    settled_at = ? WHERE id = ?
                """, .integer(at.microseconds), .integer(id.value))
            try note(delivery, .dropped, "by an operator", at: at, on: connection)
            try elect(delivery.connector, delivery.contactKey, on: connection)
        }
        return try find(id, on: connection).map { .done($0) } ?? .notFound
    }

    private static func revive(_ delivery: Delivery, at: UnixTime, on connection: Connection) throws(DatabaseError) {
        try connection.run(
            """
            UPDATE deliveries SET state = 'pending', settled_at = NULL, attempts = 0, due_at = ?, reason = NULL
            WHERE id = ?
            """, .integer(at.microseconds), .integer(delivery.id.value))
        try note(delivery, .retried, "by an operator", at: at, on: connection)
        try elect(delivery.connector, delivery.contactKey, on: connection)
    }
}
