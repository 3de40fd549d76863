// Templates made in the tests, short to write.

import CRMTemplate
import Platform

private let somewhere = SourcePosition(line: 1, column: 1)

/// A template of the given scenarios; their places in the file are those in the list.
func template(
    _ scenarios: [Scenario], parameters: [Parameter] = [], authentication: Authentication = .none,
    prefix: NumberElement.Prefix = .asIs, maxLength: String = "", places: Int = 2, emojis: Bool = false,
    listPageSize: String = ""
) -> Template {
    Template(
        name: "Sample", version: 1, country: "US", supportsEmojis: emojis, supportsTranscription: false,
        listPageSize: NumberExpression(listPageSize),
        number: NumberElement(prefix: prefix, maxLength: NumberExpression(maxLength)),
        maxConcurrentRequests: places, parameters: parameters, authentication: authentication,
        scenarios: scenarios.enumerated().map { index, scenario in
            Scenario(
                id: scenario.id, kind: scenario.kind, entityID: scenario.entityID, entityOrder: scenario.entityOrder,
                request: scenario.request, ruleGroups: scenario.ruleGroups, variables: scenario.variables,
                outputs: scenario.outputs, position: scenario.position, index: index)
        })
}

func parameter(
    _ name: String, _ kind: Parameter.Kind = .string, _ value: String = "", oauth: Parameter.OAuth? = nil
) -> Parameter {
    Parameter(
        name: name, kind: kind, title: name, parent: "General Configuration", defaultValue: value, listValues: [],
        oauth: oauth, position: somewhere)
}

/// - Parameters:
///   - rules: `Any people.id`, `Number people.phone`, `Equals=Smith people.name`; one group each. nil: no Rules.
///   - variables: `Pid people.id`.
///   - outputs: `FirstName [First]`; nil: no Outputs.
func scenario(
    _ id: String = "", _ url: String = "https://crm.test/find?tel=[Number]", kind: Scenario.Kind = .rest,
    entity: String = "", order: String = "", method: RequestTemplate.Method = .get, message: String? = nil,
    headers: [(String, String)] = [], response: RequestTemplate.ResponseType = .json, skipIf: String? = nil,
    rules: [String] = [], variables: [String] = [], outputs: [String]? = nil, next: String? = nil,
    allowsEmpty: Bool = false, hasRequest: Bool = true
) -> Scenario {
    let request = RequestTemplate(
        url: TextExpression(url), method: method, encoding: .json, contentType: "",
        message: message.map { TextExpression($0) }, responseType: response,
        skipIf: skipIf.map(ConditionExpression.init),
        headers: headers.map {
            RequestTemplate.Header(
                name: $0.0, value: TextExpression($0.1), guards: NodeGuards(sendIf: nil, skipIf: nil))
        }, postValues: nil, position: somewhere)
    return Scenario(
        id: id, kind: kind, entityID: entity, entityOrder: TextExpression(order), request: hasRequest ? request : nil,
        ruleGroups: rules.map { RuleGroup(rules: [rule($0)], position: somewhere) },
        variables: variables.map {
            let (name, path) = halves($0)
            return VariableTemplate(name: name, path: ResponsePath(path), filter: [], position: somewhere)
        },
        outputs: outputs == nil && next == nil && !allowsEmpty
            ? nil
            : OutputsTemplate(
                next: next, allowsEmpty: allowsEmpty,
                outputs: (outputs ?? []).map {
                    let (type, value) = halves($0)
                    return OutputsTemplate.Output(type: type, value: TextExpression(value), position: somewhere)
                }, position: somewhere), position: somewhere, index: 0)
}

private func rule(_ text: String) -> RuleTemplate {
    let (kind, path) = halves(text)
    let parts = kind.split(separator: "=", maxSplits: 1).map(String.init)
    return RuleTemplate(
        kind: RuleTemplate.Kind(rawValue: parts[0]) ?? .destinationEmail, path: ResponsePath(path),
        ethalon: TextExpression(parts.count > 1 ? parts[1] : ""), position: somewhere)
}

private func halves(_ text: String) -> (String, String) {
    guard let blank = text.firstIndex(of: " ") else { return (text, "") }
    return (String(text[..<blank]), String(text[text.index(after: blank)...]))
}

/// What most scenarios of the tests read out of `{"people":[{"id":1,"first":"Ann","phone":"…"}]}`.
let peopleVariables = ["Pid people.id", "First people.first", "Phone people.phone"]
let peopleOutputs = [
    "ContactUrl https://crm.test/p/[Pid]", "FirstName [First]", "PhoneBusiness [Phone]",
]

/// `{"people":[{"id":1,"first":"Ann","phone":"…"}]}` of that many.
func people(_ ids: ClosedRange<Int>, phone: String = "+15550100") -> String {
    "{\"people\":[" + ids.map { "{\"id\":\($0),\"first\":\"Ann\($0)\",\"phone\":\"\(phone)\"}" }.joined(separator: ",")
        + "]}"
}

/// Limits as every run has them, with those that a test wants lower.
func limits(_ change: (inout RunLimits) -> Void) -> RunLimits {
    var limits = RunLimits.standard
    change(&limits)
    return limits
}

/// An instance over a script, by a clock that is held.
func instance(
    _ template: Template, _ transport: ScriptedTransport, time: HeldTime = HeldTime(),
    parameters: [String: String] = [:], maxLength: Int = 0, limits: RunLimits = .standard
) -> TemplateInstance {
    TemplateInstance(
        template: template, parameters: parameters,
        settings: InstanceSettings(maxLength: maxLength, limits: limits), transport: transport, clock: time.clock,
        random: RandomSource { buffer in for index in buffer.indices { buffer[index] = UInt8(index & 0xFF) } },
        alarm: time.alarm)
}

/// A lookup of the usual number.
func lookup(
    _ template: Template, _ script: [String: [ScriptedTransport.Answer]], number: String = "+15550100",
    parameters: [String: String] = [:], maxLength: Int = 0, limits: RunLimits = .standard,
    options: RunOptions = RunOptions()
) async -> (result: RunResult, lines: [String]) {
    let time = HeldTime()
    let transport = ScriptedTransport(script, time: time)
    let instance = instance(
        template, transport, time: time, parameters: parameters, maxLength: maxLength, limits: limits)
    let result = await instance.run(
        .lookupByNumber, .lookup(number: number, direction: .inbound), options: options)
    return (result, transport.lines)
}
