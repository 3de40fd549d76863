// Contacts as JSON in a column: what is absent is left out. Pure functions.

internal import CRMMiddleware
internal import JSONText
internal import Platform

/// Writes contacts as text and reads them back.
enum ContactText {
    static func encode(_ contacts: [CRMContact]) -> String {
        var writer = JSONWriter(reserving: 512 * contacts.count + 16)
        writer.beginArray()
        for contact in contacts { write(contact, to: &writer) }
        writer.endArray()
        return String(decoding: writer.finish(), as: UTF8.self)
    }

    /// nil for what ``encode(_:)`` does not write.
    static func decode(_ text: String) -> [CRMContact]? {
        // Text of another release or of a damaged row is as good as none.
        guard let value = try? JSONValue(parsing: Array(text.utf8)), let array = value.array else { return nil }
        var contacts: [CRMContact] = []
        for element in array {
            guard let object = element.object else { return nil }
            contacts.append(contact(object))
        }
        return contacts
    }

    /// The numbers of a contact by the names of their lines.
    static func encode(_ lines: ContactLines) -> String {
        var writer = JSONWriter(reserving: 64 * lines.values.count + 8)
        write(lines, to: &writer)
        return String(decoding: writer.finish(), as: UTF8.self)
    }

    static func lines(_ text: String) -> ContactLines {
        guard let value = try? JSONValue(parsing: Array(text.utf8)) else { return ContactLines() }
        return lines(value.object)
    }

    /// Fields as pairs in an array: their order counts.
    static func encode(_ custom: [CRMContact.CustomField]) -> String {
        var writer = JSONWriter(reserving: 64 * custom.count + 8)
        write(custom, to: &writer)
        return String(decoding: writer.finish(), as: UTF8.self)
    }

    static func custom(_ text: String) -> [CRMContact.CustomField] {
        guard let value = try? JSONValue(parsing: Array(text.utf8)) else { return [] }
        return custom(value.array)
    }

    // MARK: Parts

    private static func write(_ contact: CRMContact, to writer: inout JSONWriter) {
        func field(_ name: StaticString, _ text: String?) { if let text { writer.field(name, text) } }
        writer.beginObject()
        field("id", contact.id?.description)
        field("first_name", contact.firstName)
        field("last_name", contact.lastName)
        field("civility", contact.civility)
        field("email", contact.email)
        field("company", contact.company)
        field("title", contact.title)
        field("entity_id", contact.entityID)
        field("entity_type", contact.entityType)
        field("entity_url", contact.entityURL)
        field("connector", contact.connector?.description)
        field("match", contact.match?.rawValue)
        writer.key("numbers")
        write(contact.lines, to: &writer)
        writer.key("custom")
        write(contact.custom, to: &writer)
        writer.endObject()
    }

    private static func contact(_ object: JSONObject) -> CRMContact {
        var contact = CRMContact()
        contact.id = object["id"]?.string.flatMap { UniqueID($0) }
        contact.firstName = object["first_name"]?.string
        contact.lastName = object["last_name"]?.string
        contact.civility = object["civility"]?.string
        contact.email = object["email"]?.string
        contact.company = object["company"]?.string
        contact.title = object["title"]?.string
        contact.entityID = object["entity_id"]?.string
        contact.entityType = object["entity_type"]?.string
        contact.entityURL = object["entity_url"]?.string
        contact.connector = object["connector"]?.string.flatMap { ConnectorID($0) }
        contact.match = object["match"]?.string.flatMap { CRMContact.Match(rawValue: $0) }
        contact.lines = lines(object["numbers"]?.object)
        contact.custom = custom(object["custom"]?.array)
        return contact
    }

    private static func write(_ lines: ContactLines, to writer: inout JSONWriter) {
        writer.beginObject()
        for line in CRMContact.Line.allCases {
            guard let number = lines[line] else { continue }
            writer.key(dynamic: line.rawValue)
            writer.string(number)
        }
        writer.endObject()
    }

    private static func lines(_ object: JSONObject?) -> ContactLines {
        var lines = ContactLines()
        for member in object?.members ?? [] {
            if let line = CRMContact.Line(rawValue: member.name), let number = member.value.string {
                lines[line] = number
            }
        }
        return lines
    }

    private static func write(_ custom: [CRMContact.CustomField], to writer: inout JSONWriter) {
        writer.beginArray()
        for field in custom {
            writer.beginArray()
            writer.string(field.name)
            writer.string(field.value)
            writer.endArray()
        }
        writer.endArray()
    }

    private static func custom(_ array: [JSONValue]?) -> [CRMContact.CustomField] {
        (array ?? []).compactMap { pair in
            guard let pair = pair.array, pair.count == 2, let name = pair[0].string, let value = pair[1].string else {
                return nil
            }
            return CRMContact.CustomField(name, value)
        }
    }
}
