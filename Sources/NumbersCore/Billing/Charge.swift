// A charge before and after the ledger has seen it. Immutable values.

package import Platform

/// What one request owes: how many numbers at which price, and what must be available for it.
package struct Charge: Sendable {
    /// One line of a charge: one ledger entry.
    package struct Item: Hashable, Sendable {
        package let endpoint: BilledEndpoint
        /// How many numbers, at least 1.
        package let units: Int
        /// The price of all units together.
        package let amount: MicroUSD

        package init(endpoint: BilledEndpoint, units: Int, amount: MicroUSD) {
            self.endpoint = endpoint
            self.units = units
            self.amount = amount
        }
    }

    package let account: AccountID
    package let key: KeyID
    /// What the balance, less all holds, must cover for the charge to be made.
    package let cover: MicroUSD
    /// The key's spending cap for one UTC day, when it has one.
    package let dailyCap: MicroUSD?
    /// The caller's own tag.
    package let reference: String?
    package let at: UnixTime

    package init(
        account: AccountID, key: KeyID, cover: MicroUSD, dailyCap: MicroUSD?, reference: String?, at: UnixTime
    ) {
        self.account = account
        self.key = key
        self.cover = cover
        self.dailyCap = dailyCap
        self.reference = reference
        self.at = at
    }
}

/// Money set aside for a request that is still at work.
package struct Hold: Hashable, Sendable {
    package let id: Int64
    package let amount: MicroUSD

    package init(id: Int64, amount: MicroUSD) {
        self.id = id
        self.amount = amount
    }
}

/// Why the ledger did not take a charge, in order of precedence.
package enum ChargeRefusal: Error, Hashable, Sendable {
    /// The key has spent what it may today.
    case spendingCapReached(cap: MicroUSD)
    /// The balance less holds does not cover the request; the posted balance is told, and what of it is on hold.
    case insufficientBalance(balance: MicroUSD, held: MicroUSD = .zero)
    /// The ledger cannot be written in time: stalled, full disk, or too much waiting. Nothing was charged, or what was
    /// charged is reversed.
    case unavailable
}

/// A charge that is durable.
package struct Receipt: Hashable, Sendable {
    package let billed: MicroUSD
    /// The posted balance after it, holds not subtracted.
    package let balance: MicroUSD
    /// Which kinds of answers it had, in the order of `BilledEndpoint`.
    package let endpoints: [BilledEndpoint]

    package init(billed: MicroUSD, balance: MicroUSD, endpoints: [BilledEndpoint]) {
        self.billed = billed
        self.balance = balance
        self.endpoints = endpoints
    }
}

/// The ledger as a lookup sees it. What a call says is durable, and said by the deadline.
package protocol Ledger: Sendable {
    /// Holds and settles in one step: makes the charge if `cover` is available, and stores the reply with it.
    /// Begins when it is waited for.
    func charge(
        _ charge: Charge, items: [Charge.Item], reply: StoredReply?, deadline: MonotonicTime
    ) -> Deferred<Result<Receipt, ChargeRefusal>>

    /// Sets `charge.cover` aside.
    func hold(_ charge: Charge, deadline: MonotonicTime) async -> Result<Hold, ChargeRefusal>

    /// Ends a hold and makes the charge in its place; the hold always covers it.
    func settle(
        _ hold: Hold, _ charge: Charge, items: [Charge.Item], reply: StoredReply?, deadline: MonotonicTime
    ) -> Deferred<Result<Receipt, ChargeRefusal>>

    /// Ends a hold without a charge. Takes effect as soon as the ledger can be written.
    func release(_ hold: Hold, account: AccountID)
}
