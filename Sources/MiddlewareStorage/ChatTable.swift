// Chats in SQL. Functions over one connection inside the caller's transaction.

package import CRMMiddleware
import NumbersCore
package import Platform
package import SQLiteDatabase

/// Reads and writes chats.
package enum ChatTable {
    /// Stores a chat and schedules its deliveries.
    package static func save(
        _ draft: ChatDraft, of workspace: Workspace, id: UniqueID, at: UnixTime, on connection: Connection
    ) throws(DatabaseError) -> Chat {
        try connection.run(
            """
            INSERT INTO chats (id, workspace_id, email, source, number_external, name, start_time, end_time, duration,
                subject, chat_messages, queue_extension, entity_type, entity_id, agent, agent_first_name,
                agent_last_name, agent_email, created_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """, .blob(id.bytes), .integer(workspace.id.value), .text(draft.email), .text(draft.source),
            .number(draft.numberExternal), .text(draft.name), .time(draft.startTime), .time(draft.endTime),
            .integer(draft.duration), .text(draft.subject), .text(draft.chatMessages), .text(draft.queueExtension),
            .text(draft.entityType), .text(draft.entityID), .text(draft.agent), .text(draft.agentFirstName),
            .text(draft.agentLastName), .text(draft.agentEmail), .time(at))
        // A customer who chats by number and by address is one contact as long as the number is known.
        let contactKey = draft.numberExternal?.e164?.text ?? draft.email?.lowercased() ?? id.description
        let count = try DeliveryTable.schedule(
            .chat(id), workspace: workspace.id, contactKey: contactKey,
            dueAt: at + .seconds(workspace.settings.mergeSeconds), at: at, on: connection)
        return Chat(
            id: id, workspace: workspace.id, report: draft, delivery: count > 0 ? .pending : .none, createdAt: at)
    }

    package static func find(
        _ id: UniqueID, workspace: WorkspaceID, on connection: Connection
    ) throws(DatabaseError) -> Chat? {
        let found = try connection.first(
            """
            SELECT email, source, number_external, name, start_time, end_time, duration, subject, chat_messages,
                queue_extension, entity_type, entity_id, agent, agent_first_name, agent_last_name, agent_email,
                created_at
            FROM chats WHERE id = ? AND workspace_id = ?
            """, .blob(id.bytes), .integer(workspace.value)
        ) { row throws(DatabaseError) in
            var draft = ChatDraft()
            draft.email = row.optionalText(0)
            draft.source = row.optionalText(1)
            draft.numberExternal = row.number(2)
            draft.name = row.optionalText(3)
            draft.startTime = row.optionalTime(4)
            draft.endTime = row.optionalTime(5)
            draft.duration = row.optionalInteger(6)
            draft.subject = row.optionalText(7)
            draft.chatMessages = row.optionalText(8)
            draft.queueExtension = row.optionalText(9)
            draft.entityType = row.optionalText(10)
            draft.entityID = row.optionalText(11)
            draft.agent = row.optionalText(12)
            draft.agentFirstName = row.optionalText(13)
            draft.agentLastName = row.optionalText(14)
            draft.agentEmail = row.optionalText(15)
            return Chat(id: id, workspace: workspace, report: draft, delivery: .none, createdAt: row.time(16))
        }
        guard var chat = found else { return nil }
        chat.delivery = try DeliveryTable.state(of: .chat(id), on: connection)
        return chat
    }

    /// Forgets chats created before a time, at most ``CallTable/sweepMax``.
    /// - Returns: how many.
    package static func sweep(createdBefore limit: UnixTime, on connection: Connection) throws(DatabaseError) -> Int {
        try connection.run(
            """
            DELETE FROM chats WHERE seq IN (
                SELECT seq FROM chats INDEXED BY chats_by_age WHERE created_at < ? AND NOT EXISTS
                    (SELECT 1 FROM deliveries WHERE subject_id = chats.id AND state = 'pending')
                LIMIT ?)
            """, .time(limit), .integer(Int64(CallTable.sweepMax)))
    }
}
