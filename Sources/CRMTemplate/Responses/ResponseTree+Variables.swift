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
        // Places of one document mean nothing in another.
        guard record.content === content else {
            return VariableReading(value: .null, issue: "a record of another answer")
        }
        return try content.document.withView { view throws(ExpressionError) in
            var isComplete = true
            var filters: [Hits] = []
            for rule in variable.filter {
                var steps = content.limits.variableSteps
                // A walk ends before it could find more places than it has steps.
                var visitor = RuleVisitor(try RuleTest(rule, matching), in: content, view, most: .max)
                PathWalk.walk(rule.path, in: content, view, fixed: record.choices, steps: &steps, visitor: &visitor)
                filters.append(visitor.hits)
                isComplete = isComplete && steps >= 0
            }
            var steps = content.limits.variableSteps
            var visitor = ValueVisitor(content, view, filters)
            PathWalk.walk(variable.path, in: content, view, fixed: record.choices, steps: &steps, visitor: &visitor)
            return visitor.reading(isComplete: isComplete && steps >= 0)
        }
    }
}

/// Finds the value of a variable. Lives during one walk.
private struct ValueVisitor: PathVisitor {
    private let content: ResponseTree.Content
    private let view: JSONView
    /// Where each rule of the filter has passed.
    private let filters: [Hits]
    private var found: JSONDocument.Node?
    private var issue: String?

    init(_ content: ResponseTree.Content, _ view: JSONView, _ filters: [Hits]) {
        self.content = content
        self.view = view
        self.filters = filters
    }

    mutating func visit(_ node: JSONDocument.Node, _ choices: UnsafeBufferPointer<ArrayChoice>) -> Bool {
        let kind = view.kind(of: node)
        guard kind != .null, isKept(choices) else { return true }
        if kind == .object, content.text(of: node, view) == nil {
            issue = "an object stands there, and no value"
            return true
        }
        if found != nil {
            found = nil
            issue = "several values and no Filter"
            return false
        }
        found = node
        // With a filter the first is meant.
        return filters.isEmpty
    }

    private func isKept(_ choices: UnsafeBufferPointer<ArrayChoice>) -> Bool {
        filters.isEmpty || filters.contains { $0.hasAgreeing(with: choices, in: view) }
    }

    func reading(isComplete: Bool) -> VariableReading {
        if let found { return VariableReading(value: value(at: found)) }
        return VariableReading(
            value: .null, issue: isComplete ? issue : "more than \(content.limits.variableSteps) values to look at")
    }

    /// A leaf as a value; a number keeps its digits.
    private func value(at node: JSONDocument.Node) -> Value {
        switch view.kind(of: node) {
        case .null, .array: .null
        case .boolean(let flag): .boolean(flag)
        case .number: .numeral(view.text(of: node))
        case .string: .text(view.text(of: node))
        case .object: content.text(of: node, view).map { .text(view.text(of: $0)) } ?? .null
        }
    }
}
