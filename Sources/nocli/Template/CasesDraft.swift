// The cases that come with a new template. A value.

import JSONText

/// Writes a file of cases for a template made of answers.
struct CasesDraft {
    private typealias Ask = TemplateAnswers

    private let answers: TemplateAnswers
    private let number: String
    private static let digits = "15555550100"

    init(_ answers: TemplateAnswers) {
        self.answers = answers
        switch Ask.NumberForm(rawValue: answers[Ask.number] ?? "") ?? .plus {
        case .plus: number = "+" + Self.digits
        case .digits: number = Self.digits
        case .zeros: number = "00" + Self.digits
        }
    }

    /// The whole file.
    var json: [UInt8] {
        var cases = [
            testCase(
                "a caller who is a contact", "lookup", [("Number", .string("+" + Self.digits))],
                [response("GET", url(Ask.lookup), .integer(200), list([record]))], [("contacts", .array([contact]))]),
            testCase(
                "nobody has the number", "lookup", [("Number", .string("+" + Self.digits))],
                [response("GET", url(Ask.lookup), .integer(200), list([]))], [("contacts", .array([]))]),
            testCase(
                "the service is down", "lookup", [("Number", .string("+" + Self.digits))],
                [response("GET", url(Ask.lookup), .integer(503), .null)],
                [("contacts", .array([])), ("failures", .array([.string("http-status")]))]),
        ]
        if answers[Ask.emailLookup] != nil {
            cases.append(
                testCase(
                    "by e-mail address", "email", [("Email", .string("ann@example.com"))],
                    [response("GET", url(Ask.emailLookup), .integer(200), list([record]))],
                    [("contacts", .array([contact]))]))
        }
        if answers[Ask.create] != nil {
            cases.append(
                testCase(
                    "a contact is made for an unknown caller", "create", [("Number", .string("+" + Self.digits))],
                    [response("POST", url(Ask.create), .integer(201), record)], [("contacts", .array([contact]))],
                    parameters: [("CreateContactEnabled", .bool(true))]))
        }
        if answers[Ask.calls] != nil {
            for kind in ["Inbound", "Outbound", "Missed", "Notanswered"] { cases.append(call(kind)) }
        }
        if answers[Ask.chats] != nil {
            cases.append(
                testCase(
                    "a chat", "report-chat",
                    [
                        ("Name", .string("Ann")), ("EntityId", .string("17")), ("Agent", .string("101")),
                        ("ChatMessages", .string("Ann: hello")),
                    ],
                    [response("POST", url(Ask.chats), .integer(201), .null)],
                    [("requests", .array([request("POST", url(Ask.chats))])), ("failures", .array([]))]))
        }
        var writer = JSONWriter(reserving: 8192, layout: .indented)
        writer.value(
            .object(
                JSONObject([
                    ("description", .string("Replace the answers by those your CRM really gives.")),
                    ("params", .object(JSONObject(parameters))), ("cases", .array(cases)),
                ])))
        return writer.finish() + [UInt8(ascii: "\n")]
    }

    private func call(_ kind: String) -> JSONValue {
        testCase(
            "a call: \(kind)", "report-call",
            [
                ("CallType", .string(kind)), ("Number", .string("+" + Self.digits)), ("EntityId", .string("17")),
                ("Agent", .string("101")), ("CallStartTimeUTC", .string("2026-03-04T15:05:00Z")),
                ("Duration", .integer(90)),
            ],
            [response("POST", url(Ask.calls), .integer(201), .null)],
            [("requests", .array([request("POST", url(Ask.calls))])), ("failures", .array([]))])
    }

    private var parameters: [(String, JSONValue)] {
        switch Ask.Authentication(rawValue: answers[Ask.authentication] ?? "") ?? .none {
        case .none: []
        case .bearer, .header: [("ApiKey", .string("key-test"))]
        case .basic: [("User", .string("user-test")), ("Password", .string("password-test"))]
        }
    }

    private func testCase(
        _ name: String, _ trigger: String, _ inputs: [(String, JSONValue)], _ responses: [JSONValue],
        _ expected: [(String, JSONValue)], parameters: [(String, JSONValue)] = []
    ) -> JSONValue {
        var members: [(String, JSONValue)] = [
            ("name", .string(name)), ("trigger", .string(trigger)), ("inputs", .object(JSONObject(inputs))),
        ]
        if !parameters.isEmpty { members.append(("params", .object(JSONObject(parameters)))) }
        members.append(("responses", .array(responses)))
        members.append(("expect", .object(JSONObject(expected))))
        return .object(JSONObject(members))
    }

    private func response(_ method: String, _ url: String, _ status: JSONValue, _ body: JSONValue) -> JSONValue {
        var members: [(String, JSONValue)] = [("method", .string(method)), ("url", .string(url)), ("status", status)]
        if !body.isNull { members.append(("body", body)) }
        return .object(JSONObject(members))
    }

    private func request(_ method: String, _ url: String) -> JSONValue {
        .object(JSONObject([("method", .string(method)), ("url", .string(url))]))
    }

    private func url(_ question: Ask.Question) -> String {
        let path = answers[question] ?? ""
        return (answers[Ask.address] ?? "")
            + Self.filled(path, "{number}", Self.escaped(number), "{email}", "ann%40example.com")
    }

    private static func filled(_ text: String, _ pairs: String...) -> String {
        stride(from: 0, to: pairs.count, by: 2).reduce(text) { text, index in
            text.split(separator: pairs[index], omittingEmptySubsequences: false).joined(separator: pairs[index + 1])
        }
    }

    private static func escaped(_ number: String) -> String {
        number.hasPrefix("+") ? "%2B" + number.dropFirst() : number
    }

    /// The values of the example contact by question, with the output each becomes.
    private var values: [(question: Ask.Question, output: String, text: String)] {
        [
            (Ask.id, "EntityId", "17"), (Ask.firstName, "FirstName", "Ann"), (Ask.lastName, "LastName", "Example"),
            (Ask.company, "CompanyName", "Example Ltd"), (Ask.email, "Email", "ann@example.com"),
            (Ask.phone, "PhoneBusiness", number), (Ask.mobile, "PhoneMobile", number),
        ].filter { answers[$0.0] != nil }
    }

    private var contact: JSONValue {
        var members = values.map { ($0.output, JSONValue.string($0.text)) }
        members.append(("ContactUrl", .string(Self.filled(answers[Ask.page] ?? "", "{id}", "17"))))
        members.append(("EntityType", .string("Contacts")))
        return .object(JSONObject(members))
    }

    /// The example contact as the service would send it.
    private var record: JSONValue {
        values.reduce(.object(JSONObject())) { record, value in
            Self.setting(
                .string(value.text), at: (answers[value.question] ?? "").split(separator: ".").map { String($0) }[...],
                of: record)
        }
    }

    private func list(_ records: [JSONValue]) -> JSONValue {
        let names = (answers[Ask.records] ?? "").split(separator: ".").map { String($0) }
        return Self.setting(.array(records), at: names[...], of: .object(JSONObject()))
    }

    private static func setting(_ value: JSONValue, at path: ArraySlice<String>, of whole: JSONValue) -> JSONValue {
        guard let name = path.first else { return value }
        var object = whole.object ?? JSONObject()
        object[name] = setting(value, at: path.dropFirst(), of: object[name] ?? .object(JSONObject()))
        return .object(object)
    }
}
