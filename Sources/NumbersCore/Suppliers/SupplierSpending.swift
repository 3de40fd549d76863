// What suppliers did and cost, as it is handed to the database. Values.

/// What one supplier did on one day, to be kept.
package struct SupplierTally: Sendable, Hashable {
    package var requests: Int64 = 0
    package var hits: Int64 = 0
    package var misses: Int64 = 0
    package var errors: Int64 = 0
    package var spent: Int64 = 0

    package init() {}

    package static func + (left: SupplierTally, right: SupplierTally) -> SupplierTally {
        var sum = left
        sum.requests += right.requests
        sum.hits += right.hits
        sum.misses += right.misses
        sum.errors += right.errors
        sum.spent += right.spent
        return sum
    }
}

/// What has been spent since it was last taken, by day.
package struct SupplierSpending: Sendable {
    /// A day that had not come when something was filed under it, and the day it really was.
    package struct Misfiled: Sendable, Hashable {
        package let from: Int64
        package let to: Int64

        package init(from: Int64, to: Int64) {
            self.from = from
            self.to = to
        }
    }

    /// To be put right before the rest is written: what is stored under `from` belongs to `to`.
    package var misfiled: [Misfiled] = []
    package var tallies: [(day: Int64, supplier: SupplierName, tally: SupplierTally)] = []
    /// How many dips free accounts caused, in all of the day.
    package var freeDips: [(day: Int64, account: AccountID, dips: Int)] = []

    package init() {}

    package var isEmpty: Bool { misfiled.isEmpty && tallies.isEmpty && freeDips.isEmpty }
}
