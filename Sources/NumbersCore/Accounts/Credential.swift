// A key together with its account and its limits, as requests meet it. The record never changes; the windows are
// guarded by their mutex and shared by every credential of the same account.

package import Platform

/// A rate window that several loops share.
package final class SharedRateWindow: Sendable {
    private let window = Monitor(RateWindow())

    package init() {}

    package func take(_ units: Int, limit: Int, at time: MonotonicTime) -> RateWindow.Decision {
        window.withLock { $0.take(units, limit: limit, at: time) }
    }

    package func giveBack(_ units: Int, takenAt time: MonotonicTime) {
        window.withLock { $0.giveBack(units, takenAt: time) }
    }

    package func isIdle(at time: MonotonicTime) -> Bool { window.withLock { $0.isIdle(at: time) } }
}

/// A key that exists, with what it needs for a decision.
package final class Credential: Sendable {
    package let key: KeyRecord
    package let account: Account
    private let accountWindow: SharedRateWindow
    private let keyWindow: SharedRateWindow?

    package init(key: KeyRecord, account: Account, accountWindow: SharedRateWindow, keyWindow: SharedRateWindow?) {
        self.key = key
        self.account = account
        self.accountWindow = accountWindow
        self.keyWindow = keyWindow
    }

    /// Numbers a minute: the account's limit, or the key's own when that is lower.
    package var limit: Int { min(account.requestsPerMinute, key.limit ?? .max) }

    /// Whether answers to this key are charged.
    package var isBilled: Bool { account.tier.isBilled && !key.isTest }

    /// Takes `units` from the key's and the account's window; from both or from neither.
    package func take(_ units: Int, at time: MonotonicTime) -> RateWindow.Decision {
        guard let keyWindow, let keyLimit = key.limit else {
            return accountWindow.take(units, limit: account.requestsPerMinute, at: time)
        }
        let own = keyWindow.take(units, limit: keyLimit, at: time)
        guard own.isAllowed else { return own }
        let shared = accountWindow.take(units, limit: account.requestsPerMinute, at: time)
        if !shared.isAllowed { keyWindow.giveBack(units, takenAt: time) }
        return shared.isAllowed && own.remaining < shared.remaining ? own : shared
    }

    /// Gives `units` that were taken at `time` back to both windows.
    package func giveBack(_ units: Int, takenAt time: MonotonicTime) {
        accountWindow.giveBack(units, takenAt: time)
        keyWindow?.giveBack(units, takenAt: time)
    }
}
