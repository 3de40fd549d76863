// Logins of an instance, and access granted by a user (spec 7).

internal import Platform

extension TemplateInstance {
    /// How long a session lasts that does not say so: one hour after the login (spec 7.1).
    static let usualSession = Duration.seconds(3_600)
    /// How long a session lasts at most; more is a mistake, and arithmetic stays in range.
    static let longestSession = Duration.seconds(366 * 86_400)
    /// Parameters that a provider's answer may bring; it brings two to five.
    static let callbackParameters = 32
    /// Bytes of one of them; authorisation codes have some hundred.
    static let callbackParameterBytes = 8_192

    /// Runs the authentication scenario.
    func login(_ index: Int, recordsTrace: Bool) async -> LoginOutcome {
        let began = clock.monotonic()
        let recorder = recordsTrace ? TraceRecorder(clock: clock, limits: settings.limits.trace) : nil
        for secret in values.secrets { recorder?.conceal(secret) }
        let run = TemplateRun(
            self, role: .login, deadline: began + settings.limits.loginDeadline, recorder: recorder, inputs: [])
        await run.run(index)
        var outcome = LoginOutcome(session: nil, failure: "", exchanges: run.result.exchanges, steps: [])
        if let harvest = run.harvest {
            outcome.session = session(harvest, began)
            if outcome.session == nil { outcome.failure = "it gave neither Bearer nor HeaderName with HeaderValue" }
        } else {
            outcome.failure = run.result.failures.first?.message ?? "it gave no result"
        }
        if let recorder { outcome.steps = recorder.finish() }
        return outcome
    }

    /// nil when the template means to give headers, and gave none.
    private func session(_ harvest: TemplateRun.Harvest, _ began: MonotonicTime) -> Session? {
        var headers: [TemplateRequest.Header] = []
        if let bearer = harvest.outputs["Bearer"] {
            var value = EvaluatedText("Bearer ", .secret)
            value.append(bearer.text, [.authentication, .secret])
            headers.append(TemplateRequest.Header("Authorization", value))
        }
        if let name = harvest.outputs["HeaderName"], let value = harvest.outputs["HeaderValue"] {
            headers.append(
                TemplateRequest.Header(name.text, EvaluatedText(value.text, [.authentication, .secret])))
        }
        // A login that only fetches variables for the requests is one too.
        if headers.isEmpty, loginOutputs.contains(where: { ["Bearer", "HeaderName", "HeaderValue"].contains($0) }) {
            return nil
        }
        var scope = base
        var secrets: [String] = []
        for (name, variable) in harvest.variables {
            scope.set(name, variable)
            if variable.origins.contains(.secret) { secrets.append(variable.value.text()) }
        }
        for type in ["Bearer", "HeaderValue"] {
            if let text = harvest.outputs[type] { secrets.append(text.text) }
        }
        return Session(
            credentials: RequestCredentials(basic: nil, headers: headers), scope: scope.child(), secrets: secrets,
            expires: began + Self.lifetime(harvest.outputs["BearerExpiration"]?.text))
    }

    /// Seconds as a login gives them; an hour for what is no number.
    static func lifetime(_ text: String?) -> Duration {
        guard let text, let seconds = Double(text.filter { $0 != " " }), seconds.isFinite else { return usualSession }
        return .seconds(min(max(0, seconds), Double(longestSession.components.seconds)))
    }

    /// The output types of the authentication chain.
    private var loginOutputs: Set<String> {
        var types: Set<String> = []
        var seen: Set<Int> = []
        var index = plan.authentication
        while let current = index, seen.insert(current).inserted {
            types.formUnion(plan.scenarios[current].scenario.outputs?.outputs.map(\.type) ?? [])
            index = plan.scenarios[current].next
        }
        return types
    }

    /// The address at which the user grants access, and the state that comes back with the answer: whoever calls keeps
    /// it for ``completeAuthorization(parameter:state:query:redirectURI:recordsTrace:)``.
    package func beginAuthorization(
        parameter: String, redirectURI: String
    ) throws(AuthorizationError) -> (url: String, state: String) {
        let oauth = try oauth(parameter)
        let state = Hex.encode(random.bytes(32))
        var scope = base
        scope.set("RedirectUri", Variable(.text(redirectURI), .template))
        scope.set("State", Variable(.text(state), .template))
        var url: String
        var parts: [String] = []
        do {
            url = try oauth.requestURL.evaluate(context(scope)).text
            for part in AuthorizationParameters.split(oauth.requestURLParameters.source) {
                let value = try TextExpression(part.value).evaluate(context(scope)).text
                parts.append(part.name + "=" + value.escapedAsURIComponent)
            }
        } catch {
            throw AuthorizationError("the address of parameter \(parameter) cannot be made: \(error.message)")
        }
        let scheme = url.prefix(8).lowercased()
        guard scheme.hasPrefix("https://") || scheme.hasPrefix("http://"),
            url.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F })
        else { throw AuthorizationError("RequestUrl of parameter \(parameter) gives no http or https address") }
        if !parts.isEmpty { url += (url.utf8.contains(UInt8(ascii: "?")) ? "&" : "?") + parts.joined(separator: "&") }
        guard url.contains(state) else {
            throw AuthorizationError(
                "neither RequestUrl nor RequestUrlParameters of parameter \(parameter) pass [State] on")
        }
        return (url, state)
    }

    /// Trades what the provider sent to the callback for the value of the parameter.
    ///
    /// - Parameters:
    ///   - state: what ``beginAuthorization(parameter:redirectURI:)`` gave; checked against the query's.
    ///   - query: the callback's parameters, decoded, in order. They become variables with their own names, unless a
    ///     parameter or the engine has one of that name.
    package func completeAuthorization(
        parameter: String, state: String, query: [(name: String, value: String)], redirectURI: String,
        recordsTrace: Bool = false
    ) async -> AuthorizationResult {
        func failed(_ message: String, _ run: RunResult = RunResult()) -> AuthorizationResult {
            AuthorizationResult(value: nil, error: AuthorizationError(message), run: run)
        }
        let oauth: Parameter.OAuth
        do { oauth = try self.oauth(parameter) } catch { return failed(error.message) }
        guard !state.isEmpty, query.contains(where: { $0.name == "state" && Self.carries($0.value, state) }) else {
            return failed("the answer does not belong to this request for access: its state is another one")
        }
        if let refusal = query.first(where: { $0.name == "error" }) {
            return failed("the provider refused: \(Self.harmless(refusal.value))")
        }
        guard let index = plan.scenario(id: oauth.responseScenario) else {
            return failed("ResponseScenario of parameter \(parameter) names no scenario of the template")
        }
        guard query.count <= Self.callbackParameters,
            query.allSatisfy({ $0.name.utf8.count + $0.value.utf8.count <= Self.callbackParameterBytes })
        else { return failed("the answer is longer than any provider's") }

        let began = clock.monotonic()
        let recorder = recordsTrace ? TraceRecorder(clock: clock, limits: settings.limits.trace) : nil
        for secret in values.secrets { recorder?.conceal(secret) }
        var inputs: [(name: String, variable: Variable)] = [
            ("RedirectUri", Variable(.text(redirectURI), .parameter))
        ]
        for (name, value) in query where mayBeSet(name) {
            recorder?.conceal(value)
            inputs.append((name, Variable(.text(value), [.data, .secret])))
        }
        let run = TemplateRun(
            self, role: .response, deadline: began + settings.limits.loginDeadline, recorder: recorder,
            inputs: inputs)
        await run.run(index)
        var result = run.result
        result.results = []
        if let recorder {
            result.trace = Trace(
                templateName: template.name, trigger: .callFlow(id: oauth.responseScenario),
                inputs: inputs.map {
                    Trace.Field($0.name, recorder.text(EvaluatedText($0.variable.value.text(), $0.variable.origins)))
                },
                steps: recorder.finish(), took: began.duration(to: clock.monotonic()))
        }
        guard let text = run.harvest?.outputs["Result"] else {
            return failed(result.failures.first?.message ?? "the response scenario gave no Result", result)
        }
        return AuthorizationResult(value: Secret(text.text), error: nil, run: result)
    }

    private func oauth(_ name: String) throws(AuthorizationError) -> Parameter.OAuth {
        guard let parameter = template.parameters.first(where: { $0.name == name }), let oauth = parameter.oauth else {
            throw AuthorizationError("the template has no OAuth parameter of the name \(name)")
        }
        return oauth
    }

    /// Whether a callback may set a variable of that name: not one of the template's own or the engine's.
    private func mayBeSet(_ name: String) -> Bool {
        let name = name.lowercased()
        return !name.isEmpty && !name.hasPrefix("escaped") && !values.reservedNames.contains(name)
    }

    /// Whether the text is the state, alone or joined to something else by the template (spec 7.2).
    private static func carries(_ text: String, _ state: String) -> Bool {
        let text = Array(text.utf8)
        let state = Array(state.utf8)
        return constantTimeEquals(Array(text.prefix(state.count)), state)
            || constantTimeEquals(Array(text.suffix(state.count)), state)
    }

    /// A provider's word for an error, fit for a sentence.
    private static func harmless(_ text: String) -> String {
        String(
            decoding: text.utf8.prefix(100).map { (0x20...0x7E).contains($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
    }
}

/// `RequestUrlParameters` in its parts.
enum AuthorizationParameters {
    /// Split at each `&` outside of brackets, then at the first `=`; each value is an expression of its own.
    static func split(_ source: String) -> [(name: String, value: String)] {
        var parts: [[UInt8]] = [[]]
        var depth = 0
        for byte in source.utf8 {
            if byte == UInt8(ascii: "[") { depth += 1 }
            if byte == UInt8(ascii: "]") { depth = max(0, depth - 1) }
            if byte == UInt8(ascii: "&"), depth == 0 { parts.append([]) } else { parts[parts.count - 1].append(byte) }
        }
        return parts.filter { !$0.isEmpty }.map { part in
            let equals = part.firstIndex(of: UInt8(ascii: "=")) ?? part.endIndex
            return (
                String(decoding: part[..<equals], as: UTF8.self),
                String(decoding: part[min(equals + 1, part.endIndex)...], as: UTF8.self)
            )
        }
    }
}
