internal import CRMTemplate
internal import JSONText

/// Paths, rules and filters. Lines of the first part are rules (`Any a.b`, `Number a.b`, `Equals ethalon a.b`), an empty
/// line begins another group, `= a.b` is a variable whose filter the next lines are until an empty one. The second part
/// is the answer.
enum RulesFuzz {
    /// Small, so that a fuzzer finds the limits.
    static let limits = ResponseLimits(
        bytes: 65_536, depth: 64, values: 10_000, records: 50, places: 500, steps: 20_000, variableSteps: 500)

    struct Rules {
        var groups: [RuleGroup] = []
        var variables: [VariableTemplate] = []
    }

    static func failure(_ bytes: [UInt8]) -> String? {
        let parts = FuzzParts(bytes)
        guard let tree = try? ResponseTree(json: parts[1], limits: limits) else { return nil }
        return failure(tree, rules(parts.lines(0)), isJSON: true)
    }

    static func failure(_ tree: ResponseTree, _ rules: Rules, isJSON: Bool) -> String? {
        var scope = VariableScope()
        scope.set("E", Variable(.text("Phone"), .data))
        let matching = MatchingContext(
            number: "+15550100", maxLength: 6, evaluation: EvaluationContext(scope: scope))
        let outcome: RuleOutcome
        let quiet: RuleOutcome
        do {
            outcome = try tree.records(passing: rules.groups, matching: matching, explains: true)
            quiet = try tree.records(passing: rules.groups, matching: matching, explains: false)
        } catch {
            return nil
        }
        if outcome.records != quiet.records { return "explaining changes the records" }
        if outcome.records.count > limits.records { return "there are more records than may be" }
        if Set(outcome.records).count != outcome.records.count { return "a record comes twice" }
        if rules.groups.isEmpty, !outcome.records.isEmpty { return "there are records without rules" }
        for record in outcome.records {
            if isJSON {
                let json = tree.json(of: record)
                if (try? JSONDocument(parsing: json, limits: JSONLimits(depth: 64), reading: .tolerant)) == nil {
                    return "the JSON of a record is none"
                }
            } else {
                _ = tree.json(of: record)
            }
            for variable in rules.variables {
                guard let reading = try? tree.value(of: variable, in: record, matching: matching) else { continue }
                if reading.issue != nil, !reading.value.text().isEmpty { return "an issue comes with a value" }
            }
        }
        for variable in rules.variables {
            if let reading = try? tree.value(of: variable, in: nil, matching: matching), reading.value != .null {
                return "a variable has a value without a record"
            }
        }
        return nil
    }

    static func rules(_ lines: [String]) -> Rules {
        let nowhere = SourcePosition(line: 1, column: 1)
        var result = Rules()
        var group: [RuleTemplate] = []
        var variable: ResponsePath?
        func flush() {
            if let path = variable {
                result.variables.append(
                    VariableTemplate(name: "V", path: path, filter: group, position: nowhere))
            } else if !group.isEmpty {
                result.groups.append(RuleGroup(rules: group, position: nowhere))
            }
            group = []
            variable = nil
        }
        for line in lines.prefix(16) {
            let words = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
            switch words[0] {
            case "": flush()
            case "=":
                flush()
                variable = ResponsePath(words.dropFirst().joined(separator: " "))
            case "Equals":
                group.append(
                    RuleTemplate(
                        kind: .equals, path: ResponsePath(words.count > 2 ? words[2] : ""),
                        ethalon: TextExpression(words.count > 1 ? words[1] : ""), position: nowhere))
            default:
                group.append(
                    RuleTemplate(
                        kind: RuleTemplate.Kind(rawValue: words[0]) ?? .any,
                        path: ResponsePath(words.dropFirst().joined(separator: " ")), ethalon: TextExpression(""),
                        position: nowhere))
            }
        }
        flush()
        return result
    }
}
