// What a case expects. Values, and their reading.

package import JSONText

/// What has to come of a run; what is nil is not looked at.
package struct CaseExpectation: Sendable {
    /// A contact: exactly these outputs, in any order.
    package struct ExpectedContact: Sendable {
        package let fields: [String: String]
    }

    package struct ExpectedRequest: Sendable {
        package let method: String
        /// Exact, or the beginning with `*` behind it.
        package let url: String
        /// Headers that have to be there, names in any case.
        package let headers: [(name: String, value: String)]
        /// A string: exactly this text. Anything else: this JSON, its members in any order.
        package let body: JSONValue?
    }

    /// In order.
    package let contacts: [ExpectedContact]?
    /// In order.
    package let requests: [ExpectedRequest]?
    /// Codes of failures, in order: `http-status`, `transport`, …
    package let failures: [String]?
    /// Of a call-flow lookup: the records, in order.
    package let records: [JSONValue]?
    /// Of `authorize`: the parameter's new value.
    package let value: String?

    init(_ fields: JSONFields, rowsMax: Int) throws(JSONInputError) {
        try fields.refuseUnknown(known: ["contacts", "requests", "failures", "records", "value"])
        contacts = fields.has("contacts") ? try Self.contacts(fields, rowsMax) : nil
        requests = fields.has("requests") ? try Self.requests(fields, rowsMax) : nil
        failures = try fields.optionalStrings("failures", count: 0...rowsMax, length: 1...64)
        value = try fields.optionalString("value", length: 0...Int.max)
        guard let records = fields.value("records") else {
            self.records = nil
            return
        }
        guard let array = records.array else {
            throw fields.error("records", expected: "an array", found: records.kindDescription)
        }
        self.records = array
    }

    private static func contacts(_ fields: JSONFields, _ rowsMax: Int) throws(JSONInputError) -> [ExpectedContact] {
        var contacts: [ExpectedContact] = []
        for row in try fields.rows("contacts", count: 0...rowsMax) {
            var texts: [String: String] = [:]
            for member in row.object.members {
                guard let text = member.value.string else {
                    throw fields.error(
                        "contacts", expected: "a string for each output", found: member.value.kindDescription)
                }
                texts[member.name] = text
            }
            contacts.append(ExpectedContact(fields: texts))
        }
        return contacts
    }

    private static func requests(_ fields: JSONFields, _ rowsMax: Int) throws(JSONInputError) -> [ExpectedRequest] {
        var requests: [ExpectedRequest] = []
        for row in try fields.rows("requests", count: 0...rowsMax) {
            try row.refuseUnknown(known: ["method", "url", "headers", "body"])
            requests.append(
                ExpectedRequest(
                    method: try row.optionalString("method", length: 1...16)?.uppercased() ?? "GET",
                    url: try row.string("url", length: 1...Int.max), headers: try headers(row),
                    body: row.value("body")))
        }
        return requests
    }

    /// Headers as an object of strings.
    static func headers(_ row: JSONFields) throws(JSONInputError) -> [(name: String, value: String)] {
        var headers: [(name: String, value: String)] = []
        for member in try row.optionalFields("headers")?.object.members ?? [] {
            guard let text = member.value.string else {
                throw row.error("headers", expected: "a string for each name", found: member.value.kindDescription)
            }
            headers.append((member.name, text))
        }
        return headers
    }
}
