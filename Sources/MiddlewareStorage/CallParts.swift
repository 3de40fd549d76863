// Segments and logs of calls. Functions over one connection inside the caller's transaction.

import CRMMiddleware
import Platform
import SQLiteDatabase

/// Reads and writes what belongs to a call.
enum CallParts {
    /// Adds a segment, unless the call has as many as it may.
    static func addSegment(
        _ segment: CallSegment, to record: CallRecord, on connection: Connection
    ) throws(DatabaseError) {
        guard record.call.mergedReports <= CallSegment.callMax else { return }
        try connection.run(
            """
            INSERT INTO call_segments (call_seq, number, workspace_id, id, number_internal, agent_first_name,
                agent_last_name, agent_email, queue_extension, status, answered, start_time, end_time, duration)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """, .integer(record.seq), .integer(Int64(record.call.mergedReports)),
            .integer(record.call.workspace.value), .blob(segment.id.bytes), .text(segment.numberInternal),
            .text(segment.agentFirstName), .text(segment.agentLastName), .text(segment.agentEmail),
            .text(segment.queueExtension), .text(segment.status), .flag(segment.answered), .time(segment.startTime),
            .time(segment.endTime), .integer(segment.duration))
    }

    /// The segments, oldest first.
    static func segments(of record: CallRecord, on connection: Connection) throws(DatabaseError) -> [CallSegment] {
        try connection.all(
            """
            SELECT id, number_internal, agent_first_name, agent_last_name, agent_email, queue_extension, status,
                answered, start_time, end_time, duration
            FROM call_segments WHERE call_seq = ? AND workspace_id = ? ORDER BY number
            """, .integer(record.seq), .integer(record.call.workspace.value)
        ) { row throws(DatabaseError) -> CallSegment? in
            guard let id = row.uniqueID(0) else { return nil }
            var segment = CallSegment(id: id, status: row.text(6))
            segment.numberInternal = row.optionalText(1)
            segment.agentFirstName = row.optionalText(2)
            segment.agentLastName = row.optionalText(3)
            segment.agentEmail = row.optionalText(4)
            segment.queueExtension = row.optionalText(5)
            segment.answered = row.flag(7)
            segment.startTime = row.optionalTime(8)
            segment.endTime = row.optionalTime(9)
            segment.duration = row.optionalInteger(10)
            return segment
        }.compactMap { $0 }
    }

    /// Adds an entry to the log; beyond the bound the oldest one goes.
    static func addLog(
        _ entry: CallLogEntry, to seq: Int64, of workspace: WorkspaceID, on connection: Connection
    ) throws(DatabaseError) {
        try connection.run(
            """
            INSERT INTO call_logs (call_seq, number, workspace_id, at, connector_id, event, detail)
            SELECT ?1, coalesce(max(number), 0) + 1, ?2, ?3, ?4, ?5, ?6
            FROM call_logs WHERE call_seq = ?1 AND workspace_id = ?2
            """, .integer(seq), .integer(workspace.value), .time(entry.at), .integer(entry.connector?.value),
            .text(entry.event), .text(entry.detail))
        try connection.run(
            """
            DELETE FROM call_logs WHERE call_seq = ?1 AND workspace_id = ?2
                AND number <= (SELECT max(number) FROM call_logs WHERE call_seq = ?1) - ?3
            """, .integer(seq), .integer(workspace.value), .integer(Int64(CallLogEntry.callMax)))
    }

    /// The log, oldest first.
    static func logs(of record: CallRecord, on connection: Connection) throws(DatabaseError) -> [CallLogEntry] {
        try connection.all(
            """
            SELECT at, connector_id, event, detail FROM call_logs
            WHERE call_seq = ? AND workspace_id = ? ORDER BY number
            """, .integer(record.seq), .integer(record.call.workspace.value)
        ) { row throws(DatabaseError) in
            CallLogEntry(
                at: row.time(0), connector: row.optionalInteger(1).map { ConnectorID(value: $0) }, event: row.text(2),
                detail: row.text(3))
        }
    }
}
