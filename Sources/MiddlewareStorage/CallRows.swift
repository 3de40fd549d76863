// The row of a call, its words, and the days it lies in. Functions over one connection inside the caller's transaction.

import CRMMiddleware
import Platform
import SQLiteDatabase

/// A call as it is stored, with what only storing needs.
struct CallRecord: Sendable {
    /// Its place in the order of arrival, which every index ends with.
    var seq: Int64
    var call: PhoneCall
    /// The start time that further reports are compared with.
    var mergeStart: UnixTime?
    var contextData: [ContextPair]
    var contextSource: String?
    var enriched: EnrichedFields

    /// The start, or the nearest that is known: a call without times is ordered and found by its arrival.
    var startedAt: UnixTime { call.report.startTime ?? call.createdAt }

    /// The end, in the same way.
    var endedAt: UnixTime {
        call.report.endTime ?? call.report.duration.map { startedAt + .seconds($0) } ?? startedAt
    }
}

/// Reads and writes rows of calls.
enum CallRows {
    static func seq(
        of id: UniqueID, workspace: WorkspaceID, on connection: Connection
    ) throws(DatabaseError) -> Int64? {
        try connection.first(
            "SELECT seq FROM calls WHERE id = ? AND workspace_id = ?", .blob(id.bytes), .integer(workspace.value)
        ) { row throws(DatabaseError) in row.integer(0) }
    }

    static func record(
        _ seq: Int64, workspace: WorkspaceID, on connection: Connection
    ) throws(DatabaseError) -> CallRecord? {
        let found = try connection.first(
            """
            SELECT seq, id, workspace_id, direction, status, number_from, number_to, number_external, number_internal,
                source, answered, duration, start_time, end_time, subject, body, recording_url, agent_first_name,
                agent_last_name, agent_email, queue_extension, contact_id, number_did, merged_reports, created_at,
                updated_at, merge_start, context_data, context_source, enriched
            FROM calls WHERE seq = ? AND workspace_id = ?
            """, .integer(seq), .integer(workspace.value)
        ) { row throws(DatabaseError) in record(row) }
        guard var record = found ?? nil else { return nil }
        record.call.delivery = try DeliveryTable.state(of: .call(record.call.id), on: connection)
        return record
    }

    private static func record(_ row: borrowing Row) -> CallRecord? {
        guard let id = row.uniqueID(1), let direction = PhoneCall.Direction(rawValue: row.text(3)) else { return nil }
        var report = CallDraft(direction: direction, status: row.text(4))
        report.numberFrom = row.number(5)
        report.numberTo = row.number(6)
        report.numberExternal = row.number(7)
        report.numberInternal = row.number(8)
        report.source = row.optionalText(9)
        report.answered = row.flag(10)
        report.duration = row.optionalInteger(11)
        report.startTime = row.optionalTime(12)
        report.endTime = row.optionalTime(13)
        report.subject = row.optionalText(14)
        report.body = row.optionalText(15)
        report.recordingURL = row.optionalText(16)
        report.agentFirstName = row.optionalText(17)
        report.agentLastName = row.optionalText(18)
        report.agentEmail = row.optionalText(19)
        report.queueExtension = row.optionalText(20)
        let call = PhoneCall(
            id: id, workspace: WorkspaceID(value: row.integer(2)), report: report, contactID: row.uniqueID(21),
            numberDID: row.optionalText(22), mergedReports: Int(row.integer(23)), delivery: .none,
            createdAt: row.time(24), updatedAt: row.time(25))
        return CallRecord(
            seq: row.integer(0), call: call, mergeStart: row.optionalTime(26),
            contextData: [ContextPair](stored: row.optionalText(27)), contextSource: row.optionalText(28),
            enriched: EnrichedFields(rawValue: row.integer(29)))
    }

    /// Stores a new call and gives it its place.
    static func insert(_ record: inout CallRecord, on connection: Connection) throws(DatabaseError) {
        let call = record.call
        try connection.run(
            """
            INSERT INTO calls (direction, status, number_from, number_to, number_external, number_internal, source,
                answered, duration, start_time, end_time, subject, body, recording_url, agent_first_name,
                agent_last_name, agent_email, queue_extension, contact_id, number_did, merged_reports, updated_at,
                status_key, is_answered, caller, callee, started_at, ended_at, merge_start, context_data,
                context_source, enriched, workspace_id, id, created_at, merge_key)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
                ?, ?)
            """,
            bindings: values(record) + [
                .integer(call.workspace.value), .blob(call.id.bytes), .time(call.createdAt),
                .text(call.report.mergeKey),
            ])
        record.seq = connection.lastInsertRowID
        try insertWords(of: record, on: connection)
        try noteDays(of: record, on: connection)
    }

    /// Stores what a further report has changed.
    static func update(
        _ record: CallRecord, from before: CallRecord, on connection: Connection
    ) throws(DatabaseError) {
        try connection.run(
            """
            UPDATE calls SET direction = ?, status = ?, number_from = ?, number_to = ?, number_external = ?,
                number_internal = ?, source = ?, answered = ?, duration = ?, start_time = ?, end_time = ?, subject = ?,
                body = ?, recording_url = ?, agent_first_name = ?, agent_last_name = ?, agent_email = ?,
                queue_extension = ?, contact_id = ?, number_did = ?, merged_reports = ?, updated_at = ?,
                status_key = ?, is_answered = ?, caller = ?, callee = ?, started_at = ?, ended_at = ?,
                merge_start = ?, context_data = ?, context_source = ?, enriched = ?
            WHERE seq = ? AND workspace_id = ?
            """, bindings: values(record) + [.integer(record.seq), .integer(record.call.workspace.value)])
        try removeWords(of: before.call.report.subject, record.seq, record.call.workspace, on: connection)
        try insertWords(of: record, on: connection)
        try noteDays(of: record, on: connection)
    }

    /// The columns that a merge may change, in the order of both statements.
    private static func values(_ record: CallRecord) -> [SQLValue] {
        let report = record.call.report
        let numbers: [SQLValue] = [
            .text(report.direction.rawValue), .text(report.status), .number(report.numberFrom),
            .number(report.numberTo), .number(report.numberExternal), .number(report.numberInternal),
        ]
        let facts: [SQLValue] = [
            .text(report.source), .flag(report.answered), .integer(report.duration), .time(report.startTime),
            .time(report.endTime), .text(report.subject), .text(report.body), .text(report.recordingURL),
        ]
        let people: [SQLValue] = [
            .text(report.agentFirstName), .text(report.agentLastName), .text(report.agentEmail),
            .text(report.queueExtension), .blob(record.call.contactID?.bytes), .text(record.call.numberDID),
        ]
        let compared: [SQLValue] = [
            .integer(Int64(record.call.mergedReports)), .time(record.call.updatedAt), .text(report.statusKey),
            .boolean(report.isAnswered), .text(report.caller?.key), .text(report.callee?.key),
            .time(record.startedAt), .time(record.endedAt),
        ]
        let context: [SQLValue] = [
            .time(record.mergeStart), .text(record.contextData.isEmpty ? nil : record.contextData.stored),
            .text(record.contextSource), .integer(record.enriched.rawValue),
        ]
        return numbers + facts + people + compared + context
    }

    // MARK: Words

    private static func insertWords(of record: CallRecord, on connection: Connection) throws(DatabaseError) {
        guard let subject = record.call.report.subject else { return }
        for word in SubjectWords.of(subject) {
            try connection.run(
                """
                INSERT INTO call_words (workspace_id, word, call_seq, started_at, ended_at, updated_at)
                VALUES (?, ?, ?, ?, ?, ?)
                """, .integer(record.call.workspace.value), .text(word), .integer(record.seq), .time(record.startedAt),
                .time(record.endedAt), .time(record.call.updatedAt))
        }
    }

    static func removeWords(
        of subject: String?, _ seq: Int64, _ workspace: WorkspaceID, on connection: Connection
    ) throws(DatabaseError) {
        guard let subject else { return }
        for word in SubjectWords.of(subject) {
            try connection.run(
                "DELETE FROM call_words WHERE workspace_id = ? AND word = ? AND call_seq = ?",
                .integer(workspace.value), .text(word), .integer(seq))
        }
    }

    // MARK: Days

    /// Widens what is known of the days in which the call starts and ends. Nothing narrows it again: a span too wide
    /// costs time, never a call.
    private static func noteDays(of record: CallRecord, on connection: Connection) throws(DatabaseError) {
        for (axis, day) in [("start", record.startedAt.dayNumber), ("end", record.endedAt.dayNumber)] {
            try connection.run(
                """
                INSERT INTO call_days (workspace_id, axis, day, start_min, start_max, end_min, end_max, creation_min,
                    creation_max, update_min, update_max)
                VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?5, ?6, ?6, ?7, ?7)
                ON CONFLICT (workspace_id, axis, day) DO UPDATE SET
                    start_min = min(start_min, ?4), start_max = max(start_max, ?4),
                    end_min = min(end_min, ?5), end_max = max(end_max, ?5),
                    creation_min = min(creation_min, ?6), creation_max = max(creation_max, ?6),
                    update_min = min(update_min, ?7), update_max = max(update_max, ?7)
                """, .integer(record.call.workspace.value), .text(axis), .integer(day), .time(record.startedAt),
                .time(record.endedAt), .integer(record.seq), .time(record.call.updatedAt))
        }
    }

    /// Drops the days that no call is left of: those whose youngest call is older than every call of the workspace.
    static func removeEmptyDays(on connection: Connection) throws(DatabaseError) {
        try connection.run(
            """
            DELETE FROM call_days WHERE NOT EXISTS
                (SELECT 1 FROM calls WHERE workspace_id = call_days.workspace_id AND seq <= call_days.creation_max)
            """)
    }
}
