// Contexts of live calls in SQL. Functions over one connection inside the caller's transaction.

package import CRMMiddleware
import NumbersCore
package import Platform
package import SQLiteDatabase

/// Reads and writes contexts.
package enum ContextTable {
    /// Updates the open context that a report belongs to, or opens one under the id.
    /// - Returns: the context's id.
    package static func save(
        _ draft: CallContextDraft, of workspace: WorkspaceID, id: UniqueID, at: UnixTime, on connection: Connection
    ) throws(DatabaseError) -> UniqueID {
        let open = try open(
            draft.direction.rawValue, draft.external.key, workspace: workspace, at: at, on: connection)
        let closest = open.compactMap { stored in
            stored.context.distance(to: draft, at: at).map { (stored: stored, distance: $0) }
        }.min { $0.distance < $1.distance }
        if let stored = closest?.stored {
            var context = stored.context
            context.update(with: draft, at: at)
            try connection.run(
                """
                UPDATE call_contexts SET source = ?, start_time = ?, reference = ?, segment_kind = ?, data = ?,
                    anchor = ?, is_anchor_given = ?, updated_at = ?
                WHERE seq = ? AND workspace_id = ?
                """, .text(context.draft.source), .time(context.draft.startTime),
                .text(context.draft.reference.rawValue), .text(context.draft.segmentKind?.rawValue),
                .text(context.draft.data.stored), .time(context.anchor), .boolean(context.isAnchorGiven),
                .time(context.updatedAt), .integer(stored.seq), .integer(workspace.value))
            return context.id
        }
        let context = CallContext(id: id, of: draft, at: at)
        try connection.run(
            """
            INSERT INTO call_contexts (id, workspace_id, direction, external, external_key, source, start_time,
                reference, segment_kind, data, anchor, is_anchor_given, created_at, updated_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """, .blob(id.bytes), .integer(workspace.value), .text(draft.direction.rawValue),
            .number(draft.external), .text(draft.external.key), .text(draft.source), .time(draft.startTime),
            .text(draft.reference.rawValue), .text(draft.segmentKind?.rawValue), .text(draft.data.stored),
            .time(context.anchor), .boolean(context.isAnchorGiven), .time(at), .time(at))
        return id
    }

    /// The open contexts that belong to a call, in the order of their anchors; they are its own from here on.
    static func take(
        for call: PhoneCall, at: UnixTime, on connection: Connection
    ) throws(DatabaseError) -> [CallContext] {
        guard call.report.direction != .internal, let key = call.report.external?.key else { return [] }
        let open = try open(call.report.direction.rawValue, key, workspace: call.workspace, at: at, on: connection)
        let taken = CallContext.taken(by: call.report, at: at, from: open.map(\.context))
        for context in taken {
            try connection.run(
                "UPDATE call_contexts SET taken_by = ? WHERE id = ? AND workspace_id = ?", .blob(call.id.bytes),
                .blob(context.id.bytes), .integer(call.workspace.value))
        }
        return taken
    }

    /// The latest open contexts of a number.
    private static func open(
        _ direction: String, _ key: String, workspace: WorkspaceID, at: UnixTime, on connection: Connection
    ) throws(DatabaseError) -> [(seq: Int64, context: CallContext)] {
        try connection.all(
            """
            SELECT seq, id, direction, external, source, start_time, reference, segment_kind, data, anchor,
                is_anchor_given, created_at, updated_at
            FROM call_contexts INDEXED BY call_contexts_open
            WHERE workspace_id = ? AND direction = ? AND external_key = ? AND updated_at > ? AND taken_by IS NULL
            ORDER BY updated_at DESC LIMIT ?
            """, .integer(workspace.value), .text(direction), .text(key), .time(at - CallContext.openTime),
            .integer(Int64(CallContext.candidatesMax))
        ) { row throws(DatabaseError) -> (seq: Int64, context: CallContext)? in
            guard let id = row.uniqueID(1), let direction = CallContextDraft.Direction(rawValue: row.text(2)),
                let reference = CallContextDraft.Reference(rawValue: row.text(6))
            else { return nil }
            let external = row.text(3)
            var draft = CallContextDraft(
                direction: direction, external: PartyNumber(given: external, e164: E164(external)))
            draft.source = row.optionalText(4)
            draft.startTime = row.optionalTime(5)
            draft.reference = reference
            draft.segmentKind = row.optionalText(7).flatMap { CallContextDraft.SegmentKind(rawValue: $0) }
            draft.data = [ContextPair](stored: row.text(8))
            return (
                row.integer(0),
                CallContext(
                    id: id, draft: draft, anchor: row.time(9), isAnchorGiven: row.boolean(10), createdAt: row.time(11),
                    updatedAt: row.time(12))
            )
        }.compactMap { $0 }
    }

    // MARK: Forgetting

    /// How long a context is kept, taken or not: long enough to see what a call was filled from.
    package static let lifetime: Duration = .seconds(24 * 60 * 60)
    /// Contexts forgotten in one go.
    package static let sweepMax = 1_000

    /// Forgets contexts that were last updated longer ago than ``lifetime``, at most ``sweepMax``.
    /// - Returns: how many.
    package static func sweep(now: UnixTime, on connection: Connection) throws(DatabaseError) -> Int {
        try connection.run(
            """
            DELETE FROM call_contexts WHERE seq IN (
                SELECT seq FROM call_contexts INDEXED BY call_contexts_by_age WHERE updated_at < ? LIMIT ?)
            """, .time(now - lifetime), .integer(Int64(sweepMax)))
    }
}
