// Contacts as bytes. Pure functions.

import CRMMiddleware
import HTTPWire
import JSONText

extension MiddlewareReplies {
    /// The body of a search.
    static func contacts(_ contacts: [CRMContact]) -> [UInt8] {
        // A contact with a few numbers takes some 600 bytes.
        var writer = JSONWriter(reserving: 768 * contacts.count + 32)
        writer.beginObject()
        writer.key("contacts")
        writer.beginArray()
        for contact in contacts { contact.write(to: &writer) }
        writer.endArray()
        writer.endObject()
        return writer.finish()
    }

    /// The answer to a search.
    static func found(_ answer: RenderedAnswer) -> HTTPResponse {
        var response = json(answer.body)
        if !answer.status.isEmpty { response.add("X-Connector-Status", answer.status) }
        return response
    }

    /// 201 for a contact that is there now.
    static func created(_ contact: CRMContact) -> HTTPResponse {
        var writer = JSONWriter(reserving: 1_024)
        writer.beginObject()
        writer.field("response", "ok")
        writer.key("contact")
        contact.write(to: &writer)
        writer.endObject()
        return json(writer.finish(), status: .created)
    }
}
