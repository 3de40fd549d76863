// Calls in SQL: storing and merging reports, and what others note about a call. Functions over one connection inside the
// caller's transaction.

package import CRMMiddleware
package import NumbersCore
package import Platform
package import SQLiteDatabase

/// Reads and writes calls.
package enum CallTable {
    /// What a report is stored with.
    package struct Arrival: Sendable {
        let at: UnixTime
        /// For a call and a segment, if the report makes them.
        let callID: UniqueID
        let segmentID: UniqueID
        let plan: NumberingPlan

        package init(at: UnixTime, callID: UniqueID, segmentID: UniqueID, plan: NumberingPlan) {
            self.at = at
            self.callID = callID
            self.segmentID = segmentID
            self.plan = plan
        }
    }

    /// Records of one number and moment that are looked at for a merge: only conversations of several agents make more
    /// than one.
    private static let candidatesMax: Int64 = 16

    /// Merges a report into the call that it belongs to, or makes a call of it.
    package static func save(
        _ report: ReportedCall, _ arrival: Arrival, on connection: Connection
    ) throws(DatabaseError) -> PhoneCall {
        if var record = try mergeTarget(of: report, at: arrival.at, on: connection) {
            try merge(report, into: &record, arrival, on: connection)
            return record.call
        }
        return try make(report, arrival, on: connection)
    }

    // MARK: Making

    private static func make(
        _ report: ReportedCall, _ arrival: Arrival, on connection: Connection
    ) throws(DatabaseError) -> PhoneCall {
        let workspace = report.workspace
        var record = CallRecord(
            seq: 0,
            call: PhoneCall(
                id: arrival.callID, workspace: workspace.id, report: report.draft, contactID: nil, numberDID: nil,
                mergedReports: 1, delivery: .none, createdAt: arrival.at, updatedAt: arrival.at),
            mergeStart: report.draft.startTime, contextData: [], contextSource: nil, enriched: [])
        let filled = try takeContexts(&record, report, arrival, on: connection)
        if let number = report.draft.external {
            record.call.contactID = report.shownContact
            if record.call.contactID == nil {
                record.call.contactID = try SeenContactTable.shown(
                    for: number.text, workspace: workspace.id, on: connection)
            }
        }
        try CallRows.insert(&record, on: connection)
        try CallParts.addSegment(
            CallSegment(id: arrival.segmentID, of: report.draft), to: record, on: connection)
        try log(.accepted, report.draft.status, record, at: arrival.at, on: connection)
        try logInput(report, filled, record, at: arrival.at, on: connection)
        // An internal call concerns no contact of a CRM.
        if report.draft.direction != .internal {
            let count = try DeliveryTable.schedule(
                .call(record.call.id), workspace: workspace.id, contactKey: contactKey(record.call),
                dueAt: dueTime(workspace, arrival), at: arrival.at, on: connection)
            if count > 0 { record.call.delivery = .pending }
        }
        return record.call
    }

    /// What deliveries are ordered by.
    private static func contactKey(_ call: PhoneCall) -> String {
        let report = call.report
        return report.isExternalWithheld ? call.id.description : report.mergeKey
    }

    private static func dueTime(_ workspace: Workspace, _ arrival: Arrival) -> UnixTime {
        arrival.at + .seconds(workspace.settings.mergeSeconds)
    }

    // MARK: Merging

    /// The record that a report belongs to: of those that do, the oldest.
    private static func mergeTarget(
        of report: ReportedCall, at arrival: UnixTime, on connection: Connection
    ) throws(DatabaseError) -> CallRecord? {
        let workspace = SQLValue.integer(report.workspace.id.value)
        let direction = SQLValue.text(report.draft.direction.rawValue)
        let key = SQLValue.text(report.draft.mergeKey)
        let earliest = SQLValue.time(arrival - CallMerge.arrivalTolerance)
        let latest = SQLValue.time(arrival + CallMerge.arrivalTolerance)
        let limit = SQLValue.integer(candidatesMax)
        let found: [Int64]
        if let start = report.draft.startTime {
            found =
                try connection.all(
                    """
                    SELECT seq FROM calls INDEXED BY calls_to_merge
                    WHERE workspace_id = ? AND direction = ? AND merge_key = ? AND merge_start BETWEEN ? AND ? LIMIT ?
                    """, workspace, direction, key, .time(start - CallMerge.startTolerance),
                    .time(start + CallMerge.startTolerance), limit
                ) { row throws(DatabaseError) in row.integer(0) }
                + connection.all(
                    """
                    SELECT seq FROM calls INDEXED BY calls_by_arrival
                    WHERE workspace_id = ? AND direction = ? AND merge_key = ? AND created_at BETWEEN ? AND ?
                        AND merge_start IS NULL LIMIT ?
                    """, workspace, direction, key, earliest, latest, limit
                ) { row throws(DatabaseError) in row.integer(0) }
        } else {
            found = try connection.all(
                """
                SELECT seq FROM calls INDEXED BY calls_by_arrival
                WHERE workspace_id = ? AND direction = ? AND merge_key = ? AND created_at BETWEEN ? AND ? LIMIT ?
                """, workspace, direction, key, earliest, latest, limit
            ) { row throws(DatabaseError) in row.integer(0) }
        }
        for seq in found.sorted() {
            guard let record = try CallRows.record(seq, workspace: report.workspace.id, on: connection) else {
                continue
            }
            let candidate = MergeCandidate(
                start: record.mergeStart, span: record.call.report.span, arrival: record.call.createdAt,
                segments: report.draft.isAnswered ? try CallParts.segments(of: record, on: connection) : [])
            if CallMerge.isSameCall(report.draft, at: arrival, candidate) { return record }
        }
        return nil
    }

    private static func merge(
        _ report: ReportedCall, into record: inout CallRecord, _ arrival: Arrival, on connection: Connection
    ) throws(DatabaseError) {
        let before = record
        CallEnrichment.empty(record.enriched, of: &record.call.report)
        record.call.report = CallMerge.merged(record.call.report, with: report.draft)
        record.mergeStart = record.mergeStart ?? report.draft.startTime
        record.call.mergedReports += 1
        record.call.updatedAt = max(record.call.updatedAt, arrival.at)
        let filled = try takeContexts(&record, report, arrival, on: connection)
        try CallRows.update(record, from: before, on: connection)
        try CallParts.addSegment(CallSegment(id: arrival.segmentID, of: report.draft), to: record, on: connection)
        try log(.merged, report.draft.status, record, at: arrival.at, on: connection)
        try logInput(report, filled.subtracting(before.enriched), record, at: arrival.at, on: connection)
        // A CRM that was told of a missed call is told again when it turns out that somebody answered.
        if record.call.report.isAnswered, !before.call.report.isAnswered,
            try DeliveryTable.reopen(
                .call(record.call.id), dueAt: dueTime(report.workspace, arrival), at: arrival.at, on: connection) > 0
        {
            record.call.delivery = .pending
        }
        switch record.call.delivery {
        case .none: break
        case .pending:
            try DeliveryTable.postpone(
                .call(record.call.id), until: dueTime(report.workspace, arrival), on: connection)
        case .delivered, .dead:
            try log(.mergedAfterDelivery, report.draft.status, record, at: arrival.at, on: connection)
        }
    }

    // MARK: Context

    /// Fills a call from the contexts that it takes, or took with an earlier report.
    private static func takeContexts(
        _ record: inout CallRecord, _ report: ReportedCall, _ arrival: Arrival, on connection: Connection
    ) throws(DatabaseError) -> EnrichedFields {
        for context in try ContextTable.take(for: record.call, at: arrival.at, on: connection) {
            record.contextData = ContextPair.joined(record.contextData, context.draft.data)
            record.contextSource = context.draft.source ?? record.contextSource
        }
        record.enriched = CallEnrichment.fill(
            &record.call.report, from: record.contextData, source: record.contextSource)
        record.call.numberDID = CallEnrichment.did(
            of: record.call.report, data: record.contextData, country: report.workspace.settings.defaultCountry,
            plan: arrival.plan)
        return record.enriched
    }

    // MARK: Log

    private static func log(
        _ event: CallLogEntry.Event, _ detail: String, _ record: CallRecord, at: UnixTime, on connection: Connection
    ) throws(DatabaseError) {
        try CallParts.addLog(
            CallLogEntry(at: at, connector: nil, event: event.rawValue, detail: detail), to: record.seq,
            of: record.call.workspace, on: connection)
    }

    private static func logInput(
        _ report: ReportedCall, _ filled: EnrichedFields, _ record: CallRecord, at: UnixTime, on connection: Connection
    ) throws(DatabaseError) {
        if !filled.isEmpty { try log(.enriched, filled.text, record, at: at, on: connection) }
        if !report.unreplaced.isEmpty {
            try log(.unreplaced, report.unreplaced.joined(separator: ", "), record, at: at, on: connection)
        }
    }

    // MARK: For deliveries

    package static func find(
        _ id: UniqueID, workspace: WorkspaceID, on connection: Connection
    ) throws(DatabaseError) -> PhoneCall? {
        guard let seq = try CallRows.seq(of: id, workspace: workspace, on: connection) else { return nil }
        return try CallRows.record(seq, workspace: workspace, on: connection)?.call
    }

    /// Adds an entry to a call's log; nothing happens when there is no such call.
    package static func note(
        _ call: UniqueID, workspace: WorkspaceID, connector: ConnectorID?, event: String, detail: String, at: UnixTime,
        on connection: Connection
    ) throws(DatabaseError) {
        guard let seq = try CallRows.seq(of: call, workspace: workspace, on: connection) else { return }
        try CallParts.addLog(
            CallLogEntry(at: at, connector: connector, event: event, detail: detail), to: seq, of: workspace,
            on: connection)
    }

    /// The contact that a call was delivered to. `updated_at` stays: it is when reports last said something.
    package static func setContact(
        _ call: UniqueID, workspace: WorkspaceID, contact: UniqueID, on connection: Connection
    ) throws(DatabaseError) {
        try connection.run(
            "UPDATE calls SET contact_id = ? WHERE id = ? AND workspace_id = ?", .blob(contact.bytes),
            .blob(call.bytes), .integer(workspace.value))
    }

    // MARK: Forgetting

    /// Calls forgotten in one go, so that no transaction grows with the backlog.
    package static let sweepMax = 200

    /// Forgets calls created before a time, at most ``sweepMax``, with everything that belongs to them.
    /// - Returns: how many.
    package static func sweep(createdBefore limit: UnixTime, on connection: Connection) throws(DatabaseError) -> Int {
        let old = try connection.all(
            """
            SELECT seq, workspace_id, subject FROM calls INDEXED BY calls_by_age WHERE created_at < ? AND NOT EXISTS
                (SELECT 1 FROM deliveries WHERE subject_id = calls.id AND state = 'pending')
            LIMIT ?
            """, .time(limit), .integer(Int64(sweepMax))
        ) { row throws(DatabaseError) in
            (seq: row.integer(0), workspace: WorkspaceID(value: row.integer(1)), subject: row.optionalText(2))
        }
        for call in old {
            try CallRows.removeWords(of: call.subject, call.seq, call.workspace, on: connection)
            try connection.run(
                "DELETE FROM calls WHERE seq = ? AND workspace_id = ?", .integer(call.seq),
                .integer(call.workspace.value))
        }
        if !old.isEmpty, old.count < sweepMax { try CallRows.removeEmptyDays(on: connection) }
        return old.count
    }
}
