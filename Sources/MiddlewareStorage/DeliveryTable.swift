// The outbox in SQL: what is to be delivered, and what became of it. Functions over one connection inside the caller's
// transaction.

package import CRMMiddleware
package import Platform
package import SQLiteDatabase

/// Schedules, begins and settles deliveries.
///
/// Of the pending deliveries of one contact at one connector the oldest is the head, and only heads are tried. Whatever
/// changes which are pending elects the head anew; an attempt under way keeps its place until it ends.
package enum DeliveryTable {
    package typealias Subject = Delivery.Subject

    // MARK: For whoever stores calls and chats

    /// One pending row for each enabled connector of the workspace whose features include calls (chats).
    /// - Parameter contactKey: what deliveries are ordered by (normalised external number, else lower-case e-mail, else
    ///   the id).
    /// - Returns: how many there are.
    package static func schedule(
        _ subject: Subject, workspace: WorkspaceID, contactKey: String, dueAt: UnixTime, at: UnixTime,
        on connection: Connection
    ) throws(DatabaseError) -> Int {
        try connection.run(
            """
            INSERT INTO deliveries
                (workspace_id, connector_id, subject_kind, subject_id, contact_key, state, is_head, due_at, created_at)
            SELECT workspace_id, id, ?2, ?3, ?4, 'pending',
                NOT EXISTS (SELECT 1 FROM deliveries
                    WHERE connector_id = connectors.id AND contact_key = ?4 AND state = 'pending'),
                ?5, ?6
            FROM connectors WHERE workspace_id = ?1 AND enabled = 1 AND features & ?7 <> 0
            ORDER BY id
            ON CONFLICT (subject_id, connector_id) DO NOTHING
            """,
            .integer(workspace.value), .text(subject.kind), .blob(subject.id.bytes), .text(contactKey),
            .integer(dueAt.microseconds), .integer(at.microseconds), .integer(Int64(subject.feature.rawValue)))
    }

    /// A further report was merged: rows that have not been tried yet wait until `dueAt`.
    package static func postpone(
        _ subject: Subject, until dueAt: UnixTime, on connection: Connection
    ) throws(DatabaseError) {
        try connection.run(
            "UPDATE deliveries SET due_at = ? WHERE subject_id = ? AND state = 'pending' AND attempts = 0",
            .integer(dueAt.microseconds), .blob(subject.id.bytes))
    }

    /// What was delivered is to be delivered once more, because it says something else now; with the same reference, so
    /// that a CRM that looks at it changes its entry.
    /// - Returns: how many there are.
    package static func reopen(
        _ subject: Subject, dueAt: UnixTime, at: UnixTime, on connection: Connection
    ) throws(DatabaseError) -> Int {
        let ids = try connection.all(
            "SELECT id FROM deliveries WHERE subject_id = ? AND state = 'delivered'", .blob(subject.id.bytes)
        ) { row throws(DatabaseError) in DeliveryID(value: row.integer(0)) }
        for id in ids {
            try connection.run(
                """
                UPDATE deliveries SET state = 'pending', settled_at = NULL, attempts = 0, due_at = ?, reason = NULL
                WHERE id = ?
                """, .integer(dueAt.microseconds), .integer(id.value))
            guard let delivery = try find(id, on: connection) else { continue }
            try note(delivery, .reopened, "answered, which it was not when it was delivered", at: at, on: connection)
            try elect(delivery.connector, delivery.contactKey, on: connection)
        }
        return ids.count
    }

    /// Pending if any is pending, else dead if any is dead, else delivered if any, else none. Rows that were forgotten
    /// count as what they were.
    package static func state(
        of subject: Subject, on connection: Connection
    ) throws(DatabaseError) -> PhoneCall.DeliveryState {
        var states: Set<String> = []
        try connection.each(
            """
            SELECT state FROM deliveries WHERE subject_id = ?1
            UNION ALL SELECT state FROM past_deliveries WHERE subject_id = ?1
            """, .blob(subject.id.bytes)
        ) { row throws(DatabaseError) in
            states.insert(row.text(0))
            return .next
        }
        for state in [PhoneCall.DeliveryState.pending, .dead, .delivered] where states.contains(state.rawValue) {
            return state
        }
        return .none
    }

    // MARK: For the outbox

    /// The connectors that have heads to deliver, and when the first of each is due.
    package static func lanes(on connection: Connection) throws(DatabaseError) -> [DeliveryLane] {
        // From connector to connector along the index, so that what it costs is their number, not that of deliveries.
        try connection.all(
            """
            WITH RECURSIVE lanes (connector_id) AS (
                SELECT min(connector_id) FROM deliveries INDEXED BY deliveries_ready
                    WHERE is_head = 1 AND begun_at IS NULL
                UNION ALL
                SELECT (SELECT min(connector_id) FROM deliveries INDEXED BY deliveries_ready
                    WHERE is_head = 1 AND begun_at IS NULL AND connector_id > lanes.connector_id)
                FROM lanes WHERE lanes.connector_id IS NOT NULL
            )
            SELECT connector_id, (SELECT min(due_at) FROM deliveries INDEXED BY deliveries_ready
                WHERE is_head = 1 AND begun_at IS NULL AND connector_id = lanes.connector_id)
            FROM lanes WHERE connector_id IS NOT NULL
            """
        ) { row throws(DatabaseError) in
            DeliveryLane(
                connector: ConnectorID(value: row.integer(0)), dueAt: UnixTime(microseconds: row.integer(1)))
        }
    }

    /// Begins attempts of the heads of a connector that are due, the longest due first. The caller sends nothing before
    /// this is committed.
    package static func begin(
        _ claim: DeliveryClaim, at: UnixTime, on connection: Connection
    ) throws(DatabaseError) -> [Delivery] {
        let ids = try connection.all(
            """
            SELECT id FROM deliveries INDEXED BY deliveries_ready
            WHERE is_head = 1 AND begun_at IS NULL AND connector_id = ? AND due_at <= ? ORDER BY due_at LIMIT ?
            """, .integer(claim.connector.value), .integer(at.microseconds), .integer(Int64(claim.count))
        ) { row throws(DatabaseError) in row.integer(0) }
        var begun: [Delivery] = []
        for id in ids {
            try connection.run(
                "UPDATE deliveries SET attempts = attempts + 1, begun_at = ? WHERE id = ?", .integer(at.microseconds),
                .integer(id))
            if let delivery = try find(DeliveryID(value: id), on: connection) { begun.append(delivery) }
        }
        return begun
    }

    /// Ends an attempt. One that was ended already changes nothing.
    /// - Parameter delivery: as it was begun.
    package static func settle(
        _ delivery: Delivery, _ settlement: DeliverySettlement, at: UnixTime, on connection: Connection
    ) throws(DatabaseError) {
        switch settlement {
        case .delivered(let contact):
            try end(delivery, .delivered, nil, event: .delivered, contact: contact, at: at, on: connection)
        case .skipped(let reason):
            try end(delivery, .skipped, reason, event: .skipped, at: at, on: connection)
        case .gone:
            try end(delivery, .dropped, "no_record", event: .dropped, at: at, on: connection)
        case .dead(let failure):
            try end(
                delivery, .dead, failure.code, event: .dead, mayHaveArrived: failure.mayHaveArrived, at: at,
                on: connection)
        case .failed(let failure, let dueAt):
            let changed = try connection.run(
                """
                UPDATE deliveries SET begun_at = NULL, due_at = ?, reason = ?, may_have_arrived = may_have_arrived | ?
                WHERE id = ? AND workspace_id = ? AND attempts = ? AND begun_at = ?
                """, .integer(dueAt.microseconds), .text(failure.code), .boolean(failure.mayHaveArrived),
                .integer(delivery.id.value), .integer(delivery.workspace.value), .integer(Int64(delivery.attempts)),
                .integer(delivery.begunAt?.microseconds))
            guard changed > 0 else { return }
            // The first, second, fourth, …: a CRM that is down for a day must not fill the log.
            if delivery.attempts.nonzeroBitCount == 1 {
                try note(
                    delivery, .attemptFailed, "attempt \(delivery.attempts): \(failure.code)", at: at, on: connection)
            }
            try elect(delivery.connector, delivery.contactKey, on: connection)
        case .notSent(let reason, let dueAt):
            try takeBack(delivery, reason, dueAt: dueAt, on: connection)
        case .withoutConnector(let dueAt):
            let row = try connection.first(
                "SELECT enabled = 1, features & ? <> 0 FROM connectors WHERE id = ? AND workspace_id = ?",
                .integer(Int64(delivery.subject.feature.rawValue)), .integer(delivery.connector.value),
                .integer(delivery.workspace.value)
            ) { row throws(DatabaseError) in (isEnabled: row.boolean(0), isUsed: row.boolean(1)) }
            switch row {
            case nil:
                try end(delivery, .dropped, "connector_removed", event: .dropped, at: at, on: connection)
            case (false, _)?:
                try end(delivery, .skipped, "connector_off", event: .skipped, at: at, on: connection)
            case (true, false)?:
                try end(delivery, .skipped, "feature_off", event: .skipped, at: at, on: connection)
            case (true, true)?:
                try takeBack(delivery, "connector_unavailable", dueAt: dueAt, on: connection)
            }
        case .interrupted:
            try interrupt(delivery, at: at, on: connection)
        }
    }

    /// Attempts that were begun and never ended are due at once, and may have arrived.
    /// - Returns: how many there were.
    package static func recover(at: UnixTime, on connection: Connection) throws(DatabaseError) -> Int {
        let begun = try begun(on: connection)
        for delivery in begun { try interrupt(delivery, at: at, on: connection) }
        return begun.count
    }

    /// Attempts that were begun, but nobody was told: nothing was sent, so they do not count.
    package static func release(allBut known: Set<DeliveryID>, on connection: Connection) throws(DatabaseError) {
        for delivery in try begun(on: connection) where !known.contains(delivery.id) {
            try takeBack(delivery, delivery.reason, dueAt: delivery.dueAt, on: connection)
        }
    }

    package static func counts(on connection: Connection) throws(DatabaseError) -> DeliveryCounts {
        let counts = try connection.first(
            """
            SELECT (SELECT count(*) FROM deliveries INDEXED BY deliveries_pending WHERE state = 'pending'),
                (SELECT count(*) FROM deliveries INDEXED BY deliveries_dead WHERE state = 'dead'),
                (SELECT min(created_at) FROM deliveries INDEXED BY deliveries_pending WHERE state = 'pending')
            """
        ) { row throws(DatabaseError) in
            DeliveryCounts(
                pending: row.integer(0), dead: row.integer(1),
                oldestPending: row.optionalInteger(2).map { UnixTime(microseconds: $0) })
        }
        return counts ?? DeliveryCounts(pending: 0, dead: 0, oldestPending: nil)
    }

    // MARK: Forgetting

    /// How long settled deliveries can be listed and replayed.
    package static let settledLifetime: Duration = .seconds(30 * 24 * 60 * 60)
    /// Rows forgotten in one go, so that no transaction grows with the backlog.
    package static let sweepMax = Sweep.rowsMax

    /// Forgets deliveries settled long ago, at most ``sweepMax``; what a call or chat answers about its delivery stays.
    /// - Returns: how many.
    package static func sweep(now: UnixTime, on connection: Connection) throws(DatabaseError) -> Int {
        let limit = now - settledLifetime
        try connection.run(
            """
            INSERT INTO past_deliveries (subject_id, workspace_id, state)
            SELECT subject_id, workspace_id, state FROM deliveries
            WHERE id IN (SELECT id FROM deliveries WHERE settled_at <= ? ORDER BY settled_at, id LIMIT ?)
                AND state IN ('delivered', 'dead')
            ON CONFLICT (subject_id) DO UPDATE SET state = excluded.state WHERE excluded.state = 'dead'
            """, .integer(limit.microseconds), .integer(Int64(sweepMax)))
        return try connection.run(
            """
            DELETE FROM deliveries
            WHERE id IN (SELECT id FROM deliveries WHERE settled_at <= ? ORDER BY settled_at, id LIMIT ?)
            """, .integer(limit.microseconds), .integer(Int64(sweepMax)))
    }

    // MARK: Parts

    /// The row as a value.
    static func delivery(_ row: borrowing Row) -> Delivery? {
        guard let id = UniqueID(bytes: row.blob(4)), let state = Delivery.State(rawValue: row.text(6)) else {
            return nil
        }
        return Delivery(
            id: DeliveryID(value: row.integer(0)), workspace: WorkspaceID(value: row.integer(1)),
            connector: ConnectorID(value: row.integer(2)), subject: row.text(3) == "chat" ? .chat(id) : .call(id),
            contactKey: row.text(5), state: state, isHead: row.boolean(7),
            dueAt: UnixTime(microseconds: row.integer(8)), attempts: Int(row.integer(9)),
            begunAt: row.optionalInteger(10).map { UnixTime(microseconds: $0) }, mayHaveArrived: row.boolean(11),
            reason: row.optionalText(12), createdAt: UnixTime(microseconds: row.integer(13)),
            settledAt: row.optionalInteger(14).map { UnixTime(microseconds: $0) })
    }

    package static func find(_ id: DeliveryID, on connection: Connection) throws(DatabaseError) -> Delivery? {
        let found = try connection.first(
            """
            SELECT id, workspace_id, connector_id, subject_kind, subject_id, contact_key, state, is_head, due_at,
                attempts, begun_at, may_have_arrived, reason, created_at, settled_at
            FROM deliveries WHERE id = ?
            """, .integer(id.value)
        ) { row throws(DatabaseError) in delivery(row) }
        return found ?? nil
    }

    private static func begun(on connection: Connection) throws(DatabaseError) -> [Delivery] {
        try connection.all(
            """
            SELECT id, workspace_id, connector_id, subject_kind, subject_id, contact_key, state, is_head, due_at,
                attempts, begun_at, may_have_arrived, reason, created_at, settled_at
            FROM deliveries INDEXED BY deliveries_begun WHERE begun_at IS NOT NULL
            """
        ) { row throws(DatabaseError) in delivery(row) }.compactMap { $0 }
    }

    /// Ends a delivery for good, as far as the outbox is concerned.
    private static func end(
        _ delivery: Delivery, _ state: Delivery.State, _ reason: String?, event: Event, contact: UniqueID? = nil,
        mayHaveArrived: Bool = false, at: UnixTime, on connection: Connection
    ) throws(DatabaseError) {
        // What the CRM has, it has, also when an operator dropped the delivery meanwhile.
        let changed = try connection.run(
            """
            UPDATE deliveries SET state = ?, is_head = 0, begun_at = NULL, reason = ?, settled_at = ?,
                may_have_arrived = may_have_arrived | ?
            WHERE id = ? AND workspace_id = ? AND attempts = ?
                AND (begun_at = ? OR state = 'dropped' AND ?)
            """, .text(state.rawValue), .text(reason), .integer(at.microseconds), .boolean(mayHaveArrived),
            .integer(delivery.id.value), .integer(delivery.workspace.value), .integer(Int64(delivery.attempts)),
            .integer(delivery.begunAt?.microseconds), .boolean(state == .delivered))
        guard changed > 0 else { return }
        try note(
            delivery, event, reason ?? "attempt \(delivery.attempts)", at: at, on: connection)
        if let contact { try setContact(delivery, contact, on: connection) }
        try elect(delivery.connector, delivery.contactKey, on: connection)
    }

    /// Undoes the beginning of an attempt that sent nothing.
    private static func takeBack(
        _ delivery: Delivery, _ reason: String?, dueAt: UnixTime, on connection: Connection
    ) throws(DatabaseError) {
        let changed = try connection.run(
            """
            UPDATE deliveries SET begun_at = NULL, attempts = attempts - 1, due_at = ?, reason = ?
            WHERE id = ? AND workspace_id = ? AND attempts = ? AND begun_at = ?
            """, .integer(dueAt.microseconds), .text(reason), .integer(delivery.id.value),
            .integer(delivery.workspace.value), .integer(Int64(delivery.attempts)),
            .integer(delivery.begunAt?.microseconds))
        if changed > 0 { try elect(delivery.connector, delivery.contactKey, on: connection) }
    }

    private static func interrupt(
        _ delivery: Delivery, at: UnixTime, on connection: Connection
    ) throws(DatabaseError) {
        let changed = try connection.run(
            """
            UPDATE deliveries SET begun_at = NULL, due_at = ?, reason = 'interrupted', may_have_arrived = 1
            WHERE id = ? AND workspace_id = ? AND attempts = ? AND begun_at = ?
            """, .integer(at.microseconds), .integer(delivery.id.value), .integer(delivery.workspace.value),
            .integer(Int64(delivery.attempts)), .integer(delivery.begunAt?.microseconds))
        guard changed > 0 else { return }
        try note(
            delivery, .attemptFailed,
            "attempt \(delivery.attempts): interrupted by the end of the server; may be delivered a second time",
            at: at, on: connection)
        try elect(delivery.connector, delivery.contactKey, on: connection)
    }

    /// Makes the oldest pending delivery of a contact its head, unless one is being tried just now.
    static func elect(
        _ connector: ConnectorID, _ contactKey: String, on connection: Connection
    ) throws(DatabaseError) {
        let oldest = try connection.first(
            """
            SELECT min(id) FROM deliveries INDEXED BY deliveries_waiting
            WHERE connector_id = ? AND contact_key = ? AND state = 'pending'
            """, .integer(connector.value), .text(contactKey)
        ) { row throws(DatabaseError) in row.optionalInteger(0) }
        guard let oldest = oldest ?? nil else { return }
        let head = try connection.first(
            """
            SELECT id, begun_at IS NOT NULL FROM deliveries INDEXED BY deliveries_heads
            WHERE connector_id = ? AND contact_key = ? AND is_head = 1
            """, .integer(connector.value), .text(contactKey)
        ) { row throws(DatabaseError) in (id: row.integer(0), isBegun: row.boolean(1)) }
        if let head {
            if head.id == oldest || head.isBegun { return }
            try connection.run("UPDATE deliveries SET is_head = 0 WHERE id = ?", .integer(head.id))
        }
        try connection.run("UPDATE deliveries SET is_head = 1 WHERE id = ?", .integer(oldest))
    }

    /// What a call's log says of its deliveries.
    enum Event: String {
        case delivered, skipped, dead, retried, dropped, reopened
        case attemptFailed = "attempt_failed"
    }

    static func note(
        _ delivery: Delivery, _ event: Event, _ detail: String, at: UnixTime, on connection: Connection
    ) throws(DatabaseError) {
        // Chats have no log.
        guard case .call(let call) = delivery.subject else { return }
        try CallTable.note(
            call, workspace: delivery.workspace, connector: delivery.connector, event: event.rawValue, detail: detail,
            at: at, on: connection)
    }

    private static func setContact(
        _ delivery: Delivery, _ contact: UniqueID, on connection: Connection
    ) throws(DatabaseError) {
        guard case .call(let call) = delivery.subject else { return }
        try CallTable.setContact(call, workspace: delivery.workspace, contact: contact, on: connection)
    }
}

extension Delivery.Subject {
    /// Its name in the database.
    fileprivate var kind: String {
        switch self {
        case .call: "call"
        case .chat: "chat"
        }
    }
}
