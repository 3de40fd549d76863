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
        var reading = TraceReading(number: trace.inputs.first { $0.name == "Number" }?.value.text ?? "")
        reading.look(at: trace.steps, in: nil)
        let failures = reading.failures.map { "\($0.scenario): \($0.message)" }
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
                sent == 0
                ? "No request was sent"
                : TraceWords.counted(sent, "request was sent", "requests were sent")
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
        var refusedContacts: [String] = []
        var contacts = 0
        var hasFailed = false
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

    let number: String
    private(set) var scenarios: [Scenario] = []
    private(set) var failures: [RunResult.Failure] = []
    private(set) var requestCount = 0

    init(number: String) { self.number = number }

    var contacts: Int { scenarios.reduce(0) { $0 + $1.contacts } }

    /// Why nothing came of it: the failures, then each scenario that ended a chain.
    var reasons: [String] {
        failures.map { "\($0.scenario): \($0.message)" }
            + scenarios.filter { !$0.hasFailed && $0.contacts == 0 && $0.chainedCount == 0 }.flatMap(reasons(of:))
    }

    /// Takes in the steps inside a scenario (its index), or those outside of all.
    mutating func look(at steps: [Trace.Step], in scenario: Int?) {
        for step in steps {
            var inside = scenario
            switch step.event {
            case .scenario(let id, let index, let position):
                if let scenario { scenarios[scenario].chainedCount += 1 }
                let name = TraceWords.scenario(id: id, index: index)
                scenarios.append(Scenario(name: "\(name) (line \(position.line))"))
                inside = scenarios.count - 1
            case .failure(let failure):
                failures.append(failure)
                if let scenario { scenarios[scenario].hasFailed = true }
            case .request: requestCount += 1
            case .queued, .authentication, .condition, .response, .transportFailure, .rule, .records, .record,
                .variable,
                .output, .next, .contactAccepted, .contactRefused, .note:
                break
            }
            if let scenario { scenarios[scenario].take(step.event) }
            look(at: step.steps, in: inside)
        }
    }

    private func reasons(of scenario: Scenario) -> [String] {
        let name = scenario.name
        if let failure = scenario.transportFailure { return ["\(name): \(failure)"] }
        if let refusal = scenario.refusal { return ["\(name): \(refusal)."] }
        if scenario.requestCount == 0, let source = scenario.skipped {
            return ["\(name): the request was left out, because SkipIf is true: \(source)"]
        }
        if !scenario.refusedContacts.isEmpty {
            return scenario.refusedContacts.map { "\(name) gave a result that is no contact: \($0)" }
        }
        guard scenario.records == 0 else { return ["\(name) gave no result: it has no outputs with a value."] }
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
        case .number: return "the rule \(written) found no number equal to \(number): it compared \(found)."
        case .equals: return "the rule \(written) found other values: \(found)."
        case .any, .destinationEmail: return "the rule \(written) found no value that is not null."
        }
    }
}

extension TraceReading.Scenario {
    fileprivate mutating func take(_ event: Trace.Event) {
        switch event {
        case .condition(let name, let source, let result, _):
            if name.hasPrefix("SkipIf"), result, requestCount == 0 { skipped = source }
        case .request(let method, let url, _, _):
            requestCount += 1
            refusal = nil
            skipped = nil
            request = "\(method) \(url)"
        case .response(let status, _, let body, let byteCount):
            refusal = TraceSummary.isGood(status: status) ? nil : "\(request) was answered with \(status)"
            self.body = body
            isAnswerEmpty = byteCount == 0
            transportFailure = nil
        case .transportFailure(let failure): transportFailure = failure.message
        case .rule(let group, let kind, let path, let ethalon, let nodes, let moreNodes):
            rules.append(
                TraceReading.Rule(
                    group: group, kind: kind, path: path, ethalon: ethalon, nodes: nodes, moreNodes: moreNodes))
        case .records(let names, let more): records = names.count + max(0, more)
        case .contactAccepted: contacts += 1
        case .contactRefused(let reason, _): refusedContacts.append(reason)
        case .queued, .scenario, .authentication, .record, .variable, .output, .next, .note, .failure: break
        }
    }
}
