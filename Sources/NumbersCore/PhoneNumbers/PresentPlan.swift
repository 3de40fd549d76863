// The numbering plan that requests begin with. Behind a mutex; a plan itself never changes.

internal import Platform

/// Holds the plan of a running server, so that another can be put in its place.
///
/// Who takes the plan keeps it: a request takes it once, and answers from it to its end.
package final class PresentPlan: Sendable {
    private let plan: Monitor<NumberingPlan>

    package init(_ plan: NumberingPlan) {
        self.plan = Monitor(plan)
    }

    /// The plan of now.
    package var value: NumberingPlan { plan.withLock { $0 } }

    /// Everything that begins from here on gets another plan.
    package func replace(with other: NumberingPlan) { plan.withLock { $0 = other } }
}
