// What rules are given and what they give. Values.

/// What the rules of a scenario gave.
package struct RuleOutcome: Sendable {
    /// In the order of the document, each once.
    package let records: [Record]
    /// When it was asked for: one ``Trace/Event/rule(group:kind:path:ethalon:nodes:moreNodes:)`` for each rule.
    package let rules: [Trace.Event]
    /// Whether a limit was reached, so that records may be missing.
    package let isCut: Bool

    package init(records: [Record], rules: [Trace.Event], isCut: Bool) {
        self.records = records
        self.rules = rules
        self.isCut = isCut
    }
}

/// What rules and filters compare with.
package struct MatchingContext: Sendable {
    /// The number that rules of the type `Number` look for.
    package var number: String
    /// Digits that have to agree, counted from the right; 0: all of them.
    package var maxLength: Int
    /// For the text of `Ethalon`.
    package var evaluation: EvaluationContext
    /// Whether the answer's own texts are secrets, as those of an authentication are: nothing explained shows them.
    package var isSecret: Bool

    package init(number: String, maxLength: Int, evaluation: EvaluationContext, isSecret: Bool = false) {
        self.number = number
        self.maxLength = maxLength
        self.evaluation = evaluation
        self.isSecret = isSecret
    }
}

/// The value of a variable in a record.
package struct VariableReading: Sendable, Hashable {
    package let value: Value
    /// Why the value is empty although something is there: several values and no filter, an object instead of a text.
    package let issue: String?

    package init(value: Value, issue: String? = nil) {
        self.value = value
        self.issue = issue
    }
}
