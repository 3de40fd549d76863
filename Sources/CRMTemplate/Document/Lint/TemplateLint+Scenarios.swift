// The graph of scenarios: what is chained to what, what nothing runs, what runs in circles; and authentication.

import Platform

extension TemplateLint {
    mutating func checkScenarios() {
        checkDuplicates()
        checkChains()
        checkAuthentication()
        checkReach()
        for scenario in template.scenarios { checkRecords(scenario) }
    }

    /// Every Id of a scenario, once.
    private var ids: [String] { template.scenarios.map(\.id).filter { !$0.isEmpty } }

    private mutating func checkDuplicates() {
        var first: [String: Scenario] = [:]
        for scenario in template.scenarios where !scenario.id.isEmpty {
            guard let other = first[scenario.id] else {
                first[scenario.id] = scenario
                continue
            }
            report(
                .warning, .duplicateScenario, at: place(scenario.position, "Id"),
                "a second scenario has the Id \"\(scenario.id.cut)\"",
                hint: scenario.id.hasPrefix("LookupByEmail") || scenario.id.hasPrefix("SearchContacts")
                    ? "both run, but Next finds the first one, in line \(other.position.line): give it an Id of its own"
                    : "only the first one, in line \(other.position.line), runs: give it an Id of its own")
        }
    }

    private mutating func checkChains() {
        var inCircle: Set<Int> = []
        for scenario in template.scenarios {
            guard let outputs = scenario.outputs, let next = outputs.next else { continue }
            let position = place(outputs.position, "Next")
            guard let target = flow.plan.scenarios[scenario.index].next else {
                report(
                    .error, .unknownScenario, at: position, "no scenario has the Id \"\(next.cut)\"",
                    hint: Suggestion.slip(next, among: ids).map { "did you mean \"\($0.cut)\"? Ids compare exactly" }
                        ?? "add <Scenario Id=\"\(next.cut)\">, or remove Next")
                continue
            }
            if !inCircle.contains(scenario.index), circle(through: scenario.index).contains(scenario.index) {
                let circle = circle(through: scenario.index)
                inCircle.formUnion(circle)
                report(
                    .error, .chainCycle, at: position,
                    "the chain comes back to where it was: "
                        + (circle + [scenario.index]).prefix(8).map { name($0) }.joined(separator: ", then "),
                    hint: "end the chain in one of them: leave out its Next")
            } else if template.scenarios[target].kind != .rest {
                report(
                    .warning, .unsupportedScenario, at: position,
                    "the chain goes on to \(name(target)), which is not run here",
                    hint: "the chain ends there without a result")
            }
        }
    }

    /// The scenarios of the circle that a scenario is in; empty when its chain ends or it only leads to one.
    private func circle(through index: Int) -> [Int] {
        let chain = VariableFlow.chain(from: index, flow.plan)
        return chain.last.flatMap { flow.plan.scenarios[$0].next } == index ? chain : []
    }

    // MARK: - Authentication

    private mutating func checkAuthentication() {
        for parameter in template.parameters {
            guard let id = parameter.oauth?.responseScenario, !id.isEmpty, flow.plan.scenario(id: id) == nil else {
                continue
            }
            report(
                .error, .unknownScenario, at: place(parameter.position, "ResponseScenario"),
                "no scenario has the Id \"\(id.cut)\"",
                hint: Suggestion.slip(id, among: ids).map { "did you mean \"\($0.cut)\"?" }
                    ?? "add the scenario that trades [code] for the value of \(parameter.name.cut)")
        }
        guard case .scenario(let id) = template.authentication else { return }
        guard let authentication = flow.plan.authentication else {
            report(
                .error, .unknownScenario, at: authenticationPlace ?? SourcePosition(line: 1, column: 1),
                "no scenario has the Id \"\(id.cut)\"",
                hint: Suggestion.slip(id, among: ids).map { "did you mean <Value>\($0.cut)</Value>?" }
                    ?? "add <Scenario Id=\"\(id.cut)\"> to <Scenarios>, with an output Bearer")
            return
        }
        let others = template.scenarios.filter { scenario in
            scenario.index != authentication && !flow.authenticationChain.contains(scenario.index)
                && (scenario.id.lowercased() == template.scenarios[authentication].id.lowercased()
                    || (flow.sights[scenario.index].occasions.isEmpty && givesHeader(scenario)))
        }
        for other in others {
            report(
                .warning, .severalAuthentications, at: place(other.position, "Id"),
                "\(name(other.index)) looks like a second authentication scenario; only \(name(authentication)) is one",
                hint: "a template has one: chain it with Next, or remove it")
        }
    }

    private func givesHeader(_ scenario: Scenario) -> Bool {
        scenario.outputs?.outputs.contains { $0.type == "Bearer" || $0.type == "HeaderValue" } ?? false
    }

    // MARK: - Reach

    private mutating func checkReach() {
        for scenario in template.scenarios where flow.sights[scenario.index].occasions.isEmpty {
            // A second one of the same Id was reported already.
            if flow.plan.scenario(id: scenario.id) != scenario.index { continue }
            report(
                .warning, .unreachableScenario, at: place(scenario.position, "Id"),
                "nothing runs the scenario \"\(scenario.id.cut)\": its Id is not one that 3CX knows, and no Next names it",
                hint: reachHint(scenario))
        }
    }

    private func reachHint(_ scenario: Scenario) -> String {
        if case .scenario = template.authentication {
        } else if givesHeader(scenario) {
            return "write <Authentication Type=\"Scenario\"><Value>\(scenario.id.cut)</Value></Authentication>"
        }
        if let near = Suggestion.slip(scenario.id, among: Occasion.reservedIDs) {
            return "did you mean Id=\"\(near)\"?"
        }
        if scenario.id.hasPrefix("ReportCall") {
            return "Id=\"ReportCall\" runs for every call: chain this one to it with Next and AllowEmpty=\"true\""
        }
        if !template.scenarios.contains(where: { $0.id.isEmpty }), scenario.outputs?.outputs.isEmpty == false {
            return "the scenario that looks up a number has an empty Id: write Id=\"\""
        }
        return "chain it with Next, give it an Id such as ReportCall, or remove it"
    }

    // MARK: - Records

    private mutating func checkRecords(_ scenario: Scenario) {
        var names: Set<String> = []
        for variable in scenario.variables where !names.insert(variable.name).inserted {
            report(
                .warning, .duplicateVariable, at: place(variable.position, "Name"),
                "the scenario has two variables called \(variable.name.cut); the last one counts",
                hint: "give one of them another name")
        }
        guard scenario.ruleGroups.isEmpty, scenario.kind == .rest else { return }
        let hasResult = scenario.outputs.map { $0.next != nil || !$0.outputs.isEmpty } ?? false
        if let outputs = scenario.outputs, hasResult, !outputs.allowsEmpty {
            report(
                .error, .noRules, at: outputs.position,
                "the scenario has no rule, so that no record passes, and these outputs are never used",
                hint:
                    "add <Rules><Rule Type=\"Any\">path.to.id</Rule></Rules>, or AllowEmpty=\"true\" when the answer does "
                    + "not matter")
        } else if hasResult, let variable = scenario.variables.first {
            report(
                .warning, .noRules, at: variable.position,
                "the scenario has no rule, so that no record passes, and its variables are always empty",
                hint: "add <Rules><Rule Type=\"Any\">path.to.id</Rule></Rules>")
        } else if flow.sights[scenario.index].occasions.contains(.callFlow),
            flow.plan.scenarios[scenario.index].next == nil
        {
            report(
                .warning, .noRules, at: scenario.position,
                "the scenario has no rule, so that the call flow never gets a record",
                hint: "add <Rules><Rule Type=\"Any\">path.to.id</Rule></Rules>")
        }
    }
}
