// Variables: what a record holds under a path, with filters.

internal import JSONText

extension ResponseTree {
    /// The value of a variable in a record (spec 4.4); without a record it is empty.
    ///
    /// Arrays on the way to the record are those of its choices. One value is the variable's; of several a filter takes
    /// the first that passes one of its rules, and without a filter the variable is empty (A8).
    package func value(
        of variable: VariableTemplate, in record: Record?, matching: MatchingContext
    ) throws(ExpressionError) -> VariableReading {
        guard let record, let content else { return VariableReading(value: .null) }
        let document = content.document
        var isCut = false
        var filters: [Hits] = []
        for rule in variable.filter {
            let test = try RuleTest(rule, matching)
            var hits = Hits()
            var walk = PathWalk(
                rule.path, style: style, in: document, fixed: record.choices, steps: limits.variableSteps)
            walk.run { node, choices in
                if test.passes(node, in: content) { hits.append(choices) }
                return true
            }
            isCut = isCut || walk.isCut
            filters.append(hits)
        }

        var found: JSONDocument.Node?
        var issue: String?
        var walk = PathWalk(
            variable.path, style: style, in: document, fixed: record.choices, steps: limits.variableSteps)
        walk.run { node, choices in
            switch document.kind(of: node) {
            case .null: return true
            case .object where content.text(of: node) == nil:
                if isKept(choices, filters, document) { issue = "an object stands there, and no value" }
                return true
            case .array, .object, .boolean, .number, .string: break
            }
            guard isKept(choices, filters, document) else { return true }
            if found != nil {
                found = nil
                issue = "several values and no Filter"
                return false
            }
            found = node
            issue = nil
            // With a filter the first is meant.
            return filters.isEmpty
        }
        if isCut || walk.isCut, found == nil {
            issue = "more than \(limits.variableSteps) values to look at"
        }
        guard let found else { return VariableReading(value: .null, issue: issue) }
        return VariableReading(value: content.value(of: found), issue: issue)
    }

    private func isKept(_ choices: [ArrayChoice], _ filters: [Hits], _ document: JSONDocument) -> Bool {
        filters.isEmpty || filters.contains { $0.hasAgreeing(with: choices, in: document) }
    }
}

extension ResponseTree.Content {
    /// A leaf as a value; a number keeps its digits.
    fileprivate func value(of node: JSONDocument.Node) -> Value {
        switch document.kind(of: node) {
        case .null, .array: .null
        case .boolean(let flag): .boolean(flag)
        case .number: .numeral(document.text(of: node))
        case .string: .text(document.text(of: node))
        case .object: text(of: node).map { .text(document.text(of: $0)) } ?? .null
        }
    }
}
