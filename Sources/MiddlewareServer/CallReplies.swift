// Calls and chats as the API shows them. Pure functions.

import CRMMiddleware
import HTTPWire
import JSONText
import Platform

/// Bodies of answers about calls, contexts and chats.
enum CallReplies {
    // MARK: Calls

    /// A call that was stored, or that a report was merged into.
    static func saved(_ call: PhoneCall) -> [UInt8] {
        var writer = success("Call saved successfully.")
        writer.key("call")
        write(ListedCall(call: call, segments: nil, logs: nil), &writer)
        writer.endObject()
        return writer.finish()
    }

    static func savedContext(_ id: UniqueID) -> [UInt8] {
        var writer = success("Call context saved successfully.")
        writer.field("call_context_id", id.description)
        writer.endObject()
        return writer.finish()
    }

    /// One page of calls.
    static func list(_ page: CallPage, _ query: CallListQuery, _ links: PageLinks) -> [UInt8] {
        var writer = JSONWriter(reserving: 1_024 * page.calls.count + 256)
        writer.beginObject()
        writer.key("data")
        writer.beginArray()
        for call in page.calls { write(call, &writer) }
        writer.endArray()
        writer.field("current_page", query.page)
        writer.field("per_page", query.perPage)
        let isExact = page.counted <= CallListQuery.countMax
        writer.field("total", isExact ? page.counted : nil)
        if !isExact { writer.field("total_at_least", page.counted) }
        let hasNext =
            page.counted > query.offset + query.perPage && (query.page + 1) * query.perPage <= CallListQuery.countMax
        writer.field("next_page_url", hasNext ? links.url(ofPage: query.page + 1) : nil)
        writer.field("prev_page_url", query.page > 1 ? links.url(ofPage: query.page - 1) : nil)
        writer.endObject()
        return writer.finish()
    }

    private static func write(_ listed: ListedCall, _ writer: inout JSONWriter) {
        let (call, report) = (listed.call, listed.call.report)
        writer.beginObject()
        writer.field("id", call.id.description)
        writer.field("direction", report.direction.rawValue)
        writer.field("status", report.status)
        writer.field("number_from", report.numberFrom?.text)
        writer.field("number_to", report.numberTo?.text)
        writer.field("number_external", report.numberExternal?.text)
        writer.field("number_internal", report.numberInternal?.text)
        writer.field("number_did", call.numberDID)
        writer.field("source", report.source)
        writer.field("answered", report.answered)
        writer.field("duration", report.duration)
        writer.field("start_time_utc", time(report.startTime))
        writer.field("end_time_utc", time(report.endTime))
        writer.field("subject", report.subject)
        writer.field("body", report.body)
        writer.field("recording_url", report.recordingURL)
        writer.field("agent_first_name", report.agentFirstName)
        writer.field("agent_last_name", report.agentLastName)
        writer.field("agent_email", report.agentEmail)
        writer.field("queue_extension", report.queueExtension)
        writer.field("contact_id", call.contactID?.description)
        writer.field("merged_reports", call.mergedReports)
        writer.field("delivery", call.delivery.rawValue)
        writer.field("created_at", call.createdAt.rfc3339Milliseconds())
        writer.field("updated_at", call.updatedAt.rfc3339Milliseconds())
        if let segments = listed.segments {
            writer.key("segments")
            writer.beginArray()
            for segment in segments { write(segment, &writer) }
            writer.endArray()
        }
        if let logs = listed.logs {
            writer.key("logs")
            writer.beginArray()
            for entry in logs { write(entry, &writer) }
            writer.endArray()
        }
        writer.endObject()
    }

    private static func write(_ segment: CallSegment, _ writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("id", segment.id.description)
        writer.field("number_internal", segment.numberInternal)
        writer.field("agent_first_name", segment.agentFirstName)
        writer.field("agent_last_name", segment.agentLastName)
        writer.field("agent_email", segment.agentEmail)
        writer.field("queue_extension", segment.queueExtension)
        writer.field("status", segment.status)
        writer.field("answered", segment.answered)
        writer.field("start_time_utc", time(segment.startTime))
        writer.field("end_time_utc", time(segment.endTime))
        writer.field("duration", segment.duration)
        writer.endObject()
    }

    private static func write(_ entry: CallLogEntry, _ writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("at", entry.at.rfc3339Milliseconds())
        writer.field("connector", entry.connector?.description)
        writer.field("event", entry.event)
        writer.field("detail", entry.detail)
        writer.endObject()
    }

    // MARK: Chats

    static func saved(_ chat: Chat) -> [UInt8] {
        let report = chat.report
        var writer = success("Chat saved successfully.")
        writer.key("chat")
        writer.beginObject()
        writer.field("id", chat.id.description)
        writer.field("email", report.email)
        writer.field("source", report.source)
        writer.field("number_external", report.numberExternal?.text)
        writer.field("name", report.name)
        writer.field("start_time_utc", time(report.startTime))
        writer.field("end_time_utc", time(report.endTime))
        writer.field("duration", report.duration)
        writer.field("subject", report.subject)
        writer.field("chat_messages", report.chatMessages)
        writer.field("queue_extension", report.queueExtension)
        writer.field("entity_type", report.entityType)
        writer.field("entity_id", report.entityID)
        writer.field("agent", report.agent)
        writer.field("agent_first_name", report.agentFirstName)
        writer.field("agent_last_name", report.agentLastName)
        writer.field("agent_email", report.agentEmail)
        writer.field("delivery", chat.delivery.rawValue)
        writer.field("created_at", chat.createdAt.rfc3339Milliseconds())
        writer.endObject()
        writer.endObject()
        return writer.finish()
    }

    // MARK: Parts

    /// An open object that says that something was stored.
    private static func success(_ message: String) -> JSONWriter {
        var writer = JSONWriter(reserving: 1_024)
        writer.beginObject()
        writer.field("response", "success")
        writer.field("message", message)
        return writer
    }

    /// A time of the PBX as PBXs write it: whole seconds, unless it was given with a fraction.
    private static func time(_ time: UnixTime?) -> String? {
        time.map { $0.microseconds % 1_000_000 == 0 ? $0.rfc3339() : $0.rfc3339Milliseconds() }
    }
}

/// Where the pages beside a page are.
struct PageLinks: Sendable {
    /// The server's public address; empty when it is not configured: links are then relative to its root.
    let origin: String
    let path: String
    let parameters: [(name: String, value: String)]

    /// The same list at another page, with every other parameter as it was given.
    func url(ofPage page: Int) -> String {
        let others = parameters.filter { $0.name != "page" }.map { pair in
            PercentCoding.encode(pair.name) + "=" + PercentCoding.encode(pair.value)
        }
        return origin + path + "?" + (others + ["page=\(page)"]).joined(separator: "&")
    }
}
