// Whole runs of a lookup by number, from the trigger to the accepted contact, with an answer that is there at once.

import CRMTemplate
import Platform

/// Answers every request with the same body.
private struct InstantTransport: TemplateTransport {
    let response: TemplateResponse

    func send(
        _ request: TemplateRequest, deadline: MonotonicTime
    ) async throws(TransportFailure) -> TemplateResponse {
        response
    }
}

/// A template as CRMs have them: a key in a header, a rule for the number, nine variables, ten outputs.
enum LookupRuns {
    static func measure(_ bytes: [UInt8], number: String, _ seconds: Double) async {
        let instance = TemplateInstance(
            template: template, parameters: ["Key": "example-key", "Domain": "crm.test"],
            settings: InstanceSettings(),
            transport: InstantTransport(
                response: TemplateResponse(
                    status: 200, headers: [("Content-Type", "application/json")], body: bytes)))
        let inputs = RunInputs.lookup(number: number, direction: .inbound)
        let options = RunOptions(acceptsByPhone: true)
        let first = await instance.run(.lookupByNumber, inputs, options: options)
        guard first.contacts.count == 1, first.failures.isEmpty else {
            EngineBench.fail("expected one contact of \(number), found \(first.contacts.count): \(first.failures)")
        }
        var runs = 0
        let start = MonotonicTime.now()
        while true {
            for _ in 0..<200 {
                let result = await instance.run(.lookupByNumber, inputs, options: options)
                guard result.contacts.count == 1 else { EngineBench.fail("a run found no contact") }
            }
            runs += 200
            let took = Double(start.duration(to: .now()).nanoseconds) / 1e9
            if took >= seconds {
                print(Int(Double(runs) / took))
                return
            }
        }
    }

    private static let nowhere = SourcePosition(line: 1, column: 1)

    private static func rule(_ kind: RuleTemplate.Kind, _ path: String, _ ethalon: String = "") -> RuleTemplate {
        RuleTemplate(kind: kind, path: ResponsePath(path), ethalon: TextExpression(ethalon), position: nowhere)
    }

    private static func parameter(_ name: String, _ kind: Parameter.Kind) -> Parameter {
        Parameter(
            name: name, kind: kind, title: "", parent: "General Configuration", defaultValue: "", listValues: [],
            oauth: nil, position: nowhere)
    }

    private static var template: Template {
        Template(
            name: "Benchmark", version: 1, country: "US", supportsEmojis: false, supportsTranscription: false,
            listPageSize: NumberExpression(""),
            number: NumberElement(prefix: .plus, maxLength: NumberExpression("[MaxLength]")),
            maxConcurrentRequests: 4, parameters: [parameter("Key", .password), parameter("Domain", .string)],
            authentication: .none, scenarios: [scenario])
    }

    private static var scenario: Scenario {
        let variables =
            ["id", "first_name", "last_name", "company.name", "email", "address.city", "url", "owner"].map {
                VariableTemplate(
                    name: $0.replacing("_", with: "").replacing(".", with: ""), path: ResponsePath("contacts." + $0),
                    filter: [], position: nowhere)
            } + [
                VariableTemplate(
                    name: "mobile", path: ResponsePath("contacts.phones.value"),
                    filter: [rule(.equals, "contacts.phones.kind", "mobile")], position: nowhere)
            ]
        let outputs = [
            ("ContactUrl", "[url]"), ("FirstName", "[firstname]"), ("LastName", "[lastname]"),
            ("CompanyName", "[IIf([companyname]==\"\",[lastname],[companyname])]"), ("Email", "[email]"),
            ("PhoneBusiness", "[Number]"), ("PhoneMobile", "[mobile]"), ("EntityId", "[id]"),
            ("EntityType", "Contacts"), ("City", "[addresscity]"),
        ].map { OutputsTemplate.Output(type: $0.0, value: TextExpression($0.1), position: nowhere) }
        return Scenario(
            id: "", kind: .rest, entityID: "", entityOrder: TextExpression(""),
            request: RequestTemplate(
                url: TextExpression("https://[Domain]/api/v1/contacts?phone=[EscapedNumber]&limit=10"), method: .get,
                encoding: .urlEncoded, contentType: "", message: nil, responseType: .json,
                skipIf: ConditionExpression("[IIf([FoundRecordCount]>0,True,False)]"),
                headers: [
                    RequestTemplate.Header(
                        name: "X-Key", value: TextExpression("[Key]"), guards: NodeGuards(sendIf: nil, skipIf: nil))
                ],
                postValues: nil, position: nowhere),
            ruleGroups: [RuleGroup(rules: [rule(.number, "contacts.phones.value")], position: nowhere)],
            variables: variables,
            outputs: OutputsTemplate(next: nil, allowsEmpty: false, outputs: outputs, position: nowhere),
            position: nowhere, index: 0)
    }
}
