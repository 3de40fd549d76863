// What may still be asked today, and what was: the day's spending, the free accounts' dips, and what of it has yet to be
// written. A value; `SupplierDips` guards it.

/// The allowances of the present UTC day.
struct SupplierAllowance {
    private let limits: SupplierDips.Limits
    /// The day that is counted, once one has begun.
    private(set) var day: Int64 = 0
    private var hasBegun = false
    /// Micro-USD.
    private(set) var spentToday: Int64 = 0
    private var freeDipsToday: [AccountID: Int] = [:]
    /// Whether what the database has of the day is counted in. A day may have begun in an earlier run of the server, or
    /// before the clock was put right.
    private var isResumed = true
    private var changedAccounts: Set<AccountID> = []
    private var untaken: [Int64: [SupplierName: SupplierTally]] = [:]
    private var misfiled: [SupplierSpending.Misfiled] = []

    init(limits: SupplierDips.Limits) { self.limits = limits }

    // MARK: Days

    /// Makes `now` the day that is counted.
    ///
    /// A clock that is set back over midnight does not give the day's allowances a second time: the later day goes on.
    /// One that is further back than that was wrong before. Then what was counted belongs to the day it is now, in memory
    /// and in the database.
    mutating func turn(to now: Int64) {
        if now > day || !hasBegun {
            // Whoever begins the first day has read what the database has of it.
            isResumed = !hasBegun
            hasBegun = true
            day = now
            spentToday = 0
            freeDipsToday = [:]
            changedAccounts = []
        } else if now < day - 1 {
            for (supplier, tally) in untaken.removeValue(forKey: day) ?? [:] {
                untaken[now, default: [:]][supplier, default: SupplierTally()] =
                    (untaken[now]?[supplier] ?? SupplierTally()) + tally
            }
            misfiled.append(SupplierSpending.Misfiled(from: day, to: now))
            changedAccounts = Set(freeDipsToday.keys)
            isResumed = false
            day = now
        }
    }

    /// The day whose stored part is not counted in yet; nil: there is none.
    var unresumedDay: Int64? { isResumed ? nil : day }

    /// Counts in what the database has of a day.
    mutating func resume(day stored: Int64, spent: Int64, freeDips: [AccountID: Int]) {
        turn(to: stored)
        guard day == stored else { return }
        isResumed = true
        spentToday += spent
        freeDipsToday.merge(freeDips) { $0 + $1 }
    }

    // MARK: Asking

    /// Whether one more request fits into what may be spent today.
    func fits(_ supplier: Supplier) -> Bool {
        guard let cap = limits.spendPerDay else { return true }
        return spentToday + supplier.price.micros <= cap.micros
    }

    /// Whether the payer may cause another dip, the spending apart.
    func lets(_ payer: DipPayer) -> Bool {
        guard case .free(let account) = payer else { return true }
        let dips = freeDipsToday[account] ?? 0
        return dips < limits.freeDipsPerDay && (dips > 0 || freeDipsToday.count < SupplierDips.freeAccountsMax)
    }

    /// Counts dips of a free account, or takes them back.
    mutating func count(_ dips: Int, of account: AccountID) {
        freeDipsToday[account] = max(0, (freeDipsToday[account] ?? 0) + dips)
        changedAccounts.insert(account)
    }

    /// Counts a request before it is sent.
    mutating func book(_ supplier: Supplier) {
        spentToday += supplier.price.micros
        note(supplier.name) {
            $0.requests += 1
            $0.spent += supplier.price.micros
        }
    }

    mutating func note(_ name: SupplierName, _ change: (inout SupplierTally) -> Void) {
        change(&untaken[day, default: [:]][name, default: SupplierTally()])
    }

    // MARK: Keeping

    /// What has been spent since the last call.
    mutating func takeSpending() -> SupplierSpending {
        var spending = SupplierSpending()
        spending.misfiled = misfiled
        for (day, tallies) in untaken {
            for (supplier, tally) in tallies { spending.tallies.append((day, supplier, tally)) }
        }
        for account in changedAccounts { spending.freeDips.append((day, account, freeDipsToday[account] ?? 0)) }
        misfiled = []
        untaken = [:]
        changedAccounts = []
        return spending
    }

    /// Puts back what could not be kept.
    mutating func giveBack(_ spending: SupplierSpending) {
        misfiled = spending.misfiled + misfiled
        for (day, supplier, tally) in spending.tallies {
            untaken[day, default: [:]][supplier, default: SupplierTally()] =
                (untaken[day]?[supplier] ?? SupplierTally()) + tally
        }
        for (day, account, _) in spending.freeDips where day == self.day { changedAccounts.insert(account) }
    }
}
