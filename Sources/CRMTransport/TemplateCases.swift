// A template author's test cases as they stand in a CASES.json file. Values; the reading of the file.

package import CRMTemplate
package import JSONText

/// The cases of one file.
package struct TemplateCases: Sendable {
    /// Bytes of a file. The largest of ours has 20 kB; pasted answers of a CRM may have megabytes.
    package static let fileBytesMax = 16_777_216
    /// Cases of a file. Beyond this a file is no longer read by people.
    private static let casesMax = 1_000
    /// Responses, and expected contacts or requests, of one case.
    private static let rowsMax = 1_000
    private static let limits = JSONLimits(depth: 128, numberBytes: 512, values: 1_000_000)

    package let cases: [TemplateCase]

    /// Reads a file's text.
    ///
    /// - Throws: what is wrong with it, with the line of a syntax error or the path of a field.
    package init(json: [UInt8]) throws(JSONInputError) {
        let file = try JSONFields(parsing: json, limits: Self.limits)
        try file.refuseUnknown(known: ["$schema", "description", "params", "settings", "cases"])
        let parameters = try Self.parameters(try file.optionalFields("params"))
        let settings = try CaseSettings(try file.optionalFields("settings"), over: CaseSettings())
        var cases: [TemplateCase] = []
        for row in try file.rows("cases", count: 1...Self.casesMax) {
            cases.append(try Self.testCase(row, parameters, settings))
        }
        self.cases = cases
    }

    private static func testCase(
        _ row: JSONFields, _ parameters: [String: String], _ settings: CaseSettings
    ) throws(JSONInputError) -> TemplateCase {
        try row.refuseUnknown(known: [
            "name", "source", "trigger", "inputs", "params", "settings", "responses", "expect",
        ])
        let own = try Self.parameters(try row.optionalFields("params"))
        var answers: [CaseTransport.Answer] = []
        if row.has("responses") {
            for response in try row.rows("responses", count: 0...rowsMax) { answers.append(try answer(response)) }
        }
        return TemplateCase(
            name: try row.string("name", length: 1...200),
            trigger: try row.choice("trigger", as: CaseTrigger.self),
            inputs: try inputs(row), parameters: parameters.merging(own) { $1 },
            settings: try CaseSettings(try row.optionalFields("settings"), over: settings), answers: answers,
            expectation: try CaseExpectation(try row.fields("expect"), rowsMax: rowsMax))
    }

    private static func inputs(_ row: JSONFields) throws(JSONInputError) -> JSONObject {
        guard let inputs = try row.optionalFields("inputs") else { return JSONObject() }
        for member in inputs.object.members {
            switch member.value {
            case .string, .number, .bool: continue
            case .null, .array, .object:
                throw row.error(
                    "inputs", expected: "a string, a number or a boolean for each name",
                    found: member.value.kindDescription)
            }
        }
        return inputs.object
    }

    private static func parameters(_ fields: JSONFields?) throws(JSONInputError) -> [String: String] {
        var parameters: [String: String] = [:]
        for member in fields?.object.members ?? [] {
            switch member.value {
            case .string(let text): parameters[member.name] = text
            case .number(let number): parameters[member.name] = number.text
            case .bool(let value): parameters[member.name] = value ? "True" : "False"
            case .null, .array, .object:
                throw .field(
                    path: "params", expected: "a string, a number or a boolean for each name",
                    found: member.value.kindDescription)
            }
        }
        return parameters
    }

    private static func answer(_ row: JSONFields) throws(JSONInputError) -> CaseTransport.Answer {
        try row.refuseUnknown(known: ["source", "method", "url", "status", "headers", "body", "failure"])
        let outcome: RecordedExchange.Outcome
        if let kind = try row.optionalChoice("failure", as: TransportFailure.Kind.self) {
            outcome = .failure(TransportFailure(kind, "the case says so"))
        } else {
            outcome = .response(
                TemplateResponse(
                    status: Int(try row.optionalInteger("status", in: 100...999) ?? 200),
                    headers: try CaseExpectation.headers(row), body: body(row.value("body"))))
        }
        return CaseTransport.Answer(
            method: try row.optionalString("method", length: 1...16)?.uppercased() ?? "GET",
            url: try row.string("url", length: 1...Int.max), outcome: outcome)
    }

    /// A string is the body as it is; anything else is sent as the JSON it stands for.
    private static func body(_ value: JSONValue?) -> [UInt8] {
        guard let value, !value.isNull else { return [] }
        if let text = value.string { return Array(text.utf8) }
        var writer = JSONWriter(reserving: 1024)
        writer.value(value)
        return writer.finish()
    }
}

/// One case: what happens, what the CRM answers, what has to come of it.
package struct TemplateCase: Sendable {
    package let name: String
    package let trigger: CaseTrigger
    /// Variables that the trigger brings, by name: strings, numbers and Booleans.
    package let inputs: JSONObject
    /// Parameter values; the file's own, overridden by the case's.
    package let parameters: [String: String]
    package let settings: CaseSettings
    package let answers: [CaseTransport.Answer]
    package let expectation: CaseExpectation
}

/// The triggers as cases and the command line name them.
package enum CaseTrigger: String, Sendable, CaseIterable {
    case lookup
    case email
    case search
    case contacts
    case create
    case createFromClient = "create-from-client"
    case reportCall = "report-call"
    case reportChat = "report-chat"
    case cfd
    /// Granting access for an OAuth parameter: `parameter` and the callback's query parameters are the inputs.
    case authorize
}

/// What an installation decides, as far as a case depends on it.
package struct CaseSettings: Sendable {
    package var culture: Culture
    package var zone: CivilZone
    /// `[MaxLength]`; 0: all digits.
    package var maxLength: Int
    package var acceptsByPhone: Bool

    init() {
        culture = .invariant
        zone = .utc
        maxLength = 0
        acceptsByPhone = true
    }

    init(_ fields: JSONFields?, over settings: CaseSettings) throws(JSONInputError) {
        self = settings
        guard let fields else { return }
        try fields.refuseUnknown(known: ["culture", "timeZone", "maxLength", "acceptsByPhone"])
        if let name = try fields.optionalString("culture", length: 0...35) {
            guard let culture = Culture(name) else {
                throw fields.error("culture", expected: "a culture such as de-AT", found: "another string")
            }
            self.culture = culture
        }
        if let name = try fields.optionalString("timeZone", length: 1...64) {
            guard let zone = CivilZone(name) else {
                throw fields.error("timeZone", expected: "a time zone such as Europe/Vienna", found: "another string")
            }
            self.zone = zone
        }
        if let maxLength = try fields.optionalInteger("maxLength", in: 0...30) { self.maxLength = Int(maxLength) }
        if let accepts = try fields.optionalBoolean("acceptsByPhone") { acceptsByPhone = accepts }
    }
}
