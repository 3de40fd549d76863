// One scenario: request, records, variables, and what comes of them (spec 3.3).

extension TemplateRun {
    /// Runs a scenario and, for each of its records, what it chains to.
    /// - Returns: how many records passed the rules.
    @discardableResult
    nonisolated(nonsending) func run(_ index: Int, after level: ChainLevel? = nil, depth: Int = 1) async -> Int {
        let planned = instance.plan.scenarios[index]
        if mustStop(planned.name) { return 0 }
        guard depth <= limits.chainDepth else {
            fail("limit", planned.name, "more than \(limits.chainDepth) scenarios are chained to each other")
            return 0
        }
        if let recorder {
            let scenario = planned.scenario
            recorder.begin(.scenario(id: scenario.id, index: scenario.index, position: scenario.position))
        }
        defer { recorder?.end() }
        let results = result.results.count
        let records = result.records.count
        do {
            return try await perform(planned, level, depth)
        } catch {
            fail(error.code, planned.name, error.message)
            // Nothing comes of a scenario that was given up, not even of the records before.
            result.results.removeSubrange(results...)
            if recorder != nil { shownResults.removeSubrange(results...) }
            result.records.removeSubrange(records...)
            return 0
        }
    }

    private nonisolated(nonsending) func perform(
        _ planned: PlannedScenario, _ level: ChainLevel?, _ depth: Int
    ) async throws(ScenarioAbort) -> Int {
        let scenario = planned.scenario
        switch scenario.kind {
        case .rest: break
        case .database(let kind):
            throw ScenarioAbort("not-supported", "scenarios of the type \(kind) are not supported yet")
        case .unknown:
            throw ScenarioAbort("not-supported", "the scenario has an unknown type; REST is supported")
        }
        guard let request = scenario.request else {
            throw ScenarioAbort("request", "the scenario has no Request")
        }
        var response: TemplateResponse?
        // Most requests have no condition, and no need of another async call to find that out.
        let skips = request.skipIf == nil ? false : try await isSkipped(request, planned, level)
        if !skips { response = await exchange(request, planned, level) }
        guard let response, response.body.count > Self.bodyBytesInPlace else {
            return try await use(response, request, planned, level, depth)
        }
        return try await withTaskExecutorPreference(globalConcurrentExecutor) { () throws(ScenarioAbort) in
            try await use(response, request, planned, level, depth)
        }
    }

    /// What an answer may have to be worked on where the run is, an event loop perhaps, on which others wait meanwhile; a
    /// larger one goes to the threads that are there for computing. Some 100 µs of reading.
    private static let bodyBytesInPlace = 32_768

    /// Makes of an answer what the scenario says; nil: there is none.
    private nonisolated(nonsending) func use(
        _ response: TemplateResponse?, _ request: RequestTemplate, _ planned: PlannedScenario, _ level: ChainLevel?,
        _ depth: Int
    ) async throws(ScenarioAbort) -> Int {
        let scenario = planned.scenario
        let answer = response.flatMap { tree(of: $0, request, planned) }
        if isHalted { return 0 }
        var matching = MatchingContext(
            number: number, maxLength: instance.matchLength, evaluation: instance.context(scope(after: level)),
            isSecret: role.isSecret)
        // Without an answer there is nothing for the rules to look at, nor to tell of in a trace.
        let records = if let answer { try records(of: answer, planned, matching) } else { [Record]() }
        let answered = answer ?? .empty
        // A login's variables count even where nothing is output; call flows want the records themselves.
        guard let outputs = scenario.outputs ?? (role.isSecret || collectsRecords ? .nothing : nil) else {
            return records.count
        }
        if let unknown = planned.unknownNext, !records.isEmpty || outputs.allowsEmpty {
            throw ScenarioAbort("unknown-scenario", "it chains to '\(unknown)', and there is no scenario of that Id")
        }
        if records.isEmpty, outputs.allowsEmpty {
            try await work(on: nil, answered, planned, outputs, level, depth, &matching)
        }
        for position in records.indices {
            // The first one has been looked at a moment ago.
            if position > 0, mustStop(planned.name) { break }
            recorder?.begin(.record(position, context: records[position].description))
            defer { recorder?.end() }
            if planned.next == nil {
                try give(records[position], answered, planned, outputs, level, &matching)
            } else {
                try await work(on: records[position], answered, planned, outputs, level, depth, &matching)
            }
        }
        return records.count
    }

    private nonisolated(nonsending) func isSkipped(
        _ request: RequestTemplate, _ planned: PlannedScenario, _ level: ChainLevel?
    ) async throws(ScenarioAbort) -> Bool {
        guard let condition = request.skipIf else { return false }
        // What the condition reads comes from the login: it is the one that cannot wait until a request is sent.
        if planned.skipNeedsLogin, await !authenticate(planned) { return true }
        let skips: Bool
        do {
            skips = try condition.evaluate(instance.context(scope(after: level)))
        } catch {
            throw ScenarioAbort(error, in: "SkipIf")
        }
        recorder?.record(
            .condition(name: "SkipIf", source: condition.source, result: skips, position: request.position))
        return skips
    }

    private func records(
        of answer: ResponseTree, _ planned: PlannedScenario, _ matching: MatchingContext
    ) throws(ScenarioAbort) -> [Record] {
        guard !planned.scenario.ruleGroups.isEmpty else { return [] }
        let outcome: RuleOutcome
        do {
            outcome = try answer.records(
                passing: planned.scenario.ruleGroups, matching: matching, explains: recorder != nil)
        } catch {
            throw ScenarioAbort(error, in: "Rules")
        }
        if let recorder {
            for event in outcome.rules { recorder.record(event) }
            recorder.record(
                .records(
                    outcome.records.prefix(Self.recordsShown).map(\.description),
                    more: max(0, outcome.records.count - Self.recordsShown)))
        }
        if outcome.isCut {
            fail("limit", planned.name, "the answer has more records than are looked for; the rest is left out")
        }
        return outcome.records
    }

    /// Records that a trace lists by their places; each one worked on has a step of its own besides.
    private static let recordsShown = 100

    /// Fills the variables from a record, or empties them all when there is none, and runs the chain or gives a result.
    private nonisolated(nonsending) func work(
        on record: Record?, _ answer: ResponseTree, _ planned: PlannedScenario, _ outputs: OutputsTemplate,
        _ level: ChainLevel?, _ depth: Int, _ matching: inout MatchingContext
    ) async throws(ScenarioAbort) {
        guard let next = planned.next else {
            return try give(record, answer, planned, outputs, level, &matching)
        }
        let variables = try fill(record, answer, planned, level, &matching)
        recorder?.record(.next(id: instance.plan.scenarios[next].scenario.id))
        let below = ChainLevel(level, variables, scope: matching.evaluation.scope.child(), of: self)
        await run(next, after: below, depth: depth + 1)
        // Beside Next, outputs count for a login only (A7); what it chains to has the last word.
        guard role.isSecret, var gained = harvest, !outputs.outputs.isEmpty else { return }
        matching.evaluation.scope = gained.scope
        for (type, text) in try evaluate(outputs, matching.evaluation) where gained.outputs[type] == nil {
            gained.outputs[type] = text
        }
        harvest = gained
    }

    /// Fills the variables from a record, or empties them all when there is none, and gives a result.
    private func give(
        _ record: Record?, _ answer: ResponseTree, _ planned: PlannedScenario, _ outputs: OutputsTemplate,
        _ level: ChainLevel?, _ matching: inout MatchingContext
    ) throws(ScenarioAbort) {
        let variables = try fill(record, answer, planned, level, &matching)
        if collectsRecords, let record { try hand(over: answer.json(of: record)) }
        try output(outputs, level, variables, matching.evaluation)
    }

    /// - Returns: the variables where somebody needs them apart from the scope: a chain, a login.
    private func fill(
        _ record: Record?, _ answer: ResponseTree, _ planned: PlannedScenario, _ level: ChainLevel?,
        _ matching: inout MatchingContext
    ) throws(ScenarioAbort) -> [(name: String, variable: Variable)] {
        matching.evaluation.scope = scope(after: level)
        let keeps = planned.next != nil || role.isSecret
        var variables: [(name: String, variable: Variable)] = []
        let templates = planned.scenario.variables
        for index in templates.indices {
            let variable = try read(templates[index], record, answer, matching)
            // Filters of the variables that follow may read it.
            matching.evaluation.scope.set(templates[index].name, variable)
            if keeps { variables.append((templates[index].name, variable)) }
        }
        return variables
    }

    private func read(
        _ template: VariableTemplate, _ record: Record?, _ answer: ResponseTree, _ matching: MatchingContext
    ) throws(ScenarioAbort) -> Variable {
        var reading = VariableReading(value: .null)
        if let record {
            do {
                reading = try answer.value(of: template, in: record, matching: matching)
            } catch {
                throw ScenarioAbort(error, in: "Filter of \(template.name)")
            }
        }
        let variable = Variable(reading.value, origins(of: reading.value))
        if let recorder {
            recorder.record(
                .variable(
                    name: template.name, path: template.path.text,
                    value: recorder.text(EvaluatedText(reading.value.text(), variable.origins)), issue: reading.issue))
        }
        return variable
    }

    /// What an answer says is data; what a login's answer says is secret unless it plainly is an address of the CRM.
    private func origins(of value: Value) -> Origins {
        switch role {
        case .ordinary: .data
        case .login, .response: PublicAddress.isPlain(value.text()) ? .authentication : [.authentication, .secret]
        }
    }

    private func hand(over record: [UInt8]) throws(ScenarioAbort) {
        let bytes = result.records.reduce(record.count) { $0 + $1.count }
        guard bytes <= limits.recordBytes else {
            throw ScenarioAbort("limit", "the records are longer than \(limits.recordBytes) bytes together")
        }
        result.records.append(record)
    }

    private func output(
        _ outputs: OutputsTemplate, _ level: ChainLevel?, _ variables: [(name: String, variable: Variable)],
        _ context: EvaluationContext
    ) throws(ScenarioAbort) {
        let evaluated = try evaluate(outputs, context)
        if role.isSecret {
            var all = [variables]
            var above = level
            while let current = above {
                all.append(current.variables)
                above = current.parent
            }
            harvest = Harvest(
                outputs: Dictionary(evaluated.map { ($0.type, $0.text) }) { $1 },
                variables: Array(all.reversed().joined()), scope: context.scope)
            halt()
            return
        }
        guard !evaluated.isEmpty else { return }
        guard result.results.count < limits.results else {
            halt()
            throw ScenarioAbort("limit", "there are more than \(limits.results) results")
        }
        resultBytes += evaluated.reduce(0) { $0 + $1.text.byteCount }
        guard resultBytes <= limits.resultBytes else {
            halt()
            throw ScenarioAbort("limit", "the results are longer than \(limits.resultBytes) bytes together")
        }
        result.results.append(Contact(evaluated.map { Contact.Field($0.type, $0.text.text) }))
        if let recorder {
            shownResults.append(
                Contact(evaluated.map { Contact.Field($0.type, recorder.text($0.text).text) }))
        }
    }

    /// The outputs that are not empty, in the order of the template; of one type the last (spec 4.5).
    private func evaluate(
        _ outputs: OutputsTemplate, _ context: EvaluationContext
    ) throws(ScenarioAbort) -> [(type: String, text: EvaluatedText)] {
        var result: [(type: String, text: EvaluatedText)] = []
        result.reserveCapacity(outputs.outputs.count)
        let templates = outputs.outputs
        for index in templates.indices {
            var text: EvaluatedText
            do {
                text = try templates[index].value.evaluate(context)
                if role.isSecret, templates[index].type == "BearerExpiration" {
                    text = calculated(text, templates[index].value, context)
                }
            } catch {
                throw ScenarioAbort(error, in: "Output \(templates[index].type)")
            }
            if let recorder {
                recorder.record(
                    .output(
                        type: templates[index].type, source: templates[index].value.source,
                        value: recorder.text(role.isSecret ? text.withOrigins(.secret) : text)))
            }
            if text.isEmpty { continue }
            if let earlier = result.firstIndex(where: { $0.type == templates[index].type }) {
                result[earlier].text = text
            } else {
                result.append((templates[index].type, text))
            }
        }
        return result
    }

    /// `BearerExpiration` is a number expression (spec 2.1): `[expires_in]-60` is calculated without brackets around it.
    /// What cannot be calculated stays the text it is.
    private func calculated(
        _ text: EvaluatedText, _ source: TextExpression, _ context: EvaluationContext
    ) -> EvaluatedText {
        guard Double(text.text) == nil else { return text }
        do {
            guard let seconds = try NumberExpression(source.source).evaluate(context) else { return text }
            return EvaluatedText(String(seconds), text.origins)
        } catch {
            return text
        }
    }
}

extension OutputsTemplate {
    /// Neither outputs nor a chain.
    static let nothing = OutputsTemplate(
        next: nil, allowsEmpty: false, outputs: [], position: SourcePosition(line: 1, column: 1))
}

extension EvaluatedText {
    /// The same text, each piece of these origins besides its own.
    func withOrigins(_ origins: Origins) -> EvaluatedText {
        EvaluatedText(pieces.map { Piece($0.text, $0.origins.union(origins)) })
    }
}

/// Addresses that a login may give and a trace may show.
package enum PublicAddress {
    /// Whether the text is the address of a host and nothing else: no path, query or credentials, where tokens hide.
    package static func isPlain(_ text: String) -> Bool {
        let rest: Substring
        if text.hasPrefix("https://") {
            rest = text.dropFirst(8)
        } else if text.hasPrefix("http://") {
            rest = text.dropFirst(7)
        } else {
            return text.isEmpty
        }
        let host = rest.hasSuffix("/") ? rest.dropLast() : rest
        return !host.isEmpty
            && host.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20) || $0 == 0x2E || $0 == 0x2D
                    || $0 == 0x3A
            }
    }
}
