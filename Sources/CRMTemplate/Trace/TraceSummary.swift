// What a run came to and why, in a few sentences: the first thing the author of a template wants to know. A value.

/// The outcome of a traced run with the reasons that led to it, most telling first.
package struct TraceSummary: Sendable, Hashable {
    package enum Verdict: String, Sendable {
        /// It gave what its trigger is for.
        case done
        /// Nothing failed, and nothing came of it.
        case nothing
        case failed
    }

    /// Reasons that are told; a chain over many records can have one for each.
    static let reasonsMax = 6

    package let verdict: Verdict
    /// One short sentence without its full stop: `No contact`, `2 contacts`, `1 request was sent`.
    package let headline: String
    /// Whole sentences: what each scenario did not do and why. Not escaped; at most ``reasonsMax``, and a last one that
    /// counts the others.
    package let reasons: [String]

    /// Reads the outcome out of a trace.
    package init(_ trace: Trace) {
        var reading = TraceReading(trace.inputs)
        reading.look(at: trace.steps, in: nil, isLogin: false)
        let failures = reading.failures
        var reasons: [String] = []
        switch trace.trigger {
        case .lookupByNumber, .lookupByEmail, .searchContacts, .getAllContacts, .createContact,
            .createContactFromClient:
            headline =
                reading.contacts == 0 ? "No contact" : TraceWords.counted(reading.contacts, "contact", "contacts")
            verdict = reading.contacts > 0 ? .done : failures.isEmpty ? .nothing : .failed
            reasons = reading.contacts > 0 ? failures : reading.reasons
        case .callFlow:
            let records = reading.scenarios.last { $0.records != nil }?.records ?? 0
            headline = records == 0 ? "No record" : TraceWords.counted(records, "record", "records")
            verdict = !failures.isEmpty ? .failed : records > 0 ? .done : .nothing
            reasons = records > 0 ? failures : reading.reasons
        case .reportCall, .reportChat:
            let sent = reading.requestCount
            headline =
                !failures.isEmpty
                ? "The report failed"
                : sent == 0
                    ? "No request was sent" : TraceWords.counted(sent, "request was sent", "requests were sent")
            verdict = !failures.isEmpty ? .failed : sent > 0 ? .done : .nothing
            reasons = sent > 0 ? failures : reading.reasons
        }
        if reading.scenarios.isEmpty, failures.isEmpty {
            reasons = ["The template has no scenario \(TraceWords.scenarioRule(trace.trigger))."]
        }
        let distinct = Self.distinct(reasons)
        let more = distinct.count - Self.reasonsMax
        let counted = more > 0 ? ["And \(TraceWords.counted(more, "more reason", "more reasons"))."] : []
        self.reasons = distinct.prefix(Self.reasonsMax) + counted
    }

    /// Whether an answer of this status counts as one (RFC 9110 §15.3).
    static func isGood(status: Int) -> Bool { (200..<300).contains(status) }

    /// Whether a condition that came out so leaves out what it stands on.
    static func leavesOut(condition name: String, result: Bool) -> Bool {
        name.hasPrefix("SkipIf") ? result : !result
    }

    private static func distinct(_ reasons: [String]) -> [String] {
        var seen: Set<String> = []
        return reasons.filter { seen.insert($0).inserted }
    }
}

/// What a trace tells about each scenario that ran.
private struct TraceReading {
    /// What is known of one run of a scenario.
    struct Scenario {
        let name: String
        /// What SkipIf said, when it was true and no request followed.
        var skipped: String?
        /// The values it read: ` (EntityId is empty)`.
        var skippedFor = ""
        var requestCount = 0
        /// The last request: method and URL.
        var request = ""
        /// `GET https://crm.test/find was answered with 404`
        var refusal: String?
        var transportFailure: String?
        var rules: [Rule] = []
        var body: TraceText?
        var isAnswerEmpty = false
        var records: Int?
        var hasOutputs = false
        var hasFailed = false
        /// Logins have no result of their own: what comes of one is told by the scenario that needed it.
        let isLogin: Bool
        /// Scenarios chained to it that ran.
        var chainedCount = 0
    }

    struct Rule {
        let group: Int
        let kind: RuleTemplate.Kind
        let path: String
        let ethalon: TraceText?
        let nodes: [Trace.RuleNode]
        let moreNodes: Int

        var hasPassed: Bool { nodes.contains { $0.passed } }
    }

    /// Values that a sentence about a rule repeats.
    private static let valuesShown = 5

    /// Variables of the trigger and of answers as they were last, by name.
    private var values: [String: TraceText]
    private(set) var scenarios: [Scenario] = []
    /// In sentences.
    private(set) var failures: [String] = []
    private(set) var contacts = 0
    /// Why results are no contacts, in sentences.
    private(set) var refusals: [String] = []
    private(set) var requestCount = 0
    /// The scenario that was begun last by the trigger itself.
    private var root: Int?

    init(_ inputs: [Trace.Field]) {
        values = Dictionary(inputs.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
    }

    /// Why nothing came of it: failures, results that are no contacts, then each scenario that ended a chain.
    var reasons: [String] {
        failures + refusals
            + scenarios.filter { !$0.hasFailed && !$0.isLogin && $0.chainedCount == 0 }.flatMap(reasons(of:))
    }

    /// Takes in the steps inside a scenario (its index), or those outside of all.
    mutating func look(at steps: [Trace.Step], in scenario: Int?, isLogin: Bool) {
        for step in steps {
            var (inside, insideLogin) = (scenario, isLogin)
            switch step.event {
            case .scenario(let id, let index, let position):
                if let scenario, !isLogin { scenarios[scenario].chainedCount += 1 }
                let name = "\(TraceWords.scenario(id: id, index: index)) (line \(position.line))"
                scenarios.append(Scenario(name: name, isLogin: isLogin))
                inside = scenarios.count - 1
                if scenario == nil { root = inside }
            case .authentication: insideLogin = true
            case .request: requestCount += isLogin ? 0 : 1
            case .failure(let failure): take(failure, in: scenario)
            // Acceptance comes after the scenario, which has ended by then.
            case .contactAccepted: contacts += 1
            case .contactRefused(let reason, _):
                let name = (scenario ?? root).map { scenarios[$0].name } ?? "the run"
                refusals.append(Self.sentence("\(name) gave a result that is no contact: \(reason)"))
            case .queued, .condition, .response, .transportFailure, .rule, .records, .record, .variable, .output, .next,
                .note:
                break
            }
            if case .variable(let name, _, let value, _) = step.event { values[name] = value }
            if let scenario { scenarios[scenario].take(step.event, values) }
            look(at: step.steps, in: inside, isLogin: insideLogin)
        }
    }

    private mutating func take(_ failure: RunResult.Failure, in scenario: Int?) {
        if let scenario {
            scenarios[scenario].hasFailed = true
            // The trace knows more than the failure: what was asked, and what the CRM said about it.
            if failure.code == "http-status", let refusal = scenarios[scenario].refusal {
                failures.append(Self.sentence("\(scenarios[scenario].name): \(refusal)"))
                return
            }
        }
        let place = failure.scenario.isEmpty ? "" : "\(failure.scenario): "
        failures.append(Self.sentence(place + failure.message))
    }

    /// With a full stop, unless it ends like a sentence already.
    private static func sentence(_ text: String) -> String {
        text.hasSuffix(".") || text.hasSuffix("…") ? text : text + "."
    }

    private func reasons(of scenario: Scenario) -> [String] {
        let name = scenario.name
        if let failure = scenario.transportFailure { return [Self.sentence("\(name): \(failure)")] }
        if let refusal = scenario.refusal { return [Self.sentence("\(name): \(refusal)")] }
        if scenario.requestCount == 0, let source = scenario.skipped {
            return ["\(name): the request was left out, because SkipIf is true: \(source)\(scenario.skippedFor)"]
        }
        // A result that was no contact has its own sentence.
        if scenario.hasOutputs { return [] }
        if let records = scenario.records, records > 0 {
            return ["\(name) gave no result: it has no outputs with a value."]
        }
        if scenario.rules.isEmpty {
            return scenario.isAnswerEmpty
                ? ["\(name): the answer is empty."]
                : [
                    "\(name): no rule picked a record out of the answer. Add a Rule of the type Any with the path of one."
                ]
        }
        let groups = Set(scenario.rules.map(\.group)).sorted()
        for group in groups {
            let rules = scenario.rules.filter { $0.group == group }
            if !rules.contains(where: \.hasPassed) {
                return rules.map { "\(name): \(words(for: $0, body: scenario.body))" }
            }
        }
        return ["\(name): every group of rules passes somewhere, but no record passes all of them."]
    }

    private func words(for rule: Rule, body: TraceText?) -> String {
        let written = TraceWords.rule(rule.kind, rule.path, rule.ethalon)
        if rule.kind == .destinationEmail { return "the rule \(written) never passes: 3CX does not use its type." }
        if rule.nodes.isEmpty {
            let shape = body.flatMap { AnswerShape.explain(path: rule.path, in: $0) }
            return "the rule \(written) leads to nothing in the answer" + (shape.map { ": \($0)." } ?? ".")
        }
        var values: [String] = []
        for node in rule.nodes where !values.contains(TraceWords.quoted(node.text)) {
            values.append(TraceWords.quoted(node.text))
        }
        let more = values.count > Self.valuesShown || rule.moreNodes > 0 ? ", …" : ""
        let found = values.prefix(Self.valuesShown).joined(separator: ", ") + more
        switch rule.kind {
        case .number:
            return
                "the rule \(written) found no number equal to \(self.values["Number"]?.text ?? ""): it compared \(found)."
        case .equals: return "the rule \(written) found other values: \(found)."
        case .any, .destinationEmail: return "the rule \(written) found no value that is not null."
        }
    }
}

extension TraceReading.Scenario {
    /// Characters of an error's body that a sentence repeats: most CRMs say in them what is wrong.
    private static let answerShown = 160

    fileprivate mutating func take(_ event: Trace.Event, _ values: [String: TraceText]) {
        switch event {
        case .condition(let name, let source, let result, _):
            guard name.hasPrefix("SkipIf"), result, requestCount == 0 else { return }
            skipped = source
            var facts: [String] = []
            for reference in ConditionExpression(source).references {
                guard let value = values[reference.name] else { continue }
                let fact = "\(reference.name) is \(TraceWords.quoted(value))"
                if !facts.contains(fact) { facts.append(fact) }
            }
            skippedFor = facts.isEmpty ? "" : " (\(facts.joined(separator: ", ")))"
        case .request(let method, let url, _, _):
            requestCount += 1
            refusal = nil
            skipped = nil
            request = "\(method) \(url)"
        case .response(let status, _, let body, let byteCount):
            let words = body.text.prefix(Self.answerShown)
            let said = words.isEmpty ? "" : ": \(words)\(words.count < body.text.count ? "…" : "")"
            refusal = TraceSummary.isGood(status: status) ? nil : "\(request) was answered with \(status)\(said)"
            self.body = body
            isAnswerEmpty = byteCount == 0
            transportFailure = nil
        case .transportFailure(let failure): transportFailure = failure.message
        case .rule(let group, let kind, let path, let ethalon, let nodes, let moreNodes):
            rules.append(
                TraceReading.Rule(
                    group: group, kind: kind, path: path, ethalon: ethalon, nodes: nodes, moreNodes: moreNodes))
        case .records(let names, let more): records = names.count + max(0, more)
        case .output(_, _, let value): hasOutputs = hasOutputs || !value.text.isEmpty
        case .queued, .scenario, .authentication, .record, .variable, .next, .contactAccepted, .contactRefused, .note,
            .failure:
            break
        }
    }
}
