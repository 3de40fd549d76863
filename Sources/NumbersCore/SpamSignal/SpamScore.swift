// The supplementary spam signal. Immutable.

/// A low-confidence score; absent when nothing is known.
package struct SpamScore: Sendable, Hashable {
    /// What the score was computed from.
    package enum Source: String, Sendable, Hashable {
        case complaints, reports
    }

    /// 1 to 99.
    package let score: Int
    package let source: Source

    package init(score: Int, source: Source) {
        self.score = min(max(1, score), 99)
        self.source = source
    }

    /// In words: below 40 low, below 70 medium, else high.
    package var level: String { score < 40 ? "low" : score < 70 ? "medium" : "high" }
}
