// What an evaluation is given besides the expression. Values.

/// The variables, the culture and the bounds of an evaluation.
package struct EvaluationContext: Sendable {
    package var scope: VariableScope
    package var culture: Culture
    /// The place that `ToLocalTime()` means.
    package var zone: CivilZone
    package var limits: ExpressionLimits

    package init(
        scope: VariableScope, culture: Culture = .invariant, zone: CivilZone = .utc,
        limits: ExpressionLimits = .standard
    ) {
        self.scope = scope
        self.culture = culture
        self.zone = zone
        self.limits = limits
    }
}

/// How much an evaluation may do. What decides over parsing is fixed in ``ExpressionLimits/standard``.
package struct ExpressionLimits: Sendable, Hashable {
    /// Bytes of one source. Message bodies are the longest texts of templates, and stay far below.
    package var sourceBytes: Int
    /// Brackets, parentheses, quotes and calls inside each other. The reader and the evaluator recurse by it.
    package var nestingDepth: Int
    /// Nodes evaluated, and one for each 64 bytes a method reads or makes.
    package var steps: Int
    /// Bytes of any text that an evaluation makes, on the way or in the end.
    package var outputBytes: Int
    /// How often a text may be evaluated; templates ask for 4 at most.
    package var passes: Int

    package init(sourceBytes: Int, nestingDepth: Int, steps: Int, outputBytes: Int, passes: Int) {
        self.sourceBytes = sourceBytes
        self.nestingDepth = nestingDepth
        self.steps = steps
        self.outputBytes = outputBytes
        self.passes = passes
    }

    /// What every run uses.
    package static let standard = ExpressionLimits(
        sourceBytes: 262_144, nestingDepth: 64, steps: 200_000, outputBytes: 1_048_576, passes: 16)
}
