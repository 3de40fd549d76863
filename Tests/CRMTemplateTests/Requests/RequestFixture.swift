import CRMTemplate
import Platform

/// What the tests of requests are written with: `template`, `parameter`, `secret`, `login` and `data` texts that know
/// where they come from, and requests in a line.
enum RequestFixture {
    static let nowhere = SourcePosition(line: 1, column: 1)

    /// Variables by origin: `P` a parameter, `K` a password, `U` of the authentication, any other name data.
    static func context(_ values: [String: String]) -> EvaluationContext {
        var scope = VariableScope()
        for (name, value) in values.sorted(by: { $0.key < $1.key }) {
            scope.set(name, Variable(.text(value), origins(name)))
        }
        return EvaluationContext(scope: scope)
    }

    static func origins(_ name: String) -> Origins {
        switch name {
        case "P": .parameter
        case "K": [.parameter, .secret]
        case "U": .authentication
        default: .data
        }
    }

    static func guards(if condition: String = "", skipIf: String = "") -> NodeGuards {
        NodeGuards(
            sendIf: condition.isEmpty ? nil : ConditionExpression(condition),
            skipIf: skipIf.isEmpty ? nil : ConditionExpression(skipIf))
    }

    static func value(
        _ key: String, _ text: String, _ type: BodyNode.ValueType = .string, if condition: String = "",
        skipIf: String = "", passes: Int = 1
    ) -> BodyNode {
        BodyNode(
            key: TextExpression(key), content: .value(TextExpression(text, passes: passes), type),
            guards: guards(if: condition, skipIf: skipIf), position: nowhere)
    }

    static func object(
        _ key: String, _ nodes: [BodyNode], if condition: String = "", skipIf: String = ""
    ) -> BodyNode {
        BodyNode(
            key: TextExpression(key), content: .object(nodes), guards: guards(if: condition, skipIf: skipIf),
            position: nowhere)
    }

    static func array(_ key: String, _ nodes: [BodyNode], if condition: String = "") -> BodyNode {
        BodyNode(
            key: TextExpression(key), content: .array(nodes), guards: guards(if: condition), position: nowhere)
    }

    static func header(_ name: String, _ value: String, skipIf: String = "") -> RequestTemplate.Header {
        RequestTemplate.Header(name: name, value: TextExpression(value), guards: guards(skipIf: skipIf))
    }

    static func request(
        _ method: RequestTemplate.Method = .get, url: String = "https://crm.test/",
        encoding: RequestTemplate.Encoding = .urlEncoded, contentType: String = "", message: String? = nil,
        messagePasses: Int = 1, headers: [RequestTemplate.Header] = [], postValues: [BodyNode]? = nil
    ) -> RequestTemplate {
        RequestTemplate(
            url: TextExpression(url), method: method, encoding: encoding, contentType: contentType,
            message: message.map { TextExpression($0, passes: messagePasses) }, responseType: .json, skipIf: nil,
            headers: headers, postValues: postValues.map { object("", $0) }, position: nowhere)
    }

    static func build(
        _ request: RequestTemplate, _ values: [String: String] = [:], credentials: RequestCredentials = .none,
        recorder: TraceRecorder? = nil, limits: RequestLimits = .standard
    ) throws(RequestError) -> TemplateRequest {
        try RequestBuilder.build(
            request, context: context(values), credentials: credentials, recorder: recorder, limits: limits)
    }

    /// The body of a POST with these values.
    static func body(
        _ encoding: RequestTemplate.Encoding, _ nodes: [BodyNode], _ values: [String: String] = [:],
        recorder: TraceRecorder? = nil, limits: RequestLimits = .standard
    ) throws(RequestError) -> EvaluatedText {
        try build(
            request(.post, encoding: encoding, postValues: nodes), values, recorder: recorder, limits: limits
        ).body
    }

    static func recorder() -> TraceRecorder {
        TraceRecorder(clock: Clock(wall: { UnixTime(seconds: 0) }, monotonic: { MonotonicTime(nanoseconds: 0) }))
    }

    /// The notes in a finished trace.
    static func notes(_ recorder: TraceRecorder) -> [String] {
        recorder.finish().compactMap { step in
            if case .note(let text) = step.event { text } else { nil }
        }
    }
}
