// What a run did other than its case expects, as sentences for the template's author. Pure functions.

internal import CRMTemplate
internal import JSONText

/// Compares a run with what a case expects.
struct CaseDifferences {
    private(set) var sentences: [String] = []

    private mutating func add(_ place: String, expected: String, found: String) {
        sentences.append("\(place): expected \(expected), found \(found)")
    }

    mutating func compare(_ contacts: [Contact], _ expected: [CaseExpectation.ExpectedContact]) {
        if contacts.count != expected.count {
            add(
                "contacts", expected: "\(expected.count)",
                found: contacts.isEmpty
                    ? "none" : "\(contacts.count): " + contacts.map(Self.text).joined(separator: ", "))
        }
        for (index, pair) in zip(contacts, expected).enumerated() {
            let names = Set(pair.1.fields.keys).union(pair.0.fields.map(\.name)).sorted()
            for name in names {
                let found = pair.0[name]
                let wanted = pair.1.fields[name]
                if found.map({ Array($0.utf8) }) == wanted.map({ Array($0.utf8) }) { continue }
                add("contacts[\(index)].\(name)", expected: Self.quoted(wanted), found: Self.quoted(found))
            }
        }
    }

    mutating func compare(_ requests: [TemplateRequest], _ expected: [CaseExpectation.ExpectedRequest]) {
        if requests.count != expected.count {
            add(
                "requests", expected: "\(expected.count)",
                found: requests.isEmpty
                    ? "none"
                    : "\(requests.count): " + requests.map { "\($0.method) \($0.url.text)" }.joined(separator: ", "))
        }
        for (index, (request, wanted)) in zip(requests, expected).enumerated() {
            let place = "requests[\(index)]"
            if request.method != wanted.method {
                add(place + ".method", expected: wanted.method, found: request.method)
            }
            if !CaseTransport.matches(request.url.text, wanted.url) {
                add(place + ".url", expected: wanted.url, found: request.url.text)
            }
            for header in wanted.headers {
                let found = request.headers.filter { $0.name.lowercased() == header.name.lowercased() }
                if found.contains(where: { $0.value.text == header.value }) { continue }
                add(
                    place + ".headers.\(header.name)", expected: Self.quoted(header.value),
                    found: found.isEmpty
                        ? "no such header" : found.map { Self.quoted($0.value.text) }.joined(separator: ", "))
            }
            compareBody(request.body.text, wanted.body, place + ".body")
        }
    }

    mutating func compareFailures(_ failures: [RunResult.Failure], _ expected: [String]) {
        if failures.map(\.code) == expected { return }
        add(
            "failures", expected: expected.isEmpty ? "none" : expected.joined(separator: ", "),
            found: failures.isEmpty
                ? "none" : failures.map { "\($0.code) (\($0.scenario): \($0.message))" }.joined(separator: ", "))
    }

    mutating func compare(records: [[UInt8]], _ expected: [JSONValue]) {
        if records.count != expected.count {
            add("records", expected: "\(expected.count)", found: "\(records.count)")
        }
        for (index, (record, wanted)) in zip(records, expected).enumerated() {
            compareBody(String(decoding: record, as: UTF8.self), wanted, "records[\(index)]")
        }
    }

    mutating func compare(value: String?, _ expected: String) {
        if value != expected { add("value", expected: Self.quoted(expected), found: Self.quoted(value)) }
    }

    mutating func unanswered(_ request: TemplateRequest) {
        sentences.append(
            "the case has no response for \(request.method) \(request.url.text); add one, or list it in expect.requests"
        )
    }

    mutating func note(_ sentence: String) { sentences.append(sentence) }

    private mutating func compareBody(_ found: String, _ expected: JSONValue?, _ place: String) {
        guard let expected else { return }
        if let text = expected.string {
            if !found.utf8.elementsEqual(text.utf8) {
                add(place, expected: Self.quoted(text), found: Self.quoted(found))
            }
            return
        }
        let limits = JSONLimits(depth: 128, numberBytes: 512, values: 1_000_000)
        // A body that is no JSON is shown as the text it is.
        guard let value = try? JSONValue(parsing: Array(found.utf8), limits: limits, duplicateKeys: .keepLast) else {
            add(place, expected: Self.json(expected), found: Self.quoted(found))
            return
        }
        compare(value, expected, place)
    }

    private mutating func compare(_ found: JSONValue, _ expected: JSONValue, _ place: String) {
        switch (found, expected) {
        case (.object(let found), .object(let expected)):
            for member in expected.members {
                if let value = found[member.name] {
                    compare(value, member.value, place + "." + member.name)
                } else {
                    add(place + "." + member.name, expected: Self.json(member.value), found: "no such member")
                }
            }
            for member in found.members where expected[member.name] == nil {
                add(place + "." + member.name, expected: "no such member", found: Self.json(member.value))
            }
        case (.array(let found), .array(let expected)) where found.count == expected.count:
            for (index, pair) in zip(found, expected).enumerated() {
                compare(pair.0, pair.1, place + "[\(index)]")
            }
        default:
            if found != expected { add(place, expected: Self.json(expected), found: Self.json(found)) }
        }
    }

    private static func quoted(_ text: String?) -> String { text.map { "\"\($0)\"" } ?? "nothing" }

    private static func text(_ contact: Contact) -> String {
        "{" + contact.fields.map { "\($0.name) \"\($0.value)\"" }.joined(separator: ", ") + "}"
    }

    private static func json(_ value: JSONValue) -> String {
        var writer = JSONWriter(reserving: 64)
        writer.value(value)
        return String(decoding: writer.finish(), as: UTF8.self)
    }
}
